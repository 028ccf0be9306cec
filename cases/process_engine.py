"""The engine of the caseworker's process: a stage passes by itself unless a concern stops it; then it is a task.

Seed, annex 1: "Trin ... skal kunne køre igennem automatisk, men sagsbehandleren skal kunne tages med på råd".
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.timezone import localdate

from cases.choose_settlement import Choice, ask, choose
from cases.models import ConcernAnswer, Process, Task, TaskKind, TaskState, User
from cases.models.process import Award, ProcessKind, ProcessState, Stage
from cases.process_concerns import STAGES, ProcessLook, write_concerns
from cases.recalculated_months import adjustment_of
from cases.refused import Conflict, Refused
from cases.save_decisions import due_date
from cases.signed import saved
from cases.start_grant import decide_start_months, make_or_change, unmake
from rules.months import Month

TASK_KIND = {ProcessKind.START_UP: TaskKind.START_UP, ProcessKind.RECALCULATION: TaskKind.RECALCULATION}
OPEN = (ProcessState.RUNNING, ProcessState.WAITING)
PRIORITY = 50


def held_process(process: Process, version: int | None = None) -> Process:
    """The process as it stands now, locked for this transaction. Refused when it is over, or when its task was
    changed by another meanwhile.
    """
    current = Process.objects.select_for_update().get(pk=process.pk)
    if current.state not in OPEN:
        raise Conflict(f"Processen er allerede afsluttet af {current.finished_by}. Din ændring er ikke gemt.")
    if current.task_id is not None:
        current.task = Task.objects.select_for_update().get(pk=current.task_id)
        if version is not None and current.task.version != version:
            raise Conflict("En anden har ændret opgaven, mens du havde den åben. Se det nye, og prøv igen.")
    return current


def advance(process: Process, user: User, reason: str, now: datetime) -> Process:
    """Let the stages pass by themselves from the current one, until one is stopped or all are done."""
    while process.state in OPEN:
        look = ProcessLook(process, now)
        if look.waits:
            return wait_for_a_person(process, look, user, reason, now)
        pass_stage(process, look, user, reason, now)
    return process


def wait_for_a_person(process: Process, look: ProcessLook, user: User, reason: str, now: datetime) -> Process:
    """The process falls out to a task, or its task is brought up to date."""
    process.state = ProcessState.WAITING
    process.task = saved(task_of(process, look, now), user, reason)
    saved(process, user, reason)
    write_concerns(look, user, reason, now)
    return process


def task_of(process: Process, look: ProcessLook, now: datetime) -> Task:
    """The process's task as it should be now, new or brought up to date, to be written."""
    first = next(iter(look.stops(process.stage)), None)
    month = look.months[-1].month if look.months else _month_of(process, now)
    task = process.task or Task(
        municipality_id=process.municipality_id,
        citizen_id=process.citizen_id,
        benefit_month=month,
        kind=TASK_KIND[process.kind],
        event=process.event[:60],
        priority=PRIORITY,
        created_at=now,
        version=0,
    )
    task.grant_id, task.due_date = process.grant_id, task.due_date or due_date(month, localdate(now))
    if first is not None or not task.headline:
        task.headline = (first.message if first else process.get_stage_display())[:200]
    if look.months:
        last = look.months[-1]
        task.decision, task.proposed = last.decision, last.subsidy
        task.at_stake = sum((one.difference for one in look.months), Decimal(0))
    task.version += 1
    return task


def _month_of(process: Process, now: datetime) -> Month:
    """The month a task stands under when no paid month does."""
    if process.last_month is not None:
        return process.last_month
    return Month.of(process.first_day or localdate(now))


def pass_stage(
    process: Process, look: ProcessLook, user: User, reason: str, now: datetime, choice: Choice | None = None
) -> None:
    """Do what the current stage does, and go on to the next. The last one ends the process.

    ``choice``: how a person settles what the paid months got too much; without it a task asks.
    """
    if process.stage == Stage.ELIGIBILITY:
        if process.award == Award.REFUSED:
            unmake(process, user, process.award_reason)
            return _finish(process, look, ProcessState.REFUSED, user, process.award_reason, now)
        make_or_change(process, user, process.award_reason, now)
    stages = STAGES[process.kind]
    place = stages.index(process.stage) + 1
    if place < len(stages):
        process.stage = stages[place]
        saved(process, user, f"{Stage(stages[place - 1]).label}: gennemført. {reason}")
        return None
    return _finish(process, look, ProcessState.DONE, user, reason, now, choice)


def _finish(
    process: Process,
    look: ProcessLook,
    state: str,
    user: User,
    reason: str,
    now: datetime,
    choice: Choice | None = None,
) -> None:
    process.state, process.finished_at, process.finished_by = state, now, user
    saved(process, user, reason)
    if process.kind == ProcessKind.RECALCULATION:
        _settle(process, look, user, reason, now, choice)
    if process.task_id is not None:
        _close_task(process, look, user, reason, now)
    if process.grant_id is not None and state == ProcessState.DONE:
        process.grant.last_handled_at = now
        process.grant.save_without_historical_record(update_fields=["last_handled_at"])
        if process.kind == ProcessKind.START_UP:
            decide_start_months(process.grant, user, now)


def _settle(process: Process, look: ProcessLook, user: User, reason: str, now: datetime, choice: Choice | None) -> None:
    for one in look.months:
        if one.difference and one.concerns:
            raise Refused("Der er kommet nye undringsårsager. Se opgaven efter, og godkend igen.")
        if (row := adjustment_of(process, one, user, reason, now)) is not None:
            row.save()
    lower = [row.pk for row in process.adjustments.filter(payable_difference__lt=0)]
    if choice is not None and lower:
        choose(process.grant, lower, choice, user, now, task=process.task)
    else:
        ask(process.grant, user, now)


def _close_task(process: Process, look: ProcessLook, user: User, reason: str, now: datetime) -> None:
    task = process.task
    write_concerns(look, user, reason, now)
    task.state = TaskState.ACCEPTED if task.state != TaskState.CORRECTED else task.state
    task.final = next((one.subsidy for one in look.months if one.month == task.benefit_month), None)
    task.grant_id, task.note = process.grant_id, reason
    task.closed_at, task.closed_by, task.touched_at = now, user, task.touched_at or now
    task.version += 1
    saved(task, user, reason)


def refresh(process: Process, user: User, reason: str, now: datetime) -> Process:
    """Bring an open process up to date with what has changed: an earlier stage that is stopped again is where it
    stands now. It never passes by itself here: a person has it.
    """
    look = ProcessLook(process, now)
    stages = STAGES[process.kind]
    for stage in stages[: stages.index(process.stage)]:
        if look.stops(stage):
            process.stage = stage
            break
    return wait_for_a_person(process, look, user, reason, now)


def keep_answers(process: Process, look: ProcessLook, code: str, user: User, note: str, now: datetime) -> None:
    """A month's concern that is answered is input to its next decision, with just these numbers."""
    found = [(one.month, concern.key) for one in look.months for concern in one.concerns if concern.code == code]
    for month, numbers in found:
        what = {"grant_id": process.grant_id, "benefit_month": month, "code": code, "numbers": numbers}
        if not ConcernAnswer.objects.filter(**what).exists():
            saved(ConcernAnswer(**what, answered_by=user, answered_at=now, note=note), user, note or "Kvitteret")
