"""The control report against figures counted by hand, its CSV, and how many queries it costs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Municipality, Role, Task, TaskKind, TaskState, User
from cases.reports import as_csv, control_report, safe_cell
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db


def close(task: Task, by: User, state: str = TaskState.ACCEPTED) -> None:
    task.state, task.closed_by, task.closed_at = state, by, s.NOW
    task.save()


def accepted(of: Municipality, by: User, name: str) -> Decimal:
    """A stopped case that a person has accepted: a new decision and a payment by that person. Its subsidy."""
    case = s.grant(of, name)
    s.stopped(case)
    close(case.tasks.get(), by)
    reports = [s.wage(s.NOVEMBER - n, "9000") for n in (3, 2, 1)]
    row = s.save(case, s.facts(s.NOVEMBER, *reports, paid=("18900", "18900")), by, sequence=2)
    return row.subsidy


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


@pytest.fixture
def month(of: Municipality) -> dict[str, Any]:
    """Three automatic, two waiting, three by Åse and one by Bo; a failure task; another municipality beside."""
    aase, bo = s.user("aase", Role.CASEWORKER, of=of), s.user("bo", Role.CASEWORKER, of=of)
    automatic = [s.paid(s.grant(of, f"Auto {n}")).subsidy for n in range(3)]
    waiting = [s.stopped(s.grant(of, f"Venter {n}")).subsidy for n in range(2)]
    Task.objects.filter(grant__citizen__name="Venter 1").update(created_at=s.NOW - timedelta(days=9))
    by_aase = [accepted(of, aase, f"Å {n}") for n in range(3)]
    by_bo = [accepted(of, bo, "B 0")]
    Task.objects.create(
        municipality=of, grant=s.grant(of, "Fejl"), benefit_month=s.NOVEMBER, kind=TaskKind.FAILURE, headline="Fejl",
        due_date=s.NOW.date(), created_at=s.NOW,
    )  # fmt: skip
    other = s.municipality("0998", "Anden Kommune")
    s.paid(s.grant(other, "Fremmed"))
    s.stopped(s.grant(other, "Fremmed også"))
    return {"automatic": automatic, "waiting": waiting, "aase": by_aase, "bo": by_bo}


def test_one_item_a_citizen_credited_to_who_closed_it(of: Municipality, month: dict[str, Any]) -> None:
    report = control_report(of, s.NOVEMBER, s.NOW, "Karen")
    assert (report.total, report.waiting, report.automatic.count, report.by_hand) == (9, 2, 3, 4)
    assert [(one.name, one.count) for one in report.caseworkers] == [("Aase Prøve", 3), ("Bo Prøve", 1)]


def test_kroner_stand_on_both_sides(of: Municipality, month: dict[str, Any]) -> None:
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert report.waiting_kroner == sum(month["waiting"])
    assert report.automatic.kroner == sum(month["automatic"])
    assert [one.kroner for one in report.caseworkers] == [sum(month["aase"]), sum(month["bo"])]
    assert report.total_kroner == sum(sum(amounts) for amounts in month.values())


def test_by_concern_by_age_and_other_kinds(of: Municipality, month: dict[str, Any]) -> None:
    report = control_report(of, s.NOVEMBER, s.NOW)
    by_code = {row.code: (row.waiting, row.waiting_first, row.closed) for row in report.concerns}
    assert by_code["INC3"] == (2, 2, 4)
    assert by_code["INC7"] == (2, 0, 4)
    assert dict(report.ages) == {
        "0-2 dage": 1, "3-7 dage": 0, "8-14 dage": 1, "15-30 dage": 0, "Over 30 dage": 0,
    }  # fmt: skip
    assert report.other_tasks == (("Programfejl", 1, 0),)


def test_a_replaced_task_credits_nobody(of: Municipality) -> None:
    case = s.grant(of)
    s.stopped(case)
    close(case.tasks.get(), User.objects.system(), TaskState.REPLACED)
    reports = [s.wage(s.NOVEMBER - n, "9000") for n in (3, 2, 1)]
    s.save(case, s.facts(s.NOVEMBER, *reports, paid=("18900", "18900")), sequence=2)
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert (report.total, report.automatic.count, report.by_hand, report.waiting) == (1, 1, 0, 0)


def test_a_month_without_anything_is_empty(of: Municipality) -> None:
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert (report.total, report.total_kroner, report.share(0)) == (0, 0, 0)


def test_as_few_queries_for_many_as_for_one(of: Municipality, django_assert_num_queries: Any) -> None:
    s.paid(s.grant(of))
    with django_assert_num_queries(6):
        control_report(of, s.NOVEMBER, s.NOW)
    for n in range(10):
        s.stopped(s.grant(of, f"Nr. {n}"))
    with django_assert_num_queries(6):
        control_report(of, s.NOVEMBER, s.NOW)


def test_the_csv_has_the_same_figures(of: Municipality, month: dict[str, Any]) -> None:
    report = control_report(of, s.NOVEMBER, s.NOW, "Karen Prøve")
    text = as_csv(report)
    assert text.startswith("\ufeffAfsnit;Navn;")
    rows = {(row[0], row[1]): row[2:] for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";")}
    assert rows[("Indtægter", "I alt")][0] == str(report.total)
    assert rows[("Indtægter", "Behandlet automatisk")][:2] == ["3", f"{report.automatic.kroner:.2f}".replace(".", ",")]
    assert rows[("Sagsbehandler", "Aase Prøve")][0] == "3"
    assert rows[("Andre opgaver", "Programfejl, udestår")][0] == "1"
    assert any(name.startswith("Trukket 12.11.2026 kl. 08:30 af Karen Prøve") for _, name in rows)


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+45 12", "'+45 12"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-500,00", "-500,00"),
        ("Åse", "Åse"),
        (7, "7"),
    ],
)
def test_no_cell_is_run_as_a_formula(cell: str | int, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_a_caseworkers_name_cannot_be_a_formula(of: Municipality) -> None:
    by = s.user("bo", Role.CASEWORKER, of=of)
    by.first_name, by.last_name = "=HYPERLINK(1)", ""
    by.save()
    accepted(of, by, "A")
    assert "'=HYPERLINK(1)" in as_csv(control_report(of, s.NOVEMBER, s.NOW))


@pytest.mark.parametrize("name", ["reports", "control_csv"])
def test_the_pages_keep_to_the_municipality(name: str, client: Client, of: Municipality, month: Any) -> None:
    client.force_login(s.user("karen", Role.COORDINATOR, of=of))
    answer = client.get(reverse(name), {"maaned": "2026-11"})
    assert answer.status_code == 200
    assert "Karen Prøve" in answer.content.decode()
    assert client.get(reverse(name), {"kommune": "0998"}).status_code == 403
    assert client.get(reverse(name), {"maaned": "nu"}).status_code == 400


@pytest.mark.parametrize("name", ["reports", "control_csv", "payments", "runs", "audit"])
def test_an_administrator_reads_no_reports(name: str, client: Client, of: Municipality) -> None:
    client.force_login(s.user("adam", Role.ADMINISTRATOR, of=of))
    assert client.get(reverse(name)).status_code == 403
