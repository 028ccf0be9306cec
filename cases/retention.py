"""The one door out: what has stood its time is deleted in one transaction, under a log row that is never deleted.

The guards let a row out only while such a log row stands open (cases.guards). A seal over a stretch that loses rows
is tested first, and gets a cut: what the stretch is from now on.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils.timezone import localdate

from cases.models import (
    Citizen,
    Municipality,
    RetentionCut,
    RetentionKind,
    RetentionLog,
    Role,
    Seal,
    User,
)
from cases.refused import Refused
from cases.retention_due import Due, Rows, count_of, due, parts, rows_of
from cases.seals import LOCK_WAIT, digest_of, fault_of, sealed_models

AT_ONCE = {RetentionKind.CITIZENS: 100}
OTHERS_AT_ONCE = 20_000
"""Subjects a transaction."""


@dataclass(frozen=True)
class Taken:
    """What a deletion took, or would take: rows by table."""

    kind: RetentionKind
    years: int
    before: date
    subjects: int
    rows: dict[str, int]
    waiting: dict[str, int]


def try_out(municipality: Municipality, as_of: date) -> Iterator[Taken]:
    """What a deletion would take on the day, kind by kind. Writes nothing.

    What one kind takes may set another free: citizens that wait for files are counted as waiting.
    """
    for kind in RetentionKind:
        if found := due(municipality, kind, as_of):
            rows: dict[str, int] = {}
            for part in _portions(found):
                for table, count in count_of(rows_of(found, part)).items():
                    rows[table] = rows.get(table, 0) + count
            yield Taken(kind, found.period.years, found.before, len(found.subjects), rows, found.waiting)


def apply(municipality: Municipality, as_of: date, user: User, now: datetime) -> list[RetentionLog]:
    """Delete what is due, kind by kind. Each portion is whole or not at all; safe to start again.

    Refused for a day that is still to come, and for a user who may not decide it.
    """
    if as_of > localdate(now):
        raise Refused("Datoen ligger i fremtiden. Prøv den med --dry-run.")
    if municipality.pk not in user.municipality_ids(Role.COORDINATOR, Role.ADMINISTRATOR):
        raise Refused(f"{user} er ikke fagkoordinator eller administrator i {municipality}.")
    logs = []
    for kind in RetentionKind:
        if found := due(municipality, kind, as_of):
            logs += [_delete(found, part, user, now) for part in _portions(found)]
    return logs


def _portions(found: Due) -> Iterator[tuple[int, ...]]:
    size = AT_ONCE.get(RetentionKind(found.period.kind), OTHERS_AT_ONCE)
    return (found.subjects[at : at + size] for at in range(0, len(found.subjects), size))


def _delete(found: Due, subjects: tuple[int, ...], user: User, now: datetime) -> RetentionLog:
    with transaction.atomic():
        if found.period.kind == RetentionKind.CITIZENS:
            list(Citizen.objects.select_for_update().filter(pk__in=subjects))
        rows = rows_of(found, subjects)
        stretches = list(_touched(rows))
        for seal, model, _ in stretches:
            if fault := fault_of(seal, model):
                raise Refused(f"{fault}. Intet er slettet: undersøg det først.")
        log = RetentionLog.objects.create(
            municipality=found.period.municipality,
            kind=found.period.kind,
            years=found.period.years,
            reason=found.period.reason,
            before=found.before,
            subjects=len(subjects),
            rows=count_of(rows),
            sha256=_digest(rows),
            made_at=now,
            made_by=user,
        )
        for model, ids in rows.items():
            _take_out(model, ids)
        _cut(log, stretches)
        models.QuerySet(RetentionLog).filter(pk=log.pk).update(closed_at=now)
    log.closed_at = now
    return log


def _digest(rows: Rows) -> str:
    """Of all that goes, table by table, row by row."""
    result = hashlib.sha256()
    for model, ids in sorted(rows.items(), key=lambda item: item[0]._meta.db_table):
        for part in parts(ids):
            found = digest_of(model, model._base_manager.filter(pk__in=part), "")
            result.update(f"{model._meta.db_table} {found}\n".encode())
    return result.hexdigest()


def _take_out(model: Any, ids: set[int]) -> None:
    """Past the ORM's own refusal, through the database's door. Every row, or the whole transaction is taken back."""
    for part in parts(ids):
        gone = model._base_manager.filter(pk__in=part)._raw_delete(using="default")
        if gone != len(part):
            raise Refused(f"{model._meta.verbose_name_plural} blev ændret imens. Intet er slettet: prøv igen.")


# --- the seals -------------------------------------------------------------------------------------------------------


def _touched(rows: Rows) -> Iterator[tuple[Seal, Any, int]]:
    """The sealed stretches that lose rows: the seal, its table's model, and how many rows it loses."""
    sealed = set(sealed_models())
    for model, ids in rows.items():
        if model not in sealed:
            continue
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
                cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')
        ordered = sorted(ids)
        seals = Seal.objects.filter(table=model._meta.db_table, last_id__gte=ordered[0], first_id__lte=ordered[-1])
        for seal in seals.prefetch_related("cuts").order_by("first_id"):
            removed = bisect_right(ordered, seal.last_id) - bisect_left(ordered, seal.first_id)
            if removed:
                yield seal, model, removed


def _cut(log: RetentionLog, stretches: list[tuple[Seal, Any, int]]) -> None:
    for seal, model, removed in stretches:
        left = model._base_manager.filter(pk__range=(seal.first_id, seal.last_id))
        RetentionCut.objects.create(
            log=log, seal=seal, removed=removed, left=left.count(), sha256=digest_of(model, left, seal.before)
        )
