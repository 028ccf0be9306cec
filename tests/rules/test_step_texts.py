"""What the citizen and the lawyer read: the steps of whole cases, word by word."""

from __future__ import annotations

import pytest

from tests.rules.case import basis, benefit, calculated, income, lines, sick, wage

ALLOWANCE = "unemployment_allowance_in_holiday"


def test_the_ministrys_example_over_the_threshold() -> None:
    assert lines(calculated(basis("2022-08", wage(17333), ceiling=32067))) == [
        "18964.00 | 98 % af højeste dagpenge | LAB § 123, stk. 1; bekg. 250/2022 § 2, stk. 1",
        "0.00 | Indtægt: løn 17.333,00 kr. | Bekg. 250/2022 § 1, stk. 1, og § 3, stk. 5",
        "-4620.30 | 30 % af 15.401,00 kr. (indtægt op til indtægtsgrænsen)"
        " | LAB § 123, stk. 2; bekg. 250/2022 § 3, stk. 2",
        "-1062.60 | 55 % af 1.932,00 kr. (indtægt over indtægtsgrænsen)"
        " | LAB § 123, stk. 2; bekg. 250/2022 § 3, stk. 2",
        "0.00 | Lønloftet på 32.067,00 kr. er ikke overskredet: indtægt 17.333,00 kr. + tilskud 13.281,10 kr."
        " = 30.614,10 kr. | LAB § 123, stk. 3; bekg. 250/2022 § 3, stk. 3",
        "-0.10 | Afrunding til nærmeste hele krone | Bekg. 250/2022 § 2, stk. 1",
        "-500.00 | Ekstra ATP: 5 % af tilskuddet, højst 500 kr. | LAB § 137; bekg. 1344/2015 § 2",
    ]


def test_everything_in_one_month_in_the_order_of_the_law() -> None:
    case = basis(
        "2024-08",
        income("employee_benefit", 300),
        wage("6000.50", own=100, employer=200),
        income("holiday_pay", -500),
        income("lost_earnings", 400),
        benefits=(benefit("resource_course_benefit", 50, "lost"), sick(2000), benefit("parental_benefit", 10)),
        ceiling=22000,
        days=2,
    )
    assert lines(calculated(case)) == [
        "19952.00 | 98 % af højeste dagpenge | LAB § 123, stk. 1; bekg. 227/2024 § 2, stk. 1",
        "0.00 | Personalegoder 300,00 kr. regnes ikke med | Principmeddelelse 39-19",
        "0.00 | Indtægt: løn 6.000,50 kr. + tabt arbejdsfortjeneste eller plejevederlag 400,00 kr."
        " + feriegodtgørelse før skat -500,00 kr. + eget pensionsbidrag 100,00 kr."
        " + arbejdsgivers pensionsbidrag 200,00 kr. = 6.200,50 kr."
        " | Bekg. 227/2024 § 1, stk. 1, og § 3, stk. 5; § 3, stk. 6, og § 6; § 11",
        "-1860.15 | 30 % af 6.200,50 kr. (indtægt op til 16.323,00 kr.)"
        " | LAB § 123, stk. 2; bekg. 227/2024 § 3, stk. 2",
        "-2000.00 | Sygedagpenge fradrages fuldt ud | LAB § 124, stk. 3, 3. pkt.; bekg. 227/2024 § 7, stk. 2, og § 8",
        "-10.00 | Barselsdagpenge fradrages fuldt ud | LAB § 124, stk. 3, 3. pkt.; bekg. 227/2024 § 9, stk. 2",
        "-50.00 | Ressourceforløbsydelse, som retten er mistet til, fradrages fuldt ud"
        " | LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 4",
        "-2242.35 | Lønloftet på 22.000,00 kr. er overskredet: indtægt 6.200,50 kr. + ydelser 2.010,00 kr."
        " + tilskud 16.031,85 kr. = 24.242,35 kr."
        " | LAB § 123, stk. 3, og § 124, stk. 3, 4. pkt.; bekg. 227/2024 § 3, stk. 3",
        "-1272.87 | 2 dage med ledighedsydelse under ferie: 2/21,6667 af 13.789,50 kr."
        " | Bekg. 227/2024 § 10, stk. 2, og § 2, stk. 2",
        "0.37 | Afrunding til nærmeste hele krone | Bekg. 227/2024 § 2, stk. 1",
        "-500.00 | Ekstra ATP: 5 % af tilskuddet, højst 500 kr. | LAB § 137; bekg. 1450/2023 § 2",
    ]


