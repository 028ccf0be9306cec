"""New or corrected pay after a month was decided: the income check of that case starts again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cases.gather import gather
from cases.models import (
    Decision,
    Municipality,
    Outcome,
    Run,
    RunState,
    Task,
    TaskConcern,
    TaskKind,
    User,
    parameters_for,
    rates_for,
)
from cases.models.task import NEW_PAY
from cases.run_month import decide_and_save
from cases.save_decisions import due_date
from rules.decision import Decision as Decided
from rules.decision import decide
from rules.frozen import freeze
from rules.income_rules import BY_CODE
from rules.months import Month
from rules.registry import Numbers

MONTHS_TOUCHED = 3
"""A month's pay decides the next benefit month and is compared with in the two after it."""


def recheck(touched: Iterable[tuple[int, Month]], user: User, now: datetime) -> None:
    """Look again at decided months whose facts may have changed. ``touched``: case and income month.

    An untouched task is decided anew and may pass; a paid month is never rewritten: a task shows the difference.
    """
    for (municipality_id, month), grant_ids in _decided(touched).items():
        with transaction.atomic():
            run = Run.objects.filter(municipality=municipality_id, benefit_month=month).first()
            if run and run.state != RunState.CLOSED:
                decide_and_save(run, sorted(grant_ids), now)
            _show_differences(municipality_id, month, sorted(grant_ids), user, now)


def _decided(touched: Iterable[tuple[int, Month]]) -> dict[tuple[int, Month], set[int]]:
    """The decisions that the new pay may touch: (municipality, benefit month) to cases."""
    wanted: defaultdict[int, set[Month]] = defaultdict(set)
    for grant_id, month in touched:
        wanted[grant_id] |= {month + ahead for ahead in range(MONTHS_TOUCHED + 1)}
    found: defaultdict[tuple[int, Month], set[int]] = defaultdict(set)
    rows = Decision.objects.filter(grant__in=wanted).values_list("municipality_id", "grant_id", "benefit_month")
    for municipality_id, grant_id, month in rows.distinct():
        if month in wanted[grant_id]:
            found[municipality_id, month].add(grant_id)
    return found


def _show_differences(municipality_id: int, month: Month, grant_ids: list[int], user: User, now: datetime) -> None:
    """A task for each paid month whose subsidy would be another with what is known now."""
    paid = Decision.objects.filter(grant__in=grant_ids, benefit_month=month).in_force().filter(outcome=Outcome.PAID)
    decisions = {one.grant_id: one for one in paid}
    if not decisions:
        return
    rates = rates_for(month)
    parameters = parameters_for(Municipality.objects.get(id=municipality_id), month)
    waiting = set(
        Task.objects.open()
        .filter(grant__in=decisions, benefit_month=month, kind=TaskKind.RECALCULATION)
        .values_list("grant_id", flat=True)
    )
    for grant_id, facts in gather(list(decisions), month).items():
        decided = decide(facts, rates, parameters)
        before = decisions[grant_id]
        if decided.calculation.subsidy != before.subsidy and grant_id not in waiting:
            _make_task(before, decided, user, now)


def _make_task(before: Decision, decided: Decided, user: User, now: datetime) -> None:
    subsidy: Decimal = decided.calculation.subsidy
    message = BY_CODE["INC22"].message
    task = Task(
        municipality_id=before.municipality_id,
        grant_id=before.grant_id,
        benefit_month=before.benefit_month,
        kind=TaskKind.RECALCULATION,
        event=NEW_PAY,
        headline=message,
        priority=50,
        due_date=due_date(before.benefit_month, now.date()),
        decision=before,
        proposed=subsidy,
        at_stake=subsidy - before.subsidy,
        created_at=now,
    )
    task._history_user, task._change_reason = user, "Nye lønoplysninger efter udbetaling"
    task.save()
    numbers = Numbers(
        found=subsidy, expected=before.subsidy, deviation=None, months=(before.benefit_month,),
        details=(f"Udbetalt {before.subsidy} kr., beregnet nu {subsidy} kr.",),
    )  # fmt: skip
    concern = TaskConcern(task=task, code="INC22", position=1, message=message, numbers=freeze(numbers))
    concern._history_user, concern._change_reason = user, "Nye lønoplysninger efter udbetaling"
    concern.save()
