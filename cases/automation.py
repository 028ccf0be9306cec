"""Automation over time: the share that passed by itself, why the rest did not, kroner, time, rules and employers.

Everything is counted by the database; the months' items are those of the control report (cases.month_items).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count
from django.utils.timezone import localtime

from cases.concern_texts import words_of
from cases.models import Grant, Job, Municipality, Task, TaskConcern, TaskKind, TaskState, User, names_of_employers
from cases.month_items import ITEMS, fetched, item_groups
from cases.presenters.words import short_month
from cases.reports import ERROR_COLUMNS, INTERVAL_NOTE, ConcernRow, concern_rows, error_row
from cases.sample_control import NOTHING_JUDGED, ErrorRate, error_rate, error_rates
from cases.tables import COUNT, KRONER, PERCENT, Cell, Column, Sheet, Table, columns, share
from cases.templatetags.danish import month_name
from rules.facts import ZERO
from rules.months import Month

MOST_EMPLOYERS = 25
HALF, MOST = 50, 90


@dataclass(frozen=True)
class MonthFigures:
    """One month's items and kroner, by how they were handled, and how long the closed tasks had waited, hours."""

    month: Month
    automatic: int = 0
    by_hand: int = 0
    waiting: int = 0
    lapsed: int = 0
    automatic_kroner: Decimal = ZERO
    by_hand_kroner: Decimal = ZERO
    waiting_kroner: Decimal = ZERO
    half_within: int | None = None
    most_within: int | None = None
    errors: ErrorRate = NOTHING_JUDGED

    @property
    def total(self) -> int:
        return self.automatic + self.by_hand + self.waiting + self.lapsed

    @property
    def share(self) -> Decimal | None:
        """Automatic, in percent of all items."""
        return share(self.automatic, self.total)


@dataclass(frozen=True)
class EmployerRow:
    """The citizens' months at one employer: how many passed by themselves, and kroner."""

    se_number: str
    name: str
    automatic: int
    others: int
    kroner: Decimal

    @property
    def total(self) -> int:
        return self.automatic + self.others


@dataclass(frozen=True)
class Automation:
    """The figures of the page and its files."""

    municipality: Municipality
    months: tuple[MonthFigures, ...]
    concerns: tuple[ConcernRow, ...]
    first_reasons: tuple[tuple[str, dict[Month, int]], ...]
    employers: tuple[EmployerRow, ...]
    errors: ErrorRate
    drawn_at: datetime
    drawn_by: str

    @property
    def title(self) -> str:
        first, last = self.months[0].month, self.months[-1].month
        return f"Automatik over tid, {month_name(first)} til {month_name(last)}"

    @property
    def drawn(self) -> str:
        return f"Trukket {localtime(self.drawn_at):%d.%m.%Y kl. %H:%M} af {self.drawn_by}"

    def tables(self) -> tuple[Table, ...]:
        return (
            month_table(self.months),
            kroner_table(self.months),
            reason_table(self.months, self.first_reasons),
            rule_table(self.concerns),
            time_table(self.months),
            employer_table(self.employers),
            error_table(self.months, self.errors),
        )

    def sheet(self) -> Sheet:
        return Sheet(self.title, (str(self.municipality), self.drawn), self.tables())


def automation(municipality: Municipality, first: Month, last: Month, now: datetime, drawn_by: str = "") -> Automation:
    """The months from first to last as they stand now; a month without items has zeros."""
    rates = error_rates(municipality, first, last)
    return Automation(
        municipality=municipality,
        months=tuple(_months(municipality, first, last, rates)),
        concerns=tuple(concern_rows(municipality, first, last)),
        first_reasons=tuple(_first_reasons(municipality, first, last)),
        employers=tuple(_employers(municipality, first, last)),
        errors=error_rate(municipality, first, last),
        drawn_at=now,
        drawn_by=drawn_by,
    )


