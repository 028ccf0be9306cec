"""The subsidy of one month, paragraph by paragraph (LAB §§ 123-124, 137-138 b; BEK 227/2024).

``calculate`` is the door. The amounts stay unrounded until the subsidy, which is rounded once; each step is
recorded where that part of the sum is done, in the order of the law. What changed over time stands in
``rules.dated_rules``, what the steps say in ``rules.step_texts``, what the law leaves open in
``rules.open_questions``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from rules import step_texts
from rules.contributions import extra_atp, mandatory_pension, month_hours, ordinary_atp
from rules.dated_rules import FIRST_MONTH, LAW, RULES, Law, Rules, in_force
from rules.facts import BENEFIT_KINDS, INCOME_KINDS, Basis, Benefit, Income
from rules.money import ZERO, added, kroner, oere
from rules.months import Month
from rules.rates import Rates
from rules.steps import Step

NOTHING = oere(ZERO)
STATUSES = ("paid", "lost")
BENEFIT_ORDER = tuple((kind, status) for kind in BENEFIT_KINDS for status in STATUSES)

Key = TypeVar("Key")


class CalculationError(ValueError):
    """The month cannot be calculated as it stands; the message says why, in Danish."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """One month's subsidy. Kroner; unrounded before ``subsidy``, whole kroner from ``subsidy`` on.

    All amounts are positive sizes, except ``after_deductions``, which may be negative. The steps' amounts are
    signed and in øre: from the first to the rounding they add up to ``subsidy``, and with the extra ATP, which
    is the last, to ``payable_before_tax``.
    """

    rates_valid_from: date
    base_amount: Decimal
    threshold: Decimal
    income: Decimal
    reduction_below: Decimal
    reduction_above: Decimal
    benefit_deduction: Decimal
    after_deductions: Decimal
    ceiling_cut: Decimal
    holiday_cut: Decimal
    subsidy: Decimal
    extra_atp: Decimal
    ordinary_atp: Decimal | None
    mandatory_pension: Decimal
    payable_before_tax: Decimal
    steps: tuple[Step, ...]


def calculate(basis: Basis, rates: Rates) -> Calculation:
    """Calculate the subsidy of ``basis.benefit_month`` with the rates of that month.

    Raises CalculationError (Danish) for a month before 2014, rates of another month, an unknown kind, paid
    hours that contradict each other, a negative ceiling, and holiday days or ledighedsydelse in kroner in a
    month whose rules do not know them. Whether the month may be paid at all (no wage, no ceiling ...) is not
    asked here: that is the rules' work.
    """
    check_month(basis, rates)
    rules, law = in_force(RULES, basis.benefit_month), in_force(LAW, basis.benefit_month)
    check_basis(basis, rates, rules)
    incomes, benefits = add_incomes(basis.incomes, rules), add_benefits(basis.benefits, rules)
    deducted = deduct(incomes, benefits, rates, law)
    limited = limit(deducted, benefits.under_ceiling, basis, rates, law)
    steps = [Step(rules.base_text, law.base, oere(rates.base_amount)), *deducted.steps, *limited.steps]
    return pay_out(deducted, limited, steps, hours_of(basis), rates, law)


def check_month(basis: Basis, rates: Rates) -> None:
    """Only the month's own rates (open question Q3)."""
    month = basis.benefit_month
    check_known(month)
    if not rates.covers(month):
        raise CalculationError(f"Satserne fra {rates.valid_from} til {rates.valid_to} gælder ikke i {month}.")


def check_known(month: Month) -> None:
    """The calculation knows the law from 2014 on."""
    if month < FIRST_MONTH:
        raise CalculationError(f"{month} kan ikke beregnes: beregningen kender reglerne fra {FIRST_MONTH}.")


def check_basis(basis: Basis, rates: Rates, rules: Rules) -> None:
    """The wage ceiling and the days with ledighedsydelse must be possible in that month."""
    if basis.wage_ceiling is not None and basis.wage_ceiling < 0:
        raise CalculationError(f"Lønloftet er negativt: {basis.wage_ceiling}.")
    days = basis.holiday_days_on_unemployment_benefit
    if not 0 <= days <= rates.days_in_month:
        raise CalculationError(f"{days} dage med ledighedsydelse: det skal være fra 0 til {rates.days_in_month} dage.")
    if days and not rules.holiday_allowance_in_days:
        raise CalculationError(
            f"Dage med ledighedsydelse nedsætter først tilskuddet fra 2022-04, ikke i {basis.benefit_month}."
        )


