"""The control report: what the automation did in a month, and what still waits, at the moment it is drawn.

One "Indtægter" item per citizen and month, credited to who closed it. Five queries, however many citizens.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.timezone import localtime

from cases.models import Decision, Municipality, Outcome, Task, TaskConcern, TaskKind, TaskState, User
from cases.models.accounts import SYSTEM_USERNAME
from cases.models.task import OPEN_STATES
from cases.templatetags.danish import month_name
from rules.facts import ZERO
from rules.income_rules import BY_CODE
from rules.money import danish
from rules.months import Month

AGES = ((2, "0-2 dage"), (7, "3-7 dage"), (14, "8-14 dage"), (30, "15-30 dage"), (None, "Over 30 dage"))
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Credit:
    """Items closed by one: the system or a named caseworker. Kroner are the subsidies decided."""

    name: str
    count: int
    kroner: Decimal
    is_system: bool = False


@dataclass(frozen=True)
class ConcernRow:
    """A reason to wonder: items that wait (and for how many it is the first), and items a person has closed."""

    code: str
    message: str
    waiting: int
    waiting_first: int
    closed: int


@dataclass(frozen=True)
class ControlReport:
    """The figures of the page and of the CSV. ``total`` = waiting + automatic + by hand (+ without a decision)."""

    municipality: Municipality
    month: Month
    drawn_at: datetime
    drawn_by: str
    waiting: int
    waiting_kroner: Decimal
    automatic: Credit
    caseworkers: tuple[Credit, ...]
    concerns: tuple[ConcernRow, ...]
    ages: tuple[tuple[str, int], ...]
    other_tasks: tuple[tuple[str, int, int], ...]

    @property
    def by_hand(self) -> int:
        return sum(one.count for one in self.caseworkers)

    @property
    def by_hand_kroner(self) -> Decimal:
        return sum((one.kroner for one in self.caseworkers), ZERO)

    @property
    def total(self) -> int:
        return self.waiting + self.automatic.count + self.by_hand

    @property
    def total_kroner(self) -> Decimal:
        return self.waiting_kroner + self.automatic.kroner + self.by_hand_kroner

    @property
    def title(self) -> str:
        return f"Kontrolrapport for {month_name(self.month)}"

    def share(self, count: int) -> Decimal:
        """In percent of all items, one decimal."""
        return round(Decimal(100 * count) / self.total, 1) if self.total else ZERO


@dataclass
class _Item:
    """One citizen's month: the newest income task and the decisions in force."""

    state: str = ""
    closed_by: str = ""
    is_system: bool = False
    proposed: Decimal = ZERO
    paid: Decimal = ZERO
    decided_by: str = ""
    decided_by_system: bool = False
    tasks: list[int] = field(default_factory=list)


def control_report(municipality: Municipality, month: Month, now: datetime, drawn_by: str = "") -> ControlReport:
    """The report of a benefit month as it stands now."""
    names = _names()
    items = _items(municipality, month, names)
    waiting = [item for item in items.values() if item.state in OPEN_STATES]
    closed = [item for item in items.values() if item.state not in OPEN_STATES]
    closers = _credits(closed)
    return ControlReport(
        municipality=municipality,
        month=month,
        drawn_at=now,
        drawn_by=drawn_by,
        waiting=len(waiting),
        waiting_kroner=sum((item.proposed for item in waiting), ZERO),
        automatic=next((one for one in closers if one.is_system), Credit("Automatisk", 0, ZERO, True)),
        caseworkers=tuple(one for one in closers if not one.is_system),
        concerns=tuple(_concerns(municipality, month)),
        ages=tuple(_ages(municipality, month, now)),
        other_tasks=tuple(_other_tasks(municipality, month)),
    )


def _names() -> dict[int, tuple[str, bool]]:
    return {user.pk: (str(user), user.username == SYSTEM_USERNAME) for user in User.objects.all()}


def _items(municipality: Municipality, month: Month, names: dict[int, tuple[str, bool]]) -> dict[int, _Item]:
    """One item a citizen. A task that a new calculation replaced credits nobody."""
    items: dict[int, _Item] = {}
    decisions = Decision.objects.of(municipality).filter(benefit_month=month).in_force()
    columns = ("grant__citizen_id", "outcome", "subsidy", "decided_by_id")
    for citizen, outcome, subsidy, by in decisions.order_by("id").values_list(*columns):
        item = items.setdefault(citizen, _Item())
        if outcome == Outcome.PAID:
            item.paid += subsidy
            item.decided_by, item.decided_by_system = names[by]
    tasks = Task.objects.of(municipality).filter(benefit_month=month, kind=TaskKind.INCOME)
    columns = ("grant__citizen_id", "state", "proposed", "closed_by_id")
    for citizen, state, proposed, by in (
        tasks.exclude(state=TaskState.REPLACED).order_by("created_at", "id").values_list(*columns)
    ):
        item = items.setdefault(citizen, _Item())
        if item.state in OPEN_STATES:
            item.proposed += (proposed or ZERO) if state in OPEN_STATES else ZERO
            continue
        item.state, item.proposed = state, proposed or ZERO
        item.closed_by, item.is_system = names[by] if by else ("", False)
    return items


