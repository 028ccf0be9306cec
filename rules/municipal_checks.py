"""What each of the municipality's own criteria looks at (`municipal_rules`): its numbers when broken, else None."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from rules.basis import LEFT_OUT, NEVER_COUNTED, counts, covers
from rules.facts import ZERO, Job, Report
from rules.money import added, change_percent, oere
from rules.month_view import NO_PAY_OF_AN_EMPLOYER, MonthView
from rules.months import Month
from rules.registry import Numbers
from rules.spreading import spread

Limit = Decimal | None
BENEFIT_ROLES = ("benefit", "other_benefit")
LONGEST_MONTH = 31


def new_employer(view: MonthView, _: Limit, months: Limit) -> Numbers | None:
    """MUN1. Broken when an SE number pays that was not seen in the months before; not judged without wage in them."""
    unknown = set(view.paid_by_employer) - {one.se_number for one in view.before[1].reports}
    if not unknown:
        return None
    back = months or ZERO
    seen = {one.se_number for one in view.facts.reports if counts(one) and 1 <= one.month.until(view.month) <= back}
    found = sorted(unknown - seen) if seen else []
    if not found:
        return None
    details = tuple(f"SE {number}: {oere(view.paid_by_employer[number])} kr." for number in found)
    return _count(view, details, months)


def income_limits(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN2. Broken when the month's income lies outside the limits, kroner."""
    return _outside(view.income, low, high, (view.month,))


