"""A month's counts for the reports, kept from one look to the next.

A month is counted by the database in five queries, whatever its size; for a large municipality that takes a second,
and a report shows up to 36 months. So the counts are kept with a stamp of what they rest on: how many decisions the
month has (they are only added), and how many tasks in each state. A stamp is read from indexes alone. A month whose
stamp no longer fits is counted while you wait when it is small; else a worker counts it, and until then the page says
from when its figures are. The nightly job counts again whatever is older than a week, for what no stamp sees (a job's
SE number).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django_q.tasks import async_task

from cases.models import Decision, Grant, Job, Municipality, StoredMonth, Task, TaskConcern, TaskKind, TaskState
from cases.models.task import OPEN_STATES
from cases.month_items import ITEMS, OERE, ItemGroup, fetched
from cases.months_there import months_there
from rules.months import Month

WHILE_YOU_WAIT = 4000
"""Decisions in months that are counted at once; with more the worker counts."""
ASK_AGAIN = timedelta(minutes=10)
OLD = timedelta(days=7)
DONE = (TaskState.ACCEPTED, TaskState.CORRECTED)
NOTHING: dict[str, Any] = {"groups": [], "hours": [], "reasons": {}, "concerns": {}, "employers": []}


@dataclass(frozen=True)
class Counted:
    """One month's counts. ``fresh``: nothing of the month has changed since. ``counted_at``: None when never."""

    month: Month
    figures: dict[str, Any]
    fresh: bool
    counted_at: datetime | None

    @property
    def groups(self) -> list[ItemGroup]:
        """The items by who closed them (cases.month_items)."""
        return [
            ItemGroup(self.month, waits, who, count, Decimal(oere) / OERE)
            for waits, who, count, oere in self.figures["groups"]
        ]

    @property
    def hours(self) -> list[tuple[int, int]]:
        """(whole hours from a task's making to its closing by a person, tasks)."""
        return [(hours, count) for hours, count in self.figures["hours"]]

    @property
    def reasons(self) -> dict[str, int]:
        """Tasks by their first reason."""
        return self.figures["reasons"]

    @property
    def concerns(self) -> dict[str, list[int]]:
        """By code: tasks that wait, those it is the first reason of, those a person closed, those corrected."""
        return self.figures["concerns"]

    @property
    def employers(self) -> list[tuple[str | None, int, int, int]]:
        """(SE number, automatic, others, øre)."""
        return [(se, automatic, others, oere) for se, automatic, others, oere in self.figures["employers"]]


def figures_of(
    municipality: Municipality, first: Month, last: Month, now: datetime, *, exact: bool = False
) -> list[Counted]:
    """The months from first to last. ``exact``: all as they stand now, however long it takes."""
    months = [first + at for at in range(first.until(last) + 1)]
    stamps = stamps_of(municipality, first, last)
    rows = StoredMonth.objects.of(municipality).filter(benefit_month__gte=first, benefit_month__lte=last)
    kept = {row.benefit_month: row for row in rows}
    stale = [month for month in months if month in stamps and not _fits(kept.get(month), stamps[month])]
    if stale and (exact or sum(stamps[month].decisions for month in stale) <= WHILE_YOU_WAIT):
        kept |= _count_and_keep(municipality, stale, stamps, now)
    elif stale:
        ask(municipality, stale, now)
    return [_counted(month, kept.get(month), stamps.get(month)) for month in months]


def _counted(month: Month, row: StoredMonth | None, stamp: Stamp | None) -> Counted:
    if stamp is None:
        return Counted(month, NOTHING, fresh=True, counted_at=None)
    if row is None or row.figures is None:
        return Counted(month, NOTHING, fresh=False, counted_at=None)
    return Counted(month, row.figures, _fits(row, stamp), row.counted_at)


# --- stamps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stamp:
    """What a month's counts rest on, in short."""

    decisions: int
    text: str


def _fits(row: StoredMonth | None, stamp: Stamp) -> bool:
    return row is not None and row.figures is not None and row.stamp == stamp.text


