"""A municipality's own choices, dated and with history."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel, ScopedQuerySet
from cases.models.fields import HundredthsField
from cases.models.rule_setting import modes_in_force
from rules.months import Month
from rules.parameters import Parameters

PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


class ParametersQuerySet(ScopedQuerySet):
    def in_force(self, month: Month) -> Self:
        return self.filter(valid_from__lte=month.last_day).order_by("-valid_from")


class MunicipalParameters(ScopedModel):
    """What the municipality has set from a day on. The newest row not later than the benefit month decides."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="parameters", verbose_name="kommune")
    valid_from = models.DateField("gælder fra")
    percent_below = HundredthsField(
        "procent under", default=Decimal(15), validators=PERCENT,
        help_text="Så meget må månedens indtægt ligge under gennemsnittet af de to foregående måneder.",
    )  # fmt: skip
    percent_above = HundredthsField(
        "procent over", default=Decimal(15), validators=PERCENT,
        help_text="Så meget må månedens indtægt ligge over gennemsnittet af de to foregående måneder.",
    )  # fmt: skip
    subsidy_drop_percent = HundredthsField(
        "fald i tilskud, procent", default=Decimal(5), validators=PERCENT,
        help_text="Så meget må tilskuddet falde i forhold til det, der er udbetalt i de to foregående måneder.",
    )  # fmt: skip
    include_income_automatically = models.BooleanField(
        "automatisk medtagning af indtægter", default=False,
        help_text="Slukket: hver ny lønoplysning giver en opgave.",
    )  # fmt: skip
    full_automation = models.BooleanField(
        "fuld automatik", default=False, help_text="Slukket: alle sager giver en opgave hver måned."
    )
    note = models.CharField("begrundelse", max_length=300, blank=True)
    history = HistoricalRecords()

    objects = ParametersQuerySet.as_manager()

    class Meta:
        verbose_name = "kommunens indstillinger"
        verbose_name_plural = "kommunens indstillinger"
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "valid_from"],
                name="one_setting_per_day",
                violation_error_message="Der er allerede indstillinger fra den dag.",
            )
        ]

    def __str__(self) -> str:
        return f"Indstillinger fra {self.valid_from:%d.%m.%Y}"

    def as_parameters(self) -> Parameters:
        return Parameters(
            percent_below=Decimal(self.percent_below),
            percent_above=Decimal(self.percent_above),
            subsidy_drop_percent=Decimal(self.subsidy_drop_percent),
            include_income_automatically=self.include_income_automatically,
            full_automation=self.full_automation,
        )


def parameters_for(municipality: Municipality, month: Month) -> Parameters:
    """The parameters in force for a benefit month; the careful defaults when nothing is set."""
    row = MunicipalParameters.objects.of(municipality).in_force(month).first()
    chosen = row.as_parameters() if row else Parameters()
    return replace(chosen, rule_modes=modes_in_force(municipality, month))
