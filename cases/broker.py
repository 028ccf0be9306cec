"""The queue in the database with two lanes: a month's run never waits behind ten thousand letters."""

from __future__ import annotations

from time import sleep
from typing import Any

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf

LATER = "senere"
"""The lane of what may wait: async_task(..., cluster=LATER)."""


class TwoLanes(ORM):
    """Takes from its own lane first, and from the other when its own is empty."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        taken = self._take(self.list_key) or self._take(LATER)
        if not taken:
            sleep(Conf.POLL)
        return taken or None

    def _take(self, lane: str) -> list[tuple[int, str]]:
        """Jobs that nobody else has got: each is taken by compare-and-swap on its lock."""
        rows: Any = self.get_connection()
        free = rows.filter(key=lane, lock__lt=timezone.now()).order_by("id")[: Conf.BULK]
        return [
            (job.pk, job.payload)
            for job in free
            if rows.filter(id=job.id, lock=job.lock).update(lock=self.timeout(job))
        ]
