"""What each income rule looks at (the table is `income_rules`): its numbers when it is broken, else None."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from rules.basis import gross_earned_holiday, period_fault
from rules.facts import ZERO, Report
from rules.incompatible import Span, overlaps
from rules.money import oere
from rules.month_view import MonthView, days_inside, days_with_right, has_base
from rules.pension_age import pension_date
from rules.registry import Numbers
from rules.start_up import expected_wage

HUNDRED = Decimal(100)
FORTNIGHT = 14


def start_up(view: MonthView) -> Numbers | None:
    """INC1. Broken when at least one of the two months before has no income (Q20: any_month_missing)."""
    missing = view.months_without_income
    if not missing:
        return None
    return Numbers(found=Decimal(2 - len(missing)), expected=Decimal(2), unit="måneder", months=missing)


def no_income(view: MonthView) -> Numbers | None:
    """INC2. Broken when nothing is reported for the income month; holiday pay counts (Q33)."""
    if view.has_pay_information:
        return None
    return Numbers(found=ZERO, expected=view.average, months=(view.month,))


def too_low(view: MonthView, percent_below: Decimal) -> Numbers | None:
    """INC3. Broken when the income is more than ``percent_below`` % under the average."""
    if not _comparable(view) or view.income >= view.average * (1 - percent_below / HUNDRED):
        return None
    return _deviation(view, -percent_below)


def too_high(view: MonthView, percent_above: Decimal) -> Numbers | None:
    """INC4. Broken when the income is more than ``percent_above`` % over the average."""
    if not _comparable(view) or view.income <= view.average * (1 + percent_above / HUNDRED):
        return None
    return _deviation(view, percent_above)


def invalid_hours(view: MonthView) -> Numbers | None:
    """INC5. Broken when a fleksjob income over 0 kr. has no hours, 0 hours or 99999.99 hours."""
    fleksjobs = {job.se_number for job in view.fleksjobs}
    faulty = [one for one in view.wages if one.hours_fault and one.counted > 0 and one.se_number in fleksjobs]
    if not faulty:
        return None
    details = tuple(f"SE {one.se_number}: {one.hours_fault}" for one in faulty)
    return _number_of(view, details, expected=ZERO)


def fortnight(view: MonthView) -> Numbers | None:
    """INC6. Broken when an income is earned over exactly 14 days, first and last day counted."""
    found = [one for one in view.wages if _days(one) == FORTNIGHT]
    if not found:
        return None
    details = tuple(f"SE {one.se_number}: {one.period_start} til {one.period_end}" for one in found)
    return Numbers(found=Decimal(FORTNIGHT), unit="dage", months=(view.month,), details=details)


def several_employers(view: MonthView) -> Numbers | None:
    """INC7. Broken when wage comes from more than one SE number; what adds up to 0 kr. is no pay."""
    paid = view.paid_by_employer
    if len(paid) <= 1:
        return None
    details = tuple(f"SE {number}: {oere(amount)} kr." for number, amount in paid.items())
    return _number_of(view, details, expected=Decimal(1))


def no_gross_holiday_pay(view: MonthView) -> Numbers | None:
    """INC8. Broken when net holiday pay cannot be grossed up (no tax percent; bekg. 227/2024 § 6, Q6)."""
    tax = view.facts.tax_percent
    stuck = [one for one in view.wages if one.net_holiday_pay and gross_earned_holiday(one, tax) is None]
    return _listed(view, [(f"SE {one.se_number}: netto", one.net_holiday_pay) for one in stuck], " ")


def unknown_code(view: MonthView) -> Numbers | None:
    """INC20. Broken when a line with an amount has a code that is not in the tables."""
    return _listed(view, [pair for one in view.untreated for pair in one.unknown])


def must_be_judged(view: MonthView) -> Numbers | None:
    """INC21. Broken when an amount counts or not by a person's judgment (PM 27-23; Q33)."""
    return _listed(view, [pair for one in view.untreated for pair in one.must_judge])


