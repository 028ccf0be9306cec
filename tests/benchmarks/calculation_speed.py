"""How fast is the sum? Prints; asserts nothing (a shared machine would make it fail by chance).

    python -m tests.benchmarks.calculation_speed [number of calculations, default 100000]

The goal (issue S2): 100,000 calculations with steps in under 5 seconds on one core.
"""

from __future__ import annotations

import sys
import time
from decimal import Decimal

from rules.calculation import calculate
from rules.facts import Basis, Benefit, Income
from rules.months import Month
from rules.rates import published_rates, rates_on

CASES = (
    Basis(
        Month(2026, 8),
        (Income("wage", Decimal("17333.25"), Decimal("460.10"), Decimal("920.20"), Decimal("86.66")),),
        wage_ceiling=Decimal("32067"),
    ),
    Basis(
        Month(2026, 8),
        (Income("wage", Decimal("14000"), paid_hours=Decimal("70")), Income("other_wage", Decimal("6000.50"))),
        (Benefit("sickness_benefit", Decimal("2400")),),
        wage_ceiling=Decimal("29000"),
        holiday_days_on_unemployment_benefit=Decimal(2),
    ),
    Basis(Month(2026, 8), (Income("wage", Decimal("12000")),), wage_ceiling=Decimal("30000")),
)


def main(count: int) -> None:
    rates = rates_on(CASES[0].benefit_month, published_rates())
    wall, processor = time.perf_counter(), time.process_time()
    for number in range(count):
        calculate(CASES[number % len(CASES)], rates)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{count} beregninger med trin: {processor:.2f} s processortid, {wall:.2f} s i alt", end="; ")
    print(f"{processor / count * 1e6:.1f} µs hver")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
