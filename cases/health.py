"""How the portal is: what the health addresses and the metrics say. Counts and ages only, no personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import Error as DatabaseFault
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.utils import timezone
from django_q.models import OrmQ

from cases.models import Block, Delivery, DeliveryState, Failure, PaymentBatch, Run, RunState, Task, WorkerBeat

WORKER_SEEN = timedelta(hours=1)


@dataclass(frozen=True)
class Readiness:
    """Whether requests can be served: each part with a word, and whether all of them are right."""

    parts: dict[str, str]

    @property
    def is_ready(self) -> bool:
        return all(word == "ok" for word in self.parts.values())


def readiness() -> Readiness:
    """The database answers, and it has been migrated as far as this program needs."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = MigrationExecutor(connection).migration_plan(_all_migrations())
    except DatabaseFault:
        return Readiness({"database": "svarer ikke", "migrations": "ukendt"})
    return Readiness({"database": "ok", "migrations": f"{len(waiting)} mangler" if waiting else "ok"})


def _all_migrations() -> list[tuple[str, str]]:
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


def metrics() -> dict[str, float]:
    """Figures by name, with Prometheus' labels in the name. Small tables and partial indexes only."""
    now = timezone.now()
    free = OrmQ.objects.filter(lock__lte=now).aggregate(count=Count("id"), oldest=Min("lock"))
    found: dict[str, float] = {
        "flekslon_queue_waiting": free["count"],
        "flekslon_queue_oldest_seconds": (now - free["oldest"]).total_seconds() if free["oldest"] else 0,
        "flekslon_queue_taken": OrmQ.objects.filter(lock__gt=now).count(),
        "flekslon_workers_busy": WorkerBeat.objects.filter(busy_since__isnull=False).count(),
        "flekslon_workers_seen": WorkerBeat.objects.filter(seen_at__gt=now - WORKER_SEEN).count(),
        "flekslon_blocks_waiting": Block.objects.waiting().filter(run__state=RunState.RUNNING).count(),
        "flekslon_runs_running": Run.objects.filter(state=RunState.RUNNING).count(),
        "flekslon_failures_open": Failure.objects.filter(solved_at__isnull=True).count(),
        "flekslon_tasks_open": Task.objects.open().count(),
        "flekslon_letters_waiting": Delivery.objects.filter(state=DeliveryState.WAITING).count(),
    }
    for state, count in PaymentBatch.objects.values_list("state").annotate(Count("id")).order_by("state"):
        found[f'flekslon_batches{{state="{state}"}}'] = count
    return found
