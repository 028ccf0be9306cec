"""What the program's own controls found: decisions calculated again, and seals over the tables that only grow."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.adjustment import Adjustment
from cases.models.base import InsertOnlyModel, ScopedModel
from cases.models.decision import Decision
from cases.models.grant import Grant


class ControlKind(models.TextChoices):
    REPLAY = "replay", "Genafspilning"
    CONSISTENCY = "consistency", "Konsistenstjek"


class ControlRun(InsertOnlyModel):
    """One control: what was looked at, by whom, and how many faults it found. Without municipality: all of them."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, null=True, related_name="+", verbose_name="kommune")
    kind = models.CharField("slags", max_length=12, choices=ControlKind.choices)
    scope = models.CharField("omfang", max_length=120)
    run_at = models.DateTimeField("kørt")
    run_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    checked = models.PositiveIntegerField("efterset")
    old_rules = models.PositiveIntegerField("efter ældre regler", default=0)
    faults = models.PositiveIntegerField("fejl")

    class Meta:
        verbose_name = "kontrol"
        verbose_name_plural = "kontroller"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.run_at:%d.%m.%Y %H:%M}"


class AlarmKind(models.TextChoices):
    CHANGED = "changed", "Rækken er ændret uden om programmet"
    DIFFERENT = "different", "Programmet regner nu anderledes"
    WORDS = "words", "Kun ordene i beregningen er anderledes"
    UNREADABLE = "unreadable", "Rækken kan ikke læses eller beregnes"


class ReplayAlarm(ScopedModel):
    """A decision (or adjustment) that does not give itself when it is calculated again: which step, stored and found.

    ``answered``: a person has looked into it and written what it was. The alarm itself is never removed.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name="kommune")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="alarms", verbose_name="sag")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="alarms", verbose_name="afgørelse")
    adjustment = models.ForeignKey(
        Adjustment, models.PROTECT, null=True, related_name="alarms", verbose_name="efterregulering"
    )
    kind = models.CharField("slags", max_length=12, choices=AlarmKind.choices)
    where = models.CharField("hvor", max_length=300)
    stored = models.CharField("gemt", max_length=300)
    found = models.CharField("beregnet nu", max_length=300)
    found_at = models.DateTimeField("fundet")
    answered_at = models.DateTimeField("undersøgt", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="undersøgt af"
    )
    answer = models.CharField("hvad var det?", max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "alarm"
        verbose_name_plural = "alarmer"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.where}"


class Seal(InsertOnlyModel):
    """SHA-256 over the rows of one guarded table from ``first_id`` to ``last_id`` (both included), made at night.

    ``before``: the digest of the seal before it, which is hashed in, so that no seal can be taken out of the row.
    """

    kept_for_ever = True

    table = models.CharField("tabel", max_length=80)
    first_id = models.BigIntegerField("fra")
    last_id = models.BigIntegerField("til")
    rows = models.PositiveIntegerField("rækker")
    before = models.CharField("forrige segl", max_length=64, blank=True)
    sha256 = models.CharField("segl", max_length=64)
    sealed_at = models.DateTimeField("forseglet")

    class Meta:
        verbose_name = "segl"
        verbose_name_plural = "segl"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["table", "first_id"], name="one_seal_per_range")]

    def __str__(self) -> str:
        return f"{self.table} {self.first_id}-{self.last_id}"
