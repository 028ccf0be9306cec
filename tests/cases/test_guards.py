"""Nobody edits the past: not by the ORM, not by SQL. And the consistency check finds what was planted."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from cases import guards
from cases.consistency import faults
from cases.models import AccessLog, Citizen, Decision, IncomeReport, Payment, PaymentEvent, PaymentLine
from cases.models.base import PastIsFixed
from cases.models.fields import HundredthsField
from tests.cases.builders import give, make_case, make_municipality, ordinary, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided() -> Decision:
    municipality = make_municipality()
    give(make_case(municipality), ordinary())
    run(municipality)
    return Decision.objects.get()


CHANGES = [
    (Decision, "UPDATE {table} SET subsidy = subsidy + 1"),
    (Payment, "UPDATE {table} SET subsidy = subsidy + 1"),
    (Payment, "UPDATE {table} SET id = id + 1000"),
    (IncomeReport, "UPDATE {table} SET amount = amount + 1"),
    (Citizen.history.model, "UPDATE {table} SET name = 'En anden'"),
    (Decision, "DELETE FROM {table}"),
    (Payment, "DELETE FROM {table}"),
    (PaymentLine, "DELETE FROM {table}"),
    (PaymentEvent, "DELETE FROM {table}"),
    (Citizen.history.model, "DELETE FROM {table}"),
]


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement: str, match: str = "Fortiden kan ikke ændres") -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        sql(statement)


@pytest.mark.parametrize(("model", "statement"), CHANGES)
def test_the_database_refuses_to_change_the_past(decided: Decision, model: Any, statement: str) -> None:
    refused(statement.format(table=model._meta.db_table))


def test_every_guarded_table_refuses_update_and_delete_in_the_database_itself() -> None:
    """Also those that have no row in this test: what the database holds, held against the list of models."""
    assert guards.missing_guards() == []
    names = {model._meta.db_table for model in guards.guarded_models()}
    assert {"cases_decision", "cases_paymentfile", "cases_issuedfile", "cases_accesslog", "cases_seal"} <= names
    assert {f"cases_historical{one}" for one in ("citizen", "grant", "task", "user")} <= names


def test_truncate_is_refused_too(decided: Decision) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="Fortiden"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_decision CASCADE")


def test_the_orm_refuses_with_a_sentence(decided: Decision) -> None:
    decided.subsidy = 1
    for change in (
        decided.save,
        decided.delete,
        Decision.objects.all().delete,
        lambda: Decision.objects.update(subsidy=1),
        lambda: Decision.objects.bulk_update([decided], ["subsidy"]),
    ):
        with pytest.raises(PastIsFixed, match="kan ikke ændres"):
            change()


BACKWARDS = ["released", "posted", "failed", "reversed"]


@pytest.mark.parametrize("status", [*BACKWARDS[1:], "invented"])
def test_a_status_cannot_jump(decided: Decision, status: str) -> None:
    refused(f"UPDATE cases_payment SET status = '{status}'")


@pytest.mark.parametrize("way", [["released"], ["released", "posted"], ["released", "posted", "reversed"]])
def test_a_status_never_goes_back(decided: Decision, way: list[str]) -> None:
    for status in way:
        sql(f"UPDATE cases_payment SET status = '{status}'")
    for status in (
        {"approved", "held", "released", "posted"} - {way[-1]} - ({"posted"} if way == ["released"] else set())
    ):
        refused(f"UPDATE cases_payment SET status = '{status}'")


def test_a_payment_is_held_and_let_on_and_stays_in_its_list_when_it_is_released(decided: Decision) -> None:
    for status in ("held", "approved", "released"):
        sql(f"UPDATE cases_payment SET status = '{status}', pay_date = '2026-11-30'")
    refused("UPDATE cases_payment SET pay_date = '2026-12-31'")
    refused("UPDATE cases_payment SET status = 'posted', payable_before_tax = payable_before_tax + 100")
    sql("UPDATE cases_payment SET pay_date = pay_date")


def test_a_parent_cannot_take_the_past_with_it(decided: Decision) -> None:
    with pytest.raises(ProtectedError):
        decided.grant.citizen.delete()
    with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
        decided.decided_by.delete()


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
@pytest.mark.parametrize("change", ["id", "natural key"])
def test_replace_is_refused_on_sqlite(decided: Decision, verb: str, change: str) -> None:
    """REPLACE deletes the row that stands without firing a delete trigger."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    names = ", ".join(f'"{field.column}"' for field in Decision._meta.concrete_fields if field.name != "subsidy")
    values = names if change == "id" else names.replace('"id"', "id + 1000")
    refused(f"{verb} INTO cases_decision ({names}, subsidy) SELECT {values}, 1 FROM cases_decision")


