"""What the background worker calls: ids in, one use-case; the clock is read here and handed down."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.utils import timezone

from cases import follow_ups, run_month
from cases.bank_days import run_day
from cases.checks import rates_warning
from cases.consistency import faults
from cases.models import Block, BlockState, Municipality, Run, User, has_rates
from rules.months import Month

log = logging.getLogger(__name__)

TICK_MINUTES = 15
STALE_AFTER = timedelta(minutes=10)


def work_block(block_id: int) -> None:
    """Decide one block of a run."""
    run_month.work_block(block_id, timezone.now())


def tick() -> None:
    """Every quarter of an hour: start the runs whose day has come, put stale blocks back in the queue.

    Our own calendar: the queue's monthly schedule drifts with daylight saving time. Safe to run at any time.
    """
    now = timezone.now()
    start_due_runs(timezone.localdate(now), now)
    requeue_stale_blocks(now)


def start_due_runs(today: date, now: datetime) -> list[Run]:
    """Start the current month's run in each municipality from its run day on; once, and only with rates."""
    month = Month.of(today)
    if today < run_day(month) or not has_rates(month):
        return []
    started = []
    for municipality in Municipality.objects.exclude(runs__benefit_month=month):
        run = run_month.start_run(municipality, month, User.objects.system(), now)
        run_month.enqueue_run(run)
        started.append(run)
    return started


def requeue_stale_blocks(now: datetime) -> int:
    """Blocks that wait although their job must be lost: hand them to the worker again. How many."""
    stale = Block.objects.filter(state=BlockState.WAITING, run__started_at__lt=now - STALE_AFTER).exclude(
        last_seen_at__gte=now - STALE_AFTER
    )
    runs = Run.objects.filter(id__in=stale.values("run_id"))
    for run in runs:
        run_month.enqueue_run(run)
    return stale.count()


def nightly() -> str:
    """Once a night: the follow-ups, the consistency check, and the warning about next year's rates.

    The lines it found.
    """
    now = timezone.now()
    follow_ups.daily(timezone.localdate(now), now)
    found = [*faults(), *filter(None, [rates_warning(timezone.localdate())])]
    for line in found:
        log.warning(line)
    return "\n".join(found) or "Alt stemmer."
