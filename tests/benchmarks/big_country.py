"""A country in a PostgreSQL database: 100,000 citizens with three years of months, for timing the pages.

    DATABASE_URL=postgres://.../name python -m tests.benchmarks.big_country [--big 16] [--small 48] [--per 6]

Makes the database when it is not there. The demo's two municipalities (``base`` citizens and an eighth of that beside)
are imported, run, paid and answered by the program itself; their months are then copied back in time, and all of it
to ``big`` - 1 more groups of citizens in the same municipalities, and to ``small`` x 2 other municipalities of ``per``
groups each, by INSERT ... SELECT. With the defaults 98 municipalities: one of 4,800, one of 592, 48 of 1,800 and 48 of
222: 102,000 citizens.

What the copies leave out: the register's raw answers, the bytes of PDFs and the frozen facts and texts behind decisions
and letters older than the base (empty instead), so that the database fits a laptop. Prints the seconds of each part.
"""

# ruff: noqa: E402 - Django is set up before its models are read; the names in SQL are the models' own
from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleksløn.settings")

import django

django.setup()

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from cases.models import (
    AccessLog,
    Block,
    Citizen,
    Grant,
    IncomeReport,
    Municipality,
    Payment,
    Run,
    Task,
)
from cases.models.fields import MonthField
from cases.text import search_text, sort_key
from rules.months import Month

FIRST_ID = 5_000_000
BACK = 100_000
"""Older months get lower ids, as they would have had."""
ASIDE = 6_000_000
"""More than the ids of the base span; times the groups it stays below 2**31, the history rows' keys."""
TURN = 2
"""Months of the base that are copied back: those that are run and solved, not the newest."""
INCOME_MONTHS = 15
NO_COPY = {
    "User",
    "Membership",
    "Employer",
    "NationalRates",
    "WorkerBeat",
    "SavedView",
    "CaseFile",
    "Seal",
    "StoredMonth",
}
BY_MONTH = ("Run", "Block", "Decision", "Payment", "PaymentLine", "PaymentEvent", "PaymentBatch", "PaymentFile", "Task",
            "TaskConcern", "ConcernAnswer", "Process", "Adjustment", "AdjustmentChoice", "Settlement", "IssuedDocument",
            "Delivery", "Notice", "AccessLog", "Sample", "SampleItem")  # fmt: skip
EMPTY = {
    ("RawAnswer", "body"): "''::bytea", ("PaymentFile", "body"): "''::bytea", ("IssuedFile", "body"): "''::bytea",
}  # fmt: skip
LETTER = {("IssuedDocument", "context"): "'{}'", ("IssuedDocument", "text"): "''"}
EMPTY_BACK = {**LETTER, **{("Decision", name): "'{}'" for name in ("facts", "rates", "parameters")}}


def main(base: int, big: int, small: int, per: int, years: int) -> None:
    if connection.vendor != "postgresql":
        sys.exit("Sæt DATABASE_URL til en PostgreSQL-database.")
    _create_database()
    for name, part in (
        ("demo", lambda: _demo(base)),
        ("months", lambda: _months(12 * years)),
        ("citizens", lambda: _citizens(big, small, per)),
        ("names", _names),
        ("indexes and statistics", _finish),
    ):
        begun = time.perf_counter()
        part()
        print(f"{name}: {time.perf_counter() - begun:.0f} s", flush=True)
    print({model.__name__: model.objects.count() for model in (Citizen, IncomeReport, Run, Payment, Task, AccessLog)})


def _create_database() -> None:
    url = urlsplit(os.environ["DATABASE_URL"])
    name = url.path.lstrip("/")
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')


def _demo(citizens: int) -> None:
    """The program's own months, with ids that leave room below for the older ones."""
    call_command("migrate", verbosity=0)
    if Municipality.objects.exists():
        return
    with connection.cursor() as cursor:
        for model in _models():
            cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, %s), {FIRST_ID})", _table_and_key(model))
    call_command("demo", "--citizens", str(citizens), "--months", "3", "--no-serve")


def _models() -> list[type[models.Model]]:
    """Everything that hangs on a municipality or a case; history beside what it is the history of."""
    return [one for one in apps.get_app_config("cases").get_models() if _name(one) not in NO_COPY]


def _name(model: type[models.Model]) -> str:
    return model.__name__.removeprefix("Historical")


def _table_and_key(model: type[models.Model]) -> list[str]:
    return [model._meta.db_table, model._meta.pk.column]


# --- copies ------------------------------------------------------------------------------------------------


def _copy(
    model: type[models.Model],
    value: Callable[[models.Field], str],
    source: str,
    where: str,
) -> None:
    """Insert the rows of ``where`` once more for each row of ``source``, each column as ``value`` says."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{one.column}"' for one in fields)
    values = ", ".join(value(one) for one in fields)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET session_replication_role = replica")  # no guards and no foreign keys while it is copied
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" AS r, {source} WHERE {where}')
        cursor.execute("SET session_replication_role = DEFAULT")


def _is_key_of(model: type[models.Model], field: models.Field) -> bool:
    """The row's own number; in history also the number of the row it is about."""
    return field.primary_key or (model.__name__.startswith("Historical") and field.name == "id")


