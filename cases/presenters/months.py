"""The strip of a case's months: a letter and a colour for each, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cases.models import Adjustment, Decision, EarlierSubsidy, Grant, Outcome, Payment, PaymentStatus, Task, User
from cases.presenters.words import long_month, short_month
from cases.templatetags.danish import hele_kr
from rules.months import Month

WORDS = {
    "A": "automatisk",
    "M": "manuel",
    "H": "holdt tilbage",
    "E": "efterreguleret",
    "O": "åben opgave",
    "T": "betalt i tidligere system",
    "–": "ingen",
}


@dataclass(frozen=True)
class MonthCell:
    """One month: letter, words for those who cannot see the colour, and whether it can be opened."""

    month: Month
    letter: str
    label: str
    words: str
    opens: bool


def strip(grant: Grant, last: Month, length: int = 24) -> list[MonthCell]:
    """The last ``length`` months up to ``last``. Six queries."""
    first = last - (length - 1)
    span = {"grant": grant, "benefit_month__gte": first, "benefit_month__lte": last}
    letters: dict[Month, str] = dict.fromkeys(_months(EarlierSubsidy.objects, span), "T")
    amounts: dict[Month, Any] = {}
    system = User.objects.system().pk
    for month, outcome, by, payable in (
        Decision.objects.filter(**span)
        .in_force()
        .values_list("benefit_month", "outcome", "decided_by", "payable_before_tax")
    ):
        letters[month] = "O" if outcome == Outcome.TASK else "A" if by == system else "M"
        amounts[month] = payable if outcome == Outcome.PAID else None
    payments = Payment.objects.filter(**span).order_by().values_list("benefit_month", "sequence", "status")
    paid = list(payments.filter(Q(sequence__gt=1) | Q(status=PaymentStatus.HELD)))
    letters |= {month: "E" for month, sequence, _ in paid if sequence > 1}
    letters |= dict.fromkeys(_months(Adjustment.objects.exclude(difference=0), span), "E")
    letters |= {month: "H" for month, _, status in paid if status == PaymentStatus.HELD}
    letters |= dict.fromkeys(Task.objects.filter(**span).open().order_by().values_list("benefit_month", flat=True), "O")
    return [_cell(first + index, letters, amounts) for index in range(length)]


def legend(cells: list[MonthCell]) -> list[tuple[str, str]]:
    """The letters that are in the strip, with their words."""
    used = {cell.letter for cell in cells}
    return [(letter, words) for letter, words in WORDS.items() if letter in used]


def _months(rows: Any, span: dict[str, Any]) -> list[Month]:
    return list(rows.filter(**span).order_by().values_list("benefit_month", flat=True))


def _cell(month: Month, letters: dict[Month, str], amounts: dict[Month, Any]) -> MonthCell:
    letter = letters.get(month, "–")
    words = f"{long_month(month)}: {WORDS[letter]}"
    if amounts.get(month) is not None:
        words = f"{words}, {hele_kr(amounts[month])} kr."
    label = f"{short_month(month)} {month.year % 100:02d}" if month.number == 1 else short_month(month)
    return MonthCell(month, letter, label, words, letter not in ("–", "T"))
