"""A program error on one case: the others go on, and the coordinator gets a task."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.models import Grant, Task, TaskKind, User
from cases.models.task import CASE_FAILED
from cases.open_task import closed
from cases.save_decisions import due_date
from cases.signed import saved
from rules.months import Month

log = logging.getLogger(__name__)


def each_case(what: str, grants: Iterable[Grant], act: Callable[[Grant], object], now: datetime) -> int:
    """Do ``act`` on each case, in a transaction of its own. How many gave something.

    A program error leaves a task for the coordinator, which closes by itself on the night the case goes through.
    """
    event = f"{CASE_FAILED}_{what.upper().replace(' ', '_')}"
    headline = f"Den daglige opfølgning ({what}) mislykkedes på grund af en programfejl"
    done, failed = 0, set()
    for grant in grants:
        try:
            with transaction.atomic():
                done += bool(act(grant))
        except Exception as fault:
            log.exception("the follow-up of the case failed", extra={"case": grant.pk})
            failed.add(grant.pk)
            open_failure(grant, fault, headline, event, now)
    close_failures(event, failed, now)
    return done


def open_failure(grant: Grant, fault: Exception, headline: str, event: str, now: datetime) -> Task | None:
    """One open task per case, event and month; None when there is one."""
    month = Month.of(localdate(now))
    known = Task.objects.open().filter(grant=grant, kind=TaskKind.FAILURE, event=event, benefit_month=month)
    if known.exists():
        return None
    task = Task(
        municipality_id=grant.municipality_id,
        grant=grant,
        citizen_id=grant.citizen_id,
        benefit_month=month,
        kind=TaskKind.FAILURE,
        event=event,
        headline=headline[:200],
        priority=0,
        due_date=due_date(month, localdate(now)),
        created_at=now,
        note=f"{type(fault).__name__}: {fault}"[:500],
    )
    return saved(task, User.objects.system(), headline[:100])


def close_failures(event: str, still: Collection[int], now: datetime) -> int:
    """Close the event's tasks but those of the cases that fail still. How many."""
    gone = list(Task.objects.open().filter(kind=TaskKind.FAILURE, event=event).exclude(grant__in=still))
    for task in gone:
        closed(task, "Fejlen er væk: sagen gik igennem.", User.objects.system(), now)
    return len(gone)
