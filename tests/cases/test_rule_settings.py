"""A municipality's criteria: in force at once when they stop more, by two persons when a skøn rule is weakened."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.consistency import faults
from cases.models import Decision, Role, RuleSetting, Task, User, parameters_for
from cases.refused import Refused
from cases.rule_settings import confirm_setting, propose_setting, standing, waits_for_second
from rules.parameters import RuleMode
from tests.cases.builders import NOVEMBER, NOW, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

NOV_1 = date(2026, 11, 1)
BONUS = "MUN11"
"""Class skøn: bonus-like amounts."""
INCOME = "MUN2"
"""Class kontrol: limits on the month's income."""


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def karen(municipality: Any) -> User:
    return make_user("karen", Role.COORDINATOR, municipality)


def propose(municipality: Any, user: User, code: str = INCOME, mode: str = "stop", **more: Any) -> RuleSetting:
    more = {"valid_from": NOV_1, "reason": "Aftalt på teammøde", "user": user, "now": NOW, **more}
    return propose_setting(municipality, code, mode, **more)


def test_a_control_rule_stops_the_very_next_run(municipality: Any, karen: User) -> None:
    give(make_case(municipality), ordinary())
    propose(municipality, karen, high=Decimal(11000))
    run(municipality)
    task = Task.objects.get()
    assert [one.code for one in task.concerns.all()] == [INCOME]
    modes = Decision.objects.get().parameters["rule_modes"]
    assert [(one["code"], one["mode"], one["high"]) for one in modes] == [(INCOME, "stop", "11000")]
    assert list(faults()) == []


def test_without_the_setting_the_same_case_is_paid(municipality: Any) -> None:
    give(make_case(municipality), ordinary())
    run(municipality)
    assert Decision.objects.get().outcome == "paid"


def test_a_note_stops_nothing(municipality: Any, karen: User) -> None:
    give(make_case(municipality), ordinary())
    propose(municipality, karen, mode="note", high=Decimal(11000))
    run(municipality)
    assert Decision.objects.get().outcome == "paid"


def test_a_setting_counts_from_its_day(municipality: Any, karen: User) -> None:
    propose(municipality, karen, valid_from=date(2026, 12, 1))
    assert parameters_for(municipality, NOVEMBER).rule_modes == ()
    assert parameters_for(municipality, NOVEMBER + 1).rule_modes == (RuleMode(INCOME, "stop"),)


@pytest.mark.parametrize("mode", ["note", "off"])
def test_a_skoen_rule_is_weakened_only_by_two_persons(municipality: Any, karen: User, mode: str) -> None:
    row = propose(municipality, karen, BONUS, mode)
    assert waits_for_second(row)
    assert standing(municipality, NOVEMBER) == {}
    with pytest.raises(Refused, match="En anden skal bekræfte"):
        confirm_setting(row, "Enig", karen, NOW)
    bent = make_user("bent", Role.COORDINATOR, municipality)
    with pytest.raises(Refused, match="hvorfor"):
        confirm_setting(row, " ", bent, NOW)
    row = confirm_setting(row, "Enig", bent, NOW)
    assert not waits_for_second(row)
    assert standing(municipality, NOVEMBER) == {BONUS: RuleMode(BONUS, mode)}
    reasons = list(RuleSetting.history.order_by("history_id").values_list("history_user", "history_change_reason"))
    assert reasons == [(karen.pk, "Aftalt på teammøde"), (bent.pk, "Enig")]
    with pytest.raises(Refused, match="allerede bekræftet"):
        confirm_setting(row, "Igen", bent, NOW)


def test_a_wider_limit_weakens_and_a_narrower_does_not(municipality: Any, karen: User) -> None:
    assert waits_for_second(propose(municipality, karen, BONUS, high=Decimal(5000)))
    narrower = propose(municipality, karen, BONUS, high=Decimal(1000))
    assert not waits_for_second(narrower)
    assert standing(municipality, NOVEMBER) == {BONUS: RuleMode(BONUS, "stop", None, Decimal(1000))}


def test_switching_a_weakened_rule_on_again_works_at_once(municipality: Any, karen: User) -> None:
    bent = make_user("bent", Role.COORDINATOR, municipality)
    confirm_setting(propose(municipality, karen, BONUS, "off"), "Enig", bent, NOW)
    propose(municipality, karen, BONUS, "stop")
    assert standing(municipality, NOVEMBER)[BONUS].mode == "stop"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": ""}, "hvorfor"),
        ({"code": "MUN99"}, "ingen regel"),
        ({"mode": "maaske"}, "ingen regel"),
        ({"valid_from": date(2026, 10, 31)}, "tidligst"),
        ({"low": Decimal(2), "high": Decimal(1)}, "nedre grænse"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(municipality: Any, karen: User, given: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        propose(municipality, karen, **given)
    assert not RuleSetting.objects.exists()


def test_only_a_coordinator_or_administrator_of_the_municipality_sets_rules(municipality: Any) -> None:
    for user in (
        make_user("aase", Role.CASEWORKER, municipality),
        make_user("niels", Role.COORDINATOR, make_municipality("0998")),
    ):
        with pytest.raises(Refused, match="fagkoordinator"):
            propose(municipality, user)
