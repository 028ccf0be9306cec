"""Checks that hold row by row: a decision against its own steps, a payment against the decision it pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cases.models import Decision, Payment

WITHOUT_WAGE = 2
"""Steps of a month without wage: the base, and all of it away again."""


def decisions_do_not_add_up() -> Iterator[str]:
    """The steps add up to what is payable, and that is the subsidy less the extra ATP (rules.calculation)."""
    columns = ("id", "steps", "subsidy", "extra_atp", "payable_before_tax")
    for id_, steps, subsidy, extra_atp, payable in Decision.objects.values_list(*columns).iterator(2000):
        amounts = [Decimal(amount) for _, _, amount in steps]
        withheld = -amounts[-1] if len(amounts) > WITHOUT_WAGE else Decimal(0)
        if (sum(amounts), withheld) != (payable, extra_atp) or subsidy - extra_atp != payable:
            yield f"afgørelse {id_}: beløbene er ikke, hvad trinene giver"


PAYMENT = (
    "id", "grant_id", "benefit_month", "subsidy", "payable_before_tax", "adjustment",
    "decision__subsidy", "decision__payable_before_tax", "reverses_id", "reverses__subsidy",
    "reverses__payable_before_tax", "repeats_id", "repeats__subsidy", "repeats__payable_before_tax",
)  # fmt: skip


def payments_differ_from_decisions() -> Iterator[str]:
    """A payment is its decision less what the month's earlier decision had paid; a reversal is the opposite,
    one that is sent once more the same.

    Pairs per case and month, so that two faults that outweigh each other are found as well.
    """
    months: defaultdict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    current: Any = None
    rows = Payment.objects.order_by("benefit_month", "grant", "sequence", "id").values(*PAYMENT)
    for row in rows.iterator(2000):
        key = (row["benefit_month"], row["grant_id"])
        if key != current:
            yield from _month_differs(months.pop(current, []))
            current = key
        months[key].append(row)
    yield from _month_differs(months.pop(current, []))


def _month_differs(rows: list[dict[str, Any]]) -> Iterator[str]:
    reversed_ids = {row["reverses_id"] for row in rows}
    paid: list[tuple[Decimal, Decimal]] = [(Decimal(0), Decimal(0))]
    for row in rows:
        own = (row["subsidy"], row["payable_before_tax"] - row["adjustment"])
        if row["decision__subsidy"] is None:
            yield from _copy_differs(row)
            continue
        whole = (row["decision__subsidy"], row["decision__payable_before_tax"])
        before = paid if reversed_ids - {None} else paid[-1:]
        if own not in [(whole[0] - one[0], whole[1] - one[1]) for one in before]:
            yield f"udbetaling {row['id']} er ikke, hvad dens afgørelse giver"
        paid.append(whole)


def _copy_differs(row: dict[str, Any]) -> Iterator[str]:
    """A payment without a decision of its own: the opposite of one, the same as one again, or an adjustment alone."""
    paid = (row["subsidy"], row["payable_before_tax"])
    if row["reverses_id"]:
        if paid != (-row["reverses__subsidy"], -row["reverses__payable_before_tax"]):
            yield f"udbetaling {row['id']} er ikke det modsatte af den, den tilbagefører"
    elif row["repeats_id"]:
        if paid != (row["repeats__subsidy"], row["repeats__payable_before_tax"]):
            yield f"udbetaling {row['id']} er ikke den samme som den, den udbetaler igen"
    elif paid != (0, row["adjustment"]):
        yield f"udbetaling {row['id']} er mere end sin efterregulering og har ingen afgørelse"
