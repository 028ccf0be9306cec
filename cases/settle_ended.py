"""What is left when a case gets no more payments: what the citizen is owed is paid out, a debt becomes a task.

LAB § 123; bekg. 227/2024 § 3, stk. 4: what cannot be settled forward is a matter of repayment (LAB § 125, stk. 3).
Run every day; safe to run any number of times.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.bank_days import coming_pay_day
from cases.case_failed import each_case
from cases.choose_settlement import open_choice
from cases.models import (
    Adjustment,
    Grant,
    LineKind,
    Payment,
    PaymentEvent,
    PaymentLine,
    PaymentStatus,
    SettleBy,
    Task,
    TaskKind,
    User,
)
from cases.open_task import ENDED, Question, open_task
from cases.settle import TAKEN, Left, left_of, settle
from cases.signed import held
from cases.templatetags.danish import hele_kr, med_fortegn
from rules.months import Month

PAID_OUT = "Efterregulering efter sagens ophør"


def settle_ended(today: date, user: User, now: datetime) -> int:
    """Every ended case with something left. How many got a payment or a task."""
    return each_case("efterregulering", _ended_with_rest(today), lambda one: _settle(held(one), today, user, now), now)


def _ended_with_rest(today: date) -> list[Grant]:
    """Cases whose last month is over and decided, of citizens without a running case."""
    month = Month.of(today).first_day
    running = Grant.objects.filter(citizen=OuterRef("citizen")).filter(
        Q(last_day__isnull=True) | Q(last_day__gte=month)
    )
    waiting = Task.objects.open().filter(grant=OuterRef("pk"), kind=TaskKind.INCOME)
    ended = Grant.objects.filter(Exists(_open_rows())).exclude(Exists(running)).exclude(Exists(waiting))
    newest: dict[int, Grant] = {}
    for grant in ended.select_related("citizen").order_by("citizen", "first_day"):
        newest[grant.citizen_id] = grant
    return list(newest.values())


def _open_rows() -> QuerySet[Adjustment]:
    return Adjustment.objects.filter(grant=OuterRef("pk"))


def _settle(grant: Grant, today: date, user: User, now: datetime) -> bool:
    left = left_of([grant.citizen_id], lock=True).get(grant.citizen_id, [])
    if not left:
        return False
    paid = any(one.amount > 0 for one in left) and _pay(grant, max(one.month for one in left), today, user, now)
    return bool(paid) | _ask(grant, today, user, now)


def _pay(grant: Grant, month: Month, today: date, user: User, now: datetime) -> bool:
    """A payment of the adjustments alone: what is owed, less the debts that may be taken."""
    payment = Payment(
        municipality_id=grant.municipality_id,
        citizen_id=grant.citizen_id,
        grant=grant,
        benefit_month=month,
        sequence=Payment.objects.filter(citizen=grant.citizen_id, benefit_month=month).count() + 1,
        subsidy=Decimal(0),
        payable_before_tax=Decimal(0),
        pay_date=coming_pay_day(Month.of(today), today),
        status=PaymentStatus.APPROVED,
        created_at=now,
    )
    rows = settle([payment])
    payment.save()
    for row in rows:
        row.payment = payment
        row.save()
    if payment.adjustment:
        PaymentLine.objects.create(payment=payment, kind=LineKind.ADJUSTMENT, amount=payment.adjustment)
    PaymentEvent.objects.create(payment=payment, status=payment.status, happened_at=now, by=user, note=PAID_OUT)
    return True


def _ask(grant: Grant, today: date, user: User, now: datetime) -> bool:
    """A debt that was to be settled in payments that do not come: a person claims it, or lets it be."""
    stuck = [one for one in left_of([grant.citizen_id]).get(grant.citizen_id, []) if one.way in TAKEN]
    if not stuck or open_choice(grant) is not None:
        return False
    total = -sum((one.amount for one in stuck), Decimal(0))
    message = f"Sagen er ophørt, og {hele_kr(total)} kr. er ikke modregnet. Vælg, om de kræves tilbage"
    task = open_task(
        grant.citizen, grant, TaskKind.ADJUSTMENT, max(one.month for one in stuck), message, due=today,
        questions=[Question(ENDED, message, {"måneder": _listed(stuck)})], event="Sagen er ophørt", user=user, now=now,
        priority=40,
    )  # fmt: skip
    task.at_stake = -total
    task._history_user, task._change_reason = user, message
    task.save()
    return True


def _listed(stuck: list[Left]) -> list[str]:
    return [f"{one.month}: {med_fortegn(one.amount)} kr. ({SettleBy(one.way).label.lower()})" for one in stuck]
