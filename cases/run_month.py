"""The monthly run: every due case decided in blocks, safe to start twice and to be killed in the middle."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import Error as DatabaseFault
from django.db import transaction
from django.db.models import F
from django_q.tasks import async_task

from cases.collector import collector_paused
from cases.due import due_in
from cases.gather import gather
from cases.models import (
    Block,
    BlockState,
    Decision,
    Failure,
    Grant,
    Ids,
    Municipality,
    Outcome,
    Run,
    RunState,
    Task,
    TaskKind,
    TaskState,
    User,
    parameters_for,
    rates_for,
)
from cases.models.task import CASE_FAILED
from cases.refused import Refused
from cases.run_progress import Progress, progress
from cases.save_decisions import Act, Case, due_date, save_decisions
from cases.templatetags.danish import month_name
from cases.write_many import write_history
from rules.decision import Decision as Decided
from rules.decision import decide
from rules.facts import Facts
from rules.months import Month
from rules.parameters import Parameters
from rules.rates import NoRates, Rates

BLOCK_SIZE = 500
MAX_ATTEMPTS = 5

__all__ = ["Progress", "close_month", "enqueue_run", "progress", "rehearse", "start_run", "work_block"]

log = logging.getLogger(__name__)


def start_run(municipality: Municipality, month: Month, user: User, now: datetime) -> Run:
    """The month's run, ready to be worked: made, or the one that is there, to go on with.

    Refused with a sentence when the month has no rates or is closed.
    """
    try:
        rates_for(month)
    except NoRates as error:
        raise Refused(str(error)) from error
    with transaction.atomic():
        run, made = Run.objects.select_for_update().get_or_create(
            municipality=municipality, benefit_month=month, defaults={"started_at": now, "started_by": user}
        )
        if run.state == RunState.CLOSED:
            raise Refused(
                f"Måneden {month_name(month)} er lukket. Nye oplysninger behandles som genberegning af den enkelte sag."
            )
        if not made:
            run.starts += 1
            run.started_at, run.started_by = now, user
        _lay_out_blocks(run)
        run.state, run.finished_at = RunState.RUNNING, None
        run.save()
    return run


def _lay_out_blocks(run: Run) -> None:
    """A new pass over all due cases when the last one ended; else the waiting blocks get new attempts."""
    waiting = run.blocks.waiting()
    if waiting.exists():
        waiting.update(attempts=0)
        return
    run.blocks.all().delete()
    decided = Decision.objects.of(run.municipality).filter(benefit_month=run.benefit_month)
    due = due_in(run.municipality, run.benefit_month).grant_ids
    ids = sorted({*due, *decided.values_list("grant_id", flat=True)})
    parts = (ids[at : at + BLOCK_SIZE] for at in range(0, len(ids), BLOCK_SIZE))
    Block.objects.bulk_create(
        Block(run=run, first_grant=part[0], last_grant=part[-1], cases=len(part)) for part in parts
    )


def work_block(block_id: int, now: datetime) -> None:
    """Decide and write one block in one transaction; called by the worker and by the command alike.

    The attempt is counted before the work, so that a kill is counted. A block that is taken or done is left.
    A database fault on writing halves the block until the bad case stands alone as a failure.
    """
    if not Block.objects.filter(id=block_id, state=BlockState.WAITING).exists():
        return
    block = Block.objects.select_related("run__municipality").get(id=block_id)
    block.attempts += 1
    block.last_seen_at = now
    block.save(update_fields=["attempts", "last_seen_at"])
    if block.attempts > MAX_ATTEMPTS:
        Block.objects.filter(id=block_id).update(state=BlockState.FAILED)
        finish_if_done(block.run_id, now)
        return
    try:
        with collector_paused(), transaction.atomic():
            if _taken(block):
                return
            decide_and_save(block.run, _grant_ids(block), now)
            Block.objects.filter(id=block_id).update(state=BlockState.DONE)
    except DatabaseFault:
        log.exception("the block could not be written whole", extra={"run": block.run_id, "block": block.id})
        _work_apart(block, _grant_ids(block), now)
        Block.objects.filter(id=block_id).update(state=BlockState.DONE)
    finish_if_done(block.run_id, now)


def _taken(block: Block) -> bool:
    """Whether another worker holds the block or has done it. Holds it for this one otherwise."""
    free = Block.objects.select_for_update(skip_locked=True).filter(id=block.id, state=BlockState.WAITING)
    return not list(free)


def _work_apart(block: Block, ids: list[int], now: datetime) -> None:
    try:
        with transaction.atomic():
            decide_and_save(block.run, ids, now)
    except DatabaseFault as fault:
        if len(ids) == 1:
            with transaction.atomic():
                _fail(block.run, {ids[0]: f"Databasen afviste sagen: {fault}"}, now)
            return
        middle = len(ids) // 2
        _work_apart(block, ids[:middle], now)
        _work_apart(block, ids[middle:], now)


def _grant_ids(block: Block) -> list[int]:
    run = block.run
    return due_in(run.municipality, run.benefit_month, block.first_grant, block.last_grant).grant_ids


def finish_if_done(run_id: int, now: datetime) -> None:
    """Mark the run as done when no block waits. Safe to call any number of times."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        if run.state == RunState.RUNNING and not run.blocks.waiting().exists():
            run.state, run.finished_at = RunState.DONE, now
            run.save(update_fields=["state", "finished_at"])


