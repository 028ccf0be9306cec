"""Follow-ups by themselves: lost right, folkepension, expiring grants, wage ceilings. Safe to run every day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases import follow_ups, letters
from cases.consistency import faults
from cases.lost_right import Lost, answer_follow_up, end_lost_right, register_lost_right
from cases.models import Grant, Letter, Period, Role, Task, TaskKind, User
from cases.refused import Refused
from cases.set_ceiling import confirm_ceiling
from rules.pension_age import pension_date
from tests.cases.builders import NOW, OCTOBER, TODAY, make_case, make_municipality, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


@pytest.fixture
def grant(municipality: Any) -> Grant:
    return make_case(municipality)


def at(day: date) -> datetime:
    return datetime.combine(day, time(3), UTC)


def daily(day: date) -> dict[str, int]:
    return follow_ups.daily(day, at(day))


def lost(**changes: Any) -> Lost:
    given = {"kind": "sickness", "first_day": OCTOBER.first_day, "amount": Decimal(4000), "source": "Sygedagpenge"}
    return Lost(**{**given, **changes})


# --- lost right --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "benefit"),
    [
        ("sickness", "sickness_benefit"),
        ("resource_course", "resource_course_benefit"),
        ("too_late", "sickness_benefit"),
    ],
)
def test_each_kind_of_lost_right_takes_off_its_benefit(grant: Grant, aase: User, kind: str, benefit: str) -> None:
    row = register_lost_right(grant, lost(kind=kind, last_day=OCTOBER.last_day), aase, NOW)
    assert (row.benefit, row.lost_kind, row.amount) == (benefit, kind, 4000)
    assert row.history.get().history_user == aase
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    "change", [{"kind": "x"}, {"amount": Decimal(0)}, {"source": ""}, {"last_day": date(2026, 9, 1)}]
)
def test_a_lost_right_that_is_not_whole_is_refused(grant: Grant, aase: User, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        register_lost_right(grant, lost(**change), aase, NOW)
    assert not Period.objects.exists()


def test_an_overlapping_lost_right_of_the_same_benefit_is_refused(grant: Grant, aase: User) -> None:
    register_lost_right(grant, lost(), aase, NOW)
    with pytest.raises(Refused, match="overlapper"):
        register_lost_right(grant, lost(kind="too_late", first_day=date(2027, 1, 1)), aase, NOW)
    assert register_lost_right(grant, lost(kind="resource_course"), aase, NOW).pk


def test_without_an_end_the_follow_up_is_opened_when_it_is_saved_and_comes_monthly(grant: Grant, aase: User) -> None:
    register_lost_right(grant, lost(), aase, NOW)
    task = Task.objects.get()
    assert (task.kind, task.due_date) == (TaskKind.LOST_RIGHT, date(2026, 12, 11))
    assert [one.message for one in task.concerns.all()] == [
        "Er borgeren stadig ansat i fleksjobbet?",
        "Er borgeren stadig uden ret til sygedagpenge?",
    ]
    assert daily(date(2026, 11, 12))["mistet ret"] == 0
    answered = at(date(2026, 12, 1))
    answer_follow_up(task, still_in_fleksjob=True, still_without_right=True, note="Ringet", user=aase, now=answered)
    assert [one.note for one in task.concerns.all()] == ["Ja. Ringet", "Ja. Ringet"]
    assert daily(date(2026, 12, 31))["mistet ret"] == 0
    assert daily(date(2027, 1, 1))["mistet ret"] == 1
    assert daily(date(2027, 1, 1))["mistet ret"] == 0


def test_a_follow_up_nobody_answers_becomes_urgent_after_three_months(grant: Grant, aase: User) -> None:
    register_lost_right(grant, lost(), aase, NOW)
    daily(date(2027, 2, 11))
    assert Task.objects.get(kind=TaskKind.LOST_RIGHT).priority == 100
    daily(date(2027, 2, 12))
    daily(date(2027, 2, 13))
    task = Task.objects.get(kind=TaskKind.LOST_RIGHT)
    assert (task.priority, task.history.count()) == (10, 2)


def test_it_ends_when_every_period_has_an_end(grant: Grant, aase: User) -> None:
    first = register_lost_right(grant, lost(), aase, NOW)
    second = register_lost_right(grant, lost(kind="resource_course"), aase, NOW)
    assert Task.objects.count() == 1
    end_lost_right(first, TODAY, "Rask", aase, NOW)
    assert Task.objects.open().exists()
    end_lost_right(second, TODAY, "Slut", aase, NOW)
    assert not Task.objects.open().exists()
    assert daily(date(2027, 3, 1))["mistet ret"] == 0
    with pytest.raises(Refused, match="før den begynder"):
        end_lost_right(first, date(2026, 9, 1), "x", aase, NOW)


def test_no_right_lost_any_more_ends_the_period_and_no_fleksjob_proposes_the_end(grant: Grant, aase: User) -> None:
    register_lost_right(grant, lost(), aase, NOW)
    task = Task.objects.get()
    with pytest.raises(Refused, match="sidste dag"):
        answer_follow_up(task, still_in_fleksjob=False, still_without_right=False, note="x", user=aase, now=NOW)
    answer_follow_up(
        task, still_in_fleksjob=False, still_without_right=False, note="Fyret", user=aase, now=NOW, ends_on=TODAY
    )
    assert Period.objects.get().last_day == TODAY
    end = Task.objects.open().get()
    assert (end.kind, end.headline) == (TaskKind.END_GRANT, "Borgeren er ikke længere i fleksjob: Fyret")
    assert list(faults()) == []


# --- folkepension ------------------------------------------------------------------------------------------


def test_folkepension_is_told_three_months_ahead_once_per_citizen_ever(municipality: Any, aase: User) -> None:
    grant = make_case(municipality)
    reached = pension_date(grant.citizen.birth_date)
    ahead = date(reached.year, reached.month - 3, reached.day) if reached.month > 3 else None
    start = ahead or reached - timedelta(days=89)
    assert daily(start - timedelta(days=4))["folkepension"] == 0
    assert daily(start)["folkepension"] == 1
    assert daily(start)["folkepension"] == 0
    task, letter = Task.objects.get(kind=TaskKind.PENSION), Letter.objects.get()
    assert (letter.task, letter.sent_at) == (task, None)
    assert "Du når folkepensionsalderen" in letter.body
    with pytest.raises(Refused, match="Send brevet"):
        follow_ups.done(task, "Set", aase, NOW)
    letters.send(letter, aase, NOW)
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("accepted", aase)
    assert daily(start + timedelta(days=1))["folkepension"] == 0
    grant.last_day = start
    grant.save()
    Grant.objects.create(
        municipality=municipality, citizen=grant.citizen, number="ny", first_day=start + timedelta(days=1)
    )
    assert daily(start + timedelta(days=2))["folkepension"] == 0


def test_a_young_citizen_and_an_ended_grant_get_no_pension_task(municipality: Any) -> None:
    make_case(municipality, last_day=date(2027, 1, 1))
    assert daily(date(2027, 2, 1))["folkepension"] == 0
    assert daily(TODAY)["folkepension"] == 0


# --- expiring grants and ceilings --------------------------------------------------------------------------


def test_a_grant_that_expires_within_three_months_has_one_task_for_its_end(municipality: Any) -> None:
    grant = make_case(municipality, last_day=date(2027, 2, 10))
    assert daily(date(2026, 11, 9))["bevillinger, der udløber"] == 0
    assert daily(date(2026, 11, 10))["bevillinger, der udløber"] == 1
    assert daily(date(2026, 11, 11))["bevillinger, der udløber"] == 0
    grant.last_day = date(2032, 2, 10)
    grant.save()
    assert daily(date(2031, 12, 1))["bevillinger, der udløber"] == 1


def test_a_ceiling_nobody_has_confirmed_for_a_year_is_asked_for(municipality: Any, aase: User) -> None:
    grant = make_case(municipality, first_day=date(2026, 1, 1))
    assert daily(date(2026, 12, 31))["lønlofter"] == 0
    assert daily(date(2027, 1, 1))["lønlofter"] == 1
    assert daily(date(2027, 1, 2))["lønlofter"] == 0
    task = Task.objects.get(kind=TaskKind.CEILING)
    assert "40.000,00 kr. er fra 1. januar 2026" in task.headline
    confirm_ceiling(grant, "Arbejdsgiver", aase, at(date(2027, 1, 10)))
    assert not Task.objects.open().exists()
    assert daily(date(2028, 1, 9))["lønlofter"] == 0
    assert daily(date(2028, 1, 10))["lønlofter"] == 1


def test_a_case_without_a_ceiling_is_not_asked_to_confirm_one(municipality: Any) -> None:
    make_case(municipality, ceiling=None)
    assert daily(TODAY)["lønlofter"] == 0


def test_a_simple_follow_up_is_closed_with_what_was_done(municipality: Any, aase: User) -> None:
    make_case(municipality, last_day=date(2027, 1, 10))
    daily(TODAY)
    task = Task.objects.get(kind=TaskKind.EXPIRING)
    with pytest.raises(Refused, match="hvad du har gjort"):
        follow_ups.done(task, "", aase, NOW)
    follow_ups.done(task, "Forlænges af jobcentret", aase, NOW, task.version)
    assert task.concerns.get().note == "Forlænges af jobcentret"


def test_one_case_that_fails_does_not_stop_the_others(municipality: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        make_case(municipality, number, last_day=date(2027, 1, 10))
    real = follow_ups.open_task

    def failing(citizen: Any, grant: Grant, *given: Any, **more: Any) -> Any:
        if grant.number.endswith("1"):
            raise ValueError("x")
        return real(citizen, grant, *given, **more)

    monkeypatch.setattr(follow_ups, "open_task", failing)
    assert follow_ups.expiring(TODAY, User.objects.system(), NOW) == 1


# --- a program error on one case ---------------------------------------------------------------------------


def test_a_program_error_stops_only_its_own_case_and_lands_on_a_desk(municipality: Any, monkeypatch: Any) -> None:
    broken, sound = make_case(municipality, number=1), make_case(municipality, number=2)
    for one in (broken, sound):
        one.wage_ceilings.update(first_day=date(2024, 1, 1))
    asks = follow_ups._ceiling_task

    def fails(grant: Grant, *args: Any) -> Task:
        if grant == broken:
            raise ZeroDivisionError("ingen timer")
        return asks(grant, *args)

    monkeypatch.setattr(follow_ups, "_ceiling_task", fails)
    for day in (TODAY, TODAY + timedelta(days=1)):
        daily(day)
    assert [task.grant for task in Task.objects.open().filter(kind=TaskKind.CEILING)] == [sound]
    task = Task.objects.open().get(kind=TaskKind.FAILURE)
    assert (task.grant, task.note) == (broken, "ZeroDivisionError: ingen timer")
    assert "lønloft" in task.headline
    monkeypatch.setattr(follow_ups, "_ceiling_task", asks)
    daily(TODAY + timedelta(days=2))
    assert not Task.objects.open().filter(kind=TaskKind.FAILURE).exists()
    assert Task.objects.open().filter(kind=TaskKind.CEILING).count() == 2
