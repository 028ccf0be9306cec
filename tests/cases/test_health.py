"""What machines ask: alive, ready, figures; and logs without personal data."""

from __future__ import annotations

import json
import logging
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from cases import health
from cases.models import Run, WorkerBeat
from fleksløn.logs import JsonFormatter, LineFormatter
from tests.cases.builders import CPR, make_case, make_municipality, run

pytestmark = pytest.mark.django_db


def test_alive_asks_nobody(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/sund/").content == b"ok"


def test_ready_when_the_database_is_migrated(client: Client) -> None:
    answer = client.get("/klar/")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "migrations": "ok"})


def test_not_ready_while_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("no")

    monkeypatch.setattr(health.connection, "cursor", gone)
    answer = client.get("/klar/")
    assert (answer.status_code, answer.json()["database"]) == (503, "svarer ikke")


def test_not_ready_while_a_migration_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: ["one", "two"])
    answer = client.get("/klar/")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "2 mangler")


def test_there_are_no_metrics_without_the_token(client: Client, settings: Any) -> None:
    assert client.get("/maalinger/").status_code == 404
    settings.METRICS_TOKEN = "hemmelig"
    assert client.get("/maalinger/", headers={"Authorization": "Bearer forkert"}).status_code == 404


def test_metrics_are_counts_and_ages_and_name_nobody(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "hemmelig"
    municipality = make_municipality()
    case = make_case(municipality)
    run(municipality)
    now = timezone.now()
    OrmQ.objects.all().delete()
    OrmQ.objects.create(key="flekslon", payload="x", lock=now - timedelta(minutes=5))
    OrmQ.objects.create(key="flekslon", payload="x", lock=now + timedelta(minutes=5))
    WorkerBeat.objects.create(cluster="a", pid=1, busy_since=now, seen_at=now)
    answer = client.get("/maalinger/", headers={"Authorization": "Bearer hemmelig"}).content.decode()
    found = dict(line.rsplit(" ", 1) for line in answer.splitlines())
    assert (found["flekslon_queue_waiting"], found["flekslon_queue_taken"]) == ("1", "1")
    assert 299 < float(found["flekslon_queue_oldest_seconds"]) < 400
    assert (found["flekslon_workers_busy"], found["flekslon_tasks_open"]) == ("1", "1")
    assert found["flekslon_runs_running"] == str(Run.objects.filter(state="running").count()) == "0"
    assert case.citizen.name not in answer
    assert CPR not in answer


def record(message: str, **extra: Any) -> logging.LogRecord:
    try:
        raise ValueError(f"Key (cpr)=({CPR}) already exists")
    except ValueError:
        return logging.getLogger("cases.x").makeRecord(
            "cases.x", logging.ERROR, "x.py", 1, message, (), sys.exc_info(), extra=extra
        )


@pytest.mark.parametrize("text", [CPR, f"{CPR[:6]}-{CPR[6:]}", f"(CPR {CPR}) mangler"])
def test_no_log_line_holds_a_cpr_number(text: str) -> None:
    one = record(text, case=7)
    for line in (LineFormatter("{message}", style="{").format(one), JsonFormatter().format(one)):
        assert CPR not in line.replace("-", "")
        assert "[CPR]" in line


def test_a_json_line_has_the_ids_and_only_those_that_are_known() -> None:
    found = json.loads(JsonFormatter().format(record("the case failed", run=3, case=7, citizen="Åse")))
    assert (found["run"], found["case"], found["message"], found["level"]) == (3, 7, "the case failed", "ERROR")
    assert "Åse" not in str(found)
    assert "ValueError" in found["traceback"]
