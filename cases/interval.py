"""How sure a share of a sample is."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt
from statistics import NormalDist

LEVEL = 0.95


def wilson(hits: int, of: int, level: float = LEVEL) -> tuple[Decimal, Decimal] | None:
    """The Wilson score interval of hits out of ``of``, in percent with one decimal; None of nothing.

    Holds also where few or none are wrong (Wilson 1927; no wrong among 20 is 0 to 16,1 %).
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} af {of} er ikke en andel.")
    if not of:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, weight = hits / of, z * z / of
    middle = (share + weight / 2) / (1 + weight)
    reach = z / (1 + weight) * sqrt(share * (1 - share) / of + weight / (4 * of))
    return _percent(middle - reach), _percent(middle + reach)


def _percent(value: float) -> Decimal:
    return round(Decimal(100 * min(1.0, max(0.0, value))), 1)
