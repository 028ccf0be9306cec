"""Payment lists (udbetalingslister): what is let go together, its file, and what the finance system answered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel, ScopedModel, ScopedQuerySet
from cases.models.fields import MoneyField


class Profile(models.TextChoices):
    """The public forms of G68/G69 (cases.integrations.payment_file says how they differ)."""

    OS2BOS = "opus_os2bos", "KMD Opus (som OS2bos)"
    PRISME_10Q = "prisme_10q", "Prisme (som 10Q)"


DIGITS = RegexValidator(r"^[0-9]+$", "Skriv kun cifre.")


class PaymentSettingsQuerySet(ScopedQuerySet):
    def in_force(self, day: date) -> Self:
        return self.filter(valid_from__lte=day).order_by("-valid_from")


class PaymentSettings(ScopedModel):
    """How a municipality pays, from a day on: accounts, numbers and profile of the payment file. No file without it."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="payment_settings", verbose_name="kommune"
    )
    valid_from = models.DateField("gælder fra")
    profile = models.CharField("filens form", max_length=20, choices=Profile.choices, default=Profile.OS2BOS)
    registration_place = models.CharField(
        "registreringssted", max_length=3, default="000", validators=[DIGITS], help_text="Tre cifre."
    )
    org_unit = models.CharField("organisationsenhed", max_length=4, validators=[DIGITS], help_text="Højst fire cifre.")
    machine_number = models.CharField(
        "maskinnummer", max_length=5, validators=[DIGITS], help_text="Højst fem cifre. Økonomisystemet har givet det."
    )
    account = models.CharField(
        "konto", max_length=15, validators=[DIGITS],
        help_text="Udgiftskontoen, 10 cifre i Opus og op til 15 i Prisme.",
    )  # fmt: skip
    four_eyes = models.BooleanField(
        "to personer om hver udbetaling", default=True,
        help_text="Tændt: den, der har gjort listen klar, kan ikke selv frigive den.",
    )  # fmt: skip
    pays_from_other_system = models.BooleanField(
        "udbetales fra et andet system (KY)", default=False,
        help_text="Tændt: portalen danner ingen udbetalingsfil, kun en eksport af indtægter og afgørelser.",
    )  # fmt: skip
    note = models.CharField("begrundelse", max_length=300, blank=True)
    history = HistoricalRecords()

    objects = PaymentSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = "udbetalingsindstillinger"
        verbose_name_plural = "udbetalingsindstillinger"
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "valid_from"],
                name="one_payment_setting_per_day",
                violation_error_message="Der er allerede indstillinger fra den dag.",
            )
        ]

    def __str__(self) -> str:
        return f"Udbetaling fra {self.valid_from:%d.%m.%Y}"


class BatchState(models.TextChoices):
    PREPARED = "prepared", "Gjort klar"
    RELEASED = "released", "Frigivet"
    ANSWERED = "answered", "Bogført"
    CANCELLED = "cancelled", "Fortrudt"


class PaymentBatch(ScopedModel):
    """Payments let go together by a person. ``count`` and ``total`` are the control sums of what goes into the file.

    Kroner before tax. Once it is released, its file is kept in ``PaymentFile`` and never changed.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="batches", verbose_name="kommune")
    number = models.PositiveIntegerField("nummer")
    pay_date = models.DateField("udbetales")
    state = models.CharField("tilstand", max_length=10, choices=BatchState.choices, default=BatchState.PREPARED)
    count = models.PositiveIntegerField("antal i filen", default=0)
    total = MoneyField("sum", default=Decimal(0))
    prepared_at = models.DateTimeField("gjort klar")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")
    released_at = models.DateTimeField("frigivet", null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="frigivet af"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = "udbetalingsliste"
        verbose_name_plural = "udbetalingslister"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="one_batch_per_number"),
            models.UniqueConstraint(
                fields=["municipality"], condition=models.Q(state="prepared"), name="one_prepared_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"Udbetalingsliste {self.number}"


class PaymentFile(InsertOnlyModel):
    """The file a batch became: its bytes as they were handed over."""

    municipality_path = "batch__municipality"

    batch = models.OneToOneField(PaymentBatch, models.PROTECT, related_name="file", verbose_name="udbetalingsliste")
    name = models.CharField("filnavn", max_length=120)
    profile = models.CharField("form", max_length=20, choices=Profile.choices)
    body = models.BinaryField("fil")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField("dannet")

    class Meta:
        verbose_name = "udbetalingsfil"
        verbose_name_plural = "udbetalingsfiler"

    def __str__(self) -> str:
        return self.name


class PostingFile(InsertOnlyModel):
    """A status file from the finance system, as it was read in. It lists failures only."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="posting_files", verbose_name="kommune")
    name = models.CharField("filnavn", max_length=120)
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField("fil")
    last_due_date = models.DateField("seneste forfaldsdag", null=True)
    posted = models.PositiveIntegerField("bogført")
    failed = models.PositiveIntegerField("afvist")
    unknown = models.PositiveIntegerField("ikke genkendt")
    read_at = models.DateTimeField("indlæst")
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")

    class Meta:
        verbose_name = "posteringsstatus"
        verbose_name_plural = "posteringsstatus"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["municipality", "sha256"], name="one_posting_file_per_content")]

    def __str__(self) -> str:
        return self.name
