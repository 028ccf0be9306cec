"""The municipality's own rules: each just inside and just outside, its modes and limits, and what a note may not do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.decision import Decision, decide, propose
from rules.facts import Answer, Facts, Job, PaidSubsidy, Period, Report, WageCeiling
from rules.frozen import freeze, thaw
from rules.income_rules import BY_CODE
from rules.income_rules import RULES as INCOME_RULES
from rules.month_view import MonthView
from rules.months import Month
from rules.municipal_checks import bonus_lines, proposed_spreading
from rules.municipal_rules import (
    CONTROL,
    FIXED_JUDGMENT,
    JUDGMENT,
    MUNICIPAL,
    asked,
    in_force,
    municipal_concerns,
    needs_two_persons,
    weakens,
)
from rules.parameters import MODES, NOTE, OFF, STOP, Parameters, RuleMode
from rules.rates import published_rates, rates_on
from rules.registry import Numbers

D = Decimal
JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (Month(2026, number) for number in (7, 8, 9, 10, 11))
SE, OTHER_SE, THIRD_SE, FERIEKONTO, MUNICIPALITY = "70000010", "70000029", "70000037", "33088566", "29900001"
ON = Parameters(include_income_automatically=True, full_automation=True)
RATES = rates_on(NOVEMBER, published_rates())
START = date(2026, 1, 1)
JOB = Job(SE, is_fleksjob=True, first_day=START)


def report(month: Month = OCTOBER, amount: int | str = 10_000, se: str = SE, **more: Any) -> Report:
    """Wage of a whole month with 80 hours, 125 kr. an hour."""
    values: dict[str, Any] = {
        "role": "wage",
        "kind": "wage",
        "paid_hours": D(80),
        "pay_date": month.last_day,
        "period_start": month.first_day,
        "period_end": month.last_day,
    }
    return Report(month, se, amount=D(amount), **{**values, **more})


def facts(*now: Report, before: tuple[Report, ...] = (report(AUGUST), report(SEPTEMBER)), **changes: Any) -> Facts:
    """November 2026: 21.600 - 0,30 x 10.000 = 18.600 kr., as in the two months before."""
    values: dict[str, Any] = {
        "benefit_month": NOVEMBER,
        "grant_first_day": START,
        "birth_date": date(1978, 4, 17),
        "reports": (*before, *(now or (report(),))),
        "jobs": (JOB,),
        "wage_ceilings": (WageCeiling(D(40_000), START),),
        "paid_subsidies": (PaidSubsidy(SEPTEMBER, D(18_600)), PaidSubsidy(OCTOBER, D(18_600))),
        "tax_percent": D(38),
    }
    return Facts(**{**values, **changes})


def decided(case: Facts, *modes: RuleMode, parameters: Parameters = ON) -> Decision:
    return decide(case, RATES, replace(parameters, rule_modes=modes))


def view(case: Facts) -> MonthView:
    return MonthView(case, propose(case, RATES))


def numbers(case: Facts, code: str, low: Any = None, high: Any = None) -> Numbers | None:
    """What the rule finds with these limits, or its own."""
    limits = (None if low is None else D(str(low)), None if high is None else D(str(high)))
    one = in_force(MUNICIPAL[code], RuleMode(code, STOP, *limits))
    concern = one.rule.concern(view(case), one.low, one.high)
    return concern.numbers if concern else None


PLAIN = facts()


def test_a_plain_case_has_neither_concern_nor_note() -> None:
    found = decided(PLAIN)
    assert (found.outcome, found.concerns, found.notes) == ("paid", (), ())


# --- just inside, just outside -------------------------------------------------------------------------------

QUARTER = {"period_start": date(2026, 8, 1), "period_end": date(2026, 10, 31)}
LINE = {"paid_hours": None, "hours_fault": "der er ikke indberettet løntimer"}


def employers(*months: tuple[Month, str]) -> Facts:
    return facts(before=tuple(report(month, se=se) for month, se in months))


def paid(*amounts: int) -> Facts:
    months = (SEPTEMBER, OCTOBER)[-len(amounts) :]
    return facts(paid_subsidies=tuple(PaidSubsidy(m, D(a)) for m, a in zip(months, amounts, strict=True)))


def confirmed(amount: int) -> Facts:
    return facts(last_confirmed=PaidSubsidy(JULY, D(amount)))


def benefit(month: Month, role: str = "benefit", **more: Any) -> Facts:
    return facts(report(), Report(month, MUNICIPALITY, role, "sickness_benefit", D(4_000), **more))


def registered(first: date, last: date | None) -> Facts:
    return facts(periods=(Period("benefit", first, last, "sickness_benefit", D(500)),))


def period(first: date | None, last: date | None) -> Facts:
    return facts(report(period_start=first, period_end=last))


def days(number: int) -> Facts:
    return period(date(2026, 10, 1), date.fromordinal(date(2026, 10, 1).toordinal() + number - 1))


def hours(amount: int | str, number: int | str | None, agreed: int | None = None, **more: Any) -> Facts:
    job = replace(JOB, agreed_hours=None if agreed is None else D(agreed))
    return facts(report(amount=amount, paid_hours=None if number is None else D(number), **more), jobs=(job,))


def pension(own: int | str, employer: int | str, agreed: int | None = 12, **job: Any) -> Facts:
    """Pay before own pension is 10.000 kr."""
    one = report(amount=D(10_000) - D(own), own_pension=D(own), employer_pension=D(employer))
    percent = None if agreed is None else D(agreed)
    return facts(one, jobs=(replace(JOB, agreed_pension_percent=percent, **job),))


def line(amount: int | str, **more: Any) -> Facts:
    return facts(report(), report(amount=amount, **{**LINE, **more}))


def ceiling(amount: int | str, first: date = START, *older: WageCeiling) -> Facts:
    return facts(wage_ceilings=(*older, WageCeiling(D(amount), first)))


def held(amount: str) -> Facts:
    return facts(periods=(Period("holiday", date(2026, 10, 5), date(2026, 10, 9), amount=D(amount)),))


AGREED = replace(JOB, agreed_pension_percent=D(12))

# Rule, low, high, whether it is broken, the case. None: the rule's own limit.
CASES: list[tuple[str, Any, Any, bool, str, Facts]] = [
    ("MUN1", None, None, False, "seen last month", employers((SEPTEMBER, SE))),
    ("MUN1", None, None, False, "seen three months ago", employers((JULY, SE), (SEPTEMBER, OTHER_SE))),
    ("MUN1", None, None, True, "seen four months ago", employers((Month(2026, 6), SE), (SEPTEMBER, OTHER_SE))),
    ("MUN1", None, 4, False, "within four months", employers((Month(2026, 6), SE), (SEPTEMBER, OTHER_SE))),
    ("MUN1", None, None, True, "another employer before", employers((AUGUST, OTHER_SE), (SEPTEMBER, OTHER_SE))),
    ("MUN1", None, 1, True, "seen two months ago", employers((AUGUST, SE), (SEPTEMBER, OTHER_SE))),
    ("MUN1", None, 0, False, "no month to look at", employers((SEPTEMBER, OTHER_SE))),
    ("MUN1", None, None, False, "no wage before says nothing", facts(before=())),
    ("MUN1", None, None, True, "a second employer", facts(report(), report(se=OTHER_SE))),
    ("MUN1", None, None, False, "a second one that adds up to nothing", facts(report(), report(amount=0, se=OTHER_SE))),
    ("MUN1", None, None, False, "Feriekonto is no employer", facts(report(), report(se=FERIEKONTO))),
    ("MUN1", None, None, True, "left out before",
     facts(before=(report(SEPTEMBER, treatment="leave_out"), report(SEPTEMBER, se=OTHER_SE)))),
    ("MUN1", None, None, True, "benefit before is no wage",
     facts(before=(report(AUGUST, role="other_benefit"), report(SEPTEMBER, se=OTHER_SE)))),
    ("MUN2", None, None, False, "no limits", PLAIN),
    ("MUN2", 10_000, 10_000, False, "on both limits", PLAIN),
    ("MUN2", "10000.01", None, True, "under", PLAIN),
    ("MUN2", None, "9999.99", True, "over", PLAIN),
    ("MUN2", None, "10499.99", True, "pension counts", facts(report(own_pension=D(200), employer_pension=D(300)))),
    ("MUN2", None, 10_500, False, "pension on the limit", facts(report(own_pension=D(200), employer_pension=D(300)))),
    ("MUN3", None, None, False, "no limits", PLAIN),
    ("MUN3", 18_600, 18_600, False, "on both limits", PLAIN),
    ("MUN3", 18_601, None, True, "under", PLAIN),
    ("MUN3", None, 18_599, True, "over", PLAIN),
    ("MUN4", None, None, False, "no limits", paid(10_000)),
    ("MUN4", -100, 100, False, "a fall on the limit", paid(18_700)),
    ("MUN4", -100, 100, True, "a fall", paid(18_701)),
    ("MUN4", -100, 100, False, "a rise on the limit", paid(18_500)),
    ("MUN4", -100, 100, True, "a rise", paid(18_499)),
    ("MUN4", -100, 100, False, "the last month decides", paid(10_000, 18_600)),
    ("MUN4", -100, 100, True, "and not the one before", paid(18_600, 10_000)),
    ("MUN4", -100, 100, False, "nothing paid before", facts(paid_subsidies=())),
    ("MUN5", None, None, False, "none", PLAIN),
    ("MUN5", None, None, True, "held", held("0.01")),
    ("MUN5", None, 500, False, "held on the limit", held("500")),
    ("MUN5", None, 500, True, "held over the limit", held("500.01")),
    ("MUN5", None, None, True, "earned, net", facts(report(net_holiday_pay=D(570)))),
    ("MUN5", None, 570, True, "earned counts grossed up", facts(report(net_holiday_pay=D(570)))),
    ("MUN5", None, 570, False, "net when the tax percent is missing",
     facts(report(net_holiday_pay=D(570)), tax_percent=None)),
    ("MUN5", None, "569.99", True, "net over the limit",
     facts(report(net_holiday_pay=D(570)), tax_percent=None)),
    ("MUN5", None, None, True, "paid out", facts(report(), report(role="holiday_paid", se=FERIEKONTO))),
    ("MUN5", None, None, False, "paid out last month",
     facts(before=(report(AUGUST), report(SEPTEMBER), report(SEPTEMBER, role="holiday_paid")))),
    ("MUN6", None, None, True, "this month", benefit(OCTOBER)),
    ("MUN6", None, None, True, "last month", benefit(SEPTEMBER)),
    ("MUN6", None, None, False, "two months ago", benefit(AUGUST)),
    ("MUN6", 3, None, True, "within three months", benefit(AUGUST)),
    ("MUN6", 1, None, False, "this month only", benefit(SEPTEMBER)),
    ("MUN6", 1, None, True, "in this month only", benefit(OCTOBER)),
    ("MUN6", 0, None, False, "no month", benefit(OCTOBER)),
    ("MUN6", None, None, True, "another benefit", benefit(SEPTEMBER, "other_benefit")),
    ("MUN6", None, None, False, "own subsidy", benefit(SEPTEMBER, "own_subsidy")),
    ("MUN6", None, None, False, "left out by a person", benefit(SEPTEMBER, treatment="leave_out")),
    ("MUN6", None, None, True, "included by a person", benefit(SEPTEMBER, treatment="include")),
    ("MUN6", None, None, True, "registered until 1 September", registered(START, date(2026, 9, 1))),
    ("MUN6", None, None, False, "registered until 31 August", registered(START, date(2026, 8, 31))),
    ("MUN6", None, None, True, "registered from 31 October", registered(date(2026, 10, 31), None)),
    ("MUN6", None, None, False, "registered from November", registered(date(2026, 11, 1), None)),
    ("MUN6", None, None, False, "a holiday", held("100")),
    ("MUN7", None, None, False, "nobody has confirmed", PLAIN),
    ("MUN7", -7, 7, False, "down to the limit", confirmed(20_000)),
    ("MUN7", "-6.99", 7, True, "down", confirmed(20_000)),
    ("MUN7", -7, 24, False, "up to the limit", confirmed(15_000)),
    ("MUN7", -7, "23.99", True, "up", confirmed(15_000)),
    ("MUN7", None, None, False, "within 15 percent down", confirmed(21_882)),
    ("MUN7", None, None, True, "more than 15 percent down", confirmed(21_883)),
    ("MUN7", None, None, False, "within 15 percent up", confirmed(16_174)),
    ("MUN7", None, None, True, "more than 15 percent up", confirmed(16_173)),
    ("MUN7", None, None, True, "from nothing", confirmed(0)),
    ("MUN7", None, None, False, "nothing and nothing", replace(confirmed(0), reports=(report(amount=80_000),))),
    ("MUN8", None, None, False, "a month", PLAIN),
    *[("MUN8", None, None, True, f"{n} days", days(n)) for n in (1, 7, 13, 14, 15, 27, 32)],
    *[("MUN8", None, None, False, f"{n} days", days(n)) for n in (28, 30, 31)],
    ("MUN8", None, None, False, "from the 20th to the 19th", period(date(2026, 9, 20), date(2026, 10, 19))),
    ("MUN8", None, None, False, "no period", period(None, None)),
    ("MUN8", None, None, False, "one date", period(date(2026, 10, 1), None)),
    ("MUN8", 14, None, False, "14 days allowed", days(14)),
    ("MUN8", None, None, False, "a benefit's period",
     facts(report(), report(role="benefit", kind="sickness_benefit", period_end=date(2026, 10, 7)))),
    ("MUN9", None, None, False, "125 kr.", PLAIN),
    ("MUN9", None, None, False, "100 kr.", hours(10_000, 100)),
    ("MUN9", None, None, True, "under 100 kr.", hours(10_000, "100.01")),
    ("MUN9", None, None, False, "700 kr.", hours(10_500, 15)),
    ("MUN9", None, None, True, "over 700 kr.", hours("10500.01", 15)),
    ("MUN9", None, None, True, "by the agreed hours", hours(10_000, None, 101)),
    ("MUN9", None, None, False, "the agreed hours fit", hours(10_000, None, 100)),
    ("MUN9", None, None, False, "the reported hours go before", hours(10_000, 100, 200)),
    ("MUN9", None, None, True, "unusable hours", hours(10_000, 50, 200, hours_fault="løntimer er 99999,99")),
    ("MUN9", None, None, False, "no hours known", hours(10_000, None)),
    ("MUN9", None, None, False, "no pay", hours(0, 80)),
    ("MUN9", None, None, False, "a correction downwards", hours(-10_000, -80)),
    ("MUN9", None, None, True, "own pension is pay", hours(10_499, 15, own_pension=D(2))),
    ("MUN9", None, None, False, "the employer's pension is not", hours(10_499, 15, employer_pension=D(900))),
    ("MUN9", None, None, False, "several lines together",
     facts(report(paid_hours=D(100), amount=9_000), report(amount=1_000, paid_hours=None))),
    ("MUN9", None, None, True, "the second employer",
     facts(report(), report(se=OTHER_SE, amount=900, paid_hours=D(10)))),
    ("MUN9", None, None, False, "lost earnings are no hourly pay",
     facts(report(), report(se=OTHER_SE, kind="lost_earnings", amount=900, paid_hours=D(10)))),
    ("MUN10", None, None, False, "as agreed", pension(400, 800)),
    ("MUN10", None, None, False, "nothing agreed", pension(0, 0, None)),
    ("MUN10", None, None, False, "two points under", pension(200, 800)),
    ("MUN10", None, None, True, "more than two points under", pension("199.99", 800)),
    ("MUN10", None, None, False, "two points over", pension(400, 1_000)),
    ("MUN10", None, None, True, "more than two points over", pension(400, "1000.01")),
    ("MUN10", None, None, True, "none at all", pension(0, 0)),
    ("MUN10", None, None, False, "another employer's job", pension(0, 0, 12, se_number=OTHER_SE)),
    ("MUN10", None, None, False, "a job that had ended", pension(0, 0, 12, last_day=date(2026, 9, 30))),
    ("MUN10", None, None, True, "a job that ended in the month", pension(0, 0, 12, last_day=date(2026, 10, 1))),
    ("MUN10", None, None, False, "a job to come", pension(0, 0, 12, first_day=date(2026, 11, 1))),
    ("MUN10", None, None, True, "a job that began in the month", pension(0, 0, 12, first_day=date(2026, 10, 31))),
    ("MUN10", None, None, True, "one krone of pay", facts(report(amount=1), jobs=(AGREED,))),
    ("MUN10", None, None, True, "the second job",
     facts(report(), jobs=(replace(JOB, se_number=OTHER_SE, agreed_pension_percent=D(12)), AGREED))),
    ("MUN10", None, None, False, "no pay", replace(pension(0, 0), reports=(report(SEPTEMBER),))),
    ("MUN9", None, None, True, "one hour", hours(800, 1)),
    ("MUN9", None, None, True, "one krone", hours(1, 80)),
    ("MUN9", None, None, False, "the agreed hours of another employer",
     facts(report(paid_hours=None), jobs=(JOB, replace(JOB, se_number=OTHER_SE, agreed_hours=D(200))))),
    ("MUN9", None, None, False, "the agreed hours of a job that had ended",
     facts(report(paid_hours=None), jobs=(replace(JOB, last_day=date(2026, 9, 30), agreed_hours=D(200)),))),
    ("MUN11", None, None, False, "a line of 2.000 kr.", line(2_000)),
    ("MUN11", None, None, True, "a line over 2.000 kr.", line("2000.01")),
    ("MUN11", None, 2_500, False, "on another limit", line(2_500)),
    ("MUN11", None, 2_500, True, "over another limit", line("2500.01")),
    ("MUN11", None, None, True, "with pension over it", line(1_900, employer_pension=D(101))),
    ("MUN11", None, None, False, "the only line of an employer", facts(report(**LINE))),
    ("MUN11", None, None, False, "a line with hours", facts(report(), report(amount=3_000, paid_hours=D(1)))),
    ("MUN11", None, None, True, "a line with 0 hours", line(3_000, paid_hours=D(0))),
    ("MUN11", None, None, False, "another employer's line", facts(report(), report(amount=3_000, se=OTHER_SE, **LINE))),
    ("MUN11", None, None, False, "a person has decided", line(3_000, treatment="include")),
    ("MUN11", None, None, False, "B income", line(3_000, kind="b_income")),
    ("MUN11", None, None, True, "other wage", line(3_000, kind="other_wage")),
    ("MUN11", None, None, False, "a benefit", line(3_000, role="benefit", kind="sickness_benefit")),
    ("MUN11", None, None, True, "pay for a quarter", facts(report(**QUARTER))),
    ("MUN11", None, None, False, "a small amount for a quarter", facts(report(), report(amount=2_000, **QUARTER))),
    ("MUN11", None, None, False, "31 days across two months", period(date(2026, 9, 15), date(2026, 10, 15))),
    ("MUN11", None, None, True, "32 days", period(date(2026, 9, 14), date(2026, 10, 15))),
    ("MUN12", None, None, False, "12 months", ceiling(40_000, date(2025, 10, 31))),
    ("MUN12", None, None, True, "13 months", ceiling(40_000, date(2025, 9, 1))),
    ("MUN12", None, 24, False, "24 months", ceiling(40_000, date(2024, 10, 1))),
    ("MUN12", None, 24, True, "25 months", ceiling(40_000, date(2024, 9, 30))),
    ("MUN12", None, None, False, "the newest decides",
     ceiling(40_000, date(2026, 10, 31), WageCeiling(D(39_000), date(2020, 1, 1)))),
    ("MUN12", None, None, True, "a coming one does not",
     ceiling(40_000, date(2026, 11, 1), WageCeiling(D(39_000), date(2020, 1, 1)))),
    ("MUN12", None, None, False, "none", facts(wage_ceilings=())),
    ("MUN13", None, None, False, "15.000 kr.", ceiling(15_000)),
    ("MUN13", None, None, True, "under 15.000 kr.", ceiling("14999.99")),
    ("MUN13", 20_000, None, False, "on another limit", ceiling(20_000)),
    ("MUN13", 20_000, None, True, "under another limit", ceiling("19999.99")),
    ("MUN13", None, None, False, "none", facts(wage_ceilings=())),
    ("MUN14", None, None, False, "as before", PLAIN),
    ("MUN14", None, None, False, "25 percent up", hours(12_500, 80)),
    ("MUN14", None, None, True, "more than 25 percent up", hours("12500.01", 80)),
    ("MUN14", None, None, False, "25 percent down", hours(7_500, 80)),
    ("MUN14", None, None, True, "more than 25 percent down", hours("7499.99", 80)),
    ("MUN14", None, None, False, "pay and hours together", hours(20_000, 160)),
    ("MUN14", None, None, True, "hours and not pay", hours(10_000, 160)),
    ("MUN14", -50, None, False, "a wider limit", hours(10_000, 160)),
    ("MUN14", None, None, False, "no hours now", hours(20_000, None)),
    ("MUN14", None, None, False, "no hours before",
     facts(report(amount=20_000), before=(report(AUGUST, paid_hours=None), report(SEPTEMBER, paid_hours=None)))),
    ("MUN14", None, None, False, "no pay before", facts(before=(report(AUGUST, 0), report(SEPTEMBER, 0)))),
    ("MUN14", None, None, True, "one hour now", hours(200, 1)),
    ("MUN14", None, None, True, "one hour before",
     facts(report(), before=(report(AUGUST, 1_000, paid_hours=D(1)), report(SEPTEMBER, 0, paid_hours=None)))),
    ("MUN14", None, None, True, "one krone before", facts(before=(report(AUGUST, 1), report(SEPTEMBER, 0)))),
    ("MUN14", None, None, False, "the two months together",
     facts(before=(report(AUGUST, 6_000, paid_hours=D(80)), report(SEPTEMBER, 14_000, paid_hours=D(80))))),
    ("MUN14", None, None, False, "unusable hours are not counted",
     facts(report(), report(amount=0, paid_hours=D(500), hours_fault="løntimer er 99999,99"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "low", "high", "broken", "case"),
    [
        pytest.param(code, low, high, broken, case, id=f"{code}-{re.sub(r'[^A-Za-z0-9]+', '_', name)}-{number}")
        for number, (code, low, high, broken, name, case) in enumerate(CASES)
    ],
)
def test_just_inside_and_just_outside(code: str, low: Any, high: Any, broken: bool, case: Facts) -> None:
    assert (numbers(case, code, low, high) is not None) is broken


def test_every_rule_is_tried_both_ways() -> None:
    assert {(code, broken) for code, _, _, broken, _, _ in CASES} == {
        (code, broken) for code in MUNICIPAL for broken in (True, False)
    }


SHARES = "Forslag: 2026-08 til 2026-10, 3333.33 kr. om måneden"
NUMBERS: list[tuple[str, Any, Any, Facts, Numbers]] = [
    (
        "MUN1", None, None, employers((SEPTEMBER, OTHER_SE)),
        Numbers(D(1), limit=D(3), unit="stk", limit_unit="måneder", months=(OCTOBER,),
                details=(f"SE {SE}: 10000.00 kr.",)),
    ),
    ("MUN2", 10_001, None, PLAIN, Numbers(D(10_000), limit=D(10_001), months=(OCTOBER,))),
    ("MUN3", None, 100, PLAIN, Numbers(D(18_600), limit=D(100), months=(NOVEMBER,))),
    (
        "MUN4", -100, None, paid(18_600, 19_000),
        Numbers(D(18_600), D(19_000), limit=D(-100), months=(OCTOBER,), details=("Ændring: -400 kr.",)),
    ),
    ("MUN5", None, None, held("700"), Numbers(D(700), limit=D(0), months=(OCTOBER,))),
    (
        "MUN6", None, None, benefit(SEPTEMBER),
        Numbers(D(4_000), limit=D(2), limit_unit="måneder", months=(SEPTEMBER,),
                details=(f"2026-09, SE {MUNICIPALITY}: 4000.00 kr.",)),
    ),
    (
        "MUN6", None, None, registered(START, None),
        Numbers(D(1_000), limit=D(2), limit_unit="måneder", months=(SEPTEMBER, OCTOBER),
                details=("2026-10, ydelse fra 2026-01-01: 500.00 kr.", "2026-09, ydelse fra 2026-01-01: 500.00 kr.")),
    ),
    (
        "MUN7", None, None, confirmed(24_000),
        Numbers(D(18_600), D(24_000), D("-22.50"), D(-15), limit_unit="%", months=(JULY,)),
    ),
    ("MUN7", None, None, confirmed(0), Numbers(D(18_600), D(0), None, D(15), limit_unit="%", months=(JULY,))),
    (
        "MUN8", None, None, days(7),
        Numbers(D(1), unit="stk", months=(OCTOBER,), details=(f"SE {SE}: 7 dage, 2026-10-01 til 2026-10-07",)),
    ),
    (
        "MUN9", None, None, hours(10_000, 150),
        Numbers(D("66.67"), limit=D(100), months=(OCTOBER,), details=(f"SE {SE}: 10000.00 kr. for 150 timer",)),
    ),
    (
        "MUN10", None, None, pension(400, 400),
        Numbers(D("8.00"), D(12), limit=D(-2), unit="%", limit_unit="%-point", months=(OCTOBER,),
                details=(f"SE {SE}",)),
    ),
    (
        "MUN11", None, None, facts(report(**QUARTER), report(amount=2_500, **LINE)),
        Numbers(D(12_500), limit=D(2_000), months=(OCTOBER,),
                details=(f"SE {SE}: 10000.00 kr. {SHARES}",
                         f"SE {SE}: 2500.00 kr. Perioden, som beløbet dækker, er ikke oplyst")),
    ),
    (
        "MUN11", None, None,
        facts(report(amount="10000.01", period_start=date(2026, 9, 1), period_end=date(2026, 10, 31))),
        Numbers(D("10000.01"), limit=D(2_000), months=(OCTOBER,),
                details=(f"SE {SE}: 10000.01 kr. Forslag: 2026-09 til 2026-10, 5000.00 kr. om måneden",)),
    ),
    (
        "MUN12", None, None, ceiling(40_000, date(2025, 1, 15)),
        Numbers(D(21), limit=D(12), unit="måneder", months=(OCTOBER,), details=("Gælder fra 2025-01-15",)),
    ),
    ("MUN13", None, None, ceiling(300), Numbers(D(300), limit=D(15_000), months=(OCTOBER,))),
    (
        "MUN14", None, None, hours(20_000, 100),
        Numbers(D("200.00"), D("125.00"), D("60.00"), D(25), limit_unit="%", months=(AUGUST, SEPTEMBER),
                details=("20000.00 kr. for 100 timer, før 20000.00 kr. for 160 timer",)),
    ),
    (
        "MUN14", None, None,
        facts(report(paid_hours=D(30)), before=(report(AUGUST, paid_hours=D(70)), report(SEPTEMBER, paid_hours=D(70)))),
        Numbers(D("333.33"), D("142.86"), D("133.33"), D(25), limit_unit="%", months=(AUGUST, SEPTEMBER),
                details=("10000.00 kr. for 30 timer, før 20000.00 kr. for 140 timer",)),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "low", "high", "case", "expected"), NUMBERS, ids=[f"{row[0]}-{n}" for n, row in enumerate(NUMBERS)]
)
def test_the_numbers(code: str, low: Any, high: Any, case: Facts, expected: Numbers) -> None:
    assert numbers(case, code, low, high) == expected


# --- the proposed spreading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "shares"),
    [
        (None, None, []),
        (date(2026, 8, 1), None, []),
        (date(2026, 10, 31), date(2026, 8, 1), []),
        (date(2026, 10, 1), date(2026, 10, 31), [(OCTOBER, "900")]),
        (date(2026, 10, 31), date(2026, 10, 31), [(OCTOBER, "900")]),
        (date(2026, 9, 20), date(2026, 10, 19), [(OCTOBER, "900")]),
        (date(2026, 8, 1), date(2026, 10, 31), [(AUGUST, "300"), (SEPTEMBER, "300"), (OCTOBER, "300")]),
        (date(2026, 9, 1), date(2026, 10, 2), [(SEPTEMBER, "450"), (OCTOBER, "450")]),
    ],
)
def test_a_bonus_is_spread_over_the_months_of_its_period(
    start: date | None, end: date | None, shares: list[tuple[Month, str]]
) -> None:
    found = proposed_spreading(report(amount=800, employer_pension=D(100), period_start=start, period_end=end))
    assert found == tuple((month, D(amount)) for month, amount in shares)


def test_the_lines_that_look_like_a_bonus_whatever_their_size() -> None:
    small = report(amount=1, **LINE)
    assert bonus_lines(view(facts(report(), small))) == [small]


# --- modes, limits, classes ------------------------------------------------------------------------------------

DEFAULTS = {
    "MUN1": (CONTROL, NOTE, None, D(3)),
    "MUN2": (CONTROL, OFF, None, None),
    "MUN3": (CONTROL, OFF, None, None),
    "MUN4": (CONTROL, OFF, None, None),
    "MUN5": (CONTROL, NOTE, None, D(0)),
    "MUN6": (CONTROL, NOTE, D(2), None),
    "MUN7": (CONTROL, NOTE, D(-15), D(15)),
    "MUN8": (CONTROL, NOTE, D(28), D(31)),
    "MUN9": (CONTROL, NOTE, D(100), D(700)),
    "MUN10": (CONTROL, STOP, D(-2), D(2)),
    "MUN11": (JUDGMENT, STOP, None, D(2000)),
    "MUN12": (CONTROL, NOTE, None, D(12)),
    "MUN13": (CONTROL, NOTE, D(15000), None),
    "MUN14": (CONTROL, NOTE, D(-25), D(25)),
}


def test_every_rule_has_its_default_and_its_class() -> None:
    assert {one.code: (one.group, one.mode, one.low, one.high) for one in MUNICIPAL.values()} == DEFAULTS


def test_a_rule_of_judgment_stops_by_default() -> None:
    assert all(one.mode == STOP for one in MUNICIPAL.values() if one.group == JUDGMENT)


def test_codes_are_permanent_and_stand_with_the_income_rules() -> None:
    assert list(MUNICIPAL) == [f"MUN{number}" for number in range(1, 15)]
    assert list(BY_CODE) == [rule.code for rule in INCOME_RULES] + list(MUNICIPAL)
    assert all(
        rule.title and rule.message and rule.help and rule.law and rule.acceptable for rule in MUNICIPAL.values()
    )


def test_the_income_rules_have_no_off_switch() -> None:
    assert not set(FIXED_JUDGMENT) & set(MUNICIPAL)
    assert {code for code in FIXED_JUDGMENT if code.startswith("INC")} <= set(BY_CODE)
    for code in ("INC1", "INC7", "INC21", "INC29", "MUN99"):
        with pytest.raises(ValueError, match=f"^Kommunens regel {code} kan ikke sættes til off"):
            asked((RuleMode(code, OFF),))


def test_a_mode_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match=r"^Kommunens regel MUN1 kan ikke sættes til måske\.$"):
        asked((RuleMode("MUN1", "måske"),))


def test_what_is_asked_by_default_and_with_a_setting() -> None:
    default = [one.rule.code for one in asked(())]
    assert default == [code for code, values in DEFAULTS.items() if values[1] != OFF]
    assert [one.rule.code for one in asked((RuleMode("MUN2", NOTE), RuleMode("MUN5", OFF)))] == [
        "MUN1", "MUN2", *[code for code in default if code not in ("MUN1", "MUN5")],
    ]  # fmt: skip


BONUS = line(3_000)
OLD_CEILING = ceiling(40_000, date(2020, 1, 1))


@pytest.mark.parametrize(
    ("case", "modes", "outcome", "concerns", "notes"),
    [
        (OLD_CEILING, (), "paid", [], ["MUN12"]),
        (OLD_CEILING, (RuleMode("MUN12", STOP),), "task", ["MUN12"], []),
        (OLD_CEILING, (RuleMode("MUN12", OFF),), "paid", [], []),
        (OLD_CEILING, (RuleMode("MUN12", STOP, high=D(100)),), "paid", [], []),
        (OLD_CEILING, (RuleMode("MUN12", NOTE, high=D(81)),), "paid", [], []),
        (OLD_CEILING, (RuleMode("MUN12", NOTE, high=D(80)),), "paid", [], ["MUN12"]),
        (PLAIN, (RuleMode("MUN2", STOP, D(10_001)),), "task", ["MUN2"], []),
        (PLAIN, (RuleMode("MUN2", STOP),), "paid", [], []),
    ],
    ids=range(8),
)
def test_off_note_and_stop(
    case: Facts, modes: tuple[RuleMode, ...], outcome: str, concerns: list[str], notes: list[str]
) -> None:
    found = decided(case, *modes)
    assert found.outcome == outcome
    assert [one.code for one in found.concerns] == concerns
    assert [one.code for one in found.notes] == notes


def test_a_bonus_stops_after_the_seeds_own_rules() -> None:
    assert [one.code for one in decided(BONUS).concerns] == ["INC4", "INC5", "MUN11"]


def test_the_answer_passes_it_while_the_numbers_are_the_same() -> None:
    case = ceiling(14_000)
    lower, mode = replace(ON, subsidy_drop_percent=D(100)), RuleMode("MUN13", STOP)
    (concern,) = decided(case, mode, parameters=lower).concerns
    assert concern.code == "MUN13"
    answered = replace(case, answers=(Answer("MUN13", concern.key),))
    assert decided(answered, mode, parameters=lower).outcome == "paid"
    assert [one.code for one in decided(answered, mode, parameters=lower).answered] == ["MUN13"]
    changed = replace(answered, wage_ceilings=(WageCeiling(D(13_999), START),))
    assert [one.code for one in decided(changed, mode, parameters=lower).concerns] == ["MUN13"]


def test_wage_over_the_ceiling_never_stops() -> None:
    over = facts(report(amount=39_000), before=(report(AUGUST, 39_000), report(SEPTEMBER, 39_000)))
    lower = replace(ON, subsidy_drop_percent=D(100))
    found = decided(over, RuleMode("MUN9", NOTE), parameters=lower)
    assert found.calculation.ceiling_cut > 0
    assert found.outcome == "paid"


def test_the_class_control_is_free_and_judgment_needs_two_persons_to_be_weakened() -> None:
    assert not needs_two_persons("MUN12", None, RuleMode("MUN12", OFF))
    assert needs_two_persons("MUN11", None, RuleMode("MUN11", NOTE))
    assert needs_two_persons("MUN11", None, RuleMode("MUN11", OFF))
    assert needs_two_persons("MUN11", None, RuleMode("MUN11", STOP, high=D("2000.01")))
    assert not needs_two_persons("MUN11", None, RuleMode("MUN11", STOP))
    assert not needs_two_persons("MUN11", None, RuleMode("MUN11", STOP, high=D(1_999)))
    assert not needs_two_persons("MUN11", RuleMode("MUN11", NOTE), RuleMode("MUN11", STOP, high=D(9_000)))
    assert needs_two_persons("MUN11", RuleMode("MUN11", NOTE), RuleMode("MUN11", OFF))


@pytest.mark.parametrize(
    ("old", "new", "weaker"),
    [
        ((STOP, -15, 15), (STOP, -15, 15), False),
        ((STOP, -15, 15), (STOP, -14, 14), False),
        ((STOP, -15, 15), (STOP, -16, 15), True),
        ((STOP, -15, 15), (STOP, -15, 16), True),
        ((STOP, -15, 15), (NOTE, -1, 1), True),
        ((NOTE, -15, 15), (STOP, -99, 99), False),
        ((OFF, -15, 15), (NOTE, -99, 99), False),
        ((NOTE, -15, 15), (OFF, -15, 15), True),
    ],
    ids=range(8),
)
def test_wider_is_weaker(old: tuple[str, int, int], new: tuple[str, int, int], weaker: bool) -> None:
    def setting(values: tuple[str, int, int]) -> Any:
        return in_force(MUNICIPAL["MUN7"], RuleMode("MUN7", values[0], D(values[1]), D(values[2])))

    assert weakens(setting(old), setting(new)) is weaker


def test_no_setting_is_the_rules_own_limits_and_mode() -> None:
    for code, (_, mode, low, high) in DEFAULTS.items():
        one = in_force(MUNICIPAL[code], None)
        assert (one.rule.code, one.mode, one.low, one.high) == (code, mode, low, high)


def test_a_limit_taken_away_or_put_on() -> None:
    bare, limited = (in_force(MUNICIPAL["MUN2"], RuleMode("MUN2", STOP, *limits)) for limits in ((), (D(1), D(2))))
    assert weakens(limited, bare)
    assert not weakens(bare, limited)


# --- what must stay as it was ----------------------------------------------------------------------------------


def test_nothing_set_leaves_the_frozen_form_and_the_fingerprint_as_they_were() -> None:
    assert freeze(Parameters()) == {
        "full_automation": False,
        "include_income_automatically": False,
        "percent_above": "15",
        "percent_below": "15",
        "subsidy_drop_percent": "5",
    }
    assert "agreed_hours" not in freeze(JOB)
    assert "agreed_pension_percent" not in freeze(JOB)


def test_a_setting_is_kept_by_value_and_read_back() -> None:
    parameters = replace(ON, rule_modes=(RuleMode("MUN2", STOP, D(5_000), D("39999.95")), RuleMode("MUN5", OFF)))
    frozen = freeze(parameters)
    assert frozen["rule_modes"] == [
        {"code": "MUN2", "high": "39999.95", "low": "5000", "mode": "stop"},
        {"code": "MUN5", "mode": "off"},
    ]
    assert thaw(Parameters, frozen) == parameters
    job = replace(JOB, agreed_hours=D("64.5"), agreed_pension_percent=D(12))
    assert thaw(Job, freeze(job)) == job


ALL_MODES = st.dictionaries(st.sampled_from(sorted(MUNICIPAL)), st.sampled_from(MODES)).map(
    lambda modes: tuple(RuleMode(code, mode) for code, mode in sorted(modes.items()))
)
ODD: list[Facts] = [
    PLAIN,
    BONUS,
    OLD_CEILING,
    days(7),
    held("700"),
    benefit(SEPTEMBER),
    hours(10_000, 160),
    ceiling(300),
]


@given(st.sampled_from(ODD), ALL_MODES)
def test_a_note_never_changes_outcome_sum_or_concerns(case: Facts, modes: tuple[RuleMode, ...]) -> None:
    silent = tuple(replace(one, mode=OFF) if one.mode == NOTE else one for one in modes)
    quiet = {one.code: one for one in (*(RuleMode(c, OFF) for c, v in DEFAULTS.items() if v[1] == NOTE), *silent)}
    with_notes, without = decided(case, *modes), decided(case, *quiet.values())
    assert not without.notes
    assert with_notes.outcome == without.outcome
    assert with_notes.concerns == without.concerns
    assert with_notes.calculation == without.calculation


@given(st.sampled_from(ODD), ALL_MODES, st.sampled_from(sorted(MUNICIPAL)))
def test_stopping_more_never_lets_a_case_through(case: Facts, modes: tuple[RuleMode, ...], code: str) -> None:
    """Automation switched off for a rule means more by hand, never less."""
    stricter = (*(one for one in modes if one.code != code), RuleMode(code, STOP))
    before = {one.code for one in decided(case, *modes).concerns}
    after = {one.code for one in decided(case, *stricter).concerns}
    assert before <= after
    assert after <= before | {code}


@given(st.sampled_from(sorted(MUNICIPAL)), st.sampled_from(ODD), st.integers(-60, 60), st.integers(0, 40))
def test_a_wider_interval_never_finds_more(code: str, case: Facts, low: int, width: int) -> None:
    """Of every rule: what is inside the narrow limits is inside the wide ones."""
    narrow = in_force(MUNICIPAL[code], RuleMode(code, STOP, D(low), D(low + width)))
    wide = in_force(MUNICIPAL[code], RuleMode(code, STOP, D(low - 1), D(low + width + 1)))
    assert weakens(narrow, wide)
    of: Callable[[Any], bool] = lambda one: one.rule.concern(view(case), one.low, one.high) is not None  # noqa: E731
    assert of(narrow) or not of(wide)


@given(st.sampled_from(ODD))
def test_concerns_and_notes_are_the_rules_that_are_asked(case: Facts) -> None:
    stopping, shown = municipal_concerns(view(case), ())
    assert {one.code for one in stopping} <= {code for code, values in DEFAULTS.items() if values[1] == STOP}
    assert {one.code for one in shown} <= {code for code, values in DEFAULTS.items() if values[1] == NOTE}


# --- INC44 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("benefit_", "first", "last", "broken"),
    [
        ("unemployment_allowance", date(2026, 11, 30), None, True),
        ("unemployment_allowance", date(2026, 12, 1), None, False),
        ("unemployment_allowance", date(2026, 1, 1), date(2026, 10, 1), True),
        ("unemployment_allowance", date(2026, 1, 1), date(2026, 9, 30), False),
        ("sickness_benefit", date(2026, 10, 1), date(2026, 10, 31), False),
    ],
)
def test_an_imported_benefit_that_may_not_overlap_stops_with_both_periods(
    benefit_: str, first: date, last: date | None, broken: bool
) -> None:
    case = facts(periods=(Period("benefit", first, last, benefit_, D(100)),))
    found = [one for one in decided(case).concerns if one.code == "INC44"]
    assert bool(found) is broken
    if broken:
        assert found[0].numbers == Numbers(
            D(1),
            unit="stk",
            months=(OCTOBER,),
            details=(f"ledighedsydelse {first} til {last or 'videre'} overlapper bevillingen 2026-01-01 til videre",),
        )


def test_a_grant_that_ended_before_the_benefit_began_has_no_overlap() -> None:
    case = facts(
        grant_last_day=date(2026, 11, 15),
        periods=(Period("benefit", date(2026, 11, 16), None, "unemployment_allowance"),),
    )
    assert "INC44" not in [one.code for one in decided(case).concerns]
    other_kind = facts(periods=(Period("holiday", date(2026, 11, 1), None, "unemployment_allowance"),))
    assert "INC44" not in [one.code for one in decided(other_kind).concerns]
