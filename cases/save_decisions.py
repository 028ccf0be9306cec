"""Write decisions with what follows from them: a payment, or a task with its concerns. In bulk, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from cases.bank_days import bank_days_before, coming_pay_day, last_bank_day
from cases.models import (
    Decision,
    LineKind,
    Payment,
    PaymentStatus,
    Run,
    Task,
    TaskConcern,
    User,
)
from cases.models.task import NEW_PAY, NO_AUTOMATION, RULES_BROKEN
from cases.move_payments import Signed, write_events, write_lines
from cases.settle import settle
from cases.write_many import new_row, reserve_ids, write_many, write_many_with_history
from rules import RULES_VERSION
from rules.decision import PAID
from rules.decision import Decision as Decided
from rules.frozen import freeze
from rules.income_rules import BY_CODE
from rules.months import Month
from rules.registry import Concern

EVENT_OF_CODE = {"INC36": NEW_PAY, "INC37": NO_AUTOMATION}
PLAIN_HEADLINE = "Indtægter"


@dataclass(frozen=True)
class Case:
    """A case about to be written: its ids, the decision, and the row it supersedes, if any.

    ``paid``: the decision of the month that has been paid; then only the difference is paid, as one payment more.
    """

    grant_id: int
    citizen_id: int
    municipality_id: int
    decided: Decided
    last_paid: Decimal | None = None
    supersedes: int | None = None
    sequence: int = 1
    paid: Decision | None = None
    payment_number: int = 1


@dataclass(frozen=True)
class Act:
    """Who decides, when, in which run, and why: what every row is signed with."""

    month: Month
    user: User
    now: datetime
    reason: str
    run: Run | None = None


def save_decisions(cases: Sequence[Case], act: Act) -> list[Decision]:
    """Write all of it. Must run inside a transaction. The rows come back in the order of the cases."""
    rows = [_decision(case, act, id_) for case, id_ in zip(cases, reserve_ids(Decision, len(cases)), strict=True)]
    write_many(rows)
    pairs = list(zip(cases, rows, strict=True))
    _save_payments([pair for pair in pairs if pair[1].outcome == PAID], act)
    _save_tasks([pair for pair in pairs if pair[1].outcome != PAID], act)
    return rows


def _decision(case: Case, act: Act, id_: int) -> Decision:
    decided, sum_ = case.decided, case.decided.calculation
    return new_row(
        Decision,
        id=id_,
        municipality_id=case.municipality_id,
        grant_id=case.grant_id,
        benefit_month=act.month,
        sequence=case.sequence,
        supersedes=case.supersedes,
        run_id=act.run and act.run.pk,
        outcome=decided.outcome,
        decided_at=act.now,
        decided_by_id=act.user.pk,
        income=sum_.income,
        subsidy=sum_.subsidy,
        extra_atp=sum_.extra_atp,
        ordinary_atp=sum_.ordinary_atp,
        mandatory_pension=sum_.mandatory_pension,
        payable_before_tax=sum_.payable_before_tax,
        ceiling_cut=sum_.ceiling_cut,
        steps=[[step.text, step.law, str(step.amount)] for step in sum_.steps],
        concerns=[{"code": one.code, "numbers": freeze(one.numbers)} for one in decided.concerns],
        fingerprint=decided.fingerprint,
        rules_version=RULES_VERSION,
        **decided.frozen,
    )


def _save_payments(pairs: Sequence[tuple[Case, Decision]], act: Act) -> None:
    payments = [_payment(*pair, act, id_) for pair, id_ in zip(pairs, reserve_ids(Payment, len(pairs)), strict=True)]
    settlements = settle(payments)
    write_many(payments)
    write_many(settlements)
    lines = [line for payment, pair in zip(payments, pairs, strict=True) for line in _lines(payment, *pair)]
    write_lines(lines)
    write_events([one.pk for one in payments], PaymentStatus.APPROVED, Signed(act.user, act.now, act.reason))


def _payment(case: Case, decision: Decision, act: Act, id_: int) -> Payment:
    return new_row(
        Payment,
        id=id_,
        municipality_id=case.municipality_id,
        citizen_id=case.citizen_id,
        grant_id=case.grant_id,
        decision_id=decision.pk,
        benefit_month=act.month,
        sequence=case.payment_number,
        subsidy=_more(case, decision, "subsidy"),
        payable_before_tax=_more(case, decision, "payable_before_tax"),
        pay_date=_pay_date(case, act),
        status=PaymentStatus.APPROVED,
        created_at=act.now,
    )


def _more(case: Case, decision: Decision, name: str) -> Decimal:
    """An amount of the decision, less what the month has paid of it already. Ordinary ATP may be unknown (None)."""
    paid = getattr(case.paid, name) if case.paid else None
    return (getattr(decision, name) or Decimal(0)) - (paid or Decimal(0))


def _pay_date(case: Case, act: Act) -> date:
    """The month's pay day; for a further payment the next one from today."""
    day, today = last_bank_day(act.month), localdate(act.now)
    return day if case.paid is None else coming_pay_day(act.month, today)


