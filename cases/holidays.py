"""Holiday on a case: period, days, who pays, and grossing up (LAB § 124, stk. 1; bekg. 227/2024 §§ 5, 6 and 10).

The sub-process of SAT8 and REC2. A holiday over a turn of the month becomes one period in each month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from cases.bank_days import public_holidays
from cases.changed import income_changed
from cases.models import Grant, HolidayPayer, HolidayPayment, Period, PeriodKind, User
from cases.periods import check_free, span
from cases.presenters.words import percent
from cases.refused import Refused
from cases.signed import held, said, saved
from cases.templatetags.danish import kr
from rules.holiday import gross_up, holiday_days, holiday_pay_held, unemployment_benefit_days
from rules.judgment import MustBeJudged
from rules.months import Month

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Holiday:
    """What a person enters. FerieKonto: net with a tax percent, or gross; ``days_covered`` is what the money covers.

    Ledighedsydelse: ``days`` when they are not all weekdays of the period. Employer: nothing more (§ 5).
    """

    first_day: date
    last_day: date
    paid_by: str
    source: str
    net: Decimal | None = None
    gross: Decimal | None = None
    tax_percent: Decimal | None = None
    days_covered: Decimal | None = None
    days: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """One month of a holiday: gross holiday pay in kroner, or days on ledighedsydelse."""

    first_day: date
    last_day: date
    amount: Decimal | None
    days: Decimal | None


def days_of(first: date, last: date) -> int:
    """Holiday days of a period: weekdays that are no public holiday (Q25)."""
    return holiday_days(first, last, public_holidays(first.year) | public_holidays(last.year))


def gross_of(holiday: Holiday) -> Decimal:
    """The holiday pay before tax: as the payslip has it, else the net amount grossed up (§ 6, stk. 2-3; Q6)."""
    if holiday.gross is not None:
        if holiday.gross <= 0:
            raise Refused("Bruttobeløbet skal være over 0 kr.")
        return holiday.gross
    if holiday.net is None or holiday.net <= 0:
        raise Refused("Skriv det udbetalte nettobeløb eller bruttobeløbet fra lønsedlen.")
    try:
        return gross_up(holiday.net, holiday.tax_percent)
    except MustBeJudged as error:
        raise Refused(str(error)) from error


def parts(holiday: Holiday) -> list[Part]:
    """The holiday month by month: the share of the money by days held, or the days on ledighedsydelse. Pure."""
    if holiday.last_day < holiday.first_day:
        raise Refused("Ferien slutter, før den begynder. Ret datoerne.")
    months = list(_months(holiday.first_day, holiday.last_day))
    if holiday.paid_by == HolidayPayer.EMPLOYER:
        return [Part(first, last, None, None) for first, last in months]
    total = days_of(holiday.first_day, holiday.last_day)
    if not total:
        raise Refused("Der er ingen hverdage i perioden, og dermed ingen feriedage.")
    if holiday.paid_by == HolidayPayer.UNEMPLOYMENT:
        return [Part(first, last, None, days) for (first, last), days in _unemployment_days(holiday, months)]
    if holiday.paid_by != HolidayPayer.FERIEKONTO:
        raise Refused("Vælg, hvem der betaler ferien.")
    return list(_paid_parts(holiday, months, Decimal(total)))


def register_holiday(grant: Grant, holiday: Holiday, user: User, now: datetime) -> list[Period]:
    """Keep the holiday and calculate the months it touches again. One period a month."""
    source = said(holiday.source, "Skriv, hvor oplysningen om ferien kommer fra.")
    found = parts(holiday)
    with transaction.atomic():
        row = held(grant)
        check_free(row, PeriodKind.HOLIDAY, holiday.first_day, holiday.last_day)
        if holiday.paid_by == HolidayPayer.UNEMPLOYMENT:
            _within_25_days(row, found)
        note = f"{source}{_how_grossed(holiday)}"[:200]
        periods = [
            saved(
                Period(
                    grant=row,
                    kind=PeriodKind.HOLIDAY,
                    paid_by=holiday.paid_by,
                    first_day=part.first_day,
                    last_day=part.last_day,
                    amount=part.amount,
                    days=part.days,
                    note=note,
                ),
                user,
                source,
                now,
            )
            for part in found
        ]
        event = f"Ferie {span(periods[0])}: {source}"
        income_changed(row, holiday.first_day, holiday.last_day, event, user, now)
        return periods


def from_payment(payment: HolidayPayment) -> Holiday:
    """What FerieKonto's payment proposes: its days from its first day, net, the citizen's tax percent.

    Money paid without tax withheld has no net to gross up: the gross amount must be entered (Q6).
    """
    last = payment.first_day
    while days_of(payment.first_day, last) < payment.days:
        last += DAY
    known = payment.citizen.tax_percent if payment.tax_withheld else None
    return Holiday(
        first_day=payment.first_day,
        last_day=last,
        paid_by=HolidayPayer.FERIEKONTO,
        source=f"FerieKonto, anmodet {payment.requested_on:%d.%m.%Y}",
        net=payment.net_amount if payment.tax_withheld else None,
        tax_percent=None if known is None else Decimal(known),
        days_covered=payment.days,
    )


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, Month.of(first).last_day)
        yield first, end
        first = end + DAY


def _paid_parts(holiday: Holiday, months: list[tuple[date, date]], total: Decimal) -> Iterator[Part]:
    """The money in proportion to the days held in each month (§ 6, stk. 3-4); the øre left over go to the last."""
    gross, covered = gross_of(holiday), holiday.days_covered or total
    try:
        rest = holiday_pay_held(gross, total, covered).amount
        for number, (first, last) in enumerate(months, start=1):
            share = holiday_pay_held(gross, Decimal(days_of(first, last)), covered).amount
            yield Part(first, last, rest if number == len(months) else share, None)
            rest -= share
    except ValueError as error:
        raise Refused(str(error)) from error


def _unemployment_days(
    holiday: Holiday, months: list[tuple[date, date]]
) -> Iterator[tuple[tuple[date, date], Decimal]]:
    if holiday.days is not None and len(months) > 1:
        raise Refused("Del ferien ved månedsskiftet, når dagene ikke er alle hverdage i perioden.")
    for span_ in months:
        counted = Decimal(days_of(*span_))
        if holiday.days is not None and not 0 < holiday.days <= counted:
            raise Refused(f"Perioden har {counted} feriedage. Skriv et tal fra 1 til {counted}.")
        yield span_, holiday.days or counted


def _within_25_days(grant: Grant, wanted: list[Part]) -> None:
    """With paid holiday at most 25 days in a holiday year (§ 10, stk. 1; ferielovens ferieår 1/9-31/8)."""
    start = wanted[0].first_day
    first = date(start.year - (start.month < 9), 9, 1)
    known = Period.objects.filter(
        grant=grant, kind=PeriodKind.HOLIDAY, first_day__gte=first, first_day__lt=date(first.year + 1, 9, 1)
    )
    used = sum(
        (one.days or Decimal(days_of(one.first_day, one.last_day or one.first_day)) for one in known), Decimal(0)
    )
    days = sum((part.days or Decimal(0) for part in wanted), Decimal(0))
    allowed = unemployment_benefit_days(days, used)
    if days > allowed:
        raise Refused(
            f"Der er {used:f} feriedage i ferieåret i forvejen, så ledighedsydelse kan højst dække {allowed:f} dage "
            f"og ikke {days:f} (25 dage i alt)."
        )


def _how_grossed(holiday: Holiday) -> str:
    if holiday.paid_by != HolidayPayer.FERIEKONTO:
        return ""
    if holiday.gross is not None:
        return f"; brutto {kr(holiday.gross)} kr. fra lønseddel"
    return f"; netto {kr(holiday.net)} kr., trækprocent {percent(holiday.tax_percent)}"
