"""ATP and compulsory pension at their limits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.contributions import (
    extra_atp,
    hours_for_ordinary_atp,
    mandatory_pension,
    month_hours,
    ordinary_atp,
    ordinary_atp_for_days,
)
from tests.rules.case import basis, rates, wage

D = Decimal
R2024 = rates("2024-08")


@pytest.mark.parametrize(
    ("subsidy", "atp"),
    [("0", 0), ("9", 0), ("10", 1), ("9545", 477), ("9989", 499), ("9990", 500), ("10000", 500), ("19952", 500)],
)
def test_extra_atp_is_five_percent_and_at_most_500(subsidy: str, atp: int) -> None:
    assert extra_atp(D(subsidy), R2024) == atp


@pytest.mark.parametrize(
    ("hours", "atp"),
    [
        ("0", 297),
        ("38.99", 297),
        ("39", 149),  # 1,23 x 121,333 = 149,24
        ("86.67", 91),
        ("160", 0),  # 1,23 x 0,333 = 0,41
        ("160.332", 0),
        ("160.333", 0),
        ("99999.99", 0),
    ],
)
def test_ordinary_atp(hours: str, atp: int) -> None:
    assert ordinary_atp(D(hours), D(5000), R2024) == atp


def test_ordinary_atp_of_earlier_years() -> None:
    assert ordinary_atp(D("86.67"), D(5000), rates("2016-01")) == 87  # 1,18 x 73,663
    assert ordinary_atp(D("86.67"), D(5000), rates("2015-12")) == 83  # 1,12 x 73,663 = 82,50
    assert ordinary_atp(D(10), D(5000), rates("2015-12")) == 270


def test_ordinary_atp_needs_hours_and_a_subsidy() -> None:
    assert ordinary_atp(None, D(5000), R2024) is None
    assert ordinary_atp(None, D(0), R2024) is None
    assert ordinary_atp(D(10), D(0), R2024) == 0
    assert ordinary_atp(D(10), D(1), R2024) == 297


def test_mandatory_pension_started_in_2020() -> None:
    assert mandatory_pension(D(12781), D(500), rates("2019-12")) == 0
    assert mandatory_pension(D(13281), D(500), rates("2022-08")) == 115  # 0,9 % af 12.781
    assert mandatory_pension(D(13281), D(500), rates("2026-08")) == 268  # 2,1 % af 12.781


def test_part_of_a_month_by_calendar_days() -> None:
    assert ordinary_atp_for_days(D(297), 16, 30) == 158  # 158,4
    assert ordinary_atp_for_days(D(297), 30, 30) == 297
    assert ordinary_atp_for_days(D(297), 0, 30) == 0
    with pytest.raises(ValueError, match=r"^31 dage er ikke en del af en måned på 30 dage\.$"):
        ordinary_atp_for_days(D(297), 31, 30)
    with pytest.raises(ValueError, match=r"^-1 dage er ikke"):
        ordinary_atp_for_days(D(297), -1, 30)


def test_under_sygedagpenge_the_hours_of_the_last_full_period_count() -> None:
    assert hours_for_ordinary_atp(D(20), D(80), with_sickness_benefit=True) == 80
    assert hours_for_ordinary_atp(D(20), D(80), with_sickness_benefit=False) == 20
    assert hours_for_ordinary_atp(D(20), None, with_sickness_benefit=True) is None


def test_the_months_hours() -> None:
    assert month_hours(basis("2024-08", wage(1))) is None
    assert month_hours(basis("2024-08", wage(1), hours=80)) == 80
    assert month_hours(basis("2024-08", wage(1, hours=30), wage(1), wage(1, hours="10.5"))) == D("40.5")
    assert month_hours(basis("2024-08", wage(1, hours=80), wage(-1, hours=-20), hours=60)) == 60
    assert month_hours(basis("2024-08", wage(1, hours=0))) == 0


def test_negative_hours() -> None:
    with pytest.raises(ValueError, match=r"^Månedens løntimer er negative: -5\.$"):
        month_hours(basis("2024-08", wage(1, hours=-5)))
