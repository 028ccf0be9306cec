"""Party hearing (partshøring): three questions, the letter, the deadline and the answer. Forvaltningsloven § 19.

The lower, undisputed amount is paid on the pay day by the ordinary accept; only the difference is held.
What comes of the hearing is in ``hearing_outcome``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases.ask import answer_by
from cases.letters import Draft, framed, register_answer, write_letter
from cases.models import Grant, LetterKind, PartyHearing, Task, TaskKind, User, parameters_for
from cases.open_task import HEARING, Question, open_task
from cases.presenters.words import long_month, percent
from cases.refused import Refused
from cases.signed import said, saved
from cases.templatetags.danish import day_name, hele_kr
from rules.decision import Decision as Decided
from rules.facts import Facts
from rules.frozen import thaw
from rules.party_hearing import Change, looks_significant, must_ask, should_hear, significance, undisputed

NOT_NEEDED, UPHELD, CHANGED = "none", "upheld", "changed"


@dataclass(frozen=True)
class Questions:
    """What the three questions are about, whole kroner. ``looks_significant``: our proposal for the second one."""

    old: Decimal
    new: Decimal
    change: Change
    held: Decimal
    looks_significant: bool

    @property
    def sentence(self) -> str:
        """Tilskuddet falder med 1.190 kr. (-6,6 %), fra 18.000 kr. til 16.810 kr."""
        word = "falder" if self.change.kroner < 0 else "stiger"
        share = f" ({percent(self.change.percent)})" if self.change.percent is not None else ""
        return (
            f"Tilskuddet {word} med {hele_kr(abs(self.change.kroner))} kr.{share}, "
            f"fra {hele_kr(self.old)} kr. til {hele_kr(self.new)} kr."
        )


@dataclass(frozen=True)
class Answers:
    """A person's three answers. Three times yes proposes a hearing; without one (``hear``) a reason must stand."""

    unknown: bool
    significant: bool
    detriment: bool
    hear: bool = True
    reason: str = ""
    deadline: date | None = None
    letter: Draft | None = None

    @property
    def proposes(self) -> bool:
        return should_hear(self.unknown, self.significant, self.detriment)


class Unanswered(Refused):
    """The three questions must be answered first. ``questions`` has the kroner and percent to show."""

    def __init__(self, questions: Questions) -> None:
        super().__init__(f"{questions.sentence} Svar på de tre spørgsmål om partshøring, og godkend igen.")
        self.questions = questions


def questions(
    old: Decimal | None, new: Decimal, limit_percent: Decimal, *, first_regulation: bool = False
) -> Questions | None:
    """The questions when less is paid than before, and always at the first regulation from expected wage."""
    if old is None:
        return None
    change = significance(old, new)
    if not must_ask(change, first_regulation):
        return None
    return Questions(old, new, change, undisputed(old, new).held, looks_significant(old, new, limit_percent))


def questions_of(task: Task, decided: Decided) -> Questions | None:
    """The questions of accepting this decision: against what was paid in the months before. None when not asked."""
    paid = thaw(Facts, decided.frozen["facts"]).paid_subsidies
    limit = parameters_for(task.municipality, task.benefit_month).subsidy_drop_percent
    return questions(paid[-1].amount if paid else None, decided.calculation.subsidy, limit)


def demand(asked: Questions | None, answers: Answers | None) -> None:
    """Refuse to go on while the questions are open, or when a proposed hearing is left out without a reason."""
    if asked is None:
        return
    if answers is None:
        raise Unanswered(asked)
    if answers.proposes and not answers.hear:
        said(answers.reason, "Tre gange ja foreslår partshøring. Skriv, hvorfor borgeren ikke skal høres.")


def draft_letter(task: Task, asked: Questions, deadline: date) -> Draft:
    """The letter of a hearing: what we know, what it means in kroner, what to do and by when."""
    if task.kind in (TaskKind.RECALCULATION, TaskKind.ADJUSTMENT):
        return _letter_of_months(task, asked, deadline)
    month = long_month(task.benefit_month)
    reasons = [one.message.rstrip(".") for one in task.concerns.filter(code__startswith="INC")][:3]
    paragraphs = [
        f"Vi har oplysninger, der gør dit fleksløntilskud for {month} lavere. "
        "Dem vil vi gerne høre dig om, før vi er færdige.",
        asked.sentence,
        *([f"Det skyldes: {'; '.join(reasons)}."] if reasons else []),
        f"Du får {hele_kr(asked.new)} kr. (før skat og ATP) på den sædvanlige dag. De sidste {hele_kr(asked.held)} kr. "
        "venter på dit svar: får du ret, udbetaler vi dem bagefter.",
        f"Skriv til os senest {day_name(deadline)}, hvis oplysningerne er forkerte, eller der er noget, vi ikke ved. "
        "Er du enig, behøver du ikke gøre noget.",
    ]
    body = framed(task.grant, paragraphs)
    return Draft(LetterKind.HEARING, "citizen", f"Vi vil høre dig om dit fleksløntilskud for {month}", body, deadline)


