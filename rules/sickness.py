"""Sickness, maternity and lost right: which benefit amount is deducted (LAB § 124, stk. 3-4; BEK 227/2024 §§ 7-9).

What is paid is deducted as paid; what was lost is deducted as if it had been paid, but never counts under the
ceiling (open question Q30). Kroner.
"""

from __future__ import annotations

from decimal import Decimal

from rules.facts import Benefit
from rules.judgment import MustBeJudged
from rules.money import ZERO
from rules.months import Month

FOLLOW_UP_MONTHS = 3  # LAB § 124, stk. 4


def lost_sickness_benefit(paid_month_before: Decimal | None) -> Benefit:
    """The right to sygedagpenge is lost: deduct what was paid in the month before it was lost.

    As paid, also when that month was partial (open question Q23). MustBeJudged when it is not known.
    BEK 227/2024 § 7, stk. 3.
    """
    return _lost("sickness_benefit", paid_month_before, "sygedagpenge i måneden, før retten blev mistet")


def late_sickness_benefit(entitled: Decimal | None) -> Benefit:
    """Sygedagpenge asked for too late: deduct what the person would have been entitled to.

    BEK 227/2024 § 7, stk. 5; § 14, stk. 4 points at the wrong stykke (open question Q22).
    """
    return _lost("sickness_benefit", entitled, "sygedagpenge, der kunne være udbetalt ved rettidig anmodning")


def lost_resource_course_benefit(full: Decimal | None, paid: Decimal = ZERO) -> Benefit:
    """Ressourceforløbsydelse lost or reduced (LAS §§ 69 l-q): deduct all that could have been received.

    ``full`` is that amount. A part still ``paid`` is a benefit of its own, deducted as paid and counted under
    the ceiling; this is the rest. MustBeJudged when the full amount is not known, ValueError (Danish) when
    more is paid than the full amount. BEK 227/2024 § 7, stk. 4.
    """
    if full is not None and not 0 <= paid <= full:
        raise ValueError(f"Der er udbetalt {paid} kr., men den fulde ydelse er {full} kr.")
    rest = None if full is None else full - paid
    return _lost("resource_course_benefit", rest, "den fulde ressourceforløbsydelse")


def partial_return(kind: str, amount: Decimal) -> Benefit:
    """Back at work for part of the time: the benefit is deducted in full beside 30/55 % of the wage. BEK § 8."""
    if kind not in ("sickness_benefit", "resource_course_benefit"):
        raise ValueError(f"Delvis genoptagelse af arbejdet gælder ikke {kind}.")
    return Benefit(kind, amount)


def follow_up_due(last: Month, month: Month) -> bool:
    """Whether the municipality must follow up a lost right: at least every third month. LAB § 124, stk. 4."""
    return last.until(month) >= FOLLOW_UP_MONTHS


def _lost(kind: str, amount: Decimal | None, what: str) -> Benefit:
    if amount is None or amount < 0:
        raise MustBeJudged(f"Beløbet kendes ikke: {what}.")
    return Benefit(kind, amount, "lost")