def test_no_income_and_no_ceiling() -> None:
    assert lines(calculated(basis("2026-08")))[1:3] == [
        "0.00 | Ingen løn eller anden indtægt, som tilskuddet nedsættes for"
        " | LAB § 123, stk. 2; bekg. 227/2024 § 3, stk. 2",
        "0.00 | Lønloftet er ikke oplyst, og tilskuddet er ikke holdt op mod det"
        " | LAB § 123, stk. 3; bekg. 227/2024 § 3, stk. 3",
    ]


def test_the_floor() -> None:
    assert lines(calculated(basis("2024-08", wage(44000), ceiling=60000)))[4:] == [
        "167.25 | Tilskuddet kan ikke blive mindre end 0 kr. | LAB § 123, stk. 2; bekg. 227/2024 § 3, stk. 2",
        "0.00 | Der er intet tilskud at nedsætte efter lønloftet på 60.000,00 kr."
        " | LAB § 123, stk. 3; bekg. 227/2024 § 3, stk. 3",
        "0.00 | Afrunding til nærmeste hele krone | Bekg. 227/2024 § 2, stk. 1",
        "0.00 | Ekstra ATP: 5 % af tilskuddet, højst 500 kr. | LAB § 137; bekg. 1450/2023 § 2",
    ]


def test_no_floor_step_at_exactly_zero() -> None:
    texts = [step.text for step in calculated(basis("2024-08", benefits=(sick(19952),))).steps]
    assert not any(text.startswith("Tilskuddet kan ikke") for text in texts)


def test_no_step_over_the_threshold_at_the_threshold() -> None:
    texts = lines(calculated(basis("2024-08", wage(16323))))
    assert texts[2].startswith("-4896.90 | 30 % af 16.323,00 kr. (indtægt op til 16.323,00 kr.)")
    assert not any("55 %" in text for text in texts)


def test_the_ceiling_takes_everything() -> None:
    assert lines(calculated(basis("2024-08", wage(26000), ceiling=25000)))[4] == (
        "-9732.75 | Lønloftet på 25.000,00 kr. er overskredet, og tilskuddet falder helt bort: indtægt 26.000,00 kr."
        " + tilskud 9.732,75 kr. = 35.732,75 kr. | LAB § 123, stk. 3; bekg. 227/2024 § 3, stk. 3"
    )


def test_corrections_of_benefits() -> None:
    assert lines(calculated(basis("2024-08", benefits=(sick(-300), sick(100, "lost")))))[2:5] == [
        "300.00 | Sygedagpenge fradrages fuldt ud | LAB § 124, stk. 3; bekg. 227/2024 § 7, stk. 1",
        "-100.00 | Sygedagpenge, som retten er mistet til eller som er søgt for sent, fradrages fuldt ud"
        " | LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 3 (ved for sen anmodning stk. 5)",
        "-200.00 | Rettelser af ydelser kan ikke forhøje tilskuddet | LAB § 123, stk. 1; bekg. 227/2024 § 2, stk. 1",
    ]


