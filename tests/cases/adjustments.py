"""Paid months that are corrected, in a few words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cases.choose_settlement import Choice, choose
from cases.gather import gather
from cases.import_income import import_income
from cases.models import (
    Adjustment,
    Decision,
    Grant,
    Payment,
    Process,
    RepaymentClaim,
    Settlement,
    User,
    parameters_for,
    rates_for,
)
from cases.party_hearing import Answers
from cases.recalculated_months import look_at
from cases.repayment import raise_claim
from cases.run_month import start_run, waiting_blocks, work_block
from rules.decision import decide
from rules.months import Month
from tests.cases.builders import NOW, Pay, answer

NOT_HEARD = Answers(unknown=False, significant=True, detriment=True)
NEXT = Choice("income", "next")


def claim_on(grant: Grant, user: User) -> RepaymentClaim:
    """A claim on a paid month of the case that has become worth less."""
    decision = Decision.objects.filter(grant=grant, outcome="paid").latest("benefit_month")
    process = Process.objects.create(
        municipality_id=grant.municipality_id, citizen_id=grant.citizen_id, grant=grant, kind="FLEX_BEREGN",
        state="done", stage="7", event="Prøve", started_at=NOW, started_by=user,
    )  # fmt: skip
    look = look_at(decision)
    row = Adjustment.objects.create(
        municipality_id=grant.municipality_id, grant=grant, process=process, benefit_month=decision.benefit_month,
        sequence=1, decision=decision, old_subsidy=decision.subsidy, new_subsidy=decision.subsidy - 300,
        difference=-300, payable_difference=-300, steps=[], fingerprint=look.decided.fingerprint, rules_version="1",
        made_at=NOW, made_by=user, reason="Prøve", **look.decided.frozen,
    )  # fmt: skip
    return raise_claim(row, Decimal(300), "withheld", "bad", "Prøve", user, NOW)


def at(month: Month, day: int = 11, hour: int = 8) -> datetime:
    """A morning of the month."""
    return datetime(month.year, month.number, day, hour, tzinfo=UTC)


def give_at(grant: Grant, pays: list[Pay], now: datetime) -> None:
    """Import these reports for the case at that time."""
    import io

    import_income(io.BytesIO(answer((grant, pays))), f"{now}.xml", user=User.objects.system(), now=now)


def run_at(municipality: Any, month: Month, day: int = 11) -> None:
    """The month's run, worked to its end on that day of the month."""
    now = at(month, day)
    started = start_run(municipality, month, User.objects.system(), now)
    for block in waiting_blocks(started):
        work_block(block, now)


def payments(grant: Grant) -> list[tuple[int, int]]:
    """(adjustment, payable) of each payment in order, whole kroner."""
    rows = Payment.objects.filter(grant=grant).order_by("benefit_month", "sequence")
    return [(int(one.adjustment), int(one.payable_before_tax)) for one in rows]


def choose_all(grant: Grant, choice: Choice, user: User, now: datetime = NOW, hearing: Any = NOT_HEARD) -> None:
    """The same choice for every debt of the case that has none."""
    from cases.choose_settlement import hearing_questions, unanswered

    ids = [one.id for one in unanswered(grant)]
    rows = list(Adjustment.objects.filter(pk__in=ids))
    choose(grant, ids, choice, user, now, hearing=hearing if hearing_questions(grant, rows) else None)


def law_gives(grant: Grant, month: Month) -> Decimal:
    """What the month is worth with everything that is known at the end, after extra ATP."""
    facts = gather([grant.pk], month)[grant.pk]
    return decide(facts, rates_for(month), parameters_for(grant.municipality, month)).calculation.payable_before_tax


def standing(grant: Grant, month: Month) -> Decimal:
    """What the month was decided to, with its adjustments, after extra ATP."""
    decision = Decision.objects.in_force().get(grant=grant, benefit_month=month, outcome="paid")
    rows = Adjustment.objects.filter(grant=grant, benefit_month=month)
    return decision.payable_before_tax + sum((one.payable_difference for one in rows), Decimal(0))


def settled(grant: Grant) -> Decimal:
    rows = Settlement.objects.filter(adjustment__grant=grant)
    return sum((one.amount for one in rows), Decimal(0))
