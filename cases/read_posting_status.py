"""What the finance system answered: the file lists failures, and everything else up to its latest due date is posted.

A line is matched by our invoice number; where that does not fit, by CPR, month and amount (as Suila does).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from cases.integrations.posting_status import FailedPosting, read_status
from cases.integrations.reading import UnreadableFile
from cases.models import BatchState, Municipality, Payment, PaymentBatch, PaymentStatus, PostingFile, User
from cases.move_payments import Signed, hold_lock, move
from cases.payment_control import IN_FILE
from cases.refused import Refused
from cases.release_payments import locked_batch
from cases.signed import saved
from cases.templatetags.danish import day_name
from rules.months import Month

NOTE_WIDTH = 300
AT_ONCE = 1000
"""Databases have a limit on how many values a query names."""
LET_GO = (PaymentStatus.RELEASED, PaymentStatus.POSTED, PaymentStatus.FAILED, PaymentStatus.REVERSED)


@dataclass(frozen=True)
class Matched:
    """A line of the file and the payment it is about; None when we have no such payment."""

    line: FailedPosting
    payment_id: int | None


def read_posting_status(municipality: Municipality, name: str, body: bytes, user: User, now: datetime) -> PostingFile:
    """Read a status file: what it lists has failed, the rest up to its last due date is posted. All or nothing.

    Refused when it cannot be read whole, has been read before, or speaks of a pay day that no list has.
    """
    rows = _rows(body)
    with transaction.atomic():
        hold_lock(municipality.pk)
        digest = hashlib.sha256(body).hexdigest()
        if PostingFile.objects.of(municipality).filter(sha256=digest).exists():
            raise Refused("Filen er allerede læst ind. Intet er ændret.")
        last = _last_due(municipality, rows)
        matched = match(municipality, rows)
        failed = _fail(matched, user, now)
        posted = _post(municipality, last, Signed(user, now, f"Ikke på listen over afviste i {name}"))
        close_answered(municipality, user, now)
        return PostingFile.objects.create(
            municipality=municipality, name=name[:120], sha256=digest, body=body, last_due_date=last, posted=posted,
            failed=failed, unknown=sum(one.payment_id is None for one in matched), read_at=now, read_by=user,
        )  # fmt: skip


def _rows(body: bytes) -> list[FailedPosting]:
    try:
        rows = read_status(body)
    except UnreadableFile as fault:
        raise Refused(str(fault)) from None
    if not rows:
        raise Refused("Filen har ingen linjer. Er ingen udbetalinger afvist, så åbn listen, og sig, at alt er bogført.")
    return rows


def _last_due(municipality: Municipality, rows: Sequence[FailedPosting]) -> date:
    """The latest due date of the file. A date no released list has reached would post what is not sent yet."""
    last = max(row.due for row in rows)
    newest = _released(municipality).aggregate(last=Max("pay_date"))["last"]
    if newest is None or last > newest:
        raise Refused(
            f"Filen nævner forfaldsdagen {day_name(last)}, men ingen frigivet liste udbetales så sent. "
            "Intet er læst ind."
        )
    return last


def _released(municipality: Municipality) -> QuerySet:
    return PaymentBatch.objects.of(municipality).filter(state__in=[BatchState.RELEASED, BatchState.ANSWERED])


def match(municipality: Municipality, rows: Sequence[FailedPosting]) -> list[Matched]:
    """Each line with its payment. Two queries for every thousand lines."""
    let_go = Payment.objects.of(municipality).filter(IN_FILE, status__in=LET_GO)
    by_invoice = {one.pk: one for one in _some(let_go, "id__in", {row.invoice for row in rows})}
    rest = {row.cpr for row in rows if not _fits(by_invoice.get(row.invoice), row)}
    by_cpr: dict[str, list[Payment]] = {}
    for one in _some(let_go, "citizen__cpr__in", rest):
        by_cpr.setdefault(one.citizen.cpr, []).append(one)
    return [Matched(row, _match(row, by_invoice, by_cpr)) for row in rows]


def _match(row: FailedPosting, by_invoice: dict[int, Payment], by_cpr: dict[str, list[Payment]]) -> int | None:
    found = by_invoice.get(row.invoice)
    if _fits(found, row):
        return row.invoice
    month = Month.of(row.due)
    same = [
        one.pk
        for one in by_cpr.get(row.cpr, ())
        if Month.of(one.pay_date) == month and abs(one.payable_before_tax - row.amount) < 1
    ]
    return same[0] if len(same) == 1 else None


def _fits(payment: Payment | None, row: FailedPosting) -> bool:
    return payment is not None and payment.citizen.cpr == row.cpr


def _some(payments: QuerySet, lookup: str, values: Iterable[object]) -> list[Payment]:
    found: list[Payment] = []
    wanted = sorted(values)
    for at in range(0, len(wanted), AT_ONCE):
        found += payments.filter(**{lookup: wanted[at : at + AT_ONCE]}).select_related("citizen")
    return found


def _fail(matched: Sequence[Matched], user: User, now: datetime) -> int:
    """Move each failed payment with the finance system's own words. How many are new."""
    count = 0
    for one in matched:
        if one.payment_id is not None:
            note = f"{one.line.code} {one.line.text}".strip()[:NOTE_WIDTH] or "Afvist uden tekst"
            count += len(move(Payment.objects.filter(pk=one.payment_id), PaymentStatus.FAILED, Signed(user, now, note)))
    return count


def _post(municipality: Municipality, last: date, signed: Signed) -> int:
    waiting = Payment.objects.of(municipality).filter(status=PaymentStatus.RELEASED, pay_date__lte=last)
    return len(move(waiting, PaymentStatus.POSTED, signed))


def mark_posted(batch: PaymentBatch, user: User, now: datetime) -> PaymentBatch:
    """A person says that the finance system has posted the whole list: no file is sent when nothing failed."""
    with transaction.atomic():
        batch = locked_batch(batch)
        if batch.state != BatchState.RELEASED:
            raise Refused(f"{batch} er {batch.get_state_display().lower()}. Der er ikke noget at bogføre.")
        move(batch.payments.all(), PaymentStatus.POSTED, Signed(user, now, "Økonomisystemet har ingen afviste"))
        close_answered(batch.municipality, user, now)
        batch.refresh_from_db()
        return batch


def close_answered(municipality: Municipality, user: User, now: datetime) -> None:
    """Lists of which every payment has an answer are done."""
    open_ = PaymentBatch.objects.of(municipality).filter(state=BatchState.RELEASED)
    for batch in open_.exclude(payments__status=PaymentStatus.RELEASED):
        batch.state = BatchState.ANSWERED
        saved(batch, user, "Alle udbetalinger har fået svar", now)
