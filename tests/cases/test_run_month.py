"""The monthly run: each income rule from file to task or payment, and a run that can be started twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from cases import run_month as run_module
from cases.models import Block, Decision, Failure, Payment, PaymentLine, Run, RunState, Task, TaskConcern, User
from cases.refused import Refused
from cases.run_here import work_run
from cases.run_month import close_month, progress, rehearse, start_run
from rules.months import Month
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    OCTOBER,
    OTHER_SE,
    SE,
    Pay,
    changed,
    give,
    make_case,
    make_municipality,
    ordinary,
    run,
)

pytestmark = pytest.mark.django_db

AVERAGE = Decimal(12000)


def codes(grant: Any) -> list[str]:
    """The codes of the case's open task, by priority."""
    return list(TaskConcern.objects.filter(task__grant=grant, task__state="open").values_list("code", flat=True))


def test_the_seeds_example_is_paid_13281_kroner_to_the_citizen_who_earned_17333() -> None:
    """2022-08: 18.964 - (0,30 x 15.401 + 0,55 x 1.932) = 13.281,10, rounded to 13.281."""
    august = Month(2022, 8)
    municipality = make_municipality()
    grant = make_case(municipality, ceiling="32067", paid="13281", months=(august - 2, august - 1))
    pays = [
        Pay(august - back, amount="14733.05", own_pension="866.65", employer_pension="1733.30", hours="86.66")
        for back in (3, 2, 1)
    ]
    give(grant, pays)
    run(municipality, august)
    payment = Payment.objects.get(grant=grant)
    assert payment.subsidy == 13281
    assert payment.payable_before_tax == 13281 - 500
    lines = dict(PaymentLine.objects.filter(payment=payment).values_list("kind", "amount"))
    assert lines == {
        "subsidy": 13281,
        "extra_atp": -500,
        "ordinary_atp": Decimal(87),  # 1,18 x (160,333 - 86,66) = 86,93
        "mandatory_pension": Decimal(115),  # 0,9 % x 12.781 = 115,03
    }


JUST_INSIDE_AND_OUTSIDE = [
    # name, code, pays just inside, pays just outside
    (
        "INC1",
        [Pay(OCTOBER - 2, "0.01"), Pay(OCTOBER - 1, "24000.00"), Pay(OCTOBER)],
        [Pay(OCTOBER - 1, "24000.00"), Pay(OCTOBER)],
    ),
    ("INC2", ordinary(), ordinary()[1:]),
    (
        "INC3",
        changed(ordinary(), 0, amount=str(AVERAGE * Decimal("0.85"))),
        changed(ordinary(), 0, amount=str(AVERAGE * Decimal("0.85") - Decimal("0.01"))),
    ),
    (
        "INC4",
        changed(ordinary(), 0, amount=str(AVERAGE * Decimal("1.15"))),
        changed(ordinary(), 0, amount=str(AVERAGE * Decimal("1.15") + Decimal("0.01"))),
    ),
    ("INC5", changed(ordinary(), 0, hours="0.01"), changed(ordinary(), 0, hours="0.00")),
    ("INC5", changed(ordinary(), 0, hours="99999.98"), changed(ordinary(), 0, hours="99999.99")),
    ("INC5", ordinary(), changed(ordinary(), 0, hours=None)),
    (
        "INC6",
        changed(ordinary(), 0, period=(date(2026, 10, 1), date(2026, 10, 13))),
        changed(ordinary(), 0, period=(date(2026, 10, 1), date(2026, 10, 14))),
    ),
    (
        "INC6",
        changed(ordinary(), 0, period=(date(2026, 10, 1), date(2026, 10, 15))),
        changed(ordinary(), 0, period=(date(2026, 10, 18), date(2026, 10, 31))),
    ),
    (
        "INC7",
        [*changed(ordinary(), 0, amount="11000.00"), Pay(OCTOBER, "1000.00", own_id="tillæg", hours="5.00")],
        [*changed(ordinary(), 0, amount="11000.00"), Pay(OCTOBER, "1000.00", se=OTHER_SE, hours="5.00")],
    ),
]  # fmt: skip

MESSAGES = {
    "INC1": "Dette er en opstartssag og indtægter skal derfor håndteres manuelt",
    "INC2": "Der er ingen indtægter til denne måneds beregning",
    "INC3": "Indtægterne er for lave ift. de to foregående måneder",
    "INC4": "Indtægterne er for høje ift. de to foregående måneder",
    "INC5": "Der er indtægter med ugyldige løntimer",
    "INC6": "Der er registreret indtægter med en periode på 14 dage",
    "INC7": "Der er registreret indtægter fra flere arbejdsgivere",
}


