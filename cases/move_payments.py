"""The one door through which a payment's status moves: forward only, in bulk, with an event for each move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models

from cases.models import Municipality, Payment, PaymentEvent, PaymentLine, User
from cases.models.payment import MOVES
from cases.write_many import write_many

IDS_AT_ONCE = 1000


@dataclass(frozen=True)
class Signed:
    """Who moves, when, and why."""

    user: User
    now: datetime
    note: str


def hold_lock(municipality_id: int) -> None:
    """One at a time prepares, releases or reads answers in a municipality. Must run inside a transaction.

    NO KEY UPDATE, so that a run may write decisions of the municipality meanwhile.
    """
    Municipality.objects.select_for_update(no_key=True).get(id=municipality_id)


def move(payments: models.QuerySet, to: str, signed: Signed, **columns: Any) -> list[int]:
    """Move those of the payments that may go there; the others stay. ``columns``: batch and pay_date that follow.

    Must run inside a transaction and under ``hold_lock``. The ids that were moved.
    """
    ids = list(payments.filter(status__in=MOVES[to]).order_by("id").values_list("id", flat=True))
    set_columns(ids, status=to, **columns)
    write_many(
        [
            PaymentEvent(payment_id=id_, status=to, happened_at=signed.now, by=signed.user, note=signed.note[:300])
            for id_ in ids
        ]
    )
    return ids


def set_columns(ids: Sequence[int], **columns: Any) -> None:
    """Write movable columns of these payments. The database refuses every other column."""
    for part in parts(ids):
        models.QuerySet(Payment).filter(id__in=part).update(**columns)


def parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """A few at a time: databases have a limit on how many values a query names."""
    return (ids[at : at + IDS_AT_ONCE] for at in range(0, len(ids), IDS_AT_ONCE))


def insert_payment(payment: Payment, amounts: Mapping[str, Decimal], signed: Signed) -> Payment:
    """A new approved payment with its lines (kroner by kind) and its first event. Must run inside a transaction."""
    payment.save(force_insert=True)
    write_many([PaymentLine(payment=payment, kind=kind, amount=amount) for kind, amount in amounts.items()])
    PaymentEvent.objects.create(
        payment=payment, status=payment.status, happened_at=signed.now, by=signed.user, note=signed.note[:300]
    )
    return payment
