"""20,000 random cases: the calculator and an implementation written apart from it agree on every krone."""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random
from typing import Any

from rules.calculator import calculate_document
from tests.rules.reference import reference

SEED = 20260301
COUNT = 20_000

KINDS = (
    *("wage",) * 8,
    "other_wage",
    "b_income",
    "sideline",
    "lost_earnings",
    "holiday_pay",
    "employee_benefit",
    "volunteer_fee",
    "pension_payment",
)
BENEFITS = ("sickness_benefit", "parental_benefit", "resource_course_benefit")
THRESHOLDS = (13446, 13648, 13839, 14116, 14398, 14686, 14965, 15264, 15401, 15817, 16323, 16911, 17672)


def amount(random: Random, top: int) -> str:
    """Whole kroner, one decimal or øre; often close to a threshold; now and then negative."""
    if random.random() < 0.15:
        value = Decimal(random.choice(THRESHOLDS)) + Decimal(random.randint(-150, 150)) / 100
    else:
        value = Decimal(random.randint(0, top * 100)) / random.choice((1, 10, 100)) % top
    value = value.quantize(Decimal(random.choice(("1", "0.1", "0.01"))))
    return f"{-value if random.random() < 0.05 else value:f}"


def income(random: Random) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": random.choice(KINDS), "amount": amount(random, random.choice((3000, 15000, 45000)))}
    if random.random() < 0.4:
        row["own_pension"] = amount(random, 900)
        row["employer_pension"] = amount(random, 1800)
    if random.random() < 0.6:
        row["paid_hours"] = f"{random.randint(0, 12000) / 100:.2f}"
    return row


def benefit(random: Random) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": random.choice(BENEFITS), "amount": amount(random, 14000)}
    if random.random() < 0.6:
        row["status"] = random.choice(("paid", "lost"))
    return row


def random_case(random: Random, number: int) -> dict[str, Any]:
    month = f"{random.randint(2014, 2026)}-{random.randint(1, 12):02d}"
    case: dict[str, Any] = {"id": f"R{number}", "benefit_month": month}
    case["incomes"] = [income(random) for _ in range(random.choice((0, 1, 1, 1, 1, 2, 2, 3, 5)))]
    if random.random() < 0.3:
        case["benefits"] = [benefit(random) for _ in range(random.randint(1, 3))]
    if random.random() < 0.7:
        case["wage_ceiling"] = random.choice((None, amount(random, 40000).lstrip("-"), "29000", "24000.50"))
    if month >= "2022-04" and random.random() < 0.2:
        case["holiday_days_on_unemployment_benefit"] = random.choice((1, 2, 5, 20, "0.5", "2.50", "21.66"))
    if "2020-01" <= month < "2022-04" and random.random() < 0.3:
        allowance = {"kind": "unemployment_allowance_in_holiday", "amount": amount(random, 9000)}
        case["benefits"] = [*case.get("benefits", []), allowance]
    if random.random() < 0.2:
        for row in case["incomes"]:
            row.pop("paid_hours", None)
        case["paid_hours"] = random.choice(("39", "38.99", "160.33", "160.34", "86.66", "0", None))
    return case


def test_every_krone_equals_an_independent_implementation() -> None:
    random = Random(SEED)
    cases = [random_case(random, number) for number in range(COUNT)]
    text, code = calculate_document(json.dumps(cases))
    assert code == 0
    answers = json.loads(text)
    assert len(answers) == COUNT
    for case, answer in zip(cases, answers, strict=True):
        steps = answer.pop("steps")
        assert answer == reference(case), case
        assert sum(Decimal(step["amount"]) for step in steps) == Decimal(answer["payable_before_tax"]), case


def test_the_random_cases_reach_every_part_of_the_sum() -> None:
    random = Random(SEED)
    cases = [random_case(random, number) for number in range(2000)]
    answers = [reference(case) for case in cases]
    for name in ("reduction_above", "benefit_deduction", "ceiling_cut", "holiday_cut"):
        assert sum(answer[name] != "0.00" for answer in answers) > 50, name
    assert sum(answer["subsidy"] == "0" for answer in answers) > 50
    assert sum(answer["after_deductions"].startswith("-") for answer in answers) > 50
    assert len({answer["ordinary_atp"] for answer in answers}) > 50
