"""Decisions: written once, never changed; a new one supersedes the old."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel, InsertOnlyQuerySet
from cases.models.fields import MoneyField, MonthField
from cases.models.grant import Grant
from cases.models.run import Run
from cases.templatetags.danish import month_name


class Outcome(models.TextChoices):
    PAID = "paid", "Udbetales"
    TASK = "task", "Til manuel behandling"


class DecisionQuerySet(InsertOnlyQuerySet):
    def in_force(self) -> Self:
        """The newest decision of each case and month."""
        later = Decision.objects.filter(
            grant=models.OuterRef("grant"),
            benefit_month=models.OuterRef("benefit_month"),
            sequence__gt=models.OuterRef("sequence"),
        )
        return self.filter(~models.Exists(later))


class Decision(InsertOnlyModel):
    """One decision (afgørelse or draft of it) with its frozen facts, sum, rates, parameters and fingerprint."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, db_index=False, related_name="+", verbose_name="kommune"
    )
    grant = models.ForeignKey(Grant, models.PROTECT, db_index=False, related_name="decisions", verbose_name="sag")
    benefit_month = MonthField("tilskudsmåned")
    sequence = models.PositiveIntegerField("nummer")
    supersedes = models.BigIntegerField("erstatter", null=True)
    run = models.ForeignKey(
        Run, models.PROTECT, null=True, db_index=False, related_name="decisions", verbose_name="kørsel"
    )
    outcome = models.CharField("udfald", max_length=10, choices=Outcome.choices)
    decided_at = models.DateTimeField("afgjort")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    income = MoneyField("indtægt")
    subsidy = MoneyField("tilskud")
    extra_atp = MoneyField("ekstra ATP")
    ordinary_atp = MoneyField("ATP", null=True)
    mandatory_pension = MoneyField("obligatorisk pension")
    payable_before_tax = MoneyField("til udbetaling før skat")
    ceiling_cut = MoneyField("nedsat af lønloft")
    facts = models.JSONField("oplysninger")
    rates = models.JSONField("satser")
    parameters = models.JSONField("indstillinger")
    steps = models.JSONField("beregning")
    concerns = models.JSONField("undringsårsager")
    fingerprint = models.CharField("fingeraftryk", max_length=64)
    rules_version = models.CharField("regelversion", max_length=20)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "afgørelse"
        verbose_name_plural = "afgørelser"
        constraints = [
            models.UniqueConstraint(fields=["grant", "benefit_month", "sequence"], name="one_decision_per_sequence")
        ]
        indexes = [
            # The reports count a month from this index alone: the rows are wide (frozen facts).
            models.Index(
                fields=["municipality", "benefit_month", "outcome", "grant", "sequence", "subsidy", "decided_by"],
                name="decision_by_month",
            ),
            models.Index(fields=["run"], name="decision_by_run"),
        ]

    def __str__(self) -> str:
        return f"{month_name(self.benefit_month)} nr. {self.sequence}"
