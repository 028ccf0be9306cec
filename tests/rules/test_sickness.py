"""Sickness with and without wage, partial return, and lost right."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.judgment import MustBeJudged
from rules.months import Month
from rules.sickness import (
    follow_up_due,
    late_sickness_benefit,
    lost_resource_course_benefit,
    lost_sickness_benefit,
    partial_return,
)
from tests.rules.case import basis, benefit, calculated, sick, wage

D = Decimal


def test_lost_sygedagpenge_are_those_of_the_month_before() -> None:
    assert lost_sickness_benefit(D(9390)) == sick(9390, "lost")
    assert calculated(basis("2024-08", benefits=(lost_sickness_benefit(D(9390)),))).subsidy == 19952 - 9390


def test_asked_for_too_late() -> None:
    assert late_sickness_benefit(D(11286)) == sick(11286, "lost")


def test_ressourceforloebsydelse_lost_in_part() -> None:
    lost = lost_resource_course_benefit(D(16382), paid=D(12000))
    assert lost == benefit("resource_course_benefit", 4382, "lost")
    result = calculated(basis("2024-08", benefits=(benefit("resource_course_benefit", 12000), lost)))
    assert result.benefit_deduction == 16382
    assert lost_resource_course_benefit(D(16382)).amount == 16382
    assert lost_resource_course_benefit(D(16382), paid=D(16382)).amount == 0


@pytest.mark.parametrize("paid", ["-1", "16382.01"])
def test_more_paid_than_the_full_amount(paid: str) -> None:
    with pytest.raises(ValueError, match=f"^Der er udbetalt {paid} kr., men den fulde ydelse er 16382 kr"):
        lost_resource_course_benefit(D(16382), paid=D(paid))


@pytest.mark.parametrize("lost", [lost_sickness_benefit, late_sickness_benefit, lost_resource_course_benefit])
def test_an_amount_that_is_not_known_is_for_a_person(lost: object) -> None:
    with pytest.raises(MustBeJudged, match=r"^Beløbet kendes ikke: "):
        lost(None)  # type: ignore[operator]


def test_partial_return_deducts_the_benefit_and_reduces_for_the_wage() -> None:
    result = calculated(basis("2024-08", wage(6000), benefits=(partial_return("sickness_benefit", D(5000)),)))
    assert result.subsidy == 19952 - D("0.30") * 6000 - 5000
    with pytest.raises(ValueError, match="gælder ikke parental_benefit"):
        partial_return("parental_benefit", D(5000))


@pytest.mark.parametrize(("month", "due"), [(1, False), (3, False), (4, True), (5, True)])
def test_follow_up_at_least_every_third_month(month: int, due: bool) -> None:
    assert follow_up_due(last=Month(2024, 1), month=Month(2024, month)) is due