def _points_at(field: models.Field, names: Iterable[str]) -> bool:
    return bool(field.is_relation) and _name(field.related_model) in names


# --- back in time ------------------------------------------------------------------------------------------


def _months(months: int) -> None:
    newest = Run.objects.order_by("-benefit_month").values_list("benefit_month", flat=True)[0]
    if Run.objects.filter(benefit_month__lte=newest - TURN - 1).exists():
        return
    turns = (months - 1) // TURN
    first = newest - TURN
    old = {model: _rows_of(model, first, newest) for model in _models() if _name(model) in BY_MONTH}
    for model, where in old.items():
        _copy(model, _earlier(model, TURN), f"generate_series(1, {turns - 1}) AS t", where)
    months_back = -(-months // INCOME_MONTHS)
    _copy(IncomeReport, _earlier(IncomeReport, INCOME_MONTHS), f"generate_series(1, {months_back - 1}) AS t", "true")


def _rows_of(model: type[models.Model], first: Month, newest: Month) -> str:
    """The base's two solved months: by their own month, or through what they hang on."""
    names = {one.name: one for one in model._meta.concrete_fields}
    if "benefit_month" in names:
        return f"r.benefit_month >= {first.index} AND r.benefit_month < {newest.index}"
    for name in ("payment", "task", "decision", "run", "adjustment", "document", "batch"):
        if name in names:
            parent = apps.get_model("cases", _name(names[name].related_model))
            inner = _rows_of(parent, first, newest).replace("r.", "p.")
            return f'r.{name}_id IN (SELECT p.id FROM "{parent._meta.db_table}" p WHERE {inner})'
    if _name(model) == "PaymentBatch":
        return f"r.pay_date < '{newest.first_day}'"
    return "true"


def _earlier(model: type[models.Model], stride: int) -> Callable[[models.Field], str]:
    """Each column ``t`` strides of months earlier; nothing is open any more that far back."""
    name = _name(model)
    closed = {
        ("Task", "state"): "CASE WHEN r.state IN ('open', 'waiting') THEN 'accepted' ELSE r.state END",
        (
            "Task",
            "closed_at",
        ): f"COALESCE(r.closed_at, r.created_at + interval '1 day') - t * interval '{stride} months'",
        ("Process", "state"): "'done'",
        ("Run", "state"): "'closed'",
        ("Run", "closed_at"): f"r.finished_at - t * interval '{stride} months'",
        ("Run", "closed_by"): "r.started_by_id",
        ("Notice", "answered_at"): f"r.created_at - t * interval '{stride} months'",
        ("PaymentBatch", "number"): "r.number + t * 100",
        ("IncomeReport", "key"): "md5(r.key || t)",
        ("Delivery", "message_uuid"): "CASE WHEN r.message_uuid IS NULL THEN NULL ELSE gen_random_uuid() END",
        ("Block", "first_grant"): "r.first_grant",
        ("Decision", "supersedes"): f"r.supersedes - t * {BACK}",
    }

    def value(field: models.Field) -> str:
        column = f'r."{field.column}"'
        special = closed.get((name, field.name)) or EMPTY.get((name, field.name)) or EMPTY_BACK.get((name, field.name))
        if special:
            return special
        if _is_key_of(model, field) or _points_at(field, BY_MONTH):
            return f"{column} - t * {BACK}"
        if isinstance(field, MonthField):
            return f"{column} - t * {stride}"
        if isinstance(field, models.DateField):
            back = f"{column} - t * interval '{stride} months'"
            return back if isinstance(field, models.DateTimeField) else f"({back})::date"
        return column

    return value


# --- to other citizens and municipalities ------------------------------------------------------------------


def _citizens(big: int, small: int, per: int) -> None:
    """``k`` is the group of citizens, ``m`` the pair of municipalities it lives in: the base's own is 0."""
    if Citizen.objects.filter(pk__gte=ASIDE).exists():
        return
    of_cases = _of_cases()
    again = _without_indexes()
    groups = (
        f"(SELECT k, CASE WHEN k < {big} THEN 0 ELSE (k - {big}) / {per} + 1 END AS m "
        f"FROM generate_series(1, {big + small * per - 1}) AS k) AS s"
    )
    places = f"(SELECT m, m AS k FROM generate_series(1, {small}) AS m) AS s"
    for model in sorted(_models(), key=lambda one: one.__name__):
        base = f'r."{model._meta.pk.column}" < {ASIDE}'
        _copy(model, _aside(model, of_cases), groups if model in of_cases else places, base)
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for statement in again:
            cursor.execute(statement)


def _without_indexes() -> list[str]:
    """Drop everything but the primary keys: an index is made in a tenth of the time that it is kept up in. Gives the
    statements that make them again.
    """
    again: list[str] = []
    with connection.cursor() as cursor:
        for model in _models():
            table = model._meta.db_table
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND contype IN ('u', 'f') ORDER BY contype DESC", [table],
            )  # fmt: skip
            for name, definition in cursor.fetchall():
                if definition.startswith("UNIQUE"):
                    again.append(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
                else:
                    again.append(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition} NOT VALID')
                cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
            cursor.execute(
                "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
                "WHERE indrelid = %s::regclass AND NOT indisprimary", [table],
            )  # fmt: skip
            for name, definition in cursor.fetchall():
                again.append(definition)
                cursor.execute(f"DROP INDEX {name}")
    return sorted(again, key=lambda one: "FOREIGN KEY" in one)


def _of_cases() -> set[type[models.Model]]:
    """What hangs on a citizen, at whatever distance; the rest belongs to the municipality once."""
    found: set[type[models.Model]] = {Citizen, Grant, Block}
    while True:
        names = {_name(one) for one in found}
        more = {
            model
            for model in _models()
            if model not in found
            and (_name(model) in names or any(_points_at(field, names) for field in model._meta.concrete_fields))
        }
        if not more:
            return found
        found |= more


def _aside(model: type[models.Model], of_cases: set[type[models.Model]]) -> Callable[[models.Field], str]:
    """The row beside, for another citizen: its keys moved; what must be told apart gets another number."""
    name = _name(model)
    by_group = {_name(one) for one in of_cases}
    by_place = {_name(one) for one in _models()} - by_group
    other = {
        ("Grant", "number"): "split_part(r.number, '-', 1) || '-' || (k * 1000 + split_part(r.number, '-', 2)::int)",
        ("Citizen", "cpr"): "left(r.cpr, 7) || lpad(((right(r.cpr, 3)::int + k * 7) % 1000)::text, 3, '0')",
        ("Municipality", "code"): "(m * 10 + 1000 + right(r.code, 1)::int)::text",
        ("Municipality", "name"): "r.name || ' ' || m",
        ("JobcentreEvent", "external_id"): "r.external_id || '-' || k",
        ("Delivery", "message_uuid"): "CASE WHEN r.message_uuid IS NULL THEN NULL ELSE gen_random_uuid() END",
        **{(one, column): f"r.{column} + k::bigint * {ASIDE}" for one, column in (
            ("Decision", "supersedes"), ("Block", "first_grant"), ("Block", "last_grant"),
            ("Sample", "last_decision"))},
        **{of: f"CASE WHEN m = 0 THEN r.{of[1]} ELSE {empty} END" for of, empty in LETTER.items()},
    }  # fmt: skip

    def value(field: models.Field) -> str:
        column = f'r."{field.column}"'
        if (name, field.name) in other or (name, field.name) in EMPTY:
            return other.get((name, field.name)) or EMPTY[name, field.name]
        if _points_at(field, by_place) or (_is_key_of(model, field) and name in by_place):
            return f"{column} + m::bigint * {ASIDE}"
        if _points_at(field, by_group) or _is_key_of(model, field):
            return f"{column} + k::bigint * {ASIDE}"
        return column

    return value


def _names() -> None:
    """Names of the copies put together anew, so that a search finds as many as in a country."""
    found = list(Citizen.objects.filter(pk__gte=ASIDE).order_by("pk").values_list("pk", "cpr"))
    base = list(Citizen.objects.filter(pk__lt=ASIDE).order_by("pk").values_list("name", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE named (id bigint, name text, search text, sort_key text)")
        with cursor.copy("COPY named FROM STDIN") as rows:
            for at, (key, cpr) in enumerate(found):
                lap, place = divmod(at, len(base))
                name = (
                    f"{base[place].rsplit(' ', 1)[0]} {base[(place + 37 * (lap + 1)) % len(base)].rsplit(' ', 1)[-1]}"
                )
                rows.write_row((key, name, search_text(f"{name} {cpr}"), sort_key(name)))
        cursor.execute(
            "UPDATE cases_citizen c SET name = n.name, search = n.search, sort_key = n.sort_key "
            "FROM named n WHERE n.id = c.id"
        )


def _finish() -> None:
    """Sequences past the copies; statistics and visibility as a database that has lived would have."""
    with connection.cursor() as cursor:
        for model in _models():
            table, key = _table_and_key(model)
            cursor.execute(f'SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT COALESCE(MAX("{key}"), 0) + 1 '
                           f'FROM "{table}"))', [table, key])  # fmt: skip
        cursor.execute("VACUUM (ANALYZE)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=int, default=300)
    parser.add_argument("--big", type=int, default=16)
    parser.add_argument("--small", type=int, default=48)
    parser.add_argument("--per", type=int, default=6)
    parser.add_argument("--years", type=int, default=3)
    given = parser.parse_args()
    main(given.base, given.big, given.small, given.per, given.years)
