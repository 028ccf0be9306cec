"""What will be taken in which month: the coming payments of a citizen as they look now, and what is left after each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases.bank_days import coming_pay_day
from cases.choose_settlement import Choice
from cases.models import Adjustment, ClaimState, Grant, Outcome, Payment, SettleBy
from cases.models.task import NEW_PAY
from cases.settle import ASK, HEARD, OWED, TAKEN, Left, left_of, way_of, with_ways
from cases.templatetags.danish import hele_kr
from rules import settlement
from rules.months import Month
from rules.settlement import Rest

MOST_MONTHS = 24
"""The plan shows so many months; a longer one says what is left."""


@dataclass(frozen=True)
class PlanLine:
    """One coming payment: what it would be, what is settled in it (signed), what is paid, and what is then left."""

    month: Month
    payable: Decimal
    settled: Decimal
    left: Decimal

    @property
    def paid(self) -> Decimal:
        return self.payable + self.settled


@dataclass(frozen=True)
class Plan:
    """``lines``: the coming payments that settle something. ``left``: what they do not reach. ``ends``: the grant's
    last month, when it comes before. ``basis``: the payment the coming ones are judged from.
    """

    lines: tuple[PlanLine, ...]
    left: Decimal
    basis: Decimal
    ends: Month | None = None


def plan(grant: Grant, now: datetime, ids: Collection[int] = (), choice: Choice | None = None) -> Plan:
    """The plan as it stands, or with this choice for these adjustments. Writes nothing."""
    rests = [_with(one, ids, choice) for one in left_of([grant.citizen_id]).get(grant.citizen_id, [])]
    last = Payment.objects.filter(grant=grant, decision__isnull=False).order_by("benefit_month", "sequence").last()
    basis = last.decision.payable_before_tax if last else Decimal(0)
    month = first = _next_month(grant, last, now)
    ends = Month.of(grant.last_day) if grant.last_day else None
    lines: list[PlanLine] = []
    while (ends is None or month <= ends) and first.until(month) < MOST_MONTHS and any(map(_moves, rests)):
        parts = settlement.settle(_payable(grant, month, basis), rests)
        rests = [replace(one, left=one.left - part) for one, part in zip(rests, parts, strict=True)]
        left = sum((one.left for one in rests if _moves(one)), Decimal(0))
        lines.append(PlanLine(month, _payable(grant, month, basis), sum(parts, Decimal(0)), left))
        month += 1
    return Plan(tuple(lines), sum((one.left for one in rests if _moves(one)), Decimal(0)), basis, ends)


def _moves(rest: Rest) -> bool:
    return bool(rest.left) and (rest.left > 0 or rest.may_take)


def _with(one: Left, ids: Collection[int], choice: Choice | None) -> Rest:
    if choice is None or one.id not in ids:
        return one.rest
    monthly = choice.monthly if choice.settle_by == SettleBy.SPREAD else None
    return Rest(one.month, one.amount, choice.settle_by in TAKEN, monthly)


def _next_month(grant: Grant, last: Payment | None, now: datetime) -> Month:
    """The first month that is not paid yet: never one whose pay day is past."""
    today = localdate(now)
    coming = Month.of(coming_pay_day(Month.of(today), today))
    return coming if last is None else max(coming, last.benefit_month + 1)


def _payable(grant: Grant, month: Month, basis: Decimal) -> Decimal:
    """The proposal that waits for the month, else like the newest payment."""
    waiting = grant.decisions.filter(benefit_month=month, outcome=Outcome.TASK).order_by("sequence").last()
    return waiting.payable_before_tax if waiting else basis


def differences(grant: Grant) -> list[Adjustment]:
    """Every adjustment of the case with what has been settled, the newest month first."""
    return shown(Adjustment.objects.filter(grant=grant).order_by("-benefit_month", "-sequence"))


def shown(rows: QuerySet[Adjustment]) -> list[Adjustment]:
    """The rows with ``left``, ``way``, ``choice`` (the newest), ``happens`` and ``why`` (in words)."""
    found = list(with_ways(rows).select_related("process", "made_by", "claim").prefetch_related("choices__made_by"))
    for row in found:
        row.left = row.payable_difference - row.settled
        row.way = way_of(row.payable_difference, row.way_chosen, held=row.held, given_up=row.given_up)
        row.choice = max(row.choices.all(), key=lambda one: one.pk, default=None)
        row.happens = happens(row)
        row.why = WHY.get(row.reason, row.reason)
    return found


def happens(row: Adjustment) -> str:
    """What happens to an adjustment, as a caseworker reads it."""
    if row.way == OWED:
        return "Udbetales i næste udbetaling" if row.left else "Udbetalt"
    if not row.left:
        return "Modregnet"
    if row.way == SettleBy.SPREAD:
        return f"Modregnes med højst {hele_kr(row.monthly)} kr. om måneden"
    if row.way == SettleBy.CLAIM and row.claim_state:
        return f"Kræves tilbage: {ClaimState(row.claim_state).label.lower()}"
    return WORDS[row.way]


WHY = {NEW_PAY: "Nye lønoplysninger"}
WORDS = {
    HEARD: "Venter på partshøringen",
    ASK: "Mangler årsag og afregning",
    **{one.value: one.label for one in SettleBy},
}
