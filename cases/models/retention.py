"""How long personal data is kept, and what has been deleted when its time was up."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel, Once, ScopedModel, ScopedQuerySet
from cases.models.control import Seal


class RetentionKind(models.TextChoices):
    """What has a period of its own. A citizen goes whole, and not before the files and looks that are about them."""

    PAYMENT_FILES = "payment_files", "Udbetalingsfiler"
    POSTING_FILES = "posting_files", "Posteringsstatus"
    LOOKS = "looks", "Opslagsloggen"
    STRANGERS = "strangers", "Hændelser om personer uden sag her"
    CITIZENS = "citizens", "Borgere, hvis sag er slut"


class RetentionPeriodQuerySet(ScopedQuerySet):
    def in_force(self, day: date) -> Self:
        return self.filter(valid_from__lte=day).order_by("-valid_from")


class RetentionPeriod(ScopedModel):
    """How many years a kind of data is kept, from a day on, and why (databeskyttelsesforordningen art. 5, stk. 1,
    litra e). Nothing is deleted of a kind without one; kassation is the municipality's own decision (arkivloven).
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="retention_periods", verbose_name="kommune"
    )
    kind = models.CharField("data", max_length=14, choices=RetentionKind.choices)
    years = models.PositiveSmallIntegerField(
        "gemmes i år", validators=[MinValueValidator(1), MaxValueValidator(100)], help_text="Hele år."
    )
    valid_from = models.DateField("gælder fra")
    reason = models.CharField(
        "begrundelse", max_length=300, help_text="Formålet, og hvor det er besluttet (fx kassationsplan)."
    )
    history = HistoricalRecords()

    objects = RetentionPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "slettefrist"
        verbose_name_plural = "slettefrister"
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "valid_from"], name="one_retention_period_per_day"),
            models.CheckConstraint(condition=models.Q(years__gte=1), name="retention_period_is_whole_years"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.years} år"


class RetentionLog(InsertOnlyModel):
    """One deletion: what, how many rows by table, by which period, by whom, and the SHA-256 of what went.

    The guards let rows out only while one of these stands open, and none of these is ever let out: what is deleted
    leaves its mark. It is open only inside the transaction that deletes.
    """

    movable = {"closed_at": Once()}
    kept_for_ever = True

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name="kommune")
    kind = models.CharField("data", max_length=14, choices=RetentionKind.choices)
    years = models.PositiveSmallIntegerField("frist i år")
    reason = models.CharField("begrundelse", max_length=300)
    before = models.DateField("fra før")
    subjects = models.PositiveIntegerField("antal")
    rows = models.JSONField("rækker")
    sha256 = models.CharField("kontrolsum af det slettede", max_length=64)
    made_at = models.DateTimeField("slettet")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    closed_at = models.DateTimeField("afsluttet", null=True)

    class Meta:
        verbose_name = "sletning"
        verbose_name_plural = "sletninger"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(closed_at__isnull=True), name="retention_door_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} fra før {self.before:%d.%m.%Y}"


class RetentionCut(InsertOnlyModel):
    """What a sealed stretch is after a deletion: how many rows went and are left, and the SHA-256 of those left."""

    municipality_path = "log__municipality"
    kept_for_ever = True

    log = models.ForeignKey(RetentionLog, models.PROTECT, related_name="cuts", verbose_name="sletning")
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="cuts", verbose_name="segl")
    removed = models.PositiveIntegerField("slettede rækker")
    left = models.PositiveIntegerField("rækker tilbage")
    sha256 = models.CharField("segl over resten", max_length=64)

    class Meta:
        verbose_name = "segl efter sletning"
        verbose_name_plural = "segl efter sletning"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["log", "seal"], name="one_cut_per_deletion_and_seal"),
            models.CheckConstraint(condition=models.Q(removed__gte=1), name="a_cut_removes_something"),
        ]

    def __str__(self) -> str:
        return f"{self.seal}: {self.removed} slettet"
