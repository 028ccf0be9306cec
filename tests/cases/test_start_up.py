"""FLEX_OPSTART as cases: from the jobcentre's indstilling to a grant with ceiling and expected wage, or to none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.consistency import faults
from cases.models import (
    Citizen,
    Decision,
    Grant,
    Period,
    Process,
    Role,
    Task,
    User,
    Visitation,
    WageCeiling,
    birth_date_of,
)
from cases.processes import answer, complete_stage, go_to_stage, look, missing, set_award, start_up
from cases.refused import Conflict, Refused
from rules.case_rules import OLD_SCHEME, OLD_SCHEME_SELF_EMPLOYED, ORDINARY_JOB, SELF_EMPLOYED
from rules.concerns import CONCERNS
from tests.cases.builders import CPR, NOVEMBER, NOW, Pay, give, make_case, make_municipality, make_user, run
from tests.cases.events import absence, activity

pytestmark = pytest.mark.django_db

NOV_1 = date(2026, 11, 1)
REASON = "Jobcenteret har indstillet Borger til LAB 2.7 - Fleksjobberettiget"


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


@pytest.fixture
def citizen(municipality: Any) -> Citizen:
    return Citizen.objects.create(
        municipality=municipality, cpr=CPR, name="Åse Ærlig", birth_date=birth_date_of(CPR), tax_card="main"
    )


def begin(citizen: Citizen, first_day: date | None = NOV_1, last_day: date | None = None) -> Process:
    return start_up(
        citizen,
        event="Indstilling fra jobcentret",
        first_day=first_day,
        last_day=last_day,
        user=User.objects.system(),
        now=NOW,
    )


def fill_in(process: Process, *, ceiling: str = "40000", expected: str | None = "12000") -> None:
    """What the three required sub-processes write."""
    grant = process.grant
    if expected is not None:
        grant.expected_wage = Decimal(expected)
        grant.save()
    first = grant.first_day
    WageCeiling.objects.create(grant=grant, amount=Decimal(ceiling), first_day=first, source="Arbejdsgiver")
    Visitation.objects.create(
        grant=grant, visited_on=first, group="6.9", status="I fleksjob", first_day=first, source="Jobcentret"
    )


def test_the_indstilling_makes_the_grant_by_itself_and_stops_at_what_a_person_must_enter(citizen: Citizen) -> None:
    process = begin(citizen, last_day=date(2027, 8, 31))
    grant = Grant.objects.get()
    assert (process.award, process.award_reason, process.get_stop_reason_display()) == (
        "granted",
        REASON,
        "Bevilling udløbet",
    )
    assert (grant.first_day, grant.last_day, grant.get_stop_reason_display()) == (
        NOV_1,
        date(2027, 8, 31),
        "Bevilling udløbet",
    )
    assert (process.stage, process.state, process.task.kind) == ("7", "waiting", "start_up")
    assert (grant.expected_wage, grant.wage_ceilings.count()) == (None, 0)
    shown = {one.code: one.kind for one in process.task.concerns.all()}
    assert shown == {"SAT1": "required", "SAT3": "required", "SAT5": "required", "SAT8": "optional"}
    assert list(faults()) == []


def test_without_an_end_date_there_is_no_stop_reason(citizen: Citizen) -> None:
    process = begin(citizen)
    assert (process.stop_reason, process.grant.last_day, process.grant.stop_reason) == ("", None, "")


def test_the_start_is_done_when_income_visitation_and_ceiling_are_entered(citizen: Citizen, aase: User) -> None:
    process = begin(citizen)
    assert [text[:40] for text in missing(process, NOW)] == [
        CONCERNS[code].message[:40] for code in ("SAT1", "SAT3", "SAT5")
    ]
    with pytest.raises(Refused, match="indtægter"):
        complete_stage(process, aase, NOW)
    fill_in(process, expected=None)
    assert [text[:40] for text in missing(process, NOW)] == [CONCERNS[code].message[:40] for code in ("SAT1", "SAT5")]
    process.grant.expected_wage = Decimal(12000)
    process.grant.save()
    assert missing(process, NOW) == []
    process = complete_stage(process, aase, NOW, note="Oplyst af arbejdsgiver")
    assert (process.state, process.finished_by, process.task.state) == ("done", aase, "accepted")
    process.grant.refresh_from_db()
    assert process.grant.last_handled_at == NOW
    notes = {one.code: (one.note, one.answered_by) for one in process.task.concerns.exclude(code="SAT8")}
    assert notes["SAT5"] == ("Lønloft 40.000 kr. fra 01.11.2026", aase)
    assert process.task.history.first().history_change_reason == "Oplyst af arbejdsgiver"


def test_a_required_concern_is_not_ticked_away(citizen: Citizen, aase: User) -> None:
    process = begin(citizen)
    with pytest.raises(Refused, match="Visitation og refusion"):
        answer(process.task, "SAT3", aase, "Ja ja", NOW)


class TestEligibility:
    """ELI1-ELI5 stop stage 4; without them it passes by itself."""

    def test_eli1_no_start_date_waits_and_the_person_types_it(self, citizen: Citizen, aase: User) -> None:
        process = begin(citizen, first_day=None)
        assert (process.stage, process.task.headline) == ("4", CONCERNS["ELI1"].message[:200])
        assert not Grant.objects.exists()
        process = answer(process.task, "ELI1", aase, "Talt med jobcentret", NOW, filled=NOV_1)
        assert missing(process, NOW) == []
        process = complete_stage(process, aase, NOW)
        assert (process.stage, process.grant.first_day) == ("7", NOV_1)

    def test_eli1_a_tick_alone_does_not_give_a_date(self, citizen: Citizen, aase: User) -> None:
        process = answer(begin(citizen, first_day=None).task, "ELI1", aase, "Set", NOW)
        assert missing(process, NOW) == ["Angiv bevillingens første dag, eller bed jobcentret om den."]
        with pytest.raises(Refused, match="første dag"):
            complete_stage(process, aase, NOW)

    def test_eli1_the_jobcentre_sends_the_date_after_all(self, citizen: Citizen) -> None:
        first = begin(citizen, first_day=None)
        second = begin(citizen)
        assert (second.pk, second.stage, second.grant.first_day) == (first.pk, "7", NOV_1)

    @pytest.mark.parametrize(
        ("code", "name"),
        [("ELI2", OLD_SCHEME), ("ELI3", OLD_SCHEME_SELF_EMPLOYED), ("ELI4", ORDINARY_JOB), ("ELI5", SELF_EMPLOYED)],
    )
    def test_an_activity_stops_until_a_person_has_ticked(
        self, citizen: Citizen, aase: User, code: str, name: str
    ) -> None:
        activity(citizen, name)
        process = begin(citizen)
        assert (process.stage, [one.code for one in process.task.concerns.all()]) == ("4", [code])
        assert missing(process, NOW) == [CONCERNS[code].message]
        assert not Grant.objects.exists()
        process = complete_stage(answer(process.task, code, aase, "Kun en ansøgning", NOW), aase, NOW)
        row = process.task.concerns.get(code=code)
        assert (process.stage, row.answered_by, row.answered_at, row.note) == ("7", aase, NOW, "Kun en ansøgning")

    @pytest.mark.parametrize("name", ["Virksomhedspraktik", "Fleksjob", "Fleksjob for selvstændige"])
    def test_another_activity_stops_nothing(self, citizen: Citizen, name: str) -> None:
        activity(citizen, name)
        assert begin(citizen).stage == "7"

    def test_an_activity_from_before_the_last_completed_process_stops_nothing(
        self, citizen: Citizen, aase: User
    ) -> None:
        activity(citizen, OLD_SCHEME, NOW - timedelta(days=30))
        process = begin(citizen)
        refused = set_award(process, "refused", "Er i gammel ordning", None, None, aase, NOW - timedelta(days=20))
        complete_stage(refused, aase, NOW - timedelta(days=20))
        assert begin(citizen).stage == "7"


def test_inf1_holiday_with_allowance_stops_stage_6(citizen: Citizen, aase: User) -> None:
    process = begin(citizen)
    Period.objects.create(
        grant=process.grant, kind="holiday", first_day=NOV_1, last_day=NOV_1, paid_by="feriekonto", amount=500
    )
    process = go_to_stage(process, "6", aase, "Ferie oplyst", NOW)
    assert missing(process, NOW) == [CONCERNS["INF1"].message]
    process = complete_stage(answer(process.task, "INF1", aase, "Loftet er hævet", NOW), aase, NOW)
    assert process.stage == "7"


def test_inf1_holiday_with_pay_stops_nothing(citizen: Citizen, aase: User) -> None:
    process = begin(citizen)
    Period.objects.create(grant=process.grant, kind="holiday", first_day=NOV_1, last_day=NOV_1, paid_by="employer")
    assert missing(go_to_stage(process, "6", aase, "Ferie oplyst", NOW), NOW) == []


def test_optional_concerns_are_shown_and_never_stop(citizen: Citizen, aase: User) -> None:
    Citizen.objects.update(tax_card="")
    activity(citizen, ORDINARY_JOB)
    absence(citizen, "Værnepligt")
    process = begin(citizen)
    process = complete_stage(answer(process.task, "ELI4", aase, "Ophørt igen", NOW), aase, NOW)
    optional = {one.code for one in process.task.concerns.filter(kind="optional")}
    assert optional == {"SAT7", "SAT8", "SAT9", "SAT10"}
    assert "Fleksløn ikke må anvende" in process.task.concerns.get(code="SAT7").message
    fill_in(process)
    assert complete_stage(process, aase, NOW).state == "done"


class TestGoToStage:
    def test_a_start_up_is_refused_after_all_and_leaves_no_grant(self, citizen: Citizen, aase: User) -> None:
        process = begin(citizen)
        fill_in(process)
        with pytest.raises(Refused, match="Gå til trin 4"):
            set_award(process, "refused", "Fejl", None, None, aase, NOW)
        process = go_to_stage(process, "4", aase, "Indstillet ved en fejl", NOW)
        process = set_award(process, "refused", "Indstillet ved en fejl", NOV_1, None, aase, NOW)
        process = complete_stage(process, aase, NOW)
        assert (process.state, process.grant, Grant.objects.count()) == ("refused", None, 0)
        assert not WageCeiling.objects.exists()
        last = Grant.history.latest("history_id")
        assert (last.history_type, last.history_user, last.history_change_reason) == (
            "-",
            aase,
            "Indstillet ved en fejl",
        )
        assert Task.objects.get().state == "accepted"
        assert list(faults()) == []

    def test_the_period_is_shortened_and_the_grant_follows(self, citizen: Citizen, aase: User) -> None:
        process = go_to_stage(begin(citizen), "4", aase, "Ordinært job fra juli", NOW)
        process = set_award(process, "granted", "Kun til juli", NOV_1, date(2027, 6, 30), aase, NOW)
        process = complete_stage(process, aase, NOW)
        assert (process.stage, process.grant.last_day, process.grant.stop_reason) == (
            "7",
            date(2027, 6, 30),
            "expired",
        )
        assert (process.award_reason, process.grant.history.first().history_change_reason) == (
            "Kun til juli",
            "Kun til juli",
        )

    def test_going_back_needs_a_reason_and_a_stage_that_was_passed(self, citizen: Citizen, aase: User) -> None:
        process = begin(citizen, first_day=None)
        with pytest.raises(Refused, match="gennemført"):
            go_to_stage(process, "7", aase, "Videre", NOW)
        with pytest.raises(Refused, match="hvorfor"):
            go_to_stage(process, "4", aase, " ", NOW)

    def test_a_stage_gone_back_to_waits_for_the_person_and_keeps_the_answers(
        self, citizen: Citizen, aase: User
    ) -> None:
        activity(citizen, ORDINARY_JOB)
        process = complete_stage(answer(begin(citizen).task, "ELI4", aase, "Ophørt", NOW), aase, NOW)
        process = go_to_stage(process, "4", aase, "Ser efter igen", NOW)
        assert (process.state, process.stage, missing(process, NOW)) == ("waiting", "4", [])
        assert process.task.concerns.get(code="ELI4").note == "Ophørt"

    def test_a_case_with_a_decided_month_is_ended_not_refused(self, citizen: Citizen, aase: User) -> None:
        process = begin(citizen)
        fill_in(process)
        run(citizen.municipality)
        process = go_to_stage(process, "4", aase, "Fejl", NOW)
        process = set_award(process, "refused", "Fejl", NOV_1, None, aase, NOW)
        with pytest.raises(Refused, match="Afslut bevillingen"):
            complete_stage(process, aase, NOW)
        assert Grant.objects.exists()


def test_a_citizen_with_a_case_is_not_started_again(municipality: Any) -> None:
    grant = make_case(municipality)
    with pytest.raises(Refused, match="har allerede sag"):
        begin(grant.citizen)
    assert not Process.objects.exists()


def test_two_people_in_one_start_up_the_second_is_told(citizen: Citizen, aase: User) -> None:
    process = begin(citizen)
    version = process.task.version
    go_to_stage(process, "6", aase, "Ferie", NOW, version=version)
    with pytest.raises(Conflict, match="En anden har ændret"):
        complete_stage(process, aase, NOW, version=version)


def test_every_act_is_in_the_history_with_user_and_reason(citizen: Citizen, aase: User) -> None:
    process = go_to_stage(begin(citizen), "4", aase, "Ser efter", NOW)
    rows = process.history.order_by("history_id").values_list("history_user__username", "history_change_reason")
    assert rows[0] == ("system", "Indstilling fra jobcentret")
    assert rows.reverse()[0] == ("aase", "Gå til Trin 4 - Afgør berettigelse: Ser efter")
    assert look(process, NOW).missing == []


class TestTheFirstMonths:
    """Each month stays manual until one whole month's wage is in the register; the regulation is only proposed."""

    def started(self, citizen: Citizen, aase: User, first_day: date = NOV_1) -> Grant:
        process = begin(citizen, first_day=first_day)
        fill_in(process)
        process.grant.jobs.create(se_number="70000010", first_day=first_day)
        return complete_stage(process, aase, NOW).grant

    def test_the_first_month_is_a_task_on_the_expected_wage(self, citizen: Citizen, aase: User) -> None:
        grant = self.started(citizen, aase)
        run(citizen.municipality)
        task = Task.objects.open().get(grant=grant)
        assert (task.kind, task.proposed) == ("income", 21600 - Decimal("0.30") * 12000)
        assert {"INC1", "INC43"} <= {one.code for one in task.concerns.all()}

    def test_a_month_that_was_run_before_the_start_up_was_done_is_decided_as_a_task(
        self, citizen: Citizen, aase: User
    ) -> None:
        run(citizen.municipality)
        grant = self.started(citizen, aase)
        assert Decision.objects.get(grant=grant).outcome == "task"
        assert Task.objects.open().get(grant=grant).benefit_month == NOVEMBER

    def test_a_part_of_a_months_wage_is_no_whole_month(self, citizen: Citizen, aase: User) -> None:
        grant = self.started(citizen, aase, date(2026, 10, 12))
        give(grant, [Pay(NOVEMBER - 1, "7000.00", period=(date(2026, 10, 12), date(2026, 10, 31)))])
        run(citizen.municipality)
        task = Task.objects.open().get(grant=grant, benefit_month=NOVEMBER)
        assert task.proposed == 18000
        assert "INC43" in {one.code for one in task.concerns.all()}
