"""Notices (adviser): made from events, and answered by a named person - with a note, or by the process they point to.

A notice never stops a case. ``points_to`` is the process that answers it, by the name of its module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import starts
from cases.integrations.jobcentre.events import weekly_hours
from cases.models import Citizen, Grant, HolidayPayment, Job, JobcentreEvent, Notice, NoticeKind, Process, User
from cases.refused import Conflict, Refused
from cases.signed import held, said, saved
from rules.months import Month

PROCESSES = {
    "job": "Nyt job på sagen",
    "holidays": "Ferie",
    "stop_grant": "Midlertidigt stop af ydelse",
    "end_grant": "Afslut bevilling",
    "lost_right": "Mistet ret til ydelse",
    "recalculation": "Genberegning",
    "start_up": "Opstart",
    "visitation": "Visitation og refusion",
}
"""What a notice can point to, with the words of the button."""

WEEKS_A_YEAR, MONTHS_A_YEAR = 52, 12


@dataclass(frozen=True)
class ProposedJob:
    """The Job row that a NYT_JOB proposes; a person looks at it before it is made. Hours a month."""

    se_number: str
    first_day: date
    agreed_hours: Decimal | None


def make_notice(
    citizen: Citizen,
    grant: Grant | None,
    kind: NoticeKind,
    text: str,
    *,
    points_to: str = "",
    source: str,
    event: JobcentreEvent | None = None,
    holiday_payment: HolidayPayment | None = None,
    user: User,
    now: datetime,
) -> Notice:
    """A notice on the case (or on the citizen while there is none), dated today. Must run inside a transaction."""
    notice = Notice(
        municipality_id=citizen.municipality_id,
        citizen=citizen,
        grant=grant,
        kind=kind,
        text=text[:300],
        noticed_on=localdate(now),
        source=source[:60],
        event=event,
        holiday_payment=holiday_payment,
        points_to=points_to,
        created_at=now,
    )
    return saved(notice, user, f"Advis fra {source}"[:100])


def acknowledge(notice: Notice, note: str, user: User, now: datetime) -> Notice:
    """Answer a notice with a note that says what was done with it."""
    note = said(note, "Skriv i noten, hvad du har gjort ved advisen.")
    with transaction.atomic():
        return _answered(_held(notice), note, user, now)


def answered_by(notice: Notice, points_to: str, user: User, now: datetime) -> Notice:
    """Answer a notice by the process that was started from it. The portal calls it when that process is saved."""
    if points_to not in PROCESSES:
        raise Refused("Processen kendes ikke. Kvittér advisen med en note i stedet.")
    with transaction.atomic():
        return _answered(_held(notice), f"Startet: {PROCESSES[points_to]}", user, now)


def answer_by_recalculation(notice: Notice, user: User, now: datetime) -> Process | None:
    """Start the recalculation that the notice points to, from its event's month to the current one."""
    with transaction.atomic():
        current = _held(notice)
        if current.grant is None:
            raise Refused("Borgeren har ingen sag at genberegne. Kvittér advisen med en note.")
        _answered(current, f"Startet: {PROCESSES['recalculation']}", user, now)
        first, last = months_since(_day_of(current), now)
        return starts.recalculate(
            current.grant, first, last, event=f"Advis: {current.text}"[:200], source=current.event, user=user, now=now
        )


def proposed_job(notice: Notice) -> ProposedJob:
    """What the event says about the new job. Refused for a notice that is about something else."""
    if notice.kind != NoticeKind.NEW_JOB or notice.event is None or notice.event.effective_date is None:
        raise Refused("Advisen handler ikke om et nyt job.")
    payload = notice.event.payload
    hours = weekly_hours(payload)
    monthly = None if hours is None else hours * WEEKS_A_YEAR / MONTHS_A_YEAR
    return ProposedJob(
        se_number=payload["arbejdsgiver_se"],
        first_day=notice.event.effective_date,
        agreed_hours=monthly and monthly.quantize(Decimal("0.01"), ROUND_HALF_UP),
    )


def answer_with_job(notice: Notice, job: ProposedJob, user: User, now: datetime) -> Job:
    """Make the Job row that a person has looked at (and perhaps put right), and answer the notice with it."""
    with transaction.atomic():
        current = _held(notice)
        if current.grant is None:
            raise Refused("Borgeren har ingen sag endnu. Gennemfør opstarten først.")
        grant = held(current.grant)
        if grant.jobs.filter(se_number=job.se_number, last_day__isnull=True).exists():
            raise Refused(f"SE {job.se_number} står allerede som job på sagen. Kvittér advisen med en note.")
        row = Job(grant=grant, se_number=job.se_number, first_day=job.first_day, agreed_hours=job.agreed_hours)
        _check(row)
        saved(row, user, f"Nyt job fra jobcentret: {current.text}"[:100])
        _answered(current, f"Startet: {PROCESSES['job']}, SE {job.se_number}", user, now)
        return row


def months_since(day: date | None, now: datetime) -> tuple[Month, Month]:
    """The benefit months an event of that day can touch: from its month to the current one."""
    today = Month.of(localdate(now))
    return (min(Month.of(day), today) if day else today), today


def _day_of(notice: Notice) -> date | None:
    if notice.holiday_payment:
        return notice.holiday_payment.first_day
    return notice.event.effective_date if notice.event else None


def _held(notice: Notice) -> Notice:
    current = Notice.objects.select_for_update().get(id=notice.pk)
    if current.answered_by_id is not None:
        raise Conflict(f"Advisen er allerede kvitteret af {current.answered_by}. Din note er ikke gemt.")
    return current


def _answered(notice: Notice, note: str, user: User, now: datetime) -> Notice:
    notice.answered_by, notice.answered_at, notice.note = user, now, note[:300]
    return saved(notice, user, note[:100])


def _check(row: Any) -> None:
    se_number = row.se_number
    if not (len(se_number) == 8 and se_number.isascii() and se_number.isdigit()):
        raise Refused(f"'{se_number}' er ikke et SE-nummer med otte cifre.")
