"""National rates (satser), one row per period, with their sources."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.fields import HundredthsField, MoneyField
from rules.months import Month
from rules.rates import Rates, rates_on


class RatesQuerySet(models.QuerySet):
    def in_force(self) -> RatesQuerySet:
        """Rows that no newer version from the same day replaces."""
        newer = NationalRates.objects.filter(
            valid_from=models.OuterRef("valid_from"), version__gt=models.OuterRef("version")
        )
        return self.filter(~models.Exists(newer))

    def covering(self, month: Month) -> RatesQuerySet:
        return self.in_force().filter(valid_from__lte=month.first_day, valid_to__gte=month.last_day)


class NationalRates(models.Model):
    """The figures of a period. A row that a decision has used is never edited: a new one replaces it, from a later
    day or as the next version from the same day.

    ``sources``: figure name to source text; ``derived``: names of figures computed here, not seen in print.
    """

    valid_from = models.DateField("gælder fra")
    valid_to = models.DateField("gælder til og med")
    version = models.PositiveSmallIntegerField("version", default=1, editable=False)
    base_amount = MoneyField("grundbeløb (98 % af højeste dagpenge)")
    threshold = MoneyField("indtægtsgrænse")
    reduction_below_percent = HundredthsField("nedsættelse under grænsen, procent", default=Decimal(30))
    reduction_above_percent = HundredthsField("nedsættelse over grænsen, procent", default=Decimal(55))
    extra_atp_percent = HundredthsField("ekstra ATP, procent", default=Decimal(5))
    extra_atp_max = MoneyField("ekstra ATP, højst", default=Decimal(500))
    ordinary_atp_per_hour = MoneyField("ATP pr. tilskudstime")
    ordinary_atp_full = MoneyField("fuldt ATP-bidrag pr. måned")
    mandatory_pension_percent = HundredthsField("obligatorisk pension, procent")
    sources = models.JSONField("kilder", default=dict, blank=True)
    derived = models.JSONField("udledte tal", default=list, blank=True)
    history = HistoricalRecords()

    objects = RatesQuerySet.as_manager()

    class Meta:
        verbose_name = "satser"
        verbose_name_plural = "satser"
        ordering = ["-valid_from", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["valid_from", "version"], name="one_rate_row_per_version"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")),
                name="rates_end_after_they_start",
                violation_error_message="Satserne kan ikke slutte, før de begynder.",
            ),
        ]

    def __str__(self) -> str:
        return f"Satser fra {self.valid_from:%d.%m.%Y}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new row from a day that has one becomes the next version."""
        if self._state.adding:
            before = NationalRates.objects.filter(valid_from=self.valid_from).aggregate(highest=models.Max("version"))
            self.version = (before["highest"] or 0) + 1
        super().save(*args, **kwargs)

    def as_rates(self) -> Rates:
        """As the rules read it: percents become fractions."""
        return Rates(
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            base_amount=self.base_amount,
            threshold=self.threshold,
            reduction_below=self.reduction_below_percent / 100,
            reduction_above=self.reduction_above_percent / 100,
            extra_atp_percent=self.extra_atp_percent / 100,
            extra_atp_max=self.extra_atp_max,
            ordinary_atp_per_hour=self.ordinary_atp_per_hour,
            ordinary_atp_full=self.ordinary_atp_full,
            mandatory_pension_percent=self.mandatory_pension_percent / 100,
        )


def rates_for(month: Month) -> Rates:
    """The rates of a benefit month. Raises rules.rates.NoRates with a sentence when there are none."""
    return rates_on(month, [row.as_rates() for row in NationalRates.objects.covering(month)])


def has_rates(month: Month) -> bool:
    return NationalRates.objects.covering(month).exists()