@pytest.mark.parametrize(("code", "inside", "outside"), JUST_INSIDE_AND_OUTSIDE)
def test_just_inside_is_paid_and_just_outside_is_a_task_with_the_sentence(
    code: str, inside: list[Pay], outside: list[Pay]
) -> None:
    municipality = make_municipality()
    passing, stopped = make_case(municipality, 1), make_case(municipality, 2)
    give(passing, inside)
    give(stopped, outside)
    run(municipality)
    assert codes(passing) == []
    assert Payment.objects.filter(grant=passing).count() == 1
    assert code in codes(stopped)
    assert not Payment.objects.filter(grant=stopped).exists()
    concern = TaskConcern.objects.get(task__grant=stopped, code=code)
    assert concern.message == MESSAGES[code]
    if codes(stopped)[0] == code:
        assert Task.objects.get(grant=stopped).headline == MESSAGES[code]


def test_a_task_lists_every_broken_rule_by_priority_and_the_first_is_its_headline() -> None:
    municipality = make_municipality()
    grant = make_case(municipality)
    give(
        grant,
        [
            Pay(OCTOBER, "20000.00", hours="0.00", period=(date(2026, 10, 1), date(2026, 10, 14))),
            Pay(OCTOBER, "3000.00", se=OTHER_SE),
            *ordinary()[1:],
        ],
    )
    run(municipality)
    task = Task.objects.get(grant=grant)
    assert codes(grant) == ["INC4", "INC5", "INC6", "INC7", "INC27"]
    assert task.headline == MESSAGES["INC4"]
    assert task.event == "BATCH_FLT_INDTAEGTSREGLER_BRUDT"


def test_a_concern_carries_found_expected_limit_and_months() -> None:
    municipality = make_municipality()
    grant = make_case(municipality)
    give(grant, [Pay(OCTOBER, "9300.00"), Pay(OCTOBER - 1, "14900.00"), Pay(OCTOBER - 2, "15140.00")])
    run(municipality)
    numbers = TaskConcern.objects.get(task__grant=grant, code="INC3").numbers
    assert numbers == {
        "found": "9300",
        "expected": "15020",  # (15.140 + 14.900) / 2
        "deviation": "-38.08",
        "limit": "-15",
        "limit_unit": "%",
        "months": ["2026-08", "2026-09"],
    }


@pytest.mark.parametrize(("paid", "stops"), [("18947.36", False), ("18947.37", True), ("0", False)])
def test_the_subsidy_may_fall_five_percent_below_what_was_paid_and_no_more(paid: str, stops: bool) -> None:
    """18.000 kr. (21.600 - 0,30 x 12.000) is 95 % of 18.947,368..."""
    municipality = make_municipality()
    grant = make_case(municipality, paid=paid)
    give(grant, ordinary())
    run(municipality)
    assert codes(grant) == (["INC27"] if stops else [])


def test_a_month_without_payment_stops_as_a_start_up_case() -> None:
    municipality = make_municipality()
    grant = make_case(municipality, months=(NOVEMBER - 1,))
    give(grant, ordinary())
    run(municipality)
    assert codes(grant) == ["INC38"]


def test_a_case_without_a_ceiling_is_a_task_that_says_so_and_not_a_failure() -> None:
    municipality = make_municipality()
    grant = make_case(municipality, ceiling=None)
    give(grant, ordinary())
    finished = run(municipality)
    assert codes(grant) == ["INC24"]
    assert progress(finished).failed == 0


def test_wage_over_the_ceiling_never_stops_a_case() -> None:
    municipality = make_municipality()
    grant = make_case(municipality, ceiling="11000", paid="0")
    give(grant, ordinary())
    run(municipality)
    assert Payment.objects.get(grant=grant).subsidy == 0


def test_own_subsidy_and_unknown_codes_without_amounts_pass() -> None:
    municipality = make_municipality()
    grant = make_case(municipality)
    own = Pay(
        OCTOBER, "", se="29900001", hours=None, art="0083", income_type="04", extra=(("16001", "058", "18000.00"),)
    )
    give(grant, [*ordinary(), own])
    run(municipality)
    assert codes(grant) == []


@pytest.mark.parametrize(
    ("pay", "code"),
    [
        (replace(Pay(OCTOBER), extra=(("16001", "777", "100.00"),)), "INC20"),
        (replace(Pay(OCTOBER), extra=(("16001", "091", "5000.00"),)), "INC21"),
        (replace(Pay(OCTOBER), period=(date(2026, 10, 1), None)), "INC26"),
    ],
)
def test_what_the_law_leaves_to_a_person_stops_with_a_code_of_our_own(pay: Pay, code: str) -> None:
    municipality = make_municipality()
    grant = make_case(municipality)
    give(grant, [pay, *ordinary()[1:]])
    run(municipality)
    assert code in codes(grant)


