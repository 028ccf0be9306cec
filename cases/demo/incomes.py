"""Which reports the register has on a citizen in a month: ordinary pay, and every kind of odd month.

A kind is a function from the month's pay to its reports. Months are income months; pay is disposed of on the month's
last weekday, so a month's answer file holds what was paid in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from cases.demo.population import DemoCitizen
from cases.integrations.eindkomst import RegisterReport
from rules.income_codes import FERIEKONTO_SE, RegisterField
from rules.months import Month

AM_PERCENT = 8
OTHER_EMPLOYER_SE = "10000009"
BENEFIT_PAYER_SE = "20000005"
PARENTAL_PAYER_SE = "20000006"


@dataclass(frozen=True, slots=True)
class MonthPay:
    """One citizen's ordinary pay in one month, in øre and hundredths of hours, and chance for the details."""

    citizen: DemoCitizen
    month: Month
    rng: Random
    gross: int
    hours: int

    @property
    def pay_date(self) -> date:
        return last_weekday(self.month)

    @property
    def period(self) -> tuple[date, date]:
        if self.citizen.profile == "period_20_19":
            return (self.month - 1).first_day + timedelta(days=19), self.month.first_day + timedelta(days=18)
        paid_for = self.month + 1 if self.citizen.profile == "in_advance" else self.month
        first = max(paid_for.first_day, self.citizen.job_first_day)
        return min(first, paid_for.last_day), paid_for.last_day


def month_pay(citizen: DemoCitizen, month: Month, seed: int) -> MonthPay:
    """What the citizen earns in a month: the agreed pay, for most of them up or down by at most 1 %."""
    rng = Random(f"{seed}/{citizen.cpr}/{month}")  # noqa: S311 - invented data
    steady = citizen.profile in ("fixed", "near_ceiling", "above_ceiling", "high_wage")
    swing = 0 if steady else rng.randint(-100, 100)
    gross = int(citizen.gross_wage * 100) * (10_000 + swing) // 10_000
    hours = int(citizen.monthly_hours * 100)
    if Month.of(citizen.job_first_day) == month and citizen.job_first_day.day > 1:
        gross, hours = gross // 2, hours // 2
    return MonthPay(citizen, month, rng, gross, hours)


def reports_of(citizen: DemoCitizen, month: Month, seed: int, municipality_se: str) -> tuple[RegisterReport, ...]:
    """Everything that was paid to the citizen in the month, as the register has it."""
    if month < Month.of(citizen.job_first_day):
        return ()
    pay = month_pay(citizen, month, seed)
    kind = citizen.planned(month)
    reports = list(KINDS[kind](pay)) if kind else [ordinary(pay)]
    if citizen.shows_own_subsidy and Month.of(citizen.grant_first_day) < month:
        reports.append(own_subsidy(pay, municipality_se))
    return tuple(reports)


