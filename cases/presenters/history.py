"""The change history of a case as sentences: what, before, after, who, when, why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet

from cases.models import (
    AddedIncome,
    Citizen,
    ConcernAnswer,
    Grant,
    IncomeTreatment,
    Job,
    Period,
    Task,
    WageCeiling,
)
from cases.presenters.words import day, long_month
from cases.templatetags.danish import kr
from rules.months import Month

SKIPPED = {"version", "search", "sort_key", "touched_at", "decision", "priority", "closed_at", "answered_at"}
KINDS = {"+": "oprettet", "~": "ændret", "-": "slettet"}


@dataclass(frozen=True)
class FieldChange:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One act on one row."""

    at: datetime
    who: str
    what: str
    act: str
    reason: str
    fields: tuple[FieldChange, ...]


def changes_of(grant: Grant, most: int = 300) -> list[Change]:
    """Every change of a case and what hangs on it, the newest first."""
    found = [change for rows in histories(grant) for change in changes(rows)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:most]


def histories(grant: Grant) -> Iterator[QuerySet[Any]]:
    """The history tables of a case, each narrowed to it."""
    yield Citizen.history.filter(id=grant.citizen_id)
    yield Grant.history.filter(id=grant.pk)
    for model in (Job, WageCeiling, Period, AddedIncome, ConcernAnswer, Task):
        yield model.history.filter(grant=grant)
    yield IncomeTreatment.history.filter(report__citizen=grant.citizen_id)


def changes(rows: QuerySet[Any]) -> Iterator[Change]:
    """The rows of one history table, each beside the one before it of the same object."""
    before: dict[Any, Any] = {}
    for row in rows.select_related("history_user").order_by("history_date", "history_id"):
        yield _change(row, before.get(row.id))
        before[row.id] = row


def _change(row: Any, before: Any) -> Change:
    model = row.instance_type
    return Change(
        at=row.history_date,
        who=str(row.history_user) if row.history_user else "systemet",
        what=_what(model, row),
        act=KINDS.get(row.history_type, ""),
        reason=row.history_change_reason or "",
        fields=tuple(_fields(model, row, before)) if row.history_type != "-" else (),
    )


def _what(model: type[Model], row: Any) -> str:
    name = str(model._meta.verbose_name).capitalize()
    month = getattr(row, "benefit_month", None) or getattr(row, "month", None)
    return f"{name} {long_month(month)}" if isinstance(month, Month) else name


def _fields(model: type[Model], row: Any, before: Any) -> Iterator[FieldChange]:
    """The fields that differ; of a new row those that are filled."""
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in SKIPPED or not hasattr(row, field.attname):
            continue
        if field.is_relation and field.name not in ("assigned_to", "closed_by"):
            continue
        after, earlier = getattr(row, field.attname), getattr(before, field.attname, None)
        if after == earlier or (before is None and after in (None, "", False)):
            continue
        yield FieldChange(
            str(field.verbose_name).capitalize(),
            _shown(field, earlier) if before is not None else "",
            _shown(field, after),
        )


def _shown(field: Any, value: Any) -> str:
    """A value as a person reads it."""
    if value is None or value == "":
        return "tom"
    if field.is_relation:
        return str(field.related_model.objects.filter(pk=value).first() or value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, Decimal):
        return kr(value)
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return day(value)
    return long_month(value) if isinstance(value, Month) else str(value)
