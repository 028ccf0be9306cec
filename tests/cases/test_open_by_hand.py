"""A start-up opened by hand: the same process as the jobcentre's event starts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.models import Citizen, Grant, Process, Role, Task
from tests.cases.builders import CPR, make_case, make_municipality, make_user

pytestmark = pytest.mark.django_db

TYPED = {
    "cpr": "170478-1236",
    "name": "Åse Ærlig",
    "first_day": "01.11.2026",
    "last_day": "",
    "reason": "Mail fra jobcentret 3. november",
}


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def page(client: Any, municipality: Any) -> Any:
    client.force_login(make_user("aase", Role.CASEWORKER, municipality))
    return client


def test_a_caseworker_finds_the_page_and_starts_a_case(page: Any) -> None:
    assert b"/sager/opret/" in page.get("/sager/").content
    answer = page.post("/sager/opret/", TYPED)
    process = Process.objects.get()
    assert answer.status_code == 302
    assert (process.kind, process.citizen.cpr, process.award) == ("FLEX_OPSTART", CPR, "granted")
    assert process.grant.first_day == date(2026, 11, 1)
    assert "Mail fra jobcentret" in process.event
    assert Task.objects.get().kind == "start_up"


def test_without_a_first_day_stage_4_waits(page: Any) -> None:
    page.post("/sager/opret/", {**TYPED, "first_day": ""})
    assert "ELI1" in Task.objects.get().concerns.values_list("code", flat=True)
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"cpr": "12"}, "ikke et CPR-nummer"),
        ({"cpr": "3113781236"}, "begynder ikke med en dato"),
        ({"name": ""}, "Skriv borgerens navn"),
        ({"reason": ""}, "Intet er gemt"),
        ({"first_day": "31.02.2026"}, "Skriv en dato"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(page: Any, typed: dict[str, str], sentence: str) -> None:
    answer = page.post("/sager/opret/", TYPED | typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Citizen.objects.exists()


def test_a_citizen_with_a_running_case_gets_no_second_one(page: Any, municipality: Any) -> None:
    make_case(municipality)
    assert page.post("/sager/opret/", TYPED).status_code == 422
    assert Grant.objects.count() == 1


def test_an_auditor_opens_nothing(client: Any, municipality: Any) -> None:
    client.force_login(make_user("rikke", Role.AUDITOR, municipality))
    assert client.post("/sager/opret/", TYPED).status_code == 403
    assert not Citizen.objects.exists()
