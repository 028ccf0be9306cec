"""What has been counted of a month, kept until something of the month changes."""

from __future__ import annotations

from django.db import models

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel
from cases.models.fields import MonthField
from cases.templatetags.danish import month_name


class StoredMonth(ScopedModel):
    """A month's counts for the reports (cases.month_figures). Counted again when ``stamp`` no longer fits.

    Nothing is decided from it and it can be deleted at any time. ``asked_at``: a worker has been asked to count it.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, db_index=False, related_name="+", verbose_name="kommune"
    )
    benefit_month = MonthField("tilskudsmåned")
    figures = models.JSONField("tal", null=True)
    stamp = models.CharField(max_length=64, blank=True)
    counted_at = models.DateTimeField("talt op", null=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "gemte tal for en måned"
        verbose_name_plural = "gemte tal for måneder"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "benefit_month"], name="one_row_of_figures_a_month")
        ]

    def __str__(self) -> str:
        return f"{month_name(self.benefit_month)}"
