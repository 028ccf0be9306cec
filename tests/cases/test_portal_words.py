"""Numbers become Danish sentences; this month's steps stand beside last month's."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from cases.change_fields import field_changes
from cases.models import ConcernAnswer
from cases.presenters.concerns import numbers_in_words, sentence, short, shown
from cases.presenters.incomes import EmployerRow, IncomeTable, bars
from cases.presenters.sums import Last, paired, rows_of
from cases.presenters.words import first_sentence, joined, months_listed, readable
from cases.templatetags.portal import lille
from rules.frozen import canonical, freeze
from rules.income_rules import BY_CODE
from rules.months import Month
from rules.registry import Concern, Numbers
from rules.steps import Step

pytestmark = pytest.mark.rules

AUGUST, SEPTEMBER, OCTOBER = Month(2026, 8), Month(2026, 9), Month(2026, 10)
LOW = Numbers(
    found=Decimal(9300),
    expected=Decimal(15020),
    deviation=Decimal("-38.08"),
    limit=Decimal(-15),
    limit_unit="%",
    months=(AUGUST, SEPTEMBER),
)


def test_a_deviation_reads_as_the_sketch() -> None:
    assert sentence("INC3", LOW) == (
        "Oktober 9.300,00 kr. · gennemsnit af august og september 2026 15.020,00 kr. · -38,1 % · grænsen er -15 %"
    )
    assert short("INC3", freeze(LOW)) == "-38 % (grænse -15 %)"


def test_a_fall_names_the_month_it_falls_from() -> None:
    fall = Numbers(
        found=Decimal(15354),
        expected=Decimal(18070),
        deviation=Decimal("-15.03"),
        limit=Decimal(-5),
        limit_unit="%",
        months=(SEPTEMBER,),
    )
    assert sentence("INC27", fall) == ("Tilskud nu 15.354 kr. · september 2026 18.070 kr. · -15 % · grænsen er -5 %")


def test_missing_months_are_named() -> None:
    missing = Numbers(found=Decimal(0), expected=Decimal(2), unit="måneder", months=(AUGUST, SEPTEMBER))
    assert sentence("INC1", missing) == "Ingen indtægt i august og september 2026"
    assert sentence("INC38", missing) == "Intet tilskud udbetalt for august og september 2026"
    assert short("INC1", freeze(missing)) == "mangler aug og sep"


@pytest.mark.parametrize("code", sorted(BY_CODE))
@pytest.mark.parametrize(
    "numbers",
    [
        Numbers(months=(OCTOBER,)),
        Numbers(found=Decimal("12.5"), expected=Decimal(1), unit="dage", months=(OCTOBER,)),
        Numbers(found=Decimal("1200.5"), months=(OCTOBER,), details=("SE 12345678: 1200.50 kr. til 2026-10-31",)),
        LOW,
    ],
)
def test_every_rule_has_a_danish_sentence_for_whatever_numbers_it_gives(code: str, numbers: Numbers) -> None:
    concern = shown(Concern(code, numbers), {"12345678": "Bager Jensen"})
    text = " ".join([concern.numbers, short(code, freeze(numbers)), *concern.details])
    assert not re.search(r"\d{4}-\d{2}|\d\.\d\d(?!\d|\.)|None|12345678|Decimal", text), text
    assert concern.must_fix is not BY_CODE[code].acceptable


def test_the_numbers_of_a_follow_up_are_danish() -> None:
    numbers = {"beløb": "11404", "frist": "2026-10-28", "event": 3}
    assert numbers_in_words("FOL6", numbers, {}) == ("", ("Beløb: 11.404 kr.", "Frist: 28.10.2026"))


def test_the_history_tells_a_reasons_numbers_in_a_sentence() -> None:
    answer = ConcernAnswer(code="INC3", numbers=canonical(freeze(LOW)))
    (change,) = [one for one in field_changes(answer, None) if one.name == "tal"]
    assert change.after == sentence("INC3", LOW)


def test_details_read_as_danish() -> None:
    assert readable("SE 12345678: 1200.50 kr. til 2026-10") == "SE 12345678: 1.200,50 kr. til oktober 2026"
    assert readable("SE 12345678: 2026-10-01 til 2026-10-14", {"12345678": "Café Ærø"}) == (
        "Café Ærø: 1.10.2026 til 14.10.2026"
    )


def test_the_first_sentence_does_not_end_at_an_abbreviation() -> None:
    assert first_sentence(BY_CODE["INC4"].message) == "Indtægterne er for høje ift. de to foregående måneder"
    assert first_sentence(BY_CODE["INC8"].message) == "Automatisk bruttoficering af nettoferiepenge var ikke muligt"
    assert lille("Der er intet lønloft.") == "der er intet lønloft"


def test_lists_of_words_and_months() -> None:
    assert joined(["a", "b", "c"]) == "a, b og c"
    assert joined([]) == ""
    assert months_listed([Month(2025, 12), Month(2026, 1)]) == "december 2025 og januar 2026"


NOW = [
    Step("98 % af højeste dagpenge", "L1", Decimal(21600)),
    Step("30 % af 9.300,00 kr.", "L2", Decimal(-2790)),
    Step("Lønloftet på 30.000,00 kr. er ikke overskredet", "L3", Decimal(0)),
    Step("Afrunding til nærmeste hele krone", "L4", Decimal(0)),
    Step("Ekstra ATP: 5 % af tilskuddet, højst 500 kr.", "L5", Decimal(-500)),
]
BEFORE = [
    NOW[0],
    Step("30 % af 17.672,00 kr.", "L2", Decimal("-5301.6")),
    Step("55 % af 100,00 kr.", "L2", Decimal(-55)),
    *NOW[2:],
]


def test_steps_of_the_same_sort_stand_on_one_line() -> None:
    rows = paired(NOW, BEFORE)
    assert [(row.now, row.last) for row in rows] == [
        (21600, 21600),
        (-2790, Decimal("-5301.6")),
        (0, -55),
        (0, 0),
        (0, 0),
        (-500, -500),
    ]
    assert rows[2].text == "Før: 55 % af 100,00 kr."


def test_both_columns_add_up_to_their_results() -> None:
    rows = rows_of(NOW, Decimal(18810), Decimal(18310), Last(BEFORE, Decimal("16243.4"), Decimal("15743.4")))
    results = [row for row in rows if row.is_result]
    parts = [row for row in rows if not row.is_result]
    assert sum(row.now for row in parts) == results[-1].now
    assert sum(row.last for row in parts) == results[-1].last
    assert [row.text for row in results] == ["Fleksløntilskud", "Til udbetaling før skat"]


def test_without_a_month_before_the_column_is_empty() -> None:
    assert {row.last for row in rows_of(NOW, Decimal(18810), Decimal(18310), Last([], None, None))} == {None}


def test_bars_stand_employer_upon_employer_scaled_to_the_highest_and_never_negative() -> None:
    rows = [
        EmployerRow("Bageren", "1", (Decimal(60), Decimal(50), Decimal(-10)), None, "e0"),
        EmployerRow("Skolen", "2", (Decimal(40), Decimal(0), Decimal(0)), None, "e1"),
    ]
    months = (AUGUST, SEPTEMBER, OCTOBER)
    drawn = bars(IncomeTable(months, rows, (Decimal(100), Decimal(50), Decimal(-10))))
    assert [[one.height for one in bar.segments] for bar in drawn] == [[42, 28], [35], []]
    assert [one.words for one in drawn[0].segments] == ["Bageren: 60,00 kr.", "Skolen: 40,00 kr."]
    assert [bar.y for bar in drawn] == [15, 50, 85]
    assert [bar.value for bar in drawn] == ["100,00", "50,00", "-10,00"]
