"""Who looked at whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.accounts import Municipality
from cases.models.base import InsertOnlyModel
from cases.models.people import Citizen


class AccessLog(InsertOnlyModel):
    """A look at a citizen's data (opslagslog): who, when, what, for what purpose."""

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

    class Meta:
        verbose_name = "opslag"
        verbose_name_plural = "opslagslog"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["citizen", "-happened_at", "-id"], name="access_by_citizen"),
            models.Index(fields=["user", "-id"], name="access_by_user"),
            models.Index(fields=["municipality", "-id"], name="access_by_municipality"),
        ]

    def __str__(self) -> str:
        return f"{self.action}, {self.happened_at:%d.%m.%Y %H:%M}"
