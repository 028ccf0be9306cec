"""Adjustments (efterregulering): what a paid month should have been, what was chosen, and how it was settled."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel
from cases.models.decision import Decision
from cases.models.fields import MoneyField, MonthField
from cases.models.grant import Grant, GrantPart
from cases.models.payment import Payment
from cases.models.process import Process
from cases.models.task import Task
from cases.templatetags.danish import month_name
from rules.money import danish


class Adjustment(InsertOnlyModel):
    """A paid month that is worth something else after a recalculation: what was paid, what it should have been.

    The paid decision stays; the difference waits to be settled forward (LAB § 123; bekg. 227/2024 § 4, stk. 4).
    ``difference`` is in subsidy; ``payable_difference`` is what is settled: after extra ATP (LAB § 137), kroner.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name="kommune")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="adjustments", verbose_name="sag")
    process = models.ForeignKey(Process, models.PROTECT, related_name="adjustments", verbose_name="proces")
    benefit_month = MonthField("tilskudsmåned")
    sequence = models.PositiveIntegerField("nummer")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="adjustments", verbose_name="afgørelse")
    old_subsidy = MoneyField("udbetalt tilskud")
    new_subsidy = MoneyField("rigtigt tilskud")
    difference = MoneyField("forskel")
    extra_atp_difference = MoneyField("forskel i ekstra ATP", default=Decimal(0))
    ordinary_atp_difference = MoneyField("forskel i ATP", null=True)
    mandatory_pension_difference = MoneyField("forskel i obligatorisk pension", default=Decimal(0))
    payable_difference = MoneyField("forskel til udbetaling", default=Decimal(0))
    facts = models.JSONField("oplysninger")
    rates = models.JSONField("satser")
    parameters = models.JSONField("indstillinger")
    steps = models.JSONField("beregning")
    fingerprint = models.CharField("fingeraftryk", max_length=64)
    rules_version = models.CharField("regelversion", max_length=20)
    made_at = models.DateTimeField("beregnet")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    reason = models.CharField("begrundelse", max_length=300)

    class Meta:
        verbose_name = "efterregulering"
        verbose_name_plural = "efterreguleringer"
        constraints = [
            models.UniqueConstraint(fields=["grant", "benefit_month", "sequence"], name="one_adjustment_per_sequence")
        ]

    def __str__(self) -> str:
        return f"{month_name(self.benefit_month)}: {danish(self.difference)} kr."


class AdjustmentReason(models.TextChoices):
    """Why the paid month was wrong: decides whether it may be settled forward (Q18; PM 48-22)."""

    INCOME = "income", "Indtægten er ændret efter udbetalingen"
    SPREAD = "spread", "Løn for flere måneder, fordelt ligeligt"
    HOLIDAY = "holiday", "Feriepenge eller ferie"
    BENEFIT = "benefit", "Anden ydelse eller mistet ret"
    EXPECTED = "expected", "Forventet løn reguleret til faktisk løn"
    WITHHELD = "withheld", "Borgeren har tilbageholdt oplysninger"
    AUTHORITY = "authority", "Kommunens egen fejl"
    OTHER = "other", "Andet"


class Faith(models.TextChoices):
    GOOD = "good", "God tro"
    BAD = "bad", "Mod bedre vidende"


class SettleBy(models.TextChoices):
    NEXT = "next", "Modregnes i næste udbetaling"
    SPREAD = "spread", "Modregnes over flere måneder"
    CLAIM = "claim", "Kræves tilbage"
    NOTHING = "nothing", "Kræves ikke tilbage"


class AdjustmentChoice(InsertOnlyModel):
    """What was chosen for an adjustment: its reason, the word on faith, and how it is settled. The newest counts.

    ``monthly``: at most so many kroner a month when it is spread (Q19). ``task``: where it was chosen; a party hearing
    on it holds the money back.
    """

    municipality_path = "adjustment__municipality"

    adjustment = models.ForeignKey(Adjustment, models.PROTECT, related_name="choices", verbose_name="efterregulering")
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="+", verbose_name="opgave")
    reason = models.CharField("årsag", max_length=12, choices=AdjustmentReason.choices)
    faith = models.CharField("god tro", max_length=5, choices=Faith.choices, blank=True)
    settle_by = models.CharField("afregning", max_length=8, choices=SettleBy.choices)
    monthly = MoneyField("højst pr. måned", null=True)
    note = models.CharField("begrundelse", max_length=300, blank=True)
    made_at = models.DateTimeField("valgt")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")

    class Meta:
        verbose_name = "valg om efterregulering"
        verbose_name_plural = "valg om efterregulering"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_settle_by_display()


class Settlement(InsertOnlyModel):
    """A part of an adjustment settled in a payment: signed kroner before tax. Their sum is what has been settled."""

    municipality_path = "adjustment__municipality"

    adjustment = models.ForeignKey(
        Adjustment, models.PROTECT, related_name="settlements", verbose_name="efterregulering"
    )
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="settlements", verbose_name="udbetaling")
    amount = MoneyField("beløb")

    class Meta:
        verbose_name = "afregning"
        verbose_name_plural = "afregninger"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["adjustment", "payment"], name="one_settlement_per_payment")]

    def __str__(self) -> str:
        return f"{self.amount} kr."


class ClaimState(models.TextChoices):
    OPEN = "open", "Åbent"
    SENT = "sent", "Sendt til opkrævning"
    PAID = "paid", "Betalt"
    DROPPED = "dropped", "Frafaldet"


class RepaymentClaim(GrantPart):
    """A claim for repayment where it cannot be settled, with its ground (LAB § 125). Lapses after 3 years (stk. 5)."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="claims", verbose_name="sag")
    adjustment = models.OneToOneField(Adjustment, models.PROTECT, related_name="claim", verbose_name="efterregulering")
    amount = MoneyField("beløb")
    ground = models.CharField("hjemmel", max_length=200)
    faith = models.CharField("god tro", max_length=5, choices=Faith.choices)
    state = models.CharField("tilstand", max_length=8, choices=ClaimState.choices, default=ClaimState.OPEN)
    note = models.CharField("begrundelse", max_length=300)
    made_at = models.DateTimeField("rejst")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "tilbagebetalingskrav"
        verbose_name_plural = "tilbagebetalingskrav"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.amount} kr."
