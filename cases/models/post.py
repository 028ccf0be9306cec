"""What was issued to a citizen, and how it was delivered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel, ScopedModel
from cases.models.letter import Letter
from cases.models.payment import Payment
from cases.models.people import Citizen


class IssuedDocument(InsertOnlyModel):
    """A letter as it was issued: everything it says, frozen as JSON, and its plain text. Its PDF is an IssuedFile.

    Names, addresses and employers' names are frozen here; a year later the same content gives the same bytes.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name="kommune")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="documents", verbose_name="borger")
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="specification", verbose_name="udbetaling"
    )
    letter = models.OneToOneField(Letter, models.PROTECT, null=True, related_name="document", verbose_name="brev")
    title = models.CharField("titel", max_length=160)
    context = models.JSONField("indhold")
    text = models.TextField("tekst")
    sha256 = models.CharField("kontrolsum af indholdet", max_length=64)
    template_version = models.CharField("skabelon", max_length=20)
    issued_at = models.DateTimeField("udstedt")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="af")

    class Meta:
        verbose_name = "udstedt dokument"
        verbose_name_plural = "udstedte dokumenter"
        indexes = [models.Index(fields=["citizen", "-issued_at"], name="document_by_citizen")]

    def __str__(self) -> str:
        return self.title


class IssuedFile(InsertOnlyModel):
    """The PDF of an issued document: the bytes and their hash. Made once, in the background."""

    municipality_path = "document__municipality"

    document = models.OneToOneField(IssuedDocument, models.PROTECT, related_name="file", verbose_name="dokument")
    body = models.BinaryField("PDF")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField("dannet")

    class Meta:
        verbose_name = "udstedt PDF"
        verbose_name_plural = "udstedte PDF'er"

    def __str__(self) -> str:
        return self.sha256[:12]


class DeliveryState(models.TextChoices):
    """SENDING stands only while a try goes on. A try that was broken off is UNKNOWN: never tried again by itself."""

    WAITING = "waiting", "Venter"
    SENDING = "sending", "Sendes nu"
    SENT = "sent", "Sendt med Digital Post"
    UNKNOWN = "unknown", "Uvist, om det er sendt"
    FAILED = "failed", "Kunne ikke sendes"
    ON_PAPER = "on_paper", "Skal sendes på papir"
    PRINTED = "printed", "Sendt på papir"


class Delivery(ScopedModel):
    """The delivery of one issued document: an outbox row. ``attempts`` is counted before each try.

    ``message_uuid`` is the message's number at Digital Post: the same at every try.
    """

    municipality_path = "document__municipality"

    document = models.OneToOneField(IssuedDocument, models.PROTECT, related_name="delivery", verbose_name="dokument")
    state = models.CharField("tilstand", max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    message_uuid = models.UUIDField("forsendelse", unique=True)
    attempts = models.PositiveIntegerField("forsøg", default=0)
    tried_at = models.DateTimeField("sidst forsøgt", null=True)
    error = models.CharField("fejl", max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "forsendelse"
        verbose_name_plural = "forsendelser"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["state", "id"], condition=~models.Q(state="sent"), name="delivery_not_sent"),
        ]

    def __str__(self) -> str:
        return self.get_state_display()
