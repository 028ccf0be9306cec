"""The charts of the automation over time; the tables stand in cases.automation."""

from __future__ import annotations

from cases.automation import Automation, MonthFigures
from cases.presenters.charts import Chart, Series, columns_chart
from cases.presenters.words import long_month, percent, short_month
from cases.tables import share
from rules.months import Month

KINDS = (("Automatisk", "auto"), ("Sagsbehandlere", "hand"), ("Udestår", "wait"))

LAST_FAR_FROM_JANUARY = 10


def charts(found: Automation) -> dict[str, Chart]:
    """Share, kroner, handling time, and the errors of the samples where there are any."""
    months, labels = found.months, labels_of([one.month for one in found.months])
    drawn = {
        "share": columns_chart("Andel behandlet automatisk", labels, _shares(months), unit="%", top=100),
        "kroner": columns_chart("Tilskud, kr.", labels, _kroner(months), unit="kr."),
        "times": columns_chart("Timer fra opgave til svar", labels, _times(months), unit="timer", stacked=False),
    }
    if any(one.errors.judged for one in months):
        drawn["errors"] = columns_chart("Fejlandel i stikprøver", labels, _errors(months), unit="%", stacked=False)
    return drawn


def labels_of(months: list[Month]) -> list[tuple[str, str, str]]:
    """Short month, the year under each January (and under the first, where no January is near), and the whole name."""
    return [
        (short_month(month), str(month.year) if _bears_year(at, month) else "", long_month(month))
        for at, month in enumerate(months)
    ]


def _bears_year(at: int, month: Month) -> bool:
    return month.number == 1 or (at == 0 and month.number <= LAST_FAR_FROM_JANUARY)


def reason_bars(found: Automation) -> list[str]:
    """Width in percent of the bar beside each reason; none beside the sum."""
    sums = [sum(counts.values()) for _, counts in found.first_reasons]
    return [f"{100 * one / max(sums):.1f}" for one in sums]


def _shares(months: tuple[MonthFigures, ...]) -> list[Series]:
    counts = ([one.automatic for one in months], [one.by_hand for one in months], [one.waiting for one in months])
    totals = [one.total for one in months]
    return [
        Series(
            name,
            tone,
            tuple(share(part, whole) for part, whole in zip(row, totals, strict=True)),
            tuple(f"{part} ({percent(share(part, whole))})" for part, whole in zip(row, totals, strict=True)),
        )
        for (name, tone), row in zip(KINDS, counts, strict=True)
    ]


def _kroner(months: tuple[MonthFigures, ...]) -> list[Series]:
    amounts = ("automatic_kroner", "by_hand_kroner", "waiting_kroner")
    return [
        Series(kind, tone, tuple(getattr(one, name) for one in months))
        for (kind, tone), name in zip(KINDS, amounts, strict=True)
    ]


def _times(months: tuple[MonthFigures, ...]) -> list[Series]:
    return [
        Series("Halvdelen inden for", "hand", tuple(one.half_within for one in months)),
        Series("Ni ud af ti inden for", "calm", tuple(one.most_within for one in months)),
    ]


def _errors(months: tuple[MonthFigures, ...]) -> list[Series]:
    highest = [one.errors.interval[1] if one.errors.interval else None for one in months]
    return [
        Series("Forkerte i stikprøven", "wait", tuple(one.errors.percent for one in months)),
        Series("Højst (95 %)", "calm", tuple(highest)),
    ]
