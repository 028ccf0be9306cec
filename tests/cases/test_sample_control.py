"""Sample control: a draw that anybody can make again, verdicts, the recalculation, and how often it was wrong."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.consistency import samples_differ
from cases.interval import wilson
from cases.jobs import tick
from cases.models import (
    AccessLog,
    Fault,
    Municipality,
    ProcessKind,
    Role,
    Run,
    Sample,
    SampleItem,
    SampleSetting,
    Task,
    TaskKind,
    User,
)
from cases.refused import Conflict, Refused
from cases.sample_control import draw, draw_due, error_rate, error_rates, judge, open_recalculation, redrawn
from tests.cases.builders import NOVEMBER, NOW, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

CASES = 9


@pytest.fixture
def home() -> Municipality:
    """Nine that pass by themselves and one that stops; a quarter is drawn."""
    home = make_municipality()
    for number in range(CASES + 1):
        case = make_case(home, number, ceiling=None if number == CASES else "40000")
        give(case, ordinary())
    SampleSetting.objects.create(municipality=home, valid_from=date(2026, 1, 1), percent=Decimal(25))
    run(home)
    return home


@pytest.fixture
def aase(home: Municipality) -> User:
    return make_user("aase", Role.CASEWORKER, home)


def system() -> User:
    return User.objects.system()


def test_the_draw_is_the_lowest_hashes_of_seed_and_id_rounded_up(home: Municipality) -> None:
    sample = draw(home, NOVEMBER, system(), NOW, seed="abc")
    with connection.cursor() as cursor:
        cursor.execute("SELECT d.id FROM cases_decision d WHERE d.outcome = 'paid' ORDER BY d.id")
        ids = [row[0] for row in cursor.fetchall()]
    by_hash = sorted(ids, key=lambda id_: hashlib.sha256(f"abc:{id_}".encode()).hexdigest())
    assert (len(ids), sample.population) == (CASES, CASES)
    assert list(sample.items.values_list("decision_id", flat=True)) == by_hash[:3]
    assert sample.population_digest == hashlib.sha256("\n".join(map(str, ids)).encode()).hexdigest()
    assert redrawn(sample)


def test_another_seed_draws_others_and_an_unsaid_seed_is_not_known_beforehand(home: Municipality) -> None:
    sample = draw(home, NOVEMBER, system(), NOW)
    assert len(sample.seed) == 32
    assert sample.drawn_by == system()


def test_a_later_decision_does_not_change_the_draw_but_a_changed_row_is_found(home: Municipality, aase: User) -> None:
    sample = draw(home, NOVEMBER, system(), NOW, seed="abc")
    item = sample.items.first()
    judge(item, "wrong", Fault.CEILING, "Loftet er et andet", aase, NOW)
    decision = item.decision
    decision.pk, decision.sequence, decision.supersedes, decision.decided_by = None, 2, decision.pk, aase
    decision._state.adding = True
    decision.save()
    assert redrawn(sample)
    assert list(samples_differ()) == []
    others = sample.items.model.objects.exclude(pk=item.pk).first()
    SampleItem.objects.filter(pk=others.pk).update(decision=decision.pk)
    assert "Stikprøve november 2026" in next(iter(samples_differ()))


def test_nothing_is_drawn_without_a_share_before_the_run_is_done_or_twice(home: Municipality) -> None:
    with pytest.raises(Refused, match="Kørslen er ikke færdig"):
        draw(home, NOVEMBER + 1, system(), NOW)
    Run.objects.update(state="running")
    with pytest.raises(Refused, match="Kørslen er ikke færdig"):
        draw(home, NOVEMBER, system(), NOW)
    Run.objects.update(state="done")
    draw(home, NOVEMBER, system(), NOW)
    with pytest.raises(Refused, match="kun én gang"):
        draw(home, NOVEMBER, system(), NOW)
    SampleSetting.objects.all().delete()
    with pytest.raises(Refused, match="ikke sat en andel"):
        draw(home, NOVEMBER, system(), NOW)


@pytest.mark.parametrize(("percent", "count"), [("0", None), ("0.01", 1), ("25", 3), ("100", CASES)])
def test_the_share_in_force_decides(percent: str, count: int | None, home: Municipality) -> None:
    SampleSetting.objects.create(municipality=home, valid_from=date(2026, 11, 30), percent=Decimal(percent))
    SampleSetting.objects.create(municipality=home, valid_from=date(2026, 12, 1), percent=Decimal(50))
    drawn = draw_due(NOW)
    assert [sample.items.count() for sample in drawn] == ([] if count is None else [count])
    assert draw_due(NOW) == []


def test_the_workers_tick_draws(home: Municipality, monkeypatch: Any) -> None:
    monkeypatch.setattr("cases.jobs.start_due_runs", lambda today, now: [])
    tick()
    assert Sample.objects.get().items.count() == 3


def test_a_wrong_one_needs_its_fault_and_a_note(home: Municipality, aase: User) -> None:
    item = draw(home, NOVEMBER, system(), NOW).items.first()
    for verdict, fault, note, sentence in (
        ("", "", "", "rigtig eller forkert"),
        ("wrong", "", "x", "hvad der er forkert"),
        ("wrong", "income", " ", "Skriv kort"),
    ):
        with pytest.raises(Refused, match=sentence):
            judge(item, verdict, fault, note, aase, NOW)
    assert judge(item, "wrong", "income", "Mangler løn", aase, NOW).fault == "income"
    again = judge(item, "right", "income", "", aase, NOW)
    assert (again.verdict, again.fault, again.history.count()) == ("right", "", 3)


def test_one_click_opens_the_recalculation_once(home: Municipality, aase: User) -> None:
    item = draw(home, NOVEMBER, system(), NOW).items.first()
    with pytest.raises(Refused, match="vurderet forkert"):
        open_recalculation(item, aase, NOW)
    judge(item, "wrong", "ceiling", "Loftet er et andet", aase, NOW)
    process = open_recalculation(item, aase, NOW)
    assert (process.kind, process.first_month, process.last_month) == (ProcessKind.RECALCULATION, NOVEMBER, NOVEMBER)
    assert Task.objects.get(kind=TaskKind.RECALCULATION).grant_id == item.decision.grant_id
    with pytest.raises(Conflict):
        open_recalculation(item, aase, NOW)
    with pytest.raises(Conflict):
        judge(item, "right", "", "", aase, NOW)


def test_the_error_rate_counted_again_by_sql(home: Municipality, aase: User) -> None:
    items = list(draw(home, NOVEMBER, system(), NOW).items.all())
    judge(items[0], "wrong", "hours", "Timer", aase, NOW)
    judge(items[1], "right", "", "", aase, NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), SUM(CASE WHEN verdict <> '' THEN 1 ELSE 0 END), "
            "SUM(CASE WHEN verdict = 'wrong' THEN 1 ELSE 0 END) FROM cases_sampleitem"
        )
        drawn, judged, wrong = cursor.fetchone()
    rate = error_rate(home, NOVEMBER, NOVEMBER)
    assert (rate.drawn, rate.judged, rate.wrong, rate.percent) == (drawn, judged, wrong, Decimal("50.0"))
    assert rate.interval == (Decimal("9.5"), Decimal("90.5"))
    assert rate.faults == ((Fault.HOURS.label, 1),)
    assert error_rates(home, NOVEMBER - 3, NOVEMBER).keys() == {NOVEMBER}


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 20, "0.0", "16.1"), (1, 20, "0.9", "23.6"), (10, 100, "5.5", "17.4"), (20, 20, "83.9", "100.0")],
)
def test_the_wilson_interval(hits: int, of: int, low: str, high: str) -> None:
    assert wilson(hits, of) == (Decimal(low), Decimal(high))


def test_the_interval_of_nothing_and_of_nonsense() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 af 2"):
        wilson(3, 2)


# --- Pages -----------------------------------------------------------------------------------------------------


def test_a_coordinator_draws_and_a_caseworker_judges_and_recalculates(home: Municipality, aase: User) -> None:
    karen, her = Client(), Client()
    karen.force_login(make_user("karen", Role.COORDINATOR, home))
    her.force_login(aase)
    assert her.post(reverse("draw_sample"), {"kommune": "0999"}).status_code == 403
    karen.post(reverse("draw_sample"), {"kommune": "0999"})
    items = list(SampleItem.objects.all())
    page = her.get(reverse("samples")).content.decode()
    assert all(reverse("sample_item", args=[item.pk]) in page for item in items)
    assert "Ærlig" not in page
    first = reverse("sample_item", args=[items[0].pk])
    assert "Dit fleksløntilskud" in her.get(first).content.decode()
    assert AccessLog.objects.filter(user=aase, citizen=items[0].decision.grant.citizen).exists()
    assert her.post(first, {"act": "wrong"}).status_code == 422
    assert her.post(first, {"act": "right"})["Location"] == reverse("sample_item", args=[items[1].pk])
    wrong = {"act": "wrong_and_recalculate", "fault": "income", "note": "Lønnen fra det andet job mangler"}
    answer = her.post(reverse("sample_item", args=[items[1].pk]), wrong)
    assert answer["Location"] == reverse("task", args=[Task.objects.get(kind=TaskKind.RECALCULATION).pk])
    assert "Det samme" not in page
    karen.post(reverse("redraw_sample", args=[items[0].sample_id]))
    assert "de samme afgørelser" in karen.get(reverse("samples")).content.decode()


def test_an_auditor_reads_and_a_neighbour_sees_nothing(home: Municipality) -> None:
    item = draw(home, NOVEMBER, system(), NOW).items.first()
    address = reverse("sample_item", args=[item.pk])
    rikke, niels = Client(), Client()
    rikke.force_login(make_user("rikke", Role.AUDITOR, home))
    niels.force_login(make_user("niels", Role.CASEWORKER, make_municipality("0998")))
    assert rikke.get(address).status_code == 200
    assert rikke.post(address, {"act": "right"}).status_code == 403
    for answer in (niels.get(address), niels.post(address, {"act": "right"})):
        assert answer.status_code == 404
    assert niels.post(reverse("redraw_sample", args=[item.sample_id])).status_code == 404