def earlier_month_corrected(view: MonthView) -> Numbers | None:
    """INC22. Broken when a report paid in the income month corrects an earlier month (felt 151) that has not been
    calculated with it (``corrected_in`` is None when it has).
    """
    found = [
        one
        for one in view.facts.reports
        if one.corrected_in == view.month and one.month < view.month and not one.treatment
    ]
    if not found:
        return None
    return Numbers(
        found=_sum(one.counted for one in found),
        months=tuple(sorted({one.month for one in found})),
        details=tuple(f"SE {one.se_number}: {oere(one.counted)} kr. til {one.month}" for one in found),
    )


def untrusted_reversal(view: MonthView) -> Numbers | None:
    """INC23. Broken when a reversal has no original or has negative amounts."""
    found = [
        one
        for one in view.facts.reports
        if one.reversal_fault and not one.treatment and view.month in (one.month, one.corrected_in)
    ]
    if not found:
        return None
    return Numbers(
        found=_sum(one.counted for one in found),
        months=(view.month,),
        details=tuple(f"SE {one.se_number}: {one.reversal_fault}" for one in found),
    )


def no_ceiling(view: MonthView) -> Numbers | None:
    """INC24. Broken when no wage ceiling is in force in the income month (LAB § 123, stk. 3)."""
    return Numbers(months=(view.month,)) if view.ceiling is None else None


def no_wage(view: MonthView, include_income_automatically: bool) -> Numbers | None:
    """INC25. Broken when no wage counts and no benefit takes its place (VEJL 9154/2022 pkt. 2.1; Q11)."""
    said_by_inc2 = include_income_automatically and not view.has_pay_information
    if said_by_inc2 or has_base(view.proposal):
        return None
    return Numbers(found=view.income, months=(view.month,))


def one_date_period(view: MonthView) -> Numbers | None:
    """INC26. Broken when a pay period has a first or a last day only."""
    found = [one for one in view.wages if (one.period_start is None) != (one.period_end is None)]
    if not found:
        return None
    return _number_of(view, tuple(f"SE {one.se_number}: {one.period_start or one.period_end}" for one in found))


def subsidy_drop(view: MonthView, subsidy_drop_percent: Decimal) -> Numbers | None:
    """INC27. Broken when the subsidy falls more than the limit below either of the two months paid (Q34)."""
    highest = max(view.paid_before, key=lambda one: one.amount, default=None)
    subsidy = view.proposal.subsidy
    if highest is None or subsidy >= highest.amount * (1 - subsidy_drop_percent / HUNDRED):
        return None
    return Numbers(
        found=subsidy,
        expected=highest.amount,
        deviation=_percent(subsidy, highest.amount),
        limit=-subsidy_drop_percent,
        limit_unit="%",
        months=(highest.month,),
    )


def not_paid_before(view: MonthView) -> Numbers | None:
    """INC38. Broken when one of the two months before has no payment: handled as a start-up case (Q34).

    A month that was decided at 0 kr. is a month with a payment, of 0.
    """
    paid = {one.month for one in view.paid_before}
    missing = tuple(month + 1 for month in view.two_before if month + 1 not in paid)
    if not missing:
        return None
    return Numbers(found=Decimal(2 - len(missing)), expected=Decimal(2), unit="måneder", months=missing)


def other_benefit(view: MonthView) -> Numbers | None:
    """INC28. Broken when the register or the case shows another benefit (LAB § 116 and § 124)."""
    reported = [(f"SE {one.se_number}", one.amount) for one in view.untreated if one.role == "other_benefit"]
    registered = [(f"Ydelse fra {one.first_day}", one.amount or ZERO) for one in view.periods("benefit")]
    return _listed(view, reported + registered)


def benefit_paid(view: MonthView) -> Numbers | None:
    """INC29. Broken when a benefit that is set off was paid in the income month (LAB § 124, stk. 3)."""
    return _listed(view, [(f"SE {one.se_number}", one.amount) for one in view.untreated if one.role == "benefit"])


