"""What a report means: role, amounts, hours, and what stops the case, with a counter-example beside each example."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.code_tables import code_meaning, code_meanings, field_meanings, number_fault
from rules.income_codes import FERIEKONTO_SE, NEW_BLOCK, ClassifiedReport, classify
from rules.months import Month

pytestmark = pytest.mark.rules

ROLES = {"wage", "benefit", "other_benefit", "own_subsidy", "holiday_paid", "judge", "left_out"}


def report(*lines: str, type_: str = "00", art: str = "", header: str = "", se: str = "") -> ClassifiedReport:
    """Lines as "057=100.00" (form 16001) or "16200/176=100.00"; header as "151=1,011=T"."""
    fields = [("11000", "011", "I"), ("11000", "012", type_), ("11000", "016", "202611")]
    fields += [("11000", *pair.split("=")) for pair in header.split(",") if pair]
    fields += [("16000", "019", art)] if art else []
    for line in lines:
        place, text = line.split("=")
        form, _, number = place.rpartition("/")
        fields.append((form or "16001", number, text))
    return classify(fields, se)


def test_ordinary_wage_with_both_pensions_and_hours():
    found = report("057=11480.00", "059=2711.00", "060=918.00", "076=189.90", "096=60.00", "197=574.00", "198=1148.00")
    assert (found.role, found.kind) == ("wage", "wage")
    assert (found.amount, found.own_pension, found.employer_pension) == (
        Decimal("11480"),
        Decimal("574"),
        Decimal("1148"),
    )
    assert (found.paid_hours, found.hours_state, found.hours_fault) == (Decimal("60.00"), "given", "")
    assert (found.must_judge, found.unknown) == ((), ())
    assert found.tax_month == Month(2026, 11)
    assert [label for label, _ in found.left_out] == ["felt 059 (A-skat)", "felt 060 (AM-bidrag)"]


def test_equal_felter_are_added_up():
    found = report("057=100.50", "057=200.25", "096=1", "096=2.50")
    assert (found.amount, found.paid_hours) == (Decimal("300.75"), Decimal("3.50"))


@pytest.mark.parametrize(
    ("type_", "art", "kind"),
    [
        ("07", "", "sickness_benefit"),
        ("07", "0078", "parental_benefit"),
        ("04", "0103", "sickness_benefit"),
        ("00", "103", "sickness_benefit"),
        ("00", "3", "sickness_benefit"),
        ("04", "78", "parental_benefit"),
        ("04", "0084", "resource_course_benefit"),
        ("7", "", "sickness_benefit"),
    ],
)
@pytest.mark.parametrize("felt", ["057", "058", "070", "071"])
def test_sickness_and_parental_benefit_is_deducted_in_whatever_felt_it_stands(type_, art, kind, felt):
    found = report(f"{felt}=4355.00", type_=type_, art=art)
    assert (found.role, found.kind, found.amount) == ("benefit", kind, Decimal("4355"))
    assert found.must_judge == ()


def test_the_art_goes_before_the_type_and_the_type_before_the_felt():
    assert report("057=100", type_="07", art="0083").role == "own_subsidy"
    assert report("057=100", type_="07").role == "benefit"
    assert report("057=100", type_="00").role == "wage"


@pytest.mark.parametrize(
    ("type_", "art", "role", "stops"),
    [
        ("04", "0083", "own_subsidy", False),
        ("04", "0005", "other_benefit", False),
        ("06", "", "other_benefit", False),
        ("04", "", "judge", True),
        ("24", "", "judge", True),
        ("10", "", "judge", True),
        ("04", "0104", "judge", True),
        ("04", "0105", "judge", True),
        ("04", "0106", "judge", True),
        ("00", "0027", "judge", True),
        ("00", "57", "judge", True),
        ("01", "", "left_out", False),
        ("04", "0009", "left_out", False),
        ("04", "0110", "left_out", False),
    ],
)
def test_other_codes(type_, art, role, stops):
    found = report("058=900.00", type_=type_, art=art)
    assert (found.role, found.amount, bool(found.must_judge)) == (role, Decimal(900), stops)
    assert found.unknown == ()


def test_judged_kinds_say_what_they_would_count_as():
    assert report("058=1", art="0105").kind == "lost_earnings"
    assert report("058=1", art="0106").kind == "lost_earnings"
    assert report("058=1", art="0027").kind == "wage"


def test_a_code_without_an_amount_stops_nothing():
    for art in ("0104", "0005", "0103", "0105"):
        found = report("059=10.00", art=art)
        assert (found.role, found.must_judge, found.unknown) == ("left_out", (), ())


def test_income_without_am_alone_must_be_judged_and_beside_a_wage_too():
    assert report("058=500.00").role == "judge"
    both = report("057=9000.00", "058=500.00", "096=40")
    assert (both.role, both.amount) == ("wage", Decimal(9000))
    assert both.must_judge == (("felt 058 (A-indkomst uden AM-bidrag)", Decimal(500)),)
    assert report("057=9000.00", "058=0.00").must_judge == ()


def test_wage_counts_beside_an_amount_that_must_be_judged():
    found = report("057=9000.00", "091=8000.00")
    assert (found.role, found.amount) == ("wage", Decimal(9000))
    assert found.must_judge == (("felt 091 (jubilæum eller fratrædelse)", Decimal(8000)),)
    assert report("057=9000.00", "091=0.00").must_judge == ()
    assert report("091=8000.00").role == "judge"


def test_b_income_with_am_is_a_kind_of_its_own_beside_or_alone():
    beside = report("057=9000.00", "070=700.00")
    assert (beside.kind, beside.amount, beside.b_income) == ("wage", Decimal(9000), Decimal(700))
    alone = report("070=700.00")
    assert (alone.role, alone.kind, alone.amount, alone.b_income) == ("wage", "b_income", Decimal(700), 0)
    without_am = report("071=700.00")
    assert (without_am.role, without_am.amount) == ("left_out", 0)


def test_goods_and_travel_are_shown_and_not_counted():
    found = report("057=9000.00", "065=3000.00", "184=275.00", "078=412.50")
    assert found.amount == Decimal(9000)
    assert [amount for _, amount in found.left_out] == [Decimal(3000), Decimal(275), Decimal("412.50")]
    assert found.must_judge == ()


@pytest.mark.parametrize(
    ("lines", "hours", "state"),
    [
        (["096=60.00"], Decimal(60), "given"),
        (["096=-4.00"], Decimal(-4), "given"),
        (["096=0.00"], Decimal(0), "zero"),
        ([], None, "missing"),
        (["096="], None, "missing"),
        (["096=99999.99"], None, "unusable"),
        (["096=99999.98"], Decimal("99999.98"), "given"),
        (["096=99998.99"], Decimal("99998.99"), "given"),
        (["200=1"], None, "no_relation"),
        (["096=60.00", "200=1"], None, "no_relation"),
        (["096=60.00", "200=X"], None, "no_relation"),
        (["096=60.00", "200=0"], Decimal(60), "given"),
        (["096=60.00", "200="], Decimal(60), "given"),
    ],
)
def test_hours(lines, hours, state):
    found = report("057=9000.00", *lines)
    assert (found.paid_hours, found.hours_state) == (hours, state)
    assert (found.hours_fault == "") == (state == "given")


def test_holiday_pay_earned_net_and_gross():
    net = report("057=6200.00", "16200/176=444.00", "16200/178=56.00", "16200/177=0.96", "16200/187=33088566")
    assert (net.role, net.net_holiday_pay, net.holiday_days) == ("wage", Decimal(500), Decimal("0.96"))
    assert net.holiday_payer == FERIEKONTO_SE
    alone = report("16200/176=444.00", "16200/180=2025")
    assert (alone.role, alone.amount, alone.holiday_year) == ("wage", 0, "2025")
    gross = report("057=6200.00", "16202/213=100.00", "16202/214=20.00")
    assert (gross.gross_holiday_pay, gross.net_holiday_pay, gross.must_judge) == (Decimal(120), 0, ())
    frozen = report("16201/211=900.00", "16201/212=2.08")
    assert frozen.gross_holiday_pay == Decimal(900)
    assert [amount for _, amount in frozen.must_judge] == [Decimal(900)]


def test_holiday_pay_paid_out():
    by_type = report("217=3100.00", "220=33088566", type_="29")
    assert (by_type.role, by_type.kind, by_type.amount) == ("holiday_paid", "holiday_pay", Decimal(3100))
    assert report("057=3100.00", type_="29").amount == Decimal(3100)
    assert report("217=3100.00").role == "holiday_paid"
    twice = report("057=3100.00", "217=3100.00", type_="29")
    assert (twice.amount, len(twice.must_judge)) == (Decimal(3100), 1)
    beside = report("057=9000.00", "217=3100.00", "096=40")
    assert (beside.role, beside.amount, beside.holiday_paid) == ("wage", Decimal(9000), Decimal(3100))
    assert len(beside.must_judge) == 1


def test_feriekonto_is_no_employer():
    assert report("057=3100.00", se=FERIEKONTO_SE).role == "holiday_paid"
    assert report("057=3100.00", se="33088567").role == "wage"


@pytest.mark.parametrize(
    ("line", "amount"),
    [("299=250.00", "250"), ("17000/057=1", "1"), ("16200/999=-5.5", "-5.5"), ("100000000000001057=7.00", "7")],
)
def test_an_unknown_felt_with_an_amount_stops(line, amount):
    found = report("057=9000.00", line)
    assert (found.role, found.amount) == ("wage", Decimal(9000))
    assert [value for _, value in found.unknown] == [Decimal(amount)]
    assert found.unknown[0][0].startswith("ukendt felt")


@pytest.mark.parametrize("line", ["299=0.00", "299=", "299=ABC", "17000/057=0", "11000/002=1", "11000/888=12"])
def test_an_unknown_felt_without_an_amount_is_kept_in_silence(line):
    assert report("057=9000.00", line).unknown == ()


def test_an_amount_in_an_unknown_felt_of_the_header_stops():
    assert report("057=9000.00", "11000/888=12.50").unknown == (("ukendt felt 888 på blanket 11000", Decimal("12.50")),)


def test_unknown_art_and_type_stop_with_the_lines_amount_and_the_next_known_code_decides():
    found = report("057=320.00", art="0999")
    assert (found.role, found.unknown) == ("wage", (("ukendt indtægtsart 0999", Decimal(320)),))
    found = report("058=320.00", art="0999", type_="07")
    assert (found.role, len(found.unknown)) == ("benefit", 1)
    assert report("057=320.00", type_="77").unknown == (("ukendt indkomsttype 77", Decimal(320)),)
    assert report("057=0.00", art="0999", type_="77").unknown == ()
    assert report("058=320.00", art="0103", type_="77").unknown[0][0] == "ukendt indkomsttype 77"


def test_reversals_and_corrections_keep_the_sign_as_reported():
    assert report("057=412.00", header="011=T").is_reversal
    assert report("057=412.00", header="011=T").amount == Decimal(412)
    assert report("057=412.00", "16000/021=1").is_reversal
    assert not report("057=412.00", "16000/021=0").is_reversal
    assert not report("057=412.00").is_reversal
    assert report("057=-350.00", header="151=1").is_correction
    assert report("057=-350.00", header="151=1").amount == Decimal(-350)
    assert not report("057=-350.00", header="151=0").is_correction
    assert report("057=1.00", header="011=Q").unknown


def test_several_blocks_add_up_when_alike_and_are_judged_when_not():
    head = [("11000", "012", "00")]
    alike = classify([*head, ("16001", "057", "100"), ("16001", "096", "2"), NEW_BLOCK, ("16001", "057", "50")])
    assert (alike.role, alike.amount, alike.paid_hours, alike.must_judge) == ("wage", Decimal(150), Decimal(2), ())
    sick = [NEW_BLOCK, ("16000", "019", "0103"), ("16001", "058", "3000")]
    mixed = classify([*head, ("16000", "020", "1"), ("16001", "057", "100"), *sick])
    assert (mixed.role, mixed.amount) == ("wage", Decimal(100))
    assert mixed.must_judge == (("ydelse til fradrag i samme indberetning", Decimal(3000)),)
    aid = [NEW_BLOCK, ("16000", "019", "0041"), ("16001", "058", "700")]
    assert classify([*head, ("16001", "057", "100"), *aid]).must_judge == (
        ("anden ydelse i samme indberetning", Decimal(700)),
    )
    leave = [NEW_BLOCK, ("16000", "019", "0104"), ("16001", "058", "700")]
    assert [amount for _, amount in classify([*head, ("16001", "057", "100"), *leave]).must_judge] == [Decimal(700)]
    own = [NEW_BLOCK, ("16000", "019", "83"), ("16001", "058", "15000")]
    assert classify([*head, ("16001", "057", "100"), *own]).must_judge == ()
    half = [NEW_BLOCK, ("16000", "021", "1"), ("16001", "057", "40")]
    assert classify([*head, ("16001", "057", "100"), *half]).must_judge


def test_pension_beside_a_benefit_is_not_left_out_in_silence():
    found = report("058=3000.00", "198=100.00", art="0103")
    assert (found.role, found.amount, found.employer_pension) == ("benefit", Decimal(3000), 0)
    assert [amount for _, amount in found.must_judge] == [Decimal(100)]


def test_an_empty_report_means_nothing():
    assert classify(()) == ClassifiedReport(role="left_out")


def test_an_amount_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match=r"felt 057 \(A-indkomst med AM-bidrag\) har værdien '12,3O'"):
        report("057=12,3O")
    assert number_fault("16001", "057", "12.30") == ""
    assert number_fault("16001", "057", "") == ""
    assert number_fault("16001", "299", "12,3O") == ""
    for text in ("1,00", "NaN", "1e5", "Infinity", "1_000", "٣", "1.2.3", "--1", "1.", ".5"):
        assert number_fault("16001", "057", text)


def test_the_tables_hold_together():
    treatments = {
        row.treatment
        for table in ("income_types", "income_arts")
        for rows in code_meanings(table).values()
        for row in rows
    }
    assert treatments == {"by_field", "ignore", "judge", "other_benefit", "benefit", "holiday_paid", "own_subsidy"}
    assert all(len(code) == 2 for code in code_meanings("income_types"))
    assert all(len(code) == 4 for code in code_meanings("income_arts"))
    assert {field.type for field in field_meanings().values()} == {"amount", "number", "text", "code", "cross", "month"}
    assert code_meaning("income_arts", "0103", Month(2026, 1)).kind == "sickness_benefit"
    assert code_meaning("income_arts", "0103", Month(2012, 12)) is None
    assert code_meaning("income_arts", "9999", None) is None


amounts = st.decimals(-99999, 99999, places=2).map(str)
lines = st.lists(
    st.tuples(st.sampled_from(["16001", "16200", "16202", "16300"]), st.integers(1, 230), amounts), max_size=8
)


@given(lines, st.integers(0, 30), st.one_of(st.none(), st.integers(0, 200)))
def test_no_amount_of_income_disappears(found_lines, type_, art):
    """A- and B-income with AM always ends up as an amount, as something to judge or as left out by a code."""
    fields = [("11000", "012", f"{type_:02d}")]
    fields += [("16000", "019", str(art))] if art is not None else []
    fields += [(form, f"{number:03d}", text) for form, number, text in found_lines]
    found = classify(fields)
    assert found.role in ROLES
    income = sum(Decimal(text) for form, number, text in found_lines if form == "16001" and number in (57, 70))
    if found.role == "wage":
        assert found.amount + found.b_income == income
    if income and found.role == "left_out" and art is None:
        assert found.left_out or found.unknown or found.must_judge
