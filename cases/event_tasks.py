"""Tasks that events leave on a person's desk: opened with what happened as the question, settled by a person.

END_GRANT, FOLLOW_UP and UNHANDLED are settled with a note (END_GRANT also by ending the grant); NEW_CASE by opening the
start-up, for a citizen not known here with the name that was missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import starts
from cases.models import (
    Citizen,
    ConcernKind,
    Grant,
    JobcentreEvent,
    Process,
    Task,
    TaskConcern,
    TaskKind,
    TaskState,
    User,
    birth_date_of,
)
from cases.open_task import closed, held_task
from cases.refused import Refused
from cases.save_decisions import due_date
from cases.signed import said, saved
from rules.months import Month

SETTLED_BY_NOTE = frozenset({TaskKind.END_GRANT, TaskKind.FOLLOW_UP, TaskKind.UNHANDLED, TaskKind.NEW_CASE})
PRIORITIES = {TaskKind.END_GRANT: 40, TaskKind.NEW_CASE: 60, TaskKind.UNHANDLED: 80, TaskKind.FOLLOW_UP: 90}
REASON = "Hændelse fra jobcentret"
QUESTION = "EVT"
"""Questions of a task are EVT1, EVT2 ... in the order the events came."""


def ask_person(
    event: JobcentreEvent,
    citizen: Citizen | None,
    grant: Grant | None,
    kind: TaskKind,
    text: str,
    user: User,
    now: datetime,
) -> Task:
    """A task about the event. An open one of the same kind on the same case or citizen gets one more question.

    Must run inside a transaction.
    """
    today = localdate(now)
    due = due_date(Month.of(today), today)
    task = _open_task(event, citizen, grant, kind, Month.of(today))
    if task is None:
        task = Task(
            municipality_id=event.municipality_id,
            grant=grant,
            citizen=citizen,
            benefit_month=Month.of(today),
            kind=kind,
            event=f"IN_JC_{event.kind}"[:60],
            headline=text[:200],
            priority=PRIORITIES[kind],
            due_date=due,
            created_at=now,
        )
    else:
        task.due_date, task.version = min(due, task.due_date), task.version + 1
    saved(task, user, REASON)
    _ask(task, event, text, user)
    return task


def _ask(task: Task, event: JobcentreEvent, text: str, user: User) -> None:
    count = task.concerns.count() + 1
    question = TaskConcern(
        task=task,
        code=f"{QUESTION}{count}",
        position=count,
        kind=ConcernKind.MANDATORY,
        message=text[:300],
        numbers={"event": event.pk, "external_id": event.external_id},
    )
    saved(question, user, REASON)


def settle(task: Task, note: str, user: User, now: datetime, version: int | None = None) -> Task:
    """Close an event's task with a note that says what was done, or why nothing is."""
    note = said(note, "Skriv i noten, hvad du har gjort ved opgaven.")
    with transaction.atomic():
        current = held_task(task, version)
        if current.kind not in SETTLED_BY_NOTE:
            raise Refused("Opgaven kan ikke lukkes med en note. Gennemfør den proces, den handler om.")
        return closed(current, note, user, now)


def open_case(
    task: Task,
    user: User,
    now: datetime,
    *,
    name: str = "",
    address: str = "",
    first_day: date | None = None,
    last_day: date | None = None,
    version: int | None = None,
) -> Process:
    """Start the case that a NEW_CASE task asks for. The name is needed for a citizen who is not known here.

    Without days the event's own grant period is used; a missing first day stops the start-up (ELI1).
    """
    with transaction.atomic():
        current = held_task(task, version)
        if current.kind != TaskKind.NEW_CASE:
            raise Refused("Opgaven handler ikke om en ny sag.")
        event = event_of(current)
        citizen = current.citizen or _new_citizen(current, event, name, address, user)
        if current.citizen_id is None:
            current.citizen = citizen
        planned = grant_days(event.payload) if event else (None, None)
        closed(current, "Opstart er begyndt", user, now)
        return starts.start_up(
            citizen,
            event=current.headline[:200],
            source=event,
            first_day=first_day or planned[0],
            last_day=last_day or planned[1],
            user=user,
            now=now,
        )


def event_of(task: Task) -> JobcentreEvent | None:
    """The event that the task's last question is about."""
    questions = [one for one in task.concerns.order_by("-position") if one.code.startswith(QUESTION)]
    numbers = questions[0].numbers if questions else {}
    return JobcentreEvent.objects.filter(id=numbers.get("event"), municipality=task.municipality_id).first()


def close_new_case_tasks(citizen: Citizen, note: str, user: User, now: datetime) -> None:
    """A case is being started: tasks that asked for one are replaced."""
    for task in Task.objects.open().filter(citizen=citizen, kind=TaskKind.NEW_CASE):
        closed(task, note, user, now, TaskState.REPLACED)


def make_citizen(municipality_id: int, cpr: str, name: str, address: str, user: User, reason: str) -> Citizen:
    """A citizen who was not known here. Refused when the number begins with no date."""
    try:
        born = birth_date_of(cpr)
    except ValueError:
        raise Refused(f"CPR-nummeret {cpr} begynder ikke med en dato, der findes.") from None
    citizen = Citizen(
        municipality_id=municipality_id,
        cpr=cpr,
        name=name.strip()[:120],
        birth_date=born,
        address=address.strip()[:200],
    )
    return saved(citizen, user, reason[:100])


def grant_days(payload: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """The grant period that an event names: first and last day, either may be missing."""
    first, last = payload.get("bevilling_startdato"), payload.get("bevilling_slutdato")
    return (date.fromisoformat(first) if first else None), (date.fromisoformat(last) if last else None)


def _new_citizen(task: Task, event: JobcentreEvent | None, name: str, address: str, user: User) -> Citizen:
    cpr = _cpr(event)
    if not cpr:
        raise Refused("Opgaven har intet CPR-nummer. Opret borgeren ved at indlæse sagen.")
    known = Citizen.objects.filter(municipality=task.municipality_id, cpr=cpr).first()
    name = known.name if known else said(name, "Skriv borgerens navn.")
    return known or make_citizen(task.municipality_id, cpr, name, address, user, f"{REASON}: {task.headline}")


def _open_task(
    event: JobcentreEvent, citizen: Citizen | None, grant: Grant | None, kind: TaskKind, month: Month
) -> Task | None:
    """The open task that the event joins: one that events made, or the case's only one of the month and kind."""
    tasks = Task.objects.open().filter(municipality=event.municipality_id, kind=kind, grant=grant)
    of_events = tasks.filter(event__startswith="IN_JC_")
    if grant is not None:
        return of_events.first() or tasks.filter(benefit_month=month).first()
    if citizen is not None:
        return of_events.filter(citizen=citizen).first()
    return next((one for one in of_events.filter(citizen=None) if _cpr(event_of(one)) == _cpr(event)), None)


def _cpr(event: JobcentreEvent | None) -> str:
    return str(event.payload.get("personnummer") or "").replace("-", "") if event else ""
