"""Events that came before their citizen: linked when the citizen is here, and put to a person.

What an event asked for is not done by itself: it may be long ago, and nobody has looked at it since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models

from cases.event_tasks import QUESTION, REASON, ask_person
from cases.handle_event import Standing, plan, standing_of
from cases.integrations.jobcentre.events import message_of
from cases.models import Citizen, JobcentreEvent, Task, TaskConcern, TaskKind, TaskState, User
from cases.open_task import closed
from cases.signed import saved


def cpr_of(payload: Mapping[str, Any]) -> str:
    """The CPR number that an event is about, ten digits; "" when it has none."""
    return str(payload.get("personnummer") or "").replace("-", "")


def link_events(citizens: Iterable[Citizen], user: User, now: datetime) -> int:
    """Link what has come about these citizens of one municipality. How many events. Must run inside a transaction.

    One look at the municipality's unlinked events, however many citizens there are.
    """
    by_cpr = {one.cpr: one for one in citizens}
    if not by_cpr:
        return 0
    municipality = next(iter(by_cpr.values())).municipality
    waiting = JobcentreEvent.objects.of(municipality).filter(citizen=None).order_by("received_at", "id")
    found = [(one, by_cpr[cpr_of(one.payload)]) for one in waiting.iterator(500) if cpr_of(one.payload) in by_cpr]
    if not found:
        return 0
    asked = _tasks([event.pk for event, _ in found])
    for event, citizen in found:
        models.QuerySet(JobcentreEvent).filter(pk=event.pk, citizen=None).update(citizen=citizen)
        _link(event, citizen, asked.get(event.pk), user, now)
    return len(found)


def _link(event: JobcentreEvent, citizen: Citizen, task: Task | None, user: User, now: datetime) -> None:
    """The event's task gets its citizen; an event that nobody was asked about becomes a question to a person."""
    standing = standing_of(event.municipality, citizen, event.effective_date)
    if task is None:
        for text in _open_questions(event, standing):
            what = f"Kom {event.received_at:%d.%m.%Y}, før borgeren var oprettet. {text}"
            ask_person(event, citizen, standing.grant, TaskKind.FOLLOW_UP, what, user, now)
    elif task.is_open and task.citizen_id is None:
        task.citizen = citizen
        task.version += 1
        saved(task, user, f"{REASON}: borgeren er oprettet")
        if standing.grant is not None and task.kind == TaskKind.NEW_CASE:
            closed(task, "Sagen er indlæst", user, now, TaskState.REPLACED)


def _open_questions(event: JobcentreEvent, standing: Standing) -> Iterable[str]:
    """What follows from the event for the case as it stands now, but a new case: that is here."""
    message = message_of(event.payload, 1)
    if message.error:
        return [event.outcome[0]] if event.outcome else []
    return [deed.text for deed in plan(message, standing) if deed.act is not None and deed.kind != TaskKind.NEW_CASE]


def _tasks(event_ids: list[int]) -> dict[int, Task]:
    """The tasks that ask about these events, by event."""
    questions = TaskConcern.objects.filter(code__startswith=QUESTION, numbers__event__in=event_ids)
    return {row.numbers["event"]: row.task for row in questions.select_related("task")}
