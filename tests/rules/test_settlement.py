"""One payment and what earlier months were paid too much or too little, as cases."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from rules.months import Month
from rules.settlement import Rest, settle

D = Decimal
MARCH, APRIL = Month(2026, 3), Month(2026, 4)


@pytest.mark.parametrize(
    ("payable", "rests", "parts"),
    [
        pytest.param(1000, [], [], id="nothing"),
        pytest.param(1000, [Rest(MARCH, D(-300), may_take=True)], [-300], id="taken-in-full"),
        pytest.param(1000, [Rest(MARCH, D(-1300), may_take=True)], [-1000], id="never-below-0"),
        pytest.param(1000, [Rest(MARCH, D(-1000), may_take=True)], [-1000], id="exactly-0"),
        pytest.param(1000, [Rest(MARCH, D(-300))], [0], id="nobody-has-chosen"),
        pytest.param(1000, [Rest(MARCH, D(300))], [300], id="owed-is-paid-without-a-choice"),
        pytest.param(0, [Rest(MARCH, D(300))], [300], id="owed-is-paid-in-a-month-of-0-kr"),
        pytest.param(1000, [Rest(MARCH, D(-300), True, D(100))], [-100], id="spread-at-most-the-cap"),
        pytest.param(50, [Rest(MARCH, D(-300), True, D(100))], [-50], id="spread-at-most-the-payment"),
        pytest.param(
            1000, [Rest(MARCH, D(-800), True), Rest(APRIL, D(-500), True)], [-800, -200], id="the-first-comes-first"
        ),
        pytest.param(
            0, [Rest(MARCH, D(-800), True), Rest(APRIL, D(500))], [-500, 500], id="taken-from-what-is-owed"
        ),
        pytest.param(1000, [Rest(MARCH, D(-300)), Rest(MARCH, D(300))], [-300, 300], id="a-debt-that-went-away"),
        pytest.param(1000, [Rest(MARCH, D(-300)), Rest(MARCH, D(500))], [-300, 500], id="the-rest-of-it-is-paid"),
        pytest.param(1000, [Rest(MARCH, D(-500)), Rest(MARCH, D(300))], [-300, 300], id="the-debt-that-is-left-waits"),
        pytest.param(1000, [Rest(MARCH, D(-300)), Rest(APRIL, D(300))], [0, 300], id="other-months-do-not-meet"),
        pytest.param(
            1000,
            [Rest(MARCH, D(-500), True, D(100)), Rest(MARCH, D(300))],
            [-400, 300],
            id="the-cap-is-for-what-is-taken"
        ),
    ],
)  # fmt: skip
def test_one_payment(payable: int, rests: list[Rest], parts: list[int]) -> None:
    assert settle(D(payable), rests) == parts


def test_whatever_comes_no_payment_is_negative_and_nothing_is_settled_twice() -> None:
    chance = random.Random(19)
    for _ in range(500):
        rests = [
            Rest(
                Month(2026, chance.randint(1, 4)),
                D(chance.choice([-1, 1]) * chance.randint(1, 3000)),
                chance.random() < 0.5,
                D(200) if chance.random() < 0.2 else None,
            )
            for _ in range(chance.randint(0, 6))
        ]
        payable = D(chance.randint(0, 4000))
        parts = settle(payable, rests)
        assert payable + sum(parts) >= 0
        for rest, part in zip(rests, parts, strict=True):
            assert part == rest.left if rest.left > 0 else rest.left <= part <= 0
        free = [part for rest, part in zip(rests, parts, strict=True) if rest.left < 0 and not rest.may_take]
        assert -sum(free) <= sum(rest.left for rest in rests if rest.left > 0)
