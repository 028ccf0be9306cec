"""Corrections of paid months: what is asked, what is settled when, and what is claimed. As cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import hearing_outcome, repayment
from cases.choose_settlement import Choice, check, choose
from cases.consistency import faults
from cases.end_grant import end
from cases.follow_ups import daily
from cases.models import (
    Adjustment,
    AdjustmentChoice,
    Grant,
    IncomeReport,
    Letter,
    PartyHearing,
    Payment,
    PaymentLine,
    Process,
    RepaymentClaim,
    Role,
    Settlement,
    Task,
    User,
)
from cases.party_hearing import Answers
from cases.refused import Refused
from cases.settle import left_of
from cases.settlement_plan import differences, plan
from cases.spread_pay import spread_report
from rules.months import Month
from tests.cases.adjustments import NEXT, at, choose_all, give_at, law_gives, payments, run_at, standing
from tests.cases.builders import Pay, answer, make_case, make_municipality, make_user, ordinary, read_in, run
from tests.cases.events import shift

pytestmark = pytest.mark.django_db

JUNE = Month(2026, 6)
SOON = at(JUNE + 1, 2)
THREE_YES = Answers(unknown=True, significant=True, detriment=True)


@pytest.fixture
def municipality() -> Any:
    """The rules that compare months are off: they are others' tests."""
    wide = {"percent_below": 100, "percent_above": 900, "subsidy_drop_percent": 100}
    return make_municipality(**{name: Decimal(value) for name, value in wide.items()})


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


@pytest.fixture
def grant(municipality: Any) -> Grant:
    """June is paid: 18.000 kr. less 500 kr. extra ATP on 12.000 kr. in May. The next months' pay is known as well."""
    grant = make_case(municipality, months=(JUNE - 2, JUNE - 1))
    give_at(grant, ordinary(upto=JUNE - 1, months=4), at(JUNE, 5))
    run_at(municipality, JUNE)
    assert payments(grant) == [(0, 17500)]
    return grant


def correct(grant: Grant, amount: str, month: Month = JUNE - 1, own_id: str = "rettet") -> None:
    """A correction of an earlier month's pay comes in on 2 July."""
    give_at(grant, [Pay(month, amount, own_id=own_id, hours="1.00")], SOON)


def next_months(grant: Grant, count: int, amount: str = "12000.00", first: Month = JUNE + 1) -> None:
    """The following months with their pay, run one by one."""
    for ahead in range(count):
        give_at(grant, [Pay(first + ahead - 1, amount)], at(first + ahead, 5))
        run_at(grant.municipality, first + ahead)


