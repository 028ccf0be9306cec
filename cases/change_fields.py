"""Before and after of one row, in the names and words people know."""

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
from django.db.models import QuerySet
from django.utils.timezone import localtime

from cases.models import Citizen, Grant, User
from cases.models.fields import HundredthsField, MoneyField, MonthField
from cases.models.task import EVENTS
from cases.presenters.concerns import numbers_in_words
from cases.templatetags.danish import month_name
from rules.money import danish, danish_number

NOTHING = "–"
HIDDEN = "beskyttet"
SECRET = ("own_cpr",)
LONGEST = 160


@dataclass(frozen=True)
class FieldChange:
    name: str
    before: str
    after: str


def fields_of(row: Any) -> Sequence[Any]:
    """The fields that a history row keeps; of a row that is written once all of them."""
    return getattr(row, "tracked_fields", None) or row._meta.concrete_fields


def field_changes(row: Any, before: Any | None, names: Names | None = None) -> Iterable[FieldChange]:
    """What differs from the row before; for a new row all that it has been given."""
    names = names or Names()
    if getattr(row, "history_type", "+") == "-":
        return
    for field in fields_of(row):
        if field.primary_key or (before is None and isinstance(field, models.JSONField)):
            continue
        now, then = getattr(row, field.attname), getattr(before, field.attname, None)
        if now == then or (before is None and now in (None, "", False)):
            continue
        if field.name in SECRET or (field.name == "address" and names.is_protected(row, before)):
            yield FieldChange(str(field.verbose_name), NOTHING if not then else HIDDEN, HIDDEN if now else NOTHING)
            continue
        was = NOTHING if before is None else _in_words(row, field, then, names)
        yield FieldChange(str(field.verbose_name), was, _in_words(row, field, now, names))


def _in_words(row: Any, field: Any, value: Any, names: Names) -> str:
    """A value of this row: the stored numbers of a reason as its sentence, structures by their fields' names."""
    if value and field.name == "numbers":
        numbers, details = numbers_in_words(row.code, json.loads(value) if isinstance(value, str) else value, {})
        return "; ".join(filter(None, (numbers, *details))) or NOTHING
    if field.name == "event" and value in EVENTS:
        return EVENTS[value]
    if value and isinstance(field, models.JSONField):
        called = {one.name: str(one.verbose_name) for one in row._meta.concrete_fields}
        pairs = value.items() if isinstance(value, dict) else ((one, "") for one in value)
        return _plain("; ".join(f"{called.get(key, key)}: {text}".removesuffix(": ") for key, text in pairs))
    return shown(field, value, names)


class Names:
    """What rows that others point at are called. Those of the given rows, and the given users, are read together,
    others one by one.
    """

    def __init__(self, rows: Sequence[Any] = (), users: Iterable[int | None] = ()) -> None:
        self._known: dict[tuple[Any, Any], str] = {}
        self._protected: set[int] = set()
        self._asked = {row.id for row in rows if getattr(row, "instance_type", None) is Citizen}
        if self._asked:
            known = Citizen.objects.filter(is_protected=True, pk__in=self._asked)
            self._protected = set(known.values_list("pk", flat=True))
        wanted: defaultdict[Any, set[Any]] = defaultdict(set, {User: set(users)})
        for row in rows:
            for field in fields_of(row):
                if field.is_relation:
                    wanted[field.related_model].add(getattr(row, field.attname))
        for model, keys in wanted.items():
            for key, one in _light(model).in_bulk(keys - {None}).items():
                self._known[(model, key)] = str(one)

    def is_protected(self, row: Any, before: Any | None) -> bool:
        """Whether a citizen's address is protected: in one of the two versions of the row, or today."""
        if getattr(row, "instance_type", None) is not Citizen:
            return False
        if row.id not in self._asked:
            self._asked.add(row.id)
            protected = Citizen.objects.filter(is_protected=True, pk__in=self._asked)
            self._protected = set(protected.values_list("pk", flat=True))
        return row.is_protected or getattr(before, "is_protected", False) or row.id in self._protected

    def of(self, model: Any, key: Any) -> str:
        if (model, key) not in self._known:
            row = _light(model).filter(pk=key).first()
            self._known[(model, key)] = str(row) if row is not None else f"nr. {key}"
        return self._known[(model, key)]


def _light(model: Any) -> QuerySet[Any]:
    """Rows without their large columns: only what they are called is wanted."""
    large = [field.name for field in model._meta.fields if isinstance(field, models.JSONField | models.BinaryField)]
    return model._base_manager.defer(*large)


def subject_of(row: Any, names: Names) -> str:
    """The case when it hangs on one, else the row's own name."""
    grant = getattr(row, "grant_id", None) or getattr(row, "of_grant", None)
    if grant:
        return f"Sag {names.of(Grant, grant)}"
    if not hasattr(row, "instance_type"):
        return str(row)
    values = {field.attname: getattr(row, field.attname) for field in fields_of(row)}
    try:
        return str(row.instance_type(**values))  # row.instance would read what history leaves out, row by row
    except (ObjectDoesNotExist, TypeError, ValueError):
        return f"nr. {row.id}"


def shown(field: Any, value: Any, names: Names | None = None) -> str:
    """A value as people read it: choices, kroner, months, days, ja and nej, and names for numbers."""
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        return (names or Names()).of(field.related_model, value)
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
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
