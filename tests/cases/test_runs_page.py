"""Kørsler: start, rehearse, follow, close; by the coordinator of that municipality only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Decision, Failure, Municipality, Role, Run, RunState
from cases.run_month import start_run, waiting_blocks, work_block
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.views.runs.today", lambda: s.NOW.date())


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


@pytest.fixture
def karen(client: Client, of: Municipality) -> Client:
    client.force_login(s.user("karen", Role.COORDINATOR, of=of))
    return client


@pytest.fixture
def run(of: Municipality) -> Run:
    """A run with one case without income, not worked yet."""
    s.settings(of, include_income_automatically=True, full_automation=True)
    s.grant(of)
    return start_run(of, s.NOVEMBER, s.user("starter", Role.COORDINATOR, of=of), s.NOW)


def work(run: Run) -> None:
    for block in waiting_blocks(run):
        work_block(block, s.NOW)


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_the_page_asks_again_only_while_the_run_goes(karen: Client, run: Run) -> None:
    before = text_of(karen.get(reverse("run", args=[run.pk])))
    assert 'hx-trigger="every 2s"' in before
    assert "Kontrolsum stemmer" not in before
    work(run)
    after = text_of(karen.get(reverse("run_progress", args=[run.pk])))
    assert "hx-trigger" not in after
    assert "Kontrolsum stemmer" in after
    assert "<html" not in after


def test_the_counts_add_up_on_the_page(karen: Client, run: Run) -> None:
    work(run)
    progress = karen.get(reverse("run", args=[run.pk])).context["progress"]
    assert progress.total == progress.automatic + progress.manual + progress.failed + progress.waiting == 1


def test_reasons_link_to_the_inbox(karen: Client, run: Run) -> None:
    work(run)
    page = text_of(karen.get(reverse("run", args=[run.pk])))
    assert f"{reverse('tasks')}?aarsag=INC2&amp;maaned=2026-11" in page


def test_a_start_makes_the_run_and_hands_it_to_the_worker(karen: Client, of: Municipality) -> None:
    from django_q.models import OrmQ

    s.grant(of)
    answer = karen.post(reverse("start_run"), {"maaned": "2026-11"})
    run = Run.objects.get()
    assert answer.url == reverse("run", args=[run.pk])
    assert (run.municipality, str(run.benefit_month), run.started_by.username) == (of, "2026-11", "karen")
    assert OrmQ.objects.count() == run.blocks.count() == 1


def test_a_month_without_rates_is_refused_with_a_sentence(karen: Client) -> None:
    for extra in ({}, {"proeve": "1"}):
        answer = karen.post(reverse("start_run"), {"maaned": "2013-01", **extra}, follow=True)
        assert "Der er ingen satser for 2013-01" in text_of(answer)
    assert not Run.objects.exists()


def test_a_month_that_has_not_begun_is_only_rehearsed(karen: Client, of: Municipality) -> None:
    s.grant(of)
    refused = karen.post(reverse("start_run"), {"maaned": "2026-12"}, follow=True)
    assert "December 2026 er ikke begyndt" in text_of(refused)
    assert not Run.objects.exists()
    assert karen.post(reverse("start_run"), {"maaned": "2026-12", "proeve": "1"}).context["result"].total == 1


def test_a_rehearsal_writes_nothing(karen: Client, of: Municipality) -> None:
    s.grant(of)
    answer = karen.post(reverse("start_run"), {"maaned": "2026-11", "proeve": "1"})
    assert "intet er gemt" in text_of(answer)
    assert answer.context["result"].total == 1
    assert not Run.objects.exists()
    assert not Decision.objects.exists()


def test_a_month_is_closed_once_it_is_done(karen: Client, run: Run) -> None:
    refused = karen.post(reverse("close_month", args=[run.pk]), follow=True)
    assert "Kørslen er ikke færdig" in text_of(refused)
    work(run)
    closed = text_of(karen.post(reverse("close_month", args=[run.pk]), follow=True))
    assert "Måneden blev lukket" in closed
    assert "Luk måneden" not in closed
    run.refresh_from_db()
    assert (run.state, run.closed_by.username) == (RunState.CLOSED, "karen")
    assert "er lukket" in text_of(karen.post(reverse("start_run"), {"maaned": "2026-11"}, follow=True))


def test_a_failure_is_named_with_its_case(karen: Client, run: Run) -> None:
    work(run)
    case = run.municipality.grants.get()
    Failure.objects.create(run=run, grant=case, message="ZeroDivisionError", happened_at=s.NOW)
    page = text_of(karen.get(reverse("run", args=[run.pk])))
    assert f'href="{reverse("case", args=[case.pk])}"' in page
    assert "Sager, der fejlede" in page


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_readers_see_and_cannot_start_or_close(role: Role, client: Client, run: Run, of: Municipality) -> None:
    client.force_login(s.user("laeser", role, of=of))
    assert client.get(reverse("run", args=[run.pk])).status_code == 200
    assert "Start kørsel" not in text_of(client.get(reverse("runs")))
    assert client.post(reverse("start_run"), {"maaned": "2026-11"}).status_code == 403
    assert client.post(reverse("close_month", args=[run.pk])).status_code == 403


def test_another_municipalitys_run_is_not_there(client: Client, run: Run, of: Municipality) -> None:
    """Also for a coordinator there who is caseworker here: the role counts where it is held."""
    other = s.municipality("0998", "Anden Kommune")
    client.force_login(s.user("niels", Role.COORDINATOR, of=other))
    for name in ("run", "run_progress"):
        assert client.get(reverse(name, args=[run.pk])).status_code == 404
    assert client.post(reverse("close_month", args=[run.pk])).status_code == 404
    assert client.post(reverse("start_run"), {"maaned": "2026-11", "kommune": of.code}).status_code == 403
    assert "Prøvekøbing" not in text_of(client.get(reverse("runs")))
