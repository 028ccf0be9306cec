"""The income rules as cases: each just inside and just outside, with its numbers, and what must not stop a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from rules.facts import Facts, Job, PaidSubsidy, Period, Report, WageCeiling
from rules.income_rules import BY_CODE
from rules.months import Month
from rules.parameters import Parameters
from rules.registry import Numbers
from tests.rules.facts_case import (
    AUGUST,
    BEFORE,
    FERIEKONTO,
    MUNICIPALITY,
    NOVEMBER,
    OCTOBER,
    ON,
    OTHER_SE,
    SE,
    SEPTEMBER,
    benefit,
    codes,
    decided,
    facts,
    numbers,
    report,
    reversal,
    rows,
)

D = Decimal
OFF = Parameters(include_income_automatically=False, full_automation=True)
MISSING, NO_HOURS, UNUSABLE = "der er ikke indberettet løntimer", "løntimer er 0,00", "løntimer er 99999,99"
JUNE, JULY = Month(2026, 6), Month(2026, 7)
FULL = date(2020, 1, 1)


def holiday(month: Month, amount: int | str | None = None, days: int | str | None = None) -> Period:
    number = None if amount is None else D(amount)
    return Period("holiday", month.first_day, month.first_day, amount=number, days=None if days is None else D(days))


def lost(first: date, last: date | None = None, amount: int | None = 4_000, kind: str = "sickness_benefit") -> Period:
    return Period("lost_right", first, last, kind, None if amount is None else D(amount))


def of_october(**more: object) -> Report:
    return report(OCTOBER, **more)  # type: ignore[arg-type]


def stops(code: str, case: Facts, broken: bool, parameters: Parameters = ON) -> None:
    assert (code in codes(case, parameters)) is broken


def test_the_plain_case_breaks_no_rule() -> None:
    assert codes(facts(report())) == []


# --- the texts ---------------------------------------------------------------------------------------------

OFFICIAL = {  # undringsaarsager.csv and the seed, letter by letter
    "INC1": "Dette er en opstartssag og indtægter skal derfor håndteres manuelt",
    "INC2": "Der er ingen indtægter til denne måneds beregning",
    "INC3": "Indtægterne er for lave ift. de to foregående måneder",
    "INC4": "Indtægterne er for høje ift. de to foregående måneder",
    "INC5": "Der er indtægter med ugyldige løntimer",
    "INC6": "Der er registreret indtægter med en periode på 14 dage",
    "INC7": "Der er registreret indtægter fra flere arbejdsgivere",
    "INC8": (
        "Automatisk bruttoficering af nettoferiepenge var ikke muligt. "
        "Bruttoficerede nettoferiepenge skal beregnes og feltet udfyldes manuelt."
    ),
}
TITLES = {
    "INC1": "Indtægter til begge de to foregående måneder",
    "INC2": "Indtægter til indeværende måned",
    "INC3": "Indtægter er ikke for lave",
    "INC4": "Indtægter er ikke for høje",
    "INC5": "Løntimer er angivet",
    "INC6": "Indtægtsperioden er ikke 14 dage",
    "INC7": "Kun en arbejdsgiver",
}


@pytest.mark.parametrize("code", OFFICIAL)
def test_the_official_sentence_letter_by_letter(code: str) -> None:
    assert BY_CODE[code].message == OFFICIAL[code]


@pytest.mark.parametrize("code", TITLES)
def test_the_official_title_letter_by_letter(code: str) -> None:
    assert BY_CODE[code].title == TITLES[code]


def test_the_official_rules_come_first_and_in_their_order() -> None:
    assert list(BY_CODE)[:8] == list(OFFICIAL)


# --- INC1 --------------------------------------------------------------------------------------------------

SPAN = {"period_start": date(2026, 8, 16), "period_end": date(2026, 9, 15)}
PAID_ONCE = report(SEPTEMBER, **SPAN)
CANCELLED = (report(AUGUST), report(SEPTEMBER), reversal(report(SEPTEMBER)))


@pytest.mark.parametrize(
    ("before", "missing"),
    rows(
        ("income in both months", BEFORE, ()),
        ("one øre in the first month", (report(AUGUST, "0.01"), report(SEPTEMBER, 20_000)), ()),
        ("one øre in the second month", (report(AUGUST, 20_000), report(SEPTEMBER, "0.01")), ()),
        ("none in the first month", (report(SEPTEMBER),), (AUGUST,)),
        ("none in the second month", (report(AUGUST),), (SEPTEMBER,)),
        ("none in either month", (), (AUGUST, SEPTEMBER)),
        ("only before the two months", (report(JUNE), report(JULY)), (AUGUST, SEPTEMBER)),
        ("0 kr in one month", (report(AUGUST, 0), report(SEPTEMBER)), (AUGUST,)),
        ("a reversal that cancels the month", CANCELLED, (SEPTEMBER,)),
        ("a reversal of a part", (report(AUGUST), report(SEPTEMBER), report(SEPTEMBER, -9_999)), ()),
        ("one pay whose period touches both months", (PAID_ONCE,), ()),
        ("a period to the last day before", (report(SEPTEMBER, period_start=date(2026, 9, 1)),), (AUGUST,)),
        ("a period from the last day of August", (report(SEPTEMBER, period_start=date(2026, 8, 31)),), ()),
        ("a pay date in August of September pay", (report(SEPTEMBER, pay_date=date(2026, 8, 31)),), ()),
        ("a pay date on the first of August", (report(SEPTEMBER, pay_date=date(2026, 8, 1)),), ()),
        ("a pay date on the last of July", (report(SEPTEMBER, pay_date=date(2026, 7, 31)),), (AUGUST,)),
        (
            "a period with one date in August",
            (report(SEPTEMBER, pay_date=None, period_start=None, period_end=date(2026, 8, 31)),),
            (),
        ),
        (
            "a period with a first date in August only",
            (report(SEPTEMBER, pay_date=None, period_start=date(2026, 8, 31), period_end=None),),
            (),
        ),
        (
            "a period that ends on the first of August",
            (report(SEPTEMBER, pay_date=None, period_start=JULY.first_day, period_end=date(2026, 8, 1)),),
            (),
        ),
        (
            "a period that ends on the last of July",
            (report(SEPTEMBER, pay_date=None, period_start=JULY.first_day, period_end=date(2026, 7, 31)),),
            (AUGUST,),
        ),
        ("a benefit that touches", (report(SEPTEMBER), benefit(month=SEPTEMBER, **SPAN)), (AUGUST,)),
        ("a report left out that touches", (report(SEPTEMBER), replace(PAID_ONCE, treatment="leave_out")), (AUGUST,)),
        ("no dates at all", (report(SEPTEMBER, pay_date=None, period_start=None, period_end=None),), (AUGUST,)),
        ("a month of benefits only", (report(AUGUST, role="benefit", kind="sickness_benefit"), BEFORE[1]), (AUGUST,)),
        ("own subsidy only", (report(AUGUST, role="own_subsidy", kind=""), BEFORE[1]), (AUGUST,)),
        ("a month a person left out", (report(AUGUST, treatment="leave_out"), BEFORE[1]), (AUGUST,)),
        ("a month a person included", (report(AUGUST, treatment="include"), BEFORE[1]), ()),
        ("a month a person corrected", (report(AUGUST, treatment="correct"), BEFORE[1]), ()),
        ("employee benefits only", (report(AUGUST, kind="employee_benefit"), BEFORE[1]), (AUGUST,)),
        ("a correction that touches a month with income", (*BEFORE, report(JULY, -15_000, **SPAN)), ()),
        (
            "a correction as large as what touches",
            (report(SEPTEMBER, **SPAN), report(JULY, -10_000, **SPAN)),
            (AUGUST,),
        ),
    ),
)
def test_inc1_a_month_before_without_income(before: tuple[Report, ...], missing: tuple[Month, ...]) -> None:
    case = facts(report(), before=before)
    stops("INC1", case, bool(missing))
    if missing:
        found = Numbers(found=D(2 - len(missing)), expected=D(2), unit="måneder", months=missing)
        assert numbers("INC1", case) == found


def test_inc1_holiday_pay_held_is_income() -> None:
    case = facts(report(), before=(report(SEPTEMBER),), periods=(holiday(AUGUST, 900),))
    assert "INC1" not in codes(case)


def test_inc1_the_income_months_own_period_may_touch_the_month_before() -> None:
    """By pay date or period (seed 1.5): the average then shows that the pay is new."""
    case = facts(report(period_start=date(2026, 9, 16)), before=(report(AUGUST),))
    assert codes(case)[0] == "INC4"


def test_inc1_the_two_months_before_january_lie_in_the_old_year() -> None:
    november, december, january = Month(2025, 11), Month(2025, 12), Month(2026, 1)
    paid = tuple(PaidSubsidy(month, D(18_500)) for month in (december, january))
    reports = tuple(report(month) for month in (november, december, january))
    case = facts(before=reports, benefit_month=Month(2026, 2), paid_subsidies=paid)
    assert codes(case) == []
    assert numbers("INC1", replace(case, reports=reports[1:])).months == (november,)


# --- INC2 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "broken"),
    rows(
        ("wage is reported", facts(report()), False),
        ("nothing is reported", facts(), True),
        ("a report of 0 kr", facts(report(amount=0)), False),
        ("a report and its reversal", facts(report(), reversal(report())), True),
        ("a report, its reversal and the right one", facts(report(), reversal(report()), report(amount=9_900)), False),
        ("a reversal of another period", facts(report(), reversal(report(), period_start=date(2026, 10, 2))), False),
        ("a reversal of another employer", facts(report(), reversal(report(), se_number=OTHER_SE)), False),
        ("a reversal of a part", facts(report(), report(amount=-9_000)), False),
        ("two reports of 0 kr", facts(report(amount=0), report(amount=0)), False),
        ("left out by a person", facts(report(treatment="leave_out")), True),
        ("a benefit only", facts(benefit()), True),
        ("own subsidy only", facts(benefit(role="own_subsidy")), True),
        ("something to judge only", facts(benefit(role="judge")), True),
        ("something judged and included", facts(report(kind="other_wage", treatment="include")), False),
        ("a volunteers fee only", facts(report(kind="volunteer_fee")), True),
        ("holiday pay held only", facts(periods=(holiday(OCTOBER, 900),)), False),
        ("a holiday without pay", facts(periods=(holiday(OCTOBER, None, 3),)), True),
    ),
)
def test_inc2_nothing_reported_for_the_month(case: Facts, broken: bool) -> None:
    stops("INC2", case, broken)


def test_inc2_has_the_average_beside_it() -> None:
    case = facts(before=(report(AUGUST, 9_000), report(SEPTEMBER, 10_001)))
    assert numbers("INC2", case) == Numbers(found=D(0), expected=D("9500.50"), months=(OCTOBER,))


# --- INC3 and INC4 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "percent", "broken"),
    rows(
        ("just inside", D(10_000) * D("0.85"), 15, False),
        ("just outside", D(10_000) * D("0.85") - D("0.01"), 15, True),
        ("another percent inside", D(10_000) * D("0.90"), 10, False),
        ("another percent outside", D(10_000) * D("0.90") - D("0.01"), 10, True),
        ("no deviation allowed, inside", 10_000, 0, False),
        ("no deviation allowed, outside", D("9999.99"), 0, True),
        ("decimals in the percent inside", D(10_000) * D("0.875"), D("12.5"), False),
        ("decimals in the percent outside", D("8749.99"), D("12.5"), True),
        ("all of it allowed", 0, 100, False),
        ("higher than before", 20_000, 15, False),
    ),
)
def test_inc3_lower_than_the_average(amount: Decimal, percent: Decimal, broken: bool) -> None:
    stops("INC3", facts(report(amount=amount)), broken, replace(ON, percent_below=D(percent)))


@pytest.mark.parametrize(
    ("amount", "percent", "broken"),
    rows(
        ("just inside", D(10_000) * D("1.15"), 15, False),
        ("just outside", D(10_000) * D("1.15") + D("0.01"), 15, True),
        ("another percent inside", D(10_000) * D("1.30"), 30, False),
        ("another percent outside", D(10_000) * D("1.30") + D("0.01"), 30, True),
        ("no deviation allowed, inside", 10_000, 0, False),
        ("no deviation allowed, outside", D("10000.01"), 0, True),
        ("lower than before", 1_000, 15, False),
    ),
)
def test_inc4_higher_than_the_average(amount: Decimal, percent: Decimal, broken: bool) -> None:
    stops("INC4", facts(report(amount=amount)), broken, replace(ON, percent_above=D(percent)))


def test_inc3_and_inc4_use_each_their_own_percent() -> None:
    uneven = replace(ON, percent_below=D(5), percent_above=D(50))
    assert codes(facts(report(amount=14_999)), replace(uneven, subsidy_drop_percent=D(100))) == []
    assert "INC3" in codes(facts(report(amount=9_499)), uneven)


def test_inc3_numbers() -> None:
    case = facts(report(amount="8499.99"), before=(report(AUGUST, 9_000), report(SEPTEMBER, 11_000)))
    assert numbers("INC3", case) == Numbers(
        found=D("8499.99"),
        expected=D(10_000),  # (9.000 + 11.000) / 2
        deviation=D("-15.00"),
        limit=D(-15),
        limit_unit="%",
        months=(AUGUST, SEPTEMBER),
    )


def test_inc4_numbers() -> None:
    case = facts(report(amount=12_345), before=(report(AUGUST, 9_000), report(SEPTEMBER, 11_000)))
    assert numbers("INC4", case, replace(ON, percent_above=D(20))) == Numbers(
        found=D(12_345),
        expected=D(10_000),
        deviation=D("23.45"),  # 2.345 / 10.000
        limit=D(20),
        limit_unit="%",
        months=(AUGUST, SEPTEMBER),
    )


@pytest.mark.parametrize(
    ("now", "income"),
    rows(
        ("both pensions count", (report(amount=8_000, own_pension=D(500), employer_pension=D(1_500)),), 10_000),
        ("two reports of one SE add up", (report(amount=6_000), report(amount=4_000)), 10_000),
        ("a negative correction takes off", (report(amount=10_500), report(amount=-500)), 10_000),
        ("a reversal that cancels and the right one", (report(), reversal(report()), report(amount=9_000)), 9_000),
        ("b income counts", (report(amount=9_000), report(amount=1_000, kind="b_income", paid_hours=None)), 10_000),
        ("a benefit does not count", (report(), benefit(4_000)), 10_000),
        ("own subsidy does not count", (report(), benefit(18_600, role="own_subsidy")), 10_000),
        ("what must be judged does not count", (report(), benefit(900, role="judge")), 10_000),
        ("what a person left out does not count", (report(), report(amount=5_000, treatment="leave_out")), 10_000),
        ("what a person corrected counts as corrected", (report(amount=9_500, treatment="correct"),), 9_500),
        ("free phone does not count", (report(), report(amount=300, kind="employee_benefit")), 10_000),
        ("a pension does not count", (report(), report(amount=300, kind="pension_payment")), 10_000),
        ("a deficit of a sideline is 0", (report(), report(amount=-300, kind="sideline")), 10_000),
        ("a surplus of a sideline counts", (report(), report(amount=300, kind="sideline")), 10_300),
        ("lost earnings count", (report(), report(amount=300, kind="lost_earnings")), 10_300),
    ),
)
def test_inc3_and_inc4_compare_what_counts(now: tuple[Report, ...], income: int) -> None:
    strict = replace(ON, percent_below=D(0), percent_above=D(0))
    case = facts(*now)
    assert ("INC3" in codes(case, strict), "INC4" in codes(case, strict)) == (income < 10_000, income > 10_000)
    if income != 10_000:
        assert numbers("INC3" if income < 10_000 else "INC4", case, strict).found == income


@pytest.mark.parametrize(
    ("periods", "wage", "code"),
    rows(
        ("held in the month, inside", (holiday(OCTOBER, 1_500),), 10_000, None),
        ("held in the month, outside", (holiday(OCTOBER, "1500.01"),), 10_000, "INC4"),
        ("held makes up for less wage, inside", (holiday(OCTOBER, 2_000),), 6_500, None),
        ("held makes up for less wage, outside", (holiday(OCTOBER, 2_000),), D("6499.99"), "INC3"),
        ("held before raises the average, inside", (holiday(AUGUST, 1_000),), D(10_500) * D("0.85"), None),
        ("held before raises the average, outside", (holiday(SEPTEMBER, 1_000),), D("8924.99"), "INC3"),
    ),
)
def test_inc3_and_inc4_count_holiday_pay(periods: tuple[Period, ...], wage: Decimal, code: str | None) -> None:
    found = codes(facts(report(amount=wage), periods=periods))
    assert [one for one in found if one in ("INC3", "INC4")] == ([code] if code else [])


def test_inc3_holiday_pay_earned_is_grossed_up_and_taken_out_in_every_month() -> None:
    """10.000 - 570,40 / (0,92 x 0,62) = 9.000 each month: 7.650 is 85 % of it."""
    earned = {"net_holiday_pay": D("570.40")}
    before = (report(AUGUST, **earned), report(SEPTEMBER, **earned))
    assert "INC3" not in codes(facts(report(amount=8_650, **earned), before=before))
    case = facts(report(amount="8649.99", **earned), before=before)
    assert (numbers("INC3", case).found, numbers("INC3", case).expected) == (D("7649.99"), D(9_000))


def test_inc3_a_correction_to_an_earlier_month_changes_the_average() -> None:
    """(10.000 + 2.000 + 10.000) / 2 = 11.000: 9.350 is 85 % of it."""
    corrected = report(SEPTEMBER, 2_000, corrected_in=OCTOBER, pay_date=date(2026, 10, 15))
    assert "INC3" not in codes(facts(report(amount=9_350), corrected))
    assert numbers("INC3", facts(report(amount="9349.99"), corrected)).expected == 11_000


@pytest.mark.parametrize(
    ("case", "broken"),
    rows(
        ("a month before is missing", facts(report(amount=1_000), before=BEFORE[:1]), "INC1"),
        ("both months before are missing", facts(report(amount=1_000), before=()), "INC1"),
        ("nothing this month", facts(), "INC2"),
        ("much more than the one month before", facts(report(amount=90_000), before=BEFORE[:1]), "INC1"),
    ),
)
def test_inc3_and_inc4_are_not_judged_when_inc1_or_inc2_is_broken(case: Facts, broken: str) -> None:
    found = codes(case)
    assert broken in found
    assert not {"INC3", "INC4"} & set(found)


def test_inc4_an_average_of_nothing_has_no_percent() -> None:
    """A pay date of one month may touch both months before, and belong to neither."""
    case = facts(report(period_start=date(2026, 8, 1)), before=())
    assert numbers("INC4", case).deviation is None
    assert numbers("INC4", case).expected == 0


@pytest.mark.parametrize(("average", "deviation"), [("0.01", D(39_900)), ("1", D(300)), ("-1", None)])
def test_inc4_percent_of_the_least_average(average: str, deviation: Decimal | None) -> None:
    """Four kroner against an average of one øre, of one krone, and of less than nothing."""
    touches = {"period_start": date(2026, 8, 1)}
    before = (report(AUGUST, 2 * D(average)),)
    case = facts(report(amount=4, **touches), before=before)
    assert numbers("INC4", case).deviation == deviation


# --- INC5 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "broken"),
    rows(
        ("hours are known", report(), False),
        ("no hours", report(paid_hours=None, hours_fault=MISSING), True),
        ("0 hours", report(paid_hours=D(0), hours_fault=NO_HOURS), True),
        ("99999_99 hours", report(paid_hours=None, hours_fault=UNUSABLE), True),
        ("a cross in felt 200", report(paid_hours=None, hours_fault="kryds"), True),
        ("one øre without hours", report(amount="0.01", paid_hours=None, hours_fault=MISSING), True),
        ("0 kr without hours", report(amount=0, paid_hours=None, hours_fault=MISSING), False),
        ("a negative amount without hours", report(amount=-500, paid_hours=None, hours_fault=MISSING), False),
        ("pension only without hours", report(amount=0, own_pension=D(1), paid_hours=None, hours_fault=MISSING), True),
        ("another employer without hours", report(se=OTHER_SE, paid_hours=None, hours_fault=MISSING), False),
        ("a benefit without hours", benefit(hours_fault=MISSING), False),
        ("left out by a person", report(paid_hours=None, hours_fault=MISSING, treatment="leave_out"), False),
        ("included as it is", report(paid_hours=None, hours_fault=MISSING, treatment="include"), True),
        ("hours given by a person", report(paid_hours=D(80), treatment="correct"), False),
    ),
)
def test_inc5_hours_of_the_fleksjob(now: Report, broken: bool) -> None:
    stops("INC5", facts(now, report(amount=1_000)), broken)


def test_inc5_only_the_income_month_is_asked() -> None:
    before = (report(AUGUST, hours_fault=MISSING), report(SEPTEMBER, hours_fault=NO_HOURS))
    assert codes(facts(report(), before=before)) == []


def test_inc5_an_ordinary_job_beside_the_fleksjob_needs_no_hours() -> None:
    jobs = (Job(SE, True, FULL), Job(OTHER_SE, False, FULL))
    case = facts(report(), report(amount=500, se=OTHER_SE, hours_fault=MISSING), jobs=jobs)
    assert "INC5" not in codes(case)
    both = replace(case, jobs=(jobs[0], replace(jobs[1], is_fleksjob=True)))
    assert "INC5" in codes(both)


def test_inc5_a_report_reversed_and_sent_again_with_hours_passes() -> None:
    wrong = report(paid_hours=None, hours_fault=MISSING)
    assert codes(facts(wrong, reversal(wrong), report())) == []


def test_inc5_numbers() -> None:
    two = report(amount=4_000, hours_fault=NO_HOURS), report(amount=6_000, hours_fault=MISSING)
    assert numbers("INC5", facts(*two)) == Numbers(
        found=D(2),
        expected=D(0),
        unit="stk",
        months=(OCTOBER,),
        details=(f"SE {SE}: løntimer er 0,00", f"SE {SE}: der er ikke indberettet løntimer"),
    )


# --- INC6 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "broken"),
    rows(
        ("13 days", date(2026, 10, 1), date(2026, 10, 13), False),
        ("14 days, the 1st to the 14th", date(2026, 10, 1), date(2026, 10, 14), True),
        ("15 days", date(2026, 10, 1), date(2026, 10, 15), False),
        ("14 days at the end of the month", date(2026, 10, 18), date(2026, 10, 31), True),
        ("14 days over two months", date(2026, 9, 24), date(2026, 10, 7), True),
        ("14 days over new year", date(2025, 12, 25), date(2026, 1, 7), True),
        ("15 days over new year", date(2025, 12, 25), date(2026, 1, 8), False),
        ("14 days over the leap day", date(2024, 2, 20), date(2024, 3, 4), True),
        ("a month", date(2026, 10, 1), date(2026, 10, 31), False),
        ("one day", date(2026, 10, 14), date(2026, 10, 14), False),
        ("28 days", date(2026, 10, 1), date(2026, 10, 28), False),
        ("no first day", None, date(2026, 10, 14), False),
        ("no last day", date(2026, 10, 1), None, False),
        ("no days", None, None, False),
    ),
)
def test_inc6_a_pay_period_of_14_days(first: date | None, last: date | None, broken: bool) -> None:
    stops("INC6", facts(report(period_start=first, period_end=last)), broken)


FORTNIGHT = {"period_start": date(2026, 10, 1), "period_end": date(2026, 10, 14)}


@pytest.mark.parametrize(
    ("case", "broken"),
    rows(
        ("one of two reports", facts(report(amount=5_000), report(amount=5_000, **FORTNIGHT)), True),
        ("a benefit of 14 days", facts(report(), benefit(**FORTNIGHT)), False),
        ("holiday pay of 14 days", facts(report(), benefit(role="holiday_paid", **FORTNIGHT)), False),
        ("own subsidy of 14 days", facts(report(), benefit(role="own_subsidy", **FORTNIGHT)), False),
        ("left out by a person", facts(report(), report(treatment="leave_out", **FORTNIGHT)), False),
        ("included by a person", facts(report(treatment="include", **FORTNIGHT)), True),
        ("reversed", facts(report(), report(**FORTNIGHT), reversal(report(**FORTNIGHT))), False),
        ("in the month before only", facts(report(), before=(BEFORE[0], report(SEPTEMBER, **FORTNIGHT))), False),
    ),
)
def test_inc6_asks_of_wage_in_the_income_month(case: Facts, broken: bool) -> None:
    stops("INC6", case, broken)


def test_inc6_numbers() -> None:
    halves = report(amount=5_000, **FORTNIGHT), report(amount=5_000, period_start=date(2026, 10, 15))
    assert numbers("INC6", facts(*halves)) == Numbers(
        found=D(14), unit="dage", months=(OCTOBER,), details=(f"SE {SE}: 2026-10-01 til 2026-10-14",)
    )


# --- INC7 --------------------------------------------------------------------------------------------------

KRONE = D("0.01")


@pytest.mark.parametrize(
    ("beside", "broken"),
    rows(
        ("another SE", (report(amount=KRONE, se=OTHER_SE),), True),
        ("two reports of one SE", (report(amount=500),), False),
        ("another SE with 0 kr", (report(amount=0, se=OTHER_SE),), False),
        ("another SE with pension only", (report(amount=0, se=OTHER_SE, employer_pension=KRONE),), True),
        ("b income of another SE", (report(amount=900, se=OTHER_SE, kind="b_income"),), True),
        ("a negative correction of the same SE", (report(amount=-500),), False),
        ("a negative correction of another SE", (report(amount=-500, se=OTHER_SE),), True),
        ("another SE reversed", (report(se=OTHER_SE), reversal(report(se=OTHER_SE))), False),
        ("another SE corrected to 0 kr", (report(amount=500, se=OTHER_SE), report(amount=-500, se=OTHER_SE)), False),
        (
            "another SE corrected to one øre",
            (report(amount=5, se=OTHER_SE), report(amount="-4.99", se=OTHER_SE)),
            True,
        ),
        ("a benefit is no employer", (benefit(),), False),
        ("own subsidy 0083 is no employer", (benefit(role="own_subsidy"),), False),
        ("holiday pay is no employer", (benefit(role="holiday_paid"),), False),
        ("FerieKonto included by a person", (report(se=FERIEKONTO, kind="other_wage", treatment="include"),), False),
        ("lost earnings are no employer", (report(se=MUNICIPALITY, kind="lost_earnings"),), False),
        ("an added income without SE", (report(se="", kind="sideline", treatment="include"),), False),
        ("something to judge is no employer", (benefit(role="judge"),), False),
        ("free car of another SE", (report(se=OTHER_SE, kind="employee_benefit"),), False),
        ("left out by a person", (report(se=OTHER_SE, treatment="leave_out"),), False),
        ("included by a person", (report(se=OTHER_SE, treatment="include"),), True),
        ("corrected by a person", (report(se=OTHER_SE, treatment="correct"),), True),
    ),
)
def test_inc7_more_than_one_employer(beside: tuple[Report, ...], broken: bool) -> None:
    stops("INC7", facts(report(), *beside), broken)


def test_inc7_another_employer_in_another_month_is_not_asked_about() -> None:
    before = (*BEFORE, report(SEPTEMBER, 100, se=OTHER_SE))
    assert codes(facts(report(), before=before)) == []


def test_inc7_numbers_are_by_employer_in_the_order_of_their_numbers() -> None:
    now = (report(amount=400, se=OTHER_SE), report(amount=9_600), report(amount="-0.50"))
    assert numbers("INC7", facts(*now)) == Numbers(
        found=D(2),
        expected=D(1),
        unit="stk",
        months=(OCTOBER,),
        details=("SE 70000010: 9599.50 kr.", "SE 70000029: 400.00 kr."),
    )


# --- INC8 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "tax", "broken"),
    rows(
        ("grossed up", {"net_holiday_pay": D(500)}, 38, False),
        ("the least percent", {"net_holiday_pay": D(500)}, "0.01", False),
        ("the highest percent", {"net_holiday_pay": D(500)}, "99.99", False),
        ("no tax percent", {"net_holiday_pay": D(500)}, None, True),
        ("a tax percent of 0", {"net_holiday_pay": D(500)}, 0, True),
        ("a tax percent of 100", {"net_holiday_pay": D(500)}, 100, True),
        ("no holiday pay and no percent", {}, None, False),
        ("gross from the payslip", {"net_holiday_pay": D(500), "gross_holiday_pay": D(900)}, None, False),
        ("left out", {"net_holiday_pay": D(500), "treatment": "leave_out"}, None, False),
        ("included without gross", {"net_holiday_pay": D(500), "treatment": "include"}, None, True),
        ("of a volunteers fee", {"net_holiday_pay": D(500), "kind": "volunteer_fee"}, None, False),
    ),
)
def test_inc8_net_holiday_pay_that_cannot_be_grossed_up(more: dict, tax: str | int | None, broken: bool) -> None:
    case = facts(report(amount=1_000, **more), report(), tax_percent=None if tax is None else D(tax))
    stops("INC8", case, broken)


def test_inc8_a_reversed_report_asks_nothing() -> None:
    wrong = report(net_holiday_pay=D(500))
    assert codes(facts(wrong, reversal(wrong), report(), tax_percent=None)) == []


def test_inc8_numbers() -> None:
    two = report(amount=4_000, net_holiday_pay=D("310.5")), report(amount=6_000, net_holiday_pay=D(200))
    assert numbers("INC8", facts(*two, tax_percent=None)) == Numbers(
        found=D("510.50"),
        months=(OCTOBER,),
        details=(f"SE {SE}: netto 310.50 kr.", f"SE {SE}: netto 200.00 kr."),
    )


# --- our own: what must be judged --------------------------------------------------------------------------

TWO = (("ukendt felt 777", D(100)), ("ukendt felt 778", D("-40.5")))


@pytest.mark.parametrize(("code", "name"), [("INC20", "unknown"), ("INC21", "must_judge")])
class TestCodesAndJudgment:
    def test_each_amount_is_listed_and_the_sum_is_found(self, code: str, name: str) -> None:
        case = facts(report(**{name: TWO}), report(amount=5, **{name: (("felt 1", D(1)),)}))
        assert numbers(code, case) == Numbers(
            found=D("60.50"),
            months=(OCTOBER,),
            details=("ukendt felt 777: 100.00 kr.", "ukendt felt 778: -40.50 kr.", "felt 1: 1.00 kr."),
        )

    @pytest.mark.parametrize("treatment", ["include", "leave_out", "correct"])
    def test_a_persons_word_settles_it(self, code: str, name: str, treatment: str) -> None:
        stops(code, facts(report(treatment=treatment, **{name: TWO}), report()), False)

    def test_in_another_role_it_stops_too(self, code: str, name: str) -> None:
        stops(code, facts(report(), benefit(role="judge", **{name: TWO})), True)

    def test_a_month_before_is_settled_in_its_own_month(self, code: str, name: str) -> None:
        stops(code, facts(report(), before=(BEFORE[0], report(SEPTEMBER, **{name: TWO}))), False)

    def test_a_reversal_that_cancels_takes_the_question_with_it(self, code: str, name: str) -> None:
        wrong = report(amount=0, **{name: TWO})
        stops(code, facts(report(), wrong, reversal(wrong)), False)
        stops(code, facts(report(), wrong, reversal(wrong, **{name: TWO[:1]})), True)

    def test_nothing_to_ask_about(self, code: str, name: str) -> None:
        stops(code, facts(report(**{name: ()})), False)


CORRECTION = report(AUGUST, 700, corrected_in=OCTOBER)


@pytest.mark.parametrize(
    ("correction", "broken"),
    rows(
        ("paid this month for an earlier one", CORRECTION, True),
        ("paid in another month", replace(CORRECTION, corrected_in=SEPTEMBER), False),
        ("paid in the benefit month", replace(CORRECTION, corrected_in=NOVEMBER), False),
        ("for this month", replace(CORRECTION, month=OCTOBER), False),
        ("for the month before", replace(CORRECTION, month=SEPTEMBER), True),
        ("no correction", replace(CORRECTION, corrected_in=None), False),
        ("treated", replace(CORRECTION, treatment="include"), False),
        ("left out", replace(CORRECTION, treatment="leave_out"), False),
    ),
)
def test_inc22_a_correction_to_an_earlier_month(correction: Report, broken: bool) -> None:
    stops("INC22", facts(report(), correction), broken)


def test_inc22_numbers() -> None:
    more = report(JULY, "-99.9", own_pension=D("0.4"), corrected_in=OCTOBER)
    assert numbers("INC22", facts(report(), CORRECTION, more, replace(more, se_number=OTHER_SE))) == Numbers(
        found=D(700) - 2 * D("99.50"),
        months=(JULY, AUGUST),
        details=(
            "SE 70000010: 700.00 kr. til 2026-08",
            "SE 70000010: -99.50 kr. til 2026-07",
            "SE 70000029: -99.50 kr. til 2026-07",
        ),
    )


LOST = report(amount=-500, own_pension=D(-20), reversal_fault="den oprindelige indberetning findes ikke")


@pytest.mark.parametrize(
    ("fault", "broken"),
    rows(
        ("without its original", LOST, True),
        ("trusted", replace(LOST, reversal_fault=""), False),
        ("treated", replace(LOST, treatment="correct"), False),
        ("of an earlier month, paid this month", replace(LOST, month=JULY, corrected_in=OCTOBER), True),
        ("of an earlier month", replace(LOST, month=JULY), False),
    ),
)
def test_inc23_a_reversal_that_cannot_be_trusted(fault: Report, broken: bool) -> None:
    stops("INC23", facts(report(), fault), broken)


def test_inc23_numbers() -> None:
    assert numbers("INC23", facts(report(), LOST, replace(LOST, amount=D(-1)))) == Numbers(
        found=D(-541),
        months=(OCTOBER,),
        details=("SE 70000010: den oprindelige indberetning findes ikke",) * 2,
    )


# --- ceiling, no wage, one date ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ceilings", "broken"),
    rows(
        ("in force", (WageCeiling(D(40_000), FULL),), False),
        ("from the last day of the income month", (WageCeiling(D(40_000), date(2026, 10, 31)),), False),
        ("from the day after", (WageCeiling(D(40_000), date(2026, 11, 1)),), True),
        ("none", (), True),
        ("of one øre", (WageCeiling(D("0.01"), FULL),), False),
        ("of 0 kr", (WageCeiling(D(0), FULL),), True),
        ("of less than 0 kr", (WageCeiling(D(-1), FULL),), True),
    ),
)
def test_inc24_no_wage_ceiling(ceilings: tuple[WageCeiling, ...], broken: bool) -> None:
    case = facts(report(), wage_ceilings=ceilings)
    stops("INC24", case, broken)
    if broken:
        assert numbers("INC24", case) == Numbers(months=(OCTOBER,))


def test_wage_over_the_ceiling_is_no_concern() -> None:
    """Seed: "Løn fra arbejdsgiver overstiger lønloft" sorts nothing out."""
    paid = (PaidSubsidy(SEPTEMBER, D(0)), PaidSubsidy(OCTOBER, D(0)))
    case = facts(report(), wage_ceilings=(WageCeiling(D(9_000), FULL),), paid_subsidies=paid)
    assert (codes(case), decided(case).calculation.subsidy) == ([], 0)


@pytest.mark.parametrize(
    ("case", "broken"),
    rows(
        ("one øre of wage", facts(report(amount="0.01")), False),
        ("0 kr reported", facts(report(amount=0)), True),
        ("more taken back than paid", facts(report(amount=-100)), True),
        ("nothing reported is said by INC2", facts(), False),
        ("a reversal that cancels is said by INC2", facts(report(), reversal(report())), False),
        ("a benefit in its place", facts(report(amount=0), benefit(1)), False),
        ("a benefit of 0 kr is nothing in its place", facts(report(amount=0), benefit(0)), True),
        ("a benefit taken back", facts(report(amount=0), benefit(100), benefit(-100)), True),
        ("a lost right in its place", facts(report(amount=0), periods=(lost(FULL),)), False),
        ("a lost right that has ended", facts(report(amount=0), periods=(lost(FULL, date(2026, 9, 30)),)), True),
        ("a lost right of 0 kr", facts(report(amount=0), periods=(lost(FULL, amount=0),)), True),
        ("a pension only", facts(report(amount=0), report(amount=900, kind="pension_payment")), True),
        ("holiday pay held", facts(report(amount=0), periods=(holiday(OCTOBER, 900),)), False),
        ("less earned than taken out", facts(report(amount=100, gross_holiday_pay=D(100))), True),
    ),
)
def test_inc25_no_wage_that_counts(case: Facts, broken: bool) -> None:
    stops("INC25", case, broken)


def test_inc25_numbers() -> None:
    assert numbers("INC25", facts(report(amount="-0.5"))) == Numbers(found=D("-0.5"), months=(OCTOBER,))


def test_inc25_says_it_when_inclusion_is_off_and_inc2_is_not_shown() -> None:
    assert "INC25" in codes(facts(), OFF)
    assert "INC25" not in codes(facts(), ON)


@pytest.mark.parametrize(
    ("case", "broken"),
    rows(
        ("both dates", facts(report()), False),
        ("a first day only", facts(report(period_end=None)), True),
        ("a last day only", facts(report(period_start=None)), True),
        ("no date", facts(report(period_start=None, period_end=None)), False),
        ("of a benefit", facts(report(), benefit(period_end=None)), False),
        ("left out", facts(report(), report(period_end=None, treatment="leave_out")), False),
        ("reversed", facts(report(), report(period_end=None), reversal(report(period_end=None))), False),
    ),
)
def test_inc26_a_period_with_one_date(case: Facts, broken: bool) -> None:
    stops("INC26", case, broken)


def test_inc26_numbers() -> None:
    two = report(amount=4_000, period_end=None), report(amount=6_000, period_start=None)
    assert numbers("INC26", facts(*two)) == Numbers(
        found=D(2), unit="stk", months=(OCTOBER,), details=(f"SE {SE}: 2026-10-01", f"SE {SE}: 2026-10-31")
    )


# --- what was paid before ----------------------------------------------------------------------------------


def paid(august: str | int | None = None, **months: str | int | None) -> tuple[PaidSubsidy, ...]:
    """Subsidies of September and October, the two benefit months before; of August, which is one too early."""
    known = ((AUGUST, august), (SEPTEMBER, months.get("september")), (OCTOBER, months.get("october")))
    return tuple(PaidSubsidy(month, D(amount)) for month, amount in known if amount is not None)


@pytest.mark.parametrize(
    ("before", "wage", "percent", "broken"),
    rows(
        ("equal", paid(september=18_600, october=18_600), 10_000, 5, False),
        ("just inside: 95 % of 20_000", paid(september=20_000, october=20_000), D(2_600) / D("0.3"), 5, False),
        ("just outside", paid(september=20_000, october=20_000), D(2_600) / D("0.3") + 2, 5, True),
        ("below the higher of the two", paid(september=20_000, october=18_600), 10_000, 5, True),
        ("below the newer of the two", paid(september=18_600, october=20_000), 10_000, 5, True),
        ("another limit inside", paid(september=20_000, october=20_000), 10_000, 7, False),
        ("another limit outside", paid(september=20_000, october=20_000), 10_000, D("6.99"), True),
        ("no fall allowed, equal", paid(september=18_600, october=18_600), 10_000, 0, False),
        ("no fall allowed, one krone", paid(september=18_601, october=18_600), 10_000, 0, True),
        ("a rise", paid(september=100, october=100), 10_000, 5, False),
        ("0 kr before", paid(september=0, october=0), 10_000, 5, False),
        ("a higher month longer ago", paid(30_000, september=18_600, october=18_600), 10_000, 5, False),
        ("only the older month is known", paid(september=20_000), 10_000, 5, True),
        ("nothing is known", (), 10_000, 5, False),
    ),
)
def test_inc27_the_subsidy_falls(
    before: tuple[PaidSubsidy, ...], wage: Decimal, percent: Decimal, broken: bool
) -> None:
    case = facts(report(amount=round(D(wage), 2)), paid_subsidies=before)
    stops("INC27", case, broken, replace(ON, subsidy_drop_percent=D(percent)))


def test_inc27_numbers() -> None:
    case = facts(report(), paid_subsidies=paid(september=20_000, october=19_000))
    assert numbers("INC27", case) == Numbers(
        found=D(18_600),
        expected=D(20_000),
        deviation=D("-7.00"),  # 1.400 / 20.000
        limit=D(-5),
        limit_unit="%",
        months=(SEPTEMBER,),
    )


def test_inc27_a_subsidy_that_falls_away_falls_by_all_of_it() -> None:
    assert numbers("INC27", facts()).deviation == -100


@pytest.mark.parametrize(
    ("before", "missing"),
    rows(
        ("both paid", paid(september=1, october=1), ()),
        ("both at 0 kr", paid(september=0, october=0), ()),
        ("not the first", paid(october=1), (SEPTEMBER,)),
        ("not the second", paid(september=1), (OCTOBER,)),
        ("neither", (), (SEPTEMBER, OCTOBER)),
        ("longer ago only", paid(1), (SEPTEMBER, OCTOBER)),
    ),
)
def test_inc38_a_month_before_without_payment(before: tuple[PaidSubsidy, ...], missing: tuple[Month, ...]) -> None:
    case = facts(report(), paid_subsidies=before)
    stops("INC38", case, bool(missing))
    if missing:
        found = Numbers(found=D(2 - len(missing)), expected=D(2), unit="måneder", months=missing)
        assert numbers("INC38", case) == found


# --- benefits ----------------------------------------------------------------------------------------------

ROLES = [("INC28", "other_benefit"), ("INC29", "benefit"), ("INC33", "holiday_paid")]


@pytest.mark.parametrize(("code", "role"), ROLES)
class TestPaymentsThatAreNoWage:
    def test_it_stops_with_its_amount(self, code: str, role: str) -> None:
        case = facts(report(), benefit("4000.5", role=role), benefit(-1_000, role=role))
        assert numbers(code, case) == Numbers(
            found=D("3000.50"),
            months=(OCTOBER,),
            details=(f"SE {MUNICIPALITY}: 4000.50 kr.", f"SE {MUNICIPALITY}: -1000.00 kr."),
        )

    @pytest.mark.parametrize("treatment", ["include", "leave_out", "correct"])
    def test_a_persons_word_settles_it(self, code: str, role: str, treatment: str) -> None:
        stops(code, facts(report(), benefit(role=role, treatment=treatment)), False)

    def test_a_reversal_that_cancels_takes_it_away(self, code: str, role: str) -> None:
        stops(code, facts(report(), benefit(role=role), reversal(benefit(role=role))), False)

    def test_another_month_is_not_asked_about(self, code: str, role: str) -> None:
        stops(code, facts(report(), benefit(role=role, month=SEPTEMBER)), False)

    def test_wage_and_other_roles_are_not_it(self, code: str, role: str) -> None:
        others = [other for _, other in ROLES if other != role]
        stops(code, facts(report(), *(benefit(role=other) for other in others)), False)


@pytest.mark.parametrize(
    ("period", "broken"),
    rows(
        ("open", Period("benefit", FULL), True),
        ("from the last day of the month", Period("benefit", date(2026, 10, 31)), True),
        ("from the day after", Period("benefit", date(2026, 11, 1)), False),
        ("to the first day of the month", Period("benefit", FULL, date(2026, 10, 1)), True),
        ("to the day before", Period("benefit", FULL, date(2026, 9, 30)), False),
        ("of another kind", Period("stop", date(2026, 10, 1), date(2026, 10, 31)), False),
    ),
)
def test_inc28_a_benefit_registered_on_the_case(period: Period, broken: bool) -> None:
    stops("INC28", facts(report(), periods=(period,)), broken)


def test_inc28_lists_what_is_reported_and_what_is_registered() -> None:
    periods = (Period("benefit", FULL, amount=D(900)), Period("benefit", date(2026, 10, 5)))
    case = facts(report(), benefit(100, role="other_benefit"), periods=periods)
    assert numbers("INC28", case) == Numbers(
        found=D(1_000),
        months=(OCTOBER,),
        details=(
            f"SE {MUNICIPALITY}: 100.00 kr.",
            "Ydelse fra 2020-01-01: 900.00 kr.",
            "Ydelse fra 2026-10-05: 0.00 kr.",
        ),
    )


# --- jobs --------------------------------------------------------------------------------------------------

FIRST = Job(SE, True, FULL)


@pytest.mark.parametrize(
    ("second", "broken"),
    rows(
        ("from the last day of the month", Job(OTHER_SE, True, date(2026, 10, 31)), True),
        ("from the day after", Job(OTHER_SE, True, date(2026, 11, 1)), False),
        ("to the first day of the month", Job(OTHER_SE, True, FULL, date(2026, 10, 1)), True),
        ("to the day before", Job(OTHER_SE, True, FULL, date(2026, 9, 30)), False),
        ("no fleksjob", Job(OTHER_SE, False, FULL), False),
    ),
)
def test_inc30_two_fleksjob_in_the_month(second: Job, broken: bool) -> None:
    stops("INC30", facts(report(), jobs=(FIRST, second)), broken)


def test_inc30_numbers() -> None:
    assert numbers("INC30", facts(report(), jobs=(FIRST, Job(OTHER_SE, True, FULL)))) == Numbers(
        found=D(2), expected=D(1), unit="stk", months=(OCTOBER,), details=(f"SE {SE}", f"SE {OTHER_SE}")
    )


def stop(first: date, last: date | None = None) -> Period:
    return Period("stop", first, last)


@pytest.mark.parametrize(
    ("changes", "days"),
    rows(
        ("all of the month", {}, 30),
        ("from its first day", {"grant_first_day": date(2026, 11, 1)}, 30),
        ("from its second day", {"grant_first_day": date(2026, 11, 2)}, 29),
        ("to its last day", {"grant_last_day": date(2026, 11, 30)}, 30),
        ("to its last day but one", {"grant_last_day": date(2026, 11, 29)}, 29),
        ("to later", {"grant_last_day": date(2027, 1, 1)}, 30),
        ("one day only", {"grant_first_day": date(2026, 11, 9), "grant_last_day": date(2026, 11, 9)}, 1),
        ("ended before", {"grant_last_day": date(2026, 10, 31)}, 0),
        ("a stop before it", {"periods": (stop(date(2026, 10, 1), date(2026, 10, 31)),)}, 30),
        ("a stop to its first day", {"periods": (stop(date(2026, 10, 1), date(2026, 11, 1)),)}, 29),
        ("a stop from its last day", {"periods": (stop(date(2026, 11, 30)),)}, 29),
        ("a stop after it", {"periods": (stop(date(2026, 12, 1)),)}, 30),
        ("two stops", {"periods": (stop(date(2026, 11, 3), date(2026, 11, 4)), stop(date(2026, 11, 4)))}, 2),
        ("a holiday is no stop", {"periods": (Period("holiday", date(2026, 11, 2), date(2026, 11, 6)),)}, 30),
    ),
)
def test_inc31_a_part_of_the_benefit_month(changes: dict, days: int) -> None:
    case = facts(report(), **changes)
    stops("INC31", case, days != 30)
    if days != 30:
        assert numbers("INC31", case) == Numbers(found=D(days), expected=D(30), unit="dage", months=(NOVEMBER,))


@pytest.mark.parametrize(
    ("jobs", "days"),
    rows(
        ("one job all the time", (FIRST,), 30),
        ("no job known", (), 30),
        ("no fleksjob known", (Job(SE, False, FULL, date(2026, 1, 1)),), 30),
        ("to the last day", (replace(FIRST, last_day=date(2026, 11, 30)),), 30),
        ("to the last day but one", (replace(FIRST, last_day=date(2026, 11, 29)),), 29),
        ("from the second day", (replace(FIRST, first_day=date(2026, 11, 2)),), 29),
        ("ended before the month", (replace(FIRST, last_day=date(2026, 10, 31)),), 0),
        (
            "one after the other",
            (replace(FIRST, last_day=date(2026, 11, 14)), Job(OTHER_SE, True, date(2026, 11, 15))),
            30,
        ),
        (
            "a day between them",
            (replace(FIRST, last_day=date(2026, 11, 14)), Job(OTHER_SE, True, date(2026, 11, 16))),
            29,
        ),
        (
            "an ordinary job does not fill the gap",
            (replace(FIRST, last_day=date(2026, 11, 14)), Job(OTHER_SE, False, FULL)),
            14,
        ),
    ),
)
def test_inc39_the_fleksjob_lasts_all_of_the_month(jobs: tuple[Job, ...], days: int) -> None:
    case = facts(report(), jobs=jobs)
    stops("INC39", case, days != 30)
    if days != 30:
        assert numbers("INC39", case) == Numbers(found=D(days), expected=D(30), unit="dage", months=(NOVEMBER,))


def test_inc39_asks_of_the_days_inside_the_grant_only() -> None:
    first = date(2026, 11, 16)
    case = facts(report(), jobs=(replace(FIRST, first_day=first),), grant_first_day=first)
    assert "INC31" in codes(case)
    assert "INC39" not in codes(case)


@pytest.mark.parametrize(
    ("case", "broken"),
    rows(
        ("a job of the case", facts(report()), False),
        ("an ordinary job of the case", facts(report(), jobs=(replace(FIRST, is_fleksjob=False),)), False),
        ("another employer", facts(report(se=OTHER_SE)), True),
        ("no job known", facts(report(se=OTHER_SE), jobs=()), False),
        ("two employers are asked about by INC7", facts(report(se=OTHER_SE), report(se="70000037")), False),
        ("a known and an unknown one too", facts(report(), report(se=OTHER_SE)), False),
        ("0 kr of another employer", facts(report(amount=0, se=OTHER_SE)), False),
        ("no employer at all", facts(benefit()), False),
    ),
)
def test_inc40_the_employer_is_known(case: Facts, broken: bool) -> None:
    stops("INC40", case, broken)


def test_inc40_numbers() -> None:
    assert numbers("INC40", facts(report(se=OTHER_SE))) == Numbers(
        found=D(10_000), months=(OCTOBER,), details=(f"SE {OTHER_SE}: 10000.00 kr.",)
    )


# --- the citizen and the case ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "broken"),
    rows(
        ("67 in the month", date(1959, 11, 30), True),
        ("67 on its first day", date(1959, 11, 1), True),
        ("67 the month before", date(1959, 10, 31), True),
        ("67 the day after", date(1959, 12, 1), False),
        ("young", date(1990, 1, 1), False),
    ),
)
def test_inc32_the_folkepension_age(born: date, broken: bool) -> None:
    stops("INC32", facts(report(), birth_date=born), broken)


def test_inc32_numbers() -> None:
    assert numbers("INC32", facts(report(), birth_date=date(1959, 11, 30))) == Numbers(
        unit="dage", months=(NOVEMBER,), details=("Folkepensionsalderen nås 2026-11-30",)
    )


def test_inc34_a_case_marked_for_a_person() -> None:
    assert codes(facts(report(), needs_manual="")) == []
    case = facts(report(), needs_manual="Løn fra Norge")
    assert codes(case) == ["INC34"]
    assert numbers("INC34", case) == Numbers(months=(OCTOBER,), details=("Løn fra Norge",))


@pytest.mark.parametrize(
    ("now", "broken"),
    rows(
        ("hours", (report(),), False),
        ("hours in one of two reports", (report(), report(amount=100, paid_hours=None)), False),
        ("no hours", (report(paid_hours=None),), True),
        ("hours that cannot be used", (report(se=OTHER_SE, paid_hours=D(0), hours_fault=NO_HOURS),), True),
        ("said by INC5", (report(paid_hours=None, hours_fault=MISSING),), False),
        ("hours on a report of 0 kr only", (report(amount=0), report(amount=100, paid_hours=None)), True),
        ("nothing paid", (report(amount=0, paid_hours=None),), False),
        ("one øre", (report(amount="0.01", paid_hours=None),), True),
        ("a benefit only", (benefit(),), False),
        ("corrected to 0 hours", (report(), report(amount=-1, paid_hours=D(-80))), False),
        ("corrected to fewer than none", (report(), report(amount=-1, paid_hours=D("-80.01"))), True),
    ),
)
def test_inc35_no_hours_at_all(now: tuple[Report, ...], broken: bool) -> None:
    stops("INC35", facts(*now), broken)


def test_inc35_numbers() -> None:
    two = report(amount=4_000, paid_hours=None), report(amount=6_000, se=OTHER_SE, paid_hours=None)
    assert numbers("INC35", facts(*two)) == Numbers(
        found=D(0), unit="timer", months=(OCTOBER,), details=(f"SE {SE}", f"SE {OTHER_SE}")
    )


# --- what the municipality has turned off ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "broken"),
    rows(
        ("a new pay report", report(), True),
        ("of 0 kr", report(amount=0), True),
        ("a benefit", benefit(), True),
        ("another benefit", benefit(role="other_benefit"), True),
        ("holiday pay", benefit(role="holiday_paid"), True),
        ("something to judge", benefit(role="judge"), True),
        ("own subsidy 0083", benefit(role="own_subsidy"), False),
        ("what is left out", benefit(role="left_out"), False),
        ("included", report(treatment="include"), False),
        ("left out by a person", report(treatment="leave_out"), False),
        ("corrected", report(treatment="correct"), False),
        ("of another month", report(SEPTEMBER), False),
    ),
)
def test_inc36_waits_for_registration_while_inclusion_is_off(now: Report, broken: bool) -> None:
    stops("INC36", facts(now), broken, OFF)
    stops("INC36", facts(now), False, ON)


def test_inc36_a_report_and_its_reversal_both_wait() -> None:
    two = report(amount="99.5", own_pension=D("0.5")), report(amount=-100)
    assert numbers("INC36", facts(*two), OFF) == Numbers(
        found=D(0), months=(OCTOBER,), details=(f"SE {SE}: 100.00 kr.", f"SE {SE}: -100.00 kr.")
    )


def test_inc37_every_case_is_seen_while_full_automation_is_off() -> None:
    case = facts(report(amount=10_100))
    off = replace(ON, full_automation=False)
    assert codes(case) == []
    assert codes(case, off) == ["INC37"]
    assert numbers("INC37", case, off) == Numbers(found=D(10_100), expected=D(10_000), months=(OCTOBER,))


# --- periods that cannot be calculated with ----------------------------------------------------------------

LONG = Period("holiday", date(2026, 9, 28), date(2026, 10, 2), days=D(5))


@pytest.mark.parametrize(
    ("period", "fault"),
    rows(
        ("a holiday inside the month", holiday(OCTOBER, 900, 2), ""),
        ("a holiday over the end of the month", LONG, "ferie med dage eller beløb går over et månedsskift"),
        ("with an amount", replace(LONG, days=None, amount=D(1)), "ferie med dage eller beløb går over et månedsskift"),
        ("without days and amount", replace(LONG, days=None), ""),
        ("without a last day", replace(LONG, first_day=date(2026, 10, 30), last_day=None), ""),
        ("in another month", replace(LONG, first_day=date(2026, 8, 28), last_day=date(2026, 9, 2)), ""),
        ("less than no days", holiday(OCTOBER, None, -1), "ferie med negative tal"),
        ("less than no pay", holiday(OCTOBER, -1), "ferie med negative tal"),
        ("a whole lost right", lost(FULL), ""),
        ("a lost right of 0 kr", lost(FULL, amount=0), ""),
        ("a lost right without an amount", lost(FULL, amount=None), "mistet ret uden ydelse eller beløb"),
        ("a lost right to nothing", lost(FULL, kind=""), "mistet ret uden ydelse eller beløb"),
        ("one that has ended", lost(FULL, date(2026, 9, 30), amount=None), ""),
        ("a stop", stop(FULL, FULL), ""),
    ),
)
def test_inc41_a_period_that_lacks_something(period: Period, fault: str) -> None:
    case = facts(report(), periods=(period,))
    stops("INC41", case, bool(fault))
    if fault:
        details = (f"Fra {period.first_day}: {fault}",)
        assert numbers("INC41", case) == Numbers(found=D(1), unit="stk", months=(OCTOBER,), details=details)


def test_inc41_counts_the_faults_only() -> None:
    case = facts(report(), periods=(LONG, holiday(OCTOBER, 900), lost(FULL, kind="")))
    assert (numbers("INC41", case).found, len(numbers("INC41", case).details)) == (2, 2)


@pytest.mark.parametrize(
    ("first", "last", "broken"),
    rows(
        ("all the time", FULL, None, False),
        ("from the first of the month", date(2026, 10, 1), None, False),
        ("from the second", date(2026, 10, 2), None, True),
        ("to the last of the month", FULL, date(2026, 10, 31), False),
        ("to the last but one", FULL, date(2026, 10, 30), True),
        ("from the last of the month", date(2026, 10, 31), None, True),
        ("from the month after", date(2026, 11, 1), None, False),
        ("to the month before", FULL, date(2026, 9, 30), False),
    ),
)
def test_inc42_a_right_lost_in_a_part_of_the_month(first: date, last: date | None, broken: bool) -> None:
    stops("INC42", facts(report(), periods=(lost(first, last),)), broken)


def test_inc42_numbers() -> None:
    periods = (lost(date(2026, 10, 16)), lost(FULL, date(2026, 10, 15), None), holiday(OCTOBER, 5))
    assert numbers("INC42", facts(report(), periods=periods)) == Numbers(
        found=D(4_000),
        months=(OCTOBER,),
        details=("Fra 2026-10-16 til videre: 4000.00 kr.", "Fra 2020-01-01 til 2026-10-15: 0.00 kr."),
    )
