"""What a process asks at each stage, and what still stops it: one list for the page, the button and the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from cases.case_facts import case_facts, facts_of
from cases.concern_texts import words_of
from cases.gather import NOTHING, Overlay
from cases.models import (
    AddedIncome,
    ConcernKind,
    Grant,
    IncomeTreatment,
    PartyHearing,
    Process,
    TaskConcern,
    User,
    Visitation,
    WageCeiling,
    parameters_for,
)
from cases.models.process import Award, ProcessKind, Stage
from cases.party_hearing import Questions, questions
from cases.recalculated_months import Look, look_again, look_again_at_many
from cases.signed import saved
from cases.templatetags.danish import hele_kr
from rules.case_rules import CaseFacts, stage_concerns
from rules.concerns import kind_stops
from rules.frozen import digest, freeze
from rules.registry import Concern
from rules.start_up import REGULATION

STAGES: dict[str, tuple[str, ...]] = {
    ProcessKind.START_UP: (Stage.ELIGIBILITY, Stage.INFORMATION, Stage.RATE),
    ProcessKind.RECALCULATION: (Stage.INFORMATION, Stage.RATE),
}
NO_START_DATE = "Angiv bevillingens første dag, eller bed jobcentret om den."
HEARING_OPEN = "Borgeren er hørt. Vent på svaret, og afslut partshøringen."
LAPSED = "Bortfaldet: oplysningerne er ændret"


@dataclass(frozen=True)
class Standing:
    """One concern as it is now. ``answered``: by whom and how, "" while it is open."""

    code: str
    stage: str
    kind: str
    message: str
    numbers: dict[str, Any]
    help: str
    process: str
    acceptable: bool
    answered: str = ""

    @property
    def stops(self) -> bool:
        """Optional ones and notes never stop a stage."""
        return kind_stops(self.kind) and not self.answered

    @property
    def sentence(self) -> str:
        """What is missing, in words: the official sentence, and what must be done when an answer is not enough."""
        if self.kind == ConcernKind.REQUIRED:
            return f"{self.message} Udfyld “{self.process}”."
        return self.message if self.acceptable else f"{self.message}. {self.help}"


class ProcessLook:
    """A process as it stands: its months, its concerns, and what is missing. Reads; writes nothing.

    ``overlay``: incomes that a form proposes and nobody has saved.
    """

    def __init__(self, process: Process, now: datetime, overlay: Overlay = NOTHING) -> None:
        self.process, self.now, self.overlay = process, now, overlay

    @classmethod
    def of_many(cls, processes: Sequence[Process], now: datetime) -> list[ProcessLook]:
        """Recalculations of as many cases, in their order: months and facts are read for all of them together."""
        spans = {one.grant_id: (one.first_month, one.last_month) for one in processes}
        months = look_again_at_many(spans, now)
        looks = [cls(one, now) for one in processes]
        facts = facts_of([(one, months[one.grant_id]) for one in processes])
        for look, known in zip(looks, facts, strict=True):
            look.__dict__ |= {"months": months[look.process.grant_id], "facts": known}
        return looks

    @cached_property
    def months(self) -> tuple[Look, ...]:
        """The paid months of a recalculation, each as it would be today; a start-up has none."""
        process = self.process
        if process.kind != ProcessKind.RECALCULATION or process.grant is None or process.first_month is None:
            return ()
        return look_again(process.grant, process.first_month, process.last_month, self.now, self.overlay)

    @cached_property
    def facts(self) -> CaseFacts:
        return case_facts(self.process, self.months)

    @property
    def seen(self) -> str:
        """What a person has had on the screen: a form posts it back."""
        return digest([[str(one.month), str(one.subsidy), str(one.standing)] for one in self.months])

    @cached_property
    def _answers(self) -> dict[str, TaskConcern]:
        if self.process.task_id is None:
            return {}
        return {one.code: one for one in self.process.task.concerns.select_related("answered_by")}

    @cached_property
    def concerns(self) -> tuple[Standing, ...]:
        """Every concern of every stage, in the order of the stages."""
        found = []
        for stage in STAGES[self.process.kind]:
            for one in stage_concerns(self.process.kind, stage, self.facts):
                found.append(self._standing(one.code, stage, one.kind, freeze(one.numbers)))
            if stage == Stage.RATE:
                found += self._of_the_months()
        return tuple(found)

    @property
    def reached(self) -> list[Standing]:
        """The concerns up to the current stage: those that a task has rows of."""
        stages = STAGES[self.process.kind]
        return [one for one in self.concerns if stages.index(one.stage) <= stages.index(self.process.stage)]

    def of_stage(self, stage: str) -> list[Standing]:
        return [one for one in self.concerns if one.stage == stage]

    def stops(self, stage: str) -> list[Standing]:
        return [one for one in self.of_stage(stage) if one.stops]

    @cached_property
    def hearing(self) -> PartyHearing | None:
        """The party hearing of the process's task, when the three questions have been answered."""
        if self.process.task_id is None:
            return None
        return PartyHearing.objects.filter(task=self.process.task_id).first()

    @property
    def questions(self) -> Questions | None:
        """The three questions of the party hearing, when a person is about to settle less, or a first regulation."""
        if self.hearing is not None or self.process.task is None or not any(one.difference for one in self.months):
            return None
        old = sum((one.standing for one in self.months), Decimal(0))
        new = sum((one.subsidy for one in self.months), Decimal(0))
        limit = parameters_for(self.process.municipality, self.months[-1].month).subsidy_drop_percent
        return questions(old, new, limit, first_regulation=REGULATION.code in self._answers)

    @property
    def missing(self) -> list[str]:
        """What still stops the current stage, as sentences. Empty: the stage can be completed."""
        process, gaps = self.process, []
        if process.stage == Stage.RATE and self.hearing is not None and self.hearing.closed_at is None:
            gaps = [HEARING_OPEN]
        if process.award == Award.REFUSED and process.stage == Stage.ELIGIBILITY:
            return []
        if process.stage == Stage.ELIGIBILITY and process.first_day is None:
            gaps.append(NO_START_DATE)
        return [one.sentence for one in self.stops(process.stage)] + gaps

    @property
    def waits(self) -> bool:
        """Whether the current stage needs a person: something is missing, or the three questions are open."""
        return bool(self.missing) or (self.process.stage == Stage.RATE and self.questions is not None)

    def _standing(self, code: str, stage: str, kind: str, numbers: dict[str, Any]) -> Standing:
        words, row = words_of(code), self._answers.get(code)
        answered = ""
        if kind == ConcernKind.REQUIRED:
            answered = DONE_BY[code](self.process.grant) if self.process.grant else ""
        elif row is not None and row.answered_at is not None and row.numbers == numbers and row.note != LAPSED:
            answered = row.note or "Kvitteret"
        return Standing(
            code, stage, kind, words.message, numbers, words.help, words.process, words.acceptable, answered
        )

    def _of_the_months(self) -> list[Standing]:
        """The concerns of the months themselves; one code in several months is one concern with all its numbers."""
        by_code: dict[str, list[Concern]] = {}
        for look in self.months:
            for one in look.concerns:
                by_code.setdefault(one.code, []).append(one)
        return [
            self._standing(code, Stage.RATE, ConcernKind.BLOCKING, _together(found)) for code, found in by_code.items()
        ]


