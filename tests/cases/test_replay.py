"""What is changed behind the program's back is found: by replay, by the consistency check, by the seals."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models

from cases import replay as replay_module
from cases.access import log_access
from cases.consistency import faults
from cases.guards import guards_lifted
from cases.models import (
    AccessLog,
    AlarmKind,
    Citizen,
    ControlRun,
    Decision,
    Grant,
    Payment,
    ReplayAlarm,
    Role,
    Seal,
    User,
)
from cases.nightly_control import nightly_control
from cases.refused import Refused
from cases.replay import Scope, answer_alarm, record, replay, replay_sample
from cases.seals import seal
from tests.cases.builders import NOW, changed, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(db: Any) -> list[Decision]:
    """Two months paid by themselves, and one that stopped."""
    municipality = make_municipality()
    for number in range(3):
        grant = make_case(municipality, number)
        pays = ordinary()
        give(grant, changed(pays, 0, amount="30000.00") if number == 2 else pays)
    run(municipality)
    rows = list(Decision.objects.order_by("id"))
    assert [row.outcome for row in rows] == ["paid", "paid", "task"]
    assert not list(faults())
    return rows


def behind_the_back(model: type[models.Model], pk: int, **columns: Any) -> None:
    """The guards taken away and the row changed by SQL."""
    names = ", ".join(f"{name} = %s" for name in columns)
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {names} WHERE id = %s", [*columns.values(), pk])


def lower_step(row: Decision) -> dict[str, Any]:
    row.steps[0][2] = str(Decimal(row.steps[0][2]) + 100)
    return {"steps": json.dumps(row.steps)}


def other_wage(row: Decision) -> dict[str, Any]:
    row.facts["reports"][-1]["amount"] = "9000"
    return {"facts": json.dumps(row.facts)}


def other_birthday(row: Decision) -> dict[str, Any]:
    return {"facts": json.dumps({**row.facts, "birth_date": "1979-01-01"})}


def other_words(row: Decision) -> dict[str, Any]:
    row.steps[0][0] = "Andre ord"
    return {"steps": json.dumps(row.steps)}


FAULTS: dict[str, tuple[Callable[[Decision], dict[str, Any]], str, str]] = {
    "a step": (lower_step, AlarmKind.CHANGED, "trin 1"),
    "the wage it rests on": (other_wage, AlarmKind.CHANGED, "trin"),
    "a fact that moves no amount": (other_birthday, AlarmKind.CHANGED, "fingeraftryk"),
    "the subsidy": (lambda row: {"subsidy": int(row.subsidy * 100) + 100}, AlarmKind.CHANGED, "tilskud"),
    "the income": (lambda row: {"income": 1}, AlarmKind.CHANGED, "indtægt"),
    "a rate": (
        lambda row: {"rates": json.dumps({**row.rates, "reduction_below": "0.31"})}, AlarmKind.CHANGED, "trin"
    ),
    "the outcome": (lambda row: {"outcome": "task"}, AlarmKind.CHANGED, "udfald"),
    "the fingerprint": (lambda row: {"fingerprint": "0" * 64}, "", "fingeraftryk"),
    "a fact nobody knows": (lambda row: {"facts": json.dumps({"hvad": 1})}, AlarmKind.UNREADABLE, "oplysninger"),
    "the words": (other_words, AlarmKind.WORDS, "trin 1"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "kind", "where"), FAULTS.values(), ids=FAULTS)
def test_a_changed_decision_is_found(decided: list[Decision], change: Any, kind: str, where: str) -> None:
    seal(NOW)
    assert replay(Scope()).differences == []
    behind_the_back(Decision, decided[0].pk, **change(decided[0]))
    (found,) = replay(Scope()).differences
    assert found.id == decided[0].pk
    assert found.where.startswith(where)
    assert not kind or found.kind == kind
    assert [line for line in faults() if line.startswith("Segl")]


def test_the_alarm_names_the_step_with_both_amounts(decided: list[Decision]) -> None:
    row = decided[0]
    behind_the_back(Decision, row.pk, **lower_step(row))
    (found,) = replay(Scope()).differences
    assert found.where == f"trin 1: {row.steps[0][0]}"
    assert (found.stored, found.found) != (found.found, found.stored)
    assert "kr." in found.stored
    assert [line for line in faults() if "fingeraftryk" in line and str(row.pk) in line]


def test_a_program_that_reckons_otherwise_is_told_from_a_changed_row(
    decided: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row gives its own fingerprint, the recalculation does not: the fault is the program's."""
    right = replay_module.decide

    def wrong(facts: Any, rates: Any, parameters: Any) -> Any:
        from dataclasses import replace

        return right(facts, replace(rates, reduction_below=Decimal("0.31")), parameters)

    monkeypatch.setattr(replay_module, "decide", wrong)
    assert {one.kind for one in replay(Scope()).differences} == {AlarmKind.DIFFERENT}


def test_older_rules_are_counted_and_still_held_against_their_own_fingerprint(decided: list[Decision]) -> None:
    from cases.fingerprint import fingerprint_of

    row = decided[0]
    own = fingerprint_of(row.facts, row.rates, row.parameters, row.steps, row.concerns, row.outcome, "2025.9")
    behind_the_back(Decision, row.pk, rules_version="2025.9", fingerprint=own)
    result = replay(Scope())
    assert (result.checked, result.old_rules, result.differences) == (3, 1, [])
    behind_the_back(Decision, row.pk, **other_birthday(row))
    assert [one.where for one in replay(Scope()).differences] == ["fingeraftryk (ældre regler)"]