def decide_and_save(run: Run, ids: list[int], now: datetime) -> None:
    """Decide the cases of a run and write what is new. Must run inside a transaction."""
    month, user = run.benefit_month, User.objects.system()
    rates, parameters = rates_for(month), parameters_for(run.municipality, month)
    facts, standing = gather(ids, month), _standing(Ids(ids), month)
    faults: dict[int, str] = {}
    cases: list[Case] = []
    for grant_id, citizen_id in Grant.objects.filter(id__any_of=ids).order_by("id").values_list("id", "citizen_id"):
        try:
            decided = decide(facts[grant_id], rates, parameters)
        except Exception:
            log.exception("the case failed", extra={"run": run.id, "case": grant_id})
            faults[grant_id] = traceback.format_exc(limit=3)
            continue
        before = standing.get(grant_id)
        if before is None or before.is_replaced_by(decided):
            cases.append(_case(grant_id, citizen_id, run.municipality_id, decided, facts[grant_id], before))
    act = Act(month, user, now, f"Kørsel {month_name(month)}", run)
    _replace_tasks([case.grant_id for case in cases if case.supersedes], act)
    save_decisions(cases, act)
    _solve(run, ids, faults, now)
    _fail(run, faults, now)


@dataclass(frozen=True)
class Standing:
    """The decision in force of a case and month, and whether a person has touched its task."""

    id: int
    sequence: int
    outcome: str
    fingerprint: str
    is_untouched: bool

    def is_replaced_by(self, decided: Decided) -> bool:
        """Only a task nobody has touched, and only when the facts, rates or settings have changed."""
        return self.outcome == Outcome.TASK and self.is_untouched and self.fingerprint != decided.fingerprint


def _standing(ids: Ids, month: Month) -> dict[int, Standing]:
    untouched = set(
        Task.objects.open()
        .filter(grant__any_of=ids, benefit_month=month, kind=TaskKind.INCOME, touched_at__isnull=True)
        .values_list("grant_id", flat=True)
    )
    rows = Decision.objects.filter(grant__any_of=ids, benefit_month=month).order_by("sequence")
    return {
        grant_id: Standing(id_, sequence, outcome, fingerprint, grant_id in untouched)
        for grant_id, id_, sequence, outcome, fingerprint in rows.values_list(
            "grant_id", "id", "sequence", "outcome", "fingerprint"
        )
    }


def _case(grant: int, citizen: int, owner: int, decided: Decided, facts: Facts, before: Standing | None) -> Case:
    last = facts.paid_subsidies[-1].amount if facts.paid_subsidies else None
    if before is None:
        return Case(grant, citizen, owner, decided, last)
    return Case(grant, citizen, owner, decided, last, before.id, before.sequence + 1)


def _replace_tasks(grant_ids: Sequence[int], act: Act) -> None:
    """Close the tasks that a new decision replaces, with history."""
    if not grant_ids:
        return
    standing = Task.objects.open().filter(grant__any_of=grant_ids, benefit_month=act.month, kind=TaskKind.INCOME)
    tasks = list(standing.select_for_update().order_by("id"))
    closed = {"state": TaskState.REPLACED, "closed_at": act.now, "closed_by": act.user}
    for task in tasks:
        task.version += 1
        for name, value in closed.items():
            setattr(task, name, value)
    Task.objects.filter(id__any_of=[task.pk for task in tasks]).update(version=F("version") + 1, **closed)
    write_history(tasks, kind="~", user=act.user, reason="Nye oplysninger: sagen er beregnet igen", now=act.now)


