"""Lost right to another benefit (mistet ret til ydelse): LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 3-5.

Without an end date the case is followed up every month, never more than three months apart, until every period
has an end (seed, "Opfølgning af mistet ret til ydelse").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases.changed import income_changed
from cases.models import Grant, LostKind, Period, PeriodKind, Task, TaskKind, TaskState, User
from cases.models.grant import BenefitKind
from cases.open_task import (
    LOST_RIGHT_BENEFIT,
    LOST_RIGHT_JOB,
    Question,
    answered,
    close_open,
    closed,
    held_task,
    open_task,
)
from cases.periods import check_free, span
from cases.refused import Refused
from cases.signed import held, said, saved
from cases.templatetags.danish import day_name, kr
from rules.months import Month

BENEFIT_OF = {
    LostKind.SICKNESS: BenefitKind.SICKNESS,
    LostKind.RESOURCE_COURSE: BenefitKind.RESOURCE_COURSE,
    LostKind.TOO_LATE: BenefitKind.SICKNESS,
}
EVENT = "Mistet ret uden slutdato"


@dataclass(frozen=True)
class Lost:
    """What a person enters: the kind, the period, and the kroner a month that could have been received."""

    kind: str
    first_day: date
    amount: Decimal
    source: str
    last_day: date | None = None


def register_lost_right(grant: Grant, lost: Lost, user: User, now: datetime) -> Period:
    """Keep the period and calculate its months again. Without an end the first follow-up is opened at once."""
    source = said(lost.source, "Skriv, hvor oplysningen om den mistede ret kommer fra.")
    if lost.kind not in BENEFIT_OF:
        raise Refused("Vælg, hvilken ret der er mistet.")
    if lost.amount <= 0:
        raise Refused("Skriv beløbet, borgeren kunne have fået om måneden.")
    benefit = BENEFIT_OF[LostKind(lost.kind)]
    with transaction.atomic():
        row = held(grant)
        check_free(row, PeriodKind.LOST_RIGHT, lost.first_day, lost.last_day, benefit)
        period = Period(
            grant=row,
            kind=PeriodKind.LOST_RIGHT,
            benefit=benefit,
            lost_kind=lost.kind,
            first_day=lost.first_day,
            last_day=lost.last_day,
            amount=lost.amount,
            note=source[:200],
        )
        saved(period, user, source)
        event = f"{period.get_lost_kind_display()} {span(period)}: {source}"
        income_changed(row, lost.first_day, lost.last_day, event, user, now)
        if lost.last_day is None:
            open_follow_up(row, localdate(now), user, now)
        return period


def end_lost_right(period: Period, last_day: date, reason: str, user: User, now: datetime) -> Period:
    """Give the period its last day. The follow-up ends when every such period has one."""
    reason = said(reason, "Skriv, hvorfor den mistede ret slutter.")
    if period.kind != PeriodKind.LOST_RIGHT:
        raise Refused("Perioden er ikke en mistet ret.")
    if last_day < period.first_day:
        raise Refused("Perioden kan ikke slutte, før den begynder.")
    with transaction.atomic():
        held(period.grant)
        before = period.last_day
        check_free(period.grant, period.kind, period.first_day, last_day, period.benefit, but=period)
        period.last_day = last_day
        saved(period, user, reason)
        until = max(before, last_day) if before else None
        first = min(before or last_day, last_day)
        income_changed(period.grant, first, until, f"Mistet ret slutter {day_name(last_day)}: {reason}", user, now)
        if not open_periods(period.grant):
            close_open(period.grant, [TaskKind.LOST_RIGHT], "Alle perioder har en slutdato", user, now)
        return period


def open_periods(grant: Grant) -> list[Period]:
    """Lost rights of the case without an end."""
    return list(Period.objects.filter(grant=grant, kind=PeriodKind.LOST_RIGHT, last_day__isnull=True))


def open_follow_up(grant: Grant, today: date, user: User, now: datetime) -> Task | None:
    """The case's follow-up task, due in a month. None when every period has an end. One stands at a time."""
    periods = open_periods(grant)
    if not periods:
        return None
    standing = Task.objects.open().filter(grant=grant, kind=TaskKind.LOST_RIGHT).first()
    if standing is not None:
        return standing
    names = " og ".join(sorted({one.get_benefit_display().lower() for one in periods}))
    known = {
        "perioder": [f"{one.get_lost_kind_display()} {span(one)}, {kr(one.amount)} kr. om måneden" for one in periods]
    }
    return open_task(
        grant.citizen,
        grant,
        TaskKind.LOST_RIGHT,
        Month.of(today),
        "Følg op på mistet ret til ydelse",
        due=_month_later(today),
        questions=[
            Question(LOST_RIGHT_JOB, "Er borgeren stadig ansat i fleksjobbet?", known),
            Question(LOST_RIGHT_BENEFIT, f"Er borgeren stadig uden ret til {names}?", known),
        ],
        event=EVENT,
        user=user,
        now=now,
    )


def answer_follow_up(
    task: Task,
    *,
    still_in_fleksjob: bool,
    still_without_right: bool,
    note: str,
    user: User,
    now: datetime,
    version: int | None = None,
    ends_on: date | None = None,
) -> Task:
    """Answer the month's follow-up; the next one comes in a month. No right lost any more: ``ends_on`` ends it.

    When the citizen has left the fleksjob the case gets a task to end the grant. The answers are kept.
    """
    note = said(note, "Skriv, hvordan du har undersøgt det.")
    if not still_without_right and ends_on is None:
        raise Refused("Skriv den sidste dag uden ret til ydelsen.")
    with transaction.atomic():
        task = held_task(task, version)
        words = {True: "Ja", False: "Nej"}
        answers = {LOST_RIGHT_JOB: still_in_fleksjob, LOST_RIGHT_BENEFIT: still_without_right}
        answered(task, {code: f"{words[value]}. {note}" for code, value in answers.items()}, user, now)
        task = closed(task, note, user, now, TaskState.ACCEPTED)
        if ends_on is not None and not still_without_right:
            for period in open_periods(task.grant):
                end_lost_right(period, ends_on, note, user, now)
        if not still_in_fleksjob:
            _propose_end(task, note, user, now)
        return task


def _propose_end(task: Task, note: str, user: User, now: datetime) -> None:
    from cases.end_grant import propose_end

    propose_end(task.grant, f"Borgeren er ikke længere i fleksjob: {note}", user, now)


def _month_later(day: date) -> date:
    month = Month.of(day) + 1
    return date(month.year, month.number, min(day.day, month.last_day.day))
