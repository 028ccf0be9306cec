"""A complaint over a payment: in time or not, re-assessment, outcome."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cases import complaints
from cases.consistency import faults
from cases.models import Complaint, IssuedDocument, Letter, Payment, Role, Task, User
from cases.refused import Refused
from tests.cases.builders import NOW, TODAY, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

IN_TIME, LATE = date(2026, 12, 28), date(2026, 12, 29)
JANUARY = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def aase() -> User:
    return make_user("aase", Role.CASEWORKER, make_municipality())


@pytest.fixture
def payment(aase: User) -> Payment:
    municipality = aase.memberships.get().municipality
    give(make_case(municipality), ordinary())
    run(municipality)
    return Payment.objects.get()


def test_four_weeks_are_counted_from_the_letter_else_from_the_pay_day(payment: Payment, aase: User) -> None:
    assert complaints.last_day_to_complain(payment) == IN_TIME
    IssuedDocument.objects.create(
        municipality=payment.municipality, citizen=payment.citizen, payment=payment, title="x", context={},
        text="x", sha256="x", template_version="1", issued_at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC), issued_by=aase,
    )  # fmt: skip
    assert complaints.last_day_to_complain(payment) == date(2026, 12, 18)


@pytest.mark.parametrize(("received", "in_time"), [(IN_TIME, True), (LATE, False)])
def test_the_last_day_is_in_time_and_the_next_is_not(
    payment: Payment, aase: User, received: date, in_time: bool
) -> None:
    row = complaints.register_complaint(payment, received, "Forkert løn", aase, JANUARY)
    assert row.is_in_time is in_time
    assert Task.objects.open().get().headline == "Klage over november 2026: vurdér sagen igen"


def test_a_complaint_needs_words_and_a_possible_day_and_stands_alone(payment: Payment, aase: User) -> None:
    for received, text in ((date(2027, 1, 6), "x"), (TODAY, " "), (date(2026, 11, 1), "x")):
        with pytest.raises(Refused):
            complaints.register_complaint(payment, received, text, aase, JANUARY)
    complaints.register_complaint(payment, IN_TIME, "x", aase, JANUARY)
    with pytest.raises(Refused, match="allerede en åben klage"):
        complaints.register_complaint(payment, IN_TIME, "x", aase, JANUARY)
    assert Complaint.objects.count() == 1


def test_upheld_needs_a_reassessment_and_goes_on_with_the_frozen_calculation(payment: Payment, aase: User) -> None:
    row = complaints.register_complaint(payment, IN_TIME, "Forkert løn", aase, JANUARY)
    with pytest.raises(Refused, match="genvurdering"):
        complaints.close_complaint(row, "upheld_and_sent", aase, JANUARY)
    complaints.reassess(row, "Lønnen er som indberettet", aase)
    with pytest.raises(Refused, match="inden for fire uger"):
        complaints.close_complaint(row, "rejected_late", aase, JANUARY)
    row = complaints.close_complaint(row, "upheld_and_sent", aase, JANUARY)
    assert (row.closed_by, row.history.first().history_user) == (aase, aase)
    assert not Task.objects.open().exists()
    assert "Ankestyrelsen" in Letter.objects.get().body
    sent = json.loads(complaints.calculation_for_appeal(row))
    decision = payment.decision
    assert (sent["fingeraftryk"], sent["tilskud"]) == (decision.fingerprint, "18000")
    assert sent["oplysninger"] == decision.facts
    assert len(sent["beregning"]) == len(decision.steps)
    assert list(faults()) == []


def test_a_late_complaint_is_rejected_or_followed_but_not_sent(payment: Payment, aase: User) -> None:
    row = complaints.register_complaint(payment, LATE, "x", aase, JANUARY)
    complaints.reassess(row, "x", aase)
    with pytest.raises(Refused, match="for sen"):
        complaints.close_complaint(row, "upheld_and_sent", aase, JANUARY)
    complaints.close_complaint(row, "rejected_late", aase, JANUARY)
    with pytest.raises(Refused, match="allerede afsluttet"):
        complaints.reassess(row, "x", aase)


def test_a_complaint_that_is_right_calculates_the_month_again(
    payment: Payment, aase: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = []
    monkeypatch.setattr(complaints, "changed", lambda *given: found.append(given[1:4]))
    row = complaints.register_complaint(payment, IN_TIME, "x", aase, JANUARY)
    complaints.reassess(row, "Timerne manglede", aase)
    complaints.close_complaint(row, "recalculated", aase, JANUARY)
    month = payment.benefit_month
    assert found == [(month, month, "Klage modtaget 28.12.2026: Timerne manglede")]
    assert NOW < JANUARY
