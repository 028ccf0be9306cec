"""A person's word on what a paid month got too much: why, in which faith, and how it is settled.

Q18: a reason is demanded, and the municipality's own error is never taken by itself (PM 48-22). What is owed to the
citizen needs no choice: it is paid with the next payment, and the specification says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from cases import party_hearing
from cases.difference_letter import draft_letter
from cases.letters import Draft, write_letter
from cases.models import (
    Adjustment,
    AdjustmentChoice,
    AdjustmentReason,
    ClaimState,
    Faith,
    Grant,
    PartyHearing,
    RepaymentClaim,
    SettleBy,
    Task,
    TaskConcern,
    TaskKind,
    TaskState,
    User,
    parameters_for,
)
from cases.open_task import ADJUSTMENT, ENDED, Question, answered, closed, filled, new_task, open_task
from cases.refused import Conflict, Refused
from cases.repayment import raise_claim
from cases.settle import ASK, HEARD, OWED, Left, left_of
from cases.signed import held, said, saved
from cases.templatetags.danish import hele_kr, med_fortegn, month_name
from cases.write_many import write_many_with_history
from rules import settlement
from rules.months import Month

WITH_FAITH = (AdjustmentReason.WITHHELD, AdjustmentReason.AUTHORITY)
"""Reasons where repayment is in play: the word on faith is demanded (LAB § 125)."""
TIME_TO_CHOOSE = timedelta(days=7)
PRIORITY = 40


@dataclass(frozen=True)
class Choice:
    """What is chosen. ``monthly``: kroner, only when it is spread."""

    reason: str
    settle_by: str
    faith: str = ""
    monthly: Decimal | None = None
    note: str = ""


def check(choice: Choice) -> None:
    """Refuse what the law gives no ground for, with a whole sentence."""
    if choice.reason not in AdjustmentReason.values:
        raise Refused("Vælg, hvorfor det udbetalte var forkert.")
    if choice.settle_by not in SettleBy.values:
        raise Refused("Vælg, hvordan forskellen skal afregnes.")
    if (choice.reason in WITH_FAITH or choice.settle_by == SettleBy.CLAIM) and choice.faith not in Faith.values:
        raise Refused("Vælg, om borgeren har handlet i god tro eller mod bedre vidende.")
    _check_ground(choice)
    if choice.settle_by == SettleBy.SPREAD:
        if choice.monthly is None or choice.monthly <= 0:
            raise Refused("Skriv, hvor meget der højst må modregnes om måneden.")
        said(choice.note, "Skriv, hvorfor beløbet modregnes over flere måneder.")
    if choice.reason == AdjustmentReason.OTHER or choice.settle_by == SettleBy.NOTHING:
        said(choice.note, "Skriv begrundelsen i noten.")


def _check_ground(choice: Choice) -> None:
    """PM 48-22: settling forward needs a basis in the rules. LAB § 125: repayment needs bad faith, or spread pay."""
    forward = choice.settle_by in (SettleBy.NEXT, SettleBy.SPREAD)
    if choice.reason == AdjustmentReason.AUTHORITY and forward:
        raise Refused("Kommunens egen fejl kan ikke modregnes. Vælg, at beløbet ikke kræves tilbage.")
    if choice.reason == AdjustmentReason.WITHHELD and choice.faith == Faith.GOOD:
        raise Refused("Har borgeren handlet i god tro, er oplysningerne ikke tilbageholdt. Vælg en anden årsag.")
    if choice.settle_by == SettleBy.CLAIM and choice.faith == Faith.GOOD and choice.reason != AdjustmentReason.SPREAD:
        raise Refused(
            "I god tro kan kun løn for flere måneder, der ikke kan modregnes, kræves tilbage (LAB § 125, stk. 3)."
        )


def choose(
    grant: Grant,
    ids: Collection[int],
    choice: Choice,
    user: User,
    now: datetime,
    *,
    letter: Draft | None = None,
    hearing: party_hearing.Answers | None = None,
    task: Task | None = None,
) -> list[AdjustmentChoice]:
    """Keep the choice for these adjustments of the case, send the difference letter, and raise claims that are chosen.

    The three questions of the party hearing are asked when nobody has asked them; a hearing holds the money back
    until its outcome. ``letter``: as the person has changed it, else the draft. ``task``: the recalculation's, when it
    is chosen there. Refused when something was settled meanwhile. A new choice replaces an earlier one for what is
    left.
    """
    check(choice)
    with transaction.atomic():
        grant = held(grant)
        rows = _open_rows(grant, ids)
        asked = hearing_questions(grant, [row for row, _ in rows])
        party_hearing.demand(asked, hearing)
        task = task or open_choice(grant) or (_task(grant, [], user, now) if asked and hearing else None)
        found = [_write(row, choice, task, user, now) for row, _ in rows]
        if asked and hearing and task:
            party_hearing.record(task, asked, hearing, user, now)
        _claims(rows, choice, user, now)
        _send(grant, [row for row, _ in rows], choice, letter, task, user, now)
        _done(grant, task, choice, user, now)
        return found


def _open_rows(grant: Grant, ids: Collection[int]) -> list[tuple[Adjustment, Left]]:
    left = {one.id: one for one in left_of([grant.citizen_id], lock=True).get(grant.citizen_id, [])}
    rows = Adjustment.objects.filter(grant=grant, pk__in=ids).order_by("benefit_month", "sequence")
    if not rows:
        raise Refused("Vælg mindst én måned.")
    for row in rows:
        if row.pk not in left:
            raise Conflict(f"{month_name(row.benefit_month).capitalize()} er allerede afregnet. Se siden igen.")
        if left[row.pk].way == HEARD:
            raise Refused("Borgeren er hørt. Afslut partshøringen først.")
        if left[row.pk].way == OWED:
            raise Refused("Det, borgeren har til gode, udbetales af sig selv i næste udbetaling.")
    return [(row, left[row.pk]) for row in rows]


def _write(row: Adjustment, choice: Choice, task: Task | None, user: User, now: datetime) -> AdjustmentChoice:
    made = AdjustmentChoice(
        adjustment=row,
        task=task,
        reason=choice.reason,
        faith=choice.faith,
        settle_by=choice.settle_by,
        monthly=choice.monthly if choice.settle_by == SettleBy.SPREAD else None,
        note=choice.note.strip()[:300],
        made_at=now,
        made_by=user,
    )
    made.save()
    return made


def _claims(rows: Iterable[tuple[Adjustment, Left]], choice: Choice, user: User, now: datetime) -> None:
    for row, left in rows:
        claim = RepaymentClaim.objects.filter(adjustment=row).first()
        if choice.settle_by == SettleBy.CLAIM:
            raise_claim(row, -left.amount, choice.reason, choice.faith, choice.note, user, now)
        elif claim is not None and claim.state == ClaimState.OPEN:
            raise Refused("Der er rejst et krav om tilbagebetaling. Frafald kravet, før du vælger noget andet.")


def _send(
    grant: Grant,
    rows: list[Adjustment],
    choice: Choice,
    letter: Draft | None,
    task: Task | None,
    user: User,
    now: datetime,
) -> None:
    draft = draft_letter(grant, rows, choice.reason, choice.settle_by, choice.monthly, choice.note)
    write_letter(grant, letter or draft, user, now, task=task)


def _done(grant: Grant, task: Task | None, choice: Choice, user: User, now: datetime) -> None:
    """The task is closed when every adjustment has its choice; else it asks for the rest."""
    words = f"{AdjustmentReason(choice.reason).label}. {SettleBy(choice.settle_by).label}. {choice.note}".strip()
    if unanswered(grant):
        ask(grant, user, now)
    elif task is not None and task.kind == TaskKind.ADJUSTMENT:
        answered(task, {ADJUSTMENT: words, ENDED: words}, user, now)
        closed(task, words, user, now)


def unanswered(grant: Grant) -> list[Left]:
    """Adjustments of the case that wait for a person's choice, without what the same month is owed again."""
    return _unanswered(grant, left_of([grant.citizen_id]).get(grant.citizen_id, []))