def _letter_of_months(task: Task, asked: Questions, deadline: date) -> Draft:
    """A recalculation has nothing to pay: what has been paid too much is not taken before the answer."""
    paragraphs = [
        "Vi har fået nye oplysninger og har beregnet dit fleksløntilskud igen for måneder, du har fået udbetalt.",
        f"Du har fået {hele_kr(asked.old)} kr. Efter den nye beregning er det rigtige {hele_kr(asked.new)} kr.",
        f"Forskellen er {hele_kr(asked.held)} kr. Vi modregner ikke noget, før du har haft mulighed for at svare.",
        f"Skriv til os senest {day_name(deadline)}, hvis oplysningerne er forkerte, eller der er noget, vi ikke ved. "
        "Er du enig, behøver du ikke gøre noget.",
    ]
    subject = "Vi vil høre dig om en ny beregning af dit fleksløntilskud"
    return Draft(LetterKind.HEARING, "citizen", subject, framed(task.grant, paragraphs), deadline)


def record(task: Task, asked: Questions, answers: Answers, user: User, now: datetime) -> PartyHearing:
    """Keep the three answers. When the citizen is heard: the letter is sent and a task follows the deadline.

    Must run inside the transaction of the accept.
    """
    demand(asked, answers)
    hears = answers.proposes and answers.hear
    row = PartyHearing.objects.filter(task=task).first() or PartyHearing(task=task, grant=task.grant)
    row.unknown_to_citizen, row.is_significant = answers.unknown, answers.significant
    row.to_detriment, row.change = answers.detriment, asked.change.kroner
    row.change_percent, row.held = asked.change.percent, asked.held if hears else Decimal(0)
    row.asked_at, row.asked_by = now, user
    if hears:
        row.deadline = answers.deadline or answer_by(localdate(now))
        letter = answers.letter or draft_letter(task, asked, row.deadline)
        row.letter = write_letter(task.grant, letter, user, now, task=task)
        row.outcome, row.closed_at = "", None
        _follow(task, row, user, now)
        return saved(row, user, "Partshøring sendt")
    row.outcome, row.closed_at = NOT_NEEDED, now
    return saved(row, user, answers.reason or "Partshøring er ikke nødvendig")


def answer_received(hearing: PartyHearing, answer: str, source: str, user: User, now: datetime) -> PartyHearing:
    """Keep what the citizen said. The outcome is a decision of its own."""
    with transaction.atomic():
        hearing = open_hearing(hearing)
        hearing.letter = register_answer(hearing.letter, answer, source, user, now)
        hearing.answer = answer.strip()
        return saved(hearing, user, source)


def open_hearing(hearing: PartyHearing) -> PartyHearing:
    """The hearing as it stands now, locked; refused when it is closed."""
    current = PartyHearing.objects.select_for_update().get(pk=hearing.pk)
    if current.closed_at is not None:
        raise Refused("Partshøringen er allerede afsluttet.")
    return current


def open_hearings(grant: Grant) -> QuerySet[PartyHearing]:
    """Hearings that hold an amount back, the nearest deadline first."""
    return PartyHearing.objects.filter(grant=grant, closed_at__isnull=True).order_by("deadline", "id")


def days_left(hearing: PartyHearing, today: date) -> int:
    """Days until the deadline; 0 on the day itself and after."""
    return max(0, (hearing.deadline - today).days) if hearing.deadline else 0


def _follow(task: Task, hearing: PartyHearing, user: User, now: datetime) -> None:
    month = long_month(task.benefit_month)
    message = f"Partshøring om {month}: fasthold, eller udbetal de {hele_kr(hearing.held)} kr., der venter"
    known = {"beløb": str(hearing.held), "frist": str(hearing.deadline)}
    open_task(
        task.grant.citizen, task.grant, TaskKind.FOLLOW_UP, task.benefit_month, message, due=hearing.deadline,
        questions=[Question(HEARING, message, known)], event="Partshøring", user=user, now=now, priority=30,
    )  # fmt: skip
