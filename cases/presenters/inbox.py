"""The rows of the inbox: the reason with its number, the kroner, the age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Citizen, Task
from cases.presenters.concerns import short
from cases.presenters.words import first_sentence, short_day, short_month
from rules.income_rules import BY_CODE


@dataclass(frozen=True)
class InboxRow:
    task: Task
    name: str
    reason: str
    month: str
    due: str
    is_late: bool
    number: str
    more: int
    at_stake: Decimal | None
    age: int

    @property
    def citizen_id(self) -> int | None:
        citizen = citizen_of(self.task)
        return citizen.pk if citizen else None


def inbox_rows(tasks: QuerySet[Task] | Iterable[Task], today: date) -> list[InboxRow]:
    """Two queries for a page of tasks."""
    if isinstance(tasks, QuerySet):
        tasks = tasks.select_related("grant__citizen", "citizen", "assigned_to").prefetch_related("concerns")
    return [_row(task, today) for task in tasks]


def _row(task: Task, today: date) -> InboxRow:
    concerns = [one for one in task.concerns.all() if not one.answered_at or not task.is_open]
    return InboxRow(
        task,
        name_of(task),
        first_sentence(task.headline),
        f"{short_month(task.benefit_month)} {task.benefit_month.year}",
        due_words(task.due_date, today),
        task.is_open and task.due_date < today,
        _number(concerns),
        max(0, len(concerns) - 1),
        task.at_stake,
        (today - timezone.localdate(task.created_at)).days,
    )


def citizen_of(task: Task) -> Citizen | None:
    """Whom the task is about, when known."""
    return task.citizen or (task.grant.citizen if task.grant_id else None)


def name_of(task: Task) -> str:
    """Whom the task is about; a person the jobcentre knows and we do not has no name yet."""
    citizen = citizen_of(task)
    return citizen.name if citizen else "Ikke kendt her"


def _number(concerns: list[Any]) -> str:
    if not concerns or concerns[0].code not in BY_CODE:
        return ""
    return short(concerns[0].code, concerns[0].numbers)


def due_words(due: date, today: date) -> str:
    """i dag, i morgen, or the day."""
    words = {0: "i dag", 1: "i morgen", -1: "i går"}.get((due - today).days)
    return words or (short_day(due) if due.year == today.year else f"{due:%d.%m.%Y}")