def subsidy_limits(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN3. Broken when the proposed subsidy lies outside the limits, kroner."""
    return _outside(view.proposal.subsidy, low, high, (view.facts.benefit_month,))


def subsidy_change(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN4. Broken when the subsidy changes more in kroner against the last one paid: low is a fall, below 0."""
    last = max(view.paid_before, key=lambda one: one.month, default=None)
    if last is None:
        return None
    broken = _crossed(view.proposal.subsidy - last.amount, low, high)
    if broken is None:
        return None
    return Numbers(
        found=view.proposal.subsidy,
        expected=last.amount,
        limit=broken,
        months=(last.month,),
        details=(f"Ændring: {view.proposal.subsidy - last.amount} kr.",),
    )


def holiday_pay_present(view: MonthView, _: Limit, high: Limit) -> Numbers | None:
    """MUN5. Broken when holiday pay is earned, held or paid out in the month (bekg. 227/2024 § 6)."""
    counted = abs(view.now.holiday_pay) or added(one.net_holiday_pay for one in view.wages)
    paid_out = added(one.amount for one in view.reports if one.role == "holiday_paid")
    return _outside(abs(counted) + abs(paid_out), None, high, (view.month,))


def other_benefit_present(view: MonthView, low: Limit, _: Limit) -> Numbers | None:
    """MUN6. Broken when another benefit was paid or registered less than ``low`` months ago; 0 is this month."""
    reports = [one for one in view.facts.reports if one.role in BENEFIT_ROLES and one.treatment != LEFT_OUT]
    periods = [one for one in view.facts.periods if one.kind == "benefit"]
    if not (reports or periods):
        return None
    months = [view.month - back for back in range(int(low or 0))]
    found = [(one.month, f"SE {one.se_number}", one.amount) for one in reports if one.month in months]
    found += [
        (month, f"ydelse fra {one.first_day}", one.amount or ZERO)
        for one in periods
        for month in months
        if covers(one, month)
    ]
    if not found:
        return None
    return Numbers(
        found=added(amount for _, _, amount in found),
        limit=low,
        limit_unit="måneder",
        months=tuple(sorted({month for month, _, _ in found})),
        details=tuple(f"{month}, {label}: {oere(amount)} kr." for month, label, amount in found),
    )


def drift(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN7. Broken when the subsidy has moved, in percent, from the last month that a person confirmed."""
    confirmed = view.facts.last_confirmed
    if confirmed is None:
        return None
    return _moved(view.proposal.subsidy, confirmed.amount, low, high, (confirmed.month,))


def pay_period(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN8. Broken when a pay period is no whole month by its days: 7, 13, 14, 15 days, or several months."""
    periods = [(one, days) for one in view.wages if (days := _days(one)) is not None]
    details = tuple(
        f"SE {one.se_number}: {days} dage, {one.period_start} til {one.period_end}"
        for one, days in periods
        if _crossed(Decimal(days), low, high) is not None
    )
    return _count(view, details) if details else None


def hourly_pay(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN9. Broken when an employer's pay over the hours (reported, else agreed) is no plausible hourly wage."""
    for number, reports in view.wages_by_employer.items():
        hours, pay = _hours(reports) or _agreed_hours(view, number), _pay(reports)
        limit = _crossed(pay / hours, low, high) if hours > 0 and pay > 0 else None
        if limit is not None:
            details = (f"SE {number}: {oere(pay)} kr. for {hours} timer",)
            return Numbers(found=oere(pay / hours), limit=limit, months=(view.month,), details=details)
    return None


def pension_share(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN10. Broken when the pension contributions are another share of the pay than agreed, in percentage points.

    Without agreed pension on the job nothing is judged. LAB § 123, stk. 2.
    """
    for job in view.facts.jobs:
        agreed, reports = job.agreed_pension_percent, view.wages_by_employer.get(job.se_number, [])
        pay = _pay(reports)
        if agreed is None or pay <= 0 or not _runs(job, view.month):
            continue
        share = added(one.own_pension + one.employer_pension for one in reports) / pay * 100
        limit = _crossed(share - agreed, low, high)
        if limit is not None:
            details = (f"SE {job.se_number}",)
            return Numbers(oere(share), agreed, None, limit, "%", "%-point", (view.month,), details)
    return None


def bonus(view: MonthView, _: Limit, high: Limit) -> Numbers | None:
    """MUN11. Broken when an amount over the limit is for several months, or a line of its own without hours.

    It must be judged whether it is wage, and be spread over the months it covers (PM 27-23; bekg. 227/2024 § 3,
    stk. 4, and § 4, stk. 3). The proposed spreading stands in the details.
    """
    found = [one for one in bonus_lines(view) if high is not None and one.counted > high]
    if not found:
        return None
    return Numbers(
        found=added(one.counted for one in found),
        limit=high,
        months=(view.month,),
        details=tuple(_proposal(one) for one in found),
    )


def bonus_lines(view: MonthView) -> list[Report]:
    """The wage lines that no person has decided on and that look like a bonus, whatever their size."""
    with_hours = {one.se_number for one in view.wages if one.paid_hours}
    return [
        one
        for one in view.wages
        if not one.treatment
        and one.kind in ("wage", "other_wage")
        and (_covers_months(one) or (not one.paid_hours and one.se_number in with_hours))
    ]


def proposed_spreading(report: Report) -> tuple[tuple[Month, Decimal], ...]:
    """The report's pay divided over the months of its period; () when the period is unknown (Q31).

    A period up to a month's length is one month's pay, also from the 20th to the 19th.
    """
    if report.period_start is None or report.period_end is None or report.period_end < report.period_start:
        return ()
    first, last = Month.of(report.period_start), Month.of(report.period_end)
    return spread(report.counted, first if _covers_months(report) else last, last)


def ceiling_age(view: MonthView, _: Limit, high: Limit) -> Numbers | None:
    """MUN12. Broken when the wage ceiling has been in force for more months than the limit."""
    if view.ceiling is None:
        return None
    first, month = view.ceiling.first_day, view.month
    age = Decimal((month.year - first.year) * 12 + month.number - first.month)
    if _crossed(age, None, high) is None:
        return None
    details = (f"Gælder fra {first}",)
    return Numbers(found=age, limit=high, unit="måneder", months=(view.month,), details=details)


def ceiling_low(view: MonthView, low: Limit, _: Limit) -> Numbers | None:
    """MUN13. Broken when the wage ceiling is lower than a full-time pay can be, kroner a month."""
    return None if view.ceiling is None else _outside(view.ceiling.amount, low, None, (view.month,))


def pay_against_hours(view: MonthView, low: Limit, high: Limit) -> Numbers | None:
    """MUN14. Broken when pay per hour has moved, in percent, from the two months before: they do not follow."""
    before = [one for month in view.before for one in month.reports if one.kind not in NEVER_COUNTED]
    pay_now, pay_before = _pay(view.wages), _pay(before)
    hours_now, hours_before = _hours(view.wages), _hours(before)
    if hours_now <= 0 or hours_before <= 0 or pay_before <= 0:
        return None
    found = _moved(pay_now / hours_now, pay_before / hours_before, low, high, view.two_before)
    if found is None:
        return None
    details = (f"{oere(pay_now)} kr. for {hours_now} timer, før {oere(pay_before)} kr. for {hours_before} timer",)
    return replace(found, found=oere(pay_now / hours_now), expected=oere(pay_before / hours_before), details=details)


def _crossed(value: Decimal, low: Limit, high: Limit) -> Limit:
    """The limit that the value lies beyond; None while it lies inside. The limit itself is inside."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else None


def _outside(value: Decimal, low: Limit, high: Limit, months: tuple[Month, ...]) -> Numbers | None:
    """An amount beyond a limit in kroner."""
    limit = _crossed(value, low, high)
    return None if limit is None else Numbers(found=value, limit=limit, months=months)


def _moved(found: Decimal, expected: Decimal, low: Limit, high: Limit, months: tuple[Month, ...]) -> Numbers | None:
    """An amount that has moved more than a limit in percent. From 0 kr. every move is beyond the upper limit."""
    percent = change_percent(found, expected)
    limit = _crossed(percent, low, high) if percent is not None else high if found != expected else None
    if limit is None:
        return None
    shown = None if percent is None else oere(percent)
    return Numbers(found, expected, shown, limit, limit_unit="%", months=months)


def _count(view: MonthView, details: tuple[str, ...], limit: Limit = None) -> Numbers:
    unit = "måneder" if limit is not None else ""
    number = Decimal(len(details))
    return Numbers(number, limit=limit, unit="stk", limit_unit=unit, months=(view.month,), details=details)


def _runs(job: Job, month: Month) -> bool:
    """Whether the job has a day in the month."""
    return job.first_day <= month.last_day and (job.last_day is None or job.last_day >= month.first_day)


def _agreed_hours(view: MonthView, number: str) -> Decimal:
    """The hours a month that are agreed for the job at this employer; 0 when they are not known."""
    jobs = [one for one in view.facts.jobs if one.se_number == number and _runs(one, view.month)]
    return next((one.agreed_hours for one in jobs if one.agreed_hours is not None), ZERO)


def _covers_months(report: Report) -> bool:
    """Whether the pay period is longer than a month."""
    days = _days(report)
    return days is not None and days > LONGEST_MONTH


def _pay(reports: Iterable[Report]) -> Decimal:
    """Pay before the own pension contribution, without the employer's."""
    return added(one.amount + one.own_pension for one in reports if one.kind not in NO_PAY_OF_AN_EMPLOYER)


def _hours(reports: Iterable[Report]) -> Decimal:
    """The reported hours that can be used."""
    return added(one.paid_hours for one in reports if one.paid_hours is not None and not one.hours_fault)


def _days(report: Report) -> int | None:
    if report.period_start is None or report.period_end is None:
        return None
    return (report.period_end - report.period_start).days + 1


def _proposal(report: Report) -> str:
    shares = proposed_spreading(report)
    text = f"SE {report.se_number}: {oere(report.counted)} kr."
    if len(shares) > 1:
        return f"{text} Forslag: {shares[0][0]} til {shares[-1][0]}, {shares[0][1]} kr. om måneden"
    return f"{text} Perioden, som beløbet dækker, er ikke oplyst"
