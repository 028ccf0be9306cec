"""Nobody edits the past: not by the ORM, not by SQL. And the consistency check finds what was planted."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from cases import guards
from cases.consistency import faults
from cases.models import AccessLog, Citizen, Decision, IncomeReport, Payment, PaymentStatus
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


@pytest.mark.parametrize("model", [Decision, Payment, IncomeReport, Citizen.history.model])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id + 1", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_the_past(decided: Decision, model: Any, statement: str) -> None:
    column = "history_id" if model is Citizen.history.model else "id"
    sql = statement.format(table=model._meta.db_table).replace("id = id + 1", f"{column} = {column}")
    with pytest.raises(DatabaseError, match="Fortiden kan ikke ændres"), transaction.atomic(), connection.cursor() as c:
        c.execute(sql)


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


def test_only_a_payments_status_may_move(decided: Decision) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_payment SET status = 'held'")
    assert Payment.objects.get().status == PaymentStatus.HELD
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_payment SET subsidy = 1")


def test_guards_are_put_back_by_the_next_migrate_and_missed_until_then(decided: Decision) -> None:
    with connection.cursor() as cursor:
        on = " ON cases_decision" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER guard_update_cases_decision{on}")
    assert guards.missing_guards() == ["cases_decision"]
    assert "Vagter: cases_decision" in list(faults())
    guards.install_guards()
    assert guards.missing_guards() == []


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
