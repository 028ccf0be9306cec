"""Processes: start-up and recalculation, stage by stage, passing by themselves unless a concern stops them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel
from cases.models.fields import MonthField
from cases.models.grant import Grant, StopReason
from cases.models.jobcentre import JobcentreEvent
from cases.models.people import Citizen
from cases.models.task import Task


class ProcessKind(models.TextChoices):
    START_UP = "FLEX_OPSTART", "Opstart"
    RECALCULATION = "FLEX_BEREGN", "Genberegning"


class Stage(models.TextChoices):
    ELIGIBILITY = "4", "Trin 4 - Afgør berettigelse"
    INFORMATION = "6", "Trin 6 - Vurder sagsoplysninger"
    RATE = "7", "Trin 7 - Vurdér ydelse og sats"


class ProcessState(models.TextChoices):
    RUNNING = "running", "I gang"
    WAITING = "waiting", "Venter på sagsbehandler"
    DONE = "done", "Gennemført"
    REFUSED = "refused", "Afslået"


class Award(models.TextChoices):
    GRANTED = "granted", "Bevilget"
    REFUSED = "refused", "Afslag"


class Process(ScopedModel):
    """One start-up or recalculation of a case. ``stage`` is where it stands; ``task`` is there when it fell out.

    A start-up makes its grant when stage 4 passes; until then only the citizen is known.
    A recalculation covers the benefit months from first_month to last_month.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="processes", verbose_name="kommune")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="processes", verbose_name="borger")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="processes", verbose_name="sag")
    kind = models.CharField("proces", max_length=20, choices=ProcessKind.choices)
    state = models.CharField("tilstand", max_length=10, choices=ProcessState.choices, default=ProcessState.RUNNING)
    stage = models.CharField("trin", max_length=2, choices=Stage.choices)
    event = models.CharField("startet af", max_length=200)
    source = models.ForeignKey(
        JobcentreEvent, models.PROTECT, null=True, related_name="processes", verbose_name="hændelse"
    )
    task = models.OneToOneField(Task, models.PROTECT, null=True, related_name="process", verbose_name="opgave")
    award = models.CharField("afgørelse", max_length=10, choices=Award.choices, blank=True)
    award_reason = models.CharField("begrundelse", max_length=300, blank=True)
    first_day = models.DateField("bevilling fra", null=True)
    last_day = models.DateField("bevilling til", null=True)
    stop_reason = models.CharField("stopårsag", max_length=20, choices=StopReason.choices, blank=True)
    first_month = MonthField("første tilskudsmåned", null=True)
    last_month = MonthField("sidste tilskudsmåned", null=True)
    started_at = models.DateTimeField("startet")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    finished_at = models.DateTimeField("afsluttet", null=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="afsluttet af"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "proces"
        verbose_name_plural = "processer"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["citizen"],
                condition=models.Q(state__in=["running", "waiting"], kind="FLEX_OPSTART"),
                name="one_open_start_up_per_citizen",
            ),
            models.UniqueConstraint(
                fields=["grant"],
                condition=models.Q(state__in=["running", "waiting"], kind="FLEX_BEREGN"),
                name="one_open_recalculation_per_case",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
