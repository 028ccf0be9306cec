"""What is left of every adjustment, and settling it forward in the payments that are made now.

BEK 227/2024 § 3, stk. 4 and § 4, stk. 4. Called inside the transaction that inserts the payments: two queries and two
inserts, however many cases, and one query when nothing is open. The open adjustments are locked, so that two workers
never settle one twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from cases.models import (
    Adjustment,
    AdjustmentChoice,
    ClaimState,
    PartyHearing,
    Payment,
    RepaymentClaim,
    SettleBy,
    Settlement,
    TaskKind,
)
from cases.models.fields import MoneyField
from rules import settlement
from rules.months import Month
from rules.settlement import Rest

OWED, HEARD, ASK = "owed", "heard", "ask"
"""Besides the ways of SettleBy: owed to the citizen, waiting for a party hearing, waiting for a person's choice."""
TAKEN = (SettleBy.NEXT, SettleBy.SPREAD)
COLUMNS = (
    "id", "grant_id", "citizen_id", "benefit_month", "payable_difference", "way_chosen", "monthly", "held", "given_up",
    "claim_state",
)  # fmt: skip
COLLECTED = (ClaimState.SENT, ClaimState.PAID)
"""A claim on its way through collection has taken the adjustment over: it is no longer settled here."""


@dataclass(frozen=True)
class Left:
    """What is left of an adjustment, signed kroner before tax, and what happens to it (``way``)."""

    id: int
    grant_id: int
    month: Month
    amount: Decimal
    way: str
    monthly: Decimal | None

    @property
    def rest(self) -> Rest:
        return Rest(self.month, self.amount, self.way in TAKEN, self.monthly if self.way == SettleBy.SPREAD else None)


def settle(payments: Sequence[Payment]) -> list[Settlement]:
    """Settle what is open for the payments' citizens; sets each payment's ``adjustment`` and payable.

    The payments are not written yet and have their ids. Gives the settlements to write.
    """
    left = left_of({one.citizen_id for one in payments}, lock=True)
    rows: list[Settlement] = []
    for payment in payments if left else ():
        rests = left.get(payment.citizen_id, [])
        parts = settlement.settle(payment.payable_before_tax, [one.rest for one in rests])
        rows += [
            Settlement(adjustment_id=one.id, payment=payment, amount=part)
            for one, part in zip(rests, parts, strict=True)
            if part
        ]
        left[payment.citizen_id] = [_less(one, part) for one, part in zip(rests, parts, strict=True)]
        payment.adjustment = sum(parts, Decimal(0))
        payment.payable_before_tax += payment.adjustment
    return rows


def _less(one: Left, part: Decimal) -> Left:
    return replace(one, amount=one.amount - part)


def left_of(citizens: Iterable[int], *, lock: bool = False) -> dict[int, list[Left]]:
    """What is left of the citizens' adjustments, the oldest month first; those with nothing left are not there."""
    rows = with_ways(Adjustment.objects.filter(grant__citizen__any_of=citizens))
    rows = rows.exclude(settled=F("payable_difference")).order_by("benefit_month", "sequence", "id")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = list(rows.values_list(*COLUMNS))
    settled = settled_of(row[0] for row in found) if found else {}
    left: defaultdict[int, list[Left]] = defaultdict(list)
    for id_, grant, citizen, month, whole, chosen, monthly, held, given_up, claim in found:
        amount = whole - settled.get(id_, Decimal(0))
        if amount and claim not in COLLECTED:
            way = way_of(whole, chosen, held=held, given_up=given_up)
            left[citizen].append(Left(id_, grant, month, amount, way, monthly))
    return dict(left)


def settled_of(ids: Iterable[int]) -> dict[int, Decimal]:
    """Adjustment to what has been settled of it, read after the lock was taken."""
    rows = Settlement.objects.filter(adjustment__in=list(ids)).values_list("adjustment").order_by()
    return dict(rows.annotate(sum=Sum("amount")))


def way_of(whole: Decimal, chosen: str | None, *, held: bool, given_up: bool) -> str:
    """What happens to an adjustment. Nothing is taken while a hearing is open, or when the citizen was right in it;
    what the citizen is owed never waits.
    """
    if whole > 0:
        return OWED
    if held:
        return HEARD
    return ASK if chosen is None or given_up else chosen


def with_ways(rows: QuerySet[Adjustment]) -> QuerySet[Adjustment]:
    """Adjustments with ``settled``, ``way_chosen``, ``monthly``, ``held``, ``given_up``, ``claim_state``."""
    newest = AdjustmentChoice.objects.filter(adjustment=OuterRef("pk")).order_by("-id")
    settled = Settlement.objects.filter(adjustment=OuterRef("pk")).order_by().values("adjustment")
    claim = RepaymentClaim.objects.filter(adjustment=OuterRef("pk"))
    open_ = PartyHearing.objects.filter(closed_at__isnull=True, grant=OuterRef("grant"))
    of_process = Q(task__process=OuterRef("process"))
    of_month = Q(task__kind=TaskKind.INCOME, task__benefit_month=OuterRef("benefit_month"))
    of_choice = Q(task=OuterRef("choice_task"))
    right = PartyHearing.objects.filter(outcome="changed", task=OuterRef("choice_task"))
    money = MoneyField()
    return rows.annotate(
        citizen_id=F("grant__citizen_id"),
        settled=Coalesce(
            Subquery(settled.annotate(sum=Sum("amount")).values("sum"), output_field=money),
            Value(Decimal(0), output_field=money),
        ),
        way_chosen=Subquery(newest.values("settle_by")[:1]),
        monthly=Subquery(newest.values("monthly")[:1]),
        choice_task=Subquery(newest.values("task")[:1]),
        held=Exists(open_.filter(of_process | of_month | of_choice)),
        given_up=Exists(right),
        claim_state=Subquery(claim.values("state")[:1]),
    )
