"""A year of a municipality with corrections coming in late: what was paid with what is left is what the law gives."""

from __future__ import annotations

import io
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases import handle_task, hearing_outcome
from cases.choose_settlement import Choice, choose, hearing_questions, unanswered
from cases.consistency import faults
from cases.end_grant import end
from cases.follow_ups import daily
from cases.import_income import import_income
from cases.models import (
    Adjustment,
    Citizen,
    Decision,
    Grant,
    PartyHearing,
    Payment,
    Process,
    Role,
    Settlement,
    Task,
    User,
)
from cases.party_hearing import Answers
from cases.processes import answer as tick
from cases.processes import complete_stage, look
from cases.settle import ASK, HEARD, OWED, left_of
from rules.months import Month
from tests.cases.adjustments import NOT_HEARD, at, law_gives, run_at, standing
from tests.cases.builders import Pay, answer, make_case, make_municipality, make_user

pytestmark = pytest.mark.django_db

FIRST = Month(2025, 9)
MONTHS = 12
THREE_YES = Answers(unknown=True, significant=True, detriment=True)
CHOICES = (
    Choice("income", "next"),
    Choice("income", "next"),
    Choice("income", "spread", monthly=Decimal(700), note="Aftalt med borgeren"),
    Choice("authority", "nothing", faith="good", note="Vores fejl"),
    Choice("withheld", "claim", faith="bad", note="Fortalte ikke om jobbet"),
)


class Year:
    """The municipality, its people at work, and the register, all with one chance."""

    def __init__(self, citizens: int, seed: int) -> None:
        self.chance = random.Random(seed)
        limits = {"percent_below": 100, "percent_above": 900, "subsidy_drop_percent": 40}
        self.owner = make_municipality(**{name: Decimal(value) for name, value in limits.items()})
        self.aase = make_user("aase", Role.CASEWORKER, self.owner)
        self.pay: dict[int, int] = {}
        self.rises: dict[int, bool] = {}
        self.reported: defaultdict[tuple[int, Month], Decimal] = defaultdict(Decimal)
        self.told: set[int] = set()
        self.late = 0
        for number in range(citizens):
            self._arrive(number)

    def _arrive(self, number: int) -> None:
        """Every third begins in the middle of the year."""
        begins = FIRST + self.chance.randint(2, 8) if number % 3 == 2 else FIRST - 20
        grant = make_case(
            self.owner, number, ceiling="48000", months=(begins - 2, begins - 1), first_day=begins.first_day
        )
        self.pay[grant.pk] = self.chance.choice([6000, 9000, 12000, 17000, 26000])
        self.rises[grant.pk] = number % 2 == 0

    def months(self) -> Iterator[Month]:
        return (FIRST + number for number in range(MONTHS))

    def live(self, month: Month, *, quiet: bool = False) -> None:
        """One month: pay and corrections come in, the run, a day of work, somebody stops, the daily job."""
        self._register(month, at(month, 5), quiet=quiet)
        run_at(self.owner, month)
        self._work(at(month, 15), quiet=quiet)
        if not quiet:
            self._some_end(month, at(month, 16))
        daily(date(month.year, month.number, 20), at(month, 20))

    def _register(self, month: Month, now: Any, *, quiet: bool) -> None:
        persons = []
        for grant in Grant.objects.order_by("id"):
            pays = [*self._ordinary(grant, month), *([] if quiet else self._corrections(grant, month))]
            for pay in pays:
                self.reported[grant.pk, pay.month] += Decimal(pay.amount)
            if pays:
                persons.append((grant, pays))
        import_income(io.BytesIO(answer(*persons)), f"{month}.xml", user=User.objects.system(), now=now)

    def _ordinary(self, grant: Grant, month: Month) -> list[Pay]:
        back = 0 if grant.pk in self.told else 3
        self.told.add(grant.pk)
        return [Pay(month - 1 - ago, f"{self._pay(grant, month - 1 - ago)}.00") for ago in range(back + 1)]

    def _pay(self, grant: Grant, month: Month) -> int:
        """Every second one earns much from the autumn on: then a debt is larger than the small payments."""
        return 34000 if self.rises[grant.pk] and month >= FIRST + 5 else self.pay[grant.pk]

    def _corrections(self, grant: Grant, month: Month) -> list[Pay]:
        """Late pay of an earlier month: a supplement or one taken back, now and then a very large one; half of them
        marked as corrections (felt 151) and paid this month.
        """
        if self.chance.random() < 0.6:
            return []
        self.late += 1
        of = month - 1 - self.chance.randint(1, 10)
        amount = self.chance.choice([900, 2500, 6000, 30000])
        if self.chance.random() < 0.4:
            amount = -min(amount, int(self.reported[grant.pk, of]) - 500)
        if amount <= -500 or amount > 0:
            mark = self.chance.random() < 0.5
            paid_on = (month - 1).last_day if mark else None
            own_id = f"r{month}-{of}"
            return [Pay(of, f"{amount}.00", hours="1.00", own_id=own_id, correction=mark, pay_date=paid_on)]
        return []

    def _work(self, now: Any, *, quiet: bool) -> None:
        """Hearings that are over, then every task; some choices are left for later."""
        for hearing in PartyHearing.objects.filter(closed_at__isnull=True, deadline__lt=now.date()):
            changed = hearing.task.kind == "adjustment" and self.chance.random() < 0.3
            (hearing_outcome.change if changed else hearing_outcome.uphold)(hearing, "Set efter", self.aase, now)
        for process in Process.objects.filter(state="waiting", kind="FLEX_BEREGN"):
            self._recalculation(process, now)
        for task in Task.objects.open().filter(kind="income"):
            seen = handle_task.seen(handle_task.proposal(task))
            how = {"seen": seen, "version": task.version, "now": now, "note": "Set efter"}
            handle_task.accept(task, self.aase, hearing=self._hearing(), **how)
        for grant in Grant.objects.filter(tasks__in=Task.objects.open().filter(kind="adjustment")):
            if quiet or self.chance.random() < 0.7:
                self._choose(grant, now)

    def _hearing(self) -> Answers:
        return THREE_YES if self.chance.random() < 0.3 else NOT_HEARD

    def _recalculation(self, process: Process, now: Any) -> None:
        choice = self.chance.choice([*CHOICES[:3], None])
        while process.state == "waiting":
            if PartyHearing.objects.filter(task=process.task, closed_at__isnull=True).exists():
                return
            for one in look(process, now).stops(process.stage):
                process = tick(process.task, one.code, self.aase, "Set efter", now)
            process = complete_stage(process, self.aase, now, hearing=self._hearing(), choice=choice)

    def _choose(self, grant: Grant, now: Any) -> None:
        every = left_of([grant.citizen_id]).get(grant.citizen_id, [])
        ids = [one.id for one in unanswered(grant)] or [one.id for one in every if one.way in ("next", "spread")]
        rows = list(Adjustment.objects.filter(pk__in=ids))
        asked = hearing_questions(grant, rows)
        stopped = grant.last_day is not None and grant.last_day < now.date()
        choice = self.chance.choice(CHOICES[3:] if stopped else CHOICES)
        choose(grant, ids, choice, self.aase, now, hearing=self._hearing() if asked else None)

    def _some_end(self, month: Month, now: Any) -> None:
        for grant in Grant.objects.filter(last_day=None, first_day__lt=(month - 4).first_day):
            if self.chance.random() < 0.04:
                last = (month - self.chance.randint(-1, 3)).last_day
                end(grant, last, "job_ended", "Jobbet er slut", self.aase, now)


