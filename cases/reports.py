"""The control report: what the automation did in a month, and what still waits, at the moment it is drawn.

One "Indtægter" item per citizen and month, credited to who closed it (cases.month_items). A fixed number of queries,
however many citizens; the screen, CSV, the spreadsheet and the PDF are the same tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.timezone import localtime, make_aware

from cases.concern_texts import words_of
from cases.models import Municipality, Task, TaskKind, TaskState, User
from cases.models.accounts import SYSTEM_USERNAME
from cases.models.task import OPEN_STATES
from cases.month_figures import Counted, figures_of
from cases.sample_control import NOTHING_JUDGED, ErrorRate, error_rate
from cases.tables import COUNT, KRONER, PERCENT, Cell, Sheet, Table, columns, share
from cases.templatetags.danish import month_name
from rules.facts import ZERO
from rules.income_rules import BY_CODE
from rules.months import Month

AGES = ((2, "0-2 dage"), (7, "3-7 dage"), (14, "8-14 dage"), (30, "15-30 dage"), (None, "Over 30 dage"))
ERROR_COLUMNS = columns(
    "Måned", ("Automatisk", PERCENT), ("Trukket ud", COUNT), ("Vurderet", COUNT), ("Forkerte", COUNT),
    ("Fejlandel", PERCENT), ("Mindst", PERCENT), ("Højst", PERCENT),
)  # fmt: skip
INTERVAL_NOTE = "Mindst og højst: et 95 %-interval (Wilson). Få vurderede sager giver et bredt interval."


@dataclass(frozen=True)
class Credit:
    """Items closed by one: the system or a named caseworker. Kroner are the subsidies decided."""

    name: str
    count: int
    kroner: Decimal
    is_system: bool = False


@dataclass(frozen=True)
class ConcernRow:
    """A reason to wonder: items that wait (and for how many it is the first), and items a person has closed, with how
    many of those were corrected (the rest were right as they stood).
    """

    code: str
    message: str
    waiting: int
    waiting_first: int
    closed: int
    corrected: int


@dataclass(frozen=True)
class ControlReport:
    """The figures. ``total`` = waiting + automatic + by hand + lapsed (the task fell away, without a decision)."""

    municipality: Municipality
    month: Month
    drawn_at: datetime
    drawn_by: str
    waiting: int
    waiting_kroner: Decimal
    automatic: Credit
    caseworkers: tuple[Credit, ...]
    lapsed: int
    concerns: tuple[ConcernRow, ...]
    ages: tuple[tuple[str, int], ...]
    other_tasks: tuple[tuple[str, int, int], ...]
    errors: ErrorRate = NOTHING_JUDGED

    @property
    def by_hand(self) -> int:
        return sum(one.count for one in self.caseworkers)

    @property
    def by_hand_kroner(self) -> Decimal:
        return sum((one.kroner for one in self.caseworkers), ZERO)

    @property
    def total(self) -> int:
        return self.waiting + self.automatic.count + self.by_hand + self.lapsed

    @property
    def total_kroner(self) -> Decimal:
        return self.waiting_kroner + self.automatic.kroner + self.by_hand_kroner

    @property
    def title(self) -> str:
        return f"Kontrolrapport for {month_name(self.month)}"

    @property
    def drawn(self) -> str:
        return f"Trukket {localtime(self.drawn_at):%d.%m.%Y kl. %H:%M} af {self.drawn_by}"

    def tables(self) -> tuple[Table, ...]:
        """Every figure of the report, in the order it is read."""
        return (self._items(), self._errors(), self._reasons(), self._ages(), self._others())

    def sheet(self) -> Sheet:
        return Sheet(self.title, (str(self.municipality), self.drawn), self.tables())

    def _items(self) -> Table:
        rows = [
            ("Udestår til manuel behandling", self.waiting, self.waiting_kroner),
            ("Behandlet automatisk", self.automatic.count, self.automatic.kroner),
            *((f"Behandlet af {one.name}", one.count, one.kroner) for one in self.caseworkers),
            *([("Bortfaldet uden afgørelse", self.lapsed, ZERO)] if self.lapsed else []),
            ("I alt", self.total, self.total_kroner),
        ]
        return Table(
            "Indtægter",
            "Indtægter: én opgave pr. borger og måned",
            columns("Opgaver", ("Antal", COUNT), ("Andel", PERCENT), ("Tilskud, kr.", KRONER)),
            tuple((name, count, share(count, self.total), kroner) for name, count, kroner in rows),
            sums=1,
            note="Udestår: det foreslåede tilskud. Ellers tilskuddet i den gældende afgørelse.",
        )

    def _errors(self) -> Table:
        row = error_row(month_name(self.month), share(self.automatic.count, self.total), self.errors)
        return Table(
            "Stikprøve",
            "Stikprøve af de automatiske afgørelser",
            ERROR_COLUMNS,
            (row,) if self.errors.drawn else (),
            note=INTERVAL_NOTE,
            empty="Der er ikke trukket en stikprøve for måneden.",
        )

    def _reasons(self) -> Table:
        heads = (("Udestår", COUNT), ("Heraf første årsag", COUNT), ("Behandlet", COUNT), ("Heraf rettet", COUNT))
        rows = self.concerns
        return Table(
            "Årsager",
            "Årsager til manuel behandling",
            columns("Kode", "Årsag", *heads),
            tuple((r.code, r.message, r.waiting, r.waiting_first, r.closed, r.corrected) for r in rows),
            note="En opgave kan have flere årsager. Derfor kan summen være større end antallet af opgaver.",
            empty="Ingen opgave har haft en årsag.",
        )

    def _ages(self) -> Table:
        return Table(
            "Ventetid", "Så længe har de udestående opgaver ventet", columns("Alder", ("Opgaver", COUNT)), self.ages
        )

    def _others(self) -> Table:
        return Table(
            "Andre opgaver",
            "Andre slags opgaver for måneden",
            columns("Slags", ("Udestår", COUNT), ("Afsluttet", COUNT)),
            self.other_tasks,
            empty="Der er ingen andre opgaver for måneden.",
        )


def error_row(name: str, automatic: Decimal | None, errors: ErrorRate) -> tuple[Cell, ...]:
    """The share that passed by itself beside the sample's error rate, for ERROR_COLUMNS."""
    low, high = errors.interval or (None, None)
    return (name, automatic, errors.drawn, errors.judged, errors.wrong, errors.percent, low, high)


