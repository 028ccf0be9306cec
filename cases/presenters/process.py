"""The stages of a process as a person reads them, each with its concerns and where to put them right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cases.acts import acts_for
from cases.concern_texts import words_of
from cases.models import ConcernKind, Process, Stage, Task, TaskConcern
from cases.presenters.concerns import numbers_in_words
from cases.process_concerns import STAGES, ProcessLook, Standing
from cases.process_engine import OPEN


@dataclass(frozen=True)
class ShownStanding:
    """A concern of a stage: the official sentence, its numbers, our words, the way to put it right."""

    code: str
    message: str
    kind: str
    kind_words: str
    numbers: str
    details: tuple[str, ...]
    help: str
    law: str
    acts: list[tuple[str, str]]
    stops: bool
    can_tick: bool
    answered: str = ""
    by: str = ""


@dataclass(frozen=True)
class ShownStage:
    """``place``: passed, now or later."""

    stage: str
    label: str
    place: str
    concerns: list[ShownStanding] = field(default_factory=list)

    @property
    def is_now(self) -> bool:
        return self.place == "now"


def shown_stages(process: Process, look: ProcessLook, task: Task, names: Mapping[str, str]) -> list[ShownStage]:
    """Every stage of the process; a process that is over shows the concerns as they were answered."""
    stages = STAGES[process.kind]
    running, at = process.state in OPEN, stages.index(process.stage)
    rows = {one.code: one for one in task.concerns.select_related("answered_by")}
    shown = []
    for number, stage in enumerate(stages):
        place = "passed" if not running or number < at else "now" if number == at else "later"
        if running:
            concerns = [_standing(one, rows.get(one.code), names) for one in look.of_stage(stage)]
        else:
            concerns = [_row(one) for one in rows.values() if one.stage == stage]
        shown.append(ShownStage(stage, Stage(stage).label, place, concerns))
    return shown


def _standing(one: Standing, row: TaskConcern | None, names: Mapping[str, str]) -> ShownStanding:
    by = f"{row.answered_by} {row.answered_at:%d.%m.%Y}" if row and row.answered_at and one.answered else ""
    words, details = numbers_in_words(one.code, one.numbers, names)
    return ShownStanding(
        code=one.code,
        message=one.message,
        kind=one.kind,
        kind_words=ConcernKind(one.kind).label.lower(),
        numbers=words,
        details=details,
        help=one.help,
        law=words_of(one.code).law,
        acts=acts_for(one.code, one.process),
        stops=one.stops,
        can_tick=one.stops and one.acceptable and one.kind != ConcernKind.REQUIRED,
        answered=one.answered,
        by=by,
    )


def _row(row: TaskConcern) -> ShownStanding:
    words = words_of(row.code)
    numbers, details = numbers_in_words(row.code, row.numbers, {})
    by = f"{row.answered_by} {row.answered_at:%d.%m.%Y}" if row.answered_at else ""
    return ShownStanding(
        row.code, row.message, row.kind, row.get_kind_display().lower(), numbers, details, words.help, words.law,
        [], stops=False, can_tick=False, answered=row.note or ("Kvitteret" if row.answered_at else ""), by=by,
    )  # fmt: skip
