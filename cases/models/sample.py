"""Sample control (stikprøve): a share of each month's automatic decisions that a person looks at afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel, ScopedModel, ScopedQuerySet
from cases.models.decision import Decision
from cases.models.fields import HundredthsField, MonthField
from cases.models.process import Process
from cases.templatetags.danish import month_name
from rules.months import Month

SHARE = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


class SampleSetting(ScopedModel):
    """How large a share of the automatic decisions is drawn, from a day on. 0 percent: none."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name="kommune")
    valid_from = models.DateField("gælder fra")
    percent = HundredthsField(
        "andel af de automatiske afgørelser, procent", validators=SHARE,
        help_text="Så stor en del trækkes ud hver måned. Der rundes op. 0: ingen stikprøve.",
    )  # fmt: skip
    note = models.CharField("begrundelse", max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "andel til stikprøve"
        verbose_name_plural = "andele til stikprøve"
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "valid_from"],
                name="one_sample_share_per_day",
                violation_error_message="Der er allerede en andel fra den dag.",
            )
        ]

    def __str__(self) -> str:
        return f"Stikprøve fra {self.valid_from:%d.%m.%Y}"


def sample_percent(municipality: Municipality, month: Month) -> Decimal | None:
    """The share in force for a benefit month; None when the municipality has set none."""
    rows = SampleSetting.objects.of(municipality).filter(valid_from__lte=month.last_day)
    return rows.order_by("-valid_from").values_list("percent", flat=True).first()


class Sample(InsertOnlyModel):
    """One draw, with all that is needed to draw it again (cases.sample_control.drawn_ids).

    The population: the month's automatic decisions that pay, in force among the decisions up to ``last_decision``.
    ``population_digest``: SHA-256 of their ids, one a line.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="samples", verbose_name="kommune")
    benefit_month = MonthField("tilskudsmåned")
    percent = HundredthsField("andel, procent")
    seed = models.CharField("frø", max_length=64)
    last_decision = models.BigIntegerField("til og med afgørelse")
    population = models.PositiveIntegerField("automatiske afgørelser")
    population_digest = models.CharField("fingeraftryk af afgørelserne", max_length=64)
    drawn_at = models.DateTimeField("trukket")
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")

    class Meta:
        verbose_name = "stikprøve"
        verbose_name_plural = "stikprøver"
        ordering = ["-benefit_month"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "benefit_month"], name="one_sample_per_month"),
        ]

    def __str__(self) -> str:
        return f"Stikprøve {month_name(self.benefit_month)}"


class Verdict(models.TextChoices):
    RIGHT = "right", "Rigtig"
    WRONG = "wrong", "Forkert"


class Fault(models.TextChoices):
    """What was wrong with an automatic decision."""

    INCOME = "income", "Indtægt mangler, eller en forkert er regnet med"
    PERIOD = "period", "Indtægten hører til en anden måned"
    HOURS = "hours", "Forkerte timer eller forkert ATP"
    HOLIDAY = "holiday", "Ferie eller feriepenge"
    CEILING = "ceiling", "Forkert lønloft"
    BENEFIT = "benefit", "Anden ydelse eller mistet ret ikke regnet med"
    GRANT = "grant", "Bevilling eller job passer ikke"
    HEARING = "hearing", "Borgeren skulle være hørt, eller sagen skulle have været skønnet"
    SUM = "sum", "Beregningen er forkert"
    OTHER = "other", "Andet"


class SampleItemQuerySet(ScopedQuerySet):
    def unjudged(self) -> Self:
        return self.filter(verdict="")


class SampleItem(ScopedModel):
    """One drawn decision and what a person found. ``place``: its number in the draw, from 1."""

    municipality_path = "sample__municipality"

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="items", verbose_name="stikprøve")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="+", verbose_name="afgørelse")
    place = models.PositiveIntegerField("nummer")
    verdict = models.CharField("vurdering", max_length=10, choices=Verdict.choices, blank=True)
    fault = models.CharField("slags fejl", max_length=20, choices=Fault.choices, blank=True)
    note = models.CharField("note", max_length=300, blank=True)
    judged_at = models.DateTimeField("vurderet", null=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="vurderet af"
    )
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="+", verbose_name="genberegning")
    history = HistoricalRecords()

    objects = SampleItemQuerySet.as_manager()

    class Meta:
        verbose_name = "afgørelse i stikprøve"
        verbose_name_plural = "afgørelser i stikprøver"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "decision"], name="drawn_once"),
            models.CheckConstraint(
                condition=models.Q(verdict="wrong") | models.Q(fault=""), name="fault_only_when_wrong"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample} nr. {self.place}"