@pytest.mark.parametrize("column", ["subsidy", "payable_before_tax"])
def test_a_changed_payment_is_found_also_when_the_sum_is_the_same(decided: list[Decision], column: str) -> None:
    first, second = Payment.objects.order_by("id")[:2]
    behind_the_back(Payment, first.pk, **{column: int(getattr(first, column) * 100) + 5000})
    behind_the_back(Payment, second.pk, **{column: int(getattr(second, column) * 100) - 5000})
    found = [line for line in faults() if line.startswith("Udbetaling og afgørelse")]
    assert len(found) == 2


def test_changed_amounts_of_a_decision_do_not_add_up(decided: list[Decision]) -> None:
    behind_the_back(Decision, decided[0].pk, extra_atp=1)
    assert [line for line in faults() if line.startswith("Trin")]


def test_an_older_history_row_and_a_look_are_found_by_their_seals(decided: list[Decision]) -> None:
    grant = Grant.objects.first()
    for text in ("mangler lønseddel", ""):
        grant.needs_manual = text
        grant.save()
    log_access(User.objects.system(), grant.citizen, "Sagen")
    seal(NOW)
    assert not list(faults())
    old = grant.history.filter(needs_manual="mangler lønseddel").get()
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Grant.history.model._meta.db_table} SET needs_manual = 'x' WHERE history_id = %s",
            [old.history_id],
        )
        cursor.execute(f"DELETE FROM {AccessLog._meta.db_table}")
    found = [line for line in faults() if line.startswith("Segl")]
    assert any("historicalgrant" in line and "ændret" in line for line in found)
    assert any("accesslog" in line and "forsvundet" in line for line in found)


def test_a_seal_cannot_be_taken_out_or_made_anew(decided: list[Decision]) -> None:
    seal(NOW)
    log_access(User.objects.system(), Citizen.objects.first(), "Sagen")
    seal(NOW)
    log_access(User.objects.system(), Citizen.objects.first(), "Sagen")
    assert seal(NOW) == 1
    second = Seal.objects.filter(table=AccessLog._meta.db_table).order_by("first_id")[0]
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Seal._meta.db_table} WHERE id = %s", [second.pk])
    assert [line for line in faults() if "et segl før det mangler" in line]


def test_a_payment_may_still_move_after_the_seal(decided: list[Decision]) -> None:
    seal(NOW)
    payment = Payment.objects.first()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Payment._meta.db_table} SET status = 'held' WHERE id = %s", [payment.pk])
    assert not [line for line in faults() if line.startswith("Segl")]


def test_the_night_writes_its_controls_and_one_alarm_a_fault(decided: list[Decision]) -> None:
    assert nightly_control(NOW) == []
    assert [one.faults for one in ControlRun.objects.order_by("id")] == [0, 0]
    behind_the_back(Decision, decided[0].pk, **lower_step(decided[0]))
    for _ in range(2):
        assert any(line.startswith("Genafspilning") for line in nightly_control(NOW))
    alarm = ReplayAlarm.objects.get()
    assert (alarm.decision, alarm.grant) == (decided[0], decided[0].grant)
    assert alarm.history.count() == 1


def test_the_sample_of_a_day_is_the_same_and_bounded(decided: list[Decision]) -> None:
    assert replay_sample(date(2026, 11, 12), 2).checked == 2
    behind_the_back(Decision, decided[1].pk, **lower_step(decided[1]))
    days = [date(2026, 11, day) for day in range(1, 15)]
    found = [bool(replay_sample(day, 1).differences) for day in days]
    assert found == [bool(replay_sample(day, 1).differences) for day in days]
    assert True in found
    assert False in found


def test_the_command_replays_a_year_and_says_what_differs(decided: list[Decision], capsys: Any) -> None:
    call_command("replay", "--year", "2026", "--processes", "1")
    assert "3 beregnet igen (tilskudsår 2026), 0 forskelle" in capsys.readouterr().out
    call_command("replay", "--year", "2025")
    assert "0 beregnet igen" in capsys.readouterr().out
    behind_the_back(Decision, decided[0].pk, **lower_step(decided[0]))
    with pytest.raises(SystemExit) as stopped:
        call_command("replay", "--municipality", "0999")
    assert stopped.value.code == 1
    assert f"Afgørelse {decided[0].pk}: Rækken er ændret uden om programmet. trin 1" in capsys.readouterr().err


def test_an_answered_alarm_keeps_who_when_and_what(decided: list[Decision]) -> None:
    behind_the_back(Decision, decided[0].pk, **lower_step(decided[0]))
    (alarm,) = record(replay(Scope()), Scope(), User.objects.system(), NOW)
    karen = make_user("karen", Role.COORDINATOR, decided[0].municipality)
    with pytest.raises(Refused, match="Skriv, hvad alarmen skyldtes"):
        answer_alarm(alarm, " ", karen, NOW)
    done = answer_alarm(alarm, "Rettet af driften ved en fejl; anmeldt.", karen, NOW)
    assert (done.answered_by, done.history.count()) == (karen, 2)
    with pytest.raises(Refused, match="allerede"):
        answer_alarm(alarm, "igen", karen, NOW)
