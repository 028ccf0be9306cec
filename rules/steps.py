"""The explanation of a sum, recorded by doing it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Step(NamedTuple):
    """One line of the sum: what is done (Danish), the paragraph, the signed amount in kroner and øre."""

    text: str
    law: str
    amount: Decimal
