"""Recalculation (FLEX_BEREGN): what changed at the top, the months it touches, and what is to be settled.

It passes by itself when nothing stops it and no manual recalculation of the case is open (seed, annex 1,
"Genberegning opgaver"); else it is, or joins, a task.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cases.models import Decision, Grant, Outcome, Process, Run, RunState, User
from cases.models.jobcentre import JobcentreEvent
from cases.models.process import ProcessKind, Stage
from cases.process_concerns import STAGES, ProcessLook
from cases.process_engine import OPEN, advance, held_process, refresh, wait_for_a_person
from cases.recalculated_months import reach
from cases.run_month import decide_and_save
from cases.signed import held, saved
from rules.facts import Facts
from rules.frozen import thaw
from rules.months import Month
from rules.start_up import expected_wage

REGULATE = "Regulering af forventet løn"


def recalculate(
    grant: Grant,
    first_month: Month,
    last_month: Month,
    *,
    event: str,
    source: JobcentreEvent | None = None,
    user: User,
    now: datetime,
    by_hand: bool = False,
) -> Process | None:
    """Calculate the decided benefit months from first to last again, at most 12 back from now (Q18).

    A month that still is a task nobody has touched is decided anew; a paid month gets an adjustment. ``by_hand``:
    a person wants to go through the stages, also when nothing stops them. None when there is nothing to look at.
    """
    with transaction.atomic():
        grant = held(grant)
        oldest, newest = reach(now)
        first, last = max(first_month, oldest), min(last_month, newest)
        decide_waiting(grant, now, first, last)
        found = Process.objects.filter(grant=grant, kind=ProcessKind.RECALCULATION, state__in=OPEN).first()
        if found is not None:
            return _joined(held_process(found), first, last, event, source, user, now)
        process = Process(
            municipality_id=grant.municipality_id,
            citizen_id=grant.citizen_id,
            grant=grant,
            kind=ProcessKind.RECALCULATION,
            stage=Stage.INFORMATION,
            event=event[:200],
            source=source,
            first_month=first,
            last_month=max(first, last),
            started_at=now,
            started_by=user,
        )
        return _started(process, by_hand, user, event, now)


def _started(process: Process, by_hand: bool, user: User, event: str, now: datetime) -> Process | None:
    look = ProcessLook(process, now)
    stopped = by_hand or any(look.stops(stage) for stage in STAGES[process.kind])
    if not look.months and not stopped:
        return None
    saved(process, user, event)
    if by_hand and not look.missing:
        return wait_for_a_person(process, look, user, event, now)
    return advance(process, user, event, now)


def _joined(
    process: Process, first: Month, last: Month, event: str, source: JobcentreEvent | None, user: User, now: datetime
) -> Process:
    """An open recalculation takes the months over, and stays manual."""
    process.first_month = min(first, process.first_month)
    process.last_month = max(last, process.last_month)
    process.source = process.source or source
    return refresh(saved(process, user, event), user, event, now)


def decide_waiting(grant: Grant, now: datetime, first: Month | None = None, last: Month | None = None) -> None:
    """Decide the unpaid months of open runs anew; a task that a person has touched is left (it shows live figures)."""
    oldest, newest = reach(now)
    waiting = Decision.objects.filter(
        grant=grant, benefit_month__gte=first or oldest, benefit_month__lte=last or newest
    )
    months = list(waiting.in_force().filter(outcome=Outcome.TASK).values_list("benefit_month", flat=True))
    runs = Run.objects.filter(municipality=grant.municipality_id, benefit_month__in=months)
    for run in runs.exclude(state=RunState.CLOSED).select_related("municipality"):
        decide_and_save(run, [grant.pk], now)


def propose_regulation(grant: Grant, user: User, now: datetime) -> Process | None:
    """The start months paid on expected wage, once a whole month's wage is in the register: proposed as a task.

    Never done by itself (REC20 stops it). None when there is nothing to regulate. Bekg. 227/2024 § 4, stk. 2.
    """
    if grant.expected_wage is None:
        return None
    oldest, newest = reach(now)
    paid = Decision.objects.filter(grant=grant, benefit_month__gte=oldest, benefit_month__lte=newest).in_force()
    rows = paid.filter(outcome=Outcome.PAID).values_list("benefit_month", "facts")
    months = [month for month, facts in rows if expected_wage(thaw(Facts, facts)) is not None]
    if not months:
        return None
    first, last = min(months), max(months)
    probe = Process(
        citizen_id=grant.citizen_id, grant=grant, kind=ProcessKind.RECALCULATION, first_month=first, last_month=last
    )
    if not any(one.regulation for one in ProcessLook(probe, now).months):
        return None
    return recalculate(grant, first, last, event=REGULATE, user=user, now=now)