def _months(
    municipality: Municipality, first: Month, last: Month, rates: dict[Month, ErrorRate]
) -> Iterable[MonthFigures]:
    system = User.objects.system().pk
    counts: dict[Month, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    kroner: dict[Month, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in item_groups(municipality, first, last):
        kind = "waiting" if one.waits else "lapsed" if one.who is None else "automatic" if one.who == system else "hand"
        counts[one.month][kind] += one.count
        kroner[one.month][kind] += one.kroner
    times = _times(municipality, first, last)
    for month in between(first, last):
        count, amount = counts[month], kroner[month]
        yield MonthFigures(
            month, count["automatic"], count["hand"], count["waiting"], count["lapsed"],
            amount["automatic"], amount["hand"], amount["waiting"],
            *times.get(month, (None, None)), rates.get(month, NOTHING_JUDGED),
        )  # fmt: skip


def between(first: Month, last: Month) -> list[Month]:
    return [first + at for at in range(first.until(last) + 1)]


# --- What the database counts ---------------------------------------------------------------------------------

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


def _times(municipality: Municipality, first: Month, last: Month) -> dict[Month, tuple[int, int]]:
    """Whole hours from a task's making to its closing by a person: within which half, and nine in ten, were done."""
    counted: dict[Month, list[tuple[int, int]]] = defaultdict(list)
    query = TIMES.format(seconds=SECONDS[connection.vendor])
    for month, hours, count in fetched(query, municipality, first, last):
        counted[Month.from_index(month)].append((int(hours), count))
    return {month: (_within(rows, HALF), _within(rows, MOST)) for month, rows in counted.items()}


def _within(rows: list[tuple[int, int]], percent: int) -> int:
    """The least number of hours within which at least ``percent`` of the tasks were done; rows by hours."""
    total, seen = sum(count for _, count in rows), 0
    for hours, count in rows:
        seen += count
        if 100 * seen >= percent * total:
            return hours
    raise ValueError("Der er ingen opgaver at måle på.")


def _first_reasons(municipality: Municipality, first: Month, last: Month) -> list[tuple[str, dict[Month, int]]]:
    """Tasks by their first reason and month, the commonest first: each task once."""
    rows = (
        TaskConcern.objects.of(municipality)
        .filter(position=1, task__kind=TaskKind.INCOME)
        .filter(task__benefit_month__gte=first, task__benefit_month__lte=last)
        .exclude(task__state=TaskState.REPLACED)
        .order_by()
        .values_list("code", "task__benefit_month")
        .annotate(count=Count("id"))
    )
    found: dict[str, dict[Month, int]] = defaultdict(dict)
    for code, month, count in rows:
        found[code][month] = count
    return sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0]))


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
SELECT se_number, SUM(automatic), SUM(1 - automatic), SUM(kroner) FROM placed GROUP BY se_number
"""


def _employers(municipality: Municipality, first: Month, last: Month) -> list[EmployerRow]:
    """By the employer of the income month (a citizen with two counts at both); those with most tasks first."""
    sign = "DATE " if connection.vendor == "postgresql" else ""
    months = ", ".join(
        f"({month.index}, {sign}'{(month - 1).first_day}', {sign}'{(month - 1).last_day}')"
        for month in between(first, last)
    )
    rows = fetched(EMPLOYERS.replace("{months}", months), municipality, first, last)
    rows.sort(key=lambda row: (-row[2], -row[1], row[0] or ""))
    names = names_of_employers([row[0] for row in rows[:MOST_EMPLOYERS] if row[0]])
    shown = [
        EmployerRow(number or "", _employer(number, names), int(automatic), int(others), Decimal(int(oere)) / 100)
        for number, automatic, others, oere in rows
    ]
    rest = shown[MOST_EMPLOYERS:]
    if not rest:
        return shown
    name = f"{len(rest)} andre arbejdsgivere"
    together = EmployerRow(
        "", name, sum(r.automatic for r in rest), sum(r.others for r in rest), sum((r.kroner for r in rest), ZERO)
    )
    return [*shown[:MOST_EMPLOYERS], together]


def _employer(number: str | None, names: dict[str, str]) -> str:
    return names.get(number, f"SE {number}") if number else "Intet fleksjob på sagen"


# --- Tables ---------------------------------------------------------------------------------------------------


def month_table(months: Iterable[MonthFigures]) -> Table:
    heads = ("Automatisk", "Sagsbehandlere", "Udestår", "Bortfaldet", "I alt")
    rows = [(m.month, m.automatic, m.by_hand, m.waiting, m.lapsed, m.total) for m in months]
    total = [sum(row[at] for row in rows) for at in range(1, 6)]
    return Table(
        "Antal",
        "Indtægter: én opgave pr. borger og måned",
        columns("Måned", *((head, COUNT) for head in heads), ("Automatisk", PERCENT)),
        tuple(
            (name, *counts, share(counts[0], counts[-1]))
            for name, *counts in [*((month_name(m), *rest) for m, *rest in rows), ("I alt", *total)]
        ),
        sums=1,
    )


def kroner_table(months: Iterable[MonthFigures]) -> Table:
    rows = [(m.month, m.automatic_kroner, m.by_hand_kroner, m.waiting_kroner) for m in months]
    total = [sum((row[at] for row in rows), ZERO) for at in range(1, 4)]
    return Table(
        "Kroner",
        "Tilskud, kr.",
        columns("Måned", *((head, KRONER) for head in ("Automatisk", "Sagsbehandlere", "Udestår", "I alt"))),
        tuple(
            (name, *amounts, sum(amounts, ZERO))
            for name, *amounts in [*((month_name(m), *rest) for m, *rest in rows), ("I alt", *total)]
        ),
        sums=1,
        note="Udestår: det foreslåede tilskud. Ellers tilskuddet i den gældende afgørelse.",
    )


def reason_table(months: Iterable[MonthFigures], reasons: Iterable[tuple[str, dict[Month, int]]]) -> Table:
    """Reasons down, months across."""
    across = [one.month for one in months]
    rows: list[tuple[Cell, ...]] = [
        (words_of(code).message, *(found.get(month, 0) for month in across), sum(found.values()))
        for code, found in reasons
    ]
    heads = [(f"{short_month(month)} {month.year % 100:02d}", COUNT) for month in across]
    total = [sum(int(row[at] or 0) for row in rows) for at in range(1, len(across) + 2)]
    return Table(
        "Årsager",
        "Derfor kom resten til en sagsbehandler",
        columns("Første årsag", *heads, ("I alt", COUNT)),
        (*rows, ("I alt", *total)) if rows else (),
        sums=1,
        note="Hver opgave tæller én gang, under sin første årsag.",
        empty="Ingen sag er standset.",
    )


def rule_table(concerns: Iterable[ConcernRow]) -> Table:
    heads = (("Udestår", COUNT), ("Behandlet", COUNT), ("Heraf rettet", COUNT), ("Rettet", PERCENT))
    return Table(
        "Regler",
        "Regel for regel: hvor ofte var det nødvendigt at standse?",
        columns("Kode", "Årsag", *heads),
        tuple((r.code, r.message, r.waiting, r.closed, r.corrected, share(r.corrected, r.closed)) for r in concerns),
        note="Rettet: sagsbehandleren ændrede en oplysning. Resten blev godkendt, som de stod. "
        "En opgave kan have flere årsager.",
        empty="Ingen sag er standset.",
    )


def time_table(months: Iterable[MonthFigures]) -> Table:
    return Table(
        "Behandlingstid",
        "Fra opgaven kom, til en sagsbehandler lukkede den",
        (Column("Måned"), Column("Halvdelen inden for, timer", COUNT), Column("Ni ud af ti inden for, timer", COUNT)),
        tuple((month_name(one.month), one.half_within, one.most_within) for one in months),
        note="Hele timer. Tom: ingen opgave er lukket af en sagsbehandler.",
    )


def employer_table(employers: Iterable[EmployerRow]) -> Table:
    heads = (("Automatisk", COUNT), ("Til manuel behandling", COUNT), ("Automatisk", PERCENT), ("Tilskud, kr.", KRONER))
    return Table(
        "Arbejdsgivere",
        "Arbejdsgivere: hvis løn giver opgaver?",
        columns("Arbejdsgiver", *heads),
        tuple((one.name, one.automatic, one.others, share(one.automatic, one.total), one.kroner) for one in employers),
        note="Efter fleksjobbet i indtægtsmåneden. En borger med to fleksjob tæller med hos begge.",
    )


def error_table(months: Iterable[MonthFigures], errors: ErrorRate) -> Table:
    """The automation rate beside the sample's error rate with its interval."""
    listed = list(months)
    rows = [error_row(month_name(one.month), one.share, one.errors) for one in listed if one.errors.drawn]
    automatic, total = sum(one.automatic for one in listed), sum(one.total for one in listed)
    return Table(
        "Stikprøver",
        "Hvor ofte er en automatisk afgørelse forkert?",
        ERROR_COLUMNS,
        (*rows, error_row("I alt", share(automatic, total), errors)) if rows else (),
        sums=1,
        note=INTERVAL_NOTE,
        empty="Der er ikke trukket stikprøver i perioden.",
    )
