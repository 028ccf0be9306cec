"""Payments: frozen from insert; only the status moves, and only forward."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models

from cases.bank_days import coming_pay_day
from cases.models.accounts import Municipality
from cases.models.base import Along, InsertOnlyModel, InsertOnlyQuerySet, While
from cases.models.batch import PaymentBatch
from cases.models.decision import Decision
from cases.models.fields import MoneyField, MonthField
from cases.models.grant import Grant
from cases.models.people import Citizen
from cases.templatetags.danish import month_name
from rules.money import danish


class PaymentStatus(models.TextChoices):
    APPROVED = "approved", "Godkendt"
    HELD = "held", "Tilbageholdt"
    RELEASED = "released", "Frigivet"
    POSTED = "posted", "Bogført"
    FAILED = "failed", "Afvist"
    REVERSED = "reversed", "Tilbageført"


MOVES: dict[str, tuple[str, ...]] = {
    PaymentStatus.HELD: (PaymentStatus.APPROVED,),
    PaymentStatus.APPROVED: (PaymentStatus.HELD,),
    PaymentStatus.RELEASED: (PaymentStatus.APPROVED,),
    PaymentStatus.POSTED: (PaymentStatus.RELEASED,),
    PaymentStatus.FAILED: (PaymentStatus.RELEASED, PaymentStatus.POSTED),
    PaymentStatus.REVERSED: (PaymentStatus.RELEASED, PaymentStatus.POSTED),
}
"""What a status may be reached from. A failure may be told after the payment was counted as posted."""

STILL_HERE = (PaymentStatus.APPROVED, PaymentStatus.HELD)


class PaymentQuerySet(InsertOnlyQuerySet):
    def of_decisions(self) -> Self:
        """What the decisions pay: without reversals, and without payments that are sent once more."""
        return self.filter(decision__isnull=False)


class Payment(InsertOnlyModel):
    """What one decision pays: one per citizen, month and sequence, by constraint. Kroner before tax.

    ``payable_before_tax`` = subsidy - extra ATP + adjustment: what goes into the payment file. ``adjustment``: the
    settled differences of earlier months (signed; LAB § 123, bekg. 227/2024 § 4, stk. 4). A reversal (``reverses``) is
    a payment of its own with the opposite amounts; a failed or reversed one can be sent once more (``repeats``). Both
    have no decision of their own: see ``origin``. Nor has what an ended case is owed: the adjustment alone, subsidy 0.
    ``pay_date`` follows the list it is released in.
    """

    movable = {
        "status": Along(MOVES),
        "batch": While("status", STILL_HERE),
        "pay_date": While("status", STILL_HERE),
    }

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, db_index=False, related_name="payments", verbose_name="kommune"
    )
    citizen = models.ForeignKey(Citizen, models.PROTECT, db_index=False, related_name="payments", verbose_name="borger")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="payments", verbose_name="sag")
    decision = models.OneToOneField(
        Decision, models.PROTECT, null=True, related_name="payment", verbose_name="afgørelse"
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversal", verbose_name="tilbagefører"
    )
    repeats = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="repetition", verbose_name="udbetaler igen"
    )
    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, null=True, related_name="payments", verbose_name="udbetalingsliste"
    )
    benefit_month = MonthField("tilskudsmåned")
    sequence = models.PositiveIntegerField("nummer", default=1)
    subsidy = MoneyField("tilskud")
    adjustment = MoneyField("efterregulering", default=Decimal(0))
    payable_before_tax = MoneyField("til udbetaling før skat")
    pay_date = models.DateField("udbetales")
    status = models.CharField("status", max_length=10, choices=PaymentStatus.choices, default=PaymentStatus.APPROVED)
    created_at = models.DateTimeField("oprettet")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "udbetaling"
        verbose_name_plural = "udbetalinger"
        ordering = ["-benefit_month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["citizen", "benefit_month", "sequence"], name="one_payment_per_sequence"),
            models.CheckConstraint(
                condition=models.Q(decision__isnull=False, reverses__isnull=True, repeats__isnull=True)
                | models.Q(decision__isnull=True, reverses__isnull=False, repeats__isnull=True)
                | models.Q(decision__isnull=True, reverses__isnull=True, repeats__isnull=False)
                | models.Q(decision=None, reverses=None, repeats=None, subsidy=0, adjustment__gte=0),
                name="payment_decides_reverses_repeats_or_settles",
            ),
        ]
        indexes = [
            # A month is counted and summed from this index alone.
            models.Index(
                fields=["municipality", "benefit_month", "status", "decision", "subsidy", "payable_before_tax"],
                name="payment_by_month",
            ),
            models.Index(
                fields=["municipality", "status", "pay_date"],
                condition=models.Q(status__in=["approved", "held", "failed"]),
                name="payment_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{month_name(self.benefit_month)}: {danish(self.payable_before_tax)} kr."

    @property
    def origin(self) -> Payment:
        """The payment that was decided: itself, or the one it reverses or sends once more."""
        found = self
        while found.reverses_id or found.repeats_id:
            found = found.reverses or found.repeats
        return found

    def expected_day(self, today: date) -> date:
        """When it is paid: one that still waits for a list after its day comes with the next pay day's."""
        if self.status not in (PaymentStatus.APPROVED, PaymentStatus.HELD):
            return self.pay_date
        return max(self.pay_date, coming_pay_day(self.benefit_month, today))


class LineKind(models.TextChoices):
    SUBSIDY = "subsidy", "Fleksløntilskud"
    EXTRA_ATP = "extra_atp", "Ekstra ATP"
    ORDINARY_ATP = "ordinary_atp", "ATP"
    MANDATORY_PENSION = "mandatory_pension", "Obligatorisk pension"
    ADJUSTMENT = "adjustment", "Efterregulering"


class PaymentLine(InsertOnlyModel):
    """One part of a payment: subsidy (+), extra ATP (-), and what the municipality and the state pay on top."""

    municipality_path = "payment__municipality"

    payment = models.ForeignKey(
        Payment, models.PROTECT, db_index=False, related_name="lines", verbose_name="udbetaling"
    )
    kind = models.CharField("slags", max_length=20, choices=LineKind.choices)
    amount = MoneyField("beløb")

    class Meta:
        verbose_name = "udbetalingslinje"
        verbose_name_plural = "udbetalingslinjer"
        constraints = [models.UniqueConstraint(fields=["payment", "kind"], name="one_line_per_kind")]
        # A list's sums are read without the table. (SQLite knows no index with columns beside its key.)
        indexes = [models.Index(fields=["payment", "kind", "amount"], name="lines_of_payment")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {danish(self.amount)}"


class PaymentEvent(InsertOnlyModel):
    """A move of a payment's status: who, when, from what to what."""

    municipality_path = "payment__municipality"

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="events", verbose_name="udbetaling", db_index=False
    )
    status = models.CharField("status", max_length=10, choices=PaymentStatus.choices)
    happened_at = models.DateTimeField("hvornår")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    note = models.CharField("note", max_length=300, blank=True)

    class Meta:
        verbose_name = "udbetalingshændelse"
        verbose_name_plural = "udbetalingshændelser"
        ordering = ["id"]
        # A case's history finds its newest rows among three years' events without reading the table.
        indexes = [models.Index(fields=["payment", "happened_at", "id"], name="events_of_payment")]

    def __str__(self) -> str:
        return self.get_status_display()
