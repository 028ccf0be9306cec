"""Guards in the database on the tables that only grow: UPDATE and DELETE are refused, TRUNCATE too on PostgreSQL.

Installed after every migrate, not by a migration: on SQLite an AlterField drops triggers in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models


def guarded_models() -> list[type[models.Model]]:
    """Every append-only model, and every history table."""
    own = [model for model in apps.get_app_config("cases").get_models() if getattr(model, "guarded", False)]
    history = [model for model in apps.get_app_config("cases").get_models() if model.__name__.startswith("Historical")]
    return own + history


def install_guards(**_: Any) -> None:
    """Make every guard anew. Does nothing for a table that does not exist yet."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for model in guarded_models():
            if model._meta.db_table in tables:
                for statement in _statements(model):
                    cursor.execute(statement)


def missing_guards() -> list[str]:
    """Guarded tables without all their guards: what the consistency check lists."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        found = {row[0] for row in cursor.fetchall()}
    return [m._meta.db_table for m in guarded_models() if not {name for name, _ in _names(m)} <= found]


@contextmanager
def guards_lifted() -> Iterator[None]:
    """Only around the flush between tests: production has no way through here."""
    with connection.cursor() as cursor:
        for model in guarded_models():
            for name, _ in _names(model):
                table = f" ON {model._meta.db_table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")
    try:
        yield
    finally:
        install_guards()


def _names(model: type[models.Model]) -> list[tuple[str, str]]:
    table = model._meta.db_table
    events = ["update", "delete"] + (["truncate"] if connection.vendor == "postgresql" else [])
    return [(f"guard_{event}_{table}"[:63], event) for event in events]


def _fixed_columns(model: type[models.Model]) -> list[str] | None:
    """The columns that may never change; None means all of them."""
    movable = getattr(model, "movable", ())
    if not movable:
        return None
    return [field.column for field in model._meta.concrete_fields if field.name not in movable]


def _statements(model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    columns = _fixed_columns(model)
    of = f" OF {', '.join(columns)}" if columns else ""
    for name, event in _names(model):
        if connection.vendor == "postgresql":
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
            when = f"{event.upper()}{of if event == 'update' else ''}"
            level = "STATEMENT" if event == "truncate" else "ROW"
            yield (
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION flekslon_past_is_fixed()"
            )
        else:
            yield f"DROP TRIGGER IF EXISTS {name}"
            when = f"{event.upper()}{of if event == 'update' else ''}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'Fortiden kan ikke ændres: {table}'); END"
            )


_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION flekslon_past_is_fixed() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'Fortiden kan ikke ændres: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END;
$$ LANGUAGE plpgsql
"""
