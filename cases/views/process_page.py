"""The workbench of a process: its stages with their concerns, the award, the months hit, and what is missing."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cases import handle_task, processes
from cases.acts import menu
from cases.acts.adjustments import ChoiceFields
from cases.choose_settlement import Choice
from cases.forms import DayField
from cases.hearing_form import HearingForm
from cases.models import WRITERS, Award, Process, ProcessKind, Stage, Task, User, names_of_employers
from cases.party_hearing import Questions
from cases.presenters.inbox import due_words
from cases.presenters.process import ShownStage, shown_stages
from cases.presenters.what_if import MonthLine, percent_of
from cases.presenters.words import long_month
from cases.process_concerns import STAGES
from cases.process_engine import OPEN
from cases.refused import Conflict, Refused
from cases.templatetags.danish import med_fortegn
from cases.views.presence import others_here


class AwardForm(forms.Form):
    """Stage 4: the award, its reason, and the period."""

    award = forms.ChoiceField(label="Afgørelse", choices=Award.choices)
    award_reason = forms.CharField(label="Begrundelse", max_length=300, required=False)
    first_day = DayField(label="Bevilling fra", required=False)
    last_day = DayField(label="Bevilling til", required=False, help_text="Tom: indtil videre.")

    def __init__(self, data: Any, process: Process) -> None:
        initial = {name: getattr(process, name) for name in ("award", "award_reason", "first_day", "last_day")}
        super().__init__(data, prefix="award", initial=initial, use_required_attribute=False)


class SettlingForm(ChoiceFields):
    """The choice in the recalculation itself: both reason and settlement, or neither."""

    def choice(self) -> Choice | None:
        """What was chosen; refused when only half of it was."""
        if self.chosen is None and (self["reason"].value() or self["settle_by"].value()):
            raise Refused("Vælg både årsag og afregning, eller vent med begge: så kommer der en opgave.")
        return self.chosen


class ProcessPage:
    """Everything on the page; ``data`` is what was posted."""

    def __init__(self, user: User, task: Task, process: Process, data: Any = None) -> None:
        self.user, self.task, self.process, self.data = user, task, process, data
        self.faults: list[str] = []
        typed = data if data is not None and data.get("act") == "award" else None
        self.award = AwardForm(typed, process)
        self.note = data.get("note", "") if data is not None else ""
        self.version = int(data["version"]) if data and data.get("version", "").isdecimal() else task.version

    @cached_property
    def look(self) -> processes.ProcessLook:
        return processes.look(self.process, timezone.now())

    @property
    def can_write(self) -> bool:
        return self.task.is_open and self.task.municipality_id in self.user.municipality_ids(*WRITERS)

    @property
    def is_running(self) -> bool:
        return self.process.state in OPEN

    @cached_property
    def names(self) -> dict[str, str]:
        numbers = {one.se_number for look in self.look.months for one in look.facts.reports}
        return names_of_employers(numbers)

    @cached_property
    def stages(self) -> list[ShownStage]:
        return shown_stages(self.process, self.look, self.task, self.names)

    @cached_property
    def lines(self) -> list[MonthLine]:
        if not self.is_running:
            rows = self.process.adjustments.order_by("benefit_month")
            return [MonthLine(one.benefit_month, one.old_subsidy, one.new_subsidy) for one in rows]
        return [MonthLine(one.month, one.standing, one.subsidy) for one in self.look.months]

    @cached_property
    def hearing(self) -> HearingForm | None:
        """Asked at the last stage of a recalculation that lowers what was paid."""
        asked: Questions | None = getattr(self.look, "questions", None) if self.is_running else None
        if asked is None or self.process.stage != Stage.RATE:
            return None
        judged = self.data is not None and self.data.get("act") == "complete"
        return HearingForm(self.data, self.task, asked, timezone.localdate(), judged)

    @cached_property
    def settling(self) -> SettlingForm | None:
        """Why and how what was paid too much is settled; may wait for a task of its own."""
        lowers = any(one.difference < 0 for one in self.lines) and self.process.kind == ProcessKind.RECALCULATION
        if not (self.is_running and self.can_write and lowers and self.process.stage == Stage.RATE):
            return None
        typed = self.data if self.data is not None and "settle-reason" in self.data else None
        return SettlingForm(typed, prefix="settle", use_required_attribute=False)

    def context(self) -> dict[str, Any]:
        task, process = self.task, self.process
        old, new = sum(one.old for one in self.lines), sum(one.new for one in self.lines)
        return {
            "task": task,
            "process": process,
            "grant": process.grant,
            "citizen": process.citizen,
            "due": due_words(task.due_date, timezone.localdate()),
            "is_late": task.is_open and task.due_date < timezone.localdate(),
            "can_write": self.can_write,
            "is_running": self.is_running,
            "stages": self.stages,
            "missing": self.look.missing if self.is_running else [],
            "seen": self.look.seen,
            "lines": self.lines,
            "total": MonthLine(task.benefit_month, old, new) if len(self.lines) > 1 else None,
            "total_percent": percent_of(old, new) if old else "",
            "award": self.award if process.kind == ProcessKind.START_UP else None,
            "at_award": process.stage == Stage.ELIGIBILITY,
            "passed": [(one, Stage(one).label) for one in passed_stages(process)],
            "hearing": self.hearing,
            "settling": self.settling,
            "promise": self.promise(),
            "note": self.note,
            "version": self.version,
            "faults": self.faults,
            "others": others_here(self.user, task),
            "menu": menu(),
            "history": process.history.select_related("history_user").order_by("-history_date")[:8],
        }

    def promise(self) -> str:
        """What the button does, before it is done."""
        process = self.process
        if process.stage == Stage.ELIGIBILITY:
            if process.award == Award.REFUSED:
                return "Opstarten bliver afslået, og der bliver ingen sag."
            return "Sagen oprettes, og de næste trin kører, til noget stopper dem."
        if process.stage != Stage.RATE:
            return "De næste trin kører, til noget stopper dem."
        if process.kind == ProcessKind.START_UP:
            return "Opstarten er færdig, og sagen er med fra næste kørsel."
        changed = [one for one in self.lines if one.difference]
        if not changed:
            return "Ingen måned ændres. Genberegningen lukkes."
        total = sum(one.difference for one in changed)
        where = long_month(changed[0].month) if len(changed) == 1 else f"{len(changed)} måneder"
        return f"{med_fortegn(total)} kr. i {where} bliver til en efterregulering."


def passed_stages(process: Process) -> list[str]:
    """Stages one can go back to."""
    stages = STAGES[process.kind]
    return list(stages[: stages.index(process.stage)]) if process.state in OPEN else []


def process_workbench(request: HttpRequest, task: Task, process: Process) -> HttpResponse:
    """Show it, or do what the pressed button says. A refusal keeps what was typed."""
    if request.method == "GET":
        return render(request, "process/workbench.html", ProcessPage(request.user, task, process).context())
    page, status = ProcessPage(request.user, task, process, request.POST), 200
    try:
        if (act := ACTS.get(request.POST.get("act", ""))) is not None:
            messages.success(request, act(request, page))
            return redirect("task", pk=task.pk)
    except Refused as refused:
        status = 409 if isinstance(refused, Conflict) else 422
        task.refresh_from_db()
        fresh = Process.objects.select_related("grant", "citizen", "municipality").get(pk=process.pk)
        page = ProcessPage(request.user, task, fresh, request.POST)
        page.version, page.faults = task.version, [str(refused)]
    return render(request, "process/workbench.html", page.context(), status=status)


def _tick(request: HttpRequest, page: ProcessPage) -> int:
    """Answer every ticked concern with its note; the version is checked with the first."""
    version: int | None = page.version
    codes = request.POST.getlist("tick")
    now = timezone.now()
    for code in codes:
        note = request.POST.get(f"note-{code}", "").strip()
        processes.answer(page.task, code, request.user, note, now, _filled(request, code), version=version)
        version = None
    return len(codes)


def _filled(request: HttpRequest, code: str) -> date | None:
    """The start date typed beside ELI1."""
    text = request.POST.get(f"filled-{code}", "").strip()
    if not text:
        return None
    try:
        return DayField().clean(text)
    except forms.ValidationError as error:
        raise Refused(error.messages[0]) from None


def _answer(request: HttpRequest, page: ProcessPage) -> str:
    with transaction.atomic():
        count = _tick(request, page)
    if not count:
        raise Refused("Sæt flueben ved det, du har taget stilling til.")
    return "Kvitteret."


def _complete(request: HttpRequest, page: ProcessPage) -> str:
    now = timezone.now()
    extra = {}
    if page.hearing is not None:
        extra["hearing"] = page.hearing.answers()
    if page.settling is not None:
        extra["choice"] = page.settling.choice()
    with transaction.atomic():
        ticked = _tick(request, page)
        process = processes.complete_stage(
            page.process, request.user, now, note=page.note, seen=request.POST.get("seen"),
            version=None if ticked else page.version, **extra,
        )  # fmt: skip
    if process.state in OPEN:
        return f"Trinnet er gennemført. Nu venter {process.get_stage_display()}."
    return f"{process.get_kind_display()} er {process.get_state_display().lower()}."


def _award(request: HttpRequest, page: ProcessPage) -> str:
    if not page.award.is_valid():
        raise Refused("Ret felterne, der er markeret.")
    values = page.award.cleaned_data
    processes.set_award(
        page.process, values["award"], values["award_reason"], values["first_day"], values["last_day"],
        request.user, timezone.now(), version=page.version,
    )  # fmt: skip
    return f"Afgørelse: {Award(values['award']).label.lower()}. Gennemfør trinnet for at lade den gælde."


def _go_to(request: HttpRequest, page: ProcessPage) -> str:
    stage = request.POST.get("stage", "")
    reason = request.POST.get("go_reason", "")
    processes.go_to_stage(page.process, stage, request.user, reason, timezone.now(), version=page.version)
    return f"Tilbage til {Stage(stage).label}."


def _take(request: HttpRequest, page: ProcessPage) -> str:
    handle_task.take(page.task, request.user, timezone.now())
    return "Opgaven er hos dig."


ACTS = {"answer": _answer, "complete": _complete, "award": _award, "go": _go_to, "take": _take}
