"""Accept a whole recalculation from its task: every concern answered with the note, every stage completed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from cases import party_hearing
from cases.models import Task, User
from cases.models.process import ProcessState
from cases.process_engine import OPEN
from cases.processes import ProcessLook, answer, complete_stage
from cases.refused import Conflict, Refused


def accept_recalculation(
    task: Task,
    user: User,
    note: str,
    seen: str,
    fresh: Collection[str],
    hearing: party_hearing.Answers | None,
    now: datetime,
) -> None:
    """Answer what a note answers, and complete the stages that are left. Must run inside a transaction.

    ``seen``: what was on the screen, of one month (``fresh``) or of the whole process. Refused with what is missing.
    """
    if not note.strip():
        raise Refused("Skriv i noten, hvad der skal ske med forskellen.")
    process = task.process
    if seen not in {*fresh, ProcessLook(process, now).seen}:
        raise Conflict("Tallene er ændret, siden du åbnede opgaven. Se den nye beregning, og godkend igen.")
    while process.state in OPEN:
        stage = process.stage
        for one in ProcessLook(process, now).stops(stage):
            process = answer(process.task, one.code, user, note, now)
        process = complete_stage(process, user, now, note=note, hearing=hearing)
        if process.state == ProcessState.WAITING and process.stage == stage:
            return
