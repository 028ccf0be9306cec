"""Benefits that may not be had beside fleksløntilskud: which, when, and with which days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.facts import BENEFIT_KINDS
from rules.incompatible import INCOMPATIBLE, Span, overlaps

GRANT = Span(date(2024, 3, 1), date(2026, 8, 31))
OPEN = Span(date(2024, 3, 1))
JUNE = Span(date(2026, 6, 1), date(2026, 6, 30))

BARRED = {
    "unemployment_allowance": ("ledighedsydelse", "law"),
    "disability_pension": ("førtidspension", "law"),
    "senior_pension": ("seniorpension", "law"),
    "early_pension": ("tidlig pension", "law"),
    "state_pension": ("folkepension", "law"),
    "cash_benefit": ("kontanthjælp", "reading"),
    "education_help": ("uddannelseshjælp", "reading"),
    "transition_benefit": ("overgangsydelse", "reading"),
    "self_support_benefit": ("selvforsørgelses- og hjemrejseydelse", "reading"),
    "rehabilitation_benefit": ("revalideringsydelse", "reading"),
    "resource_course_benefit_resr": ("ressourceforløbsydelse under ressourceforløb", "reading"),
    "unemployment_benefit": ("arbejdsløshedsdagpenge", "reading"),
    "flex_benefit": ("fleksydelse", "reading"),
    "early_retirement_pay": ("efterløn", "reading"),
}


def test_the_table() -> None:
    assert {code: (one.name, one.certainty) for code, one in INCOMPATIBLE.items()} == BARRED
    assert all(one.law for one in INCOMPATIBLE.values())


@pytest.mark.parametrize("benefit", BARRED)
def test_each_overlaps_while_it_is_in_force(benefit: str) -> None:
    found = overlaps(GRANT, benefit, JUNE)
    assert found is not None
    assert found.shared == JUNE
    assert (found.grant, found.period, found.benefit) == (GRANT, JUNE, INCOMPATIBLE[benefit])
    assert str(found) == (
        f"{BARRED[benefit][0]} 2026-06-01 til 2026-06-30 overlapper bevillingen 2024-03-01 til 2026-08-31"
    )


@pytest.mark.parametrize("benefit", [*BENEFIT_KINDS, "", "noget nyt"])
def test_what_is_set_off_may_be_had_beside_it(benefit: str) -> None:
    assert overlaps(GRANT, benefit, JUNE) is None


@pytest.mark.parametrize(
    ("period", "shared"),
    [
        (Span(date(2024, 1, 1), date(2024, 2, 29)), None),
        (Span(date(2024, 1, 1), date(2024, 3, 1)), Span(date(2024, 3, 1), date(2024, 3, 1))),
        (Span(date(2026, 8, 31)), Span(date(2026, 8, 31), date(2026, 8, 31))),
        (Span(date(2026, 9, 1)), None),
        (Span(date(2020, 1, 1)), GRANT),
    ],
    ids=["the_day_before", "the_first_day", "the_last_day", "the_day_after", "all_of_it"],
)
def test_just_inside_and_just_outside(period: Span, shared: Span | None) -> None:
    found = overlaps(GRANT, "unemployment_allowance", period)
    assert (found.shared if found else None) == shared


def test_a_grant_without_an_end() -> None:
    found = overlaps(OPEN, "cash_benefit", Span(date(2030, 1, 1)))
    assert found is not None
    assert found.shared == Span(date(2030, 1, 1))
    assert str(found) == "kontanthjælp 2030-01-01 til videre overlapper bevillingen 2024-03-01 til videre"


def test_the_table_is_dated() -> None:
    long_grant = Span(date(2015, 1, 1))
    assert overlaps(long_grant, "early_pension", Span(date(2021, 1, 1), date(2021, 12, 31))) is None
    found = overlaps(long_grant, "early_pension", Span(date(2021, 12, 1), date(2022, 1, 31)))
    assert found is not None
    assert found.shared == Span(date(2022, 1, 1), date(2022, 1, 31))


DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@given(DAYS, st.integers(0, 400), DAYS, st.integers(0, 400))
def test_two_periods_share_a_day_or_they_do_not(first: date, length: int, other: date, more: int) -> None:
    one, two = Span(first, first + timedelta(days=length)), Span(other, other + timedelta(days=more))
    days = [first + timedelta(days=n) for n in range(length + 1)]
    inside = [day for day in days if other <= day <= other + timedelta(days=more)]
    expected = Span(inside[0], inside[-1]) if inside else None
    assert one.common(two) == two.common(one) == expected
