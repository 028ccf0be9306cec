"""Party hearing: three questions, the undisputed amount paid on the pay day, the difference held until the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases import handle_task as act
from cases import hearing_outcome, party_hearing
from cases.change_log import Query, changes
from cases.consistency import faults
from cases.models import Decision, Letter, PartyHearing, Payment, Role, Task, TaskKind, User
from cases.party_hearing import Answers
from cases.refused import Refused
from cases.run_month import progress
from cases.specification import context_for
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    OCTOBER,
    changed,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    run,
)

pytestmark = pytest.mark.django_db

THREE_YES = Answers(unknown=True, significant=True, detriment=True)
LATER = NOW + timedelta(days=30)


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


@pytest.fixture
def task(municipality: Any) -> Task:
    """18.000 kr. before; 16.800 kr. now, as the pay rose to 16.000 kr."""
    grant = make_case(municipality)
    give(grant, changed(ordinary(), 0, amount="16000.00"))
    run(municipality)
    return Task.objects.get(grant=grant)


def accept(task: Task, user: User, hearing: Answers | None) -> Decision | None:
    return act.accept(task, user, seen=act.seen(act.proposal(task)), version=task.version, now=NOW, hearing=hearing)


def heard(task: Task, aase: User) -> PartyHearing:
    accept(task, aase, THREE_YES)
    return PartyHearing.objects.get()


def test_accepting_less_asks_the_three_questions_with_kroner_and_percent(task: Task, aase: User) -> None:
    with pytest.raises(party_hearing.Unanswered) as refused:
        accept(task, aase, None)
    assert str(refused.value).startswith(
        "Tilskuddet falder med 1.200 kr. (-6,7 %), fra 18.000 kr. til 16.800 kr. Svar på de tre spørgsmål"
    )
    asked = refused.value.questions
    assert (asked.change.kroner, asked.change.percent, asked.held) == (-1200, Decimal("-6.67"), 1200)
    assert asked.looks_significant
    assert not Payment.objects.exists()
    assert not PartyHearing.objects.exists()


def test_the_same_or_more_asks_nothing(municipality: Any, aase: User) -> None:
    grant = make_case(municipality, paid="16800")
    give(grant, changed(ordinary(), 0, amount="16000.00"))
    run(municipality)
    assert accept(Task.objects.get(), aase, None).subsidy == 16800
    assert not PartyHearing.objects.exists()


@pytest.mark.parametrize("no", ["unknown", "significant", "detriment"])
def test_one_no_is_no_hearing_and_the_answers_are_kept(task: Task, aase: User, no: str) -> None:
    accept(task, aase, replace(THREE_YES, **{no: False}))
    row = PartyHearing.objects.get()
    assert (row.outcome, row.held, row.letter, row.closed_at) == ("none", 0, None, NOW)
    assert not Letter.objects.exists()
    assert row.history.get().history_user == aase


def test_three_times_yes_can_be_left_only_with_a_reason(task: Task, aase: User) -> None:
    with pytest.raises(Refused, match="hvorfor borgeren ikke skal høres"):
        accept(task, aase, replace(THREE_YES, hear=False))
    accept(task, aase, replace(THREE_YES, hear=False, reason="Borgeren har selv sendt lønsedlen"))
    assert PartyHearing.objects.get().outcome == "none"


def test_the_lower_amount_is_paid_and_the_difference_is_held_with_days_left(task: Task, aase: User) -> None:
    row = heard(task, aase)
    payment = Payment.objects.get()
    assert (payment.subsidy, payment.pay_date) == (16800, date(2026, 11, 30))
    assert (row.held, row.deadline, row.outcome) == (1200, date(2026, 11, 25), "")
    assert party_hearing.days_left(row, date(2026, 11, 20)) == 5
    assert party_hearing.days_left(row, date(2026, 12, 20)) == 0
    assert list(party_hearing.open_hearings(task.grant)) == [row]
    letter = row.letter
    assert "Du får 16.800 kr." in letter.body
    assert "De sidste 1.200 kr." in letter.body
    assert "senest 25. november 2026" in letter.body
    assert "Det skyldes: Indtægterne er for høje" in letter.body
    follow = Task.objects.open().get()
    assert (follow.kind, follow.due_date) == (TaskKind.FOLLOW_UP, row.deadline)
    assert list(faults()) == []


def test_nothing_is_upheld_before_the_deadline_without_an_answer(task: Task, aase: User) -> None:
    row = heard(task, aase)
    with pytest.raises(Refused, match=r"frist til 25\. november"):
        hearing_outcome.uphold(row, "Lønnen er rigtig", aase, NOW)
    hearing_outcome.uphold(row, "Lønnen er rigtig", aase, LATER)
    row.refresh_from_db()
    assert (row.outcome, row.closed_at) == ("upheld", LATER)
    assert Payment.objects.count() == 1
    assert not Task.objects.open().exists()
    assert "Vi fastholder" in Letter.objects.first().body
    with pytest.raises(Refused, match="allerede afsluttet"):
        hearing_outcome.uphold(row, "Igen", aase, LATER)


def test_an_answer_is_kept_with_its_source_and_may_be_upheld_at_once(task: Task, aase: User) -> None:
    row = heard(task, aase)
    with pytest.raises(Refused, match="hvordan svaret kom"):
        party_hearing.answer_received(row, "Det er udlæg", "", aase, NOW)
    row = party_hearing.answer_received(row, "Det er løn", "Digital Post", aase, NOW)
    assert (row.answer, row.letter.answer_source) == ("Det er løn", "Digital Post")
    hearing_outcome.uphold(row, "Borgeren er enig", aase, NOW)


def test_changed_pays_the_difference_as_a_further_payment(task: Task, aase: User) -> None:
    row = heard(task, aase)
    first = Payment.objects.values().get()
    report = task.grant.citizen.reports.get(month=OCTOBER)
    right = act.Correction(report.pk, "correct", amount=Decimal(12000), reason="4.000 kr. er udlæg")
    decision = hearing_outcome.change(row, "Borgeren har vist bilag", aase, LATER, corrections=[right])
    assert (decision.subsidy, decision.sequence, decision.outcome) == (18000, 3, "paid")
    assert Payment.objects.filter(sequence=1).values().get() == first
    second = Payment.objects.get(sequence=2)
    assert (second.subsidy, second.payable_before_tax) == (1200, 1200)
    assert second.pay_date == date(2026, 12, 30)
    assert {one.kind: one.amount for one in second.lines.all()}["subsidy"] == 1200
    assert context_for(second).headline == (
        "Du får 1.200 kr. mere på din NemKonto onsdag den 30. december 2026. I alt får du 17.500 kr. for november 2026."
    )
    assert progress(decision.run).faults == []
    assert list(faults()) == []
    row.refresh_from_db()
    assert row.outcome == "changed"
    assert "Vi udbetaler 1.200 kr. mere" in Letter.objects.first().body
    task.refresh_from_db()
    assert (task.proposed, task.final) == (16800, 18000)


def test_extra_atp_of_the_further_payment_is_the_difference_too(municipality: Any, aase: User) -> None:
    """5 % of 6.000 kr. is 300 kr.; of 18.000 kr. at most 500 kr.: 200 kr. more are withheld."""
    grant = make_case(municipality)
    give(grant, changed(ordinary(), 0, amount="37000.00"))
    run(municipality)
    task = Task.objects.get()
    row = heard(task, aase)
    paid = Payment.objects.get()
    report = grant.citizen.reports.get(month=OCTOBER)
    right = act.Correction(report.pk, "correct", amount=Decimal(12000), reason="Bonus for hele året")
    decision = hearing_outcome.change(row, "Bilag", aase, NOW, corrections=[right])
    payments = Payment.objects.all()
    assert sum(one.subsidy for one in payments) == decision.subsidy == 18000
    assert sum(one.payable_before_tax for one in payments) == decision.payable_before_tax
    assert Payment.objects.get(sequence=2).pay_date == paid.pay_date
    assert list(faults()) == []


def test_changed_without_a_better_month_is_refused_and_nothing_is_kept(task: Task, aase: User) -> None:
    row = heard(task, aase)
    with pytest.raises(Refused, match="ikke mere værd"):
        hearing_outcome.change(row, "x", aase, NOW)
    report = task.grant.citizen.reports.get(month=OCTOBER)
    worse = act.Correction(report.pk, "correct", amount=Decimal(20000), reason="Mere løn")
    with pytest.raises(Refused, match="ikke mere værd"):
        hearing_outcome.change(row, "x", aase, NOW, corrections=[worse])
    assert Payment.objects.count() == 1
    assert Decision.objects.count() == 2
    row.refresh_from_db()
    assert row.closed_at is None


def test_hearing_and_letter_are_in_the_change_log(task: Task, aase: User) -> None:
    heard(task, aase)
    query = Query(municipalities=(task.municipality_id,), citizen=task.grant.citizen_id, user=aase.pk)
    shown = {(one.what, one.why) for one in changes(query)}
    assert {("Partshøring", "Partshøring sendt"), ("Brev", "Brev sendt")} <= shown


def test_first_regulation_always_asks() -> None:
    more = party_hearing.questions(Decimal(100), Decimal(200), Decimal(5), first_regulation=True)
    assert (more.change.kroner, more.looks_significant) == (100, False)
    assert party_hearing.questions(Decimal(100), Decimal(200), Decimal(5)) is None
    assert party_hearing.questions(None, Decimal(200), Decimal(5), first_regulation=True) is None


def test_a_hearing_of_november_and_one_of_december_have_a_task_each(task: Task, aase: User) -> None:
    heard(task, aase)
    follow = Task.objects.open().get()
    assert follow.benefit_month == NOVEMBER
