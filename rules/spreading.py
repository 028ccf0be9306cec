"""Pay that covers several months, expected wage, and the adjustment of months already paid.

Every month that is hit is calculated again with its own rates and rules; the difference is settled forward.
Whole kroner from the subsidies; øre in what is spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rules.calculation import Calculation, calculate
from rules.facts import Basis, Income
from rules.judgment import MustBeJudged
from rules.money import ZERO
from rules.months import Month
from rules.rates import Rates, rates_on

MAX_MONTHS_BACK = 12  # BEK 227/2024 § 4, stk. 4
_OERE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One month calculated again: the subsidy paid, the right one, and right less paid. Whole kroner."""

    month: Month
    old: Decimal
    new: Decimal
    difference: Decimal


def spread(amount: Decimal, first: Month | None, last: Month | None) -> tuple[tuple[Month, Decimal], ...]:
    """Divide pay equally over the months it covers, both included (BEK 227/2024 § 3, stk. 4; § 4, stk. 3; Q31).

    In whole øre; the øre that do not divide are put one each on the last months, so that the months add up to
    the amount. MustBeJudged when the period is not known or turned round.
    """
    if first is None or last is None or last < first:
        raise MustBeJudged("Perioden, som lønnen dækker, er ikke oplyst. Den skal kendes, før lønnen kan fordeles.")
    count = first.until(last) + 1
    share, rest = divmod(abs(amount) / _OERE, count)
    sign = -1 if amount < 0 else 1
    extra_from = count - int(rest)
    return tuple((first + number, sign * (share + (number >= extra_from)) * _OERE) for number in range(count))


def with_spread(bases: Mapping[Month, Basis], income: Income, shares: Iterable[tuple[Month, Decimal]]) -> list[Basis]:
    """Each basis with its share of the income added. ``bases`` and ``shares`` are by the income's month.

    MustBeJudged when a month has no basis: nothing was paid then, and nothing can be calculated again.
    """
    changed = []
    for month, amount in shares:
        if month not in bases:
            raise MustBeJudged(f"Lønnen dækker {month}, men der er ingen beregning for den måned.")
        share = Income(income.kind, amount)
        changed.append(replace(bases[month], incomes=(*bases[month].incomes, share)))
    return changed


def adjust(month: Month, old: Calculation | Decimal, new: Calculation | Decimal) -> Adjustment:
    """Old, new and difference of one month; negative when too much was paid. BEK 227/2024 § 4, stk. 4."""
    paid, right = _subsidy(old), _subsidy(new)
    return Adjustment(month, paid, right, right - paid)


def recalculate(paid: Mapping[Month, Decimal], bases: Iterable[Basis], table: Sequence[Rates]) -> list[Adjustment]:
    """Calculate each month again with its own rates, against the subsidy in force for it, in order of months.

    Used for spread pay, for the regulation of expected wage (BEK 227/2024 § 4, stk. 2) and for later changes
    of wage (stk. 4). MustBeJudged when nothing was paid for a month.
    """
    adjustments = []
    for basis in sorted(bases, key=lambda basis: basis.benefit_month):
        month = basis.benefit_month
        if month not in paid:
            raise MustBeJudged(f"Der er ingen afgørelse for {month} at efterregulere.")
        adjustments.append(adjust(month, paid[month], calculate(basis, rates_on(month, table))))
    return adjustments


def regulate_expected(expected: Basis, actual: Sequence[Income]) -> Basis:
    """The start month's basis with the wage actually paid in place of the expected. BEK 227/2024 § 4, stk. 2."""
    return replace(expected, incomes=tuple(actual), paid_hours=None)


def within_reach(month: Month, discovered: Month) -> bool:
    """Whether a month may still be adjusted: up to 12 months back from the month of discovery (Q18)."""
    return 0 <= month.until(discovered) <= MAX_MONTHS_BACK


def settle(difference: Decimal, coming: Sequence[Decimal]) -> tuple[list[Decimal], Decimal]:
    """Settle a difference forward in the coming months' subsidies: all in the next if possible (Q19), floor 0.

    Returns the subsidies after settling and what is left: negative = still owed by the citizen, which is a
    matter of repayment (LAB § 125, stk. 3). BEK 227/2024 § 3, stk. 4.
    """
    settled = []
    for subsidy in coming:
        taken = max(difference, -subsidy)
        settled.append(subsidy + taken)
        difference -= taken
    return settled, difference


def _subsidy(value: Calculation | Decimal) -> Decimal:
    return value.subsidy if isinstance(value, Calculation) else value


def total(adjustments: Iterable[Adjustment]) -> Decimal:
    """All differences together."""
    return sum((adjustment.difference for adjustment in adjustments), ZERO)