def two_fleksjobs(view: MonthView) -> Numbers | None:
    """INC30. Broken when two fleksjob run in the income month: whose ceiling is open (Q9)."""
    first, last = view.month.first_day, view.month.last_day
    active = [
        job for job in view.fleksjobs if job.first_day <= last and (job.last_day is None or job.last_day >= first)
    ]
    if len(active) <= 1:
        return None
    return _number_of(view, tuple(f"SE {job.se_number}" for job in active), expected=Decimal(1))


def partial_month(view: MonthView) -> Numbers | None:
    """INC31. Broken when the right starts, stops or ends inside the benefit month: no rule on a share (Q2)."""
    return _days_of(view, days_with_right(view.facts), view.facts.benefit_month.last_day.day)


def pension_age_reached(view: MonthView) -> Numbers | None:
    """INC32. Broken when the folkepension age is reached by the end of the benefit month (LAB § 116; Q24)."""
    month, reached = view.facts.benefit_month, pension_date(view.facts.birth_date)
    if reached > month.last_day:
        return None
    return Numbers(unit="dage", months=(month,), details=(f"Folkepensionsalderen nås {reached}",))


def holiday_pay_received(view: MonthView) -> Numbers | None:
    """INC33. Broken when holiday pay was paid out: days held and the ceiling must be judged (§ 6; Q7, Q26)."""
    return _listed(view, [(f"SE {one.se_number}", one.amount) for one in view.untreated if one.role == "holiday_paid"])


def needs_manual(view: MonthView) -> Numbers | None:
    """INC34. Broken while the case is marked "kræver manuel sagsbehandling" (bekg. 227/2024 § 14, stk. 3)."""
    if not view.facts.needs_manual:
        return None
    return Numbers(months=(view.month,), details=(view.facts.needs_manual,))


def hours_missing(view: MonthView) -> Numbers | None:
    """INC35. Broken when wage is paid and no report has hours: ordinary ATP cannot be set (LAB § 138).

    Nor can it when corrections leave fewer hours than none.
    """
    paid = [one for one in view.wages if one.counted > 0]
    stated = any(one.paid_hours is not None and not one.hours_fault for one in paid)
    known = stated and view.proposal.ordinary_atp is not None
    if not paid or known or invalid_hours(view):
        return None
    details = tuple(f"SE {one.se_number}" for one in paid)
    return Numbers(found=ZERO, unit="timer", months=(view.month,), details=details)


def to_be_registered(view: MonthView, include_income_automatically: bool) -> Numbers | None:
    """INC36. Broken while automatic inclusion is off and a report waits for registration by hand.

    The municipality's own subsidy (0083) and what is left out are no pay to register.
    """
    if include_income_automatically:
        return None
    waiting = [one for one in view.all_reports if not one.treatment and one.role not in ("left_out", "own_subsidy")]
    return _listed(view, [(f"SE {one.se_number}", one.counted) for one in waiting])


def automation_off(view: MonthView, full_automation: bool) -> Numbers | None:
    """INC37. Broken while full automation is off: a person sees every case every month (seed, note)."""
    if full_automation:
        return None
    return Numbers(found=view.income, expected=view.average, months=(view.month,))


def no_fleksjob(view: MonthView) -> Numbers | None:
    """INC39. Broken when the case's fleksjob do not last all of the benefit month (LAB § 123, stk. 1).

    A case without any job on it is not judged here.
    """
    days = view.days_with_grant
    return _days_of(view, days_inside(days, view.fleksjobs), len(days)) if view.fleksjobs else None


