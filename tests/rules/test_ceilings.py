"""The wage ceiling from the hourly pay."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.ceilings import (
    fourteen_day_ceiling,
    hourly_pay,
    monthly_ceiling,
    proposed_in_holiday,
    with_paid_out_savings,
)
from rules.judgment import MustBeJudged
from rules.months import Month

D = Decimal
AUGUST = Month(2024, 8)


def test_hourly_pay_with_supplements_and_pension() -> None:
    assert hourly_pay(D(150)) == 150
    assert hourly_pay(D(150), [D(10), D("2.5")]) == D("162.5")
    assert hourly_pay(D(150), [D(10)], D(8)) == 160 * D("1.08")


def test_a_month_is_160_333_hours() -> None:
    assert monthly_ceiling([D(200)], AUGUST) == D("32066.60")
    assert monthly_ceiling([D(150), D(50)], AUGUST) == D("32066.60")
    assert monthly_ceiling([D("172.80")], AUGUST) == D("27705.54")  # 27.705,5424


def test_14_days_are_74_hours_a_pay_date() -> None:
    assert fourteen_day_ceiling([D(190)], 1, AUGUST) == 14060
    assert fourteen_day_ceiling([D(190)], 2, AUGUST) == 28120
    assert fourteen_day_ceiling([D(190)], 3, AUGUST) == 42180


def test_the_municipality_computes_from_2024_on() -> None:
    assert monthly_ceiling([D(200)], Month(2024, 1)) == D("32066.60")
    for compute in (lambda: monthly_ceiling([D(200)], Month(2023, 12)), lambda: late(Month(2023, 12))):
        with pytest.raises(MustBeJudged, match=r"^Kommunen kan først beregne lønloftet fra 2024-01"):
            compute()


def late(month: Month) -> Decimal:
    return fourteen_day_ceiling([D(200)], 2, month)


@pytest.mark.parametrize("parts", [[], [D(0)], [D(10), D(-10)]])
def test_without_hourly_pay_a_person_decides(parts: list[Decimal]) -> None:
    with pytest.raises(MustBeJudged, match="uden timeløn"):
        monthly_ceiling(parts, AUGUST)


def test_without_a_pay_date_a_person_decides() -> None:
    with pytest.raises(MustBeJudged, match="i en måned uden udbetaling"):
        fourteen_day_ceiling([D(190)], 0, AUGUST)


def test_fritvalg_counts_monthly_or_in_the_month_it_is_paid() -> None:
    assert with_paid_out_savings(D(30000), D(500), paid_currently=True, paid_this_month=False) == 30500
    assert with_paid_out_savings(D(30000), D(500), paid_currently=False, paid_this_month=True) == 30500
    assert with_paid_out_savings(D(30000), D(500), paid_currently=False, paid_this_month=False) == 30000


def test_the_proposal_in_a_holiday_month() -> None:
    assert proposed_in_holiday(D(30000), D(4000)) == 34000
    assert proposed_in_holiday(D(30000), D(-1500)) == 30000