def wage(
    pay: MonthPay,
    *,
    percent: int = 100,
    hours: str | None = "",
    se_number: str = "",
    period: tuple[date | None, date | None] | None = None,
    own_id: str = "LON",
    header: tuple[RegisterField, ...] = (),
    extra: tuple[RegisterField, ...] = (),
) -> RegisterReport:
    """A wage report with a share of the month's pay. ``hours``: "" gives the agreed ones, None leaves them out."""
    gross, citizen = pay.gross * percent // 100, pay.citizen
    atp = min(99_00, pay.hours * percent // 100 * 60 // 100) // 100 * 100 if gross > 0 else 0
    own = int(gross * citizen.own_pension_percent / 100)
    taxable = gross - own - atp
    am = taxable * AM_PERCENT // 100 // 100 * 100
    tax = int((taxable - am) * (citizen.tax_percent or 38) / 100) // 100 * 100
    given = _kroner(pay.hours * percent // 100) if hours == "" else hours
    lines = [
        ("16001", "057", _kroner(taxable)),
        ("16001", "059", _kroner(tax)),
        ("16001", "060", _kroner(am)),
        *([("16001", "096", given)] if given is not None else []),
        ("16001", "197", _kroner(own)),
        ("16001", "198", _kroner(int(gross * citizen.employer_pension_percent / 100))),
        ("16001", "199", _kroner(atp)),
    ]
    employer = se_number or citizen.employer_se
    return report(pay, employer, own_id, (*lines, *extra), period=period or pay.period, header=header)


def report(
    pay: MonthPay,
    se_number: str,
    own_id: str,
    lines: tuple[RegisterField, ...],
    *,
    period: tuple[date | None, date | None] | None = None,
    header: tuple[RegisterField, ...] = (),
    income_type: str = "00",
    art: str = "",
    pay_date: date | None = None,
) -> RegisterReport:
    """A report with its header; ``header`` adds to it or replaces felter of it."""
    first, last = period or (pay.month.first_day, pay.month.last_day)
    top = {"001": se_number, "006": se_number, "011": "I", "012": income_type}
    top["016"] = f"{pay.month.year:04d}{pay.month.number:02d}"
    top |= {number: text for _, number, text in header}
    block = (("16000", "019", art),) if art else (("16000", "020", f"1{se_number}0"),)
    return RegisterReport(
        se_number=se_number,
        own_id=f"{own_id}{pay.month.year:04d}{pay.month.number:02d}-{pay.citizen.cpr[6:]}",
        period_start=first,
        period_end=last,
        employee_number="",
        pay_date=pay_date or pay.pay_date,
        fields=(*(("11000", number, text) for number, text in sorted(top.items())), *block, *lines),
    )


def ordinary(pay: MonthPay) -> RegisterReport:
    """The month's wage as this citizen's profile has it."""
    profile = pay.citizen.profile
    if profile == "goods":
        return wage(pay, extra=(("16001", "184", "275.00"), ("16001", "078", "412.50")))
    if profile == "b_income":
        return wage(pay, percent=93, hours=_kroner(pay.hours), extra=(("16001", "070", _kroner(pay.gross * 7 // 100)),))
    if profile == "hourly_holiday":
        return wage(pay, extra=_net_holiday(pay))
    return wage(pay)


def own_subsidy(pay: MonthPay, municipality_se: str) -> RegisterReport:
    """The municipality's own payment, which comes back with indtægtsart 0083."""
    lines = (("16001", "058", "15210.00"), ("16001", "059", "4820.00"))
    return report(pay, municipality_se, "FLT", lines, income_type="04", art="0083")


def last_weekday(month: Month) -> date:
    last = month.last_day
    return last - timedelta(days=max(0, last.weekday() - 4))


def _kroner(oere: int) -> str:
    sign, size = ("-", -oere) if oere < 0 else ("", oere)
    return f"{sign}{size // 100}.{size % 100:02d}"


def _net_holiday(pay: MonthPay) -> tuple[RegisterField, ...]:
    """12.5 % holiday pay, net of AM and tax, to FerieKonto."""
    left = (100 - AM_PERCENT) * (100 - (pay.citizen.tax_percent or Decimal(38))) / 10_000
    net = int(pay.gross * Decimal("0.125") * left)
    year = f"{pay.month.year if pay.month.number >= 9 else pay.month.year - 1}"
    return (
        ("16200", "176", _kroner(net)),
        ("16200", "177", "2.08"),
        ("16200", "180", year),
        ("16200", "187", FERIEKONTO_SE),
    )


Reports = Iterator[RegisterReport]


def no_income(pay: MonthPay) -> Reports:
    yield from ()


def scaled(percent: int) -> Callable[[MonthPay], Reports]:
    """The whole pay up or down, hours with it."""

    def reports(pay: MonthPay) -> Reports:
        yield wage(pay, percent=percent)

    return reports


def bonus(pay: MonthPay) -> Reports:
    """A one-off: the month's hours, and a good half more in pay."""
    yield wage(pay, percent=165, hours=_kroner(pay.hours))


def hours_given(text: str | None, *extra: RegisterField) -> Callable[[MonthPay], Reports]:
    def reports(pay: MonthPay) -> Reports:
        yield wage(pay, hours=text, extra=extra)

    return reports


def fortnight(pay: MonthPay) -> Reports:
    """Two halves, the first earned over exactly 14 days."""
    first = pay.month.first_day
    yield wage(pay, percent=50, own_id="14A", period=(first, first + timedelta(days=13)))
    yield wage(pay, percent=50, own_id="14B", period=(first + timedelta(days=14), pay.month.last_day))


def two_employers(pay: MonthPay) -> Reports:
    yield wage(pay)
    yield wage(pay, percent=8, se_number=OTHER_EMPLOYER_SE, own_id="BIJ")


def benefit(art: str, payer: str, income_type: str) -> Callable[[MonthPay], Reports]:
    """A week's benefit beside the wage. An art is written without its leading zero half of the time."""

    def reports(pay: MonthPay) -> Reports:
        yield wage(pay, percent=93)
        first = pay.month.first_day + timedelta(days=9)
        amount = 2_000_00 + pay.rng.randrange(150_000)
        lines = (("16001", "058", _kroner(amount)), ("16001", "059", _kroner(amount * 32 // 100)))
        written = art.lstrip("0") if pay.rng.random() < 0.5 else art
        week = (first, first + timedelta(days=6))
        yield report(pay, payer, "YD", lines, income_type=income_type, art=written, period=week)

    return reports


def holiday_earned(pay: MonthPay) -> Reports:
    """Net holiday pay to FerieKonto; cannot be grossed up while the tax percent is unknown."""
    yield wage(pay, extra=_net_holiday(pay))


def holiday_paid(pay: MonthPay) -> Reports:
    yield wage(pay)
    lines = (("16001", "217", _kroner(3_100_00)), ("16001", "059", _kroner(1_060_00)), ("16001", "220", FERIEKONTO_SE))
    yield report(pay, FERIEKONTO_SE, "FER", lines, income_type="29")


def correction(pay: MonthPay) -> Reports:
    """A small negative correction (felt 151) to the month before, paid with this month's wage."""
    yield wage(pay)
    before = pay.month - 1
    lines = (("16001", "057", _kroner(-(150_00 + pay.rng.randrange(30_000)))), ("16001", "096", "0.00"))
    month = (before.first_day, before.last_day)
    yield report(pay, pay.citizen.employer_se, "REG", lines, period=month, header=(("11000", "151", "1"),))


def reversal(pay: MonthPay) -> Reports:
    """A wrong report, its reversal (T) and the right one, all in the month."""
    wrong = wage(pay, percent=112)
    yield wrong
    yield replace(wrong, fields=tuple(("11000", "011", "T") if f[:2] == ("11000", "011") else f for f in wrong.fields))
    yield wage(pay, own_id="NY")


def lost_reversal(pay: MonthPay) -> Reports:
    """A reversal of something that was never reported."""
    yield wage(pay)
    lines = (("16001", "057", "412.00"), ("16001", "096", "3.00"))
    yield report(pay, pay.citizen.employer_se, "TIL", lines, header=(("11000", "011", "T"),))


def unknown_field(pay: MonthPay) -> Reports:
    yield wage(pay, extra=(("16001", "299", "250.00"),))


def unknown_art(pay: MonthPay) -> Reports:
    yield wage(pay)
    lines = (("16001", "057", "320.00"), ("16001", "096", "2.00"))
    yield report(pay, pay.citizen.employer_se, "UKE", lines, art="0199")


def anniversary(pay: MonthPay) -> Reports:
    yield wage(pay, extra=(("16001", "091", "8000.00"),))


def judged_art(art: str, kroner: int) -> Callable[[MonthPay], Reports]:
    def reports(pay: MonthPay) -> Reports:
        yield wage(pay)
        lines = (("16001", "058", _kroner(kroner * 100)),)
        yield report(pay, pay.citizen.employer_se, "ART", lines, income_type="04", art=art)

    return reports


def one_date(pay: MonthPay) -> Reports:
    yield wage(pay, period=(None, pay.month.last_day))


def other_benefit(pay: MonthPay) -> Reports:
    yield wage(pay)
    lines = (("16001", "058", "4300.00"), ("16001", "059", "1350.00"))
    yield report(pay, BENEFIT_PAYER_SE, "AYD", lines, income_type="04", art="0041")


AWKWARD_KINDS: dict[str, Callable[[MonthPay], Reports]] = {
    "no_income": no_income,
    "too_low": scaled(80),
    "too_high": scaled(120),
    "far_too_low": scaled(60),
    "bonus": bonus,
    "subsidy_drop": scaled(111),
    "hours_missing": hours_given(None),
    "hours_zero": hours_given("0.00"),
    "hours_unusable": hours_given("99999.99"),
    "hours_cross": hours_given(None, ("16001", "200", "1")),
    "fortnight": fortnight,
    "two_employers": two_employers,
    "sickness_type_07": benefit("", BENEFIT_PAYER_SE, "07"),
    "sickness_art_0103": benefit("0103", BENEFIT_PAYER_SE, "04"),
    "parental": benefit("0078", PARENTAL_PAYER_SE, "07"),
    "resource_course": benefit("0084", BENEFIT_PAYER_SE, "04"),
    "holiday_without_tax_percent": holiday_earned,
    "holiday_paid": holiday_paid,
    "correction": correction,
    "lost_reversal": lost_reversal,
    "unknown_field": unknown_field,
    "unknown_art": unknown_art,
    "anniversary": anniversary,
    "judged_art": judged_art("0104", 900),
    "lost_earnings": judged_art("0105", 2200),
    "one_date": one_date,
    "other_benefit": other_benefit,
}
PASSING_KINDS: dict[str, Callable[[MonthPay], Reports]] = {
    "reversal": reversal,
    "holiday_earned": holiday_earned,
    "a_little_more": scaled(103),
}
KINDS = AWKWARD_KINDS | PASSING_KINDS
