"""Charts as server-made SVG: places in percent of the width, so that the text keeps its size on every screen.

A chart never stands alone: ``templates/components/chart.html`` is followed by the table with the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.money import danish

LEFT, TOP, PLOT, BOTTOM = 9.0, 12, 150, 36
"""The room for the axis in percent of the width; the heights above, in and below the plot in pixels."""
FILLED = 0.7
WIDEST = 9.0
MOST_LABELS = 14
TONES = ("auto", "hand", "wait", "calm", "odd")
"""Names of the colours in reports.css; ``Series.tone`` is one of them."""

Number = int | float | Decimal


@dataclass(frozen=True)
class Series:
    """One kind of thing in every column: its name, its colour, a value a label (None: nothing is known), and how each
    value reads ("" : the number itself).
    """

    name: str
    tone: str
    values: tuple[Number | None, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """A rectangle: x and width in percent, y and height in pixels, as SVG wants them; ``text`` for the pointer."""

    x: str
    y: str
    width: str
    height: str
    tone: str
    text: str


@dataclass(frozen=True)
class Mark:
    """A text or a line of an axis."""

    x: str
    y: str
    text: str
    second: str = ""


@dataclass(frozen=True)
class Chart:
    """What the template draws. ``label`` says in words what the picture shows."""

    title: str
    label: str
    height: int
    base: int
    left: str
    boxes: tuple[Box, ...]
    lines: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    key: tuple[tuple[str, str], ...]


def columns_chart(
    title: str,
    labels: Sequence[tuple[str, str, str]],
    series: Sequence[Series],
    *,
    unit: str = "",
    top: Number | None = None,
    stacked: bool = True,
) -> Chart:
    """Columns from left to right: stacked on, or standing beside, each other.

    labels: (short, second line, in full) of each column; unit: "%", "kr." or a word; top: the end of the axis, else
    a round number above the highest.
    """
    highest = max((_height_at(series, at, stacked) for at in range(len(labels))), default=0.0)
    end = float(top) if top is not None else _round_above(highest)
    slot = (100 - LEFT) / max(len(labels), 1)
    boxes = [box for at in range(len(labels)) for box in _column(series, labels[at][2], at, slot, end, unit, stacked)]
    every = -(-len(labels) // MOST_LABELS) if labels else 1
    marks = (
        Mark(f"{LEFT + (at + 0.5) * slot:.2f}%", str(TOP + PLOT + 14), short, second)
        for at, (short, second, _) in enumerate(labels)
        if at % every == 0
    )
    return Chart(
        title=title,
        label=_spoken(title, labels, series, unit),
        height=TOP + PLOT + BOTTOM,
        base=TOP + PLOT,
        left=f"{LEFT:.2f}%",
        boxes=tuple(boxes),
        lines=tuple(_axis(end, unit)),
        labels=tuple(marks),
        key=tuple((one.name, one.tone) for one in series),
    )


def _height_at(series: Sequence[Series], at: int, stacked: bool) -> float:
    values = [float(one.values[at] or 0) for one in series]
    return sum(values) if stacked else max(values, default=0.0)


def _column(
    series: Sequence[Series], name: str, at: int, slot: float, end: float, unit: str, stacked: bool
) -> list[Box]:
    """The boxes of one column, from below."""
    wide = min(slot * FILLED, WIDEST if stacked else WIDEST * len(series))
    start, boxes, floor = LEFT + at * slot + (slot - wide) / 2, [], float(TOP + PLOT)
    each = wide if stacked else wide / len(series)
    for number, one in enumerate(series):
        value = one.values[at]
        if not value:
            continue
        height = PLOT * float(value) / end if end else 0.0
        x = start if stacked else start + number * each
        shown = one.texts[at] if one.texts else _text(value, unit)
        boxes.append(
            Box(f"{x:.2f}%", f"{floor - height:.2f}", f"{each:.2f}%", f"{height:.2f}", one.tone,
                f"{name}: {one.name} {shown}")
        )  # fmt: skip
        floor -= height if stacked else 0
    return boxes


def _axis(end: float, unit: str) -> list[Mark]:
    """Four lines and their values; the lowest is the base."""
    return [
        Mark("0", f"{TOP + PLOT - PLOT * part / 4:.2f}", _text(Decimal(str(end)) * part / 4, unit, short=True))
        for part in range(1, 5)
        if end
    ]


def _text(value: Number, unit: str, *, short: bool = False) -> str:
    """12.345 kr.; on an axis in thousands or millions, so that it has room."""
    number = Decimal(str(value))
    for size, word in ((1_000_000, " mio."), (10_000, " t.")):
        if short and abs(number) >= size:
            return f"{_danish(number / (1_000_000 if size == 1_000_000 else 1000))}{word}"
    return f"{_danish(number)} {unit}".strip()


def _danish(number: Decimal) -> str:
    return danish(number).rstrip("0").rstrip(",") if number % 1 else danish(number).removesuffix(",00")


def _round_above(highest: float) -> float:
    """The next of 1, 2, 4, 5, 8 times a power of ten: an axis that is divided into four."""
    if highest <= 0:
        return 0.0
    power = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 1.0
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= highest)


def _spoken(title: str, labels: Sequence[tuple[str, str, str]], series: Sequence[Series], unit: str) -> str:
    """First and last column in words; the rest stands in the table below."""
    if not labels:
        return title
    ends = (0, len(labels) - 1) if len(labels) > 1 else (0,)
    said = []
    for at in ends:
        values = ", ".join(
            f"{one.name} {one.texts[at] if one.texts else _text(one.values[at], unit)}"
            for one in series
            if one.values[at] is not None
        )
        said.append(f"{labels[at][2]}: {values}")
    return f"{title}. {'. '.join(said)}. Alle tal står i tabellen."


def share_bar(title: str, parts: Sequence[tuple[str, str, int]]) -> Chart:
    """One bar over the whole width, divided by (name, tone, count)."""
    total, at, boxes = sum(count for *_, count in parts), 0.0, []
    for name, tone, count in parts:
        width = 100 * count / total if total else 0.0
        boxes.append(Box(f"{at:.3f}%", "0", f"{width:.3f}%", "24", tone, f"{name} {count}"))
        at += width
    spoken = ", ".join(f"{name} {count}" for name, _, count in parts)
    key = tuple((f"{name} {count}", tone) for name, tone, count in parts)
    return Chart(title, f"{title}: {spoken}", 24, 0, "0", tuple(boxes), (), (), key)
