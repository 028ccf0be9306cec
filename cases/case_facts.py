"""Rows to rules.case_rules.CaseFacts: what the concerns of a process are judged from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Min

from cases.models import Citizen, EventKind, HolidayPayer, HolidayPayment, JobcentreEvent, Period, PeriodKind, Process
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

OFFSET = ("sickness_benefit", "parental_benefit")


def case_facts(process: Process, looks: Iterable[Look] = ()) -> CaseFacts:
    """The facts of a process; ``looks`` are the months it calculates. Six queries."""
    events = list(JobcentreEvent.objects.filter(citizen=process.citizen_id).order_by("received_at", "id"))
    looks = tuple(looks)
    return CaseFacts(
        contact_course_has_start=_has_start(process),
        activities=_named(events, EventKind.ACTIVITY, "aktivitet"),
        absences=_named(events, EventKind.ABSENCE, "fravaer"),
        shifts=tuple(one for event in events if (one := shift_of(event)) is not None),
        holidays=_holidays(process),
        has_tax_card_choice=bool(Citizen.objects.values_list("tax_card", flat=True).get(pk=process.citizen_id)),
        is_new_case=process.kind == ProcessKind.START_UP,
        last_handled_at=last_handled_at(process),
        wage_se_numbers=tuple(MonthEmployers(look.view.month, tuple(look.view.paid_by_employer)) for look in looks),
        holiday_payments=_payments(process),
        benefits_paid=tuple(MonthBenefits(look.view.month, _benefits(look)) for look in looks),
    )


def last_handled_at(process: Process) -> datetime | None:
    """When the citizen's last process was completed, automatic or by hand (Q35). A monthly task is no process."""
    done = Process.objects.filter(
        citizen=process.citizen_id, state__in=[ProcessState.DONE, ProcessState.REFUSED]
    ).exclude(pk=process.pk)
    return done.aggregate(newest=Max("finished_at"))["newest"]


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


def _holidays(process: Process) -> tuple[HolidayWithAllowance, ...]:
    """Holiday with feriegodtgørelse: paid by FerieKonto, or with an amount. Registered when its row was made."""
    if process.grant_id is None:
        return ()
    rows = Period.objects.filter(grant=process.grant_id, kind=PeriodKind.HOLIDAY)
    made = dict(
        Period.history.filter(id__in=rows.values("id"))
        .values("id")
        .annotate(at=Min("history_date"))
        .values_list("id", "at")
    )
    return tuple(
        HolidayWithAllowance(one.first_day, one.last_day, made[one.pk])
        for one in rows.order_by("first_day", "id")
        if one.paid_by == HolidayPayer.FERIEKONTO or one.amount
    )


def _payments(process: Process) -> tuple[ReceivedHolidayPay, ...]:
    rows = HolidayPayment.objects.filter(citizen=process.citizen_id).order_by("imported_at", "id")
    return tuple(ReceivedHolidayPay(*values) for values in rows.values_list("first_day", "net_amount", "imported_at"))


def _benefits(look: Look) -> object:
    """Sickness and parental benefit of the month, kroner (LAB § 124, stk. 3)."""
    paid = (one for one in look.view.reports if one.role == "benefit" and one.kind in OFFSET)
    return sum((one.amount for one in paid), ZERO)
