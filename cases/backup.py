"""A copy of the database while it is in use. SQLite here; PostgreSQL has pg_dump (the README's chapter on backup)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import DatabaseError, connection

from cases.refused import Refused

PG_DUMP = "PostgreSQL kopieres med pg_dump --format=custom. Kommandoerne står i README under Backup og gendannelse."


def backup(target: Path) -> int:
    """Write a whole copy to a new file that only its owner may read, as the database was when it began. Its bytes.

    Readers and writers go on meanwhile: SQLite makes the copy from one snapshot. Refused when the file is there.
    """
    if connection.vendor != "sqlite":
        raise Refused(PG_DUMP)
    if target.exists():
        raise Refused(f"{target} findes allerede. Vælg et nyt navn.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise Refused(f"{target} kan ikke skrives: {error.strerror}.") from None
    try:
        _copy(target)
    except (sqlite3.Error, DatabaseError) as error:
        target.unlink()
        raise Refused(f"Kopien kunne ikke laves: {error}.") from None
    return target.stat().st_size


def _copy(target: Path) -> None:
    """One statement, so one snapshot; then read back from end to end. Not inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    with closing(sqlite3.connect(target)) as copy:
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
