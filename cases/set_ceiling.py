"""The wage ceiling of a case (lønloft, LAB § 123, stk. 3; bekg. 227/2024 §§ 12-13): sub-process of SAT5 and SAT6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases.changed import income_changed
from cases.models import Grant, HolidayPayer, Period, PeriodKind, TaskKind, User, WageCeiling
from cases.open_task import close_open
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.signed import held, said, saved
from cases.templatetags.danish import day_name
from rules.ceilings import monthly_ceiling, proposed_in_holiday
from rules.judgment import MustBeJudged
from rules.months import Month

RAISED = "Hævet for ferie"
"""How the source of a ceiling raised for one month begins: so it is not raised twice."""


@dataclass(frozen=True)
class Raise:
    """A proposal for one income month: the ceiling as it is, the month's holiday pay, and the two together."""

    month: Month
    ceiling: Decimal
    holiday_pay: Decimal
    proposed: Decimal
    is_done: bool


def set_ceiling(grant: Grant, amount: Decimal, first_day: date, source: str, user: User, now: datetime) -> WageCeiling:
    """A ceiling in kroner a month, from a day. One from the same day is corrected.

    Every decided month from then on, until the next ceiling, is calculated again.
    """
    source = said(source, "Skriv, hvem der har oplyst lønloftet, og hvornår.")
    if amount <= 0:
        raise Refused("Lønloftet skal være over 0 kr.: det er lønnen på fuld tid i samme job.")
    with transaction.atomic():
        row = _write(held(grant), amount, first_day, source, user)
        close_open(grant, [TaskKind.CEILING], source, user, now)
        event = f"Lønloft fra {day_name(first_day)}: {source}"
        income_changed(grant, first_day, _until_next(row), event, user, now)
        return row


def computed(pay_parts: Sequence[Decimal], month: Month) -> Decimal:
    """The municipality's own ceiling from the hourly pay x 160,333, when the employer does not state it (§ 13)."""
    try:
        return monthly_ceiling(pay_parts, month)
    except MustBeJudged as error:
        raise Refused(str(error)) from error


def confirm_ceiling(grant: Grant, source: str, user: User, now: datetime) -> WageCeiling:
    """The employer says that the ceiling is still right: noted on it, and the task that asked is closed."""
    source = said(source, "Skriv, hvem der har bekræftet lønloftet, og hvornår.")
    with transaction.atomic():
        row = current(held(grant), localdate(now))
        if row is None:
            raise Refused("Sagen har intet lønloft at bekræfte. Skriv lønloftet i stedet.")
        saved(row, user, f"Bekræftet: {source}")
        close_open(grant, [TaskKind.CEILING], f"Bekræftet: {source}", user, now)
        return row


def current(grant: Grant, day: date) -> WageCeiling | None:
    """The ceiling in force on a day."""
    return WageCeiling.objects.filter(grant=grant, first_day__lte=day).order_by("first_day").last()


def proposed_raise(grant: Grant, month: Month) -> Raise | None:
    """What the ceiling of an income month may be raised to when FerieKonto money counts in it. A proposal only.

    None when the month has none, or the case no ceiling. Bekg. 227/2024 § 12, stk. 2, nr. 11; Q7.
    """
    base = _ordinary(grant, month)
    periods = Period.objects.filter(
        grant=grant,
        kind=PeriodKind.HOLIDAY,
        paid_by=HolidayPayer.FERIEKONTO,
        first_day__gte=month.first_day,
        first_day__lte=month.last_day,
    )
    gross = sum((one.amount or Decimal(0) for one in periods), Decimal(0))
    if base is None or not gross:
        return None
    now = current(grant, month.last_day)
    done = now is not None and now.source.startswith(f"{RAISED} {month}")
    return Raise(month, base.amount, gross, proposed_in_holiday(base.amount, gross), done)


def raise_for_holiday(
    grant: Grant, month: Month, amount: Decimal, source: str, user: User, now: datetime
) -> WageCeiling:
    """Raise the ceiling of one income month; from the month after, the ordinary ceiling is in force again."""
    source = said(source, "Skriv, hvorfor lønloftet hæves med det beløb.")
    with transaction.atomic():
        base = _ordinary(held(grant), month)
        if base is None:
            raise Refused("Sagen har intet lønloft at hæve. Skriv lønloftet først.")
        if amount <= base.amount:
            raise Refused("Det hævede lønloft skal være højere end det ordinære.")
        first = max(month.first_day, base.first_day + timedelta(days=1))
        if first > month.last_day:
            raise Refused("Lønloftet begynder på månedens sidste dag. Ret lønloftets dato først.")
        row = _write(grant, amount, first, f"{RAISED} {month}: {source}"[:120], user)
        after = (month + 1).first_day
        if not WageCeiling.objects.filter(grant=grant, first_day=after).exists():
            _write(grant, base.amount, after, base.source, user)
        event = f"Lønloft hævet for {long_month(month)}: {source}"
        income_changed(grant, month.first_day, month.last_day, event, user, now)
        return row


def _ordinary(grant: Grant, month: Month) -> WageCeiling | None:
    """The month's ceiling as it is without a raise for holiday."""
    ceilings = WageCeiling.objects.filter(grant=grant, first_day__lte=month.last_day).order_by("first_day")
    return ceilings.exclude(source__startswith=RAISED).last()


def _write(grant: Grant, amount: Decimal, first_day: date, source: str, user: User) -> WageCeiling:
    row = WageCeiling.objects.filter(grant=grant, first_day=first_day).first()
    row = row or WageCeiling(grant=grant, first_day=first_day)
    row.amount, row.source = amount, source[:120]
    return saved(row, user, source)


def _until_next(ceiling: WageCeiling) -> date | None:
    """The last day of the month before the next ceiling's month; None when it is the last."""
    later = WageCeiling.objects.filter(grant=ceiling.grant_id, first_day__gt=ceiling.first_day)
    following = later.order_by("first_day").first()
    return (Month.of(following.first_day) - 1).last_day if following else None
