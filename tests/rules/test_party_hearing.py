"""Party hearing: the three questions, and what is paid meanwhile."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.party_hearing import Change, Held, looks_significant, must_ask, should_hear, significance, undisputed

D = Decimal


@pytest.mark.parametrize(
    ("old", "new", "change", "detriment"),
    [
        (10_000, 9_500, Change(D(-500), D("-5.00")), True),
        (10_000, 9_999, Change(D(-1), D("-0.01")), True),
        (10_000, 10_000, Change(D(0), D("0.00")), False),
        (3, 4, Change(D(1), D("33.33")), False),
        (0, 700, Change(D(700), None), False),
        (700, 0, Change(D(-700), D("-100.00")), True),
    ],
)
def test_kroner_and_percent(old: int, new: int, change: Change, detriment: bool) -> None:
    assert significance(D(old), D(new)) == change
    assert change.is_detriment is detriment


@pytest.mark.parametrize(
    ("old", "new", "percent", "significant"),
    [
        (10_000, 9_500, 5, False),
        (10_000, 9_499, 5, True),
        (10_000, 10_600, 5, False),
        (0, 0, 5, False),
        (100, 99, 0, True),
    ],
)
def test_more_than_the_limit_looks_significant(old: int, new: int, percent: int, significant: bool) -> None:
    assert looks_significant(D(old), D(new), D(percent)) is significant


@pytest.mark.parametrize(("unknown", "significant", "detriment"), list(product([True, False], repeat=3)))
def test_three_times_yes(unknown: bool, significant: bool, detriment: bool) -> None:
    assert should_hear(unknown, significant, detriment) is (unknown and significant and detriment)


@pytest.mark.parametrize(
    ("kroner", "first", "asked"),
    [(-1, False, True), (0, False, False), (1, False, False), (0, True, True), (1, True, True)],
)
def test_the_first_regulation_always_asks(kroner: int, first: bool, asked: bool) -> None:
    assert must_ask(Change(D(kroner), None), first_regulation=first) is asked


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        (10_000, 9_000, Held(D(9_000), D(1_000))),
        (9_000, 10_000, Held(D(9_000), D(1_000))),
        (9_000, 9_000, Held(D(9_000), D(0))),
        (9_000, 0, Held(D(0), D(9_000))),
        (9_000, -500, Held(D(0), D(9_000))),
        (-1, -500, Held(D(0), D(0))),
    ],
)
def test_the_lower_is_paid_and_the_difference_waits(old: int, new: int, held: Held) -> None:
    assert undisputed(D(old), D(new)) == held


@given(st.integers(0, 30_000), st.integers(0, 30_000))
def test_what_is_paid_and_held_is_the_higher_amount(old: int, new: int) -> None:
    found = undisputed(D(old), D(new))
    assert found.paid + found.held == max(old, new)
    assert found.paid == min(old, new)