def unknown_employer(view: MonthView) -> Numbers | None:
    """INC40. Broken when the only employer of the month is no job of the case (seed: "ukendt arbejdsgiver").

    The ceiling then belongs to another job (LAB § 123, stk. 3). With several employers INC7 asks.
    """
    paid, known = view.paid_by_employer, {job.se_number for job in view.facts.jobs}
    if len(paid) != 1 or not known or known & set(paid):
        return None
    return _listed(view, [(f"SE {number}", amount) for number, amount in paid.items()])


def incomplete_period(view: MonthView) -> Numbers | None:
    """INC41. Broken when a period with a day in the income month lacks what the sum needs of it."""
    faults = [(one, period_fault(one)) for kind in ("holiday", "lost_right") for one in view.periods(kind)]
    details = tuple(f"Fra {one.first_day}: {fault}" for one, fault in faults if fault)
    return _number_of(view, details) if details else None


def partly_lost_right(view: MonthView) -> Numbers | None:
    """INC42. Broken when a right is lost in a part of the income month: no rule on a share (LAB § 124, stk. 4)."""
    first, last = view.month.first_day, view.month.last_day
    parts = [
        (f"Fra {one.first_day} til {one.last_day or 'videre'}", one.amount or ZERO)
        for one in view.periods("lost_right")
        if one.first_day > first or (one.last_day is not None and one.last_day < last)
    ]
    return _listed(view, parts)


def on_expected_wage(view: MonthView) -> Numbers | None:
    """INC43. Broken while the month is calculated from the expected wage (bekg. 227/2024 § 4, stk. 2)."""
    expected = expected_wage(view.facts)
    return None if expected is None else Numbers(found=expected, months=(view.month,))


def incompatible_benefit(view: MonthView) -> Numbers | None:
    """INC44. Broken when a registered benefit that may not be had beside the subsidy overlaps with the grant."""
    facts, month = view.facts, view.facts.benefit_month
    grant = Span(facts.grant_first_day, facts.grant_last_day)
    shared = [
        overlap
        for one in facts.periods
        if one.kind == "benefit"
        if (overlap := overlaps(grant, one.benefit, Span(one.first_day, one.last_day)))
        if overlap.shared.common(Span(view.month.first_day, month.last_day))
    ]
    return _number_of(view, tuple(map(str, shared))) if shared else None


def _comparable(view: MonthView) -> bool:
    """INC3 and INC4 are not judged when INC1 or INC2 is broken."""
    return view.has_pay_information and not view.months_without_income


def _deviation(view: MonthView, limit: Decimal) -> Numbers:
    return Numbers(
        found=view.income,
        expected=view.average,
        deviation=_percent(view.income, view.average),
        limit=limit,
        limit_unit="%",
        months=view.two_before,
    )


def _percent(found: Decimal, expected: Decimal) -> Decimal | None:
    """How far found lies from expected, in percent with two decimals; None of nothing or less."""
    if expected <= 0:
        return None
    return oere((found - expected) / expected * HUNDRED)


def _days(report: Report) -> int | None:
    if report.period_start is None or report.period_end is None:
        return None
    return (report.period_end - report.period_start).days + 1


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return Decimal(sum(amounts))


def _listed(view: MonthView, pairs: list[tuple[str, Decimal]], between: str = ": ") -> Numbers | None:
    """Amounts with what each is: their sum, and a line for each. None when there are none."""
    if not pairs:
        return None
    return Numbers(
        found=_sum(amount for _, amount in pairs),
        months=(view.month,),
        details=tuple(f"{label}{between}{oere(amount)} kr." for label, amount in pairs),
    )


def _number_of(view: MonthView, details: tuple[str, ...], expected: Decimal | None = None) -> Numbers:
    """How many there are, with a line for each."""
    return Numbers(found=Decimal(len(details)), expected=expected, unit="stk", months=(view.month,), details=details)


def _days_of(view: MonthView, days: int, whole: int) -> Numbers | None:
    """Some days of the benefit month only; None when it is all of them."""
    if days == whole:
        return None
    return Numbers(found=Decimal(days), expected=Decimal(whole), unit="dage", months=(view.facts.benefit_month,))
