"""Which benefit months a table has rows of, found by leaping through its index: a step a month, not a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from rules.months import Month

LEAPS = """
WITH RECURSIVE found (month) AS (
    SELECT MAX(benefit_month) FROM {table} WHERE municipality_id = %(owner)s
    UNION ALL
    SELECT (SELECT MAX(benefit_month) FROM {table} WHERE municipality_id = %(owner)s AND benefit_month < found.month)
    FROM found WHERE found.month IS NOT NULL
)
SELECT month FROM found WHERE month IS NOT NULL
"""


def months_there(model: Any, municipalities: Iterable[int], most: int | None = None) -> list[Month]:
    """The months, the newest first. One query for each municipality; the model has an index on both columns."""
    found: set[int] = set()
    query = LEAPS.format(table=model._meta.db_table)
    with connection.cursor() as cursor:
        for owner in municipalities:
            cursor.execute(query if most is None else f"{query} LIMIT {int(most)}", {"owner": owner})
            found.update(month for (month,) in cursor.fetchall())
    return [Month.from_index(month) for month in sorted(found, reverse=True)[:most]]
