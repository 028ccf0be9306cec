"""From answer file to rows: both wrappers alike, the same file twice changes nothing, the good persons are kept."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.integrations.eindkomst import WRAPPERS, read_person
from cases.models import IncomeFile, IncomeReport, Municipality, RawAnswer
from tests.cases.builders import (
    OCTOBER,
    Pay,
    answer,
    cpr,
    give,
    make_case,
    make_municipality,
    ordinary,
    read_in,
    run,
)
from tests.cases.test_run_month import codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def municipality() -> Municipality:
    return make_municipality()


def command(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of import_income."""
    try:
        call_command("import_income", *arguments)
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    except CommandError as refused:
        return refused.returncode, "", str(refused)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_same_incomes_from_both_wrappers_to_the_oere(
    municipality: Municipality, capsys: Any, tmp_path: Path
) -> None:
    grant = make_case(municipality)
    pays = [Pay(OCTOBER, "11480.55", own_pension="574.03", employer_pension="1148.06"), *ordinary()[1:]]
    listed = []
    for wrapper in WRAPPERS:
        path = tmp_path / f"{wrapper}.xml"
        path.write_bytes(answer((grant, pays), wrapper=wrapper))
        code, out, _ = command(capsys, str(path), "--json", "--dry-run")
        assert code == 0
        listed.append(json.loads(out)[0]["persons"])
    assert listed[0] == listed[1]
    assert listed[0][0]["reports"][0]["amount"] == "11480.55"
    assert not IncomeReport.objects.exists()


def test_the_same_file_twice_changes_nothing_also_in_the_other_wrapper(municipality: Municipality) -> None:
    grant = make_case(municipality)
    first = read_in(answer((grant, ordinary())))
    again = read_in(answer((grant, ordinary())))
    other = read_in(answer((grant, ordinary()), wrapper=WRAPPERS[1]))
    assert (first.new_reports, again.new_reports, other.new_reports) == (3, 0, 0)
    assert IncomeReport.objects.count() == 3
    assert IncomeFile.objects.filter(reports__gt=0).count() == 1


def test_two_equal_reports_in_one_answer_are_two_incomes(municipality: Municipality) -> None:
    grant = make_case(municipality)
    twice = [Pay(OCTOBER, "6000.00"), Pay(OCTOBER, "6000.00"), *ordinary()[1:]]
    assert give(grant, twice).new_reports == 4
    assert give(grant, twice).new_reports == 0
    run(municipality)
    assert codes(grant) == []


def test_a_person_who_stands_twice_in_a_file_is_read_twice(municipality: Municipality) -> None:
    grant, other = make_case(municipality), make_case(municipality, 1)
    earlier, later = [Pay(OCTOBER, "6000.00")], [Pay(OCTOBER, "6000.00"), Pay(OCTOBER, "7000.00")]
    file = answer((grant, earlier), (other, earlier), (grant, later), (grant, earlier))
    assert read_in(file).new_reports == 3
    assert read_in(file).new_reports == 0
    assert sorted(RawAnswer.objects.values_list("citizen_id", flat=True)) == [
        grant.citizen_id,
        grant.citizen_id,
        other.citizen_id,
    ]
    kept = {(one.citizen_id, one.amount): one.answer for one in IncomeReport.objects.select_related("answer")}
    assert {owner for owner, _ in kept} == {grant.citizen_id, other.citizen_id}
    assert all(raw.citizen_id == owner for (owner, _), raw in kept.items())
    assert kept[grant.citizen_id, Decimal(6000)] != kept[grant.citizen_id, Decimal(7000)]


def test_the_raw_answer_is_kept_and_can_be_read_again(municipality: Municipality) -> None:
    import zlib

    grant = make_case(municipality)
    give(grant, ordinary())
    raw = RawAnswer.objects.get()
    person = read_person(zlib.decompress(raw.body))
    assert person.cpr == grant.citizen.cpr
    assert len(person.reports) == 3


def test_an_income_without_a_case_is_reported_and_not_kept(
    municipality: Municipality, capsys: Any, tmp_path: Path
) -> None:
    make_case(municipality)
    path = tmp_path / "svar.xml"
    path.write_bytes(answer((cpr(99), ordinary())))
    code, out, _ = command(capsys, str(path))
    assert code == 0
    assert "1 uden sag (ikke gemt)" in out
    assert not IncomeReport.objects.exists()
    assert not RawAnswer.objects.exists()