def stamps_of(municipality: Municipality, first: Month, last: Month) -> dict[Month, Stamp]:
    """For the months that have anything. Two queries, both answered by an index alone."""
    span = {"benefit_month__gte": first, "benefit_month__lte": last}
    decided = Decision.objects.of(municipality).filter(**span).order_by().values_list("benefit_month")
    decisions = dict(decided.annotate(count=Count("*")))
    asked = Task.objects.of(municipality).filter(**span).order_by().values_list("benefit_month", "kind", "state")
    tasks: defaultdict[Month, list[Any]] = defaultdict(list)
    for month, kind, state, count in asked.annotate(count=Count("*")):
        tasks[month].append([kind, state, count])
    found = {}
    for month in {*decisions, *tasks}:
        count = decisions.get(month, 0)
        text = json.dumps([count, sorted(tasks[month])])
        found[month] = Stamp(count, hashlib.sha256(text.encode()).hexdigest())
    return found


# --- counting ----------------------------------------------------------------------------------------------


def _count_and_keep(
    municipality: Municipality, months: Sequence[Month], stamps: dict[Month, Stamp], now: datetime
) -> dict[Month, StoredMonth]:
    """Count and write them. The stamps were read before, so that a change in between is counted once too often."""
    found: dict[Month, dict[str, Any]] = {}
    for first, last in _stretches(months):
        found |= count_months(municipality, first, last)
    rows = [
        StoredMonth(
            municipality=municipality,
            benefit_month=month,
            figures=found.get(month, NOTHING),
            stamp=stamps[month].text,
            counted_at=now,
        )
        for month in months
    ]
    StoredMonth.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["municipality", "benefit_month"],
        update_fields=["figures", "stamp", "counted_at", "asked_at"],
    )
    return {row.benefit_month: row for row in rows}


def _stretches(months: Sequence[Month]) -> Iterator[tuple[Month, Month]]:
    """Months in a row together."""
    first = last = months[0]
    for month in months[1:]:
        if month != last + 1:
            yield first, last
            first = month
        last = month
    yield first, last


def count_months(municipality: Municipality, first: Month, last: Month) -> dict[Month, dict[str, Any]]:
    """The counts of each month that has any, as JSON values. Five queries."""
    found: defaultdict[Month, dict[str, Any]] = defaultdict(
        lambda: {"groups": [], "hours": [], "reasons": {}, "concerns": {}, "employers": []}
    )
    for month, waits, who, count, oere in fetched(GROUPED, municipality, first, last):
        found[Month.from_index(month)]["groups"].append([bool(waits), who, count, int(oere)])
    hours = TIMES.format(seconds=SECONDS[connection.vendor])
    for month, spent, count in fetched(hours, municipality, first, last):
        found[Month.from_index(month)]["hours"].append([int(spent), count])
    for code, month, count in _first_reasons(municipality, first, last):
        found[month]["reasons"][code] = count
    for code, month, *counts in _concerns(municipality, first, last):
        found[month]["concerns"][code] = counts
    for month, number, automatic, others, oere in _employers(municipality, first, last):
        found[Month.from_index(month)]["employers"].append([number, int(automatic), int(others), int(oere)])
    return dict(found)


