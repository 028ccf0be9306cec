"""The sum of a specification: both months step by step, and from the month's subsidy to what is paid now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cases.specification_changes import Side
from cases.specification_known import Settled
from cases.specification_parts import SumLine
from cases.templatetags.danish import month_name
from rules.facts import ZERO

SETTLED_LAW = "Bekg. 227/2024 § 4, stk. 4"
MOST_SETTLED = 4
"""A page holds some months; those over are added up in one line."""


@dataclass(frozen=True)
class Paid:
    """From the month's sum to this payment, kroner before tax: paid already, settled of earlier months, paid now."""

    already: Decimal
    settled: tuple[Settled, ...]
    last_settled: Decimal
    now: Decimal


def sum_lines(now: Side, last: Side | None, paid: Paid) -> Iterable[SumLine]:
    """The steps of both months beside each other, with the subsidy and the payment as totals."""
    before = dict(last.by_key) if last else {}
    rows = [(key, step, before.pop(key, None)) for key, step in now.by_key.items()]
    gone = [(key, step) for key, step in before.items() if step[2]]
    below = [row for row in rows if row[0] == "extra_atp"]
    above = [row for row in rows if row[0] != "extra_atp"]
    for key, (text, law, amount), then in above:
        if key == "rounding":
            yield from _only_last(gone)
            gone = []
            if not amount and not (then and then[2]):
                continue
        empty = key == "income"
        yield SumLine(text, law, None if empty else amount, None if empty else _amount(then, last))
    yield from _only_last(gone)
    yield SumLine("Dit fleksløntilskud", "", now.subsidy, last.subsidy if last else None, is_total=True)
    for _, (text, law, amount), then in below:
        yield SumLine(text, law, amount, _amount(then, last))
    yield from _to_the_payment(now, paid)
    payable = None if last is None or last.payable is None else last.payable + paid.last_settled
    yield SumLine("Til udbetaling før skat", "", paid.now, payable, is_total=True)


def _to_the_payment(now: Side, paid: Paid) -> Iterable[SumLine]:
    """What lies between the month's own sum and the amount that is paid."""
    if paid.already:
        yield SumLine(f"Allerede udbetalt for {month_name(now.month)}", "", -paid.already, None)
    settled = paid.settled
    if len(settled) > MOST_SETTLED:
        settled = settled[: MOST_SETTLED - 1]
    for one in settled:
        text = f"Efterregulering for {month_name(one.month) or 'tidligere måneder'}"
        yield SumLine(text, SETTLED_LAW, one.amount, None)
    if rest := paid.settled[len(settled) :]:
        amount = sum((one.amount for one in rest), ZERO)
        yield SumLine(f"Efterregulering for {len(rest)} andre måneder", SETTLED_LAW, amount, None)
    if paid.last_settled:
        yield SumLine("Kun sidste måned: Efterregulering", SETTLED_LAW, ZERO, paid.last_settled)


def _only_last(gone: Sequence[tuple[str, tuple[str, str, Decimal]]]) -> Iterable[SumLine]:
    """Steps that last month had and this month has not."""
    for key, (text, law, amount) in gone:
        if key != "extra_atp":
            yield SumLine(f"Kun sidste måned: {text}", law, ZERO, amount)


def _amount(step: tuple[str, str, Decimal] | None, last: Side | None) -> Decimal | None:
    if last is None or not last.steps:
        return None
    return step[2] if step else ZERO
