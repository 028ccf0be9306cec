"""Automation over time: the share that passed by itself, why the rest did not, kroner, time, rules and employers.

Everything is counted by the database; the months' items are those of the control report (cases.month_items).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.timezone import localtime

from cases.concern_texts import words_of
from cases.models import Municipality, User, names_of_employers
from cases.month_figures import Counted, figures_of
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
    late: tuple[Counted, ...] = ()

    @property
    def not_counted(self) -> list[str]:
        """Months that have never been counted: a worker is at it."""
        return [month_name(one.month) for one in self.late if one.counted_at is None]

    @property
    def oldest(self) -> datetime | None:
        """From when the oldest figures are, when something has changed since."""
        return min((one.counted_at for one in self.late if one.counted_at), default=None)

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


def automation(
    municipality: Municipality, first: Month, last: Month, now: datetime, drawn_by: str = "", *, exact: bool = False
) -> Automation:
    """The months from first to last; a month without items has zeros. ``exact``: never from figures that are old."""
    rates = error_rates(municipality, first, last)
    counted = figures_of(municipality, first, last, now, exact=exact)
    return Automation(
        municipality=municipality,
        months=tuple(_months(counted, rates)),
        concerns=tuple(concern_rows(counted)),
        first_reasons=tuple(_first_reasons(counted)),
        employers=tuple(_employers(counted)),
        errors=error_rate(municipality, first, last),
        drawn_at=now,
        drawn_by=drawn_by,
        late=tuple(one for one in counted if not one.fresh),
    )


def _months(counted: Iterable[Counted], rates: dict[Month, ErrorRate]) -> Iterable[MonthFigures]:
    system = User.objects.system().pk
    for one in counted:
        count: dict[str, int] = defaultdict(int)
        amount: dict[str, Decimal] = defaultdict(Decimal)
        for group in one.groups:
            who = "automatic" if group.who == system else "hand"
            kind = "waiting" if group.waits else "lapsed" if group.who is None else who
            count[kind] += group.count
            amount[kind] += group.kroner
        hours = one.hours
        yield MonthFigures(
            one.month, count["automatic"], count["hand"], count["waiting"], count["lapsed"],
            amount["automatic"], amount["hand"], amount["waiting"],
            _within(hours, HALF), _within(hours, MOST), rates.get(one.month, NOTHING_JUDGED),
        )  # fmt: skip


def _within(rows: list[tuple[int, int]], percent: int) -> int | None:
    """The least number of hours within which at least ``percent`` of the tasks were done; rows by hours."""
    total, seen = sum(count for _, count in rows), 0
    for hours, count in rows:
        seen += count
        if 100 * seen >= percent * total:
            return hours
    return None


def _first_reasons(counted: Iterable[Counted]) -> list[tuple[str, dict[Month, int]]]:
    """Tasks by their first reason and month, the commonest first: each task once."""
    found: dict[str, dict[Month, int]] = defaultdict(dict)
    for one in counted:
        for code, count in one.reasons.items():
            found[code][one.month] = count
    return sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0]))


def _employers(counted: Iterable[Counted]) -> list[EmployerRow]:
    """Those with most tasks first; beyond the 25 together."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for month in counted:
        for number, *figures in month.employers:
            sums[number or ""] = [sum(pair) for pair in zip(sums[number or ""], figures, strict=True)]
    rows = sorted(sums.items(), key=lambda row: (-row[1][1], -row[1][0], row[0]))
    names = names_of_employers([number for number, _ in rows[:MOST_EMPLOYERS] if number])
    shown = [
        EmployerRow(number, _employer(number, names), automatic, others, Decimal(oere) / 100)
        for number, (automatic, others, oere) in rows
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
