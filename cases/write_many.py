"""Many rows at once into the big tables: COPY on PostgreSQL, executemany on SQLite (7 times Django's bulk_create).

Ids are reserved first, so that child rows know their parent. Only for inserts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

from cases.models.fields import HundredthsField, MonthField
from rules.frozen import Written

Row = TypeVar("Row", bound=models.Model)


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids that no one else will get. On SQLite max + 1, safe because writers are serialised (IMMEDIATE)."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if connection.in_atomic_block:  # as an INSERT does, so that no seal is made between the ids and the rows
                cursor.execute(f'LOCK TABLE "{table}" IN ROW EXCLUSIVE MODE')
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(f'SELECT COALESCE(MAX("{column}"), 0) FROM "{table}"')
        highest = cursor.fetchone()[0]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        known = cursor.fetchone()
    first = max(highest, known[0] if known else 0) + 1
    return list(range(first, first + count))


def new_row(model: type[Row], **columns: Any) -> Row:
    """A row to be written, from its column values (``payment_id``); the rest at their defaults.

    The model's constructor looks at every argument, which took a third of the time of writing a month.
    """
    blank = _blank(model)
    if not columns.keys() <= blank.keys():
        raise ValueError(f"{model.__name__}: {sorted(columns.keys() - blank.keys())}")
    row = model.__new__(model)
    row._state = ModelState()
    row.__dict__.update(blank)
    row.__dict__.update(columns)
    return row


@cache
def _blank(model: type[models.Model]) -> dict[str, Any]:
    """The defaults of all columns, each a value that may be shared."""
    fields = model._meta.concrete_fields
    made = [field for field in fields if field.has_default() and callable(field.default)]
    return {field.attname: field.get_default() for field in fields if field not in made}


def write_many(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model. Rows without an id get one. Must run inside a transaction."""
    if not rows:
        return
    model = type(rows[0])
    missing = [row for row in rows if row.pk is None]
    for row, id_ in zip(missing, reserve_ids(model, len(missing)) if missing else (), strict=True):
        row.pk = id_
    fields = model._meta.concrete_fields
    _insert(model, fields, _values(fields, rows))
    for row in rows:
        row._state.adding = False


def write_values(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Insert rows given as values, without an instance of each. ``names``: every column but the id (``payment_id``).

    The ids are new: given back in the order of the rows. Must run inside a transaction.
    """
    if not rows:
        return []
    key, fields = model._meta.pk, _named(model, names)
    ids = reserve_ids(model, len(rows))
    _insert(model, [key, *fields], zip(ids, *_columns(fields, zip(*rows, strict=True)), strict=True))
    return ids


def ids_of(
    model: type[models.Model], names: tuple[str, str], pairs: Collection[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """The ids of those rows there are with these pairs in two columns (a number and a text), by pair.

    With a unique index on the two it costs the same however many other rows there are.
    """
    first, second = (field.column for field in map(model._meta.get_field, names))
    if connection.vendor == "postgresql":
        asked = "SELECT (value ->> 0)::bigint AS a, value ->> 1 AS b FROM json_array_elements(%s::json)"
    else:
        asked = "SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(%s)"
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT asked.a, asked.b, kept."{key}" FROM ({asked}) asked '
            f'JOIN "{table}" kept ON kept."{first}" = asked.a AND kept."{second}" = asked.b',
            [json.dumps(list(pairs))],
        )
        return {(a, b): id_ for a, b, id_ in cursor.fetchall()}


def _named(model: type[models.Model], names: Sequence[str]) -> list[models.Field]:
    """The fields of these column names; ValueError when one is missing, so that no row is half."""
    known = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
    if known.keys() != set(names):
        raise ValueError(f"{model.__name__}: {sorted(known.keys() ^ set(names))}")
    return [known[name] for name in names]


def write_many_with_history(rows: Sequence[models.Model], *, user: Any, reason: str, now: datetime) -> None:
    """Insert rows and their first history rows (type "+")."""
    write_many(rows)
    write_history(rows, kind="+", user=user, reason=reason, now=now)


def write_history(rows: Sequence[models.Model], *, kind: str, user: Any, reason: str, now: datetime) -> None:
    """A history row for each row as it is now: kind "+" new, "~" changed."""
    if not rows:
        return
    history = type(rows[0]).history.model
    tracked = history.tracked_fields
    signed = {
        "history_date": now,
        "history_type": kind,
        "history_user_id": user.pk,
        "history_change_reason": reason,
    }
    own = [history._meta.get_field(name) for name in ("history_id", *(key.removesuffix("_id") for key in signed))]
    same = [ready(field)(value) for field, value in zip(own[1:], signed.values(), strict=True)]
    ids = reserve_ids(history, len(rows))
    values = ((*row, id_, *same) for row, id_ in zip(_values(tracked, rows), ids, strict=True))
    _insert(history, [*tracked, *own], values)


def _values(fields: Sequence[models.Field], rows: Sequence[models.Model]) -> Iterator[tuple[Any, ...]]:
    """Each row's values as the database takes them."""
    read = attrgetter("pk", *(field.attname for field in fields))  # two names or more, so that it gives a tuple
    _, *columns = zip(*map(read, rows), strict=True)
    return zip(*_columns(fields, columns), strict=True)


def _columns(fields: Sequence[models.Field], columns: Iterable[Sequence[Any]]) -> Iterator[Iterable[Any]]:
    """Column by column, for most are written as they are: nothing is called for their values."""
    for field, column in zip(fields, columns, strict=True):
        make = ready(field)
        yield column if make is _same else map(make, column)


def ready(field: models.Field) -> Callable[[Any], Any]:
    """What makes a field's value ready for its column. Django's own way costs ten times as much a value."""
    if isinstance(field, _AS_THEY_ARE):
        return _same
    if isinstance(field, HundredthsField | MonthField):
        return field.get_prep_value
    if isinstance(field, models.JSONField) and field.encoder is None:
        return _json()
    if isinstance(field, models.DateField) and connection.vendor == "postgresql":
        return _same
    if type(field) is models.DateField:
        return _day
    return lambda value: field.get_db_prep_save(value, connection)


_AS_THEY_ARE = (
    models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey, models.AutoField,
)  # fmt: skip


def _same(value: Any) -> Any:
    return value


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _json() -> Callable[[Any], str | None]:
    """Encodes JSON. A value with its text is not encoded again, nor one equal to the one before (a block's rates)."""
    last: Any = None
    text: str | None = None

    def encode(value: Any) -> str | None:
        nonlocal last, text
        if type(value) is Written:
            return value.text
        if value != last:
            last, text = value, _ENCODER.encode(value)
        return text

    return encode


_ENCODER = json.JSONEncoder(separators=(",", ":"))


def _insert(model: type[models.Model], fields: Sequence[models.Field], values: Any) -> None:
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', list(values))