def test_left_out_incomes_are_added_by_kind_and_stand_in_a_fixed_order() -> None:
    case = basis(
        "2023-12",
        income("pension_payment", 10, own=1),
        income("lost_earnings", 20),
        income("employee_benefit", 3500),
        income("volunteer_fee", 1500, employer=5),
        income("employee_benefit", 275),
    )
    assert lines(calculated(case))[1:6] == [
        "0.00 | Tabt arbejdsfortjeneste eller plejevederlag 20,00 kr. regnes ikke med"
        " | Principmeddelelse 6-23; tæller først med fra bekg. 227/2024 § 11",
        "0.00 | Personalegoder 3.775,00 kr. regnes ikke med | Principmeddelelse 39-19",
        "0.00 | Vederlag til frivillige i beredskabet 1.505,00 kr. regnes ikke med | Bekg. 250/2022 § 2, stk. 3",
        "0.00 | Udbetalt pension 11,00 kr. regnes ikke med | Ikke løn, jf. bekg. 250/2022 § 1, stk. 1, nr. 1",
        "0.00 | Ingen løn eller anden indtægt, som tilskuddet nedsættes for"
        " | LAB § 123, stk. 2; bekg. 250/2022 § 3, stk. 2",
    ]


def test_several_kinds_of_income_stand_in_a_fixed_order() -> None:
    case = basis("2024-08", income("sideline", -5), income("b_income", 3), income("other_wage", 2), wage(1), wage(7))
    assert lines(calculated(case))[1] == (
        "0.00 | Indtægt: løn 8,00 kr. + løn fra andet job 2,00 kr. + B-indkomst 3,00 kr."
        " + overskud af selvstændig bibeskæftigelse 0,00 kr. = 13,00 kr."
        " | Bekg. 227/2024 § 1, stk. 1, og § 3, stk. 5"
    )


def test_an_income_below_zero_says_so() -> None:
    assert lines(calculated(basis("2024-08", wage(-5))))[1].startswith("0.00 | Indtægt: løn -5,00 kr. = 0,00 kr. | ")


def test_sickness_without_wage_has_its_own_paragraph() -> None:
    assert lines(calculated(basis("2024-08", benefits=(sick(9),))))[2].endswith(
        "| LAB § 124, stk. 3; bekg. 227/2024 § 7, stk. 1"
    )


@pytest.mark.parametrize("amount", ["0.01", "1"])
def test_any_wage_at_all_is_a_month_with_wage(amount: str) -> None:
    assert lines(calculated(basis("2024-08", wage(amount), benefits=(sick(9),))))[3].endswith("§ 7, stk. 2, og § 8")


def test_a_correction_of_an_oere() -> None:
    assert lines(calculated(basis("2024-08", benefits=(sick("-0.01"),))))[3].startswith("-0.01 | Rettelser af ydelser")


def test_no_floor_for_benefits_that_are_not_negative() -> None:
    texts = [step.text for step in calculated(basis("2024-08", benefits=(sick(0),))).steps]
    assert "Rettelser af ydelser kan ikke forhøje tilskuddet" not in texts


def test_two_kinds_stand_in_a_fixed_order() -> None:
    counted = lines(calculated(basis("2024-08", income("b_income", 3), wage(1))))[1]
    assert counted.startswith("0.00 | Indtægt: løn 1,00 kr. + B-indkomst 3,00 kr. = 4,00 kr.")
    left_out = lines(calculated(basis("2024-08", income("volunteer_fee", 3), income("employee_benefit", 1))))[1:3]
    assert [line.split()[2] for line in left_out] == ["Personalegoder", "Vederlag"]
    deducted = lines(calculated(basis("2024-08", benefits=(sick(1, "lost"), sick(1)))))[2:4]
    assert [line.split()[2] for line in deducted] == ["Sygedagpenge", "Sygedagpenge,"]


def test_one_day_and_half_days() -> None:
    one, half = (lines(calculated(basis("2024-08", days=days)))[3] for days in ("1", "2.50"))
    assert one.startswith("-920.86 | 1 dag med ledighedsydelse under ferie: 1/21,6667 af 19.952,00 kr. | ")
    assert half.startswith("-2302.15 | 2,5 dage med ledighedsydelse under ferie: 2,5/21,6667 af 19.952,00 kr. | ")


def test_ledighedsydelse_in_kroner() -> None:
    assert lines(calculated(basis("2020-05", benefits=(benefit(ALLOWANCE, 3000),))))[2] == (
        "-3000.00 | Ledighedsydelse under ferie fradrages | Bekg. 1604/2019 § 9, stk. 2"
    )


