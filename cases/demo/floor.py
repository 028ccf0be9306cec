"""The floor of the writing: the same rows once more, through plain COPY (SQLite: executemany), into bare tables."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from django.db import connection, models, transaction

TIMES = 3


def floor_seconds(written: Sequence[type[models.Model]]) -> float:
    """Seconds to write all rows of the models again, one connection, the median of three.

    Into new logged tables with the same columns and only the primary key.
    """
    seconds = [0.0] * TIMES
    for model in written:
        once = _copy if connection.vendor == "postgresql" else _executemany
        for turn in range(TIMES):
            seconds[turn] += once(model._meta.db_table, model._meta.pk.column)
    return statistics.median(seconds)


def _copy(table: str, key: str) -> float:
    with connection.cursor() as cursor:
        with cursor.copy(f'COPY "{table}" TO STDOUT') as out:
            data = [bytes(part) for part in out]
        cursor.execute(f'CREATE TABLE flekslon_floor (LIKE "{table}", PRIMARY KEY ("{key}"))')
        begun = time.perf_counter()
        with transaction.atomic(), cursor.copy("COPY flekslon_floor FROM STDIN") as into:
            for part in data:
                into.write(part)
        seconds = time.perf_counter() - begun
        cursor.execute("DROP TABLE flekslon_floor")
    return seconds


def _executemany(table: str, key: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
        columns = ", ".join(f'"{name}" PRIMARY KEY' if name == key else f'"{name}"' for name in names)
        cursor.execute(f"CREATE TABLE flekslon_floor ({columns})")
        marks = ", ".join(["%s"] * len(names))
        begun = time.perf_counter()
        with transaction.atomic():
            cursor.executemany(f"INSERT INTO flekslon_floor VALUES ({marks})", rows)
        seconds = time.perf_counter() - begun
        cursor.execute("DROP TABLE flekslon_floor")
    return seconds