def test_a_bad_person_gets_a_sentence_with_file_person_and_field_and_the_good_ones_are_kept(
    municipality: Municipality, capsys: Any, tmp_path: Path
) -> None:
    good, bad = make_case(municipality, 1), make_case(municipality, 2)
    path = tmp_path / "oktober.xml"
    path.write_bytes(answer((bad, [Pay(OCTOBER, "12,3O")]), (good, ordinary())))
    code, _, err = command(capsys, str(path))
    assert code == 1
    assert "oktober.xml" in err
    assert bad.citizen.cpr in err
    assert "felt 057" in err
    assert "12,3O" in err
    assert set(IncomeReport.objects.values_list("citizen_id", flat=True)) == {good.citizen_id}


def test_a_file_that_breaks_off_keeps_the_persons_before_the_break(
    municipality: Municipality, capsys: Any, tmp_path: Path
) -> None:
    grants = [make_case(municipality, number) for number in (1, 2, 3)]
    data = answer(*((grant, ordinary()) for grant in grants))
    path = tmp_path / "afbrudt.xml"
    path.write_bytes(data[: data.index(grants[2].citizen.cpr.encode()) + 400])
    code, out, err = command(capsys, str(path))
    assert code == 2
    assert "afbrudt.xml" in err
    assert "2 personer læst" in out
    assert IncomeReport.objects.count() == 6


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ikke xml",
        b"\x00\x01",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a/>",
    ],
)
def test_a_file_that_is_no_answer_is_refused_with_a_sentence(
    data: bytes, municipality: Municipality, capsys: Any, tmp_path: Path
) -> None:
    path = tmp_path / "underlig.xml"
    path.write_bytes(data)
    code, _, err = command(capsys, str(path))
    assert code == 2
    assert err.startswith("underlig.xml: ")
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_said(capsys: Any) -> None:
    code, _, err = command(capsys, "findes-ikke.xml")
    assert code == 2
    assert "kan ikke åbnes" in err


def test_a_citizen_with_cases_in_two_municipalities_needs_the_municipality_named(municipality: Municipality) -> None:
    other = make_municipality("0998")
    here, there = make_case(municipality), make_case(other)
    data = answer((here, ordinary()))
    both = read_in(data)
    assert "flere kommuner" in both.faults[0]
    assert read_in(data, municipality=other).new_reports == 3
    assert there.citizen.reports.count() == 3
    assert here.citizen.reports.count() == 0


def test_a_correction_belongs_to_the_month_it_corrects_and_stops_the_month_it_came_in(
    municipality: Municipality,
) -> None:
    grant = make_case(municipality)
    correction = Pay(OCTOBER - 1, "-350.00", correction=True, hours="0.00", pay_date=date(2026, 10, 31), own_id="ret")
    give(grant, [*ordinary(), correction])
    report = grant.citizen.reports.get(is_correction=True)
    assert (report.month, report.pay_month) == (OCTOBER - 1, OCTOBER)
    run(municipality)
    assert codes(grant) == ["INC22"]


def test_a_reversal_with_its_original_counts_against_it(municipality: Municipality) -> None:
    grant = make_case(municipality)
    wrong = Pay(OCTOBER, "90000.00", own_id="forkert")
    reversed_ = Pay(OCTOBER, "90000.00", own_id="forkert", kind="T")
    give(grant, [*ordinary(), wrong, reversed_])
    run(municipality)
    assert codes(grant) == []


@pytest.mark.parametrize("amount", ["90000.00", "-500.00"])
def test_a_reversal_without_original_or_with_a_negative_amount_stops(amount: str, municipality: Municipality) -> None:
    grant = make_case(municipality)
    give(grant, [*ordinary(), Pay(OCTOBER, amount, own_id="væk", kind="T")])
    run(municipality)
    assert "INC23" in codes(grant)


def test_net_holiday_pay_is_grossed_up_and_taken_out_or_asks_for_the_tax_percent(municipality: Municipality) -> None:
    """855,60 / (0,92 x 0,62) = 1.500: 13.500 - 1.500 = 12.000 (bekg. 227/2024 § 6, stk. 2)."""
    known, unknown = make_case(municipality, 1), make_case(municipality, 2, tax_percent=None)
    holiday = (("16200", "176", "855.60"), ("16200", "187", "33088566"))
    pays = [Pay(OCTOBER - back, "13500.00", extra=holiday) for back in range(3)]
    give(known, pays)
    give(unknown, pays)
    run(municipality)
    assert codes(known) == []
    assert known.decisions.get().income == Decimal(12000)
    assert "INC8" in codes(unknown)
