"""What lies before the demo's last month: subsidies paid by the system before, tasks that people solved."""

from __future__ import annotations

from datetime import datetime
from random import Random

from django.db import transaction

from cases import handle_task
from cases.gather import gather
from cases.models import EarlierSubsidy, Grant, Municipality, Task, TaskKind, User, parameters_for, rates_for
from cases.party_hearing import Answers, Questions, Unanswered
from cases.refused import Refused
from cases.write_many import write_many_with_history
from rules.decision import decide
from rules.months import Month

NOTES = (
    "Talt med arbejdsgiveren: lønnen passer.",
    "Lønseddel set. Godkendt.",
    "Borgeren bekræfter ændringen.",
    "Beløbet er rigtigt og vedrører måneden.",
)
SHARE_HEARD = 0.15


def pay_before(municipality: Municipality, month: Month, now: datetime) -> None:
    """The subsidy of the two months before the first run, as the law gives it: what the first run compares with."""
    user = User.objects.system()
    for earlier in (month - 2, month - 1):
        grants = Grant.objects.of(municipality).active_in(earlier)
        ids = list(grants.exclude(earlier_subsidies__benefit_month=earlier).values_list("id", flat=True))
        rates, parameters = rates_for(earlier), parameters_for(municipality, earlier)
        rows = [
            EarlierSubsidy(
                grant_id=grant_id,
                benefit_month=earlier,
                amount=decide(facts, rates, parameters).calculation.subsidy,
            )
            for grant_id, facts in gather(ids, earlier).items()
        ]
        with transaction.atomic():
            write_many_with_history(rows, user=user, reason="Udbetalt før Fleksløn", now=now)


def solve_tasks(municipality: Municipality, month: Month, users: list[User], now: datetime) -> int:
    """Let the demo's caseworkers accept the month's tasks that can be accepted as they are. How many they did."""
    rng = Random(f"{municipality.code}/{month}")  # noqa: S311 - invented data
    solved = 0
    for task in Task.objects.of(municipality).open().filter(benefit_month=month, kind=TaskKind.INCOME):
        try:
            _accept(task, rng.choice(users), rng, now)
            solved += 1
        except Refused:
            continue
    return solved


def _accept(task: Task, user: User, rng: Random, now: datetime) -> None:
    """Accept as proposed; where less is paid than before, with the three answers of the party hearing."""
    words = {"note": rng.choice(NOTES), "seen": handle_task.seen(handle_task.proposal(task)), "version": task.version}
    try:
        handle_task.accept(task, user, **words, now=now)
    except Unanswered as asked:
        handle_task.accept(task, user, **words, hearing=_answers(asked.questions, rng), now=now)


def _answers(asked: Questions, rng: Random) -> Answers:
    """Most citizens have told of the change themselves; a few are heard."""
    unknown = asked.looks_significant and rng.random() < SHARE_HEARD
    return Answers(
        unknown=unknown, significant=asked.looks_significant, detriment=True, reason="Borgeren har selv oplyst det."
    )
