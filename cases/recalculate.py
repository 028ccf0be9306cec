"""Recalculation (FLEX_BEREGN): what changed at the top, the months it touches, and what is to be settled.

It passes by itself when nothing stops it and no manual recalculation of the case is open (seed, annex 1,
"Genberegning opgaver"); else it is, or joins, a task.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction

from cases.begin_recalculations import begin
from cases.models import Decision, Grant, Outcome, Process, Run, RunState, User
from cases.models.jobcentre import JobcentreEvent
from cases.models.process import ProcessKind, Stage
from cases.process_concerns import ProcessLook
from cases.process_engine import OPEN, held_process, refresh
from cases.recalculated_months import Spans, look_again_at_many, reach
from cases.run_month import decide_and_save
from cases.signed import saved
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
    spans = {grant.pk: (first_month, last_month)}
    how = {"event": event, "source": source, "user": user, "now": now, "by_hand": by_hand}
    return recalculate_many(spans, **how).get(grant.pk)


def recalculate_many(
    spans: Spans,
    *,
    event: str,
    source: JobcentreEvent | None = None,
    user: User,
    now: datetime,
    by_hand: bool = False,
) -> dict[int, Process]:
    """The same for many cases, at most one of each citizen: as many queries as for one.

    But where a person has an open recalculation: it takes the months over, one by one.
    """
    with transaction.atomic():
        held = Grant.objects.select_for_update(of=("self",)).select_related("citizen").filter(id__any_of=spans)
        grants = {one.pk: one for one in held.order_by("id")}
        oldest, newest = reach(now)
        spans = {id_: (max(spans[id_][0], oldest), min(spans[id_][1], newest)) for id_ in grants}
        decide_waiting_of_many(spans, now)
        standing = Process.objects.filter(grant__any_of=spans, kind=ProcessKind.RECALCULATION, state__in=OPEN)
        found = {
            one.grant_id: _joined(held_process(one), *spans[one.grant_id], event, source, user, now) for one in standing
        }
        fresh = [
            _process(grant, *spans[id_], event, source, user, now) for id_, grant in grants.items() if id_ not in found
        ]
        looks = ProcessLook.of_many(fresh, now)
        return found | {one.grant_id: one for one in begin(looks, user, event, now, by_hand=by_hand)}


def _process(
    grant: Grant, first: Month, last: Month, event: str, source: JobcentreEvent | None, user: User, now: datetime
) -> Process:
    return Process(
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


def _joined(
    process: Process, first: Month, last: Month, event: str, source: JobcentreEvent | None, user: User, now: datetime
) -> Process:
    """An open recalculation takes the months over, and stays manual."""
    process.first_month = min(first, process.first_month)
    process.last_month = max(last, process.last_month)
    process.source = process.source or source
    return refresh(saved(process, user, event), user, event, now)


def decide_waiting(grant: Grant, now: datetime) -> None:
    """Decide the unpaid months of open runs anew; a task that a person has touched is left (it shows live figures)."""
    decide_waiting_of_many({grant.pk: reach(now)}, now)


def decide_waiting_of_many(spans: Spans, now: datetime) -> None:
    """The same for the months between, month by month for all cases at once."""
    wanted: defaultdict[tuple[int, Month], set[int]] = defaultdict(set)
    rows = Decision.objects.filter(grant__any_of=spans, outcome=Outcome.TASK).in_force()
    for municipality_id, grant_id, month in rows.values_list("municipality_id", "grant_id", "benefit_month"):
        if spans[grant_id][0] <= month <= spans[grant_id][1]:
            wanted[municipality_id, month].add(grant_id)
    decide_again(wanted, now)


def decide_again(wanted: Mapping[tuple[int, Month], Collection[int]], now: datetime) -> None:
    """The cases of each municipality and month, where its run is not closed."""
    months = {month for _, month in wanted}
    runs = Run.objects.filter(benefit_month__in=months).exclude(state=RunState.CLOSED).select_related("municipality")
    for run in runs.order_by("benefit_month", "municipality_id") if wanted else ():
        if grant_ids := wanted.get((run.municipality_id, run.benefit_month)):
            with transaction.atomic():
                decide_and_save(run, sorted(grant_ids), now)


def propose_regulation(grant: Grant, user: User, now: datetime) -> Process | None:
    """The start months paid on expected wage, once a whole month's wage is in the register: proposed as a task.

    Never done by itself (REC20 stops it). None when there is nothing to regulate. Bekg. 227/2024 § 4, stk. 2.
    """
    return propose_regulations([grant.pk], user, now).get(grant.pk)


def propose_regulations(grant_ids: Iterable[int], user: User, now: datetime) -> dict[int, Process]:
    """The same for many cases, at most one of each citizen."""
    oldest, newest = reach(now)
    paid = Decision.objects.filter(
        grant__any_of=grant_ids, grant__expected_wage__isnull=False, outcome=Outcome.PAID,
        benefit_month__gte=oldest, benefit_month__lte=newest,
    )  # fmt: skip
    months: defaultdict[int, list[Month]] = defaultdict(list)
    for grant_id, month, facts in paid.in_force().values_list("grant_id", "benefit_month", "facts"):
        if expected_wage(thaw(Facts, facts)) is not None:
            months[grant_id].append(month)
    looks = look_again_at_many({id_: (min(of), max(of)) for id_, of in months.items()}, now)
    regulated = [id_ for id_, of in looks.items() if any(one.regulation for one in of)]
    spans = {id_: (min(months[id_]), max(months[id_])) for id_ in regulated}
    return recalculate_many(spans, event=REGULATE, user=user, now=now) if spans else {}
