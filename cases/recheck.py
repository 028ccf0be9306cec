"""New or corrected pay after a month was decided: an untouched task is decided anew, a paid month recalculated."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from cases.case_failed import open_failure
from cases.collector import collector_paused
from cases.models import Decision, Grant, Job, Outcome, User
from cases.models.task import CASE_FAILED, NEW_PAY
from cases.recalculate import decide_again, propose_regulations, recalculate_many
from cases.run_month import BLOCK_SIZE
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
    grants = Grant.objects.filter(id__any_of={*paid, *starting.values_list("id", flat=True)}).order_by("id")
    for block in _blocks(grants):
        _recalculate(block, paid, user, now)
    _decide_waiting(by_case, now)


def _blocks(grants: Iterable[Grant]) -> Iterator[list[Grant]]:
    """As large as a run's, without two cases of one citizen: what the first has had done, the next is judged by."""
    of_citizen: Counter[int] = Counter()
    rounds: defaultdict[int, list[Grant]] = defaultdict(list)
    for grant in grants:
        rounds[of_citizen[grant.citizen_id]].append(grant)
        of_citizen[grant.citizen_id] += 1
    for _, found in sorted(rounds.items()):
        yield from (found[at : at + BLOCK_SIZE] for at in range(0, len(found), BLOCK_SIZE))


def _recalculate(block: list[Grant], paid: Touched, user: User, now: datetime) -> None:
    """In one transaction. When it fails each half by itself, until the case that cannot be calculated stands alone."""
    spans = {one.pk: (min(paid[one.pk]), max(paid[one.pk])) for one in block if one.pk in paid}
    try:
        with collector_paused(), transaction.atomic():
            recalculate_many(spans, event=NEW_PAY, user=user, now=now)
            propose_regulations([one.pk for one in block], user, now)
    except Exception as fault:
        if len(block) == 1:
            log.exception("the case could not be recalculated", extra={"case": block[0].pk})
            open_failure(block[0], fault, RECALCULATION_FAILED, CASE_FAILED, now)
            return
        middle = len(block) // 2
        _recalculate(block[:middle], paid, user, now)
        _recalculate(block[middle:], paid, user, now)


def _decide_waiting(by_case: Touched, now: datetime) -> None:
    """The unpaid months of open runs, month by month for all cases at once."""
    wanted: defaultdict[tuple[int, Month], set[int]] = defaultdict(set)
    rows = Decision.objects.filter(grant__any_of=by_case, outcome=Outcome.TASK).in_force()
    for municipality_id, grant_id, month in rows.values_list("municipality_id", "grant_id", "benefit_month"):
        if any(0 <= income.until(month) <= MONTHS_TOUCHED for income in by_case[grant_id]):
            wanted[municipality_id, month].add(grant_id)
    decide_again(wanted, now)


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
