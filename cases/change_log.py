"""Every change in one list: who, when, before and after, why. Newest first, and as far back as there is anything.

Read from the history tables, and from the tables whose rows are written once (decisions, status moves, letters).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Q, QuerySet

from cases.change_fields import NOTHING, FieldChange, Names, field_changes, subject_of
from cases.models import (
    AddedIncome,
    Adjustment,
    AdjustmentChoice,
    Citizen,
    Complaint,
    ConcernAnswer,
    Decision,
    Delivery,
    EarlierSubsidy,
    Employer,
    Grant,
    IncomeTreatment,
    IssuedDocument,
    Job,
    JournalNote,
    Letter,
    Membership,
    Municipality,
    MunicipalParameters,
    NationalRates,
    Notice,
    PartyHearing,
    PaymentBatch,
    PaymentEvent,
    PaymentSettings,
    Period,
    Process,
    RepaymentClaim,
    ReplayAlarm,
    RetentionLog,
    RetentionPeriod,
    RuleSetting,
    SampleItem,
    SampleSetting,
    SettingProposal,
    Task,
    TaskConcern,
    User,
    Visitation,
    WageCeiling,
)

KINDS = {"+": "Oprettet", "~": "Ændret", "-": "Slettet"}
WRITTEN = "Skrevet"
LARGE = (models.JSONField, models.BinaryField)
"""Not shown, and not read."""


@dataclass(frozen=True)
class Tracked:
    """A table of changes: where its municipality, citizen and case stand ("" = it has none), who, when and why.

    ``once``: its rows are written once and are their own history.
    """

    model: type[models.Model]
    municipality: str
    citizen: str = ""
    when: str = "history_date"
    who: str = "history_user"
    why: str = "history_change_reason"
    grant: str = ""
    once: bool = False

    @property
    def key(self) -> str:
        return "id" if self.once else "history_id"

    @cached_property
    def rows(self) -> Any:
        """The manager of what is listed. ``model.history`` makes a class of its own at each look."""
        return self.model._base_manager if self.once else self.model.history.model._base_manager


TRACKED = (
    Tracked(Citizen, "municipality", "id"),
    Tracked(Grant, "municipality", "citizen"),
    *(
        Tracked(model, "grant__municipality", "grant__citizen")
        for model in (
            Job,
            WageCeiling,
            Period,
            EarlierSubsidy,
            AddedIncome,
            ConcernAnswer,
            Letter,
            PartyHearing,
            RepaymentClaim,
            Visitation,
        )
    ),
    Tracked(Delivery, "document__municipality", "document__citizen"),
    Tracked(PaymentBatch, "municipality"),
    Tracked(PaymentSettings, "municipality"),
    Tracked(IncomeTreatment, "report__citizen__municipality", "report__citizen"),
    Tracked(Complaint, "payment__municipality", "payment__citizen"),
    Tracked(Process, "municipality", "citizen"),
    Tracked(Notice, "municipality", "citizen"),
    Tracked(ReplayAlarm, "municipality", "grant__citizen"),
    Tracked(RuleSetting, "municipality"),
    Tracked(SettingProposal, "municipality"),
    Tracked(SampleSetting, "municipality"),
    Tracked(RetentionPeriod, "municipality"),
    Tracked(SampleItem, "sample__municipality", "decision__grant__citizen", grant="decision__grant"),
    Tracked(Task, "municipality", "grant__citizen"),
    Tracked(TaskConcern, "task__municipality", "task__grant__citizen"),
    Tracked(MunicipalParameters, "municipality"),
    Tracked(Membership, "municipality"),
    Tracked(Municipality, "id"),
    Tracked(User, "user"),
    Tracked(Employer, ""),
    Tracked(NationalRates, ""),
)


WRITTEN_ONCE = (
    Tracked(Decision, "municipality", "grant__citizen", "decided_at", "decided_by", "", once=True),
    Tracked(
        PaymentEvent, "payment__municipality", "payment__citizen", "happened_at", "by", "note", "payment__grant", True,
    ),
    Tracked(Adjustment, "municipality", "grant__citizen", "made_at", "made_by", "reason", once=True),
    Tracked(
        AdjustmentChoice, "adjustment__municipality", "adjustment__grant__citizen", "made_at", "made_by", "note",
        "adjustment__grant", True,
    ),
    Tracked(JournalNote, "grant__municipality", "grant__citizen", "written_at", "written_by", "", once=True),
    Tracked(IssuedDocument, "municipality", "citizen", "issued_at", "issued_by", "", once=True),
    Tracked(RetentionLog, "municipality", "", "made_at", "made_by", "reason", once=True),
)  # fmt: skip

SOURCES = (*TRACKED, *WRITTEN_ONCE)


@dataclass(frozen=True)
class Query:
    """What is asked for. ``settings_only`` leaves out everything about citizens; ``table``: one of SOURCES by name."""

    municipalities: tuple[int, ...]
    citizen: int | None = None
    user: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    settings_only: bool = False
    limit: int = 100
    table: str = ""


@dataclass(frozen=True)
class Place:
    """A place in the list: just after the row with this time, source and key. As text in a form field."""

    when: datetime
    source: int
    key: int

    def __str__(self) -> str:
        return f"{self.when.isoformat()} {self.source} {self.key}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """None for no place, and for what is none."""
        try:
            when, source, key = text.split()
            found = cls(datetime.fromisoformat(when), int(source), int(key))
        except ValueError:
            return None
        return found if found.when.tzinfo else None


@dataclass(frozen=True)
class Change:
    """One row of the list."""

    when: datetime
    who: str
    what: str
    subject: str
    kind: str
    why: str
    fields: tuple[FieldChange, ...]
    citizen: int | None

    @property
    def changed(self) -> bool:
        """A row that stood before: its fields have a before and an after."""
        return self.kind == KINDS["~"]

    @property
    def shown_fields(self) -> tuple[FieldChange, ...]:
        """One row a field that changed; a row that was made or deleted is one line."""
        if self.changed:
            return self.fields
        values = ", ".join(f"{field.name}: {field.after}" for field in self.fields)
        return (FieldChange("", NOTHING, values),)


@dataclass(frozen=True)
class Page:
    """A page of changes, newest first; ``older`` is where the next one begins, None at the end."""

    changes: list[Change]
    older: Place | None


Found = tuple[tuple[int, int], Any, Tracked, Any]
"""(source, key) of a row, the row, its table, and the row before it (None for the first, and where all are)."""


def changes(query: Query) -> list[Change]:
    """The newest changes that fit, at most ``limit``. A few queries for each table that has any of them."""
    return page(query).changes


def page(query: Query, after: Place | None = None) -> Page:
    """The next ``limit`` changes after a place. A deep page costs what the first one does."""
    places = _places(query, after)
    shown = _read(places[: query.limit])
    kept = [one for one in _shown(shown) if one.fields or one.kind != KINDS["~"]]
    if len(places) <= query.limit or not shown:
        return Page(kept, None)
    place, row, source, _ = shown[-1]
    return Page(kept, Place(getattr(row, source.when), *place))


def _places(query: Query, after: Place | None) -> list[tuple[int, int, int]]:
    """(source, key, id) of the newest ``limit`` + 1 rows that fit, from all tables in one query."""
    sql, values = _written(query, after) if query.first or query.last or after else _with_ids(query)
    if not sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [(number, key, id_) for number, key, id_ in cursor.fetchall()]


def _with_ids(query: Query) -> tuple[str, list[Any]]:
    """The query and its values, put into a query that is written once a kind: for thirty tables that takes 15 ms."""
    given = [*query.municipalities, query.citizen, query.user]
    *places, citizen, user = (one and -at for at, one in enumerate(given, 1))
    sql, values = _once(replace(query, municipalities=tuple(places), citizen=citizen, user=user))
    return sql, [given[-one - 1] if isinstance(one, int) and one < 0 else one for one in values]


@lru_cache(maxsize=100)
def _once(query: Query) -> tuple[str, list[Any]]:
    return _written(query, None)


def _written(query: Query, after: Place | None) -> tuple[str, list[Any]]:
    """The query as Django writes it, with its values. No text: no table can have any."""
    parts: list[str] = []
    values: list[Any] = []
    for number, source in enumerate(SOURCES):
        if (query.citizen and not source.citizen) or (query.settings_only and source.citizen):
            continue
        if query.table and query.table != source.model.__name__:
            continue
        rows = _after(_rows(source, query), source, number, after)
        place = {"of_place": models.F(source.when), "of_source": models.Value(number), "of_key": models.F(source.key)}
        place["of_id"] = models.F("id")
        with suppress(EmptyResultSet):
            found = rows.values(**place)[: query.limit + 1]
            sql, given = found.query.get_compiler(found.db).as_sql()
            parts.append(f"SELECT * FROM ({sql}) AS part{number}")
            values += given
    if not parts:
        return "", []
    newest = f"SELECT of_source, of_key, of_id FROM ({' UNION ALL '.join(parts)}) AS every"
    return f"{newest} ORDER BY of_place DESC, of_source, of_key DESC LIMIT %s", [*values, query.limit + 1]


def _read(places: Sequence[tuple[int, int, int]]) -> list[Found]:
    """The rows at the places, in their order. One query for each table among them."""
    ids: defaultdict[int, set[int]] = defaultdict(set)
    for number, _, id_ in places:
        ids[number].add(id_)
    rows = {(number, key): pair for number, wanted in ids.items() for key, pair in _versions(SOURCES[number], wanted)}
    return [
        ((number, key), rows[number, key][0], SOURCES[number], rows[number, key][1])
        for number, key, _ in places
        if (number, key) in rows
    ]


def _versions(source: Tracked, ids: set[int]) -> Iterator[tuple[int, tuple[Any, Any]]]:
    """(key, (row, the row before it)) of everything that is known of these ids."""
    rows = _whole(source).filter(id__in=ids)
    last: Any = None
    for row in rows if source.once else rows.order_by("id", "history_date", "history_id"):
        is_next = not source.once and last is not None and last.id == row.id
        yield getattr(row, source.key), (row, last if is_next else None)
        last = row


def all_pages(query: Query, size: int = 500) -> Iterator[list[Change]]:
    """Everything that fits, a page at a time: for exports. Holds one page in memory."""
    query, after = replace(query, limit=size), None
    while True:
        found = page(query, after)
        yield found.changes
        if (after := found.older) is None:
            return


def _after(rows: QuerySet[Any], source: Tracked, number: int, after: Place | None) -> QuerySet[Any]:
    """Rows after the place: older, or as old and further on in the order of sources and keys."""
    rows = rows.order_by(f"-{source.when}", f"-{source.key}")
    if after is None:
        return rows
    if number > after.source:
        return rows.filter(**{f"{source.when}__lte": after.when})
    older = Q(**{f"{source.when}__lt": after.when})
    if number == after.source:
        older |= Q(**{source.when: after.when, f"{source.key}__lt": after.key})
    return rows.filter(older)


def _whole(source: Tracked) -> QuerySet[Any]:
    """The rows as they are shown: with citizen and case, without large columns."""
    rows = source.rows.all()
    if source.once:
        rows = rows.defer(*(one.name for one in source.model._meta.fields if isinstance(one, LARGE)))
    if source.citizen:
        path = source.citizen if source.citizen == "id" else f"{source.citizen}_id"
        rows = rows.annotate(of_citizen=models.F(path))
    if source.grant:
        rows = rows.annotate(of_grant=models.F(f"{source.grant}_id"))
    return rows


def _rows(source: Tracked, query: Query) -> QuerySet[Any]:
    rows = source.rows.filter(_scope(source, query.municipalities))
    if query.citizen:
        rows = rows.filter(**{source.citizen: query.citizen})
    if query.user:
        rows = rows.filter(**{source.who: query.user})
    if query.first:
        rows = rows.filter(**{f"{source.when}__gte": query.first})
    if query.last:
        rows = rows.filter(**{f"{source.when}__lt": query.last})
    return rows


def _scope(source: Tracked, municipalities: Sequence[int]) -> Q:
    """Only the municipalities asked for; names of employers and national rates belong to all."""
    if not source.municipality:
        return Q()
    if source.municipality == "user":
        return Q(id__in=Membership.objects.filter(municipality__in=municipalities).values("user"))
    return Q(**{f"{source.municipality}__in": municipalities})


def _shown(found: Sequence[Found]) -> list[Change]:
    people = {getattr(row, f"{source.who}_id") for _, row, source, _ in found}
    names = Names([one for _, row, _, before in found for one in (row, before) if one is not None], people)
    return [_change(row, source, before, names) for _, row, source, before in found]


def _change(row: Any, source: Tracked, before: Any | None, names: Names) -> Change:
    who = getattr(row, f"{source.who}_id")
    return Change(
        when=getattr(row, source.when),
        who=names.of(User, who) if who else "Systemet",
        what=str(source.model._meta.verbose_name).capitalize(),
        subject=subject_of(row, names),
        kind=WRITTEN if source.once else KINDS[row.history_type],
        why=(getattr(row, source.why) or "") if source.why else "",
        fields=tuple(field_changes(row, None if source.once else before, names)),
        citizen=getattr(row, "of_citizen", None),
    )