def hours_of(basis: Basis) -> Decimal | None:
    """The month's paid hours; hours that contradict each other cannot be calculated with."""
    try:
        return month_hours(basis)
    except ValueError as error:
        raise CalculationError(str(error)) from error


@dataclass(slots=True)
class Incomes:
    """The month's incomes added up by kind, what counts apart from what is left out. Kroner."""

    counted: dict[str, Decimal] = field(default_factory=dict)
    left_out: dict[str, Decimal] = field(default_factory=dict)
    own_pension: Decimal = ZERO
    employer_pension: Decimal = ZERO


def add_incomes(incomes: Iterable[Income], rules: Rules) -> Incomes:
    """Add up wage and other income with both pension contributions (BEK 227/2024 § 1; § 3, stk. 5).

    Employee benefits, volunteers' fees and pensions are left out with their pension contributions, and so are
    lost earnings before 2024. The deficit of one sideline lowers nothing else (open question Q10).
    """
    sums = Incomes()
    for income in incomes:
        whole = income.amount + income.own_pension + income.employer_pension
        if income.kind not in rules.counted_incomes:
            put(sums.left_out, known(income.kind, INCOME_KINDS), whole)
        elif income.kind == "sideline":
            put(sums.counted, income.kind, max(ZERO, whole))
        else:
            put(sums.counted, income.kind, income.amount)
            sums.own_pension += income.own_pension
            sums.employer_pension += income.employer_pension
    return sums


def total_of(incomes: Incomes) -> Decimal:
    """What the subsidy is reduced for; never below 0, also when corrections are larger than the income."""
    return max(ZERO, sum(incomes.counted.values(), incomes.own_pension + incomes.employer_pension))


@dataclass(slots=True)
class Benefits:
    """The month's other benefits by kind and status, and those that count under the ceiling. Kroner."""

    deducted: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    under_ceiling: Decimal = ZERO


def add_benefits(benefits: Iterable[Benefit], rules: Rules) -> Benefits:
    """Add up what is deducted in full, paid or lost (LAB § 124, stk. 3-4; BEK 227/2024 §§ 7-9).

    Since 2024 the benefits paid count under the ceiling, those lost never do (open question Q30).
    """
    sums = Benefits()
    for benefit in benefits:
        if benefit.kind not in rules.deducted_benefits:
            raise CalculationError(step_texts.not_deducted(known(benefit.kind, BENEFIT_KINDS)))
        put(sums.deducted, (benefit.kind, known(benefit.status, STATUSES)), benefit.amount)
        if benefit.status == "paid" and benefit.kind in rules.benefits_under_ceiling:
            sums.under_ceiling += benefit.amount
    return sums


def known(name: str, names: tuple[str, ...]) -> str:
    """The name itself when it is one of the names; never guess what another one means."""
    if name not in names:
        raise CalculationError(f"'{name}' kendes ikke. Det skal være en af: {', '.join(names)}.")
    return name


def put(amounts: dict[Key, Decimal], key: Key, amount: Decimal) -> None:
    """Add an amount to its kind."""
    amounts[key] = amounts.get(key, ZERO) + amount


class Deducted(NamedTuple):
    """What is left of the base after income and benefits, unrounded; negative when they are larger."""

    income: Decimal
    below: Decimal
    above: Decimal
    benefits: Decimal
    after: Decimal
    steps: list[Step]


def deduct(incomes: Incomes, benefits: Benefits, rates: Rates, law: Law) -> Deducted:
    """The base less 30/55 % of the income and less all of the benefits (LAB § 123, stk. 2; § 124, stk. 3-4).

    Corrections of benefits cannot make the subsidy larger than the base.
    """
    income = total_of(incomes)
    below = rates.reduction_below * min(income, rates.threshold)
    above = rates.reduction_above * max(ZERO, income - rates.threshold)
    deduction = max(ZERO, added(benefits.deducted.values()))
    after = rates.base_amount - below - above - deduction
    steps = income_steps(incomes, income, law)
    steps += reduction_steps(incomes, income, below, above, rates, law)
    steps += benefit_steps(benefits, income > 0, law)
    if after < 0:
        steps.append(Step(*step_texts.floor(law), oere(-after)))
    return Deducted(income, below, above, deduction, after, steps)


