"""The shadow month (skyggemåned): what was paid beside what would be calculated. Nothing here is a decision."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel
from cases.models.fields import MoneyField, MonthField
from cases.models.grant import Grant
from cases.templatetags.danish import month_name


class CaseFile(ScopedModel):
    """A case file that has been tried and waits to be saved; one a user, and gone after a day at most."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="+", verbose_name="kommune")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="bruger")
    name = models.CharField("fil", max_length=120)
    data = models.BinaryField("indhold")
    uploaded_at = models.DateTimeField("læst ind")

    class Meta:
        verbose_name = "sagsfil"
        verbose_name_plural = "sagsfiler"

    def __str__(self) -> str:
        return self.name


class ShadowMonth(ScopedModel):
    """One comparison of a month. ``faults``: the rows of the file that could not be read, as sentences."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="+", verbose_name="kommune")
    benefit_month = MonthField("tilskudsmåned")
    file_name = models.CharField("fil", max_length=120)
    made_at = models.DateTimeField("lavet")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    faults = models.JSONField("fejl i filen", default=list)
    finished_at = models.DateTimeField("færdig", null=True)

    class Meta:
        verbose_name = "skyggemåned"
        verbose_name_plural = "skyggemåneder"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Skyggemåned {month_name(self.benefit_month)}"


class ShadowOutcome(models.TextChoices):
    WAITING = "waiting", "Venter"
    SAME = "same", "Ens"
    DIFFERS = "differs", "Forskel"
    ONLY_PAID = "only_paid", "Kun i filen"
    ONLY_HERE = "only_here", "Kun i Fleksløn"
    FAILED = "failed", "Kunne ikke regnes"


class ShadowCase(ScopedModel):
    """One case of a shadow month, kroner. ``difference`` = computed - paid, what is missing counted as 0;
    ``size`` is it without its sign. ``steps``: [text, law, amount]; ``explanation``: sentences.
    """

    municipality_path = "shadow__municipality"

    shadow = models.ForeignKey(ShadowMonth, models.CASCADE, related_name="cases", verbose_name="skyggemåned")
    grant = models.ForeignKey(Grant, models.CASCADE, null=True, related_name="+", verbose_name="sag")
    reference = models.CharField("sag i filen", max_length=40)
    outcome = models.CharField("udfald", max_length=10, choices=ShadowOutcome.choices, default=ShadowOutcome.WAITING)
    is_automatic = models.BooleanField("uden årsager", default=False)
    paid = MoneyField("betalt", null=True)
    computed = MoneyField("beregnet", null=True)
    difference = MoneyField("forskel", default=0)
    size = MoneyField("forskellens størrelse", default=0)
    steps = models.JSONField("beregning", default=list)
    explanation = models.JSONField("forklaring", default=list)

    class Meta:
        verbose_name = "sag i skyggemåned"
        verbose_name_plural = "sager i skyggemåned"
        ordering = ["-size", "id"]
        indexes = [models.Index(fields=["shadow", "outcome", "-size"], name="shadow_by_size")]

    def __str__(self) -> str:
        return self.reference
