"""A person's and the program's acts on a process: start-up, answers, stages passed and gone back to, the award."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from cases.choose_settlement import Choice
from cases.gather import NOTHING, Overlay
from cases.link_events import link_events
from cases.models import Citizen, ConcernKind, Process, StopReason, Task, User
from cases.models.jobcentre import JobcentreEvent
from cases.models.process import Award, ProcessKind, ProcessState, Stage
from cases.party_hearing import Answers, demand, record
from cases.process_concerns import STAGES, ProcessLook, Standing, write_concerns
from cases.process_engine import OPEN, advance, held_process, keep_answers, pass_stage, refresh, wait_for_a_person
from cases.recalculate import decide_waiting
from cases.refused import Conflict, Refused
from cases.signed import said, saved
from cases.start_grant import free_period

DEFAULT_REASON = "Jobcenteret har indstillet Borger til LAB 2.7 - Fleksjobberettiget"
"""The proposed reason, letter by letter from the seed (annex 1, Trin 4)."""

__all__ = [
    "DEFAULT_REASON",
    "ProcessLook",
    "Standing",
    "answer",
    "complete_stage",
    "go_to_stage",
    "look",
    "missing",
    "set_award",
    "start_up",
]


def look(process: Process, now: datetime, overlay: Overlay = NOTHING) -> ProcessLook:
    """The process as it stands: ``concerns``, ``missing``, ``months`` and ``seen``. Writes nothing."""
    return ProcessLook(process, now, overlay)


def missing(process: Process, now: datetime) -> list[str]:
    """What still stops the current stage: the same sentences for the page, the button and the test."""
    return ProcessLook(process, now).missing


def start_up(
    citizen: Citizen,
    *,
    event: str,
    source: JobcentreEvent | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    user: User,
    now: datetime,
) -> Process:
    """Open a start-up (FLEX_OPSTART), by the jobcentre's indstilling or by hand. Stage 4 runs by itself.

    A start-up that is already open takes over the new dates. Refused when the citizen has an overlapping case.
    """
    with transaction.atomic():
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        found = Process.objects.filter(citizen=citizen, kind=ProcessKind.START_UP, state__in=OPEN).first()
        if found is not None:
            return _told_again(held_process(found), event, source, first_day, last_day, user, now)
        process = Process(
            municipality_id=citizen.municipality_id,
            citizen=citizen,
            kind=ProcessKind.START_UP,
            stage=Stage.ELIGIBILITY,
            event=event[:200],
            source=source,
            award=Award.GRANTED,
            award_reason=DEFAULT_REASON,
            started_at=now,
            started_by=user,
        )
        _set_period(process, first_day, last_day)
        free_period(process)
        saved(process, user, event)
        link_events([citizen], user, now)
        return advance(process, user, event, now)


def _told_again(
    process: Process,
    event: str,
    source: JobcentreEvent | None,
    first_day: date | None,
    last_day: date | None,
    user: User,
    now: datetime,
) -> Process:
    """A new indstilling while the start-up is open: a date it brings counts, and stage 4 is judged again.

    What a person has refused, and has not completed, stays refused until the person says otherwise.
    """
    before = process.first_day, process.last_day
    _set_period(process, first_day or process.first_day, last_day or process.last_day)
    process.source = source or process.source
    if before == (process.first_day, process.last_day) or process.award == Award.REFUSED:
        return refresh(process, user, event, now)
    process.stage = Stage.ELIGIBILITY
    return advance(saved(process, user, event), user, event, now)


def _set_period(process: Process, first_day: date | None, last_day: date | None) -> None:
    """An end makes the stop reason "Bevilling udløbet" (seed, annex 1, Trin 4)."""
    if first_day is not None and last_day is not None and last_day < first_day:
        raise Refused("Bevillingen slutter, før den begynder. Ret datoerne.")
    process.first_day, process.last_day = first_day, last_day
    process.stop_reason = StopReason.EXPIRED if last_day is not None else ""


def set_award(
    process: Process,
    award: str,
    reason: str,
    first_day: date | None,
    last_day: date | None,
    user: User,
    now: datetime,
    *,
    version: int | None = None,
) -> Process:
    """Override the proposed award and its reason, type the missing start date, or shorten the period (stage 4).

    Takes effect when the stage is completed.
    """
    reason = said(reason, "Skriv begrundelsen for afgørelsen.")
    if award not in Award.values:
        raise Refused("Vælg, om fleksløntilskud skal bevilges eller afslås.")
    with transaction.atomic():
        process = held_process(process, version)
        if process.kind != ProcessKind.START_UP or process.stage != Stage.ELIGIBILITY:
            raise Refused("Gå til trin 4 for at ændre afgørelsen.")
        _set_period(process, first_day, last_day)
        process.award, process.award_reason = award, reason[:300]
        if award == Award.GRANTED:
            free_period(process)
        saved(process, user, f"{Award(award).label}: {reason}")
        return wait_for_a_person(process, ProcessLook(process, now), user, f"{Award(award).label}: {reason}", now)


def answer(
    task: Task,
    code: str,
    user: User,
    note: str,
    now: datetime,
    filled: Any = None,
    *,
    version: int | None = None,
) -> Process:
    """Tick a concern of the process's task, with a note; ``filled`` is the start date for ELI1.

    Refused for what an answer does not settle: a sub-process that must be completed, a thing that is missing.
    """
    with transaction.atomic():
        process = held_process(task.process, version)
        now_is = ProcessLook(process, now)
        found = next((one for one in now_is.concerns if one.code == code), None)
        if found is None:
            raise Conflict("Undringsårsagen er der ikke længere. Se opgaven efter.")
        if found.kind == ConcernKind.REQUIRED:
            raise Refused(f"{found.message} Den løses ved at udfylde “{found.process}”.")
        if not found.acceptable:
            raise Refused(found.sentence)
        if code == "ELI1" and isinstance(filled, date):
            _set_period(process, filled, process.last_day)
            free_period(process)
        _mark(now_is, found, user, note, now)
        return refresh(process, user, note or f"{code}: kvitteret", now)


def _mark(now_is: ProcessLook, found: Standing, user: User, note: str, now: datetime) -> None:
    """Keep who, when and the note, on just these numbers."""
    process = now_is.process
    write_concerns(now_is, user, "Opgaven set efter", now)
    row = process.task.concerns.filter(code=found.code).first()
    if row is None:
        raise Refused("Undringsårsagen hører til et senere trin. Gennemfør det nuværende trin først.")
    keep_answers(process, now_is, found.code, user, note, now)
    row.numbers, row.answered_by, row.answered_at, row.note = found.numbers, user, now, note
    saved(row, user, note or "Kvitteret")


def complete_stage(
    process: Process,
    user: User,
    now: datetime,
    *,
    note: str = "",
    seen: str | None = None,
    version: int | None = None,
    hearing: Answers | None = None,
    choice: Choice | None = None,
) -> Process:
    """Complete the current stage; the following ones pass by themselves unless a concern stops them.

    Refused with the first thing missing; Conflict when the figures are no longer those that were ``seen``.
    The last stage of a recalculation that settles less, or regulates, asks the three questions of the party
    hearing (``hearing``); when the citizen is heard, the process waits for the outcome. ``choice``: how what was paid
    too much is settled; without it a task asks.
    """
    with transaction.atomic():
        process = held_process(process, version)
        now_is = ProcessLook(process, now)
        if seen is not None and seen != now_is.seen:
            raise Conflict("Tallene er ændret, siden du åbnede opgaven. Se den nye beregning, og godkend igen.")
        if now_is.missing:
            raise Refused(now_is.missing[0])
        reason = note.strip() or f"{process.get_stage_display()}: gennemført"
        if process.stage == Stage.RATE and _heard(now_is, hearing, user, now):
            return wait_for_a_person(process, ProcessLook(process, now), user, "Partshøring sendt", now)
        pass_stage(process, now_is, user, reason, now, choice)
        process = advance(process, user, reason, now)
        if process.kind == ProcessKind.RECALCULATION and process.state == ProcessState.DONE:
            decide_waiting(process.grant, now)
        return process


def _heard(now_is: ProcessLook, answers: Answers | None, user: User, now: datetime) -> bool:
    """Keep the answers to the three questions. Whether the citizen is heard, and the process must wait."""
    asked = now_is.questions
    if asked is None:
        return False
    demand(asked, answers)
    return record(now_is.process.task, asked, answers, user, now).closed_at is None


def go_to_stage(
    process: Process, stage: str, user: User, reason: str, now: datetime, *, version: int | None = None
) -> Process:
    """Gå til trin: back to a stage that has been passed. The answers stay; the stage waits for the person."""
    reason = said(reason, "Skriv, hvorfor du går tilbage til trinnet.")
    with transaction.atomic():
        process = held_process(process, version)
        stages = STAGES[process.kind]
        if stage not in stages or stages.index(stage) > stages.index(process.stage):
            raise Refused("Du kan kun gå tilbage til et trin, der er gennemført.")
        process.stage = stage
        why = f"Gå til {Stage(stage).label}: {reason}"
        return wait_for_a_person(process, ProcessLook(process, now), user, why, now)