@pytest.mark.parametrize("id_", ["rowid", "oid", "_rowid_"])
def test_the_other_names_of_a_rows_id_are_no_way_round_on_sqlite(decided: Decision, id_: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own names")
    for table in ("cases_payment", "cases_decision"):
        refused(f"UPDATE {table} SET {id_} = 77")


def test_an_upsert_is_refused(decided: Decision) -> None:
    names = ", ".join(f'"{field.column}"' for field in Decision._meta.concrete_fields)
    refused(
        f"INSERT INTO cases_decision ({names}) SELECT {names} FROM cases_decision WHERE id > 0 "
        "ON CONFLICT (id) DO UPDATE SET subsidy = 1"
    )


def test_a_replica_session_and_a_look_alike_table_are_no_way_round_on_postgresql(decided: Decision) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own ways")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with transaction.atomic():
        sql("SET LOCAL session_replication_role = replica")
        refused("UPDATE cases_decision SET subsidy = 1")
        refused("DELETE FROM cases_paymentline")
        sql("CREATE TEMP TABLE cases_retentionlog (closed_at timestamptz)")
        sql("INSERT INTO cases_retentionlog VALUES (NULL)")
        refused("DELETE FROM cases_decision")


WEAKENED = {
    "sqlite": [
        "DROP TRIGGER guard_update_cases_decision",
        "CREATE TRIGGER guard_update_cases_decision BEFORE UPDATE ON cases_decision FOR EACH ROW BEGIN SELECT 1; END",
        "CREATE TRIGGER extra BEFORE INSERT ON cases_decision FOR EACH ROW BEGIN SELECT RAISE(IGNORE); END",
    ],
    "postgresql": [
        "DROP TRIGGER guard_update_cases_decision ON cases_decision",
        "ALTER TABLE cases_decision DISABLE TRIGGER guard_update_cases_decision",
        "ALTER TABLE cases_decision ENABLE TRIGGER guard_update_cases_decision",
        "CREATE OR REPLACE FUNCTION flekslon_past_is_fixed() RETURNS trigger LANGUAGE plpgsql "
        "AS $$BEGIN RETURN NEW; END;$$",
    ],
}


@pytest.mark.parametrize("number", range(4))
def test_a_weakened_guard_is_found_and_mended_by_the_next_migrate(decided: Decision, number: int) -> None:
    ways = WEAKENED[connection.vendor]
    if number >= len(ways):
        pytest.skip("fewer ways here")
    sql("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")
    if connection.vendor == "sqlite" and "guard_update" in ways[number]:
        sql("DROP TRIGGER IF EXISTS guard_update_cases_decision")
        if not ways[number].startswith("DROP"):
            sql(ways[number])
    else:
        sql(ways[number])
    assert "cases_decision" in guards.missing_guards()
    assert "Vagter: cases_decision" in list(faults())
    guards.install_guards()
    left = guards.missing_guards()
    assert left == (["cases_decision"] if "extra" in ways[number] else []), "a trigger that is not ours stays found"


def test_all_is_well_after_a_run(decided: Decision, capsys: Any) -> None:
    call_command("check_consistency", "--digest")
    out = capsys.readouterr().out.splitlines()
    assert out[1] == "Alt stemmer."
    assert len(out[0]) == 64


PLANTED = [
    ("UPDATE cases_citizen SET name = 'Byttet'", "Historik: borger"),
    ("DELETE FROM cases_wageceiling", "Historik: lønloft"),
    ("INSERT INTO cases_employer (se_number, name) VALUES ('12121212', 'Uden historik')", "Historik: arbejdsgiver"),
    ("UPDATE cases_decision SET subsidy = subsidy + 100", "Udbetalinger: 2026-11"),
    ("UPDATE cases_decision SET outcome = 'task'", "Fingeraftryk: afgørelse"),
    ("UPDATE cases_payment SET payable_before_tax = payable_before_tax - 100", "Udbetalingens dele: udbetaling"),
    ("UPDATE cases_decision SET sequence = 3", "Rækkefølge: sag"),
    ("UPDATE cases_payment SET status = 'posted'", "Udbetalingens dele: udbetaling"),
]


@pytest.mark.parametrize(("sql", "found"), PLANTED)
def test_a_planted_fault_is_found(decided: Decision, sql: str, found: str, capsys: Any) -> None:
    with guards.guards_lifted(), connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(SystemExit) as stopped:
        call_command("check_consistency")
    assert stopped.value.code == 1
    assert any(line.startswith(found) for line in capsys.readouterr().err.splitlines())


def test_every_look_up_stays(decided: Decision) -> None:
    from cases.access import log_access
    from cases.models import User

    log_access(User.objects.system(), decided.grant.citizen, "Prøve")
    with pytest.raises(PastIsFixed):
        AccessLog.objects.get().delete()


def test_money_is_never_calculated_in_sql() -> None:
    """F() on øre columns would add kroner to øre: only Sum, Min, Max and comparisons are allowed."""
    import re
    from pathlib import Path

    from django.apps import apps

    money = {
        field.name
        for model in apps.get_app_config("cases").get_models()
        for field in model._meta.fields
        if isinstance(field, HundredthsField)
    }
    sources = "\n".join(path.read_text() for path in Path("cases").rglob("*.py"))
    found = re.findall(r"F\(\"(\w+)\"\)\s*[-+*/]", sources) + re.findall(r"[-+*/]\s*F\(\"(\w+)\"\)", sources)
    assert not money & set(found)
    assert "subsidy" in money