def income_steps(incomes: Incomes, income: Decimal, law: Law) -> list[Step]:
    """What is left out and what is counted; the amounts are 0 because only the reduction changes the sum."""
    out = in_order(incomes.left_out, INCOME_KINDS)
    steps = [Step(*step_texts.left_out(kind, amount, law), NOTHING) for kind, amount in out.items()]
    if incomes.counted:
        parts = in_order(incomes.counted, INCOME_KINDS)
        text = step_texts.income(parts, incomes.own_pension, incomes.employer_pension, income, law)
        steps.append(Step(*text, NOTHING))
    return steps


def reduction_steps(
    incomes: Incomes, income: Decimal, below: Decimal, above: Decimal, rates: Rates, law: Law
) -> list[Step]:
    """The reduction up to the threshold and above it."""
    if not incomes.counted:
        return [Step(*step_texts.no_income(law), NOTHING)]
    steps = [Step(*step_texts.below(income, rates, law), oere(-below))]
    if above:
        steps.append(Step(*step_texts.above(income, rates, law), oere(-above)))
    return steps


def benefit_steps(benefits: Benefits, with_wage: bool, law: Law) -> list[Step]:
    """One step a benefit, paid before lost; corrections larger than the benefits give no deduction."""
    steps = [
        Step(*step_texts.benefit(kind, status, with_wage, law), oere(-amount))
        for (kind, status), amount in in_order(benefits.deducted, BENEFIT_ORDER).items()
    ]
    corrections = added(step.amount for step in steps)
    if corrections > 0:
        steps.append(Step(*step_texts.benefit_floor(law), oere(-corrections)))
    return steps


def in_order(amounts: dict[Key, Decimal], order: tuple[Key, ...]) -> dict[Key, Decimal]:
    """The amounts in a fixed order, so that the order of the incomes changes nothing."""
    if len(amounts) < 2:
        return amounts
    return {key: amounts[key] for key in order if key in amounts}


class Limited(NamedTuple):
    """What the ceiling and the holiday days take, and what is left, unrounded."""

    ceiling_cut: Decimal
    holiday_cut: Decimal
    left: Decimal
    steps: list[Step]


def limit(deducted: Deducted, under_ceiling: Decimal, basis: Basis, rates: Rates, law: Law) -> Limited:
    """The wage ceiling first, then the days (open question Q7). The ceiling wins over 98 % (Q8)."""
    before, benefits = max(ZERO, deducted.after), max(ZERO, under_ceiling)
    cut = ceiling_cut(before, deducted.income + benefits, basis.wage_ceiling)
    text = step_texts.ceiling(before, cut, deducted.income, benefits, basis.wage_ceiling, law)
    steps = [Step(*text, oere(-cut))]
    capped, days = before - cut, basis.holiday_days_on_unemployment_benefit
    holiday = capped * days / rates.days_in_month
    if days:
        steps.append(Step(*step_texts.holiday(capped, days, rates, law), oere(-holiday)))
    return Limited(cut, holiday, capped - holiday, steps)


def ceiling_cut(before: Decimal, counted: Decimal, wage_ceiling: Decimal | None) -> Decimal:
    """The excess over the ceiling, at most all of the subsidy (LAB § 123, stk. 3; BEK 227/2024 § 3, stk. 3)."""
    if wage_ceiling is None:
        return ZERO
    return before - max(ZERO, min(before, wage_ceiling - counted))


def pay_out(
    deducted: Deducted, limited: Limited, steps: list[Step], hours: Decimal | None, rates: Rates, law: Law
) -> Calculation:
    """Round once (BEK 227/2024 § 2, stk. 1) and withhold the extra ATP (LAB § 137)."""
    subsidy = kroner(limited.left)
    withheld = extra_atp(subsidy, rates)
    so_far = added(step.amount for step in steps)
    steps.append(Step(*step_texts.rounding(law), oere(subsidy - so_far)))
    steps.append(Step(*step_texts.extra_atp(rates, law), oere(-withheld)))
    return Calculation(
        rates_valid_from=rates.valid_from,
        base_amount=rates.base_amount,
        threshold=rates.threshold,
        income=deducted.income,
        reduction_below=deducted.below,
        reduction_above=deducted.above,
        benefit_deduction=deducted.benefits,
        after_deductions=deducted.after,
        ceiling_cut=limited.ceiling_cut,
        holiday_cut=limited.holiday_cut,
        subsidy=subsidy,
        extra_atp=withheld,
        ordinary_atp=ordinary_atp(hours, subsidy, rates),
        mandatory_pension=mandatory_pension(subsidy, withheld, rates),
        payable_before_tax=subsidy - withheld,
        steps=tuple(steps),
    )
