"""Issue the specifications of a released batch: everything they say is frozen once, then drawn and sent.

A block of payments is frozen in one transaction under a lock on the batch; a killed worker leaves a block whole or
untouched, and starting again goes on with what is missing. Drawing is ``draw_letters``, sending ``send_post``.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate
from django_q.tasks import async_task

from cases.broker import LATER
from cases.models import (
    Delivery,
    DeliveryState,
    IssuedDocument,
    Payment,
    PaymentBatch,
    PaymentStatus,
    User,
)
from cases.refused import Refused
from cases.specification import TEMPLATE_VERSION, as_text, context_for, frozen
from cases.specification_known import Known, known_for
from cases.write_many import reserve_ids, write_many, write_many_with_history
from rules.frozen import digest

BLOCK = 25
"""Letters of a block: a second or two to draw, so that a run never waits long for workers that draw."""

LOOKED_BACK = timedelta(days=60)
LET_GO = (PaymentStatus.RELEASED, PaymentStatus.POSTED, PaymentStatus.FAILED, PaymentStatus.REVERSED)


def issue(batch: PaymentBatch, user: User, now: datetime) -> int:
    """Hand the batch's letters to the background worker, in blocks; how many are not issued yet.

    Taken up when this transaction commits; the letters bear the day of ``now``. Safe to call again: what is issued,
    drawn or sent is left.
    """
    with transaction.atomic():
        ids = list(without_letter(batch).order_by("id").values_list("id", flat=True))
        for first, last in blocks_of(ids):
            async_task(
                "cases.letter_jobs.issue_block",
                batch.pk,
                user.pk,
                first,
                last,
                now.isoformat(),
                group=f"letters-{batch.pk}",
                cluster=LATER,
            )
        undrawn = IssuedDocument.objects.filter(payment__batch=batch, file__isnull=True).order_by("id")
        for first, last in blocks_of(list(undrawn.values_list("id", flat=True))):
            async_task("cases.letter_jobs.draw_letters", first, last, group=f"letters-{batch.pk}", cluster=LATER)
    return len(ids)


def without_letter(batch: PaymentBatch) -> QuerySet[Payment]:
    """Payments let go in the batch that have no letter yet. A reversal has no letter of this kind."""
    return Payment.objects.filter(batch=batch, status__in=LET_GO, decision__isnull=False, specification__isnull=True)


def blocks_of(ids: Sequence[int], size: int = BLOCK) -> list[tuple[int, int]]:
    """First and last id of each block."""
    parts = [ids[at : at + size] for at in range(0, len(ids), size)]
    return [(part[0], part[-1]) for part in parts]


def issue_block(batch_id: int, user: User, now: datetime, first: int, last: int) -> list[int]:
    """Freeze the letters of the payments in the id range that have none; ids of the documents made.

    Refused when the batch is not released. Ten queries however many letters.
    """
    with transaction.atomic():
        batch = PaymentBatch.objects.select_for_update().get(pk=batch_id)
        if batch.released_at is None:
            raise Refused("Breve udstedes først, når udbetalingslisten er frigivet.")
        payments = list(
            without_letter(batch)
            .filter(id__gte=first, id__lte=last)
            .select_related("decision__decided_by", "decision__municipality", "decision__grant__citizen")
            .order_by("id")
        )
        known = known_for([one.decision for one in payments], payments)
        ids = reserve_ids(IssuedDocument, len(payments)) if payments else []
        documents = [_document(*pair, known, user, now) for pair in zip(payments, ids, strict=True)]
        save_documents(documents, user, now)
    return ids


def _document(payment: Payment, id_: int, known: Known, user: User, now: datetime) -> IssuedDocument:
    context = replace(context_for(payment, draft=False, known=known), written=localdate(now))
    values = frozen(context)
    return IssuedDocument(
        id=id_,
        municipality_id=payment.municipality_id,
        citizen_id=payment.citizen_id,
        payment=payment,
        title=context.title,
        context=values,
        text=as_text(context),
        sha256=digest(values),
        template_version=TEMPLATE_VERSION,
        issued_at=now,
        issued_by=user,
    )


def save_documents(
    documents: Sequence[IssuedDocument], user: User, now: datetime, state: str = DeliveryState.WAITING, why: str = ""
) -> None:
    """Write documents, each with its row in the outbox. Must run inside a transaction."""
    write_many(documents)
    deliveries = [Delivery(document=one, state=state, message_uuid=uuid.uuid4(), error=why) for one in documents]
    write_many_with_history(deliveries, user=user, reason="Brevet er udstedt", now=now)


@dataclass(frozen=True)
class LeftBehind:
    """What should have been done by the worker long ago."""

    batches: list[PaymentBatch]
    blocks: list[tuple[int, int]]


def left_behind(before: datetime) -> LeftBehind:
    """Batches released before the time with payments that have no letter, and undrawn documents, as id ranges."""
    waiting = Payment.objects.filter(
        batch__released_at__range=(before - LOOKED_BACK, before),
        status__in=LET_GO,
        decision__isnull=False,
        specification__isnull=True,
    )
    undrawn = Delivery.objects.filter(
        state__in=(DeliveryState.WAITING, DeliveryState.ON_PAPER),
        document__issued_at__lt=before,
        document__file__isnull=True,
    )
    batches = PaymentBatch.objects.filter(pk__in=waiting.values("batch_id")).select_related("released_by")
    return LeftBehind(list(batches), blocks_of(sorted(undrawn.values_list("document_id", flat=True))))


@dataclass(frozen=True)
class LettersProgress:
    """How far a batch's letters are. ``on_paper`` and ``trouble`` wait for a person."""

    total: int
    issued: int
    drawn: int
    sent: int
    on_paper: int
    trouble: int

    @property
    def share(self) -> int:
        """How much of issuing and drawing is done, whole percent: each letter counts in both."""
        return 100 * (self.issued + self.drawn) // (2 * self.total) if self.total else 100

    @property
    def is_done(self) -> bool:
        return self.drawn == self.total


def progress(batch: PaymentBatch) -> LettersProgress:
    """Two queries, however many letters."""
    total = Payment.objects.filter(batch=batch, status__in=LET_GO, decision__isnull=False).count()
    trouble = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
    counted = IssuedDocument.objects.filter(payment__batch=batch).aggregate(
        issued=Count("id"),
        drawn=Count("file"),
        sent=Count("id", filter=Q(delivery__state__in=(DeliveryState.SENT, DeliveryState.PRINTED))),
        on_paper=Count("id", filter=Q(delivery__state=DeliveryState.ON_PAPER)),
        trouble=Count("id", filter=Q(delivery__state__in=trouble)),
    )
    return LettersProgress(total=total, **counted)
