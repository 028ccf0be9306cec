"""Each worker leaves a sign of life when it is there, and at the beginning and end of each job, under its
supervisor's name.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection
from django.utils import timezone
from django_q.signals import post_execute_in_worker, post_spawn, pre_execute

from cases.models.worker import WorkerBeat

CLUSTER = "FLEKSLON_CLUSTER"
FORGOTTEN_AFTER = timedelta(days=1)


def connect() -> None:
    post_spawn.connect(_end, dispatch_uid="cases.beats.there")
    pre_execute.connect(_begin, dispatch_uid="cases.beats.begin")
    post_execute_in_worker.connect(_end, dispatch_uid="cases.beats.end")


def _begin(**_: Any) -> None:
    _beat(busy=True)


def _end(**_: Any) -> None:
    if not connection.needs_rollback:
        _beat(busy=False)


def _beat(*, busy: bool) -> None:
    now = timezone.now()
    values = {"seen_at": now, "busy_since": now if busy else None}
    with suppress(DatabaseFault):  # a job must not die of its sign of life
        WorkerBeat.objects.update_or_create(cluster=os.environ.get(CLUSTER, ""), pid=os.getpid(), defaults=values)


def is_anybody_busy() -> bool:
    """Whether some worker, on whatever host, is on a job that has not outlived the queue's time limit."""
    longest = timedelta(seconds=settings.Q_CLUSTER["timeout"] + 30)
    return WorkerBeat.objects.filter(busy_since__gt=timezone.now() - longest).exists()


def forget(cluster: str) -> None:
    """The processes of a cluster that is gone, and of all that have been silent for a day."""
    WorkerBeat.objects.filter(cluster=cluster).delete()
    WorkerBeat.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