def _unanswered(grant: Grant, every: list[Left]) -> list[Left]:
    met = settlement.settle(Decimal(0), [replace(one.rest, may_take=False) for one in every])
    after = [replace(one, amount=one.amount - part) for one, part in zip(every, met, strict=True)]
    return [one for one in after if one.way == ASK and one.amount and one.grant_id == grant.pk]


def open_choice(grant: Grant) -> Task | None:
    """The case's open task about a choice."""
    return Task.objects.open().filter(grant=grant, kind=TaskKind.ADJUSTMENT).first()


def ask(grant: Grant, user: User, now: datetime) -> Task | None:
    """One open task a case asks for the choice of everything that waits; it is closed when nothing waits any more."""
    waiting, standing = unanswered(grant), open_choice(grant)
    total = sum((one.amount for one in waiting), Decimal(0))
    if standing is not None and not waiting and not standing.concerns.filter(code=ENDED).exists():
        closed(standing, "Forskellen er udlignet", user, now, TaskState.REPLACED)
    if not waiting or (standing is not None and standing.at_stake == total):
        return standing if waiting else None
    return _task(grant, waiting, user, now)


def ask_many(grants: Sequence[Grant], user: User, now: datetime) -> None:
    """The same for many cases. New tasks are written together; one that a person has already is changed by itself."""
    left = left_of([one.citizen_id for one in grants])
    standing = Task.objects.open().filter(grant__any_of=[one.pk for one in grants], kind=TaskKind.ADJUSTMENT)
    asked = set(standing.values_list("grant_id", flat=True))
    new = []
    for grant in grants:
        if grant.pk in asked:
            ask(grant, user, now)
        elif waiting := _unanswered(grant, left.get(grant.citizen_id, [])):
            new.append(_new_task(grant, waiting, now))
    signed = {"user": user, "reason": "Efterregulering", "now": timezone.now()}
    write_many_with_history([task for task, _ in new], **signed)
    rows = [filled(TaskConcern(task=task, code=question.code, position=1), question) for task, question in new]
    write_many_with_history(rows, **signed)


