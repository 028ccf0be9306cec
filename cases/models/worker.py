"""Signs of life of the background workers: what the supervisor and the health page look at. No personal data."""

from __future__ import annotations

from django.db import models


class WorkerBeat(models.Model):
    """One worker process. ``cluster``: its supervisor's name; ``busy_since``: when its present job began."""

    cluster = models.CharField(max_length=80)
    pid = models.PositiveIntegerField()
    busy_since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = "baggrundsproces"
        verbose_name_plural = "baggrundsprocesser"
        constraints = [models.UniqueConstraint(fields=["cluster", "pid"], name="one_beat_per_worker")]

    def __str__(self) -> str:
        return f"{self.cluster} {self.pid}"
