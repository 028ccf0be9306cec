"""What the workbench of a task shows, with and without what a person has typed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases import handle_task
from cases.acts import menu
from cases.bank_days import coming_pay_day
from cases.changed import income_changed
from cases.forms import NewCeilingForm, TaxForm, WorkForm
from cases.gather import gather
from cases.hearing_form import HearingForm
from cases.models import WRITERS, Decision, Payment, Task, TaskKind, User, names_of_employers
from cases.party_hearing import questions_of
from cases.presenters.concerns import ShownConcern, from_json, shown_all
from cases.presenters.inbox import due_words
from cases.presenters.incomes import added_rows, income_table, report_rows, reports_of
from cases.presenters.sums import Last, decision_rows, paid_before, paid_for, sum_rows
from cases.presenters.what_if import percent_of
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.signed import saved
from cases.templatetags.danish import day_name, hele_kr
from cases.views.presence import others_here
from rules.calculation import CalculationError
from rules.facts import Facts
from rules.frozen import thaw
from rules.income_rules import BY_CODE
from rules.rates import NoRates
from rules.start_up import ceiling_month


class WorkbenchPage:
    """The page of one task; ``data`` is what was posted."""

    def __init__(self, user: User, task: Task, data: Any = None) -> None:
        self.user, self.task, self.data = user, task, data
        self.faults: list[str] = []
        self.work = WorkForm(data, [(one.pk, getattr(one, "treatment", None)) for one in self.reports])
        self.note = task.note if self.work.note is None else self.work.note
        self.version = int(data["version"]) if data and data.get("version", "").isdecimal() else task.version
        self.tax = TaxForm(None, task.grant.citizen, initial=_typed(data, "tax"))

    @cached_property
    def can_write(self) -> bool:
        return self.task.is_open and self.task.municipality_id in self.user.municipality_ids(*WRITERS)

    @cached_property
    def facts(self) -> Facts:
        """With what is typed, so that table and bars follow the sum."""
        try:
            return thaw(Facts, self.draft.frozen["facts"]) if self.work.readable else self._stored_facts()
        except (CalculationError, NoRates):
            return self._stored_facts()

    def _stored_facts(self) -> Facts:
        return gather([self.task.grant_id], self.task.benefit_month)[self.task.grant_id]

    @cached_property
    def ceiling(self) -> NewCeilingForm:
        month = ceiling_month(self.facts)
        return NewCeilingForm(None, self.task.grant, month, initial=_typed(self.data, "ceiling"))

    @cached_property
    def reports(self) -> list[Any]:
        """Reports of the income month and the two before it, and of the benefit month for "same month" jobs."""
        income_month = self.task.benefit_month - 1
        found = reports_of(self.task.grant, income_month - 2, income_month + 1)
        same = set(self.task.grant.jobs.filter(same_month=True).values_list("se_number", flat=True))
        return [one for one in found if one.month <= income_month or one.se_number in same]

    @cached_property
    def names(self) -> dict[str, str]:
        numbers = {one.se_number for one in self.facts.reports} | {one.se_number for one in self.facts.jobs}
        return names_of_employers(numbers)

    @cached_property
    def draft(self) -> Any:
        """The proposal with what is typed; without it when something typed cannot be read."""
        if self.work.bound and not self.work.readable:
            return handle_task.proposal(self.task)
        return handle_task.proposal(self.task, self.work.corrections, self.work.added)

    def look_again(self) -> None:
        """Forget what was read before an act: the next look is at what stands now, with the newest version."""
        for name in ("facts", "draft", "names", "hearing"):
            self.__dict__.pop(name, None)
        self.task.refresh_from_db()
        self.version = self.task.version

    def fix(self, what: str) -> None:
        """Write the missing wage ceiling or tax percent on the case, and keep what else was typed.

        Other decided months that a ceiling touches are calculated again.
        """
        if what == "ceiling":
            form: Any = NewCeilingForm(self.data, self.task.grant, ceiling_month(self.facts))
            self.ceiling, reason = form, "Skrevet ved behandling af opgave"
        else:
            form = TaxForm(self.data, self.task.grant.citizen)
            self.tax, reason = form, "Skrevet ved behandling af opgave"
        if not form.is_valid():
            raise Refused("Udfyld felterne, der er markeret.")
        now = timezone.now()
        with transaction.atomic():
            self._keep_typed(now)
            saved(form.instance, self.user, reason)
            if what == "ceiling":
                income_changed(self.task.grant, form.instance.first_day, None, reason, self.user, now)

    def _keep_typed(self, now: datetime) -> None:
        """Keep what else was typed; the task is the person's now, so that no new decision takes it away."""
        if self.work.corrections or self.work.added or self.note != self.task.note:
            corrections, added = self.work.corrections, self.work.added
            handle_task.save(self.task, self.user, corrections, added, self.note, self.version, now)
        elif self.task.touched_at is None:
            handle_task.take(self.task, self.user, now)

    def context(self) -> dict[str, Any]:
        """Everything on the page."""
        task = self.task
        return {
            **self.sum_context(),
            "grant": task.grant,
            "citizen": task.grant.citizen,
            "income_month": task.benefit_month - 1,
            "due": due_words(task.due_date, timezone.localdate()),
            "is_late": task.is_open and task.due_date < timezone.localdate(),
            "rows": self.report_rows(),
            "earlier_rows": [row for row in report_rows(self.reports, self.names) if not self._is_now(row)],
            "added": added_rows(task.grant, [task.benefit_month - 1]),
            "work": self.work,
            "note": self.note,
            "version": self.version,
            "faults": self.faults,
            "ceiling_form": self.ceiling,
            "tax_form": self.tax,
            "others": others_here(self.user, task),
            "hearing": self.hearing,
            "no_income": self.data is not None and "no_income" in self.data,
            "menu": menu(),
            "payment": self.payment,
            "shown_concerns": self.concerns,
            "history": task.history.select_related("history_user").order_by("-history_date")[:6],
        }

    def sum_context(self) -> dict[str, Any]:
        """The sum, what it will do, and what stands in the way. A month that cannot be calculated says why."""
        common = {
            "task": self.task,
            "can_write": self.can_write,
            "is_income": self.task.kind == TaskKind.INCOME,
            "table": income_table(self.facts, self.names),
            "last_label": "Udbetalt" if self.is_recalculation else "Sidst",
            "compared_with": "det udbetalte" if self.is_recalculation else "sidste måned",
        }
        if not self.task.is_open:
            return {**common, **self._decided()}
        try:
            draft = self.draft
        except (CalculationError, NoRates) as error:
            return {**common, "sum_fault": str(error)}
        return {
            **common,
            "sum": sum_rows(draft.calculation, self.last),
            "calculation": draft.calculation,
            "last": self.last,
            "seen": handle_task.seen(draft),
            "concerns_now": shown_all(draft.concerns, self.names),
            "notes_now": shown_all(draft.notes, self.names),
            "stuck": [BY_CODE[one.code] for one in draft.concerns if not BY_CODE[one.code].acceptable],
            "promise": self.promise(draft.calculation),
            "typed": bool(self.work.corrections or self.work.added),
            "sum_faults": [] if self.faults else self.work.faults,
            "change": self._change(draft.calculation.subsidy),
            "change_percent": self._percent(draft.calculation.subsidy),
        }

    def _decided(self) -> dict[str, Any]:
        decision = self.latest
        return {
            "sum": decision_rows(decision, self.last) if decision else [],
            "decision": decision,
            "last": self.last,
            "change": self._change(decision.subsidy) if decision else None,
        }

    def _change(self, subsidy: Decimal) -> Decimal | None:
        return None if self.last.subsidy is None else subsidy - self.last.subsidy

    def _percent(self, subsidy: Decimal) -> str:
        return percent_of(self.last.subsidy, subsidy) if self.last.subsidy else ""

    @cached_property
    def latest(self) -> Decision | None:
        found = Decision.objects.filter(grant=self.task.grant_id, benefit_month=self.task.benefit_month)
        return found.order_by("-sequence").first()

    @cached_property
    def last(self) -> Last:
        find = paid_for if self.is_recalculation else paid_before
        return find(self.task.grant_id, self.task.benefit_month)

    @property
    def is_recalculation(self) -> bool:
        return bool(self.task.kind == TaskKind.RECALCULATION)

    @cached_property
    def payment(self) -> Payment | None:
        found = Payment.objects.of_decisions().filter(grant=self.task.grant_id, benefit_month=self.task.benefit_month)
        return found.order_by("-sequence").first()

    @cached_property
    def concerns(self) -> list[ShownConcern]:
        """As they stand now; for a task that is done or about a paid month, as the task has them."""
        if not self.task.is_open or self.is_recalculation:
            rows = self.task.concerns.all()
            return from_json([{"code": row.code, "numbers": row.numbers} for row in rows], self.names)
        try:
            return shown_all(self.draft.concerns, self.names)
        except (CalculationError, NoRates):
            return []

    def report_rows(self) -> list[Any]:
        """The income month's reports, each with its form."""
        rows = [row for row in report_rows(self.reports, self.names) if self._is_now(row)]
        for row in rows:
            row.form = self.work.reports[row.id] if self.can_write and not row.is_own_subsidy else None
        return rows

    def _is_now(self, row: Any) -> bool:
        return bool(row.month >= self.task.benefit_month - 1)

    @cached_property
    def hearing(self) -> HearingForm | None:
        """The three questions, when less is paid than before."""
        if not self.task.is_open or self.task.kind != TaskKind.INCOME:
            return None
        try:
            asked = questions_of(self.task, self.draft)
        except (CalculationError, NoRates):
            return None
        judged = self.data is not None and self.data.get("act") == "accept"
        return HearingForm(self.data, self.task, asked, timezone.localdate(), judged) if asked else None

    def promise(self, calculation: Any) -> str:
        """What accepting will do, before it is done."""
        if self.is_recalculation:
            return "Måneden er udbetalt og skrives ikke om. Opgaven lukkes med din note."
        when = day_name(coming_pay_day(self.task.benefit_month, timezone.localdate()))
        if not calculation.payable_before_tax:
            return f"Der udbetales ikke noget for {long_month(self.task.benefit_month)}."
        return f"{hele_kr(calculation.payable_before_tax)} kr. udbetales {when}"

    def done_words(self, decision: Decision | None) -> str:
        if decision is None or self.task.kind != TaskKind.INCOME:
            return "Opgaven er lukket med din note."
        name = self.task.grant.citizen.name
        when = day_name(coming_pay_day(self.task.benefit_month, timezone.localdate()))
        return f"Godkendt: {hele_kr(decision.payable_before_tax)} kr. udbetales {when} til {name}."


def _typed(data: Any, prefix: str) -> dict[str, str]:
    """What was typed in a form that the pressed button did not mean: shown again, not yet judged."""
    fields = data.items() if data else ()
    return {name.removeprefix(f"{prefix}-"): value for name, value in fields if name.startswith(f"{prefix}-") and value}
