"""The golden cases: published calculations (P) and cases built from the rule text (C), amounts as arithmetic.

The same cases with their sources stand in tests/examples/examples.json; the last tests hold the two together.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules.ceilings import fourteen_day_ceiling, hourly_pay, monthly_ceiling
from rules.contributions import ordinary_atp
from rules.facts import Basis
from rules.holiday import gross_up, holiday_pay_earned
from rules.months import Month
from rules.spreading import adjust, settle, spread
from tests.rules.case import basis, benefit, calculated, income, rates, sick, wage

D = Decimal
LOW, HIGH, ZERO = D("0.30"), D("0.55"), D(0)
FILE = Path(__file__).parents[1] / "examples" / "examples.json"


@dataclass(frozen=True)
class Golden:
    """A case and its amounts; what is not stated is 0, and ATP at its 500 kr. maximum."""

    name: str
    case: Basis
    base: int
    below: Decimal
    subsidy: int
    pension: int | None
    above: Decimal = ZERO
    benefits: Decimal = ZERO
    ceiling_cut: Decimal = ZERO
    holiday_cut: Decimal = ZERO
    extra_atp: int = 500
    ordinary_atp: int | None = None
    expected: tuple[str, ...] = field(default=())  # where the figures stand in examples.json


GOLDEN = (
    Golden(
        "P01 over threshold, cap not reached",
        basis("2022-08", wage(17333, hours="86.66"), ceiling=32067),
        base=18964,
        below=LOW * 15401,
        above=HIGH * (17333 - 15401),
        subsidy=13281,
        pension=115,
        ordinary_atp=87,  # 1,18 x (160,333 - 86,66) = 86,93
        expected=("final_rounding_only",),
    ),
    Golden(
        "P02 plain, under threshold",
        basis("2024-08", wage(15600), ceiling=32067),
        base=19952,
        below=LOW * 15600,
        subsidy=15272,
        pension=222,
    ),
    Golden(
        "P03 over threshold and cap reached",
        basis("2014-08", wage(14000), ceiling=23545),
        base=17312,
        below=LOW * 13446,
        above=HIGH * (14000 - 13446),
        ceiling_cut=17312 - LOW * 13446 - HIGH * 554 - (23545 - 14000),
        subsidy=9545,
        extra_atp=477,
        pension=None,
        expected=("rounded_base_final_rounding",),
    ),
    Golden("C01 ATP cap", basis("2024-08", wage(12000), ceiling=30000), 19952, LOW * 12000, 16352, 238),
    Golden("C02 exactly at threshold", basis("2024-08", wage(16323), ceiling=33000), 19952, LOW * 16323, 15055, 218),
    Golden(
        "C03 one krone above threshold",
        basis("2024-08", wage(16324), ceiling=33000),
        base=19952,
        below=LOW * 16323,
        above=HIGH * 1,
        subsidy=15055,
        pension=218,
        expected=("final_rounding_only",),
    ),
    Golden(
        "C04 well over threshold",
        basis("2026-08", wage(22000), ceiling=38000),
        base=21600,
        below=LOW * 17672,
        above=HIGH * (22000 - 17672),
        subsidy=13918,
        pension=282,
    ),
    Golden(
        "C06 fully phased out",
        basis("2024-08", wage(44000), ceiling=60000),
        base=19952,
        below=LOW * 16323,
        above=HIGH * (44000 - 16323),
        subsidy=0,
        extra_atp=0,
        pension=0,
    ),
    Golden(
        "C07 wage above the ceiling",
        basis("2024-08", wage(26000), ceiling=25000),
        base=19952,
        below=LOW * 16323,
        above=HIGH * (26000 - 16323),
        ceiling_cut=19952 - LOW * 16323 - HIGH * (26000 - 16323),
        subsidy=0,
        extra_atp=0,
        pension=0,
    ),
    Golden(
        "C08 wage with own and employer pension",
        basis("2024-08", wage(11000, own=460, employer=920), ceiling=31000),
        base=19952,
        below=LOW * (11000 + 460 + 920),
        subsidy=16238,
        pension=236,
    ),
    Golden(
        "C09 two employers",
        basis("2024-08", wage(10000), income("other_wage", 7500), ceiling=29000),
        base=19952,
        below=LOW * 16323,
        above=HIGH * (17500 - 16323),
        ceiling_cut=17500 + D("14407.75") - 29000,
        subsidy=11500,
        pension=165,
    ),
    Golden(
        "C11 B-income",
        basis("2024-08", wage(12000), income("b_income", 2000), ceiling=30000),
        base=19952,
        below=LOW * 14000,
        subsidy=15752,
        pension=229,
    ),
    Golden(
        "C12 without the bonus",
        basis("2024-08", wage(16000), ceiling=33000),
        base=19952,
        below=LOW * 16000,
        subsidy=15152,
        pension=220,
        expected=("uden_bonus",),
    ),
    Golden(
        "C12 with 1.000 a month",
        basis("2024-08", wage(16000), wage(1000), ceiling=33000),
        base=19952,
        below=LOW * 16323,
        above=HIGH * (17000 - 16323),
        subsidy=14683,
        pension=213,
        expected=("med_1.000_pr_maaned",),
    ),
    Golden(
        "C13 sick the whole month",
        basis("2024-08", benefits=(sick(11286),)),
        base=19952,
        below=D(0),
        benefits=D(11286),
        subsidy=8666,
        extra_atp=433,
        pension=123,
    ),
    Golden(
        "C14 wage and sygedagpenge",
        basis("2024-08", wage(6000), benefits=(sick(5000),), ceiling=30000),
        base=19952,
        below=LOW * 6000,
        benefits=D(5000),
        subsidy=13152,
        pension=190,
    ),
    Golden(
        "C16 sick with a low ceiling",
        basis("2024-08", benefits=(sick(9000),), ceiling=19000),
        base=19952,
        below=D(0),
        benefits=D(9000),
        ceiling_cut=D(19952 - 19000),
        subsidy=19000 - 9000,
        pension=143,
    ),
    Golden(
        "C17 lost right to sygedagpenge",
        basis("2024-08", benefits=(sick(9390, "lost"),)),
        base=19952,
        below=D(0),
        benefits=D(9390),
        subsidy=10562,
        pension=151,
    ),
    Golden(
        "C19 parental benefit",
        basis("2024-08", benefits=(benefit("parental_benefit", 12000),)),
        base=19952,
        below=D(0),
        benefits=D(12000),
        subsidy=7952,
        extra_atp=398,
        pension=113,
    ),
    Golden(
        "C20 resource course benefit",
        basis("2024-08", benefits=(benefit("resource_course_benefit", 16382),)),
        base=19952,
        below=D(0),
        benefits=D(16382),
        subsidy=3570,
        extra_atp=179,
        pension=51,
    ),
    Golden(
        "C21 feriekonto at earning time",
        basis("2024-08", wage(13500), income("holiday_pay", -1500), ceiling=30000),
        base=19952,
        below=LOW * 12000,
        subsidy=16352,
        pension=238,
        expected=("tilskud",),
    ),
    Golden(
        "C23 five days on ledighedsydelse",
        basis("2024-08", wage(12000), days=5, ceiling=30000),
        base=19952,
        below=LOW * 12000,
        holiday_cut=D(16352) * 5 / D("21.6667"),
        subsidy=12578,
        pension=181,
    ),
    Golden(
        "C25 two pay dates of 14 days",
        basis("2026-08", wage(7600), wage(7600), ceiling=190 * 74 * 2),
        base=21600,
        below=LOW * 15200,
        ceiling_cut=D(15200 + 17040 - 28120),
        subsidy=12920,
        pension=261,
        expected=("tilskud_med_2x14",),
    ),
    Golden(
        "C25 the same with 160,333 hours",
        basis("2026-08", wage(7600), wage(7600), ceiling="30463.27"),
        base=21600,
        below=LOW * 15200,
        ceiling_cut=D("1776.73"),
        subsidy=15263,
        pension=310,
        expected=("tilskud_med_160_333",),
    ),
    Golden(
        "C26 ceiling computed by the municipality",
        basis("2024-08", wage(14000), ceiling="27705.54"),
        base=19952,
        below=LOW * 14000,
        ceiling_cut=14000 + 15752 - D("27705.54"),
        subsidy=13706,
        pension=198,
        expected=("tilskud",),
    ),
    Golden(
        "C27 expected wage",
        basis("2024-08", wage(10000), ceiling=30000),
        base=19952,
        below=LOW * 10000,
        subsidy=16952,
        pension=247,
        expected=("udbetalt",),
    ),
    Golden(
        "C27 actual wage",
        basis("2024-08", wage(11800), ceiling=30000),
        base=19952,
        below=LOW * 11800,
        subsidy=16412,
        pension=239,
        expected=("rigtigt",),
    ),
    Golden(
        "C29 December wage, January subsidy",
        basis("2026-01", wage(17500), ceiling=36000),
        base=21600,
        below=LOW * 17500,
        subsidy=16350,
        pension=333,
        expected=("satser_for_tilskudsmaaned_2026",),
    ),
    Golden(
        "C29 the same in the year before",
        basis("2025-12", wage(17500), ceiling=36000),
        base=20670,
        below=LOW * 16911,
        above=HIGH * (17500 - 16911),
        subsidy=15273,
        pension=266,
        expected=("satser_for_indtaegtsmaaned_2025",),
    ),
    Golden(
        "C32 extra ATP below its maximum",
        basis("2024-08", wage(28500), ceiling=45000),
        base=19952,
        below=LOW * 16323,
        above=HIGH * (28500 - 16323),
        subsidy=8358,
        extra_atp=418,
        pension=119,
    ),
    Golden(
        "C33 lost earnings and wage",
        basis("2024-08", wage(8000), income("lost_earnings", 4000), ceiling=28000),
        base=19952,
        below=LOW * 12000,
        ceiling_cut=D(12000 + 16352 - 28000),
        subsidy=16000,
        pension=233,
    ),
    Golden(
        "C35 no pro-rata",
        basis("2024-08", wage(6400), ceiling=30000),
        base=19952,
        below=LOW * 6400,
        subsidy=18032,
        pension=263,
        expected=("ingen_forholdsmaessig",),
    ),
    Golden(
        "C37 wage under sickness",
        basis("2024-08", wage(12500), ceiling=30000),
        base=19952,
        below=LOW * 12500,
        subsidy=16202,
        pension=236,
    ),
    Golden(
        "C38 volunteer fire fighter",
        basis("2024-08", wage(12000), income("volunteer_fee", 1500), ceiling=30000),
        base=19952,
        below=LOW * 12000,
        subsidy=16352,
        pension=238,
    ),
    Golden(
        "C39 employee benefits",
        basis("2024-08", wage(12000), income("employee_benefit", 275 + 3500), ceiling=30000),
        base=19952,
        below=LOW * 12000,
        subsidy=16352,
        pension=238,
    ),
    Golden(
        "C40 no wage: the sum only",
        basis("2026-08"),
        base=21600,
        below=D(0),
        subsidy=21600,
        pension=443,
        expected=("beregning_hvis_uden_stop",),
    ),
)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: re.sub(r"\W+", "-", golden.name))
def test_golden_case(golden: Golden) -> None:
    result = calculated(golden.case)
    after = golden.base - golden.below - golden.above - golden.benefits
    assert result.base_amount == golden.base
    assert result.reduction_below == golden.below
    assert result.reduction_above == golden.above
    assert result.benefit_deduction == golden.benefits
    assert result.after_deductions == after
    assert result.ceiling_cut == golden.ceiling_cut
    assert result.holiday_cut == golden.holiday_cut
    assert result.subsidy == golden.subsidy
    assert result.extra_atp == golden.extra_atp
    assert result.ordinary_atp == golden.ordinary_atp
    assert result.mandatory_pension == (golden.pension or 0)
    assert result.payable_before_tax == golden.subsidy - golden.extra_atp


def test_c12_a_bonus_for_twelve_months_is_spread_and_settled_forward() -> None:
    months = spread(D(12000), Month(2024, 1), Month(2024, 12))
    assert [amount for _, amount in months] == [D(1000)] * 12
    old = calculated(basis("2024-08", wage(16000), ceiling=33000))
    new = calculated(basis("2024-08", wage(16000), wage(1000), ceiling=33000))
    differences = [adjust(Month(2024, 8), old, new).difference] * 12
    assert sum(differences) == -12 * 469
    settled, rest = settle(sum(differences, D(0)), [D(14683), D(14683)])
    assert settled == [D(14683 - 5628), D(14683)]
    assert rest == 0


def test_c21_gross_up() -> None:
    assert gross_up(D("855.60"), D(38)) == D("855.60") / (D("0.92") * D("0.62")) == 1500
    assert holiday_pay_earned(D(1500)).amount == -1500


def test_c25_and_c26_ceilings() -> None:
    assert fourteen_day_ceiling([D(190)], pay_dates=2, month=Month(2026, 8)) == 190 * 74 * 2
    assert monthly_ceiling([D(190)], month=Month(2026, 8)) == D("30463.27")
    pay = hourly_pay(D(150), [D(10)], employer_pension_percent=D(8))
    assert monthly_ceiling([pay], month=Month(2024, 8)) == D("27705.54")


def test_c27_regulation_of_expected_wage() -> None:
    paid = calculated(basis("2024-08", wage(10000), ceiling=30000))
    right = calculated(basis("2024-08", wage(11800), ceiling=30000))
    assert adjust(Month(2024, 8), paid, right).difference == -540


@pytest.mark.parametrize(("hours", "contribution"), [("86.67", 91), ("30", 297)], ids=["C30", "C31"])
def test_ordinary_atp(hours: str, contribution: int) -> None:
    assert ordinary_atp(D(hours), D(10000), rates("2024-08")) == contribution


# --- the file and the table say the same ---

DANISH = {
    "grundbeloeb": "base_amount",
    "graense": "threshold",
    "loenindtaegt": "income",
    "fradrag_30": "reduction_below",
    "fradrag_55": "reduction_above",
    "fradrag_ydelse": "benefit_deduction",
    "efter_fradrag": "after_deductions",
    "loft_nedsaettelse": "ceiling_cut",
    "tilskud": "subsidy",
    "atp_ekstra": "extra_atp",
    "til_udbetaling_foer_skat": "payable_before_tax",
    "obligatorisk_pension_oven_i": "mandatory_pension",
}


def examples() -> dict[str, Any]:
    document = json.loads(FILE.read_text(encoding="utf-8"), parse_float=D, parse_int=D)
    return {example["id"]: example for example in document["published"] + document["constructed"]}


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: re.sub(r"\W+", "-", golden.name))
def test_the_table_agrees_with_the_file(golden: Golden) -> None:
    figures = examples()[golden.name.split()[0]]["recomputed"]
    for name in golden.expected:
        figures = figures[name]
    result = calculated(golden.case)
    stated = {DANISH[name]: figure for name, figure in figures.items() if name in DANISH}
    assert {name: getattr(result, name) for name in stated} == stated


def test_every_example_of_the_file_has_a_test() -> None:
    elsewhere = {"C30", "C31"}
    assert {golden.name.split()[0] for golden in GOLDEN} | elsewhere == set(examples())
