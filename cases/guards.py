"""Guards in the database on the tables that only grow: UPDATE and DELETE are refused, TRUNCATE too on PostgreSQL.

A movable column moves as its model says (``movable``), and the database checks it. On SQLite an INSERT that would
replace a row is refused as well: REPLACE fires no delete trigger. On PostgreSQL the triggers fire ALWAYS, also for a
session_replication_role of replica. DELETE has one door: an open row of the retention's log (cases.retention).

Installed after every migrate, not by a migration: on SQLite an AlterField drops triggers in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from cases.models.base import Along, While

ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32
"""The bits of PostgreSQL's pg_trigger.tgtype."""
EVENTS = {"update": ROW | BEFORE | UPDATE, "delete": ROW | BEFORE | DELETE, "truncate": BEFORE | TRUNCATE}
DOOR = "cases_retentionlog"
FIXED, BY_THE_DOOR = "flekslon_past_is_fixed", "flekslon_past_leaves_by_the_door"


@dataclass(frozen=True)
class Guard:
    """One trigger: on PostgreSQL it calls ``function``, on SQLite it is ``sql`` itself."""

    name: str
    table: str
    event: str
    function: str = ""
    sql: str = ""


def guarded_models() -> list[type[models.Model]]:
    """Every append-only model, and every history table."""
    own = [model for model in apps.get_app_config("cases").get_models() if getattr(model, "guarded", False)]
    history = [model for model in apps.get_app_config("cases").get_models() if model.__name__.startswith("Historical")]
    return own + history


def install_guards(**_: Any) -> None:
    """Make every guard anew. Does nothing for a table that does not exist yet."""
    tables = set(connection.introspection.table_names())
    is_postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_postgres and connection.in_atomic_block:  # a table with checks in waiting cannot be altered
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in guarded_models():
            if model._meta.db_table in tables:
                for statement in _postgres(model) if is_postgres else _sqlite(model):
                    cursor.execute(statement)


def missing_guards() -> list[str]:
    """Tables with a guard that is gone, switched off or not as it was made, or with a trigger that is not ours."""
    found = _found_in_postgres() if connection.vendor == "postgresql" else _found_in_sqlite()
    expected = {model._meta.db_table: set(_guards(model)) for model in guarded_models()}
    return [table for table, guards in expected.items() if found.get(table, set()) != guards]


@contextmanager
def guards_lifted() -> Iterator[None]:
    """Only around the flush between tests: production has no way through here."""
    with connection.cursor() as cursor:
        for model in guarded_models():
            for guard in _guards(model):
                table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{table}")
    try:
        yield
    finally:
        install_guards()


def _guards(model: type[models.Model]) -> Iterator[Guard]:
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        functions = {"update": _forward(model)[0], "delete": _leaving(model)[0], "truncate": FIXED}
        for event, function in functions.items():
            yield Guard(_name(event, table), table, event, function=function)
        return
    door = "" if _kept(model) else f" WHEN NOT EXISTS (SELECT 1 FROM {DOOR} WHERE closed_at IS NULL)"
    wrong = _wrong_move(model)
    conditions = {"update": f" WHEN {wrong}" if wrong else "", "delete": door, "insert": f" WHEN {_stands(model)}"}
    for event, when in conditions.items():
        name = _name(event, table)
        yield Guard(
            name, table, event,
            sql=f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} FOR EACH ROW{when} "
            f"BEGIN SELECT RAISE(ABORT, 'Fortiden kan ikke ændres: {table}'); END",
        )  # fmt: skip


def _name(event: str, table: str) -> str:
    return f"guard_{event}_{table}"[:63]


def _kept(model: type[models.Model]) -> bool:
    return bool(getattr(model, "kept_for_ever", False))


# --- what may move ---------------------------------------------------------------------------------------------------


def _wrong_move(model: type[models.Model]) -> str:
    """The SQL condition on OLD and NEW for a change that is refused; "" when every change is."""
    movable = getattr(model, "movable", None) or {}
    if not movable:
        return ""
    fixed = [field.column for field in model._meta.concrete_fields if field.name not in movable]
    wrong = [_changed(column) for column in fixed]
    for name, how in movable.items():
        column = model._meta.get_field(name).column
        wrong.append(f"({_changed(column)} AND NOT ({_allowed(column, how)}))")
    return " OR ".join(wrong)


