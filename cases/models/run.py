"""The monthly run (kørsel) and the blocks it is made of."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel, ScopedQuerySet
from cases.models.fields import MonthField
from cases.models.grant import Grant
from cases.templatetags.danish import month_name


class RunState(models.TextChoices):
    RUNNING = "running", "I gang"
    DONE = "done", "Færdig"
    CLOSED = "closed", "Måneden er lukket"


class Run(ScopedModel):
    """One ordinary run per municipality and benefit month; starting again goes on with it.

    ``rates`` and ``parameters`` are read again at each start and kept with each decision, not here.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="runs", verbose_name="kommune")
    benefit_month = MonthField("tilskudsmåned")
    state = models.CharField("tilstand", max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField("startet")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    finished_at = models.DateTimeField("færdig", null=True, blank=True)
    closed_at = models.DateTimeField("lukket", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lukket af"
    )
    starts = models.PositiveIntegerField("gange startet", default=1)

    class Meta:
        verbose_name = "kørsel"
        verbose_name_plural = "kørsler"
        ordering = ["-benefit_month"]
        constraints = [models.UniqueConstraint(fields=["municipality", "benefit_month"], name="one_run_a_month")]

    def __str__(self) -> str:
        return f"Kørsel {month_name(self.benefit_month)}"


class BlockState(models.TextChoices):
    WAITING = "waiting", "Venter"
    DONE = "done", "Færdig"
    FAILED = "failed", "Opgivet"


class BlockQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        return self.filter(state=BlockState.WAITING)


class Block(ScopedModel):
    """A few hundred cases by id range. ``attempts`` is counted before the work, so that a kill is counted."""

    municipality_path = "run__municipality"

    run = models.ForeignKey(Run, models.CASCADE, related_name="blocks")
    first_grant = models.BigIntegerField()
    last_grant = models.BigIntegerField()
    cases = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=BlockState.choices, default=BlockState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_seen_at = models.DateTimeField(null=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = "blok"
        verbose_name_plural = "blokke"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "first_grant"], name="one_block_per_range")]

    def __str__(self) -> str:
        return f"{self.first_grant}-{self.last_grant}"


class Failure(ScopedModel):
    """A program error on one case in a run. A month cannot be closed while one is unsolved."""

    municipality_path = "run__municipality"

    run = models.ForeignKey(Run, models.CASCADE, related_name="failures")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="failures")
    message = models.TextField("fejl")
    happened_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "programfejl"
        verbose_name_plural = "programfejl"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "grant"], condition=models.Q(solved_at__isnull=True), name="one_open_failure_per_case"
            )
        ]

    def __str__(self) -> str:
        return self.message