class TestWhatIsAsked:
    def test_too_little_is_paid_with_the_next_payment_without_a_task(self, grant: Grant) -> None:
        correct(grant, "-1000.00")
        row = Adjustment.objects.get()
        assert (row.difference, row.extra_atp_difference, row.payable_difference) == (300, 0, 300)
        assert not Task.objects.exists()
        next_months(grant, 2)
        assert payments(grant) == [(0, 17500), (300, 17800), (0, 17500)]
        line = PaymentLine.objects.get(kind="adjustment")
        assert (line.amount, line.payment.benefit_month) == (300, JUNE + 1)
        assert list(faults()) == []

    def test_too_much_asks_a_person_and_nothing_is_taken_before_the_choice(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        task = Task.objects.get()
        assert (task.kind, task.headline) == (
            "adjustment", "Der er udbetalt 300 kr. for meget. Vælg årsag og afregning",
        )  # fmt: skip
        next_months(grant, 1)
        assert payments(grant)[-1] == (0, 17500)
        choose_all(grant, NEXT, aase)
        task.refresh_from_db()
        assert (task.state, task.closed_by) == ("accepted", aase)
        next_months(grant, 1, first=JUNE + 2)
        assert payments(grant)[-1] == (-300, 17200)
        letter = Letter.objects.get(kind="difference")
        assert "Juni 2026: tilskuddet var 18.000 kr., og det rigtige er 17.700 kr." in letter.body
        assert "Vi trækker 300 kr. (før skat) i din næste udbetaling." in letter.body
        assert "fire uger" in letter.body
        assert list(faults()) == []

    def test_two_corrections_are_one_task_and_a_debt_that_goes_away_closes_it(self, grant: Grant) -> None:
        correct(grant, "1000.00")
        correct(grant, "500.00", own_id="mere")
        task = Task.objects.get()
        assert (task.at_stake, task.state) == (-450, "open")
        correct(grant, "-1500.00", own_id="alligevel ikke")
        task.refresh_from_db()
        assert (task.state, task.note) == ("replaced", "Forskellen er udlignet")
        next_months(grant, 1)
        assert payments(grant)[-1] == (0, 17500)
        assert sorted(int(one.amount) for one in Settlement.objects.all()) == [-300, -150, 450]
        assert list(faults()) == []

    def test_extra_atp_follows_the_subsidy(self, grant: Grant) -> None:
        """Less than 10.000 kr. in subsidy: 5 percent is less than 500 kr. (LAB § 137)."""
        give_at(grant, [Pay(JUNE - 1, "20000.00", own_id="efterbetaling", hours="10.00")], SOON)
        row = Adjustment.objects.get()
        assert row.difference == row.new_subsidy - 18000
        assert row.extra_atp_difference < 0
        assert row.payable_difference == row.difference - row.extra_atp_difference
        assert standing(grant, JUNE) == law_gives(grant, JUNE)


def finish(grant: Grant, user: User, choice: Choice | None = None, now: Any = SOON) -> None:
    """A person goes through an open recalculation of the case to its end."""
    from cases.processes import answer as tick
    from cases.processes import complete_stage, look
    from tests.cases.adjustments import NOT_HEARD

    process = Process.objects.get(grant=grant, state="waiting")
    while process.state == "waiting":
        for one in look(process, now).stops(process.stage):
            process = tick(process.task, one.code, user, "Set", now)
        process = complete_stage(process, user, now, hearing=NOT_HEARD, choice=choice)


class TestSettling:
    def test_a_big_fall_is_carried_on_over_months_and_no_payment_is_negative(
        self, municipality: Any, aase: User
    ) -> None:
        """17.500 kr. too much, more than any of the next payments: taken in several of them."""
        grant = make_case(municipality, months=(JUNE - 2, JUNE - 1))
        give_at(grant, ordinary(upto=JUNE - 1, months=4), at(JUNE, 5))
        run_at(municipality, JUNE)
        give_at(grant, [Pay(JUNE - 1, "40000.00", own_id="stor", hours="10.00")], SOON)
        choose_all(grant, NEXT, aase)
        assert Adjustment.objects.get().payable_difference == -17500
        next_months(grant, 5, amount="31000.00")
        paid = payments(grant)[1:]
        each = int(law_gives(grant, JUNE + 1))
        assert 0 < each < 17500
        assert [one[1] for one in paid[:-1]].count(0) == 17500 // each
        assert sum(one[0] for one in paid) == -17500
        assert all(payable >= 0 for _, payable in paid)
        assert list(faults()) == []

    def test_the_choice_in_the_recalculation_itself_leaves_no_task(self, grant: Grant, aase: User) -> None:
        grant.needs_manual = "Ser efter"
        grant.save()
        correct(grant, "1000.00")
        finish(grant, aase, NEXT)
        assert [one.kind for one in Task.objects.all()] == ["recalculation"]
        assert AdjustmentChoice.objects.get().task == Task.objects.get()
        assert left_of([grant.citizen_id])[grant.citizen_id][0].way == "next"

    def test_spread_takes_at_most_the_cap_a_month(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choice = Choice("income", "spread", monthly=Decimal(120), note="Aftalt med borgeren")
        choose_all(grant, choice, aase)
        next_months(grant, 4)
        assert [one[0] for one in payments(grant)] == [0, -120, -120, -60, 0]

    def test_the_plan_says_what_is_taken_and_then_it_is(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choice = Choice("income", "spread", monthly=Decimal(200), note="Aftalt med borgeren")
        ids = [row.pk for row in Adjustment.objects.all()]
        assert plan(grant, SOON).lines == ()
        before = [(one.month, one.settled, one.paid, one.left) for one in plan(grant, SOON, ids, choice).lines]
        assert before == [(JUNE + 1, -200, 17300, -100), (JUNE + 2, -100, 17400, 0)]
        choose_all(grant, choice, aase)
        next_months(grant, 2)
        assert payments(grant)[1:] == [(-200, 17300), (-100, 17400)]

    def test_a_later_choice_counts_for_what_is_left(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choose_all(grant, Choice("income", "spread", monthly=Decimal(100), note="Aftalt"), aase)
        next_months(grant, 1)
        choose(grant, [Adjustment.objects.get().pk], NEXT, aase, SOON)
        next_months(grant, 1, first=JUNE + 2)
        assert [one[0] for one in payments(grant)] == [0, -100, -200]

    def test_what_was_settled_meanwhile_cannot_be_chosen_again(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choose_all(grant, NEXT, aase)
        next_months(grant, 1)
        with pytest.raises(Refused, match="allerede afregnet"):
            choose(grant, [Adjustment.objects.get().pk], NEXT, aase, SOON)

    def test_a_debt_let_be_is_not_paid_out_when_the_correction_is_taken_back(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choose_all(grant, Choice("authority", "nothing", faith="good", note="Vores fejl"), aase)
        correct(grant, "-1000.00", own_id="tilbage")
        next_months(grant, 1)
        assert payments(grant)[-1] == (0, 17500)
        assert left_of([grant.citizen_id]) == {}

    def test_as_many_queries_for_many_as_for_two(self, municipality: Any, aase: User) -> None:
        counted = []
        for start, many in ((1, 1), (3, 2), (10, 8)):
            grants = [make_case(municipality, start + at_, months=(JUNE - 2, JUNE - 1)) for at_ in range(many)]
            read_in(answer(*((one, ordinary(upto=JUNE, months=5)) for one in grants)))
            run(municipality, JUNE)
            for one in grants:
                correct(one, "1000.00")
                choose_all(one, NEXT, aase)
            with CaptureQueriesContext(connection) as queries:
                run(municipality, JUNE + 1)
            counted.append(len(queries))
            assert Payment.objects.filter(benefit_month=JUNE + 1, adjustment=-300, grant__in=grants).count() == many
        assert counted[1] == counted[2]


class TestTheHearing:
    def test_a_hearing_holds_the_money_and_upheld_takes_it(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choose_all(grant, NEXT, aase, now=SOON, hearing=THREE_YES)
        assert "Vi modregner ikke noget, før" in PartyHearing.objects.get().letter.body
        next_months(grant, 1)
        assert payments(grant)[-1] == (0, 17500)
        hearing_outcome.uphold(PartyHearing.objects.get(), "Lønsedlen er set", aase, at(JUNE + 1, 28))
        next_months(grant, 1, first=JUNE + 2)
        assert payments(grant)[-1] == (-300, 17200)
        assert list(faults()) == []

    def test_the_citizen_was_right_and_nothing_is_taken(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choose_all(grant, NEXT, aase, now=SOON, hearing=THREE_YES)
        hearing_outcome.change(PartyHearing.objects.get(), "Det var udlæg", aase, at(JUNE + 1, 3))
        assert Task.objects.open().filter(kind="adjustment").count() == 1
        next_months(grant, 1)
        assert payments(grant)[-1] == (0, 17500)

    def test_less_asks_the_questions_before_it_is_chosen(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        with pytest.raises(Refused, match="tre spørgsmål"):
            choose_all(grant, NEXT, aase, hearing=None)
        assert not AdjustmentChoice.objects.exists()


class TestTheGround:
    @pytest.mark.parametrize(
        ("choice", "sentence"),
        [
            (Choice("", "next"), "Vælg, hvorfor"),
            (Choice("income", ""), "hvordan forskellen"),
            (Choice("authority", "next", faith="good"), "egen fejl kan ikke modregnes"),
            (Choice("authority", "nothing"), "god tro eller mod bedre vidende"),
            (Choice("withheld", "claim", faith="good"), "ikke tilbageholdt"),
            (Choice("income", "claim", faith="good"), "LAB § 125, stk. 3"),
            (Choice("income", "claim"), "god tro eller mod bedre vidende"),
            (Choice("income", "spread"), "højst må modregnes"),
            (Choice("income", "spread", monthly=Decimal(0), note="x"), "højst må modregnes"),
            (Choice("income", "spread", monthly=Decimal(100)), "flere måneder"),
            (Choice("other", "next"), "begrundelsen i noten"),
            (Choice("income", "nothing"), "begrundelsen i noten"),
        ],
    )
    def test_what_has_no_ground_is_refused_with_a_sentence(self, choice: Choice, sentence: str) -> None:
        with pytest.raises(Refused, match=sentence):
            check(choice)

    @pytest.mark.parametrize(
        "choice",
        [
            NEXT,
            Choice("authority", "nothing", faith="good", note="Vores fejl"),
            Choice("authority", "claim", faith="bad"),
            Choice("spread", "claim", faith="good"),
            Choice("withheld", "claim", faith="bad"),
            Choice("other", "next", note="Bekg. § 10"),
        ],
    )
    def test_what_has_one_passes(self, choice: Choice) -> None:
        check(choice)


class TestClaims:
    def claim(self, grant: Grant, aase: User) -> RepaymentClaim:
        correct(grant, "1000.00")
        choose_all(grant, Choice("withheld", "claim", faith="bad", note="Sagde ikke noget om jobbet"), aase)
        return RepaymentClaim.objects.get()

    def test_a_claim_has_its_ground_and_is_never_settled_forward(self, grant: Grant, aase: User) -> None:
        claim = self.claim(grant, aase)
        assert (claim.amount, claim.ground, claim.state) == (300, "LAB § 125: modtaget mod bedre vidende", "open")
        assert "Du skal betale 300 kr. (før skat) tilbage (LAB § 125)" in Letter.objects.get(kind="difference").body
        next_months(grant, 1)
        assert payments(grant)[-1] == (0, 17500)
        assert claim.history.get().history_user == aase

    def test_it_goes_to_collection_and_is_paid(self, grant: Grant, aase: User) -> None:
        claim = repayment.move(self.claim(grant, aase), "sent", "Sendt til opkrævning", aase, SOON)
        assert repayment.move(claim, "paid", "Betalt", aase, SOON).state == "paid"
        with pytest.raises(Refused, match="kan ikke ændres"):
            repayment.move(claim, "dropped", "Igen", aase, SOON)

    def test_another_choice_needs_the_claim_dropped_first(self, grant: Grant, aase: User) -> None:
        claim = self.claim(grant, aase)
        with pytest.raises(Refused, match="Frafald kravet"):
            choose(grant, [claim.adjustment_id], NEXT, aase, SOON)
        repayment.move(claim, "dropped", "God tro alligevel", aase, SOON)
        choose(grant, [claim.adjustment_id], NEXT, aase, SOON)
        next_months(grant, 1)
        assert payments(grant)[-1] == (-300, 17200)

    def test_the_citizen_got_right_before_it_was_sent(self, grant: Grant, aase: User) -> None:
        claim = self.claim(grant, aase)
        correct(grant, "-1000.00", own_id="tilbage")
        next_months(grant, 1)
        assert payments(grant)[-1] == (0, 17500)
        with pytest.raises(Refused, match="ikke mere at kræve"):
            repayment.move(claim, "sent", "Sendt", aase, SOON)

    def test_a_claim_that_was_collected_is_paid_back_when_the_citizen_gets_right(
        self, grant: Grant, aase: User
    ) -> None:
        repayment.move(self.claim(grant, aase), "paid", "Betalt", aase, SOON)
        correct(grant, "-1000.00", own_id="tilbage")
        next_months(grant, 1)
        assert payments(grant)[-1] == (300, 17800)

    def test_it_lapses_after_three_years(self, grant: Grant, aase: User) -> None:
        claim = self.claim(grant, aase)
        day = repayment.lapses_on(claim)
        assert (day.year, day.month) == (2029, 11)
        assert repayment.lapse(day - timedelta(days=1), aase, SOON) == 0
        assert repayment.lapse(day, aase, SOON) == 1
        claim.refresh_from_db()
        assert claim.state == "dropped"


class TestTheEndOfACase:
    def ended(self, grant: Grant, aase: User) -> None:
        end(grant, date(2026, 6, 30), "job_ended", "Jobbet er slut", aase, SOON)

    def test_what_is_owed_is_paid_out_by_itself(self, grant: Grant, aase: User) -> None:
        self.ended(grant, aase)
        correct(grant, "-1000.00")
        today = date(2026, 7, 3)
        assert daily(today, SOON)["efterreguleringer efter ophør"] == 1
        payment = Payment.objects.latest("id")
        assert (payment.decision, payment.subsidy, payment.adjustment, payment.payable_before_tax) == (
            None, 0, 300, 300,
        )  # fmt: skip
        assert (payment.benefit_month, payment.sequence, payment.pay_date) == (JUNE, 2, date(2026, 7, 31))
        assert daily(today, SOON)["efterreguleringer efter ophør"] == 0
        assert list(faults()) == []

    def test_a_debt_becomes_a_task_once(self, grant: Grant, aase: User) -> None:
        self.ended(grant, aase)
        correct(grant, "1000.00")
        choose_all(grant, NEXT, aase)
        for _ in range(2):
            daily(date(2026, 7, 3), SOON)
        task = Task.objects.open().get(kind="adjustment")
        assert task.headline == "Sagen er ophørt, og 300 kr. er ikke modregnet. Vælg, om de kræves tilbage"
        nothing = Choice("income", "nothing", faith="good", note="God tro, og intet at modregne i")
        choose(grant, [Adjustment.objects.get().pk], nothing, aase, SOON)
        assert not Task.objects.open().filter(kind="adjustment").exists()
        assert daily(date(2026, 7, 4), SOON)["efterreguleringer efter ophør"] == 0

    def test_a_case_that_still_runs_is_left(self, grant: Grant) -> None:
        correct(grant, "-1000.00")
        assert daily(date(2026, 7, 3), SOON)["efterreguleringer efter ophør"] == 0


class TestPayForSeveralMonths:
    def test_it_is_divided_equally_and_every_month_calculated_again(self, grant: Grant, aase: User) -> None:
        """6.000 kr. paid in June for April to June: 2.000 kr. each; June is paid and 600 kr. lower."""
        period = (date(2026, 4, 1), date(2026, 6, 30))
        bonus = Pay(JUNE, "6000.00", own_id="bonus", hours=None, period=period)
        give_at(grant, [Pay(JUNE), bonus], SOON)
        report = IncomeReport.objects.get(own_id="bonus")
        rows = spread_report(grant, report, JUNE - 2, JUNE, "Lønseddel", aase, SOON)
        assert [(row.month, row.amount) for row in rows] == [
            (JUNE - 2, 2000), (JUNE - 1, 2000), (JUNE, 2000),
        ]  # fmt: skip
        row = Adjustment.objects.get()
        assert (row.benefit_month, row.difference) == (JUNE, -600)
        choose_all(grant, replace(NEXT, reason="spread"), aase)
        run_at(grant.municipality, JUNE + 1)
        assert payments(grant)[-1] == (-600, int(law_gives(grant, JUNE + 1)) - 600)
        with pytest.raises(Refused, match="allerede fordelt"):
            spread_report(grant, report, JUNE - 2, JUNE, "Igen", aase, SOON)

    @pytest.mark.parametrize(
        ("first", "last", "sentence"),
        [
            (JUNE, JUNE, "mindst to måneder"),
            (JUNE, JUNE - 1, "Perioden"),
            (JUNE - 20, JUNE, "højst fordeles over 13"),
        ],
    )  # fmt: skip
    def test_an_impossible_period_is_refused(
        self, grant: Grant, aase: User, first: Month, last: Month, sentence: str
    ) -> None:
        report = grant.citizen.reports.latest("month")
        with pytest.raises(Refused, match=sentence):
            spread_report(grant, report, first, last, "Lønseddel", aase, SOON)


class TestTheMonthACorrectionCameIn:
    """INC22: nothing more to ask when the earlier month has been calculated with the correction."""

    MARKED = Pay(JUNE - 1, "1000.00", own_id="felt 151", hours="1.00", correction=True, pay_date=date(2026, 6, 30))

    def july(self, grant: Grant) -> tuple[str, list[str]]:
        run_at(grant.municipality, JUNE + 1)
        decision = grant.decisions.filter(benefit_month=JUNE + 1).latest("sequence")
        return decision.outcome, [one["code"] for one in decision.concerns]

    def test_it_is_not_stopped_when_the_earlier_month_was_recalculated_by_itself(self, grant: Grant) -> None:
        give_at(grant, [Pay(JUNE), self.MARKED], SOON)
        assert Adjustment.objects.get().benefit_month == JUNE
        assert self.july(grant) == ("paid", [])

    def test_it_is_stopped_while_the_recalculation_waits_and_decided_when_it_is_done(
        self, grant: Grant, aase: User
    ) -> None:
        shift(grant.citizen, 7, 10)
        give_at(grant, [Pay(JUNE), self.MARKED], SOON)
        assert self.july(grant) == ("task", ["INC22"])
        finish(grant, aase, NEXT, now=at(JUNE + 1, 12))
        assert self.july(grant) == ("paid", [])
        assert payments(grant) == [(0, 17500), (-300, 17200)]

    def test_it_is_stopped_when_the_earlier_month_was_paid_by_another_system(self, municipality: Any) -> None:
        grant = make_case(municipality, months=(JUNE - 1, JUNE))
        early = Pay(JUNE - 1, "1000.00", own_id="felt 151", correction=True, pay_date=date(2026, 6, 30))
        give_at(grant, [*ordinary(upto=JUNE, months=4), early], SOON)
        assert self.july(grant) == ("task", ["INC22"])

    def test_a_correction_that_came_before_the_earlier_month_was_decided_stops_nothing(self, municipality: Any) -> None:
        grant = make_case(municipality, months=(JUNE - 2, JUNE - 1))
        before = Pay(JUNE - 1, "1000.00", own_id="felt 151", correction=True, pay_date=date(2026, 6, 4))
        give_at(grant, [*ordinary(upto=JUNE - 1, months=4), before], at(JUNE, 5))
        run_at(municipality, JUNE)
        give_at(grant, [Pay(JUNE)], SOON)
        assert self.july(grant) == ("paid", [])


class TestFaultsAreFound:
    def test_an_adjustment_settled_twice(self, grant: Grant, aase: User) -> None:
        correct(grant, "1000.00")
        choose_all(grant, NEXT, aase)
        next_months(grant, 1)
        Settlement.objects.create(
            adjustment=Adjustment.objects.get(), payment=Payment.objects.earliest("id"), amount=-300
        )
        found = [one for one in faults() if one.startswith("Afregninger")]
        assert len(found) == 2
        assert "men der er afregnet -600" in found[1]

    def test_the_page_has_old_new_and_difference(self, grant: Grant) -> None:
        correct(grant, "1000.00")
        row = differences(grant)[0]
        assert (row.old_subsidy, row.new_subsidy, row.left, row.happens) == (
            18000, 17700, -300, "Mangler årsag og afregning",
        )  # fmt: skip