def _lines(payment: Payment, case: Case, decision: Decision) -> Iterator[tuple[int, str, Decimal]]:
    """Payment id, kind and kroner. Extra ATP is taken from the citizen; ordinary ATP and mandatory pension are paid on
    top (LAB §§ 137-138 b).
    """
    amounts = {
        LineKind.SUBSIDY: _more(case, decision, "subsidy"),
        LineKind.EXTRA_ATP: -_more(case, decision, "extra_atp"),
        LineKind.ORDINARY_ATP: _more(case, decision, "ordinary_atp"),
        LineKind.MANDATORY_PENSION: _more(case, decision, "mandatory_pension"),
        LineKind.ADJUSTMENT: payment.adjustment,
    }
    return ((payment.pk, kind, amount) for kind, amount in amounts.items() if amount)


def _save_tasks(pairs: Sequence[tuple[Case, Decision]], act: Act) -> None:
    tasks = [_task(*pair, act, id_) for pair, id_ in zip(pairs, reserve_ids(Task, len(pairs)), strict=True)]
    write_many_with_history(tasks, user=act.user, reason=act.reason, now=act.now)
    concerns = [
        task_concern(task, concern, position)
        for task, (case, _) in zip(tasks, pairs, strict=True)
        for position, concern in enumerate(case.decided.concerns, start=1)
    ]
    write_many_with_history(concerns, user=act.user, reason=act.reason, now=act.now)


def _task(case: Case, decision: Decision, act: Act, id_: int) -> Task:
    codes = [concern.code for concern in case.decided.concerns]
    first = "INC36" if "INC36" in codes else codes[0]
    return new_row(
        Task,
        id=id_,
        municipality_id=case.municipality_id,
        grant_id=case.grant_id,
        benefit_month=act.month,
        event=EVENT_OF_CODE.get(first, RULES_BROKEN),
        headline=PLAIN_HEADLINE if first in EVENT_OF_CODE else BY_CODE[first].message,
        priority=list(BY_CODE).index(first) + 1,
        due_date=due_date(act.month, act.now.date()),
        decision_id=decision.pk,
        proposed=decision.subsidy,
        at_stake=decision.subsidy - (case.last_paid or Decimal(0)),
        created_at=act.now,
    )


def task_concern(task: Task, concern: Concern, position: int) -> TaskConcern:
    return new_row(
        TaskConcern,
        task_id=task.pk,
        code=concern.code,
        position=position,
        message=BY_CODE[concern.code].message,
        numbers=freeze(concern.numbers),
    )


def due_date(month: Month, today: date) -> date:
    """A task must be done two bank days before the pay day; at once when that is past."""
    return max(today, bank_days_before(last_bank_day(month), 2))
