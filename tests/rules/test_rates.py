"""The published rates and the way they are looked up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from rules.money import kroner
from rules.months import Month
from rules.rates import NoRates, Rates, published_rate_rows, published_rates, rates_on

D = Decimal


def test_the_rows_follow_each_other_without_gap_or_overlap() -> None:
    rows = published_rates()
    assert rows[0].valid_from == date(2014, 1, 1)
    assert rows[-1].valid_to == date(2026, 12, 31)
    for row, following in pairwise(rows):
        assert (following.valid_from - row.valid_to).days == 1
        assert row.valid_from.year == row.valid_to.year


def test_july_2017_has_a_row_of_its_own() -> None:
    june, july = (rates_on(Month(2017, month), published_rates()) for month in (6, 7))
    assert (june.base_amount, july.base_amount) == (18027, kroner(D("0.98") * 18403))
    assert june.threshold == july.threshold == 14116


def test_a_row_of_2024() -> None:
    assert rates_on(Month(2024, 5), published_rates()) == Rates(
        valid_from=date(2024, 1, 1),
        valid_to=date(2024, 12, 31),
        base_amount=D(19952),
        threshold=D(16323),
        reduction_below=D("0.30"),
        reduction_above=D("0.55"),
        extra_atp_percent=D("0.05"),
        extra_atp_max=D(500),
        ordinary_atp_per_hour=D("1.23"),
        ordinary_atp_full=D(297),
        mandatory_pension_percent=D("0.015"),
        days_in_month=D("21.6667"),
        full_time_hours=D("160.333"),
        ordinary_atp_full_below_hours=D(39),
    )


@pytest.mark.parametrize("row", published_rates(), ids=lambda row: str(row.valid_from))
def test_a_row_survives_being_frozen(row: Rates) -> None:
    frozen = row.as_dict()
    assert all(isinstance(text, str) for text in frozen.values())
    assert Rates.from_dict(json.loads(json.dumps(frozen))) == row


def test_a_frozen_row_of_before_a_field_existed_gets_the_default() -> None:
    row = published_rates()[0]
    older = {name: text for name, text in row.as_dict().items() if name != "days_in_month"}
    assert Rates.from_dict(older) == row


@pytest.mark.parametrize("month", [Month(2013, 12), Month(2027, 1)])
def test_a_month_without_rates_is_refused(month: Month) -> None:
    with pytest.raises(NoRates) as refused:
        rates_on(month, published_rates())
    assert str(refused.value) == f"Der er ingen satser for {month}. Indlæs satserne for måneden, før den beregnes."


def test_the_order_of_the_table_does_not_matter() -> None:
    assert rates_on(Month(2020, 2), reversed(published_rates())).base_amount == 18701


def test_a_later_row_inside_the_year_replaces_the_earlier() -> None:
    row = published_rates()[-1]
    later = replace(row, valid_from=date(2026, 7, 1), base_amount=D(1))
    table = (later, row)
    assert rates_on(Month(2026, 6), table) is row
    assert rates_on(Month(2026, 7), table) is later


def test_two_rows_from_the_same_day_contradict_each_other() -> None:
    row = published_rates()[-1]
    with pytest.raises(NoRates, match=r"^Der er to rækker satser for 2026-06, som begge gælder fra 2026-01-01\.$"):
        rates_on(Month(2026, 6), (row, replace(row, base_amount=D(1))))


def test_a_row_that_covers_part_of_the_month_does_not_cover_it() -> None:
    row = replace(published_rates()[-1], valid_from=date(2026, 1, 2), valid_to=date(2026, 3, 30))
    assert [row.covers(Month(2026, number)) for number in (1, 2, 3)] == [False, True, False]


def test_every_figure_has_its_source_and_says_whether_it_is_derived() -> None:
    for row in published_rate_rows():
        for name, figure in row["figures"].items():
            assert figure["source"], (row["valid_from"], name)
            assert isinstance(figure["derived"], bool)
            assert D(figure["value"]) >= 0
        for figure in row["background"].values():
            assert (figure["value"] is None) == (figure["source"] is None)


def test_the_derived_bases_are_marked() -> None:
    derived = {row["valid_from"] for row in published_rate_rows() if row["figures"]["base_amount"]["derived"]}
    assert derived == {"2015-01-01", "2017-07-01", "2021-01-01", "2023-01-01", "2025-01-01", "2026-01-01"}


def background(name: str) -> dict[int, Any]:
    return {date.fromisoformat(row["valid_from"]).year: row["background"].get(name) for row in published_rate_rows()}


def test_the_thresholds_follow_from_the_yearly_regulation() -> None:
    """LAB § 189 a: each is the one before x the year's percent, in whole kroner."""
    percents = background("threshold_adjustment_percent")
    thresholds = {row.valid_from.year: row.threshold for row in published_rates()}
    for year in range(2015, 2027):
        assert thresholds[year] == kroner(thresholds[year - 1] * (1 + D(percents[year]["value"]) / 100)), year


def test_the_bases_are_98_percent_of_the_highest_dagpenge() -> None:
    highest = background("unemployment_benefit_max_month")
    for row in published_rates():
        if row.valid_from >= date(2017, 7, 1):
            assert row.base_amount == kroner(D("0.98") * D(highest[row.valid_from.year]["value"]))


def test_the_file_documents_itself() -> None:
    document = json.loads(files("rules").joinpath("data/rates.json").read_text(encoding="utf-8"))
    assert set(document) == {"about", "rows", "constants", "coming"}
