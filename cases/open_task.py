"""Tasks that are no month's decision: opened with the questions a person must answer, and closed with a note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cases.models import Citizen, ConcernKind, Grant, Task, TaskConcern, TaskKind, TaskState, User
from cases.refused import Conflict
from cases.signed import saved
from rules.months import Month

LOST_RIGHT_JOB, LOST_RIGHT_BENEFIT = "FOL1", "FOL2"
PENSION, EXPIRING, CEILING = "FOL3", "FOL4", "FOL5"
HEARING, COMPLAINT, MONTHS_MISSING = "FOL6", "FOL7", "FOL8"
ADJUSTMENT, ENDED = "FOL9", "FOL10"
"""Codes of follow-up questions: permanent, never used again for something else."""


@dataclass(frozen=True)
class Question:
    """What a follow-up task asks: its code, the sentence, and what it rests on."""

    code: str
    message: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ConcernKind.MANDATORY


def open_task(
    citizen: Citizen,
    grant: Grant | None,
    kind: TaskKind,
    month: Month,
    headline: str,
    *,
    due: date,
    questions: Iterable[Question],
    event: str,
    user: User,
    now: datetime,
    priority: int = 100,
) -> Task:
    """A task in the inbox. One case has one open task a month and kind: a further question joins it.

    Must run inside a transaction.
    """
    task = Task.objects.open().filter(grant=grant, benefit_month=month, kind=kind).first() if grant else None
    if task is None:
        task = saved(new_task(citizen, grant, kind, month, headline, due, event, now, priority), user, event)
    elif due < task.due_date:
        task.due_date, task.version = due, task.version + 1
        saved(task, user, event)
    _ask(task, questions, user, event)
    return task


def new_task(
    citizen: Citizen,
    grant: Grant | None,
    kind: TaskKind,
    month: Month,
    headline: str,
    due: date,
    event: str,
    now: datetime,
    priority: int,
) -> Task:
    """A task to be written."""
    return Task(
        municipality_id=citizen.municipality_id,
        grant=grant,
        citizen=citizen,
        benefit_month=month,
        kind=kind,
        event=event[:60],
        headline=headline[:200],
        priority=priority,
        due_date=due,
        created_at=now,
    )


def _ask(task: Task, questions: Iterable[Question], user: User, reason: str) -> None:
    """Questions the task does not have yet. An answered one that is asked again is open again."""
    standing = {one.code: one for one in task.concerns.all()}
    for position, question in enumerate(questions, start=len(standing) + 1):
        row = standing.get(question.code) or TaskConcern(task=task, code=question.code, position=position)
        row.answered_by, row.answered_at, row.note = None, None, ""
        saved(filled(row, question), user, reason)


def filled(row: TaskConcern, question: Question) -> TaskConcern:
    """The row with what is asked, to be written."""
    row.kind, row.message, row.numbers = question.kind, question.message[:300], dict(question.numbers)
    return row


def answered(task: Task, answers: Mapping[str, str], user: User, now: datetime) -> None:
    """Keep the answers on the task's questions: code to what was said."""
    for row in task.concerns.filter(code__in=answers):
        row.answered_by, row.answered_at, row.note = user, now, answers[row.code]
        saved(row, user, answers[row.code])


def closed(task: Task, note: str, user: User, now: datetime, state: str = TaskState.ACCEPTED) -> Task:
    """Close a task. Its open questions are marked with the note."""
    open_codes = task.concerns.filter(answered_at__isnull=True).values_list("code", flat=True)
    answered(task, dict.fromkeys(open_codes, note), user, now)
    task.state, task.note = state, note
    task.closed_at, task.closed_by, task.touched_at = now, user, task.touched_at or now
    task.version += 1
    return saved(task, user, note)


def settle(grant: Grant, month: Month, code: str, note: str, user: User, now: datetime) -> None:
    """A question of the case's open tasks is settled; a task without further questions is closed."""
    for task in Task.objects.open().filter(grant=grant, benefit_month=month, concerns__code=code):
        answered(task, {code: note}, user, now)
        if not task.concerns.filter(answered_at__isnull=True).exists():
            closed(task, note, user, now)


def held_task(task: Task, version: int | None = None) -> Task:
    """The task as it stands now, locked for this transaction; refused when it is done or was changed meanwhile."""
    current = Task.objects.select_for_update().get(id=task.pk)
    if not current.is_open:
        raise Conflict(f"Opgaven er allerede løst af {current.closed_by}. Din ændring er ikke gemt.")
    if version is not None and current.version != version:
        raise Conflict("En anden har ændret opgaven, mens du havde den åben. Se det nye, og prøv igen.")
    return current


def close_open(grant: Grant, kinds: Iterable[TaskKind], note: str, user: User, now: datetime) -> int:
    """Close the case's open tasks of these kinds: what they asked is settled. How many."""
    tasks = list(Task.objects.open().filter(grant=grant.pk, kind__in=list(kinds)))
    for task in tasks:
        closed(task, note, user, now, TaskState.REPLACED)
    return len(tasks)
