"""The municipality's own legal assessment of its automation, article by article and version by version."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel


class Article(models.TextChoices):
    """What KOMBIT's note assesses, and what the municipality must take its own stand on."""

    AUTHORITY = "hjemmel", "Hjemmel"
    DISCRETION = "skoen", "Skøn under regel"
    HEARING = "partshoering", "Partshøring"
    REASONS = "begrundelse", "Begrundelse"
    ARTICLE_22 = "artikel-22", "GDPR artikel 22"
    INSIGHT = "indsigt", "Sagsbehandlernes indsigt"


class Applies(models.TextChoices):
    """Whether GDPR article 22 applies; the other articles always do."""

    YES = "yes", "Ja, artikel 22 gælder"
    NO = "no", "Nej, artikel 22 gælder ikke"
    NOT_ASSESSED = "not_assessed", "Ikke vurderet"


class Assessment(InsertOnlyModel):
    """One version of the assessment of one article. A new one is written beside it; none is ever changed.

    ``assessed``: the settings it assessed, frozen: those in force that day and those already decided for later.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="assessments", verbose_name="kommune")
    article = models.CharField("artikel", max_length=20, choices=Article.choices)
    version = models.PositiveIntegerField("version")
    text = models.TextField("vurdering")
    applies = models.CharField("finder anvendelse", max_length=20, choices=Applies.choices, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="skrevet af")
    written_at = models.DateTimeField("skrevet")
    assessed = models.JSONField("indstillinger, der er vurderet")

    class Meta:
        verbose_name = "vurdering"
        verbose_name_plural = "vurderinger"
        ordering = ["article", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "article", "version"], name="one_assessment_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.get_article_display()}, version {self.version}"
