"""Tasks that decide no month: follow-ups, end of grant, new case, lost right, folkepension, ceilings, unhandled."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cases import event_tasks, follow_ups, handle_task, journal, lost_right
from cases.acts import ACTS as CASE_ACTS
from cases.acts import acts_for, menu
from cases.concern_texts import words_of
from cases.forms import DayField
from cases.models import WRITERS, Complaint, PartyHearing, Task, TaskKind, User
from cases.open_task import COMPLAINT, HEARING
from cases.presenters.concerns import numbers_in_words
from cases.presenters.inbox import due_words
from cases.refused import Conflict, Refused
from cases.views.presence import others_here

ACTS_OF_KIND = {
    TaskKind.END_GRANT: ("afslut",),
    TaskKind.EXPIRING: ("bevillingsperiode", "afslut"),
    TaskKind.CEILING: ("bekraeft-loenloft", "loenloft"),
    TaskKind.ADJUSTMENT: ("efterregulering",),
}
"""The acts that settle a task of the kind."""

LEAD = {
    TaskKind.END_GRANT: "Afslut bevillingen, eller skriv, hvorfor den skal fortsætte.",
    TaskKind.EXPIRING: "Forlæng bevillingen, afslut den, eller skriv, hvad der sker.",
    TaskKind.CEILING: "Bekræft lønloftet, eller skriv et nyt: det lukker opgaven.",
    TaskKind.LOST_RIGHT: "Svar på de to spørgsmål. Næste opfølgning kommer om en måned, til der er en slutdato.",
    TaskKind.PENSION: "Læs brevet, og send det til borgeren: det lukker opgaven.",
    TaskKind.NEW_CASE: "Start sagen, eller skriv, hvorfor der ikke skal være en.",
    TaskKind.UNHANDLED: "Hændelsen er ikke i tabellen over målgruppeskift. Se, hvad der skal gøres, og skriv det.",
    TaskKind.ADJUSTMENT: "Se forskellen måned for måned, og vælg årsag og afregning: det lukker opgaven.",
    TaskKind.FOLLOW_UP: "Se på det, og skriv, hvad du har gjort.",
}

NOTE_CLOSES = frozenset(
    {TaskKind.END_GRANT, TaskKind.EXPIRING, TaskKind.NEW_CASE, TaskKind.UNHANDLED, TaskKind.FOLLOW_UP}
)
YES_NO = [("ja", "Ja"), ("nej", "Nej")]


class LostRightForm(forms.Form):
    """The month's follow-up of a lost right."""

    in_fleksjob = forms.ChoiceField(
        label="Er borgeren stadig ansat i fleksjobbet?", choices=YES_NO, widget=forms.RadioSelect
    )
    without_right = forms.ChoiceField(
        label="Er borgeren stadig uden ret til ydelsen?", choices=YES_NO, widget=forms.RadioSelect
    )
    ends_on = DayField(label="Hvis nej: sidste dag uden ret", required=False)


class NewCaseForm(forms.Form):
    """Start a case; the name only for a citizen who is not known here."""

    name = forms.CharField(label="Borgerens navn", max_length=120, required=False)
    address = forms.CharField(label="Adresse", max_length=200, required=False)
    first_day = DayField(label="Bevilling fra", required=False, help_text="Tom: som i hændelsen.")
    last_day = DayField(label="Bevilling til", required=False)

    def __init__(self, data: Any, task: Task) -> None:
        super().__init__(data, use_required_attribute=False)
        if task.citizen_id:
            del self.fields["name"], self.fields["address"]


def form_of(task: Task, data: Any = None) -> forms.Form | None:
    """The fields a kind has of its own."""
    if task.kind == TaskKind.LOST_RIGHT:
        return LostRightForm(data, use_required_attribute=False)
    return NewCaseForm(data, task) if task.kind == TaskKind.NEW_CASE else None


def question_workbench(request: HttpRequest, task: Task) -> HttpResponse:
    """Show it, or do what the pressed button says."""
    if request.method == "GET":
        return render(request, "tasks/question.html", context_of(request.user, task))
    faults, status = [], 200
    try:
        if (act := ACTS.get(request.POST.get("act", ""))) is not None:
            return act(request, task)
    except Refused as refused:
        faults, status = [str(refused)], 409 if isinstance(refused, Conflict) else 422
        task.refresh_from_db()
    return render(request, "tasks/question.html", context_of(request.user, task, request.POST, faults), status=status)


