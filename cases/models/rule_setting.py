"""How a municipality treats one rule: off, note or stop, with its limits, from a day."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel
from cases.models.fields import HundredthsField
from rules.months import Month
from rules.municipal_rules import MUNICIPAL, needs_two_persons
from rules.parameters import RuleMode


class Mode(models.TextChoices):
    OFF = "off", "Slukket"
    NOTE = "note", "Vises"
    STOP = "stop", "Stopper"


class RuleSetting(ScopedModel):
    """A municipal criterion from a day on. A rule of the class *skøn* is weakened only by two persons with a reason:
    until ``confirmed_by`` is filled by another than ``proposed_by`` the old setting counts.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="rule_settings", verbose_name="kommune")
    code = models.CharField("regel", max_length=10)
    valid_from = models.DateField("gælder fra")
    mode = models.CharField("virkning", max_length=10, choices=Mode.choices)
    low = HundredthsField("nedre grænse", null=True, blank=True)
    high = HundredthsField("øvre grænse", null=True, blank=True)
    reason = models.CharField("begrundelse", max_length=300)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="foreslået af"
    )
    proposed_at = models.DateTimeField("foreslået")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="bekræftet af"
    )
    confirmed_at = models.DateTimeField("bekræftet", null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "regel i kommunen"
        verbose_name_plural = "regler i kommunen"
        ordering = ["code", "-valid_from"]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_mode_display()}"

    def as_mode(self) -> RuleMode:
        low, high = (None if one is None else Decimal(one) for one in (self.low, self.high))
        return RuleMode(self.code, str(self.mode), low, high)


def modes_in_force(municipality: Municipality, month: Month, before: RuleSetting | None = None) -> tuple[RuleMode, ...]:
    """The settings that count in a benefit month, in the rules' order: the newest of each code. One that weakens a
    rule of the class *skøn* counts only when a second person has confirmed it. ``before``: only what stood before it.
    """
    rows = RuleSetting.objects.of(municipality).filter(valid_from__lte=month.last_day).order_by("valid_from", "id")
    counting: dict[str, RuleMode] = {}
    for row in rows:
        if before is not None and row.pk == before.pk:
            break
        mode = row.as_mode()
        if row.confirmed_by_id or not needs_two_persons(row.code, counting.get(row.code), mode):
            counting[row.code] = mode
    return tuple(counting[code] for code in MUNICIPAL if code in counting)
