"""FLEX_BEREGN as cases: what changed, whether it passes by itself, and what each paid month is then worth."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases import handle_task
from cases.consistency import faults
from cases.models import (
    Adjustment,
    Citizen,
    Decision,
    Grant,
    Payment,
    Period,
    Process,
    Role,
    Task,
    TaskConcern,
    User,
    WageCeiling,
)
from cases.models.task import NEW_PAY
from cases.party_hearing import Answers
from cases.processes import answer, complete_stage, go_to_stage, look, missing
from cases.recalculate import recalculate
from cases.refused import Refused
from rules.concerns import CONCERNS
from rules.months import Month
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    OCTOBER,
    OTHER_SE,
    Pay,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    read_in,
    run,
)
from tests.cases.builders import (
    answer as register,
)
from tests.cases.events import absence, activity, holiday_paid, shift

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)
SMALL = [Pay(OCTOBER, "1000.00", own_id="efterbetaling", hours="5.00")]
LARGE = [Pay(OCTOBER, "6000.00", own_id="efterbetaling", hours="30.00")]


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


@pytest.fixture
def grant(municipality: Any) -> Grant:
    """A case whose November is paid by itself: 18.000 kr. on 12.000 kr. in October."""
    grant = make_case(municipality)
    with_tax_card(grant)
    give(grant, ordinary())
    run(municipality)
    assert Decision.objects.get().outcome == "paid"
    return grant


def with_tax_card(grant: Grant) -> None:
    grant.citizen.tax_card = "main"
    grant.citizen.save()


def again(grant: Grant, first: Month = NOVEMBER, last: Month = NOVEMBER, **more: Any) -> Process | None:
    more = {"event": "Lønloft ændret", "user": User.objects.system(), "now": NOW, **more}
    return recalculate(grant, first, last, **more)


def frozen() -> list[Any]:
    return [list(Decision.objects.values()), list(Payment.objects.values())]


class TestByItself:
    def test_a_small_correction_back_in_time_passes_by_itself_as_an_adjustment(self, grant: Grant) -> None:
        before = frozen()
        give(grant, SMALL)
        process = Process.objects.get()
        assert (process.kind, process.state, process.event, process.task) == ("FLEX_BEREGN", "done", NEW_PAY, None)
        row = Adjustment.objects.get()
        assert (row.benefit_month, row.sequence) == (NOVEMBER, 1)
        assert (row.old_subsidy, row.new_subsidy, row.difference) == (18000, 17700, -300)
        assert (row.decision, row.made_by.username, row.reason) == (Decision.objects.get(), "system", NEW_PAY)
        assert frozen() == before
        assert Task.objects.get().kind == "adjustment"
        assert list(faults()) == []

    def test_only_optional_concerns_stop_nothing(self, grant: Grant) -> None:
        Citizen.objects.update(tax_card="")
        process = again(grant)
        assert {one.code for one in look(process, NOW).concerns} == {"SAT2", "SAT4", "SAT6", "SAT7", "SAT8"}
        assert (process.state, Task.objects.count()) == ("done", 0)

    def test_an_ordinary_job_and_military_service_are_reminders_only(self, grant: Grant) -> None:
        activity(grant.citizen, "Ordinært job")
        absence(grant.citizen, "Værnepligt")
        process = again(grant)
        assert {"SAT9", "SAT10"} <= {one.code for one in look(process, NOW).concerns}
        assert (process.state, Task.objects.count()) == ("done", 0)

    def test_nothing_differs_and_the_process_is_done_all_the_same(self, grant: Grant) -> None:
        assert (again(grant).state, Adjustment.objects.count()) == ("done", 0)
        grant.refresh_from_db()
        assert grant.last_handled_at == NOW

    def test_no_decided_month_is_no_process(self, grant: Grant) -> None:
        assert again(grant, NOVEMBER + 1, NOVEMBER + 1) is None
        assert not Process.objects.exists()

    def test_the_same_answer_file_twice_makes_one_adjustment(self, grant: Grant) -> None:
        give(grant, SMALL)
        give(grant, SMALL)
        assert (Adjustment.objects.count(), Process.objects.count()) == (1, 1)

    def test_a_second_recalculation_stands_on_the_first(self, grant: Grant) -> None:
        give(grant, SMALL)
        give(grant, [Pay(OCTOBER, "-500.00", own_id="rettet", hours="0.00")])
        rows = list(Adjustment.objects.order_by("sequence").values_list("old_subsidy", "new_subsidy", "difference"))
        assert rows == [(18000, 17700, -300), (17700, 17850, 150)]
        assert 18000 + sum(row[2] for row in rows) == 17850
        assert list(faults()) == []


class TestTheConcerns:
    """Each concern of a recalculation: from event to task to what is settled, and beside it the counter-example."""

    @pytest.mark.parametrize(
        ("code", "before", "after"),
        [("INF2", 7, 17), ("INF2", 7, 12), ("INF3", 17, 10), ("INF3", 12, 10), ("INF4", 7, 10)],
    )
    def test_a_shift_of_target_group_stops_stage_6(
        self, grant: Grant, aase: User, code: str, before: int, after: int
    ) -> None:
        shift(grant.citizen, before, after)
        process = again(grant, event="Målgruppeskift")
        assert (process.stage, process.task.headline) == ("6", CONCERNS[code].message)
        assert missing(process, NOW) == [CONCERNS[code].message]
        process = answer(process.task, code, aase, "Retten er ikke mistet", NOW)
        process = complete_stage(process, aase, NOW)
        assert (process.state, process.task.state, Adjustment.objects.count()) == ("done", "accepted", 0)
        assert again(grant, now=LATER).state == "done"

    @pytest.mark.parametrize(("before", "after"), [(10, 7), (17, 7), (7, 8), (10, 10)])
    def test_other_shifts_stop_nothing(self, grant: Grant, before: int, after: int) -> None:
        shift(grant.citizen, before, after)
        assert again(grant).state == "done"

    def test_a_shift_from_before_the_last_process_stops_nothing_and_one_after_it_does(self, grant: Grant) -> None:
        again(grant)
        shift(grant.citizen, 7, 10, received=NOW - timedelta(minutes=1))
        assert again(grant, now=LATER).state == "done"
        shift(grant.citizen, 7, 10, received=LATER + timedelta(minutes=1))
        assert again(grant, now=LATER + timedelta(days=1)).stage == "6"

    def test_inf1_holiday_with_allowance(self, grant: Grant, aase: User) -> None:
        holiday = {"grant": grant, "kind": "holiday", "first_day": date(2026, 11, 2), "last_day": date(2026, 11, 6)}
        Period.objects.create(**holiday, paid_by="feriekonto")
        process = again(grant)
        assert missing(process, NOW) == [CONCERNS["INF1"].message]
        Period.objects.all().delete()
        assert missing(process, NOW) == []

    def test_inf1_holiday_with_pay_stops_nothing(self, grant: Grant) -> None:
        Period.objects.create(
            grant=grant, kind="holiday", first_day=date(2026, 11, 2), last_day=date(2026, 11, 6), paid_by="employer"
        )
        assert again(grant).state == "done"

    def test_rec1_wage_from_two_employers(self, grant: Grant, aase: User) -> None:
        give(grant, [Pay(OCTOBER, "500.00", se=OTHER_SE, hours="3.00")])
        process = Process.objects.get()
        assert missing(process, NOW) == [CONCERNS["REC1"].message]
        assert process.task.concerns.get(code="REC1").numbers["details"] == ["SE 70000010", "SE 70000029"]
        process = complete_stage(answer(process.task, "REC1", aase, "Nyt bijob", NOW), aase, NOW)
        assert (process.stage, [one.code for one in look(process, NOW).stops("7")]) == ("7", ["INC7"])

    def test_rec1_one_employer_with_two_reports_stops_nothing(self, grant: Grant) -> None:
        give(grant, [Pay(OCTOBER, "500.00", own_id="tillæg", hours="3.00")])
        assert Process.objects.get().state == "done"

    def test_rec2_holiday_pay_from_feriekonto(self, grant: Grant, aase: User) -> None:
        holiday_paid(grant.citizen)
        process = again(grant, event="Feriepenge fra FerieKonto")
        assert missing(process, NOW) == ["husk at hæve lønloft"]
        process = complete_stage(answer(process.task, "REC2", aase, "Hævet", NOW), aase, NOW)
        assert process.state == "done"
        assert again(grant, now=LATER).state == "done"

    @pytest.mark.parametrize("art", ["0103", "0078"])
    def test_rec3_sickness_benefit_in_the_month(self, grant: Grant, aase: User, art: str) -> None:
        benefit = Pay(OCTOBER, "900.00", se=OTHER_SE, hours=None, own_id="dagpenge", income_type="04", art=art)
        give(grant, [benefit])
        process = Process.objects.get()
        assert CONCERNS["REC3"].message in missing(process, NOW)

    def test_the_months_own_rules_stop_stage_7(self, grant: Grant, aase: User) -> None:
        give(grant, LARGE)
        process = Process.objects.get()
        assert (process.stage, process.state) == ("7", "waiting")
        codes = [one.code for one in look(process, NOW).stops("7")]
        assert {"INC4", "INC27"} <= set(codes)
        assert Adjustment.objects.count() == 0
        assert (process.task.proposed, process.task.at_stake) == (16118, -1882)

    def test_full_automation_off_makes_every_recalculation_a_task(self, grant: Grant) -> None:
        grant.municipality.parameters.update(full_automation=False)
        give(grant, SMALL)
        assert "INC37" in [one.code for one in look(Process.objects.get(), NOW).stops("7")]

    @pytest.mark.parametrize("mark", ["needs_manual", "wants_human"])
    def test_a_case_that_a_person_must_handle_is_never_adjusted_by_itself(self, grant: Grant, mark: str) -> None:
        if mark == "needs_manual":
            Grant.objects.update(needs_manual="Honorar fra udlandet")
        else:
            Citizen.objects.update(wants_human=True)
        give(grant, SMALL)
        assert [one.code for one in look(Process.objects.get(), NOW).stops("7")] == ["INC34"]


class TestByHand:
    def test_the_answers_are_kept_and_the_difference_settled(self, grant: Grant, aase: User) -> None:
        give(grant, [Pay(OCTOBER, "2500.00", own_id="efterbetaling", hours="12.00")])
        process = Process.objects.get()
        for one in look(process, NOW).stops("7"):
            process = answer(process.task, one.code, aase, "Efterbetaling", NOW)
        assert missing(process, NOW) == []
        process = complete_stage(process, aase, NOW, note="Lønseddel set", hearing=no_hearing())
        row = Adjustment.objects.get()
        assert (row.difference, row.made_by, row.reason) == (-750, aase, "Lønseddel set")
        assert (process.task.state, process.task.final, process.task.closed_by) == ("accepted", 17250, aase)
        assert set(TaskConcern.objects.values_list("answered_by", flat=True)) <= {aase.pk, None}
        assert list(faults()) == []

    def test_new_numbers_ask_again(self, grant: Grant, aase: User) -> None:
        give(grant, [Pay(OCTOBER, "2500.00", own_id="efterbetaling", hours="12.00")])
        process = Process.objects.get()
        process = answer(process.task, "INC4", aase, "Efterbetaling", NOW)
        assert "INC4" not in [one.code for one in look(process, NOW).stops("7")]
        give(grant, [Pay(OCTOBER, "300.00", own_id="mere", hours="2.00")])
        process.refresh_from_db()
        assert "INC4" in [one.code for one in look(process, NOW).stops("7")]
        assert process.task.concerns.get(code="INC4").answered_by is None

    def test_an_open_manual_recalculation_blocks_the_automatic_one(self, grant: Grant, aase: User) -> None:
        shift(grant.citizen, 7, 10)
        process = again(grant, event="Målgruppeskift")
        give(grant, SMALL)
        assert Process.objects.get() == process
        assert (Adjustment.objects.count(), Task.objects.count()) == (0, 1)
        process.refresh_from_db()
        assert process.task.at_stake == -300

    def test_a_new_concern_on_a_passed_stage_takes_the_process_back(self, grant: Grant, aase: User) -> None:
        give(grant, LARGE)
        shift(grant.citizen, 7, 10)
        process = again(grant, event="Målgruppeskift")
        assert (process.stage, process.task.headline) == ("6", CONCERNS["INF4"].message)

    def test_a_person_goes_back_to_stage_6(self, grant: Grant, aase: User) -> None:
        give(grant, LARGE)
        process = go_to_stage(Process.objects.get(), "6", aase, "Ser ferien efter", NOW)
        assert (process.stage, missing(process, NOW)) == ("6", [])
        assert complete_stage(process, aase, NOW).stage == "7"

    def test_a_person_starts_one_without_any_concern(self, grant: Grant, aase: User) -> None:
        process = again(grant, by_hand=True, user=aase, event="Borgeren har ringet")
        assert (process.state, process.stage, process.started_by) == ("waiting", "6", aase)
        assert complete_stage(process, aase, NOW).state == "done"

    def test_less_to_settle_asks_the_three_questions(self, grant: Grant, aase: User) -> None:
        shift(grant.citizen, 7, 10)
        again(grant)
        give(grant, SMALL)
        process = answer(Task.objects.get(), "INF4", aase, "Nej", NOW)
        process = complete_stage(process, aase, NOW)
        assert (process.stage, process.state) == ("7", "waiting")
        with pytest.raises(Refused, match="tre spørgsmål"):
            complete_stage(process, aase, NOW)
        assert complete_stage(process, aase, NOW, hearing=no_hearing()).state == "done"
        assert Adjustment.objects.get().difference == -300

    def test_a_hearing_waits_for_the_citizen_before_anything_is_settled(self, grant: Grant, aase: User) -> None:
        give(grant, LARGE)
        process = Process.objects.get()
        for one in look(process, NOW).stops("7"):
            process = answer(process.task, one.code, aase, "Efterbetaling", NOW)
        process = complete_stage(process, aase, NOW, hearing=Answers(unknown=True, significant=True, detriment=True))
        assert (process.state, missing(process, NOW)) == (
            "waiting",
            ["Borgeren er hørt. Vent på svaret, og afslut partshøringen."],
        )
        assert not Adjustment.objects.exists()
        hearing = process.task.hearing
        hearing.outcome, hearing.closed_at = "upheld", NOW
        hearing.save()
        process = complete_stage(process, aase, NOW)
        assert (process.state, Adjustment.objects.get().difference) == ("done", -1882)

    def test_the_workbench_accepts_the_whole_recalculation_with_one_note(self, grant: Grant, aase: User) -> None:
        give(grant, LARGE)
        task = Task.objects.get()
        how = {"version": task.version, "now": NOW, "seen": handle_task.seen(handle_task.proposal(task))}
        with pytest.raises(Refused, match="forskellen"):
            handle_task.accept(task, aase, **how)
        handle_task.accept(task, aase, note="Efterreguleres", hearing=no_hearing(), **how)
        assert (Adjustment.objects.get().difference, Task.objects.get(kind="recalculation").state) == (
            -1882,
            "accepted",
        )
        assert Task.objects.open().get().kind == "adjustment"
        assert Payment.objects.count() == 1


class TestWhichMonths:
    def paid_months(self, municipality: Any) -> Grant:
        """September, October and November are paid."""
        grant = make_case(municipality, months=(NOVEMBER - 4, NOVEMBER - 3))
        give(grant, ordinary(months=6))
        for back in (2, 1, 0):
            run(municipality, NOVEMBER - back)
        assert Payment.objects.count() == 3
        return grant

    def test_a_ceiling_back_in_time_adjusts_each_month_it_touches(self, municipality: Any) -> None:
        grant = self.paid_months(municipality)
        WageCeiling.objects.create(grant=grant, amount=29500, first_day=date(2026, 9, 1), source="Arbejdsgiver")
        again(grant, NOVEMBER - 1, NOVEMBER)
        rows = Adjustment.objects.order_by("benefit_month").values_list("benefit_month", "difference")
        assert list(rows) == [(NOVEMBER - 1, -500), (NOVEMBER, -500)]

    def test_at_most_twelve_months_back(self, municipality: Any) -> None:
        grant = self.paid_months(municipality)
        Grant.objects.update(needs_manual="x")
        late = datetime(2027, 11, 20, tzinfo=NOW.tzinfo)
        process = again(grant, NOVEMBER - 2, NOVEMBER, now=late)
        assert [one.month for one in look(process, late).months] == [NOVEMBER]
        assert process.first_month == Month(2026, 11)

    def test_an_untouched_task_of_an_open_run_is_decided_anew_and_a_touched_one_left(
        self, municipality: Any, aase: User
    ) -> None:
        grant = make_case(municipality, ceiling=None)
        give(grant, ordinary())
        run(municipality)
        assert Task.objects.get().concerns.get().code == "INC24"
        WageCeiling.objects.create(grant=grant, amount=40000, first_day=date(2020, 1, 1), source="Arbejdsgiver")
        assert again(grant) is not None
        assert (Task.objects.get().state, Payment.objects.get().subsidy) == ("replaced", 18000)

    def test_one_case_that_cannot_be_calculated_does_not_stop_the_others(
        self, municipality: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grants = [make_case(municipality, number) for number in (1, 2)]
        read_in(register(*((grant, ordinary()) for grant in grants)))
        run(municipality)
        import cases.recheck

        real = cases.recheck.recalculate_many

        def breaks(spans: Any, **more: Any) -> Any:
            if grants[0].pk in spans:
                raise ZeroDivisionError("ups")
            return real(spans, **more)

        monkeypatch.setattr(cases.recheck, "recalculate_many", breaks)
        read_in(register(*((grant, SMALL) for grant in grants)), name="rettet.xml")
        assert Adjustment.objects.get().grant == grants[1]
        assert Task.objects.exclude(kind="adjustment").values_list("kind", "grant").get() == ("failure", grants[0].pk)


class TestTheRegulationOfExpectedWage:
    """Bekg. 227/2024 § 4, stk. 2: proposed as a task when a whole month's wage is in the register, never by itself."""

    def start_month(self, municipality: Any, aase: User) -> Grant:
        """November paid on an expected wage of 12.000 kr. by a person."""
        first = date(2026, 11, 1)
        grant = make_case(municipality, paid=None, first_day=first)
        with_tax_card(grant)
        grant.expected_wage = Decimal(12000)
        grant.save()
        run(municipality)
        task = Task.objects.get()
        how = {"version": task.version, "now": NOW, "seen": handle_task.seen(handle_task.proposal(task))}
        decision = handle_task.accept(task, aase, note="Opstart", **how)
        assert decision.subsidy == 18000
        return grant

    def test_a_whole_months_wage_proposes_the_regulation_as_a_task(self, municipality: Any, aase: User) -> None:
        grant = self.start_month(municipality, aase)
        give(grant, [Pay(NOVEMBER, "13800.00", hours="70.00")])
        process = Process.objects.get()
        assert (process.event, process.state) == ("Regulering af forventet løn", "waiting")
        concern = process.task.concerns.get(code="REC20")
        assert (concern.numbers["found"], concern.numbers["expected"]) == ("13800", "12000")
        assert (process.task.proposed, process.task.at_stake) == (17460, -540)
        assert not Adjustment.objects.exists()
        for one in look(process, NOW).stops("7"):
            process = answer(process.task, one.code, aase, "Lønseddel set", NOW)
        complete_stage(process, aase, NOW, hearing=no_hearing())
        assert Adjustment.objects.get().difference == -540
        assert list(faults()) == []

    def test_the_first_regulation_asks_the_three_questions_also_when_more_is_due(
        self, municipality: Any, aase: User
    ) -> None:
        grant = self.start_month(municipality, aase)
        give(grant, [Pay(NOVEMBER, "11000.00", hours="60.00")])
        process = Process.objects.get()
        for one in look(process, NOW).stops("7"):
            process = answer(process.task, one.code, aase, "Set", NOW)
        with pytest.raises(Refused, match="tre spørgsmål"):
            complete_stage(process, aase, NOW)

    def test_a_regulated_month_is_regulated_once_and_then_like_any_other(self, municipality: Any, aase: User) -> None:
        grant = self.start_month(municipality, aase)
        give(grant, [Pay(NOVEMBER, "13800.00", hours="70.00")])
        process = Process.objects.get()
        for one in look(process, NOW).stops("7"):
            process = answer(process.task, one.code, aase, "Set", NOW)
        complete_stage(process, aase, NOW, hearing=no_hearing())
        give(grant, [Pay(NOVEMBER + 1, "13800.00", hours="70.00")])
        assert Process.objects.count() == 1
        give(grant, [Pay(NOVEMBER, "100.00", own_id="rettet", hours="1.00")])
        process = Process.objects.latest("id")
        assert "REC20" in [one.code for one in look(process, NOW).stops("7")]

    def test_a_part_of_a_month_proposes_nothing(self, municipality: Any, aase: User) -> None:
        grant = self.start_month(municipality, aase)
        give(grant, [Pay(NOVEMBER, "6000.00", period=(date(2026, 11, 16), date(2026, 11, 30)))])
        assert not Process.objects.exists()


def no_hearing() -> Any:
    return Answers(unknown=False, significant=True, detriment=True)
