"""Jobs and wage ceilings over time, drawn by the server: a lane each, in percent of the width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cases.models import Job, WageCeiling
from cases.presenters.incomes import name_of
from cases.templatetags.danish import hele_kr
from rules.months import Month

LENGTH = 24
LANE = 26
"""Months shown, and the height of a lane in pixels."""


@dataclass(frozen=True)
class Stretch:
    """From a day to a day; ``words`` is read out and shown on pointing, ``label`` stands on it."""

    x: str
    width: str
    y: int
    tone: str
    label: str
    words: str


@dataclass(frozen=True)
class Timeline:
    """``marks``: (place in percent, text) at the turn of the years and halves."""

    height: int
    stretches: tuple[Stretch, ...]
    marks: tuple[tuple[str, str], ...]
    words: str


def timeline(
    jobs: Sequence[Job], ceilings: Sequence[WageCeiling], names: Mapping[str, str], last: Month
) -> Timeline | None:
    """The last 24 months up to the end of ``last``; None when nothing is known in them."""
    first = last - (LENGTH - 1)
    window = (first.first_day, last.last_day)
    lanes: list[Stretch] = []
    for at, job in enumerate(sorted(jobs, key=lambda one: (one.first_day, one.pk))):
        name = name_of(job.se_number, names)
        lanes += _stretch(window, (job.first_day, job.last_day), at, "job" if job.is_fleksjob else "other", name, name)
    rows, lane = sorted(ceilings, key=lambda one: one.first_day), len(jobs)
    for at, row in enumerate(rows):
        end = rows[at + 1].first_day - timedelta(days=1) if at + 1 < len(rows) else None
        amount = f"{hele_kr(row.amount)} kr."
        tone = "ceiling" if at % 2 == 0 else "ceiling next"
        lanes += _stretch(window, (row.first_day, end), lane, tone, f"Lønloft {amount}", f"Lønloft {amount}")
    if not lanes:
        return None
    height = (lane + bool(rows)) * LANE
    words = "; ".join(one.words for one in lanes)
    return Timeline(height, tuple(lanes), _marks(first), f"De seneste {LENGTH} måneder. {words}")


def _stretch(
    window: tuple[date, date], days: tuple[date, date | None], lane: int, tone: str, label: str, name: str
) -> list[Stretch]:
    """Nothing when it lies outside the window."""
    start, end = max(days[0], window[0]), min(days[1] or window[1], window[1])
    if start > end:
        return []
    whole = (window[1] - window[0]).days + 1
    x, width = 100 * (start - window[0]).days / whole, 100 * ((end - start).days + 1) / whole
    until = f"{days[1]:%d.%m.%Y}" if days[1] else "nu"
    words = f"{name}: {days[0]:%d.%m.%Y} – {until}"
    return [Stretch(f"{x:.2f}%", f"{width:.2f}%", lane * LANE, tone, label if width > 12 else "", words)]


def _marks(first: Month) -> tuple[tuple[str, str], ...]:
    """January and July, as jan 26 and jul."""
    months = [first + at for at in range(LENGTH)]
    return tuple(
        (f"{100 * at / LENGTH:.2f}%", f"jan {month.year}" if month.number == 1 else "jul")
        for at, month in enumerate(months)
        if month.number in (1, 7) and at < LENGTH - 1
    )
