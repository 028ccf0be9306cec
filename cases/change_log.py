"""Every change in one list: who, when, before and after, why. Read from the history tables, newest first."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from cases.models import (
    AddedIncome,
    Citizen,
    Complaint,
    ConcernAnswer,
    Delivery,
    EarlierSubsidy,
    Employer,
    Grant,
    IncomeTreatment,
    Job,
    Letter,
    Membership,
    Municipality,
    MunicipalParameters,
    NationalRates,
    Notice,
    PartyHearing,
    PaymentBatch,
    PaymentSettings,
    Period,
    Process,
    RepaymentClaim,
    ReplayAlarm,
    RuleSetting,
    SettingProposal,
    Task,
    TaskConcern,
    User,
    Visitation,
    WageCeiling,
)
from cases.models.fields import HundredthsField, MoneyField, MonthField
from cases.templatetags.danish import month_name
from rules.money import danish, danish_number

KINDS = {"+": "Oprettet", "~": "Ændret", "-": "Slettet"}
NOTHING = "–"
HIDDEN = "beskyttet"
LONGEST = 160


@dataclass(frozen=True)
class Tracked:
    """A model with history: where its municipality and its citizen stand ("" = it has none)."""

    model: type[models.Model]
    municipality: str
    citizen: str = ""


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
    Tracked(Task, "municipality", "grant__citizen"),
    Tracked(TaskConcern, "task__municipality", "task__grant__citizen"),
    Tracked(MunicipalParameters, "municipality"),
    Tracked(Membership, "municipality"),
    Tracked(Municipality, "id"),
    Tracked(User, "user"),
    Tracked(Employer, ""),
    Tracked(NationalRates, ""),
)


@dataclass(frozen=True)
class Query:
    """What is asked for. ``settings_only`` leaves out everything about citizens."""

    municipalities: tuple[int, ...]
    citizen: int | None = None
    user: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    settings_only: bool = False
    limit: int = 100


@dataclass(frozen=True)
class FieldChange:
    name: str
    before: str
    after: str


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
    def shown_fields(self) -> tuple[FieldChange, ...]:
        """One row a field that changed; a row that was made or deleted is one line."""
        if self.kind == KINDS["~"]:
            return self.fields
        values = ", ".join(f"{field.name}: {field.after}" for field in self.fields)
        return (FieldChange("", NOTHING, values),)


def changes(query: Query) -> list[Change]:
    """The newest changes that fit, at most ``limit``. A few queries for each table, however many rows."""
    found: list[tuple[Any, Tracked]] = []
    for tracked in TRACKED:
        if (query.citizen and not tracked.citizen) or (query.settings_only and tracked.citizen):
            continue
        rows = _rows(tracked, query).order_by("-history_date", "-history_id")[: query.limit]
        found += [(row, tracked) for row in rows]
    found.sort(key=lambda one: (one[0].history_date, one[0].history_id), reverse=True)
    return [one for one in _shown(found[: query.limit]) if one.fields or one.kind != KINDS["~"]]


def _rows(tracked: Tracked, query: Query) -> QuerySet[Any]:
    rows = tracked.model.history.select_related("history_user").filter(_scope(tracked, query.municipalities))
    if tracked.citizen:
        rows = rows.annotate(of_citizen=models.F(f"{tracked.citizen}{'' if tracked.citizen == 'id' else '_id'}"))
    if query.citizen:
        rows = rows.filter(**{tracked.citizen: query.citizen})
    if query.user:
        rows = rows.filter(history_user=query.user)
    if query.first:
        rows = rows.filter(history_date__gte=query.first)
    if query.last:
        rows = rows.filter(history_date__lt=query.last)
    return rows


def _scope(tracked: Tracked, municipalities: Sequence[int]) -> Q:
    """Only the municipalities asked for; names of employers and national rates belong to all."""
    if not tracked.municipality:
        return Q()
    if tracked.municipality == "user":
        return Q(id__in=Membership.objects.filter(municipality__in=municipalities).values("user"))
    return Q(**{f"{tracked.municipality}__in": municipalities})


# --- before and after --------------------------------------------------------------------------------------


def _shown(found: Sequence[tuple[Any, Tracked]]) -> list[Change]:
    before = _previous(found)
    names = _Names([row for row, _ in found] + list(before.values()))
    return [
        Change(
            when=row.history_date,
            who=str(row.history_user) if row.history_user_id else "Systemet",
            what=str(tracked.model._meta.verbose_name).capitalize(),
            subject=_subject(row, names),
            kind=KINDS[row.history_type],
            why=row.history_change_reason or "",
            fields=tuple(field_changes(row, before.get((tracked.model, row.history_id)), names)),
            citizen=getattr(row, "of_citizen", None),
        )
        for row, tracked in found
    ]


def _previous(found: Sequence[tuple[Any, Tracked]]) -> dict[tuple[Any, int], Any]:
    """The row before each, by model and history id. One query a table."""
    ids: defaultdict[Any, set[int]] = defaultdict(set)
    for row, tracked in found:
        ids[tracked.model].add(row.id)
    pairs: dict[tuple[Any, int], Any] = {}
    for model, wanted in ids.items():
        last: Any = None
        for row in model.history.filter(id__in=wanted).order_by("id", "history_date", "history_id"):
            if last is not None and last.id == row.id:
                pairs[(model, row.history_id)] = last
            last = row
    return pairs


def field_changes(row: Any, before: Any | None, names: _Names | None = None) -> Iterable[FieldChange]:
    """What differs from the row before; for a new row all that it has been given."""
    names = names or _Names()
    if row.history_type == "-":
        return
    for field in row.tracked_fields:
        if field.primary_key or (before is None and isinstance(field, models.JSONField)):
            continue
        now, then = getattr(row, field.attname), getattr(before, field.attname, None)
        if now == then or (before is None and now in (None, "", False)):
            continue
        if field.name == "address" and getattr(row, "is_protected", False):
            yield FieldChange(str(field.verbose_name), HIDDEN, HIDDEN)
            continue
        yield FieldChange(
            str(field.verbose_name), NOTHING if before is None else shown(field, then, names), shown(field, now, names)
        )


class _Names:
    """What rows that others point at are called. Those of the given rows are read together, others one by one."""

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        self._known: dict[tuple[Any, Any], str] = {}
        wanted: defaultdict[Any, set[Any]] = defaultdict(set)
        for row in rows:
            for field in row.tracked_fields:
                if field.is_relation:
                    wanted[field.related_model].add(getattr(row, field.attname))
        for model, keys in wanted.items():
            for key, one in _light(model).in_bulk(keys - {None}).items():
                self._known[(model, key)] = str(one)

    def of(self, model: Any, key: Any) -> str:
        if (model, key) not in self._known:
            row = _light(model).filter(pk=key).first()
            self._known[(model, key)] = str(row) if row is not None else f"nr. {key}"
        return self._known[(model, key)]


def _light(model: Any) -> QuerySet[Any]:
    """Rows without their large columns: only what they are called is wanted."""
    large = [field.name for field in model._meta.fields if isinstance(field, models.JSONField | models.BinaryField)]
    return model._base_manager.defer(*large)


def _subject(row: Any, names: _Names) -> str:
    """The case when it hangs on one, else the row's own name."""
    if getattr(row, "grant_id", None):
        return f"Sag {names.of(Grant, row.grant_id)}"
    values = {field.attname: getattr(row, field.attname) for field in row.tracked_fields}
    try:
        return str(row.instance_type(**values))  # row.instance would read what history leaves out, row by row
    except (ObjectDoesNotExist, TypeError, ValueError):
        return f"nr. {row.id}"


def shown(field: Any, value: Any, names: _Names | None = None) -> str:
    """A value as people read it: choices, kroner, months, days, ja and nej, and names for numbers."""
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        return (names or _Names()).of(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(field, MonthField):
        return month_name(value)
    if isinstance(field, MoneyField):
        return f"{danish(Decimal(value))} kr."
    if isinstance(field, HundredthsField):
        return danish_number(Decimal(value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{localtime(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
