"""What a person may do to one payment: hold it, let it on, reverse it, or send it once more. Each with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from cases.bank_days import bank_days_after
from cases.models import Payment, PaymentStatus, User
from cases.move_payments import Signed, hold_lock, insert_payment, move
from cases.refused import Refused
from cases.release_payments import recount
from cases.signed import said

SENT = (PaymentStatus.RELEASED, PaymentStatus.POSTED)


def hold_payment(payment: Payment, reason: str, user: User, now: datetime) -> Payment:
    """Keep an approved payment back; out of its prepared list, whose control sums follow."""
    reason = said(reason, "Skriv, hvorfor udbetalingen holdes tilbage.")
    with transaction.atomic():
        payment = locked(payment)
        if payment.status != PaymentStatus.APPROVED:
            raise Refused(f"Udbetalingen er {_status(payment)} og kan ikke holdes tilbage.")
        batch = payment.batch
        move(_only(payment), PaymentStatus.HELD, Signed(user, now, reason), batch=None)
        if batch:
            recount(batch, user, f"Udbetaling {payment.pk} holdt tilbage", now)
    return _fresh(payment)


def let_on(payment: Payment, reason: str, user: User, now: datetime) -> Payment:
    """A held payment is approved again and comes with the next list. Never paid before tomorrow's bank day."""
    reason = said(reason, "Skriv, hvorfor udbetalingen ikke længere holdes tilbage.")
    with transaction.atomic():
        payment = locked(payment)
        if payment.status != PaymentStatus.HELD:
            raise Refused("Udbetalingen holdes ikke tilbage.")
        move(_only(payment), PaymentStatus.APPROVED, Signed(user, now, reason))
    return _fresh(payment)


def reverse_payment(payment: Payment, reason: str, user: User, now: datetime) -> Payment:
    """Take a released payment back in the books: a payment of its own with the opposite amounts, in the next list.

    It fetches no money from the citizen: what has reached the citizen is claimed back by LAB § 125.
    """
    reason = said(reason, "Skriv, hvorfor udbetalingen tilbageføres.")
    with transaction.atomic():
        payment = locked(payment)
        if payment.reverses_id or payment.status not in SENT:
            raise Refused(f"Udbetalingen er {_status(payment)} og kan ikke tilbageføres.")
        if not payment.payable_before_tax:
            raise Refused("Udbetalingen er 0 kr., så der er ikke noget at tilbageføre.")
        move(_only(payment), PaymentStatus.REVERSED, Signed(user, now, reason))
        return _copy(payment, -1, Signed(user, now, f"Tilbageførsel: {reason}"), reverses=payment)


def repeat_payment(payment: Payment, reason: str, user: User, now: datetime) -> Payment:
    """Send a failed or reversed payment once more, as a new one with the same amounts. Once only, by constraint."""
    reason = said(reason, "Skriv, hvorfor beløbet udbetales igen.")
    with transaction.atomic():
        payment = locked(payment)
        if payment.status not in (PaymentStatus.FAILED, PaymentStatus.REVERSED):
            raise Refused(f"Udbetalingen er {_status(payment)} og kan ikke udbetales igen.")
        if Payment.objects.filter(repeats=payment).exists():
            raise Refused("Beløbet er allerede sat til udbetaling igen.")
        return _copy(payment, 1, Signed(user, now, f"Udbetales igen: {reason}"), repeats=payment)


def locked(payment: Payment) -> Payment:
    """The payment as it stands now, while nobody prepares or releases in its municipality."""
    hold_lock(payment.municipality_id)
    return Payment.objects.select_for_update(of=("self",)).select_related("batch").get(pk=payment.pk)


def _copy(payment: Payment, sign: int, signed: Signed, **points_back: Payment) -> Payment:
    rows = Payment.objects.filter(citizen=payment.citizen_id, benefit_month=payment.benefit_month)
    made = Payment(
        municipality_id=payment.municipality_id,
        citizen_id=payment.citizen_id,
        grant_id=payment.grant_id,
        benefit_month=payment.benefit_month,
        sequence=rows.aggregate(last=Max("sequence"))["last"] + 1,
        subsidy=sign * payment.subsidy,
        adjustment=sign * payment.adjustment,
        payable_before_tax=sign * payment.payable_before_tax,
        pay_date=bank_days_after(localdate(signed.now), 1),
        status=PaymentStatus.APPROVED,
        created_at=signed.now,
        **points_back,
    )
    return insert_payment(made, {one.kind: sign * one.amount for one in payment.lines.all()}, signed)


def _only(payment: Payment) -> object:
    return Payment.objects.filter(pk=payment.pk)


def _fresh(payment: Payment) -> Payment:
    return Payment.objects.get(pk=payment.pk)


def _status(payment: Payment) -> str:
    return payment.get_status_display().lower()
