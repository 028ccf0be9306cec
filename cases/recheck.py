"""New or corrected pay after a month was decided: an untouched task is decided anew, a paid month recalculated."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cases.case_failed import open_failure
from cases.models import Decision, Grant, Job, Outcome, Run, RunState, User
from cases.models.task import CASE_FAILED, NEW_PAY
from cases.recalculate import propose_regulation, recalculate
from cases.run_month import decide_and_save
from rules.months import Month

RECALCULATION_FAILED = "Sagen kunne ikke genberegnes på grund af en programfejl"
MONTHS_TOUCHED = 3
"""A month's pay decides the next benefit month and is compared with in the two after it."""

Touched = dict[int, set[Month]]

log = logging.getLogger(__name__)


def recheck(touched: Iterable[tuple[int, Month]], user: User, now: datetime) -> None:
    """Look again at decided months whose facts may have changed. ``touched``: case and income month.

    Each case stands alone: one that cannot be calculated becomes a task, and the others go on. The paid months come
    first: a correction that they have been calculated with stops no other month (INC22).
    """
    by_case: defaultdict[int, set[Month]] = defaultdict(set)
    for grant_id, month in touched:
        by_case[grant_id].add(month)
    paid = _paid(by_case)
    starting = Grant.objects.filter(id__any_of=by_case, expected_wage__isnull=False)
    for grant in Grant.objects.filter(id__in={*paid, *starting.values_list("id", flat=True)}).order_by("id"):
        try:
            with transaction.atomic():
                if months := paid.get(grant.pk):
                    recalculate(grant, min(months), max(months), event=NEW_PAY, user=user, now=now)
                propose_regulation(grant, user, now)
        except Exception as fault:
            log.exception("the case could not be recalculated", extra={"case": grant.pk})
            open_failure(grant, fault, RECALCULATION_FAILED, CASE_FAILED, now)
    _decide_waiting(by_case, now)


def _decide_waiting(by_case: Touched, now: datetime) -> None:
    """The unpaid months of open runs, month by month for all cases at once."""
    wanted: defaultdict[tuple[int, Month], set[int]] = defaultdict(set)
    rows = Decision.objects.filter(grant__any_of=by_case, outcome=Outcome.TASK).in_force()
    for municipality_id, grant_id, month in rows.values_list("municipality_id", "grant_id", "benefit_month"):
        if any(0 <= income.until(month) <= MONTHS_TOUCHED for income in by_case[grant_id]):
            wanted[municipality_id, month].add(grant_id)
    for (municipality_id, month), grant_ids in wanted.items():
        runs = Run.objects.filter(municipality=municipality_id, benefit_month=month).exclude(state=RunState.CLOSED)
        for run in runs.select_related("municipality"):
            with transaction.atomic():
                decide_and_save(run, sorted(grant_ids), now)


def _paid(by_case: Touched) -> Touched:
    """The paid benefit months whose sum rests on the new pay: the month after, and for a job set to "træk i samme
    måned" the month itself (bekg. 227/2024 § 4, stk. 1; Q32).
    """
    same_month = set(Job.objects.filter(grant__any_of=by_case, same_month=True).values_list("grant_id", flat=True))
    found: defaultdict[int, set[Month]] = defaultdict(set)
    months = {month + ahead for touched in by_case.values() for month in touched for ahead in (0, 1)}
    rows = Decision.objects.filter(grant__any_of=by_case, benefit_month__in=months, outcome=Outcome.PAID)
    for grant_id, month in rows.values_list("grant_id", "benefit_month").distinct():
        if month - 1 in by_case[grant_id] or (grant_id in same_month and month in by_case[grant_id]):
            found[grant_id].add(month)
    return found