LAW_OF_THE_MONTH = (
    # month, base text, base, reduction, sickness without wage, ceiling, rounding, extra ATP
    ("2014-04", "pr. uge", "LAB § 70 f, stk. 1", "1425/2012 § 2, stk. 1", "1425/2012 § 3, stk. 1", "", "411/2014 § 2"),
    ("2014-05", "pr. uge", "411/2014 § 2", "411/2014 § 3, stk. 2", "411/2014 § 4, stk. 1", "", "411/2014 § 2"),
    ("2014-06", "pr. uge", "411/2014 § 2", "411/2014 § 3, stk. 2", "411/2014 § 4, stk. 1", "", "411/2014 § 2"),
    ("2014-07", "pr. uge", "811/2014 § 2", "811/2014 § 3, stk. 2", "811/2014 § 4, stk. 1", "811/2014", "811/2014 § 2"),
    ("2017-06", "pr. uge", "811/2014 § 2", "811/2014 § 3, stk. 2", "811/2014 § 4, stk. 1", "811/2014", "811/2014 § 2"),
    ("2017-07", "dagpenge", "891/2017 § 2", "891/2017 § 3, stk. 2", "891/2017 § 4, stk. 1", "891/2017", "891/2017 § 2"),
    ("2017-12", "", "1182/2017 § 2", "1182/2017 § 3, stk. 2", "1182/2017 § 4, stk. 1", "1182/2017", "1182/2017 § 2"),
    ("2019-01", "", "1603/2018 § 2", "1603/2018 § 3, stk. 2", "1603/2018 § 4, stk. 1", "1603/2018", "1603/2018 § 2"),
    ("2019-12", "", "LAB § 70 f", "LAB § 70 f, stk. 2", "LAB § 70 f, stk. 5", "LAB § 70 f, stk. 3", "1603/2018"),
    (
        "2020-01",
        "",
        "LAB § 123, stk. 1; bekg. 1604/2019",
        "LAB § 123, stk. 2",
        "1604/2019 § 6, stk. 1",
        "",
        "1604/2019",
    ),
    ("2021-02", "", "110/2021 § 2", "110/2021 § 3, stk. 2", "110/2021 § 6, stk. 1", "110/2021 § 3", "110/2021 § 2"),
    ("2022-04", "", "250/2022 § 2, stk. 1", "250/2022 § 3, stk. 2", "250/2022 § 7, stk. 1", "250/2022", "250/2022"),
    ("2023-12", "", "250/2022 § 2, stk. 1", "250/2022 § 3, stk. 2", "250/2022 § 7, stk. 1", "250/2022", "250/2022"),
    ("2024-01", "", "227/2024 § 2, stk. 1", "227/2024 § 3, stk. 2", "227/2024 § 7, stk. 1", "227/2024", "227/2024"),
)


@pytest.mark.parametrize("row", LAW_OF_THE_MONTH, ids=lambda row: row[0])
def test_each_month_cites_the_order_in_force(row: tuple[str, ...]) -> None:
    month, base_text, *laws = row
    steps = calculated(basis(month, benefits=(sick(100),), ceiling=30000)).steps
    assert base_text in steps[0].text
    for step, law in zip(steps, laws, strict=False):
        assert law in step.law
    assert ("pr. uge × 4,3333" in steps[0].text) == (month < "2017-07")


@pytest.mark.parametrize(
    ("month", "law"),
    [
        ("2014-06", "Bekg. 1414/2012"),
        ("2014-07", "Bekg. 806/2014 § 2"),
        ("2015-12", "Bekg. 806/2014 § 2"),
        ("2016-01", "Bekg. 1344/2015 § 2"),
        ("2020-01", "LAB § 137; bekg. 1344/2015 § 2"),
        ("2023-12", "LAB § 137; bekg. 1344/2015 § 2"),
        ("2024-01", "LAB § 137; bekg. 1450/2023 § 2"),
    ],
)
def test_the_atp_order_in_force(month: str, law: str) -> None:
    assert calculated(basis(month, wage(1))).steps[-1].law == law