def control_report(municipality: Municipality, month: Month, now: datetime, drawn_by: str = "") -> ControlReport:
    """The report of a benefit month as it stands now."""
    names = user_names()
    (counted,) = figures_of(municipality, month, month, now, exact=True)
    groups = counted.groups
    waiting = [one for one in groups if one.waits]
    credits_ = [Credit(names[one.who][0], one.count, one.kroner, names[one.who][1]) for one in groups if one.who]
    people = sorted((one for one in credits_ if not one.is_system), key=lambda one: (-one.count, one.name))
    return ControlReport(
        municipality=municipality,
        month=month,
        drawn_at=now,
        drawn_by=drawn_by,
        waiting=sum(one.count for one in waiting),
        waiting_kroner=sum((one.kroner for one in waiting), ZERO),
        automatic=next((one for one in credits_ if one.is_system), Credit("Automatisk", 0, ZERO, True)),
        caseworkers=tuple(people),
        lapsed=sum(one.count for one in groups if not one.waits and one.who is None),
        concerns=tuple(concern_rows([counted])),
        ages=_ages(municipality, month, now),
        other_tasks=tuple(_other_tasks(municipality, month)),
        errors=error_rate(municipality, month, month),
    )


def user_names() -> dict[int, tuple[str, bool]]:
    """Every user's name, and whether it is the system; two people of one name are told apart by their user names."""
    users = list(User.objects.all())
    names = [str(user) for user in users]
    return {
        user.pk: (name if names.count(name) == 1 else f"{name} ({user.username})", user.username == SYSTEM_USERNAME)
        for user, name in zip(users, names, strict=True)
    }


def concern_rows(months: Iterable[Counted]) -> Iterator[ConcernRow]:
    """By reason, in the rules' order. An item may have several, so the columns add up to more than the items."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for month in months:
        for code, counts in month.concerns.items():
            found[code] = [sum(pair) for pair in zip(found[code], counts, strict=True)]
    order = {code: at for at, code in enumerate(BY_CODE)}
    for code in sorted(found, key=lambda code: (order.get(code, len(order)), code)):
        waiting, first, closed, corrected = found[code]
        if waiting or closed:
            yield ConcernRow(code, words_of(code).message, waiting, first, closed, corrected)


def _ages(municipality: Municipality, month: Month, now: datetime) -> tuple[tuple[str, int], ...]:
    """How long the open income tasks have waited, whole days by the calendar."""
    today = localtime(now).date()
    asked, newer = {}, Q()
    for days, name in AGES:
        oldest = None if days is None else make_aware(datetime.combine(today - timedelta(days=days), time()))
        within = Q() if oldest is None else Q(created_at__gte=oldest)
        asked[name] = Count("id", filter=within & ~newer if newer else within)
        newer = within
    waiting = Task.objects.of(municipality).open().filter(benefit_month=month, kind=TaskKind.INCOME)
    counts = waiting.aggregate(**{f"age{at}": count for at, count in enumerate(asked.values())})
    return tuple((name, counts[f"age{at}"]) for at, name in enumerate(asked))


def _other_tasks(municipality: Municipality, month: Month) -> list[tuple[str, int, int]]:
    """Tasks of other kinds: name, open, closed."""
    rows = (
        Task.objects.of(municipality)
        .filter(benefit_month=month)
        .exclude(kind=TaskKind.INCOME)
        .exclude(state=TaskState.REPLACED)
        .values_list("kind")
        .annotate(open=Count("id", filter=Q(state__in=OPEN_STATES)), all=Count("id"))
        .order_by("kind")
    )
    return [(TaskKind(kind).label, waiting, every - waiting) for kind, waiting, every in rows]
