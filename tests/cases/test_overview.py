"""The overview of each role, the recent cases, and the saved views of the inbox."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import AccessLog, Letter, Role, SavedView, Task, User
from cases.recent import FOUND, recent_cases
from cases.standing import automation_by_month, desks, late
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    TODAY,
    changed,
    cpr,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    run,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Any:
    municipality = make_municipality("0999")
    for number in range(3):
        pays = ordinary() if number else changed(ordinary(), 0, amount="16000.00")
        give(make_case(municipality, number), pays)
    run(municipality)
    return municipality


def signed_in(name: str, role: Role, municipality: Any) -> Client:
    client = Client()
    client.force_login(make_user(name, role, municipality))
    return client


def said(rows: list[Any]) -> dict[str, int]:
    return {one.text: one.count for one in rows}


def test_what_is_late_is_counted_and_nothing_else(home: Any) -> None:
    user = make_user("aase", Role.CASEWORKER, home)
    task = Task.objects.get()
    assert late(user, TODAY) == []
    assert said(late(user, task.due_date + timedelta(days=1)))["opgaver over fristen"] == 1
    Letter.objects.create(
        grant=task.grant, kind="question", recipient="citizen", subject="Timer", body="?",
        deadline=TODAY - timedelta(days=1), sent_at=timezone.now(),
    )  # fmt: skip
    assert "breve uden svar efter fristen" in said(late(user, TODAY))
    assert late(make_user("niels", Role.CASEWORKER, make_municipality("0998")), TODAY) == []


def test_the_month_that_nobody_has_started_is_late_after_its_run_day(home: Any) -> None:
    user = make_user("karen", Role.COORDINATOR, home)
    december = (NOVEMBER + 1).first_day + timedelta(days=20)
    assert any("kørslen for december 2026 er ikke startet" in text for text in said(late(user, december)))


def test_desks_name_the_free_tasks_first(home: Any) -> None:
    user = make_user("karen", Role.COORDINATOR, home)
    assert [(row["name"], row["count"]) for row in desks(user)] == [("Ikke taget", 1)]
    Task.objects.update(assigned_to=user)
    assert [(row["name"], row["count"]) for row in desks(user)] == [("Karen", 1)]


def test_the_share_is_what_the_run_says(home: Any) -> None:
    (month,) = automation_by_month(home, NOW)
    assert (month.month, month.automatic, month.total, month.share) == (NOVEMBER, 2, 3, Decimal("66.7"))


@pytest.mark.parametrize(
    ("role", "there", "not_there"),
    [
        (Role.CASEWORKER, ("Seneste sager", "Det er for sent", "Tag næste opgave"), ("Hos hvem", "Afgjort uden")),
        (Role.COORDINATOR, ("Hos hvem", "Afgjort uden en person", "venter på at blive frigivet"), ()),
        (
            Role.AUDITOR,
            ("Afgjort uden en person", "Det er for sent"),
            ("Tag næste opgave", "Seneste sager", "Hos hvem"),
        ),
        (Role.ADMINISTRATOR, ("Brugere", "Næste skridt"), ("Det er for sent", "Åse Ærlig")),
    ],
)
def test_each_role_has_its_own_overview(
    home: Any, role: Role, there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    page = signed_in("en", role, home).get(reverse("overview")).content.decode()
    assert [one for one in there if one not in page] == []
    assert [one for one in not_there if one in page] == []


def test_who_sets_the_installation_up_is_told_how_a_municipality_comes_in(home: Any, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", "", "x"))
    page = client.get("/").content.decode()
    assert "Sådan kommer en kommune i gang" in page
    assert "0999 Kommune 0999 <span" in page
    assert "har ingen administrator endnu" in page
    make_user("adam", Role.ADMINISTRATOR, home)
    assert "har ingen administrator endnu" not in client.get("/").content.decode()


def test_the_overview_asks_as_little_for_many_cases(home: Any, django_assert_max_num_queries: Any) -> None:
    karen = signed_in("karen", Role.COORDINATOR, home)
    for number in range(4, 24):
        give(make_case(home, number, cpr_number=cpr(number)), changed(ordinary(), 0, amount="16000.00"))
    run(home)
    with django_assert_max_num_queries(45):
        karen.get(reverse("overview"))


def test_recent_cases_are_those_opened_not_those_a_search_listed(home: Any) -> None:
    user = make_user("aase", Role.CASEWORKER, home)
    client = Client()
    client.force_login(user)
    first, second, third = home.grants.order_by("id")
    for grant in (first, second, first):
        client.get(reverse("case", args=[grant.pk]))
    client.post(reverse("search"), {"words": "ærlig"})
    assert AccessLog.objects.filter(user=user, citizen=third.citizen, action=FOUND).exists()
    assert recent_cases(user) == [first, second]
    assert recent_cases(make_user("bo", Role.CASEWORKER, home)) == []
    assert second.citizen.name in client.get(reverse("search")).content.decode()


def test_a_view_is_kept_for_its_user_alone(home: Any) -> None:
    aase, bo = signed_in("aase", Role.CASEWORKER, home), signed_in("bo", Role.CASEWORKER, home)
    kept = {"name": "  Store   fald ", "query": "sort=kr&vis=ledige&side=3&fremmed=x"}
    answer = aase.post(reverse("save_view"), kept)
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Store fald", "vis=ledige&sort=kr")
    assert answer["Location"].endswith("?vis=ledige&sort=kr")
    assert "Store fald" in aase.get(reverse("tasks")).content.decode()
    assert "Store fald" not in bo.get(reverse("tasks")).content.decode()
    assert bo.post(reverse("remove_view", args=[view.pk])).status_code == 404
    aase.post(reverse("save_view"), {"name": "Store fald", "query": "sort=alder"})
    assert SavedView.objects.get().query == "sort=alder"
    aase.post(reverse("remove_view", args=[view.pk]))
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("sent", [{"name": "", "query": "vis=mine"}, {"name": "Tom", "query": "fremmed=1"}])
def test_a_view_without_name_or_filter_is_refused(home: Any, sent: dict[str, str]) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    page = client.post(reverse("save_view"), sent, follow=True).content.decode()
    assert "Vælg mindst ét filter, og skriv et navn." in page
    assert not SavedView.objects.exists()