def context_of(user: User, task: Task, data: Any = None, faults: list[str] | None = None) -> dict[str, Any]:
    today, grant = timezone.localdate(), task.grant
    citizen = task.citizen or (grant.citizen if grant else None)
    return {
        "task": task,
        "grant": grant,
        "citizen": citizen,
        "due": due_words(task.due_date, today),
        "is_late": task.is_open and task.due_date < today,
        "can_write": task.is_open and task.municipality_id in user.municipality_ids(*WRITERS),
        "lead": LEAD.get(TaskKind(task.kind), ""),
        "questions": questions_of(task),
        "acts": _acts(task),
        "links": _links(task),
        "form": form_of(task, data),
        "closes": task.kind in NOTE_CLOSES and not _links(task),
        "event": event_tasks.event_of(task),
        "letters": task.letters.order_by("-id"),
        "note": data.get("note", "") if data else task.note,
        "version": task.version,
        "faults": faults or [],
        "others": others_here(user, task),
        "menu": menu(),
        "history": task.history.select_related("history_user").order_by("-history_date")[:6],
    }


def questions_of(task: Task) -> list[dict[str, Any]]:
    """What the task asks, with what it rests on and how it was answered."""
    shown = []
    for row in task.concerns.select_related("answered_by"):
        numbers, details = numbers_in_words(row.code, row.numbers, {})
        shown.append({"row": row, "numbers": numbers, "details": details, "law": _law(row.code)})
    return shown


def _law(code: str) -> str:
    try:
        return words_of(code).law
    except KeyError:
        return ""


def _acts(task: Task) -> list[tuple[str, str]]:
    words = list(ACTS_OF_KIND.get(TaskKind(task.kind), ()))
    words += [word for row in task.concerns.all() for word, _ in acts_for(row.code) if word not in words]
    return [(word, CASE_ACTS[word].title) for word in words] if task.grant_id else []


def _links(task: Task) -> list[tuple[str, int, str]]:
    """The hearing or complaint that an open question is about: (act, row, title)."""
    codes = set(task.concerns.filter(answered_at__isnull=True).values_list("code", flat=True))
    found: list[tuple[str, int, str]] = []
    if HEARING in codes:
        rows = PartyHearing.objects.filter(grant=task.grant_id, closed_at__isnull=True)
        found += [("partshoering", row.pk, "Afslut partshøringen") for row in rows]
    if COMPLAINT in codes:
        complaints = Complaint.objects.filter(payment__grant=task.grant_id, closed_at__isnull=True)
        found += [("genvurder", row.pk, "Vurdér klagen igen") for row in complaints]
    return found


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else None


def _close(request: HttpRequest, task: Task) -> HttpResponse:
    now, note = timezone.now(), request.POST.get("note", "")
    if (
        task.kind in event_tasks.SETTLED_BY_NOTE
        and task.concerns.filter(code__startswith=event_tasks.QUESTION).exists()
    ):
        event_tasks.settle(task, note, request.user, now, _version(request))
    else:
        follow_ups.done(task, note, request.user, now, _version(request))
    messages.success(request, "Opgaven er lukket med din note.")
    return redirect("task", pk=task.pk)


def _follow_up(request: HttpRequest, task: Task) -> HttpResponse:
    form = LostRightForm(request.POST, use_required_attribute=False)
    if not form.is_valid():
        raise Refused("Svar på begge spørgsmål.")
    values = form.cleaned_data
    lost_right.answer_follow_up(
        task, still_in_fleksjob=values["in_fleksjob"] == "ja", still_without_right=values["without_right"] == "ja",
        note=request.POST.get("note", ""), user=request.user, now=timezone.now(), version=_version(request),
        ends_on=values["ends_on"],
    )  # fmt: skip
    messages.success(request, "Svarene er gemt, og opgaven er lukket.")
    return redirect("task", pk=task.pk)


def _open_case(request: HttpRequest, task: Task) -> HttpResponse:
    form = NewCaseForm(request.POST, task)
    if not form.is_valid():
        raise Refused("Ret felterne, der er markeret.")
    days: dict[str, date | None] = form.cleaned_data
    process = event_tasks.open_case(task, request.user, timezone.now(), version=_version(request), **days)
    messages.success(request, "Opstarten er begyndt.")
    if process.task_id:
        return redirect("task", pk=process.task_id)
    return redirect("case", pk=process.grant_id)


def _wait(request: HttpRequest, task: Task) -> HttpResponse:
    version = _version(request)
    note = request.POST.get("note", "")
    handle_task.wait(task, request.user, note, task.version if version is None else version, timezone.now())
    messages.success(request, "Gemt. Opgaven står under “Afventer svar”.")
    return redirect("task", pk=task.pk)


def _note(request: HttpRequest, task: Task) -> HttpResponse:
    if task.grant is None:
        raise Refused("Opgaven har ingen sag at skrive noten på.")
    journal.write_note(task.grant, request.POST.get("note", ""), request.user, timezone.now())
    messages.success(request, "Noten er gemt på sagen.")
    return redirect("task", pk=task.pk)


ACTS = {"close": _close, "follow_up": _follow_up, "open_case": _open_case, "wait": _wait, "journal": _note}
