"""Who looked at whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel
from cases.models.people import Citizen


class Look(models.TextChoices):
    """How much was seen: a person's own page, or a line among others."""

    PAGE = "page", "Side"
    LIST = "list", "Liste"
    SEARCH = "search", "Søgning"
    EXPORT = "export", "Udtræk"
    REGISTER = "register", "Opslag i eIndkomst"
    ADDRESS = "address", "Beskyttet adresse"


class AccessLog(InsertOnlyModel):
    """A look at a citizen's data (opslagslog): who, when, what, for what purpose.

    ``is_own``: the user looked at themselves; ``is_protected``: the citizen had a protected address then.
    """

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, db_index=False, related_name="+", verbose_name="kommune"
    )
    citizen = models.ForeignKey(
        Citizen, models.PROTECT, db_index=False, related_name="access_log", verbose_name="borger"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name="bruger"
    )
    happened_at = models.DateTimeField("hvornår")
    action = models.CharField("hvad", max_length=60)
    purpose = models.CharField("formål", max_length=200)
    kind = models.CharField("slags", max_length=8, choices=Look.choices, default=Look.PAGE)
    is_own = models.BooleanField("opslag på sig selv", default=False)
    is_protected = models.BooleanField("beskyttet borger", default=False)

    class Meta:
        verbose_name = "opslag"
        verbose_name_plural = "opslagslog"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["citizen", "-happened_at", "-id"], name="access_by_citizen"),
            models.Index(fields=["municipality", "-happened_at", "-id"], name="access_by_time"),
            models.Index(fields=["user", "-happened_at", "-id"], name="access_by_user"),
            models.Index(
                fields=["municipality", "-happened_at"],
                name="access_that_stands_out",
                condition=models.Q(is_own=True) | models.Q(is_protected=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}, {self.happened_at:%d.%m.%Y %H:%M}"
