"""Letters with an answer, party hearings, complaints and journal notes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.base import InsertOnlyModel, ScopedModel
from cases.models.fields import HundredthsField, MoneyField
from cases.models.grant import Grant, GrantPart
from cases.models.payment import Payment
from cases.models.task import Task


class LetterKind(models.TextChoices):
    QUESTION = "question", "Spørgsmål"
    HEARING = "hearing", "Partshøring"
    PENSION = "pension", "Folkepension"
    END = "end", "Afgørelse om ophør"
    DIFFERENCE = "difference", "Afgørelse om efterregulering"
    OTHER = "other", "Andet brev"


class Letter(GrantPart):
    """A letter to the citizen or the employer, with its deadline and the answer. Written here; sent by S4's post."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="letters", verbose_name="sag")
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="letters", verbose_name="opgave")
    kind = models.CharField("slags", max_length=20, choices=LetterKind.choices)
    recipient = models.CharField("til", max_length=10, choices=[("citizen", "Borger"), ("employer", "Arbejdsgiver")])
    subject = models.CharField("emne", max_length=160)
    body = models.TextField("tekst")
    deadline = models.DateField("svarfrist", null=True)
    sent_at = models.DateTimeField("sendt", null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="sendt af"
    )
    answer = models.TextField("svar", blank=True)
    answer_source = models.CharField("svarets kilde", max_length=160, blank=True)
    answered_at = models.DateTimeField("svar registreret", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="registreret af"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "brev"
        verbose_name_plural = "breve"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject


class PartyHearing(GrantPart):
    """The three questions of forvaltningsloven § 19, and what came of them. ``held``: kroner that wait."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="hearings", verbose_name="sag")
    task = models.OneToOneField(Task, models.PROTECT, related_name="hearing", verbose_name="opgave")
    unknown_to_citizen = models.BooleanField("borgeren kender ikke oplysningen")
    is_significant = models.BooleanField("ændringen er ikke uvæsentlig")
    to_detriment = models.BooleanField("ændringen er til ugunst")
    change = MoneyField("ændring")
    change_percent = HundredthsField("ændring i procent", null=True)
    held = MoneyField("tilbageholdt beløb")
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, related_name="+", verbose_name="brev")
    deadline = models.DateField("svarfrist", null=True)
    answer = models.TextField("borgerens svar", blank=True)
    outcome = models.CharField(
        "udfald",
        max_length=10,
        blank=True,
        choices=[("none", "Ikke nødvendig"), ("upheld", "Fastholdt"), ("changed", "Ændret")],
    )
    asked_at = models.DateTimeField("spurgt")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    closed_at = models.DateTimeField("afsluttet", null=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "partshøring"
        verbose_name_plural = "partshøringer"

    def __str__(self) -> str:
        return f"Partshøring om {self.change} kr."


class Complaint(ScopedModel):
    """A complaint over a payment: within four weeks or not, re-assessment, outcome (LAB § 204; RSL §§ 66-67)."""

    municipality_path = "payment__municipality"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="complaints", verbose_name="udbetaling")
    received_on = models.DateField("modtaget")
    is_in_time = models.BooleanField("inden for fire uger")
    text = models.TextField("klagen")
    reassessment = models.TextField("genvurdering", blank=True)
    outcome = models.CharField(
        "udfald",
        max_length=20,
        blank=True,
        choices=[
            ("recalculated", "Genberegnet"),
            ("upheld_and_sent", "Fastholdt og sendt til Ankestyrelsen"),
            ("rejected_late", "Afvist: for sent"),
        ],
    )
    registered_at = models.DateTimeField("registreret")
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    closed_at = models.DateTimeField("afsluttet", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="afsluttet af"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "klage"
        verbose_name_plural = "klager"
        ordering = ["-received_on"]

    def __str__(self) -> str:
        return f"Klage modtaget {self.received_on:%d.%m.%Y}"


class JournalNote(InsertOnlyModel):
    """A note on a case. Written once."""

    municipality_path = "grant__municipality"

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="journal", verbose_name="sag")
    text = models.TextField("note")
    written_at = models.DateTimeField("skrevet")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")

    class Meta:
        verbose_name = "journalnote"
        verbose_name_plural = "journalnoter"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text[:60]


class Visitation(GrantPart):
    """Visitation and refusion of a case, from a day (no effect on the subsidy; refusion percent is data, Q37)."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="visitations", verbose_name="sag")
    visited_on = models.DateField("visitationsdato")
    group = models.CharField("målgruppe", max_length=120)
    status = models.CharField("status", max_length=120)
    first_fleksjob_day = models.DateField("første dag i fleksjob", null=True, blank=True)
    refusion_category = models.CharField("refusionskategori", max_length=80, blank=True)
    first_day = models.DateField("gælder fra")
    last_day = models.DateField("gælder til", null=True, blank=True)
    source = models.CharField("kilde", max_length=160)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "visitation og refusion"
        verbose_name_plural = "visitation og refusion"
        ordering = ["first_day"]

    def __str__(self) -> str:
        return f"{self.group}, {self.status}"


class ControlLine(InsertOnlyModel):
    """A line of R75 yearly control information, as imported; shown through a dated filter table."""

    municipality_path = "citizen__municipality"

    citizen = models.ForeignKey("cases.Citizen", models.PROTECT, related_name="control_lines", verbose_name="borger")
    key = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField("indkomstår")
    code = models.CharField("felt", max_length=20)
    text = models.CharField("tekst", max_length=160)
    amount = MoneyField("beløb")
    imported_at = models.DateTimeField("indlæst")

    class Meta:
        verbose_name = "kontroloplysning (R75)"
        verbose_name_plural = "kontroloplysninger (R75)"
        constraints = [models.UniqueConstraint(fields=["citizen", "key"], name="one_control_line_per_content")]

    def __str__(self) -> str:
        return f"{self.year} {self.code}"
