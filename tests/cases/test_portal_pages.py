"""The caseworker's pages: who gets in, what is asked, and that no citizen leaks from one municipality to another."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import AccessLog, Citizen, Grant, Role, Task
from tests.cases.builders import (
    NOVEMBER,
    OCTOBER,
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

TABS = ("maaneder", "indtaegter", "job", "perioder", "breve", "historik", "opslag")
HIGH = changed(ordinary(), 0, amount="16000.00")


@pytest.fixture
def home() -> Any:
    return make_municipality("0999")


@pytest.fixture
def task(home: Any) -> Task:
    """A stopped case; beside it one that passed by itself."""
    stopped, passed = make_case(home), make_case(home, 1, paid="18000")
    give(stopped, HIGH)
    give(passed, ordinary())
    run(home)
    return Task.objects.get(grant=stopped)


def signed_in(name: str, role: Role, municipality: Any) -> Client:
    client = Client()
    client.force_login(make_user(name, role, municipality))
    return client


def addresses(task: Task) -> list[str]:
    """Every address of the portal that shows one citizen."""
    case = reverse("case", args=[task.grant_id])
    return [
        reverse("task", args=[task.pk]),
        *(f"{case}?fane={tab}" for tab in TABS),
        f"{case}?maaned={NOVEMBER}",
        reverse("act", args=[task.grant_id, "manuel"]),
        *(reverse("new_part", args=[task.grant_id, part]) for part in ("loenloft", "job")),
        f"{reverse('calculator')}?sag={task.grant_id}",
    ]


def test_a_coordinator_opens_every_page_and_each_look_is_logged(home: Any, task: Task) -> None:
    karen = signed_in("karen", Role.COORDINATOR, home)
    for number, address in enumerate(addresses(task), start=1):
        answer = karen.get(address)
        assert answer.status_code == 200, address
        assert "Åse Ærlig 0" in answer.content.decode()
        assert AccessLog.objects.filter(citizen=task.grant.citizen).count() == number


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.COORDINATOR, Role.AUDITOR])
def test_another_municipality_sees_nothing(home: Any, task: Task, role: Role) -> None:
    stranger = signed_in("niels", role, make_municipality("0998"))
    for address in addresses(task):
        answer = stranger.get(address)
        assert answer.status_code in (403, 404), address
        assert "Ærlig" not in answer.content.decode()
    for name in ("tasks", "cases", "overview"):
        assert "Ærlig" not in stranger.get(reverse(name)).content.decode()
    for name in ("search", "tasks", "cases"):
        assert "Ærlig 0" not in stranger.post(reverse(name), {"words": "Ærlig"}).content.decode()
    assert not AccessLog.objects.filter(citizen=task.grant.citizen).exists()


def test_an_administrator_without_a_role_on_cases_sees_no_case(home: Any, task: Task) -> None:
    adam = signed_in("adam", Role.ADMINISTRATOR, home)
    for address in (*addresses(task), reverse("tasks"), reverse("cases"), reverse("search")):
        answer = adam.get(address)
        assert answer.status_code in (403, 404), address
        assert "Ærlig" not in answer.content.decode()
    first_page = adam.get(reverse("overview")).content.decode()
    assert "Administration" in first_page
    assert "Opgaver" not in first_page


def test_an_auditor_reads_and_changes_nothing(home: Any, task: Task) -> None:
    rikke = signed_in("rikke", Role.AUDITOR, home)
    page = rikke.get(reverse("task", args=[task.pk])).content.decode()
    assert "Godkend og beregn" not in page
    for address in (
        reverse("task", args=[task.pk]),
        reverse("live_sum", args=[task.pk]),
        reverse("take", args=[task.pk]),
        reverse("take_next"),
        reverse("assign_selected"),
        reverse("new_part", args=[task.grant_id, "loenloft"]),
        reverse("act", args=[task.grant_id, "manuel"]),
    ):
        assert rikke.post(address, {"act": "accept"}).status_code == 403, address


def test_a_reader_here_who_writes_elsewhere_writes_nothing_here(home: Any, task: Task) -> None:
    from cases.models import Membership, User

    client = signed_in("vera", Role.CASEWORKER, make_municipality("0998"))
    Membership.objects.create(user=User.objects.get(username="vera"), municipality=home, role=Role.AUDITOR)
    assert client.get(reverse("task", args=[task.pk])).status_code == 200
    assert client.post(reverse("task", args=[task.pk]), {"act": "accept"}).status_code == 403
    assert client.post(reverse("take", args=[task.pk])).status_code == 404
    assert client.post(reverse("new_part", args=[task.grant_id, "job"]), {}).status_code == 403


def test_nobody_gets_in_without_signing_in(task: Task) -> None:
    for address in addresses(task):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("login"))


def test_no_address_on_any_page_holds_a_cpr_number(home: Any, task: Task) -> None:
    karen = signed_in("karen", Role.COORDINATOR, home)
    numbers = list(Citizen.objects.values_list("cpr", flat=True))
    pages = [*addresses(task), reverse("tasks"), reverse("cases"), reverse("overview")]
    for address in pages:
        links = re.findall(r'(?:href|action|hx-post)="([^"]*)"', karen.get(address).content.decode())
        assert not [link for link in links for number in numbers if number in link or number[:6] in link]


def test_the_inbox_carries_the_number_of_the_reason(home: Any, task: Task) -> None:
    page = signed_in("aase", Role.CASEWORKER, home).get(reverse("tasks")).content.decode()
    assert "Indtægterne er for høje ift. de to foregående måneder" in page
    assert 'måneder <span class="strong nowrap">+33 % (grænse 15 %)</span>' in page


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("", True),
        ("vis=mine", False),
        ("vis=ledige", True),
        ("vis=loeste", False),
        ("vis=afventer", False),
        ("aarsag=INC4", True),
        ("aarsag=INC3", False),
        ("maaned=2026-11", True),
        ("maaned=2026-10", False),
        ("maaned=vrøvl&aarsag=vrøvl&hos=vrøvl&sort=vrøvl&side=vrøvl&vis=vrøvl", True),
        ("sort=kr", True),
        ("sort=borger", True),
        ("side=2", False),
    ],
)
def test_filters_stand_in_the_address(home: Any, task: Task, query: str, is_there: bool) -> None:
    page = signed_in("aase", Role.CASEWORKER, home).get(f"{reverse('tasks')}?{query}").content.decode()
    assert (reverse("task", args=[task.pk]) in page) is is_there


@pytest.mark.parametrize("words", ["åse", "ÆRLIG 0", "1704781236", "170478-1236", "170478"])
def test_search_finds_by_name_and_cpr_in_either_case(home: Any, task: Task, words: str) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    assert reverse("task", args=[task.pk]) in client.post(reverse("tasks"), {"words": words}).content.decode()
    assert reverse("case", args=[task.grant_id]) in client.post(reverse("cases"), {"words": words}).content.decode()


def test_one_hit_leads_straight_to_the_case_and_the_words_stay_out_of_the_address(home: Any, task: Task) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    for words in ("1704781236", task.grant.number):
        answer = client.post(reverse("search"), {"words": words})
        assert (answer.status_code, answer["Location"]) == (302, reverse("case", args=[task.grant_id]))
    both = client.post(reverse("search"), {"words": "ærlig"})
    assert both.status_code == 200
    assert both.content.decode().count("Åse Ærlig") == 2


def test_taking_the_next_task_prefers_ones_own(home: Any, task: Task) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    assert client.post(reverse("take_next"))["Location"] == reverse("task", args=[task.pk])
    task.refresh_from_db()
    assert task.assigned_to.username == "aase"
    assert client.post(reverse("take_next"), {"after": task.pk})["Location"] == reverse("tasks")


def test_only_a_coordinator_puts_tasks_on_another_desk(home: Any, task: Task) -> None:
    bo = make_user("bo", Role.CASEWORKER, home)
    aase, karen = signed_in("aase", Role.CASEWORKER, home), signed_in("karen", Role.COORDINATOR, home)
    asked = {"task": [task.pk], "to": bo.pk}
    assert aase.post(reverse("assign_selected"), asked).status_code == 403
    assert karen.post(reverse("assign_selected"), asked).status_code == 302
    task.refresh_from_db()
    assert task.assigned_to == bo
    karen.post(reverse("assign_selected"), {"task": [task.pk], "to": "nobody"})
    task.refresh_from_db()
    assert task.assigned_to is None


def test_the_case_page_letters_its_months(home: Any, task: Task) -> None:
    karen = signed_in("karen", Role.COORDINATOR, home)
    stopped = karen.get(reverse("case", args=[task.grant_id])).content.decode()
    assert "november 2026: åben opgave" in stopped
    passed = Grant.objects.exclude(pk=task.grant_id).get()
    page = karen.get(reverse("case", args=[passed.pk])).content.decode()
    assert "november 2026: automatisk, 17.500 kr." in page
    assert "oktober 2026: betalt i tidligere system" in page
    assert "98 % af højeste dagpenge" in page


def test_only_those_who_watch_see_who_looked(home: Any, task: Task) -> None:
    address = f"{reverse('case', args=[task.grant_id])}?fane=opslag"
    assert signed_in("aase", Role.CASEWORKER, home).get(address).status_code == 404
    assert "Åse" in signed_in("rikke", Role.AUDITOR, home).get(address).content.decode()


def test_a_changed_ceiling_has_who_why_before_and_after_in_the_history(home: Any, task: Task) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    ceiling = task.grant.wage_ceilings.get()
    address = reverse("edit_part", args=[task.grant_id, "loenloft", ceiling.pk])
    values = {"amount": "38.500,00", "first_day": "01.01.2020", "source": "Mail", "reason": "Ny overenskomst"}
    assert client.post(address, {**values, "reason": ""}).status_code == 422
    assert client.post(address, values).status_code == 302
    row = ceiling.history.first()
    assert (row.amount, row.history_user.username, row.history_change_reason) == (38500, "aase", "Ny overenskomst")
    page = client.get(f"{reverse('case', args=[task.grant_id])}?fane=historik").content.decode()
    for words in ("40.000,00 kr.", "38.500,00 kr.", "Ny overenskomst", "Aase"):
        assert words in page


def test_another_cases_part_cannot_be_reached_through_ones_own(home: Any, task: Task) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    other = Grant.objects.exclude(pk=task.grant_id).get().jobs.get()
    assert client.get(reverse("edit_part", args=[task.grant_id, "job", other.pk])).status_code == 404


def test_marking_a_case_manual_names_what_is_missing_and_ends_with_a_reason(home: Any, task: Task) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    address = reverse("act", args=[task.grant_id, "manuel"])
    assert client.post(address, {"lacking": "", "reason": "x"}).status_code == 422
    assert client.post(address, {"lacking": "Lønsedler", "until": "31.12.2026"}).status_code == 302
    task.grant.refresh_from_db()
    assert (task.grant.needs_manual, task.grant.needs_manual_until) == ("Lønsedler", date(2026, 12, 31))
    assert client.post(address, {"lacking": "", "reason": ""}).status_code == 422
    assert client.post(address, {"lacking": "", "reason": "De er kommet"}).status_code == 302
    task.grant.refresh_from_db()
    assert task.grant.needs_manual == ""


def test_errors_are_danish_and_keep_the_policy(home: Any) -> None:
    client = signed_in("aase", Role.CASEWORKER, home)
    answer = client.get("/findes-ikke/")
    assert answer.status_code == 404
    assert "Siden findes ikke" in answer.content.decode()
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "Du har ikke adgang" in client.get(reverse("audit")).content.decode()


def test_pages_have_no_inline_script_or_style(home: Any, task: Task) -> None:
    karen = signed_in("karen", Role.COORDINATOR, home)
    for address in (*addresses(task), reverse("overview"), reverse("tasks"), reverse("cases"), reverse("login")):
        page = karen.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), address
        assert page.count("<h1") == 1, address


def test_october_is_named_with_its_month(home: Any, task: Task) -> None:
    page = signed_in("aase", Role.CASEWORKER, home).get(reverse("task", args=[task.pk])).content.decode()
    assert task.benefit_month - 1 == OCTOBER
    assert "Oktober 16.000,00 kr. · gennemsnit af august og september 2026 12.000,00 kr." in page
    assert "+33,3 % · grænsen er +15 %" in page
    assert cpr(1) not in page
