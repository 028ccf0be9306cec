"""The sum as a sum: this month's steps beside last month's, with what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from cases.models import Decision, EarlierSubsidy, Outcome
from rules.calculation import Calculation
from rules.money import ZERO
from rules.months import Month
from rules.steps import Step

EXTRA_ATP = "Ekstra ATP"


@dataclass(frozen=True)
class SumRow:
    """One line: text, paragraph, now, last month. ``is_result`` for what the lines come to.

    ``only_text``: a line that says something without changing the sum.
    """

    text: str
    law: str
    now: Decimal | None
    last: Decimal | None
    is_result: bool = False

    @property
    def only_text(self) -> bool:
        return not self.is_result and not self.now and not self.last


def stored_steps(rows: Iterable[Sequence[Any]]) -> list[Step]:
    """Steps as a decision keeps them."""
    return [Step(text, law, Decimal(str(amount))) for text, law, amount in rows]


class Last(NamedTuple):
    """What was paid the month before: its steps when it was decided here, else the subsidy alone."""

    steps: list[Step]
    subsidy: Decimal | None
    payable: Decimal | None


NOTHING_BEFORE = Last([], None, None)


def paid_for(grant_id: int, month: Month) -> Last:
    """The month itself as it was paid: what a recalculation is held up against."""
    decisions = Decision.objects.filter(grant=grant_id, benefit_month=month, outcome=Outcome.PAID)
    decision = decisions.order_by("-sequence").first()
    if decision is None:
        return NOTHING_BEFORE
    return Last(stored_steps(decision.steps), decision.subsidy, decision.payable_before_tax)


def paid_before(grant_id: int, month: Month) -> Last:
    """The month before ``month`` as it was paid, here or by the system before this one."""
    decided_here = paid_for(grant_id, month - 1)
    if decided_here.subsidy is not None:
        return decided_here
    earlier = EarlierSubsidy.objects.filter(grant=grant_id, benefit_month=month - 1).first()
    return Last([], earlier.amount, None) if earlier else NOTHING_BEFORE


def sum_rows(calculation: Calculation, last: Last = NOTHING_BEFORE) -> list[SumRow]:
    """A draft beside what was paid the month before."""
    return rows_of(list(calculation.steps), calculation.subsidy, calculation.payable_before_tax, last)


def decision_rows(decision: Decision, last: Last = NOTHING_BEFORE) -> list[SumRow]:
    """A stored decision beside what was paid the month before."""
    return rows_of(stored_steps(decision.steps), decision.subsidy, decision.payable_before_tax, last)


def rows_of(now: list[Step], subsidy: Decimal, payable: Decimal, last: Last) -> list[SumRow]:
    """Every step, "Fleksløntilskud" before the ATP that is withheld, and what is paid."""
    rows = paired(now, last.steps)
    before = [row for row in rows if EXTRA_ATP not in row.text]
    withheld = [row for row in rows if EXTRA_ATP in row.text]
    return [
        *before,
        SumRow("Fleksløntilskud", "", subsidy, last.subsidy, is_result=True),
        *withheld,
        SumRow("Til udbetaling før skat", "", payable, last.payable, is_result=True),
    ]


def paired(now: list[Step], last: list[Step]) -> list[SumRow]:
    """Steps of the same sort on one line. A step that only last month had stands where it stood then."""
    old = {_sort(step): step.amount for step in last}
    new = {_sort(step) for step in now}
    missing = ZERO if last else None
    rows = [SumRow(step.text, step.law, step.amount, old.get(_sort(step), missing)) for step in now]
    for place, step in enumerate(last):
        if _sort(step) not in new:
            rows.insert(place, _only_last(step))
    return rows


def _only_last(step: Step) -> SumRow:
    return SumRow(f"Før: {step.text}", step.law, ZERO, step.amount)


def _sort(step: Step) -> str:
    """What sort of step it is: its first word; percentages keep 30 apart from 55."""
    return step.text.split(maxsplit=1)[0]
