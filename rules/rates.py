"""The national rates: one row per period, looked up by the benefit month and never guessed.

Decimal kroner and hours; every percent is a fraction (5 % is 0.05). The figures and where each comes from
stand in rules/data/rates.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from rules.months import Month


class NoRates(LookupError):  # noqa: N818 - the name says what is the matter
    """The month has no rates, or two rows of rates that contradict each other."""


@dataclass(frozen=True, slots=True)
class Rates:
    """One row of rates. Both days included; percents are fractions."""

    valid_from: date
    valid_to: date
    base_amount: Decimal  # 98 % of the highest dagpenge, kr. a month (LAB § 123, stk. 1)
    threshold: Decimal  # indtægtsgrænse, kr. a month (LAB § 123, stk. 2, regulated by § 189 a)
    reduction_below: Decimal  # of the income up to the threshold (LAB § 123, stk. 2)
    reduction_above: Decimal  # of the rest
    extra_atp_percent: Decimal  # of the subsidy (LAB § 137)
    extra_atp_max: Decimal  # kr. a month
    ordinary_atp_per_hour: Decimal  # kr. per hour with subsidy (LAB § 138)
    ordinary_atp_full: Decimal  # kr. a month when there are few paid hours (LAB § 138, stk. 3)
    mandatory_pension_percent: Decimal  # of the subsidy after extra ATP (LAB § 138 b)
    days_in_month: Decimal = Decimal("21.6667")  # 260/12 (BEK 227/2024 § 2, stk. 2)
    full_time_hours: Decimal = Decimal("160.333")  # a month (BEK 227/2024 § 13, stk. 2; Q13)
    ordinary_atp_full_below_hours: Decimal = Decimal(39)  # paid hours a month (LAB § 138, stk. 3)

    def covers(self, month: Month) -> bool:
        """Whether the whole month lies inside the row's period."""
        return self.valid_from <= month.first_day and month.last_day <= self.valid_to

    def as_dict(self) -> dict[str, str]:
        """As texts, for freezing with a decision. ``from_dict`` reads them back to an equal value."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_dict(cls, texts: Mapping[str, str]) -> Rates:
        """Read what ``as_dict`` wrote; a field that was not there then gets its default."""
        return cls(**{name: _value(name, text) for name, text in texts.items()})


def rates_on(month: Month, table: Iterable[Rates]) -> Rates:
    """The row that covers the month; of several the one that starts latest.

    Raises NoRates when no row does, or when two rows start on the same day: pass the rows in force, not
    the ones they replaced. The benefit month decides, not the income month (open question Q3).
    """
    first, last = month.first_day, month.last_day
    rows = [row for row in table if row.valid_from <= first and last <= row.valid_to]
    rows.sort(key=_valid_from)
    if not rows:
        raise NoRates(f"Der er ingen satser for {month}. Indlæs satserne for måneden, før den beregnes.")
    if len(rows) > 1 and rows[-1].valid_from == rows[-2].valid_from:
        raise NoRates(f"Der er to rækker satser for {month}, som begge gælder fra {rows[-1].valid_from}.")
    return rows[-1]


@lru_cache(maxsize=1)
def published_rates() -> tuple[Rates, ...]:
    """The rates that come with the program, oldest first."""
    return tuple(_rates_of(row) for row in _data()["rows"])


def published_rate_rows() -> list[dict[str, Any]]:
    """The same rows as data, for the rate tables and their admin: ``valid_from``, ``valid_to``,
    ``figures`` and ``background``, each figure ``{"value", "source", "derived"[, "note", "confidence"]}``.
    """
    rows: list[dict[str, Any]] = _data()["rows"]
    return rows


def _valid_from(row: Rates) -> date:
    return row.valid_from


def _data() -> dict[str, Any]:
    text = files("rules").joinpath("data/rates.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _rates_of(row: Mapping[str, Any]) -> Rates:
    figures = {name: Decimal(figure["value"]) for name, figure in row["figures"].items()}
    return Rates(
        valid_from=date.fromisoformat(row["valid_from"]), valid_to=date.fromisoformat(row["valid_to"]), **figures
    )


def _value(name: str, text: str) -> Any:
    return date.fromisoformat(text) if name in ("valid_from", "valid_to") else Decimal(text)