def _new_task(grant: Grant, waiting: list[Left], now: datetime) -> tuple[Task, Question]:
    question, total, today = _question(waiting), sum((one.amount for one in waiting), Decimal(0)), localdate(now)
    task = new_task(
        grant.citizen, grant, TaskKind.ADJUSTMENT, max(one.month for one in waiting), question.message,
        today + TIME_TO_CHOOSE, "Efterregulering", now, PRIORITY,
    )  # fmt: skip
    task.at_stake = total
    return task, question


def _question(waiting: list[Left]) -> Question:
    total = sum((one.amount for one in waiting), Decimal(0))
    message = f"Der er udbetalt {hele_kr(-total)} kr. for meget. Vælg årsag og afregning"
    return Question(
        ADJUSTMENT, message, {"måneder": [f"{one.month}: {med_fortegn(one.amount)} kr." for one in waiting]}
    )


def _task(grant: Grant, waiting: list[Left], user: User, now: datetime) -> Task:
    question, today, standing = _question(waiting), localdate(now), open_choice(grant)
    month = standing.benefit_month if standing else max((one.month for one in waiting), default=Month.of(today))
    task = open_task(
        grant.citizen, grant, TaskKind.ADJUSTMENT, month, question.message, due=today + TIME_TO_CHOOSE,
        questions=[question], event="Efterregulering", user=user, now=now, priority=PRIORITY,
    )  # fmt: skip
    task.at_stake, task.headline = sum((one.amount for one in waiting), Decimal(0)), question.message
    return saved(task, user, "Efterregulering")


def hearing_questions(grant: Grant, rows: Iterable[Adjustment]) -> party_hearing.Questions | None:
    """The three questions about these months, when they have not been asked in the recalculation or here before."""
    fresh = [row for row in rows if not _was_asked(row)]
    if not fresh:
        return None
    old = sum((row.old_subsidy for row in fresh), Decimal(0))
    new = sum((row.new_subsidy for row in fresh), Decimal(0))
    limit = parameters_for(grant.municipality, fresh[-1].benefit_month).subsidy_drop_percent
    return party_hearing.questions(old, new, limit)


def _was_asked(row: Adjustment) -> bool:
    tasks = [row.process.task_id, *row.choices.values_list("task", flat=True)]
    return PartyHearing.objects.filter(task__in=[one for one in tasks if one]).exists()