def _together(found: Sequence[Concern]) -> dict[str, Any]:
    """The numbers of the last month, with what was found in the months before it listed below."""
    numbers = freeze(found[-1].numbers)
    if len(found) == 1:
        return numbers
    earlier = [_listed(one) for one in found[:-1]]
    return {**numbers, "details": [*numbers.get("details", []), *earlier]}


def _listed(concern: Concern) -> str:
    numbers = concern.numbers
    months = " og ".join(str(month) for month in numbers.months)
    parts = [f"{months}: {numbers.found}" if numbers.found is not None else months, *numbers.details]
    return ", ".join(part for part in parts if part)


def _income_decided(grant: Grant) -> str:
    """SAT1. A person has decided on an income: added, included, left out or corrected; or the expected wage."""
    if grant.expected_wage is not None:
        return f"Forventet løn {hele_kr(grant.expected_wage)} kr."
    decided = IncomeTreatment.objects.filter(report__citizen=grant.citizen_id).exists()
    return "Indtægter behandlet" if decided or AddedIncome.objects.filter(grant=grant).exists() else ""


def _visited(grant: Grant) -> str:
    """SAT3."""
    row = Visitation.objects.filter(grant=grant).last()
    return f"Visiteret {row.visited_on:%d.%m.%Y}" if row else ""


def _ceiling_set(grant: Grant) -> str:
    """SAT5. The ceiling, and the expected wage until a whole month's wage is in the register."""
    row = WageCeiling.objects.filter(grant=grant).last()
    if row is None or not (grant.expected_wage is not None or _income_decided(grant)):
        return ""
    return f"Lønloft {hele_kr(row.amount)} kr. fra {row.first_day:%d.%m.%Y}"


DONE_BY: dict[str, Callable[[Grant], str]] = {"SAT1": _income_decided, "SAT3": _visited, "SAT5": _ceiling_set}
"""What has completed a required sub-process, in words; "" while nothing has."""


def write_concerns(look: ProcessLook, user: User, reason: str, now: datetime) -> None:
    """The task's rows as the concerns are now, up to the current stage: new ones added, gone ones marked, and an
    answer whose numbers have changed asked again. Rows that are the same are not written.
    """
    process = look.process
    rows = {one.code: one for one in process.task.concerns.all()}
    position = max((one.position for one in rows.values()), default=0)
    for one in look.reached:
        row = rows.pop(one.code, None)
        if row is None:
            position += 1
            row = TaskConcern(task=process.task, code=one.code, position=position)
        _write(row, one, user, reason, now)
    for gone in rows.values():
        if gone.answered_at is None:
            gone.answered_by, gone.answered_at, gone.note = user, now, LAPSED
            saved(gone, user, LAPSED)


def new_concerns(look: ProcessLook) -> list[TaskConcern]:
    """The rows of a new task, to be written: nobody has answered any of them."""
    return [
        _filled(TaskConcern(task=look.process.task, code=one.code, position=position), one)
        for position, one in enumerate(look.reached, start=1)
    ]


def _filled(row: TaskConcern, now_is: Standing) -> TaskConcern:
    row.stage, row.kind, row.message, row.numbers = now_is.stage, now_is.kind, now_is.message[:300], now_is.numbers
    return row


def _write(row: TaskConcern, now_is: Standing, user: User, reason: str, now: datetime) -> None:
    before = (row.stage, row.kind, row.message, row.numbers, row.answered_at)
    _filled(row, now_is)
    if now_is.answered and row.answered_at is None:
        row.answered_by, row.answered_at, row.note = user, now, now_is.answered
    elif not now_is.answered and row.answered_at is not None and kind_stops(row.kind):
        row.answered_by, row.answered_at, row.note = None, None, ""
    if row.pk is None or before != (row.stage, row.kind, row.message, row.numbers, row.answered_at):
        saved(row, user, row.note or reason)
