"""Indtægter og filer: what has come is counted, a file of any kind is read for one municipality, a look-up is told."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import jobs
from cases.integrations.feriekonto import HolidayLine, write_payments
from cases.models import (
    ControlLine,
    HolidayPayment,
    IncomeFile,
    IncomeReport,
    JobcentreEvent,
    Municipality,
    RawAnswer,
    Role,
    User,
)
from cases.readiness import incomes_in
from cases.views import income_files
from tests.cases.builders import (
    CPR,
    NOVEMBER,
    NOW,
    OCTOBER,
    Pay,
    answer,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    run,
)
from tests.cases.test_control_lines import HEADER, PROFIT
from tests.cases.test_import_events import happening

pytestmark = pytest.mark.django_db

BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
BAD = {"bomb": BOMB, "empty": b"", "text": b"hej", "nul": b"\x00\xff", "utf-16": "æøå".encode("utf-16")}
R75 = f"{HEADER}\n{PROFIT}\n".encode()


@pytest.fixture(autouse=True)
def _in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is about the month that is now."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def home() -> Municipality:
    return make_municipality("0999")


@pytest.fixture
def karen(home: Municipality, client: Client) -> Client:
    client.force_login(make_user("karen", Role.COORDINATOR, home))
    return client


def page(client: Client, **question: Any) -> str:
    return client.get(reverse("income_files"), question).content.decode()


def read(client: Client, data: bytes, kind: str = "indtaegter", name: str = "svar.xml", **more: Any) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("income_files"), {"slags": kind, "file": file, **more})


def test_an_answer_read_by_hand_is_counted_and_the_second_time_changes_nothing(
    home: Municipality, karen: Client
) -> None:
    grant = make_case(home)
    make_case(home, 1)
    assert "Der er ikke læst indtægter endnu" in page(karen)
    told = read(karen, answer((grant, ordinary(months=2)), ("2508791226", ordinary()))).content.decode()
    assert "2 personer læst, 2 nye indberetninger, 1 uden sag (ikke gemt), 0 med fejl" in told
    assert [(one.month, one.cases, one.with_income, one.without) for one in incomes_in(home, NOVEMBER)] == [
        (OCTOBER - 2, 2, 0, 2), (OCTOBER - 1, 2, 1, 1), (OCTOBER, 2, 1, 1),
    ]  # fmt: skip
    assert "0 nye indberetninger" in read(karen, answer((grant, ordinary(months=2)))).content.decode()
    assert IncomeFile.objects.get().read_by.username == "karen"


def test_nothing_is_written_in_another_municipality(home: Municipality, karen: Client) -> None:
    theirs = make_case(make_municipality("0998"))
    assert "1 uden sag (ikke gemt)" in read(karen, answer((theirs, ordinary()))).content.decode()
    assert not IncomeReport.objects.exists()
    assert read(karen, answer((theirs, ordinary())), kommune="0998").status_code == 403


def test_a_person_with_a_fault_is_told_and_the_good_are_kept(home: Municipality, karen: Client) -> None:
    good, bad = make_case(home), make_case(home, 1)
    told = read(karen, answer((good, ordinary()), (bad, [Pay(OCTOBER, "12x")]))).content.decode()
    assert "Det, der ikke kunne læses" in told
    assert "1 med fejl" in told
    assert "1 fejl</summary>" in page(karen)
    assert set(IncomeReport.objects.values_list("citizen", flat=True)) == {good.citizen_id}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
@pytest.mark.parametrize("kind", list(income_files.KINDS))
def test_a_bad_file_is_a_sentence_and_leaves_nothing(home: Municipality, karen: Client, kind: str, data: bytes) -> None:
    make_case(home)
    told = read(karen, data, kind)
    assert told.status_code == 200
    assert "Det, der ikke kunne læses" in told.content.decode()
    assert not RawAnswer.objects.exists()
    assert not JobcentreEvent.objects.exists()
    assert not HolidayPayment.objects.exists()
    assert not ControlLine.objects.exists()


def test_the_other_kinds_go_to_their_importers(home: Municipality, karen: Client) -> None:
    make_case(home)
    event = json.dumps([happening("NYT_JOB", arbejdsgiver_se="87654321", timer_pr_uge=15)]).encode()
    told = read(karen, event, "haendelser", "h.json")
    assert "1 hændelser læst, 1 nye" in told.content.decode()
    paid = HolidayLine(2, CPR, date(2026, 10, 1), date(2026, 10, 12), Decimal(5), Decimal("2310.50"), True, "33088566")
    assert "1 udbetalinger læst, 1 nye" in read(karen, write_payments([paid]), "feriepenge", "f.csv").content.decode()
    assert "1 linjer læst, 1 nye" in read(karen, R75, "kontrol", "r75.csv").content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"slags": "indtaegter"}, "Vælg en fil først."), ({"slags": "x"}, "Vælg, hvilken slags fil det er.")],
)
def test_what_is_missing_is_said(karen: Client, typed: dict[str, str], sentence: str) -> None:
    answered = karen.post(reverse("income_files"), typed)
    assert answered.status_code == 422
    assert sentence in answered.content.decode()


def test_incomes_that_come_after_the_run_ask_for_another(home: Municipality, karen: Client) -> None:
    grant = make_case(home)
    give(grant, ordinary())
    run(home)
    assert "Kør måneden igen" not in page(karen)
    read(karen, answer((grant, [Pay(OCTOBER, "500.00", own_id="efter")])))
    assert "Kør måneden igen" in page(karen)


def test_a_look_up_is_handed_to_the_worker_and_its_fault_stands_with_the_files(
    home: Municipality, karen: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_case(home)
    queued: list[Any] = []
    monkeypatch.setattr(income_files, "async_task", lambda *arguments: queued.append(arguments))
    fetch = reverse("fetch_income")
    assert "ikke koblet til eIndkomst" in karen.post(fetch, follow=True).content.decode()
    settings.EINDKOMST_URL = "http://127.0.0.1:9/"
    assert "Hent fra eIndkomst nu" in page(karen)
    assert "sat i gang" in karen.post(fetch, {"maaned": "2026-11"}, follow=True).content.decode()
    ((_, *arguments),) = queued
    assert arguments == [home.pk, "2026-11", User.objects.get(username="karen").pk]
    assert "1 borgere slået op, 0 nye indberetninger, 1 fejl" in jobs.fetch_now(*arguments)
    assert "kunne ikke nås" in page(karen)
    Municipality.objects.update(se_number="")
    assert "har intet SE-nummer" in karen.post(fetch, follow=True).content.decode()
