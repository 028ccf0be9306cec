"""Money: Decimal kroner everywhere, rounded to whole kroner in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

ZERO = Decimal(0)
_KRONE = Decimal(1)
_OERE = Decimal("0.01")
_AMOUNT = re.compile(r"-?\d+(\.\d{1,2})?\Z", re.ASCII)


def kroner(amount: Decimal) -> Decimal:
    """Round to the nearest whole krone, halves up (BEK 227/2024 § 2, stk. 1; open question Q1)."""
    return amount.quantize(_KRONE, ROUND_HALF_UP) + ZERO  # + 0: never "-0"


def oere(amount: Decimal) -> Decimal:
    """Two decimals, for display only: the sum itself is never rounded before ``kroner``."""
    return amount.quantize(_OERE, ROUND_HALF_UP) + ZERO


def added(amounts: Iterable[Decimal]) -> Decimal:
    """The amounts together; 0 when there are none."""
    return sum(amounts, ZERO)


def change_percent(found: Decimal, expected: Decimal) -> Decimal | None:
    """How far found lies from expected, in percent of it, not rounded. None of nothing or less."""
    return (found - expected) / expected * 100 if expected > 0 else None


def parse_amount(text: object) -> Decimal:
    """Read "1234" or "-1234.50"; ValueError with a Danish sentence on anything else."""
    if not isinstance(text, str) or not _AMOUNT.match(text):
        raise ValueError(f'{text!r} er ikke et beløb. Skriv det som tekst med punktum, fx "1234.50".')
    return Decimal(text)


def danish(amount: Decimal) -> str:
    """Danish notation with two decimals: 17.333,00."""
    text = f"{amount.quantize(_OERE, ROUND_HALF_UP) + ZERO:,f}"
    return f"{text[:-3].replace(',', '.')},{text[-2:]}"


def danish_number(number: Decimal) -> str:
    """Danish notation with the decimals it has and no trailing zeros: 21,6667 and 5."""
    return f"{number:f}".rstrip("0").rstrip(".").replace(".", ",") if number % 1 else f"{number:.0f}"


@lru_cache(maxsize=64)
def percent(fraction: Decimal) -> str:
    """A fraction as Danish percent: 0.3 is "30 %" and 0.003 is "0,3 %"."""
    return f"{danish_number(fraction * 100)} %"
