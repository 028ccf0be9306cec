"""What lies before the demo's last month: subsidies paid by the system before, tasks that people solved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random

from django.db import transaction
from django.utils.timezone import get_current_timezone

from cases import handle_task
from cases.bank_days import bank_days_after, bank_days_before, last_bank_day, run_day
from cases.gather import gather
from cases.hold_payment import repeat_payment
from cases.integrations.posting_status import FailedPosting, write_status
from cases.issue_specifications import issue_block
from cases.models import (
    EarlierSubsidy,
    Fault,
    Grant,
    IncomeReport,
    Municipality,
    Sample,
    Task,
    TaskKind,
    User,
    Verdict,
    parameters_for,
    rates_for,
)
from cases.party_hearing import Answers, Questions, Unanswered
from cases.read_posting_status import read_posting_status
from cases.refused import Refused
from cases.release_payments import prepare_batch, release_batch
from cases.sample_control import draw, judge
from cases.write_many import write_many_with_history
from rules.decision import decide
from rules.money import danish
from rules.months import Month

NOTES = (
    "Talt med arbejdsgiveren: lønnen passer.",
    "Lønseddel set. Godkendt.",
    "Borgeren bekræfter ændringen.",
    "Beløbet er rigtigt og vedrører måneden.",
)
SHARE_HEARD = 0.15
SHARE_WRONG = 0.1
SHARE_CORRECTED = 0.3
MAY_BE_CORRECTED = frozenset({"INC3", "INC4", "INC27"})
"""A month that stopped for its figures alone: here a payslip may show another pay than the register."""


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


def judge_sample(municipality: Municipality, month: Month, users: list[User], now: datetime) -> None:
    """Draw the month's sample and let the demo's caseworkers judge it: a few are wrong."""
    if Sample.objects.of(municipality).filter(benefit_month=month).exists():
        return
    rng = Random(f"{municipality.code}/{month}/sample")  # noqa: S311 - invented data
    for item in draw(municipality, month, User.objects.system(), now, seed=f"{municipality.code}-{month}").items.all():
        wrong = rng.random() < SHARE_WRONG
        fault, note = (Fault.CEILING, "Lønloftet er ændret fra den 1.") if wrong else ("", "")
        judge(item, Verdict.WRONG if wrong else Verdict.RIGHT, fault, note, rng.choice(users), now)


@dataclass(frozen=True)
class Calendar:
    """When things happen in a month of the demo's past."""

    month: Month

    @property
    def run(self) -> datetime:
        return _at(run_day(self.month), 6)

    @property
    def solved(self) -> datetime:
        return _at(bank_days_after(run_day(self.month), 2), 10)

    @property
    def prepared(self) -> datetime:
        return _at(bank_days_before(last_bank_day(self.month), 4), 9)

    @property
    def released(self) -> datetime:
        return _at(bank_days_before(last_bank_day(self.month), 3), 13)

    @property
    def answered(self) -> datetime:
        return _at(bank_days_after(last_bank_day(self.month), 1), 8)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=get_current_timezone())


def pay_out(municipality: Municipality, month: Month, first: User, second: User, *, send_again: bool) -> str:
    """Let the month go as its people did: a list by one, released by another, and the finance system's answer.

    One payment comes back as refused; with ``send_again`` it is sent once more with the next list. A sentence; empty
    when nothing waits to be paid (the demo has been made before).
    """
    when = Calendar(month)
    try:
        batch = prepare_batch(municipality, last_bank_day(month), first, when.prepared)
    except Refused:
        return ""
    batch = release_batch(batch, second, when.released)
    issue_block(batch.pk, second, when.released, 0, 2**62)
    payments = batch.payments.of_decisions().filter(payable_before_tax__gt=0).select_related("citizen").order_by("id")
    if first_ten := list(payments[:10]):
        refused = first_ten[month.index % len(first_ten)]
        line = FailedPosting(
            1, "ANDEN", refused.citizen.cpr, refused.pk, int(refused.payable_before_tax), batch.pay_date,
            "RJ00", "NemKontoen er lukket", f"B{refused.pk}",
        )  # fmt: skip
        read_posting_status(municipality, f"status-{month}.csv", write_status([line]), second, when.answered)
        if send_again:
            refused.refresh_from_db()
            repeat_payment(refused, "Borgeren har fået ny NemKonto.", first, when.answered)
    return f"{batch}: {batch.count} udbetalinger, {danish(batch.total)} kr., udbetalt {batch.pay_date:%d.%m.%Y}."


def _accept(task: Task, user: User, rng: Random, now: datetime) -> None:
    """Accept, some of them corrected; where less is paid than before, with the three answers of the party hearing."""
    corrections = _corrections(task, rng)
    seen = handle_task.seen(handle_task.proposal(task, corrections))
    words = {"note": rng.choice(NOTES), "seen": seen, "version": task.version, "corrections": corrections}
    try:
        handle_task.accept(task, user, **words, now=now)
    except Unanswered as asked:
        handle_task.accept(task, user, **words, hearing=_answers(asked.questions, rng), now=now)


def _corrections(task: Task, rng: Random) -> list[handle_task.Correction]:
    """Now and then the payslip shows a few hundred kroner more or less than was reported."""
    codes = set(task.concerns.values_list("code", flat=True))
    if not codes <= MAY_BE_CORRECTED or rng.random() >= SHARE_CORRECTED:
        return []
    report = IncomeReport.objects.filter(
        citizen=task.grant.citizen_id, month=task.benefit_month - 1, role="wage", is_reversal=False, amount__gt=1000
    ).first()
    if report is None:
        return []
    paid = report.amount + report.own_pension + report.employer_pension + rng.choice((-700, -400, 300, 600))
    return [handle_task.Correction(report.pk, "correct", paid, reason="Lønsedlen viser et andet beløb.")]


def _answers(asked: Questions, rng: Random) -> Answers:
    """Most citizens have told of the change themselves; a few are heard."""
    unknown = asked.looks_significant and rng.random() < SHARE_HEARD
    return Answers(
        unknown=unknown, significant=asked.looks_significant, detriment=True, reason="Borgeren har selv oplyst det."
    )
