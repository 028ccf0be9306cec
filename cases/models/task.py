"""Tasks on a person's desk, and the concerns that put them there."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel, ScopedQuerySet
from cases.models.decision import Decision
from cases.models.fields import MoneyField, MonthField
from cases.models.grant import Grant
from cases.models.people import Citizen
from cases.templatetags.danish import month_name


class TaskKind(models.TextChoices):
    INCOME = "income", "Indtægter"
    RECALCULATION = "recalculation", "Genberegning"
    START_UP = "start_up", "Opstart"
    FOLLOW_UP = "follow_up", "Opfølgning"
    END_GRANT = "end_grant", "Afslut bevilling"
    NEW_CASE = "new_case", "Ny sag"
    LOST_RIGHT = "lost_right", "Opfølgning på mistet ret"
    PENSION = "pension", "Folkepension"
    EXPIRING = "expiring", "Bevilling udløber"
    CEILING = "ceiling", "Lønloft skal bekræftes"
    ADJUSTMENT = "adjustment", "Efterregulering"
    UNHANDLED = "unhandled", "Ikke håndteret"
    FAILURE = "failure", "Programfejl"


class TaskState(models.TextChoices):
    OPEN = "open", "Åben"
    WAITING = "waiting", "Afventer"
    ACCEPTED = "accepted", "Godkendt"
    CORRECTED = "corrected", "Rettet og godkendt"
    REPLACED = "replaced", "Erstattet"


OPEN_STATES = (TaskState.OPEN, TaskState.WAITING)

RULES_BROKEN = "BATCH_FLT_INDTAEGTSREGLER_BRUDT"
NEW_PAY = "NYE_LOENOPLYSNINGER"
NO_AUTOMATION = "FULD_AUTOMATIK_FRA"
CASE_FAILED = "PROGRAMFEJL"
EVENTS = {
    RULES_BROKEN: "Indtægtsregler er brudt",
    NEW_PAY: "Nye lønoplysninger",
    NO_AUTOMATION: "Fuld automatik er slået fra",
    CASE_FAILED: "Programfejl",
}
"""The official codes in words; other events are words already."""


class ConcernKind(models.TextChoices):
    BLOCKING = "blocking", "Stopper"
    CHECKMARK = "checkmark", "Skal kvitteres"
    MANDATORY = "mandatory", "Skal udfyldes"
    REQUIRED = "required", "Påkrævet"
    OPTIONAL = "optional", "Valgfri"
    NOTE = "note", "Vises"


class TaskQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)


class Task(ScopedModel):
    """One thing a person must decide. ``version`` counts saves, so that nobody overwrites another in silence.

    ``decision`` is the proposal; ``proposed`` and ``final`` are its subsidy and the one that was accepted.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="tasks", verbose_name="kommune")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="tasks", verbose_name="sag")
    citizen = models.ForeignKey(Citizen, models.PROTECT, null=True, related_name="tasks", verbose_name="borger")
    benefit_month = MonthField("tilskudsmåned")
    kind = models.CharField("slags", max_length=20, choices=TaskKind.choices, default=TaskKind.INCOME)
    event = models.CharField("hændelse", max_length=60, default=RULES_BROKEN)
    state = models.CharField("tilstand", max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    headline = models.CharField("årsag", max_length=200)
    priority = models.PositiveIntegerField("prioritet", default=100)
    due_date = models.DateField("frist")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+", verbose_name="forslag")
    proposed = MoneyField("foreslået tilskud", null=True)
    at_stake = MoneyField("ændring i kr.", null=True)
    final = MoneyField("endeligt tilskud", null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="hos"
    )
    created_at = models.DateTimeField("oprettet")
    touched_at = models.DateTimeField("taget op", null=True)
    closed_at = models.DateTimeField("lukket", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="lukket af"
    )
    note = models.TextField("note", blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = "opgave"
        verbose_name_plural = "opgaver"
        ordering = ["due_date", "priority", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "benefit_month", "kind"],
                condition=models.Q(state__in=["open", "waiting"]),
                name="one_open_task_per_month_and_kind",
            )
        ]
        indexes = [
            models.Index(
                fields=["municipality", "due_date", "priority", "id"],
                condition=models.Q(state__in=["open", "waiting"]),
                name="inbox",
            ),
            models.Index(
                fields=["assigned_to", "due_date", "priority", "id"],
                condition=models.Q(state__in=["open", "waiting"]),
                name="desk",
            ),
            models.Index(
                fields=["municipality", "-closed_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="task_solved",
            ),
            models.Index(fields=["municipality", "benefit_month", "kind", "state"], name="task_by_month"),
        ]

    def __str__(self) -> str:
        return f"{self.headline} ({month_name(self.benefit_month)})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class TaskConcern(ScopedModel):
    """A concern of a task, with its numbers and the answer of the person who passed it."""

    municipality_path = "task__municipality"

    task = models.ForeignKey(Task, models.PROTECT, related_name="concerns", verbose_name="opgave")
    code = models.CharField("kode", max_length=10)
    position = models.PositiveSmallIntegerField("rækkefølge")
    stage = models.CharField("trin", max_length=2, blank=True)
    kind = models.CharField("slags", max_length=10, choices=ConcernKind.choices, default=ConcernKind.BLOCKING)
    message = models.CharField("tekst", max_length=300)
    numbers = models.JSONField("tal")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="besvaret af"
    )
    answered_at = models.DateTimeField("besvaret", null=True)
    note = models.TextField("note", blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "undringsårsag"
        verbose_name_plural = "undringsårsager"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["task", "code"], name="one_concern_per_code")]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class ConcernAnswer(ScopedModel):
    """A person's answer to a concern of a case's month: input to the next decision, valid for these numbers."""

    municipality_path = "grant__municipality"

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="answers", verbose_name="sag")
    benefit_month = MonthField("tilskudsmåned")
    code = models.CharField("kode", max_length=10)
    numbers = models.TextField("tal")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    answered_at = models.DateTimeField("besvaret")
    note = models.TextField("note", blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "svar på undringsårsag"
        verbose_name_plural = "svar på undringsårsager"
        constraints = [
            models.UniqueConstraint(fields=["grant", "benefit_month", "code", "numbers"], name="one_answer_per_numbers")
        ]

    def __str__(self) -> str:
        return f"{self.code}, {month_name(self.benefit_month)}"
