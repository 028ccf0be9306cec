"""Rows to rules.case_rules.CaseFacts: what the concerns of a process are judged from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Min

from cases.models import Citizen, EventKind, HolidayPayer, HolidayPayment, JobcentreEvent, Period, PeriodKind, Process
from cases.models.any_of import Ids
from cases.models.process import ProcessKind, ProcessState
from cases.recalculated_months import Look
from rules.case_rules import (
    CaseEvent,
    CaseFacts,
    HolidayWithAllowance,
    MonthBenefits,
    MonthEmployers,
    ReceivedHolidayPay,
    ShiftEvent,
)
from rules.facts import ZERO
from rules.target_groups import shift

OVER = (ProcessState.DONE, ProcessState.REFUSED)
OFFSET = ("sickness_benefit", "parental_benefit")


def case_facts(process: Process, looks: Iterable[Look] = ()) -> CaseFacts:
    """The facts of a process; ``looks`` are the months it calculates."""
    return facts_of([(process, tuple(looks))])[0]


def facts_of(processes: Sequence[tuple[Process, tuple[Look, ...]]]) -> list[CaseFacts]:
    """The facts of processes, in their order. Six queries, however many."""
    citizens = Ids(process.citizen_id for process, _ in processes)
    events = _grouped(JobcentreEvent.objects.filter(citizen__any_of=citizens).order_by("received_at", "id"))
    payments = _grouped(HolidayPayment.objects.filter(citizen__any_of=citizens).order_by("imported_at", "id"))
    handled = _grouped(Process.objects.filter(citizen__any_of=citizens, state__in=OVER).only("citizen", "finished_at"))
    cards = dict(Citizen.objects.filter(id__any_of=citizens).values_list("pk", "tax_card"))
    holidays = _holidays([process.grant_id for process, _ in processes if process.grant_id is not None])
    return [
        CaseFacts(
            contact_course_has_start=_has_start(one),
            activities=_named(events[one.citizen_id], EventKind.ACTIVITY, "aktivitet"),
            absences=_named(events[one.citizen_id], EventKind.ABSENCE, "fravaer"),
            shifts=tuple(found for event in events[one.citizen_id] if (found := shift_of(event)) is not None),
            holidays=tuple(holidays.get(one.grant_id, ())),
            has_tax_card_choice=bool(cards[one.citizen_id]),
            is_new_case=one.kind == ProcessKind.START_UP,
            last_handled_at=_last_handled_at(one, handled[one.citizen_id]),
            wage_se_numbers=tuple(MonthEmployers(look.view.month, tuple(look.view.paid_by_employer)) for look in looks),
            holiday_payments=tuple(
                ReceivedHolidayPay(paid.first_day, paid.net_amount, paid.imported_at)
                for paid in payments[one.citizen_id]
            ),
            benefits_paid=tuple(MonthBenefits(look.view.month, _benefits(look)) for look in looks),
        )
        for one, looks in processes
    ]


def _grouped(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.citizen_id].append(row)
    return found


def _last_handled_at(process: Process, over: Iterable[Process]) -> datetime | None:
    """When the citizen's last process was completed, automatic or by hand (Q35). A monthly task is no process."""
    return max((one.finished_at for one in over if one.pk != process.pk and one.finished_at), default=None)


def _has_start(process: Process) -> bool | None:
    """Whether the jobcentre, or a person, has said when the grant begins."""
    return process.first_day is not None if process.kind == ProcessKind.START_UP else None


def _named(events: list[JobcentreEvent], kind: str, name: str) -> tuple[CaseEvent, ...]:
    return tuple(
        CaseEvent(str(one.payload.get(name) or ""), one.effective_date, one.received_at)
        for one in events
        if one.kind == kind
    )


def shift_of(event: JobcentreEvent) -> ShiftEvent | None:
    """A shift by its rows in annex 2; None for another event and for a group in no row."""
    if event.kind != EventKind.SHIFT:
        return None
    names = (
        "fra_maalgruppe_type_kode", "fra_maalgruppe_status", "til_maalgruppe_type_kode", "til_maalgruppe_status",
    )  # fmt: skip
    found = shift(*(event.payload.get(name) for name in names))
    if found.from_group is None or found.to_group is None:
        return None
    return ShiftEvent(found.from_group, found.to_group, event.received_at)


def _holidays(grants: Collection[int]) -> dict[int, list[HolidayWithAllowance]]:
    """Holiday with feriegodtgørelse, by case: paid by FerieKonto, or with an amount. Registered when it was written."""
    rows = Period.objects.filter(grant__any_of=grants, kind=PeriodKind.HOLIDAY).order_by("first_day", "id")
    paid = [one for one in rows if one.paid_by == HolidayPayer.FERIEKONTO or one.amount]
    history = Period.history.filter(id__any_of=[one.pk for one in paid]).order_by()
    made = dict(history.values("id").annotate(at=Min("history_date")).values_list("id", "at"))
    found: defaultdict[int, list[HolidayWithAllowance]] = defaultdict(list)
    for one in paid:
        found[one.grant_id].append(HolidayWithAllowance(one.first_day, one.last_day, made[one.pk]))
    return found


def _benefits(look: Look) -> object:
    """Sickness and parental benefit of the month, kroner (LAB § 124, stk. 3)."""
    paid = (one for one in look.view.reports if one.role == "benefit" and one.kind in OFFSET)
    return sum((one.amount for one in paid), ZERO)
