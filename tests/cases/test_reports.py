"""The control report against figures counted by hand and by SQL of its own, and its four forms against each other."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from cases import pdf
from cases.models import Grant, Municipality, Role, Task, TaskKind, TaskState, User
from cases.reports import ControlReport, control_report
from cases.tables import KRONER, PERCENT, Column, Sheet, Table, as_csv, as_xlsx, columns, safe_cell
from rules.money import danish
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db


def close(task: Task, by: User, state: str = TaskState.ACCEPTED) -> None:
    task.state, task.closed_by, task.closed_at = state, by, s.NOW
    task.save()


def accepted(of: Municipality, by: User, name: str, state: str = TaskState.ACCEPTED) -> Decimal:
    """A stopped case that a person has accepted: a new decision and a payment by that person. Its subsidy."""
    case = s.grant(of, name)
    s.stopped(case)
    close(case.tasks.get(), by, state)
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
    by_aase = [accepted(of, aase, "Å 0", TaskState.CORRECTED), *(accepted(of, aase, f"Å {n}") for n in (1, 2))]
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
    by_code = {row.code: (row.waiting, row.waiting_first, row.closed, row.corrected) for row in report.concerns}
    assert by_code["INC3"] == (2, 2, 4, 1)
    assert by_code["INC7"] == (2, 0, 4, 1)
    assert dict(report.ages) == {
        "0-2 dage": 1, "3-7 dage": 0, "8-14 dage": 1, "15-30 dage": 0, "Over 30 dage": 0,
    }  # fmt: skip
    assert report.other_tasks == (("Programfejl", 1, 0),)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, "0-2 dage"),
        (2, "0-2 dage"),
        (3, "3-7 dage"),
        (7, "3-7 dage"),
        (8, "8-14 dage"),
        (14, "8-14 dage"),
        (15, "15-30 dage"),
        (30, "15-30 dage"),
        (31, "Over 30 dage"),
        (400, "Over 30 dage"),
    ],
)
def test_an_age_is_counted_in_days_of_the_calendar(days: int, age: str, of: Municipality) -> None:
    s.stopped(s.grant(of))
    Task.objects.update(created_at=s.NOW - timedelta(days=days))
    ages = dict(control_report(of, s.NOVEMBER, s.NOW.replace(hour=3)).ages)
    assert ages == {name: int(name == age) for name in ages}


def test_a_replaced_task_credits_nobody(of: Municipality) -> None:
    case = s.grant(of)
    s.stopped(case)
    close(case.tasks.get(), User.objects.system(), TaskState.REPLACED)
    reports = [s.wage(s.NOVEMBER - n, "9000") for n in (3, 2, 1)]
    s.save(case, s.facts(s.NOVEMBER, *reports, paid=("18900", "18900")), sequence=2)
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert (report.total, report.automatic.count, report.by_hand, report.waiting) == (1, 1, 0, 0)


def test_a_task_that_fell_away_with_the_grant_is_an_item_that_lapsed(of: Municipality) -> None:
    case = s.grant(of)
    s.stopped(case)
    close(case.tasks.get(), s.user("aase", Role.CASEWORKER, of=of), TaskState.REPLACED)
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert (report.total, report.lapsed, report.automatic.count, report.by_hand, report.total_kroner) == (1, 1, 0, 0, 0)


def test_a_citizen_with_two_cases_in_the_month_is_one_item(of: Municipality) -> None:
    first = s.grant(of)
    first.last_day = date(2026, 11, 14)
    first.save()
    second = Grant.objects.create(municipality=of, citizen=first.citizen, number="0999-2", first_day=date(2026, 11, 15))
    row, stopped = s.paid(first), s.stopped(second)
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert (report.total, report.waiting, report.automatic.count) == (1, 1, 0)
    assert report.waiting_kroner == row.subsidy + stopped.subsidy


def test_two_caseworkers_of_one_name_are_told_apart(of: Municipality) -> None:
    for name in ("anna1", "anna2"):
        by = s.user(name, Role.CASEWORKER, of=of)
        by.first_name, by.last_name = "Anna", "Holm"
        by.save()
        accepted(of, by, name)
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert [one.name for one in report.caseworkers] == ["Anna Holm (anna1)", "Anna Holm (anna2)"]


def test_a_month_without_anything_is_empty(of: Municipality) -> None:
    report = control_report(of, s.NOVEMBER, s.NOW)
    assert (report.total, report.total_kroner) == (0, 0)


def test_as_few_queries_for_many_as_for_one(of: Municipality, django_assert_max_num_queries: Any) -> None:
    """Also when the month has to be counted anew and its figures kept."""
    s.paid(s.grant(of))
    with django_assert_max_num_queries(21) as one:
        control_report(of, s.NOVEMBER, s.NOW)
    for n in range(10):
        s.stopped(s.grant(of, f"Nr. {n}"))
    with django_assert_max_num_queries(len(one)):
        control_report(of, s.NOVEMBER, s.NOW)


# --- Four forms ------------------------------------------------------------------------------------------------


def of_csv(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";") if row]


def of_xlsx(body: bytes) -> list[list[str]]:
    """Every row of every sheet; numbers as a Danish reader writes them without points."""
    rows = []
    for page in load_workbook(io.BytesIO(body)).worksheets:
        for cells in page.iter_rows():
            texts = [_sheet_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            rows += [texts] if texts else []
    return rows


def _sheet_text(cell: Any) -> str:
    if cell.value is None:
        return ""
    assert cell.data_type != "f"
    if isinstance(cell.value, str):
        return cell.value
    places = {"#,##0.00": 2, '0.0" %"': 1}.get(cell.number_format, 0)
    return f"{Decimal(str(cell.value)):.{places}f}".replace(".", ",")


def figures(rows: list[list[str]]) -> list[list[str]]:
    """The rows that hold figures, as texts; empty cells at the end left out."""
    kept = []
    for row in rows:
        while row and not row[-1]:
            row = row[:-1]
        if len(row) > 1 and any(re.fullmatch(r"-?\d+(,\d+)?", cell) for cell in row[1:]):
            kept.append(row)
    return kept


def of_page(html: str) -> list[list[str]]:
    tables = "".join(re.findall(r"<table.*?</table>", html, re.S))
    rows = re.findall(r"<tr.*?</tr>", tables, re.S)
    return [
        [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows
    ]


def plain(rows: list[list[str]]) -> list[list[str]]:
    """Without thousands points and percent signs."""
    return [[re.sub(r"(?<=\d)\.(?=\d{3})", "", cell).removesuffix(" %") for cell in row] for row in rows]


@pytest.fixture
def karen(client: Client, of: Municipality) -> Client:
    client.force_login(s.user("karen", Role.COORDINATOR, of=of))
    return client


def test_the_four_forms_hold_the_same_figures(of: Municipality, month: Any, karen: Client, tmp_path: Path) -> None:
    asked = {"maaned": "2026-11"}
    page = figures(plain(of_page(karen.get(reverse("reports"), asked).content.decode())))
    files = {end: karen.get(reverse("control_file", args=[end]), asked).content for end in ("csv", "xlsx", "pdf")}
    text = figures(of_csv(files["csv"].decode()))
    assert len(text) == 13
    assert figures(of_xlsx(files["xlsx"])) == text
    assert sorted(page) == sorted(text)
    if not pdf.is_available() or shutil.which("pdftotext") is None:
        pytest.skip("PDF cannot be made or read on this machine")
    (tmp_path / "r.pdf").write_bytes(files["pdf"])
    shown = subprocess.run(["pdftotext", "-layout", tmp_path / "r.pdf", "-"], capture_output=True, check=True).stdout
    lines = [" ".join(plain([[line]])[0][0].replace(" %", "").split()) for line in shown.decode().splitlines()]
    for row in text:
        numbers = " ".join(cell for cell in row if re.fullmatch(r"-?\d+(,\d+)?", cell))
        assert any(line.endswith(numbers) for line in lines), row


def test_a_file_says_when_and_by_whom_it_was_drawn(of: Municipality, month: Any) -> None:
    report = control_report(of, s.NOVEMBER, s.NOW, "Karen Prøve")
    head = ["Kontrolrapport for november 2026", str(of), "Trukket 12.11.2026 kl. 08:30 af Karen Prøve"]
    assert [row[0] for row in of_csv(as_csv(report.sheet()))[:3]] == head
    assert [row[0] for row in of_xlsx(as_xlsx(report.sheet()))[:3]] == head


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+45 12", "'+45 12"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("Åse", "Åse"),
    ],
)
def test_no_cell_is_run_as_a_formula(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_a_negative_number_stays_a_number() -> None:
    table = Table("T", "Titel", columns("Navn", ("Kroner", KRONER)), (("=A1", Decimal("-500")),))
    sheet = Sheet("Rapport", (), (table,))
    assert of_csv(as_csv(sheet))[-1] == ["'=A1", "-500,00"]
    assert of_xlsx(as_xlsx(sheet))[-1] == ["=A1", "-500,00"]


def test_a_cell_reads_as_danish() -> None:
    assert Column("", KRONER).shown(Decimal("1234.5")) == danish(Decimal("1234.5")) == "1.234,50"
    assert (Column("", PERCENT).shown(Decimal("7.5")), Column("", PERCENT).plain(Decimal(100))) == ("7,5 %", "100,0")
    assert (Column("", "count").shown(1234567), Column("", "count").plain(1234)) == ("1.234.567", "1234")
    assert Column("", KRONER).shown(None) == ""


@pytest.mark.parametrize("name", ["reports", "csv", "xlsx", "pdf", "automation", "samples", "rule_catalogue"])
def test_the_pages_keep_to_the_municipality(name: str, karen: Client, of: Municipality, month: Any) -> None:
    address = reverse("control_file", args=[name]) if name in ("csv", "xlsx", "pdf") else reverse(name)
    assert karen.get(address, {"maaned": "2026-11"}).status_code == 200
    assert karen.get(address, {"kommune": "0998"}).status_code == 403
    bad = {"antal": "nu"} if name == "automation" else {"maaned": "nu"}
    assert karen.get(address, bad).status_code == 400


def test_another_form_is_not_found(karen: Client, of: Municipality) -> None:
    assert karen.get(reverse("control_file", args=["docx"])).status_code == 404


@pytest.mark.parametrize("name", ["reports", "automation", "samples", "rule_catalogue", "payments", "runs", "audit"])
def test_an_administrator_reads_no_reports(name: str, client: Client, of: Municipality) -> None:
    client.force_login(s.user("adam", Role.ADMINISTRATOR, of=of))
    assert client.get(reverse(name)).status_code == 403


def sql(query: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_the_figures_recomputed_from_the_raw_tables(of: Municipality, month: Any) -> None:
    """Small statements that share nothing with the report: one for each figure."""
    report: ControlReport = control_report(of, s.NOVEMBER, s.NOW)
    key = (of.pk, 2026 * 12 + 10)
    tables = "FROM cases_task t JOIN cases_grant g ON g.id = t.grant_id LEFT JOIN cases_user u ON u.id = t.closed_by_id"
    task = f"{tables} WHERE t.municipality_id = %s AND t.benefit_month = %s AND t.kind = 'income'"
    waiting = sql(
        f"SELECT COUNT(DISTINCT g.citizen_id), SUM(t.proposed) {task} AND t.state IN ('open', 'waiting')", *key,
    )  # fmt: skip
    assert (report.waiting, int(report.waiting_kroner * 100)) == tuple(waiting[0])
    by_hand = sql(
        f"SELECT u.username, COUNT(DISTINCT g.citizen_id) {task} "
        "AND t.state IN ('accepted', 'corrected') GROUP BY u.username ORDER BY u.username", *key,
    )  # fmt: skip
    assert [tuple(row) for row in by_hand] == [("aase", 3), ("bo", 1)]
    newest = (
        "SELECT COUNT(*), SUM(d.subsidy) FROM cases_decision d JOIN cases_user u ON u.id = d.decided_by_id WHERE "
        "d.municipality_id = %s AND d.benefit_month = %s AND d.outcome = 'paid' AND u.username = 'system' "
        "AND d.sequence = (SELECT MAX(sequence) FROM cases_decision e "
        "WHERE e.grant_id = d.grant_id AND e.benefit_month = d.benefit_month)"
    )
    assert (report.automatic.count, int(report.automatic.kroner * 100)) == tuple(sql(newest, *key)[0])
