"""Trying other settings on months already decided, and the proposal that may come of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import ScopedModel
from cases.models.fields import MonthField
from cases.templatetags.danish import month_name
from rules.frozen import thaw
from rules.parameters import Parameters


class TrialState(models.TextChoices):
    WAITING = "waiting", "I gang"
    DONE = "done", "Færdig"
    FAILED = "failed", "Opgivet"


class SettingTrial(ScopedModel):
    """One rehearsal of a setting, with its result. ``today`` and ``chosen`` are frozen ``rules.parameters.Parameters``.

    ``result`` is what ``cases.rehearse_setting`` found: figures and ids, no name and no CPR number.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="trials", verbose_name="kommune")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="prøvet af")
    asked_at = models.DateTimeField("prøvet")
    first_month = MonthField("fra måned")
    last_month = MonthField("til måned")
    today = models.JSONField("indstillingerne den dag")
    chosen = models.JSONField("prøvede indstillinger")
    state = models.CharField("tilstand", max_length=10, choices=TrialState.choices, default=TrialState.WAITING)
    cases = models.PositiveIntegerField("afgørelser", default=0)
    done = models.PositiveIntegerField("prøvet indtil nu", default=0)
    last_seen_at = models.DateTimeField("sidst i gang", null=True)
    finished_at = models.DateTimeField("færdig", null=True)
    result = models.JSONField("resultat", default=dict)

    class Meta:
        verbose_name = "prøve af indstillinger"
        verbose_name_plural = "prøver af indstillinger"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Prøve {month_name(self.first_month)} til {month_name(self.last_month)}"

    @property
    def chosen_parameters(self) -> Parameters:
        parameters: Parameters = thaw(Parameters, self.chosen)
        return parameters

    @property
    def today_parameters(self) -> Parameters:
        parameters: Parameters = thaw(Parameters, self.today)
        return parameters


class ProposalState(models.TextChoices):
    WAITING = "waiting", "Venter på en anden"
    CONFIRMED = "confirmed", "Bekræftet"
    REJECTED = "rejected", "Afvist"
    WITHDRAWN = "withdrawn", "Trukket tilbage"


class SettingProposal(ScopedModel):
    """Settings that one person proposes from a day and another confirms. Nothing counts before that.

    ``base``: the settings in force when it was proposed. When they are others on the day of the confirmation, the
    figures that the proposal rests on are no longer true.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="setting_proposals", verbose_name="kommune"
    )
    trial = models.ForeignKey(SettingTrial, models.PROTECT, related_name="proposals", verbose_name="prøve")
    valid_from = models.DateField("gælder fra")
    base = models.JSONField("indstillinger før")
    chosen = models.JSONField("foreslåede indstillinger")
    state = models.CharField("tilstand", max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING)
    reason = models.CharField("begrundelse", max_length=300)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="foreslået af"
    )
    proposed_at = models.DateTimeField("foreslået")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="besvaret af"
    )
    answered_at = models.DateTimeField("besvaret", null=True)
    answer = models.CharField("svar", max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "forslag til indstillinger"
        verbose_name_plural = "forslag til indstillinger"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Forslag fra {self.valid_from:%d.%m.%Y}"

    @property
    def chosen_parameters(self) -> Parameters:
        parameters: Parameters = thaw(Parameters, self.chosen)
        return parameters

    @property
    def base_parameters(self) -> Parameters:
        parameters: Parameters = thaw(Parameters, self.base)
        return parameters