def assert_law(year: Year) -> None:
    """Month by month and citizen by citizen, to the krone."""
    paid = Decision.objects.in_force().filter(outcome="paid").select_related("grant__municipality")
    by_citizen: defaultdict[int, Decimal] = defaultdict(Decimal)
    for decision in paid:
        grant, month = decision.grant, decision.benefit_month
        law = law_gives(grant, month)
        assert standing(grant, month) == law, (grant, month)
        by_citizen[grant.citizen_id] += law
    for citizen in Citizen.objects.all():
        received = sum((one.payable_before_tax for one in Payment.objects.filter(citizen=citizen)), Decimal(0))
        rows = Adjustment.objects.filter(grant__citizen=citizen)
        settled = Settlement.objects.filter(adjustment__grant__citizen=citizen)
        left = sum((one.payable_difference for one in rows), Decimal(0)) - sum(
            (one.amount for one in settled), Decimal(0)
        )
        assert received + left == by_citizen[citizen.pk], citizen
    assert not Payment.objects.filter(payable_before_tax__lt=0).exists()
    assert list(faults()) == []


def live_a_year(citizens: int, seed: int) -> Year:
    year = Year(citizens, seed)
    for month in year.months():
        year.live(month)
    for after in range(4):
        year.live(FIRST + MONTHS + after, quiet=True)
    return year


def assert_it_was_a_year(year: Year) -> None:
    """Both ways, falls larger than a payment, starts and ends: else the test says nothing."""
    differences = list(Adjustment.objects.values_list("payable_difference", flat=True))
    assert year.late > 0
    assert min(differences) < -5000
    assert max(differences) > 500
    assert Payment.objects.filter(adjustment__lt=0).exists()
    assert Payment.objects.filter(adjustment__gt=0).exists()
    everybody = list(Citizen.objects.values_list("id", flat=True))
    nobody_waits = [one for rows in left_of(everybody).values() for one in rows]
    assert not [one for one in nobody_waits if one.way in (OWED, ASK)]
    held = [one for one in nobody_waits if one.way == HEARD]
    assert len(held) <= PartyHearing.objects.filter(closed_at__isnull=True).count()


def test_a_year_with_late_corrections_is_what_the_law_gives() -> None:
    year = live_a_year(4, 12)
    assert_law(year)
    assert_it_was_a_year(year)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 5])
def test_a_big_year_with_late_corrections_is_what_the_law_gives(seed: int) -> None:
    year = live_a_year(16, seed)
    assert_law(year)
    assert_it_was_a_year(year)
    assert Grant.objects.filter(last_day__isnull=False).exists()
    assert Payment.objects.filter(payable_before_tax=0, subsidy__gt=0).exists()
    assert PartyHearing.objects.filter(outcome="upheld").exists()
    assert Payment.objects.filter(decision=None).exists()