def test_sickness_benefit_in_the_month_is_deducted_in_the_proposal_and_seen_by_a_person() -> None:
    municipality = make_municipality()
    grant = make_case(municipality, paid="14000")
    sick = Pay(
        OCTOBER, "", se="29900001", hours=None, income_type="07", art="0103", extra=(("16001", "058", "4000.00"),)
    )
    give(grant, [*ordinary(), sick])
    run(municipality)
    assert codes(grant) == ["INC29"]
    assert Task.objects.get(grant=grant).proposed == 21600 - Decimal("0.30") * 12000 - 4000


def test_with_inclusion_off_new_pay_is_a_plain_task_and_the_seven_rules_are_not_shown() -> None:
    municipality = make_municipality(include_income_automatically=False)
    grant = make_case(municipality)
    give(grant, changed(ordinary(), 0, amount="30000.00", hours="0.00"))
    run(municipality)
    task = Task.objects.get(grant=grant)
    assert codes(grant) == ["INC27", "INC36"]
    assert (task.kind, task.event, task.headline) == ("income", "NYE_LOENOPLYSNINGER", "Indtægter")


def test_with_full_automation_off_every_case_is_a_task() -> None:
    municipality = make_municipality(full_automation=False)
    grant = make_case(municipality)
    give(grant, ordinary())
    run(municipality)
    assert codes(grant) == ["INC37"]
    assert Task.objects.get(grant=grant).headline == "Indtægter"


def test_the_run_counts_what_came_in_and_its_sums_add_up() -> None:
    municipality = make_municipality()
    for number in range(1, 8):
        give(make_case(municipality, number), ordinary() if number < 6 else ordinary()[1:])
    now = progress(run(municipality))
    assert (now.total, now.automatic, now.manual, now.failed, now.waiting) == (7, 5, 2, 0, 0)
    assert now.subsidy_sum == now.payment_sum == 5 * (21600 - Decimal("0.30") * 12000)
    assert now.faults == []


def test_the_month_run_twice_gives_the_same_payments_and_none_twice() -> None:
    municipality = make_municipality()
    for number in range(1, 5):
        give(make_case(municipality, number), ordinary() if number < 4 else ordinary()[1:])
    run(municipality)
    before = list(Payment.objects.order_by("id").values())
    again = run(municipality)
    assert list(Payment.objects.order_by("id").values()) == before
    assert Decision.objects.count() == 4
    assert Task.objects.count() == 1
    assert Run.objects.count() == 1
    assert again.starts == 2


def test_a_run_started_again_decides_anew_only_untouched_tasks_whose_facts_changed() -> None:
    municipality = make_municipality()
    late, touched, same = (make_case(municipality, number) for number in (1, 2, 3))
    for grant in (late, touched, same):
        give(grant, ordinary()[1:])
    run(municipality)
    Task.objects.filter(grant=touched).update(touched_at=NOW)
    for grant in (late, touched):
        give(grant, ordinary())
    run(municipality)
    assert Payment.objects.filter(grant=late).count() == 1
    assert Task.objects.get(grant=late).state == "replaced"
    assert Decision.objects.filter(grant=late).count() == 2
    assert Decision.objects.filter(grant=touched).count() == 1
    assert Decision.objects.filter(grant=same).count() == 1


def test_new_cases_since_the_last_start_are_run_too() -> None:
    municipality = make_municipality()
    give(make_case(municipality, 1), ordinary())
    run(municipality)
    give(make_case(municipality, 2), ordinary())
    assert progress(run(municipality)).automatic == 2


def test_a_month_without_rates_is_refused_as_a_whole() -> None:
    municipality = make_municipality()
    give(make_case(municipality), ordinary())
    with pytest.raises(Refused, match="Der er ingen satser for 2027-01"):
        start_run(municipality, Month(2027, 1), User.objects.system(), NOW)
    assert not Run.objects.exists()


def test_cases_that_are_not_due_are_left_out() -> None:
    municipality = make_municipality()
    give(make_case(municipality, 1), ordinary())
    make_case(municipality, 2, last_day=date(2026, 10, 31))
    make_case(municipality, 3, first_day=date(2026, 12, 1))
    make_case(municipality, 4, cpr_number="0502501239")  # born 1950: past the pension age
    other = make_municipality("0998")
    make_case(other, 5)
    assert progress(run(municipality)).total == 1


