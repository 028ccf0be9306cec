"""What letters need beside their own decision, read for many of them in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from cases.models import (
    AdjustmentChoice,
    AdjustmentReason,
    Decision,
    Outcome,
    Payment,
    Settlement,
    names_of_employers,
)
from rules.facts import ZERO, Facts
from rules.frozen import thaw
from rules.months import Month


@dataclass(frozen=True)
class Settled:
    """A part of an earlier month's difference that this payment settles, signed kroner before tax.

    ``month``: None when no row tells which. ``rest``: what is still to be settled after it. ``reason``: why the month
    was wrong, "" when nobody chose.
    """

    month: Month | None
    amount: Decimal
    rest: Decimal = ZERO
    reason: str = ""


@dataclass(frozen=True)
class Known:
    """By decision: its facts and last month's decision. By payment: what it settles. Names by SE number."""

    facts: dict[int, Facts]
    last: dict[int, Decision]
    last_settled: dict[int, Decimal] = field(default_factory=dict)
    settled: dict[int, tuple[Settled, ...]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def known_for(decisions: Sequence[Decision], payments: Sequence[Payment] = ()) -> Known:
    """Four queries, and three more when a payment settles something, however many letters."""
    facts = {one.pk: thaw(Facts, one.facts) for one in decisions}
    numbers = {report.se_number for one in facts.values() for report in one.reports if report.month == one.income_month}
    return Known(
        facts=facts,
        last=_last_months(decisions),
        last_settled=_last_settled(decisions),
        settled=_settled([one.pk for one in payments if one.adjustment]),
        names=names_of_employers(numbers),
    )


def _last_months(decisions: Sequence[Decision]) -> dict[int, Decision]:
    """Last month as it stood when this month was decided."""
    rows = Decision.objects.filter(
        grant__in={one.grant_id for one in decisions},
        benefit_month__in={one.benefit_month - 1 for one in decisions},
        outcome=Outcome.PAID,
    ).defer("parameters", "concerns")
    by_month: dict[tuple[int, Month], list[Decision]] = {}
    for row in rows.order_by("sequence"):
        by_month.setdefault((row.grant_id, row.benefit_month), []).append(row)
    found = {}
    for one in decisions:
        before = by_month.get((one.grant_id, one.benefit_month - 1), [])
        stood = [row for row in before if row.decided_at <= one.decided_at]
        if stood:
            found[one.pk] = stood[-1]
    return found


def _last_settled(decisions: Sequence[Decision]) -> dict[int, Decimal]:
    """What last month's payments settled of earlier months, by decision of this month."""
    rows = Payment.objects.filter(
        grant__in={one.grant_id for one in decisions},
        benefit_month__in={one.benefit_month - 1 for one in decisions},
        reverses__isnull=True,
    ).exclude(adjustment=0)
    sums: dict[tuple[int, Month], Decimal] = {}
    for grant_id, month, amount in rows.values_list("grant_id", "benefit_month", "adjustment"):
        sums[grant_id, month] = sums.get((grant_id, month), ZERO) + amount
    return {one.pk: sums[key] for one in decisions if (key := (one.grant_id, one.benefit_month - 1)) in sums}


def _settled(payment_ids: Sequence[int]) -> dict[int, tuple[Settled, ...]]:
    if not payment_ids:
        return {}
    rows = list(
        Settlement.objects.filter(payment__in=payment_ids)
        .select_related("adjustment")
        .order_by("adjustment__benefit_month", "id")
    )
    adjustments = {row.adjustment_id for row in rows}
    done = dict(
        Settlement.objects.filter(adjustment__in=adjustments)
        .order_by()
        .values_list("adjustment")
        .annotate(sum=Sum("amount"))
    )
    chosen = dict(
        AdjustmentChoice.objects.filter(adjustment__in=adjustments)
        .order_by("id")
        .values_list("adjustment_id", "reason")
    )
    found: dict[int, tuple[Settled, ...]] = {}
    for row in rows:
        rest = row.adjustment.payable_difference - done[row.adjustment_id]
        reason = chosen.get(row.adjustment_id, "")
        one = Settled(row.adjustment.benefit_month, row.amount, rest, AdjustmentReason(reason).label if reason else "")
        found[row.payment_id] = (*found.get(row.payment_id, ()), one)
    return found
