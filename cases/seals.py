"""Seals over the tables that only grow: a hash of each stretch of rows, so that a row changed, taken out or put in
behind the program's back is found, whichever table it is in. Made every night, after the other checks have passed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.db import OperationalError, connection, models, transaction

from cases.guards import guarded_models
from cases.models import Seal

STRETCH = 5_000
LOCK_WAIT = "5s"


def sealed_models() -> list[Any]:
    """Every guarded table but the seals, which are chained to each other instead."""
    return [model for model in guarded_models() if model is not Seal]


def seal(now: datetime) -> int:
    """Seal what has come since the last time. Gives the number of rows; a table that is being written waits a night."""
    count = 0
    for model in sealed_models():
        try:
            with transaction.atomic():
                _hold(model)
                count += sum(one.rows for one in _seal_table(model, now))
        except OperationalError:
            if connection.vendor != "postgresql":
                raise
    return count


def _hold(model: Any) -> None:
    """No writer in the middle of its ids: SQLite has one writer at a time, PostgreSQL is asked for the table."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE MODE')


def _seal_table(model: Any, now: datetime) -> Iterator[Seal]:
    table = model._meta.db_table
    last = Seal.objects.filter(table=table).order_by("-last_id").first()
    at, before = (last.last_id, last.sha256) if last else (0, "")
    while ids := list(_ids(model).filter(pk__gt=at)[:STRETCH]):
        sha256 = digest_of(model, model._base_manager.filter(pk__range=(ids[0], ids[-1])), before)
        yield Seal.objects.create(
            table=table, first_id=ids[0], last_id=ids[-1], rows=len(ids), before=before, sha256=sha256, sealed_at=now
        )
        at, before = ids[-1], sha256


def broken_seals() -> Iterator[str]:
    """A line for each stretch that is not what was sealed, and for each break in the chain of seals."""
    names = {model._meta.db_table: model for model in sealed_models()}
    before: dict[str, str] = {}
    for one in Seal.objects.order_by("table", "first_id").prefetch_related("cuts"):
        model = names.get(one.table)
        if model is None:
            yield f"{one}: tabellen findes ikke længere"
        elif one.before != before.get(one.table, ""):
            yield f"{one}: et segl før det mangler eller er ændret"
        elif fault := fault_of(one, model):
            yield fault
        before[one.table] = one.sha256


def fault_of(seal: Seal, model: Any) -> str:
    """What is wrong with a sealed stretch; "" when it is as it was sealed, less what the retention has taken."""
    cuts = sorted(seal.cuts.all(), key=lambda one: one.pk)
    rows, sha256 = (cuts[-1].left, cuts[-1].sha256) if cuts else (seal.rows, seal.sha256)
    stretch = model._base_manager.filter(pk__range=(seal.first_id, seal.last_id))
    if rows + sum(one.removed for one in cuts) != seal.rows or stretch.count() != rows:
        return f"{seal}: der er kommet eller forsvundet rækker, siden de blev forseglet"
    if digest_of(model, stretch, seal.before) != sha256:
        return f"{seal}: en række er ændret, siden den blev forseglet"
    return ""


def _ids(model: Any) -> models.QuerySet:
    return model._base_manager.order_by("pk").values_list("pk", flat=True)


def digest_of(model: Any, rows: models.QuerySet, before: str) -> str:
    """Of all columns that may not move, in the order of the ids. The same on both engines."""
    movable = getattr(model, "movable", ())
    names = sorted(field.attname for field in model._meta.concrete_fields if field.name not in movable)
    result = hashlib.sha256(f"{before} {' '.join(names)}".encode())
    for row in rows.order_by("pk").values_list(*names).iterator(200):
        result.update(json.dumps(row, sort_keys=True, default=_text).encode())
    return result.hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview | bytearray):
        return hashlib.sha256(bytes(value)).hexdigest()
    return str(value)