def test_a_program_error_on_one_case_never_stops_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    municipality = make_municipality()
    grants = [make_case(municipality, number) for number in (1, 2, 3)]
    for grant in grants:
        give(grant, ordinary())
    bad = grants[1].citizen.birth_date
    honest = run_module.decide

    def decide(facts: Any, *rest: Any) -> Any:
        if facts.birth_date == bad:
            raise ZeroDivisionError("planted")
        return honest(facts, *rest)

    monkeypatch.setattr(run_module, "decide", decide)
    first = run(municipality)
    now = progress(first)
    assert (now.automatic, now.failed, now.faults) == (2, 1, [])
    task = Task.objects.get(grant=grants[1], kind="failure")
    assert "planted" in task.note
    with pytest.raises(Refused, match="fejlet"):
        close_month(first, User.objects.system(), NOW)

    monkeypatch.setattr(run_module, "decide", honest)
    again = run(municipality)
    assert (progress(again).automatic, progress(again).failed) == (3, 0)
    task.refresh_from_db()
    assert task.state == "accepted"
    close_month(again, User.objects.system(), NOW)
    again.refresh_from_db()
    assert again.state == RunState.CLOSED
    with pytest.raises(Refused, match="er lukket"):
        start_run(municipality, NOVEMBER, User.objects.system(), NOW)


def test_a_database_fault_on_writing_leaves_the_one_bad_case_as_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    municipality = make_municipality()
    grants = [make_case(municipality, number) for number in range(1, 8)]
    for grant in grants:
        give(grant, ordinary())
    bad = grants[4].pk
    honest = run_module.save_decisions

    def save(cases: Any, act: Any) -> Any:
        if any(case.grant_id == bad for case in cases):
            raise DatabaseError("planted")
        return honest(cases, act)

    monkeypatch.setattr(run_module, "save_decisions", save)
    now = progress(run(municipality))
    assert (now.automatic, now.failed, now.faults) == (6, 1, [])
    assert Failure.objects.get().grant_id == bad


def test_a_rehearsal_says_what_the_run_would_do_and_writes_nothing() -> None:
    municipality = make_municipality()
    give(make_case(municipality, 1), ordinary())
    give(make_case(municipality, 2), ordinary()[1:])
    planned = rehearse(municipality, NOVEMBER)
    assert not Decision.objects.exists()
    assert not Run.objects.exists()
    now = progress(run(municipality))
    assert (planned.automatic, planned.manual) == (now.automatic, now.manual) == (1, 1)
    assert planned.subsidy_sum == now.subsidy_sum


def test_a_block_that_is_done_is_left(django_assert_num_queries: Any) -> None:
    municipality = make_municipality()
    give(make_case(municipality), ordinary())
    run(municipality)
    block = Block.objects.get()
    with django_assert_num_queries(1):
        run_module.work_block(block.id, NOW)


def test_a_block_that_fails_again_and_again_is_given_up_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    municipality = make_municipality()
    give(make_case(municipality), ordinary())
    started = start_run(municipality, NOVEMBER, User.objects.system(), NOW)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "decide_and_save", killed)
    for _ in range(run_module.MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            work_run(started, 1)
    work_run(started, 1)
    assert progress(started).failed == 1


def test_queries_do_not_grow_with_the_number_of_cases() -> None:
    counted = []
    for code, count in (("0999", 4), ("0998", 40)):
        municipality = make_municipality(code)
        for number in range(1, count + 1):
            give(make_case(municipality, number), ordinary() if number % 4 else ordinary()[1:])
        started = start_run(municipality, NOVEMBER, User.objects.system(), NOW)
        with CaptureQueriesContext(connection) as queries:
            run_module.work_block(started.blocks.get().id, NOW)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_pay_of_a_job_deducted_in_the_same_month_counts_in_the_month_it_is_paid() -> None:
    municipality = make_municipality()
    grant = make_case(municipality)
    grant.jobs.update(same_month=True)
    give(grant, [Pay(NOVEMBER, "12500.00"), Pay(OCTOBER), Pay(OCTOBER - 1)])
    run(municipality)
    assert Payment.objects.get(grant=grant).subsidy == 21600 - Decimal("0.30") * 12500
    assert grant.jobs.get().se_number == SE


def test_part_of_a_month_is_proposed_by_calendar_days_and_seen_by_a_person() -> None:
    """16 of 30 days: 21.600 x 16/30 - 0,30 x 6.400, and the ceiling 40.000 x 16/30 is not reached (Q2)."""
    municipality = make_municipality()
    grant = make_case(municipality, first_day=date(2026, 11, 15))
    grant.wage_ceilings.update(first_day=date(2026, 10, 1))
    give(grant, ordinary(amount="6400.00"))
    run(municipality)
    assert "INC31" in codes(grant)
    assert Task.objects.get(grant=grant).proposed == 21600 * 16 / Decimal(30) - Decimal("0.30") * 6400