def _changed(column: str) -> str:
    apart = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    return f'OLD."{column}" {apart} NEW."{column}"'


def _allowed(column: str, how: Any) -> str:
    if isinstance(how, While):
        return f'OLD."{how.column}" IN ({_texts(how.values)})'
    if isinstance(how, Along):
        steps = (
            f"""(NEW."{column}" = '{to!s}' AND OLD."{column}" IN ({_texts(before)}))"""
            for to, before in how.moves.items()
        )
        return " OR ".join(steps)
    return f'OLD."{column}" IS NULL'


def _texts(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value!s}'" for value in values)


def _stands(model: type[models.Model]) -> str:
    """The SQL condition for an insert that would take a standing row's place: its key, or one of its unique sets."""
    sets = [(field.column,) for field in model._meta.concrete_fields if field.unique]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None:
            sets.append(tuple(model._meta.get_field(name).column for name in constraint.fields))
    same = (" AND ".join(f'"{column}" = NEW."{column}"' for column in columns) for columns in sets)
    return " OR ".join(f"EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE {one})" for one in same)


# --- SQLite ----------------------------------------------------------------------------------------------------------


def _sqlite(model: type[models.Model]) -> Iterator[str]:
    for guard in _guards(model):
        yield f"DROP TRIGGER IF EXISTS {guard.name}"
        yield guard.sql


def _found_in_sqlite() -> dict[str, set[Guard]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        rows = cursor.fetchall()
    found: dict[str, set[Guard]] = {}
    for name, table, sql in rows:
        event = next((one for one in ("update", "delete", "insert") if name == _name(one, table)), "")
        found.setdefault(table, set()).add(Guard(name, table, event, sql=sql))
    return found


# --- PostgreSQL ------------------------------------------------------------------------------------------------------

_REFUSE = (
    "RAISE EXCEPTION 'Fortiden kan ikke ændres: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
)
_DOOR = (
    f"EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.{DOOR} WHERE closed_at IS NULL)', TG_TABLE_SCHEMA) INTO is_open; "
    "IF is_open THEN RETURN OLD; END IF;"
)


def _forward(model: type[models.Model]) -> tuple[str, str]:
    """The function that an update calls, and its body."""
    wrong = _wrong_move(model)
    if not wrong:
        return FIXED, f"BEGIN {_REFUSE} END;"
    return f"flekslon_forward_{model._meta.db_table}", f"BEGIN IF {wrong} THEN {_REFUSE} END IF; RETURN NEW; END;"


def _leaving(model: type[models.Model]) -> tuple[str, str]:
    """The function that a delete calls, and its body. The door's table is named with its schema: a session may put
    tables of its own before ours.
    """
    if _kept(model):
        return FIXED, f"BEGIN {_REFUSE} END;"
    return BY_THE_DOOR, f"DECLARE is_open boolean; BEGIN {_DOOR} {_REFUSE} END;"


def _postgres(model: type[models.Model]) -> Iterator[str]:
    functions = dict([_forward(model), _leaving(model), (FIXED, f"BEGIN {_REFUSE} END;")])
    for name, body in functions.items():
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog "
            f"AS $guard${body}$guard$"
        )
    for guard in _guards(model):
        level = "STATEMENT" if guard.event == "truncate" else "ROW"
        yield f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}"
        yield (
            f"CREATE TRIGGER {guard.name} BEFORE {guard.event.upper()} ON {guard.table} "
            f"FOR EACH {level} EXECUTE FUNCTION {guard.function}()"
        )
        yield f"ALTER TABLE {guard.table} ENABLE ALWAYS TRIGGER {guard.name}"


def _found_in_postgres() -> dict[str, set[Guard]]:
    """The triggers of our tables. One that is off, has a condition, or calls a changed function is no guard of ours."""
    bodies = {FIXED: f"BEGIN {_REFUSE} END;"}
    for model in guarded_models():
        bodies |= dict([_forward(model), _leaving(model)])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr::text = '', "
            "p.proname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
        )
        rows = cursor.fetchall()
    found: dict[str, set[Guard]] = {}
    for name, table, kind, is_on, function, body in rows:
        event = next((one for one, bits in EVENTS.items() if bits == kind), "")
        sound = is_on and bodies.get(function) == body
        found.setdefault(table, set()).add(Guard(name, table, event if sound else "", function=function))
    return found
