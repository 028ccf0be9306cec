"""The items of the control reports: one "Indtægter" item per citizen and month, counted by the database.

An item waits while one of the citizen's income tasks of the month is open. Else it is credited to who closed the last
of them, or, without a task, to who made the decision in force: the system, or a person when a person made one of them.
An item with neither has lapsed (a task that fell away with the grant). Kroner: the proposal of a task that waits, the
subsidy of a decision in force that pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from cases.models import Decision, Grant, Municipality, Task, User
from rules.months import Month

OERE = 100


@dataclass(frozen=True)
class ItemGroup:
    """How many items of a month stand alike, and their kroner. ``who``: the user's id, None when it waits or lapsed."""

    month: Month
    waits: bool
    who: int | None
    count: int
    kroner: Decimal


ITEMS = f"""
WITH decided AS (
    SELECT d.grant_id, d.benefit_month, d.outcome, d.subsidy, d.decided_by_id
    FROM {Decision._meta.db_table} d
    WHERE d.municipality_id = %(owner)s AND d.benefit_month BETWEEN %(first)s AND %(last)s AND NOT EXISTS (
        SELECT 1 FROM {Decision._meta.db_table} later
        WHERE later.grant_id = d.grant_id AND later.benefit_month = d.benefit_month AND later.sequence > d.sequence)
), asked AS (
    SELECT t.id, t.grant_id, g.citizen_id, t.benefit_month, t.proposed, t.closed_by_id, t.closed_at,
        CASE WHEN t.state IN ('open', 'waiting') THEN 1 ELSE 0 END AS is_open
    FROM {Task._meta.db_table} t JOIN {Grant._meta.db_table} g ON g.id = t.grant_id
    WHERE t.municipality_id = %(owner)s AND t.benefit_month BETWEEN %(first)s AND %(last)s
        AND t.kind = 'income' AND t.state <> 'replaced'
), closings AS (
    SELECT grant_id, benefit_month, closed_by_id, ROW_NUMBER() OVER (
        PARTITION BY citizen_id, benefit_month ORDER BY closed_at DESC, id DESC) AS place
    FROM asked WHERE is_open = 0
), parts AS (
    SELECT grant_id, benefit_month, 1 AS waits, COALESCE(proposed, 0) AS kroner, CAST(NULL AS bigint) AS closer,
        CAST(NULL AS bigint) AS person, 0 AS by_system
    FROM asked WHERE is_open = 1
    UNION ALL
    SELECT grant_id, benefit_month, 0, 0, closed_by_id, CAST(NULL AS bigint), 0 FROM closings WHERE place = 1
    UNION ALL
    SELECT d.grant_id, d.benefit_month, 0,
        CASE WHEN d.outcome = 'paid' AND a.id IS NULL THEN d.subsidy ELSE 0 END, CAST(NULL AS bigint),
        CASE WHEN d.outcome = 'paid' AND d.decided_by_id <> %(system)s THEN d.decided_by_id END,
        CASE WHEN d.outcome = 'paid' AND d.decided_by_id = %(system)s THEN 1 ELSE 0 END
    FROM decided d
    LEFT JOIN asked a ON a.grant_id = d.grant_id AND a.benefit_month = d.benefit_month AND a.is_open = 1
), gathered AS (
    SELECT g.citizen_id, p.benefit_month, MAX(p.waits) AS waits, SUM(p.kroner) AS kroner, MAX(p.closer) AS closer,
        MAX(p.person) AS person, MAX(p.by_system) AS by_system
    FROM parts p JOIN {Grant._meta.db_table} g ON g.id = p.grant_id
    GROUP BY g.citizen_id, p.benefit_month
), items AS (
    SELECT citizen_id, benefit_month, waits, kroner, CASE WHEN waits = 1 THEN NULL
        WHEN closer IS NOT NULL THEN closer WHEN person IS NOT NULL THEN person
        WHEN by_system = 1 THEN CAST(%(system)s AS bigint) END AS who
    FROM gathered
)
"""
"""Common table expressions that end in ``items``: (citizen_id, benefit_month, waits, kroner in øre, who)."""


def fetched(
    query: str, municipality: Municipality, first: Month, last: Month, *, hashed: bool = False, **more: object
) -> list[tuple]:
    """The rows of a query that begins with ITEMS.

    ``hashed``: PostgreSQL takes the items for a handful and would look each up among all jobs, one by one (14 s for
    20,000 citizens' month instead of 0.25 s): it is kept from that.
    """
    values = {
        "owner": municipality.pk,
        "first": first.index,
        "last": last.index,
        "system": User.objects.system().pk,
        **more,
    }
    if not (hashed and connection.vendor == "postgresql"):
        return _rows(query, values)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        found = _rows(query, values)
        cursor.execute("SET LOCAL enable_nestloop = on")
    return found


def _rows(query: str, values: dict[str, object]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
