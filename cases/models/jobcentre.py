"""What comes from outside about a citizen: jobcentre events, holiday payments, and the notices they leave."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel, Once, ScopedModel
from cases.models.fields import HundredthsField, MoneyField
from cases.models.grant import Grant
from cases.models.people import Citizen


class EventKind(models.TextChoices):
    SHIFT = "MAALGRUPPESKIFT", "Målgruppeskift"
    RECOMMENDATION = "INDSTILLING", "Indstilling"
    ACTIVITY = "AKTIVITET", "Aktivitet"
    ABSENCE = "FRAVAER", "Fravær"
    NEW_JOB = "NYT_JOB", "Nyt job"
    COURSE_CHANGED = "KONTAKTFORLOEB_AENDRET", "Kontaktforløb ændret"
    UNKNOWN = "UKENDT", "Ukendt hændelse"


class JobcentreEvent(InsertOnlyModel):
    """An event as it was received; the same id twice is one row. An unknown type is stored and listed, never lost.

    ``outcome``: what was made of it, as sentences. ``received_at`` decides "siden sagen sidst blev behandlet" (Q35).
    ``citizen`` is empty when nobody here had the number; it is filled in when the citizen comes (cases.link_events).
    """

    movable = {"citizen": Once()}

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name="kommune")
    citizen = models.ForeignKey(Citizen, models.PROTECT, null=True, related_name="events", verbose_name="borger")
    external_id = models.CharField("hændelsens id", max_length=60)
    kind = models.CharField("slags", max_length=30, choices=EventKind.choices)
    effective_date = models.DateField("virkningsdato", null=True)
    received_at = models.DateTimeField("modtaget")
    payload = models.JSONField("indhold")
    origin = models.CharField("kilde", max_length=60)
    outcome = models.JSONField("førte til", default=list)
    imported_at = models.DateTimeField("indlæst")

    class Meta:
        verbose_name = "hændelse fra jobcentret"
        verbose_name_plural = "hændelser fra jobcentret"
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["municipality", "external_id"], name="one_event_per_id")]
        indexes = [
            models.Index(fields=["citizen", "received_at"], name="event_by_citizen"),
            models.Index(fields=["municipality", "-received_at", "-id"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_date or ''}"


class HolidayPayment(InsertOnlyModel):
    """Holiday pay that FerieKonto has paid out: net kroner, days and first holiday day. ``key``: content hash."""

    municipality_path = "citizen__municipality"

    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="holiday_payments", verbose_name="borger")
    key = models.CharField(max_length=64)
    requested_on = models.DateField("anmodet")
    first_day = models.DateField("første feriedag")
    days = HundredthsField("feriedage")
    net_amount = MoneyField("nettobeløb")
    tax_withheld = models.BooleanField("skat indeholdt")
    payer_se = models.CharField("udbetaler", max_length=8)
    imported_at = models.DateTimeField("indlæst")

    class Meta:
        verbose_name = "ferieudbetaling"
        verbose_name_plural = "ferieudbetalinger"
        constraints = [models.UniqueConstraint(fields=["citizen", "key"], name="one_holiday_payment_per_content")]

    def __str__(self) -> str:
        return f"{self.net_amount} kr. fra {self.first_day}"


class NoticeKind(models.TextChoices):
    NEW_JOB = "new_job", "Nyt job"
    HOLIDAY_PAY = "holiday_pay", "Feriepenge"
    SHIFT = "shift", "Målgruppeskift"
    ACTIVITY = "activity", "Aktivitet eller fravær"
    COURSE = "course", "Kontaktforløb"
    OTHER_SYSTEM = "other_system", "Opgave i andet system"
    UNHANDLED = "unhandled", "Ukendt hændelse"


class Notice(ScopedModel):
    """A notice (advis) on a case: it does not stop the case; a named person acknowledges or answers it."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="notices", verbose_name="kommune")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="notices", verbose_name="borger")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="notices", verbose_name="sag")
    kind = models.CharField("slags", max_length=20, choices=NoticeKind.choices)
    text = models.CharField("tekst", max_length=300)
    noticed_on = models.DateField("dato")
    source = models.CharField("kilde", max_length=60)
    event = models.ForeignKey(
        JobcentreEvent, models.PROTECT, null=True, related_name="notices", verbose_name="hændelse"
    )
    holiday_payment = models.ForeignKey(
        HolidayPayment, models.PROTECT, null=True, related_name="notices", verbose_name="ferieudbetaling"
    )
    points_to = models.CharField("peger på", max_length=30, blank=True)
    created_at = models.DateTimeField("oprettet")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="kvitteret af"
    )
    answered_at = models.DateTimeField("kvitteret", null=True)
    note = models.CharField("note", max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "advis"
        verbose_name_plural = "adviser"
        ordering = ["-noticed_on", "-id"]
        indexes = [
            models.Index(
                fields=["municipality", "-noticed_on", "-id"],
                condition=models.Q(answered_at__isnull=True),
                name="open_notices",
            )
        ]

    def __str__(self) -> str:
        return self.text
