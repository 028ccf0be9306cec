"""New recalculations written together: the stages that pass by themselves, and the tasks where one stops them.

What cases.process_engine does for one process that a person has; here nobody has any of them yet, so that all there is
to know of them is in their looks, and each table is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from cases.choose_settlement import ask_many
from cases.models import Grant, Process, TaskConcern, User
from cases.models.process import ProcessState, Stage
from cases.process_concerns import STAGES, ProcessLook, new_concerns
from cases.process_engine import task_of
from cases.recalculated_months import adjustment_of
from cases.write_many import reserve_ids, write_history, write_many, write_many_with_history


def begin(looks: Sequence[ProcessLook], user: User, event: str, now: datetime, *, by_hand: bool) -> list[Process]:
    """Begin those of the recalculations that have something to look at, and let their stages pass until one is stopped
    or all are done. Gives those that were begun. ``by_hand``: a person wants to go through the stages.

    Must run inside a transaction that holds the cases; at most one of each citizen, for a case's concerns ask what the
    citizen's other processes have done.
    """
    looks = [
        one for one in looks if one.months or by_hand or any(one.stops(stage) for stage in STAGES[one.process.kind])
    ]
    processes = [one.process for one in looks]
    for process, id_ in zip(processes, reserve_ids(Process, len(processes)) if processes else (), strict=True):
        process.pk = id_
    _keep(processes, "+", user, event)
    waiting = [one for one in looks if one.waits or by_hand]
    going_on = [one for one in looks if not (one.waits or by_hand)]
    for look in going_on:
        look.process.stage = Stage.RATE
    _keep([one.process for one in going_on], "~", user, f"{Stage.INFORMATION.label}: gennemført. {event}")
    waiting += [one for one in going_on if one.waits]
    done = [one for one in going_on if not one.waits]
    _finish(done, user, event, now)
    concerns = _stop(waiting, user, event, now)
    write_many(processes)
    write_many_with_history(concerns, user=user, reason=event, now=timezone.now())
    _settle(done, user, event, now)
    return processes


def _keep(processes: Sequence[Process], kind: str, user: User, reason: str) -> None:
    """The version they have now, in their history."""
    write_history(processes, kind=kind, user=user, reason=reason, now=timezone.now())


def _finish(looks: Sequence[ProcessLook], user: User, event: str, now: datetime) -> None:
    processes = [one.process for one in looks]
    for process in processes:
        process.state, process.finished_at, process.finished_by = ProcessState.DONE, now, user
    _keep(processes, "~", user, event)


def _stop(looks: Sequence[ProcessLook], user: User, event: str, now: datetime) -> list[TaskConcern]:
    """Each gets a task. Gives the tasks' concerns, to be written when the processes are."""
    tasks = [task_of(one.process, one, now) for one in looks]
    write_many_with_history(tasks, user=user, reason=event, now=timezone.now())
    for look, task in zip(looks, tasks, strict=True):
        look.process.state, look.process.task = ProcessState.WAITING, task
    _keep([one.process for one in looks], "~", user, event)
    return [row for look in looks for row in new_concerns(look)]


def _settle(looks: Sequence[ProcessLook], user: User, event: str, now: datetime) -> None:
    """The adjustments of the months, the choice of those that got too much, and when the cases were last handled."""
    rows = [adjustment_of(look.process, month, user, event, now) for look in looks for month in look.months]
    write_many([row for row in rows if row is not None])
    cases = [look.process.grant for look in looks]
    ask_many(cases, user, now)
    Grant.objects.filter(id__any_of=[one.pk for one in cases]).update(last_handled_at=now)
