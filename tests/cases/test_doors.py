"""The other ways in: cases from CSV, look-ups in eIndkomst, the worker's tick, the calculator, the demo."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases import jobs
from cases.checks import rates_are_entered, rates_warning
from cases.integrations.eindkomst import WRAPPERS, read_answer
from cases.integrations.eindkomst_stub import Register, StubServer
from cases.management.commands.demo import last_months
from cases.models import (
    AccessLog,
    Citizen,
    EarlierSubsidy,
    Grant,
    HolidayPayment,
    IncomeReport,
    JobcentreEvent,
    NationalRates,
    Notice,
    Process,
    Run,
    Task,
    User,
    rates_for,
)
from tests.cases.builders import (
    CPR,
    NOVEMBER,
    NOW,
    OCTOBER,
    SE,
    answer,
    cpr,
    give,
    make_case,
    make_municipality,
    ordinary,
)

pytestmark = pytest.mark.django_db

HEADING = "cpr;navn;bevilling_fra;arbejdsgiver_se;loenloft;loenloft_fra;tilskud_2026-09;tilskud_2026-10"
GOOD = f"{CPR};Åse Ærlig;01.01.2020;{SE};32.067,50;2026-01-01;17.000,00;17000"


def cases_file(path: Path, *rows: str, heading: str = HEADING, encoding: str = "utf-8") -> str:
    path.write_bytes("\n".join([heading, *rows]).encode(encoding))
    return str(path)


def code_of(*arguments: str) -> int:
    try:
        call_command(*arguments)
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


def test_cases_come_in_by_file_dry_run_first(tmp_path: Path, capsys: Any) -> None:
    make_municipality()
    path = cases_file(tmp_path / "sager.csv", GOOD, encoding="latin-1")
    assert code_of("import_cases", path) == 0
    assert "ville blive oprettet" in capsys.readouterr().out
    assert not Grant.objects.exists()
    assert code_of("import_cases", path, "--save") == 0
    grant = Grant.objects.get()
    assert grant.citizen.name == "Åse Ærlig"
    assert grant.wage_ceilings.get().amount == Decimal("32067.50")
    assert set(EarlierSubsidy.objects.values_list("benefit_month", "amount")) == {
        (OCTOBER - 1, Decimal(17000)),
        (OCTOBER, Decimal(17000)),
    }
    assert code_of("import_cases", path, "--save") == 0
    assert Grant.objects.count() == Citizen.objects.count() == 1


def test_faults_are_told_by_row_and_column_and_the_good_rows_are_kept(tmp_path: Path, capsys: Any) -> None:
    make_municipality()
    rows = [
        "170478123;For kort;01.01.2020;70000010;1;;;",
        f"{cpr(3)};;2020-02-30;123;-5;;12,3O;",
        GOOD,
        GOOD,
    ]
    assert code_of("import_cases", cases_file(tmp_path / "s.csv", *rows), "--save") == 1
    err = capsys.readouterr().err
    for sentence in (
        "Række 3, kolonne navn: skal udfyldes",
        "Række 3, kolonne bevilling_fra: '2020-02-30' er ikke en dato",
        "Række 3, kolonne arbejdsgiver_se: '123' er ikke et SE-nummer",
        "Række 3, kolonne loenloft: '-5' må ikke være negativt",
        "Række 3, kolonne tilskud_2026-09: '12,3O' er ikke et tal",
        f"Række 5, kolonne cpr: {CPR} står også i række 4",
    ):
        assert sentence in err
    assert Grant.objects.count() == 1


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [("cpr;navn", "mangler bevilling_fra, arbejdsgiver_se"), (HEADING + ";skostr", "kender ikke skostr")],
)
def test_a_file_with_other_columns_is_refused_whole(heading: str, sentence: str, tmp_path: Path) -> None:
    make_municipality()
    with pytest.raises(CommandError, match=sentence):
        call_command("import_cases", cases_file(tmp_path / "s.csv", GOOD, heading=heading))


def test_a_citizen_with_an_open_case_gets_no_second_one(tmp_path: Path, capsys: Any) -> None:
    make_case(make_municipality())
    path = cases_file(tmp_path / "s.csv", GOOD.replace("01.01.2020", "01.01.2021"))
    assert code_of("import_cases", path, "--save") == 1
    assert "har allerede en sag uden slutdato" in capsys.readouterr().err


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_due_citizens_are_looked_up_over_http_logged_and_stored(wrapper: str, capsys: Any) -> None:
    municipality = make_municipality()
    due = make_case(municipality, 1)
    ended = make_case(municipality, 2, last_day=date(2026, 10, 31))
    ended.stop_reason = "moved"
    ended.save()
    make_case(municipality, 3, cpr_number="7704781236")  # a replacement number: day + 60
    persons = list(read_answer(answer((due, ordinary(months=5)), (ended, ordinary()))))
    with StubServer(Register(persons), port=0) as stub:
        assert code_of("fetch_income", "2026-11", "--url", stub.url, "--wrapper", wrapper) == 0
    out = capsys.readouterr().out
    assert f"{ended.number}, Flyttet til en anden kommune" in out
    assert "Erstatningspersonnummer" in out
    assert "1 borgere slået op, 2 ikke slået op, 3 nye indberetninger" in out
    assert set(IncomeReport.objects.values_list("citizen", flat=True)) == {due.citizen_id}
    look = AccessLog.objects.get()
    assert (look.citizen, "171" in look.purpose) == (due.citizen, True)


def test_a_register_that_does_not_answer_is_said_and_the_look_up_is_still_logged(capsys: Any) -> None:
    make_case(make_municipality())
    assert code_of("fetch_income", "2026-11", "--url", "http://127.0.0.1:9/") == 1
    assert "kunne ikke nås" in capsys.readouterr().err
    assert AccessLog.objects.count() == 1


def test_the_tick_starts_a_months_job_once_from_its_run_day(monkeypatch: pytest.MonkeyPatch) -> None:
    municipality = make_municipality()
    give(make_case(municipality), ordinary())
    queued: list[Any] = []
    monkeypatch.setattr(jobs, "async_task", lambda *arguments: queued.append(arguments))
    assert jobs.start_due_runs(date(2026, 11, 10), NOW) == []
    assert jobs.start_due_runs(date(2026, 11, 11), NOW) == [municipality.pk]
    assert queued == [("cases.jobs.monthly", municipality.pk, "2026-11")]
    assert "er startet" in jobs.start_month(municipality, NOVEMBER, NOW)
    assert Run.objects.get().benefit_month == NOVEMBER
    assert jobs.start_due_runs(date(2026, 11, 12), NOW) == []


def test_the_monthly_job_looks_up_first_where_an_address_is_set(settings: Any) -> None:
    municipality = make_municipality()
    grant = make_case(municipality)
    with StubServer(Register(list(read_answer(answer((grant, ordinary()))))), port=0) as stub:
        settings.EINDKOMST_URL = stub.url
        assert "er startet" in jobs.start_month(municipality, NOVEMBER, NOW)
    assert IncomeReport.objects.count() == 3


def test_a_month_whose_income_has_not_come_is_not_run() -> None:
    municipality = make_municipality()
    make_case(municipality)
    assert "ingen indkomstsvar for oktober 2026" in jobs.start_month(municipality, NOVEMBER, NOW)
    assert not Run.objects.exists()


def test_the_tick_starts_nothing_in_a_month_without_rates() -> None:
    make_case(make_municipality())
    assert jobs.start_due_runs(date(2027, 1, 20), datetime(2027, 1, 20, tzinfo=UTC)) == []


def test_stale_blocks_go_back_to_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    municipality = make_municipality()
    make_case(municipality)
    queued: list[Any] = []
    monkeypatch.setattr(jobs.run_month, "enqueue_run", lambda run, now: queued.append(run))
    run = jobs.run_month.start_run(municipality, NOVEMBER, User.objects.system(), NOW)
    assert jobs.requeue_stale_blocks(NOW) == 0
    assert jobs.requeue_stale_blocks(NOW + jobs.STALE_AFTER * 2) == 1
    assert queued == [run]


def test_a_run_without_cases_is_done_at_once() -> None:
    run = jobs.run_month.start_run(make_municipality(), NOVEMBER, User.objects.system(), NOW)
    jobs.run_month.enqueue_run(run, NOW)
    run.refresh_from_db()
    assert run.state == "done"


def test_rates_of_the_same_day_are_replaced_by_a_new_version() -> None:
    row = NationalRates.objects.get(valid_from=date(2026, 1, 1))
    assert rates_for(NOVEMBER).base_amount == 21600
    NationalRates.objects.create(
        valid_from=row.valid_from, valid_to=row.valid_to, base_amount=21700, threshold=row.threshold,
        ordinary_atp_per_hour=row.ordinary_atp_per_hour, ordinary_atp_full=row.ordinary_atp_full,
        mandatory_pension_percent=row.mandatory_pension_percent,
    )  # fmt: skip
    assert rates_for(NOVEMBER).base_amount == 21700
    assert NationalRates.objects.get(pk=row.pk).base_amount == 21600


def test_next_years_rates_are_warned_of_from_december_until_they_are_there() -> None:
    assert rates_warning(date(2026, 11, 30)) == ""
    for day in (date(2026, 12, 1), date(2027, 1, 1), date(2027, 3, 10)):
        assert "Satserne for 2027 mangler" in rates_warning(day)
    assert rates_are_entered() == []
    row = NationalRates.objects.first()
    row.pk, row.valid_from, row.valid_to = None, date(2027, 1, 1), date(2027, 12, 31)
    row.save()
    assert rates_warning(date(2026, 12, 1)) == rates_warning(date(2027, 3, 10)) == ""
    assert "Satserne for 2028 mangler" in rates_warning(date(2027, 12, 1))


def test_the_demo_is_laid_where_there_are_rates() -> None:
    september, october, november = (NOVEMBER - back for back in (2, 1, 0))
    assert last_months(3, date(2026, 12, 5)) == [september, october, november], "december is run from the 11th"
    for later in (date(2026, 12, 31), date(2027, 2, 10), date(2028, 6, 1)):
        assert last_months(3, later) == [october, november, november + 1]


def test_the_calculator_in_the_shell(tmp_path: Path, capsys: Any) -> None:
    case = {"id": "a", "benefit_month": "2022-08", "incomes": [{"kind": "wage", "amount": "17333"}]}
    path = tmp_path / "sag.json"
    path.write_text(json.dumps(case))
    assert code_of("calculate", str(path)) == 0
    assert json.loads(capsys.readouterr().out)["subsidy"] == "13281"
    path.write_text(json.dumps([case, {**case, "benefit_month": "2027-01"}]))
    assert code_of("calculate", str(path)) == 1
    good, bad = json.loads(capsys.readouterr().out)
    assert good["subsidy"] == "13281"
    assert "2027-01" in bad["error"]
    path.write_text("{")
    assert code_of("calculate", str(path)) == 2


def test_the_calculator_uses_rates_that_an_administrator_entered(tmp_path: Path, capsys: Any) -> None:
    row = NationalRates.objects.first()
    row.pk, row.valid_from, row.valid_to, row.base_amount = None, date(2027, 1, 1), date(2027, 12, 31), Decimal(22000)
    row.save()
    path = tmp_path / "sag.json"
    path.write_text(json.dumps({"id": "a", "benefit_month": "2027-01"}))
    assert code_of("calculate", str(path)) == 0
    assert json.loads(capsys.readouterr().out)["base_amount"] == "22000.00"


def test_run_month_in_the_shell_tells_what_happened_as_json(capsys: Any) -> None:
    municipality = make_municipality()
    make_case(municipality)
    assert code_of("run_month", "2026-11", "--municipality", "0999", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["total"], told["automatic"], told["manual"], told["failed"]) == (1, 0, 1, 0)
    assert "INC2" in told["concerns"]
    with pytest.raises(CommandError, match="Der er ingen kommune med koden 0101"):
        call_command("run_month", "2026-11", "--municipality", "0101")


@pytest.mark.slow
def test_the_demo_twice_does_no_harm(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LOCAL_DIR = tmp_path
    monkeypatch.setattr("cases.management.commands.demo.background_worker", _no_worker)
    call_command("demo", "--no-serve", "--citizens", "40", stdout=io.StringIO())
    tables = (Task, Run, IncomeReport, Grant, JobcentreEvent, HolidayPayment, Notice, Process)
    before = [table.objects.count() for table in tables]
    assert all(before)
    call_command("demo", "--no-serve", "--citizens", "40", stdout=io.StringIO())
    assert [table.objects.count() for table in tables] == before


def _no_worker() -> Any:
    from contextlib import nullcontext

    return nullcontext(None)
