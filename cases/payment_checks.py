"""What must always hold of money that is let go: lists, files, payments and their events say the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.integrations.payment_file import control_sums, read_file
from cases.integrations.reading import UnreadableFile
from cases.models import (
    BatchState,
    Payment,
    PaymentBatch,
    PaymentEvent,
    PaymentFile,
    PaymentStatus,
    RetentionKind,
    RetentionLog,
)
from cases.models.payment import MOVES
from cases.payment_control import IN_FILE

LET_GO = (PaymentStatus.RELEASED, PaymentStatus.POSTED, PaymentStatus.FAILED, PaymentStatus.REVERSED)
GONE = (PaymentStatus.FAILED, PaymentStatus.REVERSED)


def lists_differ() -> Iterator[str]:
    """A list's control sums are its payments'; a released list's file pays exactly them."""
    for batch in _kept().exclude(state=BatchState.CANCELLED).select_related("file").order_by("id"):
        rows = batch.payments.filter(IN_FILE).values_list("id", "citizen__cpr", "payable_before_tax")
        wanted = {id_: (cpr, amount) for id_, cpr, amount in rows}
        total = sum((amount for _, amount in wanted.values()), Decimal(0))
        if (batch.count, batch.total) != (len(wanted), total):
            yield f"{batch} siger {batch.count} udbetalinger og {batch.total} kr., men har {len(wanted)} og {total} kr."
        if batch.state != BatchState.PREPARED:
            yield from _file_differs(batch, wanted)


def _kept() -> QuerySet[PaymentBatch]:
    """Without the lists whose file the retention has deleted: their citizens may be gone as well."""
    gone = RetentionLog.objects.filter(
        municipality=OuterRef("municipality"), kind=RetentionKind.PAYMENT_FILES, before__gt=OuterRef("pay_date")
    )
    return PaymentBatch.objects.exclude(Exists(gone), file__isnull=True)


def _file_differs(batch: PaymentBatch, wanted: dict[int, tuple[str, Decimal]]) -> Iterator[str]:
    file: PaymentFile | None = getattr(batch, "file", None)
    if file is None:
        if wanted:
            yield f"{batch} er frigivet uden en fil"
        return
    body = bytes(file.body)
    if hashlib.sha256(body).hexdigest() != file.sha256:
        yield f"{batch}: filens kontrolsum passer ikke til dens indhold"
    try:
        lines = read_file(body, file.profile)
    except UnreadableFile as fault:
        yield f"{batch}: {fault}"
        return
    if {one.invoice: (one.cpr, one.amount) for one in lines} != wanted or control_sums(lines).count != len(wanted):
        yield f"{batch}: filen betaler andre personer eller beløb end listen"


def paid_twice() -> Iterator[str]:
    """A payment that is let go stands in a released list; one is sent again only after it failed or was reversed."""
    lost = Payment.objects.filter(status__in=LET_GO).exclude(
        batch__state__in=[BatchState.RELEASED, BatchState.ANSWERED]
    )
    for id_ in lost.values_list("id", flat=True):
        yield f"udbetaling {id_} er frigivet, men står ikke på en frigivet liste"
    early = Payment.objects.exclude(status__in=LET_GO).filter(
        Q(batch__state__in=[BatchState.RELEASED, BatchState.ANSWERED, BatchState.CANCELLED])
    )
    for id_ in early.values_list("id", flat=True):
        yield f"udbetaling {id_} står på en frigivet eller fortrudt liste uden at være frigivet"
    for id_ in (
        Payment.objects.filter(repeats__isnull=False).exclude(repeats__status__in=GONE).values_list("id", flat=True)
    ):
        yield f"udbetaling {id_} udbetaler et beløb igen, som ikke er afvist eller tilbageført"
    yield from _reversals_differ()


def _reversals_differ() -> Iterator[str]:
    """A reversal and what it reverses give 0 kr.; a payment is reversed exactly when there is one."""
    rows = Payment.objects.filter(reverses__isnull=False).values_list(
        "id", "payable_before_tax", "reverses__payable_before_tax", "reverses__status"
    )
    for id_, back, forth, status in rows:
        if back + forth or status != PaymentStatus.REVERSED:
            yield f"tilbageførsel {id_} svarer ikke til den udbetaling, den tilbagefører"
    for id_ in Payment.objects.filter(status=PaymentStatus.REVERSED, reversal__isnull=True).values_list(
        "id", flat=True
    ):
        yield f"udbetaling {id_} er tilbageført uden en tilbageførsel"


def moves_without_event() -> Iterator[str]:
    """A payment's events go from approved to its status, one allowed move at a time, and each move has one event."""
    last: tuple[int, str] | None = None
    rows = PaymentEvent.objects.order_by("payment", "id").values_list("payment", "status")
    for payment, status in rows.iterator(2000):
        known = last[1] if last is not None and last[0] == payment else None
        allowed = status == PaymentStatus.APPROVED if known is None else known in MOVES[status]
        if not allowed:
            yield f"udbetaling {payment} gik fra {known or 'intet'} til {status}, og det kan den ikke"
        last = (payment, status)