GROUPED = f"""{ITEMS}
SELECT benefit_month, waits, who, COUNT(*), SUM(kroner) FROM items
GROUP BY benefit_month, waits, who ORDER BY benefit_month, waits, who
"""
SECONDS = {
    "sqlite": "CAST(strftime('%%s', closed_at) AS bigint) - CAST(strftime('%%s', created_at) AS bigint)",
    "postgresql": "CAST(FLOOR(EXTRACT(EPOCH FROM closed_at)) - FLOOR(EXTRACT(EPOCH FROM created_at)) AS bigint)",
}
TIMES = f"""
SELECT benefit_month, hours, COUNT(*) FROM (
    SELECT benefit_month, ({{seconds}}) / 3600 AS hours FROM {Task._meta.db_table}
    WHERE municipality_id = %(owner)s AND benefit_month BETWEEN %(first)s AND %(last)s AND kind = 'income'
        AND state IN ('accepted', 'corrected') AND closed_by_id <> %(system)s
) AS spent GROUP BY benefit_month, hours ORDER BY benefit_month, hours
"""
EMPLOYERS = f"""{ITEMS}, months (month, first_day, last_day) AS (VALUES {{months}}), employed AS (
    SELECT g.citizen_id, j.se_number, j.first_day, j.last_day
    FROM {Job._meta.db_table} j JOIN {Grant._meta.db_table} g ON g.id = j.grant_id
    WHERE g.municipality_id = %(owner)s AND j.is_fleksjob
), placed AS (
    SELECT DISTINCT i.citizen_id, i.benefit_month, i.kroner, e.se_number,
        CASE WHEN i.waits = 0 AND i.who = %(system)s THEN 1 ELSE 0 END AS automatic
    FROM items i JOIN months m ON m.month = i.benefit_month
    LEFT JOIN employed e ON e.citizen_id = i.citizen_id AND e.first_day <= m.last_day
        AND (e.last_day IS NULL OR e.last_day >= m.first_day)
)
SELECT benefit_month, se_number, SUM(automatic), SUM(1 - automatic), SUM(kroner) FROM placed
GROUP BY benefit_month, se_number
"""


def _first_reasons(municipality: Municipality, first: Month, last: Month) -> Any:
    """(code, month, tasks whose first reason it is): each task once."""
    rows = _of_income(municipality, first, last).filter(position=1).exclude(task__state=TaskState.REPLACED)
    return rows.values_list("code", "task__benefit_month").annotate(count=Count("id"))


def _concerns(municipality: Municipality, first: Month, last: Month) -> Any:
    """(code, month, waiting, of these first, closed, corrected). A task may have several."""
    is_open, is_done = Q(task__state__in=OPEN_STATES), Q(task__state__in=DONE)
    rows = _of_income(municipality, first, last).values_list("code", "task__benefit_month")
    return rows.annotate(
        waiting=Count("task", filter=is_open),
        first=Count("task", filter=is_open & Q(position=1)),
        closed=Count("task", filter=is_done),
        corrected=Count("task", filter=Q(task__state=TaskState.CORRECTED)),
    )


def _of_income(municipality: Municipality, first: Month, last: Month) -> Any:
    rows = TaskConcern.objects.of(municipality).filter(task__kind=TaskKind.INCOME).order_by()
    return rows.filter(task__benefit_month__gte=first, task__benefit_month__lte=last)


def _employers(municipality: Municipality, first: Month, last: Month) -> list[tuple]:
    """By the employer of the income month; a citizen with two counts at both."""
    sign = "DATE " if connection.vendor == "postgresql" else ""
    months = ", ".join(
        f"({month.index}, {sign}'{(month - 1).first_day}', {sign}'{(month - 1).last_day}')"
        for month in (first + at for at in range(first.until(last) + 1))
    )
    return fetched(EMPLOYERS.replace("{months}", months), municipality, first, last, hashed=True)


# --- in the background -------------------------------------------------------------------------------------


def ask(municipality: Municipality, months: Sequence[Month], now: datetime) -> None:
    """Let a worker count the months, once in ten minutes at most."""
    recent = StoredMonth.objects.of(municipality).filter(benefit_month__in=months, asked_at__gt=now - ASK_AGAIN)
    if recent.exists():
        return
    StoredMonth.objects.bulk_create(
        [StoredMonth(municipality=municipality, benefit_month=month, asked_at=now) for month in months],
        update_conflicts=True,
        unique_fields=["municipality", "benefit_month"],
        update_fields=["asked_at"],
    )
    first, last = min(months), max(months)
    async_task("cases.jobs.count_figures", municipality.pk, str(first), str(last), group=f"figures-{municipality.pk}")


def recount_old(now: datetime, newest_of: int = 36) -> None:
    """Count again what is stale or older than a week, in every municipality: the nightly job."""
    for municipality in Municipality.objects.order_by("pk"):
        months = months_there(Decision, [municipality.pk], most=newest_of)
        if not months:
            continue
        old = StoredMonth.objects.of(municipality).filter(counted_at__lt=now - OLD)
        old.update(stamp="")
        figures_of(municipality, months[-1], months[0], now, exact=True)
