"""A released list as Ydelsesindeks has it (unverified: see cases.integrations.ydelsesindeks)."""

from __future__ import annotations

from cases.integrations.ydelsesindeks import Effectuation, uuid_of, write_index
from cases.models import Payment, PaymentBatch, PaymentStatus

STATUS = {
    PaymentStatus.RELEASED: "Sendt",
    PaymentStatus.POSTED: "Udbetalt",
    PaymentStatus.FAILED: "Afvist",
    PaymentStatus.REVERSED: "Tilbageført",
}


def index_of(batch: PaymentBatch) -> bytes:
    """Every payment of the list, also of 0 kr. The same list gives the same UUIDs."""
    code = batch.municipality.code
    payments = batch.payments.select_related("citizen", "grant").order_by("grant__number", "id")
    rows = [_row(payment, code) for payment in payments]
    return write_index(rows, uuid_of(f"{code}/liste", batch.number), batch.released_at)


def _row(payment: Payment, code: str) -> Effectuation:
    return Effectuation(
        uuid=uuid_of(code, payment.pk),
        cpr=payment.citizen.cpr,
        disposed_on=payment.pay_date,
        gross=payment.subsidy + payment.adjustment,
        sent=payment.payable_before_tax,
        status=STATUS[PaymentStatus(payment.status)],
        first_day=payment.benefit_month.first_day,
        last_day=payment.benefit_month.last_day,
        grant_number=payment.grant.number,
        grant_first_day=payment.grant.first_day,
    )
