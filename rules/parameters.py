"""A municipality's choices, each with its careful default."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a municipality has set for a month. Percentages as percent (15 means 15 %).

    percent_below, percent_above: how far the month's income may lie from the average of the two months before
    (seed, annex 1, 1.5.4; open question Q21: our default, no source).
    subsidy_drop_percent: how far the subsidy may fall below what was paid (seed: 5 %; Q34).
    include_income_automatically: the flag ``flt_automatisk_medtagning_af_indtaegter``.
    full_automation: off means that every case gets a task every month.
    """

    percent_below: Decimal = Decimal(15)
    percent_above: Decimal = Decimal(15)
    subsidy_drop_percent: Decimal = Decimal(5)
    include_income_automatically: bool = False
    full_automation: bool = False
