"""A caseworker's acts: what was on the screen is what is accepted; nobody overwrites another in silence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cases import handle_task as act
from cases.consistency import faults
from cases.models import AddedIncome, Adjustment, ConcernAnswer, Decision, IncomeTreatment, Payment, Role, Task, User
from cases.party_hearing import Answers
from cases.run_month import progress
from tests.cases.builders import (
    NOW,
    OCTOBER,
    OTHER_SE,
    Pay,
    changed,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    run,
)

pytestmark = pytest.mark.django_db

TOO_HIGH = changed(ordinary(), 0, amount="16000.00")


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


def stopped(municipality: Any, pays: list[Pay] = TOO_HIGH, **case: Any) -> Task:
    grant = make_case(municipality, **case)
    give(grant, pays)
    run(municipality)
    return Task.objects.get(grant=grant)


NOT_HEARD = Answers(unknown=False, significant=True, detriment=True)


def accept(task: Task, user: User, **given: Any) -> Decision:
    """With the three questions of the party hearing answered: the citizen knows of it."""
    given.setdefault("hearing", NOT_HEARD)
    corrections, added = given.get("corrections", ()), given.get("added", ())
    seen = given.pop("seen", None) or act.seen(act.proposal(task, corrections, added))
    return act.accept(task, user, seen=seen, version=given.pop("version", task.version), now=NOW, **given)


def test_accepting_as_proposed_pays_and_the_case_goes_on_by_itself(municipality: Any, aase: User) -> None:
    task = stopped(municipality, paid="16800")
    decision = accept(task, aase, note="Lønnen passer")
    task.refresh_from_db()
    assert (task.state, task.closed_by, task.final, task.proposed) == ("accepted", aase, 16800, 16800)
    assert (decision.outcome, decision.sequence, decision.decided_by) == ("paid", 2, aase)
    assert decision.supersedes == Decision.objects.get(sequence=1).pk
    payment = Payment.objects.get()
    assert payment.decision == decision
    assert payment.subsidy == 21600 - Decimal("0.30") * 16000
    assert [one.code for one in ConcernAnswer.objects.all()] == ["INC4"]
    assert task.concerns.get().answered_by == aase
    assert list(faults()) == []
    assert progress(decision.run).faults == []


def test_correcting_an_income_with_a_reason_pays_the_corrected_subsidy(municipality: Any, aase: User) -> None:
    task = stopped(municipality)
    report = task.grant.citizen.reports.get(month=OCTOBER)
    correction = act.Correction(report.pk, "correct", amount=Decimal("12500"), reason="Lønseddel: 3.500 er udlæg")
    decision = accept(task, aase, corrections=[correction])
    task.refresh_from_db()
    assert decision.subsidy == 21600 - Decimal("0.30") * 12500
    assert (task.state, task.proposed, task.final) == ("corrected", decision.subsidy, decision.subsidy)
    history = IncomeTreatment.history.get()
    assert (history.history_user, history.history_change_reason) == (aase, "Lønseddel: 3.500 er udlæg")


def test_a_correction_without_a_reason_is_refused_and_nothing_is_kept(municipality: Any, aase: User) -> None:
    task = stopped(municipality)
    report = task.grant.citizen.reports.get(month=OCTOBER)
    with pytest.raises(act.Refused, match="begrundelse"):
        accept(task, aase, corrections=[act.Correction(report.pk, "leave_out")])
    assert not IncomeTreatment.objects.exists()
    assert Task.objects.get().state == "open"


def test_an_added_income_counts_and_names_its_source(municipality: Any, aase: User) -> None:
    task = stopped(municipality, ordinary()[1:])
    added = act.Added("wage", OTHER_SE, Decimal("12000"), Decimal("60"), "Lønseddel fra borgeren")
    decision = accept(task, aase, added=[added])
    assert decision.subsidy == 18000
    assert AddedIncome.objects.get().source == "Lønseddel fra borgeren"


def test_accepting_a_month_without_wage_pays_nothing(municipality: Any, aase: User) -> None:
    decision = accept(stopped(municipality, ordinary()[1:]), aase)
    assert (decision.subsidy, Payment.objects.get().subsidy) == (0, 0)
    assert sum(Decimal(amount) for _, _, amount in decision.steps) == 0


def test_another_citizens_income_cannot_be_corrected_from_this_task(municipality: Any, aase: User) -> None:
    task = stopped(municipality)
    other = make_case(municipality, 7)
    give(other, ordinary())
    report = other.citizen.reports.first()
    with pytest.raises(act.Refused, match="hører ikke til sagen"):
        accept(task, aase, corrections=[act.Correction(report.pk, "leave_out", reason="x")], seen="x")


def test_what_must_be_put_right_first_cannot_be_accepted(municipality: Any, aase: User) -> None:
    task = stopped(municipality, ordinary(), ceiling=None)
    with pytest.raises(act.Refused, match="Der er intet lønloft"):
        accept(task, aase)
    task.grant.wage_ceilings.create(amount=40000, first_day=OCTOBER.first_day, source="Arbejdsgiver")
    assert accept(task, aase).subsidy == 18000


def test_pay_that_came_while_the_task_was_open_asks_again(municipality: Any, aase: User) -> None:
    task = stopped(municipality)
    seen = act.seen(act.proposal(task))
    give(task.grant, [Pay(OCTOBER, "500.00", own_id="efterbetaling", hours="2.00")])
    task = Task.objects.open().get()
    with pytest.raises(act.Conflict, match="Tallene er ændret"):
        accept(task, aase, seen=seen)
    assert not Payment.objects.exists()


def test_two_people_in_one_task_the_second_is_told_and_nothing_is_lost(municipality: Any, aase: User) -> None:
    bo = make_user("bo", Role.CASEWORKER, municipality)
    task = stopped(municipality)
    mine = Task.objects.get(pk=task.pk)
    act.save(task, bo, [], [], "Ringer til arbejdsgiver", task.version, NOW)
    with pytest.raises(act.Conflict, match="En anden har ændret"):
        accept(mine, aase, version=mine.version)
    accept(Task.objects.get(pk=task.pk), aase)
    with pytest.raises(act.Conflict, match="allerede løst af Aase"):
        act.take(task, bo, NOW)
    assert Payment.objects.count() == 1


def test_waiting_needs_a_note_and_keeps_the_task_on_the_desk(municipality: Any, aase: User) -> None:
    task = stopped(municipality)
    with pytest.raises(act.Refused, match="Skriv i noten"):
        act.wait(task, aase, " ", task.version, NOW)
    act.wait(task, aase, "Spurgt arbejdsgiver", task.version, NOW)
    task.refresh_from_db()
    assert (task.state, task.assigned_to, task.is_open) == ("waiting", aase, True)


def test_tasks_are_assigned_only_to_people_of_the_municipality(municipality: Any, aase: User) -> None:
    task = stopped(municipality)
    stranger = make_user("niels", Role.CASEWORKER, make_municipality("0998"))
    with pytest.raises(act.Refused, match="ikke sagsbehandler i kommunen"):
        act.assign([task], stranger, aase)
    assert act.assign([task], aase, aase) == 1
    assert act.assign([task], aase, aase) == 0
    assert act.assign([task], None, aase) == 1


def test_every_act_is_in_the_history_with_user_and_reason(municipality: Any, aase: User) -> None:
    task = stopped(municipality)
    act.take(task, aase, NOW)
    task.refresh_from_db()
    accept(task, aase, note="Godkendt efter lønseddel")
    rows = [(row.history_user.username, row.history_change_reason) for row in task.history.order_by("history_id")]
    assert rows == [
        ("system", "Kørsel november 2026"),
        ("aase", "Taget op"),
        ("aase", "Godkendt efter lønseddel"),
    ]


def test_with_inclusion_off_the_incomes_are_registered_by_hand_and_then_paid(aase: User) -> None:
    municipality = make_municipality("0997", include_income_automatically=False)
    task = stopped(municipality, ordinary(), number=3)
    with pytest.raises(act.Refused, match="skal registreres"):
        accept(task, aase)
    report = task.grant.citizen.reports.get(month=OCTOBER)
    decision = accept(task, aase, corrections=[act.Correction(report.pk, "include", reason="Registreret")])
    assert decision.subsidy == 18000


def test_with_full_automation_off_accepting_is_enough(aase: User) -> None:
    municipality = make_municipality("0997", full_automation=False)
    assert accept(stopped(municipality, ordinary(), number=3), aase).subsidy == 18000


def test_new_pay_after_payment_becomes_an_adjustment_and_rewrites_nothing(municipality: Any, aase: User) -> None:
    grant = make_case(municipality)
    give(grant, ordinary())
    run(municipality)
    before = Payment.objects.values().get()
    for _ in range(2):
        give(grant, [Pay(OCTOBER, "1000.00", own_id="efterbetaling", hours="4.00")])
    adjustment = Adjustment.objects.get()
    assert (adjustment.old_subsidy, adjustment.new_subsidy, adjustment.difference) == (18000, 17700, -300)
    assert Payment.objects.values().get() == before
    assert not Task.objects.exclude(kind="adjustment").exists()


def test_a_paid_month_whose_new_pay_changes_nothing_makes_no_task(municipality: Any) -> None:
    grant = make_case(municipality)
    give(grant, ordinary())
    run(municipality)
    give(grant, [Pay(OCTOBER, "", hours=None, own_id="tom")])
    assert not Task.objects.exists()