def _fail(run: Run, faults: dict[int, str], now: datetime) -> None:
    """A program error leaves a failure and a task for the coordinator; the month cannot be closed with one."""
    user = User.objects.system()
    for grant_id, message in faults.items():
        failure, made = Failure.objects.get_or_create(
            run=run, grant_id=grant_id, solved_at=None, defaults={"message": message, "happened_at": now}
        )
        if not made:
            continue
        task = Task(
            municipality_id=run.municipality_id,
            grant_id=grant_id,
            benefit_month=run.benefit_month,
            kind=TaskKind.FAILURE,
            event=CASE_FAILED,
            headline="Sagen kunne ikke beregnes på grund af en programfejl",
            priority=0,
            due_date=due_date(run.benefit_month, now.date()),
            created_at=now,
            note=failure.message.strip().splitlines()[-1],
        )
        task._history_user, task._change_reason = user, f"Kørsel {month_name(run.benefit_month)}"
        task.save()


def _solve(run: Run, ids: Iterable[int], faults: dict[int, str], now: datetime) -> None:
    """Failures of cases that went through this time are solved, and their tasks closed."""
    solved = Failure.objects.filter(run=run, grant__any_of=ids, solved_at__isnull=True).exclude(grant__in=faults)
    grants = list(solved.values_list("grant_id", flat=True))
    if not grants:
        return
    solved.update(solved_at=now)
    user = User.objects.system()
    for task in Task.objects.open().filter(grant__in=grants, benefit_month=run.benefit_month, kind=TaskKind.FAILURE):
        task.state, task.closed_at, task.closed_by = TaskState.ACCEPTED, now, user
        task._history_user, task._change_reason = user, "Sagen er beregnet"
        task.save()


def close_month(run: Run, user: User, now: datetime) -> None:
    """Lock the month for further runs. Refused while a case has failed or a block waits.

    Open tasks of the month can still be finished: closing must not cost anybody their subsidy.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run.id)
        failed = run.failures.filter(solved_at__isnull=True).count()
        if failed:
            raise Refused(f"{failed} sager er fejlet. Ret dem, og kør måneden igen, før du lukker den.")
        if run.state != RunState.DONE:
            raise Refused("Kørslen er ikke færdig. Vent, til den er det, før du lukker måneden.")
        run.state, run.closed_at, run.closed_by = RunState.CLOSED, now, user
        run.save()


@dataclass(frozen=True)
class Rehearsal:
    """What a run would do, without writing: counts, the sum, and how often each rule would stop a case."""

    total: int
    automatic: int
    manual: int
    failed: int
    subsidy_sum: Decimal
    concerns: dict[str, int]


def rehearse(municipality: Municipality, month: Month) -> Rehearsal:
    """Decide every due case of the month as if nothing had been decided, and write nothing."""
    try:
        rates = rates_for(month)
    except NoRates as error:
        raise Refused(str(error)) from error
    parameters = parameters_for(municipality, month)
    ids = due_in(municipality, month).grant_ids
    outcomes: list[Decided | None] = []
    for at in range(0, len(ids), BLOCK_SIZE):
        facts = gather(ids[at : at + BLOCK_SIZE], month)
        outcomes += [_decide_or_none(one, rates, parameters) for one in facts.values()]
    return _summed(outcomes)


def _decide_or_none(facts: Facts, rates: Rates, parameters: Parameters) -> Decided | None:
    try:
        return decide(facts, rates, parameters)
    except Exception:
        log.exception("rehearsal: a case failed")
        return None


def _summed(outcomes: list[Decided | None]) -> Rehearsal:
    decided = [one for one in outcomes if one is not None]
    paid = [one for one in decided if one.outcome == Outcome.PAID]
    concerns: dict[str, int] = {}
    for one in decided:
        for concern in one.concerns:
            concerns[concern.code] = concerns.get(concern.code, 0) + 1
    total = sum((one.calculation.subsidy for one in paid), Decimal(0))
    return Rehearsal(len(outcomes), len(paid), len(decided) - len(paid), len(outcomes) - len(decided), total, concerns)


def waiting_blocks(run: Run) -> list[int]:
    return list(run.blocks.waiting().order_by("id").values_list("id", flat=True))


def enqueue_run(run: Run, now: datetime) -> None:
    """Hand the waiting blocks to the background worker; taken up when this transaction commits."""
    with transaction.atomic():
        for block_id in waiting_blocks(run):
            async_task("cases.jobs.work_block", block_id, group=f"run-{run.id}")
    finish_if_done(run.id, now)
