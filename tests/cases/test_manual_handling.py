"""Kræver manuel sagsbehandling: a task every month, which names what is missing and cannot be waved through."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases import handle_task
from cases.expected_wage import set_expected_wage
from cases.manual_handling import end_manual, require_manual, wants_human
from cases.models import Decision, Grant, Payment, Role, Task, User
from cases.party_hearing import Answers
from cases.refused import Refused
from tests.cases.builders import NOVEMBER, NOW, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

LACKING = "Honorar fra udlandet"


@pytest.fixture
def aase() -> User:
    return make_user("aase", Role.CASEWORKER, make_municipality())


@pytest.fixture
def grant(aase: User) -> Grant:
    grant = make_case(aase.memberships.get().municipality)
    give(grant, ordinary())
    return grant


def accept(task: Task, user: User, **more: Any) -> Decision | None:
    task.refresh_from_db()
    shown = handle_task.seen(handle_task.proposal(task, more.get("corrections", ()), more.get("added", ())))
    return handle_task.accept(task, user, seen=shown, version=task.version, now=NOW, **more)


def test_the_month_is_a_task_that_names_what_is_missing(grant: Grant, aase: User) -> None:
    require_manual(grant, LACKING, None, aase, NOW)
    run(grant.municipality)
    concern = Task.objects.get().concerns.get()
    assert (concern.code, concern.numbers["details"]) == ("INC34", [LACKING])


def test_it_cannot_be_accepted_before_the_income_is_entered(grant: Grant, aase: User) -> None:
    require_manual(grant, LACKING, None, aase, NOW)
    run(grant.municipality)
    task = Task.objects.get()
    with pytest.raises(Refused, match="Sagen mangler: Honorar fra udlandet"):
        accept(task, aase, note="Ok")
    added = handle_task.Added("b_income", "", Decimal(500), None, "Årsopgørelse")
    told = Answers(unknown=False, significant=False, detriment=True)
    assert accept(task, aase, added=[added], hearing=told).subsidy == 18000 - 150


def test_or_before_it_is_said_that_there_is_none(grant: Grant, aase: User) -> None:
    require_manual(grant, LACKING, None, aase, NOW)
    run(grant.municipality)
    task = Task.objects.get()
    assert accept(task, aase, note="Ringet til borgeren", no_income=True).subsidy == 18000
    task.refresh_from_db()
    assert task.note == "Ingen i måneden. Ringet til borgeren"


@pytest.mark.parametrize(("until", "outcome"), [(date(2026, 10, 31), "paid"), (date(2026, 11, 1), "task")])
def test_the_mark_counts_until_its_last_day(grant: Grant, aase: User, until: date, outcome: str) -> None:
    require_manual(grant, LACKING, until, aase, NOW)
    run(grant.municipality)
    assert Decision.objects.get().outcome == outcome


def test_taking_the_mark_off_decides_the_waiting_month_anew(grant: Grant, aase: User) -> None:
    require_manual(grant, LACKING, None, aase, NOW)
    run(grant.municipality)
    with pytest.raises(Refused, match="hvorfor"):
        end_manual(grant, "", aase, NOW)
    end_manual(grant, "Honoraret er ophørt", aase, NOW)
    assert (Task.objects.get().state, Payment.objects.get().subsidy) == ("replaced", 18000)
    assert grant.history.first().history_change_reason == "Honoraret er ophørt"


def test_the_mark_says_what_is_missing(grant: Grant, aase: User) -> None:
    with pytest.raises(Refused, match="hvilke oplysninger"):
        require_manual(grant, " ", None, aase, NOW)


def test_a_citizen_who_wants_a_human_gets_one_and_no_income_is_demanded(grant: Grant, aase: User) -> None:
    wants_human(grant.citizen, wants=True, reason="Brev af 2. november", user=aase, now=NOW)
    run(grant.municipality)
    task = Task.objects.get()
    assert task.concerns.get().numbers["details"] == ["Borgeren ønsker behandling af et menneske"]
    assert accept(task, aase, note="Set igennem").subsidy == 18000


def test_the_wish_is_taken_back_and_the_waiting_month_passes(grant: Grant, aase: User) -> None:
    wants_human(grant.citizen, wants=True, reason="Brev", user=aase, now=NOW)
    run(grant.municipality)
    wants_human(grant.citizen, wants=False, reason="Borgeren har ringet", user=aase, now=NOW)
    assert Payment.objects.get().benefit_month == NOVEMBER


def test_the_expected_wage_needs_its_documentation_and_reaches_the_waiting_month(aase: User) -> None:
    grant = make_case(aase.memberships.get().municipality, first_day=date(2026, 11, 1), paid=None)
    run(grant.municipality)
    assert Task.objects.get().proposed == 0
    with pytest.raises(Refused, match="bygger på"):
        set_expected_wage(grant, Decimal(12000), "", aase, NOW)
    set_expected_wage(grant, Decimal(12000), "Ansættelseskontrakt", aase, NOW)
    assert Task.objects.open().get().proposed == 18000