def _credits(items: Iterable[_Item]) -> list[Credit]:
    """Who closed how many, and the kroner decided; the system first, then the busiest."""
    counts: Counter[tuple[str, bool]] = Counter()
    kroner: dict[tuple[str, bool], Decimal] = {}
    for item in items:
        who = (item.closed_by, item.is_system) if item.closed_by else (item.decided_by, item.decided_by_system)
        if not who[0]:
            continue
        who = ("Automatisk", True) if who[1] else who
        counts[who] += 1
        kroner[who] = kroner.get(who, ZERO) + item.paid
    ordered = sorted(counts, key=lambda who: (not who[1], -counts[who], who[0]))
    return [Credit(who[0], counts[who], kroner[who], who[1]) for who in ordered]


def _concerns(municipality: Municipality, month: Month) -> list[ConcernRow]:
    """By reason. An item may have several, so the columns add up to more than the items."""
    is_open = Q(task__state__in=OPEN_STATES)
    is_closed = Q(task__state__in=(TaskState.ACCEPTED, TaskState.CORRECTED))
    rows = (
        TaskConcern.objects.of(municipality)
        .filter(task__benefit_month=month, task__kind=TaskKind.INCOME)
        .values("code")
        .annotate(
            waiting=Count("task", filter=is_open, distinct=True),
            first=Count("task", filter=is_open & Q(position=1), distinct=True),
            closed=Count("task", filter=is_closed, distinct=True),
        )
    )
    found = {row["code"]: row for row in rows if row["waiting"] or row["closed"]}
    return [
        ConcernRow(code, rule.message, found[code]["waiting"], found[code]["first"], found[code]["closed"])
        for code, rule in BY_CODE.items()
        if code in found
    ]


def _ages(municipality: Municipality, month: Month, now: datetime) -> list[tuple[str, int]]:
    """How long the open income tasks have waited, whole days."""
    created = Task.objects.of(municipality).open().filter(benefit_month=month, kind=TaskKind.INCOME)
    counts: Counter[str] = Counter()
    for moment in created.values_list("created_at", flat=True):
        days = (localtime(now).date() - localtime(moment).date()).days
        counts[next(name for limit, name in AGES if limit is None or days <= limit)] += 1
    return [(name, counts[name]) for _, name in AGES]


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


# --- CSV ---------------------------------------------------------------------------------------------------


def as_csv(report: ControlReport) -> str:
    """The report for a Danish spreadsheet: byte order mark, semicolons, comma decimals."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in csv_rows(report):
        writer.writerow([safe_cell(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def csv_rows(report: ControlReport) -> Iterable[Sequence[str | int]]:
    """Every figure of the page as section, name, count, kroner, further counts."""
    yield ["Afsnit", "Navn", "Antal", "Kroner", "Heraf som første årsag", "Behandlet af sagsbehandler"]
    yield ["Rapport", report.title, "", "", "", ""]
    yield ["Rapport", str(report.municipality), "", "", "", ""]
    yield ["Rapport", f"Trukket {localtime(report.drawn_at):%d.%m.%Y kl. %H:%M} af {report.drawn_by}", "", "", "", ""]
    yield ["Indtægter", "I alt", report.total, _kr(report.total_kroner), "", ""]
    yield ["Indtægter", "Udestår til manuel behandling", report.waiting, _kr(report.waiting_kroner), "", ""]
    yield ["Indtægter", "Behandlet automatisk", report.automatic.count, _kr(report.automatic.kroner), "", ""]
    yield ["Indtægter", "Behandlet af sagsbehandlere", report.by_hand, _kr(report.by_hand_kroner), "", ""]
    for one in report.caseworkers:
        yield ["Sagsbehandler", one.name, one.count, _kr(one.kroner), "", ""]
    for row in report.concerns:
        yield ["Årsag", f"{row.code} {row.message}", row.waiting, "", row.waiting_first, row.closed]
    for name, count in report.ages:
        yield ["Ventet", name, count, "", "", ""]
    for name, waiting, closed in report.other_tasks:
        yield ["Andre opgaver", f"{name}, udestår", waiting, "", "", ""]
        yield ["Andre opgaver", f"{name}, afsluttet", closed, "", "", ""]


def safe_cell(cell: str | int) -> str:
    """Text that a spreadsheet would run as a formula is quoted with an apostrophe; plain numbers are left."""
    text = str(cell)
    is_number = text.lstrip("-").replace(",", "").isdecimal()
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not is_number else text


def _kr(amount: Decimal) -> str:
    return danish(amount).replace(".", "")
