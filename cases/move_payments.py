"""The one door through which a payment's status moves: forward only, in bulk, with an event for each move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models

from cases.models import Municipality, Payment, PaymentEvent, PaymentLine, User
from cases.models.payment import MOVES
from cases.write_many import write_values


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
    write_events(ids, to, signed)
    return ids


def write_events(ids: Sequence[int], to: str, signed: Signed) -> None:
    """An event for each of the payments that now have the status. Must run inside a transaction."""
    names = ("payment_id", "status", "happened_at", "by_id", "note")
    same = (str(to), signed.now, signed.user.pk, signed.note[:300])
    write_values(PaymentEvent, names, [(id_, *same) for id_ in ids])


def set_columns(ids: Sequence[int], **columns: Any) -> None:
    """Write movable columns of these payments. The database refuses every other column."""
    models.QuerySet(Payment).filter(id__any_of=ids).update(**columns)


def write_lines(lines: Sequence[tuple[int, str, Decimal]]) -> None:
    """The payments' lines: payment, kind, and kroner. Must run inside a transaction."""
    write_values(PaymentLine, ("payment_id", "kind", "amount"), lines)


def insert_payment(payment: Payment, amounts: Mapping[str, Decimal], signed: Signed) -> Payment:
    """A new approved payment with its lines (kroner by kind) and its first event. Must run inside a transaction."""
    payment.save(force_insert=True)
    write_lines([(payment.pk, kind, amount) for kind, amount in amounts.items()])
    write_events([payment.pk], payment.status, signed)
    return payment
