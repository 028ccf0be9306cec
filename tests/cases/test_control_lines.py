"""R75: read from our own CSV, shown through the dated filter, added as income by a person."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cases import control_lines as r75
from cases.consistency import faults
from cases.models import AddedIncome, ControlLine, Grant, Role, User
from cases.refused import Refused
from rules.control_fields import is_shown
from rules.months import Month
from tests.cases.builders import CPR, NOW, make_case, make_municipality, make_user

pytestmark = pytest.mark.django_db

HEADER = "personnummer;indkomstaar;felt;tekst;beloeb"
PROFIT = f"{CPR};2026;111;Overskud;24000,00"


@pytest.fixture
def grant() -> Grant:
    return make_case(make_municipality())


@pytest.fixture
def aase(grant: Grant) -> User:
    return make_user("aase", Role.CASEWORKER, grant.municipality)


def read(*lines: str, header: str = HEADER, **given: Any) -> r75.Imported:
    return r75.import_control_lines(
        "\n".join([header, *lines]).encode(), "r75.csv", User.objects.system(), NOW, **given
    )


def test_the_same_file_twice_adds_nothing_and_two_equal_lines_are_two(grant: Grant) -> None:
    first = read(PROFIT, PROFIT, "0202781234;2026;111;Overskud;1")
    assert (first.read, first.new, first.without_case, first.exit_code) == (3, 2, 1, 0)
    second = read(PROFIT, PROFIT)
    assert (second.new, second.known, ControlLine.objects.count()) == (0, 2, 2)


@pytest.mark.parametrize(
    "line",
    ["x;2026;111;a;1", f"{CPR};1;111;a;1", f"{CPR};2026;;a;1", f"{CPR};2026;111;a;1,2,3", f"{CPR};2026;111", ";;;;"],
)
def test_a_bad_line_is_named_and_the_others_are_kept(grant: Grant, line: str) -> None:
    result = read(line, PROFIT)
    assert (result.exit_code, result.new) == (1, 1)
    assert result.faults[0].startswith("r75.csv, linje 2: ")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"", b"a;b\n1;2"])
def test_a_file_that_cannot_be_read_keeps_nothing(grant: Grant, data: bytes) -> None:
    result = r75.import_control_lines(data, "r75.csv", User.objects.system(), NOW)
    assert result.exit_code == 2
    assert not ControlLine.objects.exists()


def test_only_the_municipality_asked_for_gets_the_lines(grant: Grant) -> None:
    make_case(make_municipality("0998"))
    read(PROFIT, municipality=grant.municipality)
    assert ControlLine.objects.get().citizen == grant.citizen


def test_the_command_prints_counts_and_gives_the_exit_code(grant: Grant, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "r75.csv"
    file.write_text(f"{HEADER}\n{PROFIT}\nx;2026;111;a;1\n")
    with pytest.raises(SystemExit) as ended:
        call_command("import_control_lines", str(file))
    shown = capsys.readouterr()
    assert ended.value.code == 1
    assert "2 linjer læst, 1 nye" in shown.out
    assert "linje 3" in shown.err
    with pytest.raises(SystemExit) as ended:
        call_command("import_control_lines", str(tmp_path / "ingen.csv"))
    assert ended.value.code == 2


def test_the_filter_hides_and_counts(grant: Grant) -> None:
    read(PROFIT, f"{CPR};2026;0031;Renter;12", f"{CPR};2026;999;Ukendt;5", f"{CPR};2025;111;Overskud;6")
    found = r75.control_lines(grant.citizen)
    assert ([(one.year, one.code) for one in found.lines], found.hidden) == ([(2026, "111"), (2025, "111")], 2)
    only = r75.control_lines(grant.citizen, 2025)
    assert (len(only.lines), only.hidden) == (1, 0)


@pytest.mark.rules
def test_the_filter_is_dated() -> None:
    assert is_shown("111", 2013)
    assert is_shown("0111", 2030)
    assert not is_shown("111", 2012)
    assert not is_shown("11", 2026)


def test_a_line_is_added_as_income_month_by_month_once(grant: Grant, aase: User) -> None:
    read(PROFIT)
    line = ControlLine.objects.get()
    assert r75.proposed_monthly(line) == 2000
    months = (Month(2026, 9), Month(2026, 10))
    added = r75.add_as_income(line, grant, *months, Decimal(2000), "En tolvtedel", aase, NOW)
    assert [(one.month, one.kind, one.amount) for one in added] == [(m, "sideline", 2000) for m in months]
    assert AddedIncome.history.first().history_user == aase
    with pytest.raises(Refused, match="allerede tilføjet"):
        r75.add_as_income(line, grant, months[1], Month(2026, 11), Decimal(2000), "Igen", aase, NOW)
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("first", "last", "amount", "source"),
    [
        (Month(2025, 12), Month(2026, 1), "1", "x"),
        (Month(2026, 5), Month(2026, 4), "1", "x"),
        (Month(2026, 5), Month(2026, 5), "0", "x"),
        (Month(2026, 5), Month(2026, 5), "1", ""),
    ],
)
def test_what_cannot_be_added_is_refused(
    grant: Grant, aase: User, first: Month, last: Month, amount: str, source: str
) -> None:
    read(PROFIT)
    with pytest.raises(Refused):
        r75.add_as_income(ControlLine.objects.get(), grant, first, last, Decimal(amount), source, aase, NOW)
    assert not AddedIncome.objects.exists()


def test_a_hidden_line_and_another_citizens_line_cannot_be_added(grant: Grant, aase: User) -> None:
    read(f"{CPR};2026;31;Renter;12", PROFIT)
    other = make_case(grant.municipality, 5)
    may = Month(2026, 5)
    for code, case in (("31", grant), ("111", other)):
        with pytest.raises(Refused, match="kan ikke tilføjes"):
            r75.add_as_income(ControlLine.objects.get(code=code), case, may, may, Decimal(1), "x", aase, NOW)


def test_a_deficit_proposes_nothing(grant: Grant) -> None:
    read(f"{CPR};2026;112;Underskud;-12000.00")
    assert r75.proposed_monthly(ControlLine.objects.get()) == 0
