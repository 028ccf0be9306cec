"""What a user keeps for themselves in the portal."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """The filters of an inbox under a name (min visning). Only its user sees it; it holds no citizen's data."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name="bruger"
    )
    name = models.CharField("navn", max_length=40)
    query = models.CharField("filtre", max_length=200)

    class Meta:
        verbose_name = "visning"
        verbose_name_plural = "visninger"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
