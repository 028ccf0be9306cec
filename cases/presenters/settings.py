"""Settings in words: the figures, the flags, and the municipal rules with their limits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cases.models import Mode
from cases.presenters.words import plain
from cases.templatetags.danish import hele_kr
from rules.municipal_rules import Asked
from rules.parameters import Parameters

LABELS = (
    ("percent_below", "Indtægt under gennemsnittet, højst", "INC3"),
    ("percent_above", "Indtægt over gennemsnittet, højst", "INC4"),
    ("subsidy_drop_percent", "Fald i tilskuddet, højst", "INC27"),
    ("include_income_automatically", "Indtægter tages med automatisk", "INC36"),
    ("full_automation", "Fuld automatik", "INC37"),
)


@dataclass(frozen=True)
class FigureLine:
    """One figure or flag of the settings; ``code`` is the rule that it steers."""

    name: str
    label: str
    code: str
    words: str

    @property
    def is_flag(self) -> bool:
        return self.words in ("til", "fra")


def figure_lines(parameters: Parameters) -> list[FigureLine]:
    return [FigureLine(name, label, code, in_words(getattr(parameters, name))) for name, label, code in LABELS]


def in_words(value: Decimal | bool) -> str:
    """15 % or til."""
    if isinstance(value, bool):
        return "til" if value else "fra"
    return f"{plain(value)} %"


def limit_words(asked: Asked) -> str:
    """stopper, fra -15 % til 15 %."""
    unit = "kr." if asked.rule.unit == "kr" else asked.rule.unit
    words = Mode(asked.mode).label.lower()
    if asked.low is not None:
        words = f"{words}, under {hele_kr(asked.low)} {unit}"
    if asked.high is not None:
        words = f"{words}{' eller' if asked.low is not None else ','} over {hele_kr(asked.high)} {unit}"
    return words
