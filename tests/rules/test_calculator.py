"""The calculator's contract: JSON in, JSON out, exit codes, and errors that stop one case only."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from rules.calculator import calculate_case, calculate_document
from rules.rates import published_rates

GOOD = {
    "id": "A1",
    "benefit_month": "2022-08",
    "wage_ceiling": "32067",
    "incomes": [{"kind": "wage", "amount": "16413.00", "own_pension": "460", "employer_pension": "460"}],
    "benefits": [],
    "holiday_days_on_unemployment_benefit": 0,
    "paid_hours": "86.66",
}
FIELDS = [
    "id",
    "rates_valid_from",
    "base_amount",
    "threshold",
    "income",
    "reduction_below",
    "reduction_above",
    "benefit_deduction",
    "after_deductions",
    "ceiling_cut",
    "holiday_cut",
    "subsidy",
    "extra_atp",
    "ordinary_atp",
    "mandatory_pension",
    "payable_before_tax",
    "steps",
]


def run(document: object) -> tuple[Any, int]:
    text, code = calculate_document(json.dumps(document))
    return json.loads(text), code


def error(**changes: object) -> str:
    """The error of the good case with changes."""
    answer, code = run(GOOD | changes)
    assert code == 1
    assert set(answer) == {"id", "error"}
    return str(answer["error"])


def one_income(**changes: object) -> dict[str, Any]:
    return {"incomes": [{"kind": "wage", "amount": "1000"} | changes]}


class TestAnswer:
    def test_a_case_gives_its_fields_in_order(self) -> None:
        answer, code = run(GOOD)
        assert code == 0
        assert list(answer) == FIELDS
        steps = answer.pop("steps")
        assert answer == {
            "id": "A1",
            "rates_valid_from": "2022-01-01",
            "base_amount": "18964.00",
            "threshold": "15401.00",
            "income": "17333.00",
            "reduction_below": "4620.30",
            "reduction_above": "1062.60",
            "benefit_deduction": "0.00",
            "after_deductions": "13281.10",
            "ceiling_cut": "0.00",
            "holiday_cut": "0.00",
            "subsidy": "13281",
            "extra_atp": "500",
            "ordinary_atp": "87",
            "mandatory_pension": "115",
            "payable_before_tax": "12781",
        }
        assert [list(step) for step in steps] == [["text", "law", "amount"]] * len(steps)
        assert sum(Decimal(step["amount"]) for step in steps) == 12781

    def test_only_what_is_required(self) -> None:
        answer, code = run({"id": "x", "benefit_month": "2026-01"})
        assert (code, answer["subsidy"], answer["ordinary_atp"]) == (0, "21600", None)

    def test_a_list_gives_a_list_in_the_same_order(self) -> None:
        answers, code = run([GOOD | {"id": name} for name in ("c", "a", "b")])
        assert [answer["id"] for answer in answers] == ["c", "a", "b"]
        assert code == 0

    def test_an_empty_list_gives_an_empty_list(self) -> None:
        assert calculate_document("[]") == ("[]", 0)

    def test_negative_zero_never_appears(self) -> None:
        document = GOOD | {"incomes": [{"kind": "wage", "amount": "-0.00"}, {"kind": "wage", "amount": "-0"}]}
        text, code = calculate_document(json.dumps(document))
        assert code == 0
        assert not re.search(r'"-0(\.0+)?"', text)
        assert "-0,00" not in text

    def test_after_deductions_alone_may_be_negative(self) -> None:
        answer, _ = run(GOOD | one_income(amount="60000"))
        assert answer["after_deductions"] == str(18964 - Decimal("0.30") * 15401 - Decimal("0.55") * (60000 - 15401))
        assert answer["subsidy"] == answer["extra_atp"] == answer["ordinary_atp"] == "0"

    def test_danish_letters_are_written_as_they_are(self) -> None:
        text, _ = calculate_document(json.dumps(GOOD | {"id": "Blåbærgrød"}))
        assert "Blåbærgrød" in text
        assert "højeste" in text

    def test_half_a_surrogate_pair_in_an_id_can_still_be_written(self) -> None:
        text, code = calculate_document('{"id": "\\ud800", "benefit_month": "2026-01"}')
        assert code == 0
        assert json.loads(text.encode())["id"] == "\ud800"

    def test_whole_numbers_are_ids_too(self) -> None:
        assert run(GOOD | {"id": 17})[0]["id"] == 17

    def test_bytes_and_a_byte_order_mark(self) -> None:
        text = json.dumps(GOOD)
        assert calculate_document(text.encode("utf-8")) == calculate_document(text)
        assert calculate_document(b"\xef\xbb\xbf" + text.encode()) == calculate_document("\ufeff" + text)


class TestUnreadable:
    @pytest.mark.parametrize("text", ["", "{", "[1,", "id: 1", '{"id": }', "[" * 100_000, b"\xff\xfe"])
    def test_exit_code_2_and_json_all_the_same(self, text: str | bytes) -> None:
        answer, code = calculate_document(text)
        assert code == 2
        assert json.loads(answer) == {"id": None, "error": "Teksten kan ikke læses som JSON."}


class TestOneWrongCase:
    def test_the_others_are_calculated(self) -> None:
        answers, code = run([GOOD, GOOD | {"id": "B", "benefit_month": "2027-01"}, GOOD | {"id": "C"}])
        assert code == 1
        assert [("error" in answer) for answer in answers] == [False, True, False]
        assert answers[1] == {
            "id": "B",
            "error": "Der er ingen satser for 2027-01. Indlæs satserne for måneden, før den beregnes.",
        }

    @pytest.mark.parametrize("case", [5, "A", None, True, [], [[GOOD]], 1.5])
    def test_something_else_than_an_object(self, case: object) -> None:
        answers, code = run([case, GOOD])
        assert code == 1
        assert answers[0]["id"] is None
        assert answers[0]["error"].startswith("Sagen skal være et objekt, ikke ")
        assert answers[1]["subsidy"] == "13281"

    @pytest.mark.parametrize("text", ['"A"', "5", "null", "true", "NaN"])
    def test_a_document_that_is_no_case(self, text: str) -> None:
        answer, code = calculate_document(text)
        assert (json.loads(answer)["id"], code) == (None, 1)

    def test_the_error_keeps_the_id(self) -> None:
        assert run(GOOD | {"x": 1})[0]["id"] == "A1"
        assert run({"id": 7})[0] == {"id": 7, "error": "Sagen mangler feltet 'benefit_month'."}

    @pytest.mark.parametrize("value", [None, "", True, 1.5, [], {}])
    def test_an_id_that_is_none(self, value: object) -> None:
        answer, code = run(GOOD | {"id": value})
        assert code == 1
        assert answer == {"id": None, "error": "Feltet 'id' skal være en tekst, der ikke er tom, eller et helt tal."}

    def test_no_id(self) -> None:
        assert run({"benefit_month": "2026-01"}) == ({"id": None, "error": "Sagen mangler feltet 'id'."}, 1)


class TestKeys:
    def test_unknown_keys(self) -> None:
        assert error(ceiling="1").startswith("Sagen har et ukendt felt: 'ceiling'. Felterne er: id, benefit_month, ")
        assert error(**one_income(hours="1")).startswith("incomes[0] har et ukendt felt: 'hours'.")
        benefit = {"kind": "sickness_benefit", "amount": "1", "date": "x"}
        assert error(benefits=[benefit]).startswith("benefits[0] har et ukendt felt: 'date'.")

    def test_missing_keys(self) -> None:
        assert error(incomes=[{"amount": "1"}]) == "incomes[0] mangler feltet 'kind'."
        assert error(incomes=[{"kind": "wage"}]) == "incomes[0] mangler feltet 'amount'."
        assert error(benefits=[{"amount": "1"}]) == "benefits[0] mangler feltet 'kind'."
        assert error(benefits=[{"kind": "sickness_benefit"}]) == "benefits[0] mangler feltet 'amount'."

    def test_a_key_twice(self) -> None:
        text = '[{"id": "A", "benefit_month": "2026-01", "wage_ceiling": "1", "wage_ceiling": "2"}]'
        answer, code = calculate_document(text)
        assert code == 1
        assert json.loads(answer) == [{"id": "A", "error": "Sagen har feltet 'wage_ceiling' flere gange."}]


class TestAmounts:
    @pytest.mark.parametrize("amount", ["0", "-1", "12000", "12000.5", "12000.50", "007", "999999999999.99"])
    def test_amounts(self, amount: str) -> None:
        assert run(GOOD | one_income(amount=amount))[1] == 0

    @pytest.mark.parametrize(
        "amount",
        [
            "",
            " ",
            "1,5",
            "1.",
            ".5",
            "1.234",
            "+1",
            "1e3",
            "1_000",
            "NaN",
            "Infinity",
            " 1",
            "1\n",
            "٣",
            "--1",
            "1.000,00",
        ],
    )
    def test_texts_that_are_no_amounts(self, amount: str) -> None:
        message = error(**one_income(amount=amount))
        assert message.startswith('incomes[0].amount skal være et beløb som tekst med punktum, fx "1234.50", ikke \'')

    @pytest.mark.parametrize("amount", [12000, 1.5, True, None, [], {}, ["1"], {"kr": "1"}])
    def test_other_types_are_no_amounts(self, amount: object) -> None:
        assert error(**one_income(amount=amount)).startswith("incomes[0].amount skal være et beløb som tekst")
        assert error(**one_income(own_pension=amount)).startswith("incomes[0].own_pension skal være et beløb")
        assert error(**one_income(employer_pension=amount)).startswith("incomes[0].employer_pension skal være")

    @pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "1" * 5000])
    def test_strange_numbers(self, literal: str) -> None:
        text = '{"id": "A", "benefit_month": "2026-01", "wage_ceiling": ' + literal + "}"
        answer, code = calculate_document(text)
        assert code == 1
        assert json.loads(answer)["error"].startswith('wage_ceiling skal være et beløb som tekst med punktum, fx "123')
        assert len(json.loads(answer)["error"]) < 200

    @pytest.mark.parametrize("amount", ["1000000000000", "-1000000000000", "9" * 5000])
    def test_too_large(self, amount: str) -> None:
        assert error(**one_income(amount=amount)) == "incomes[0].amount er for stort: højst 12 cifre før punktum."

    def test_the_place_of_the_error(self) -> None:
        incomes = [{"kind": "wage", "amount": "1"}, {"kind": "wage", "amount": "x"}]
        assert error(incomes=incomes).startswith("incomes[1].amount ")
        assert error(benefits=[{"kind": "sickness_benefit", "amount": 5}]).startswith("benefits[0].amount ")
        assert error(paid_hours=86.66).startswith("paid_hours ")

    def test_a_negative_ceiling(self) -> None:
        assert error(wage_ceiling="-1") == "Lønloftet er negativt: -1."

    def test_null_means_no_ceiling_and_no_hours(self) -> None:
        answer, code = run(GOOD | {"wage_ceiling": None, "paid_hours": None})
        assert (code, answer["ceiling_cut"], answer["ordinary_atp"]) == (0, "0.00", None)


class TestOtherFields:
    @pytest.mark.parametrize(
        "month", ["2024-4", "2024-13", "2024-00", "24-04", "2024-04-01", "", "2024/04", "２０２４-04"]
    )
    def test_months_that_are_none(self, month: str) -> None:
        assert error(benefit_month=month).startswith("benefit_month")

    @pytest.mark.parametrize("month", [202404, None, ["2024-04"], True])
    def test_months_of_another_type(self, month: object) -> None:
        assert error(benefit_month=month).startswith('benefit_month skal være år og måned som "2026-11", ikke ')

    @pytest.mark.parametrize("month", ["2013-12", "0000-01", "0001-01"])
    def test_before_2014(self, month: str) -> None:
        assert error(benefit_month=month) == f"{month} kan ikke beregnes: beregningen kender reglerne fra 2014-01."

    @pytest.mark.parametrize("month", ["2027-01", "9999-12"])
    def test_after_the_rates(self, month: str) -> None:
        assert error(benefit_month=month).startswith(f"Der er ingen satser for {month}.")

    @pytest.mark.parametrize("key", ["incomes", "benefits"])
    @pytest.mark.parametrize("value", [None, {}, "x", 5, True])
    def test_lists_that_are_none(self, key: str, value: object) -> None:
        assert error(**{key: value}).startswith(f"{key} skal være en liste, ikke ")

    @pytest.mark.parametrize("value", [5, None, "wage", []])
    def test_rows_that_are_no_objects(self, value: object) -> None:
        assert error(incomes=[value]).startswith("incomes[0] skal være et objekt, ikke ")
        assert error(benefits=[value]).startswith("benefits[0] skal være et objekt, ikke ")

    def test_kinds_and_status(self) -> None:
        assert error(**one_income(kind="bonus")).startswith("'bonus' kendes ikke.")
        assert error(**one_income(kind=5)) == "incomes[0].kind skal være en tekst, ikke tallet 5."
        assert error(benefits=[{"kind": None, "amount": "1"}]) == "benefits[0].kind skal være en tekst, ikke null."
        status = {"kind": "sickness_benefit", "amount": "1", "status": True}
        assert error(benefits=[status]) == "benefits[0].status skal være en tekst, ikke true eller false."
        assert error(benefits=[status | {"status": "x"}]).startswith("'x' kendes ikke.")

    @pytest.mark.parametrize("days", [0, 5, "5", "2.5", 2.5, "21.66", 21.66, "0"])
    def test_days(self, days: object) -> None:
        answer, code = run(GOOD | {"holiday_days_on_unemployment_benefit": days})
        assert code == 0
        assert (answer["holiday_cut"] == "0.00") == (Decimal(str(days)) == 0)

    @pytest.mark.parametrize("days", [-1, "-1", "2.555", 2.555, True, None, [], "1e1", "x", 100, 1e30])
    def test_days_that_are_none(self, days: object) -> None:
        assert error(holiday_days_on_unemployment_benefit=days).startswith(
            "holiday_days_on_unemployment_benefit skal være et antal dage fra 0 til 21.6667 med højst to decimaler, "
        )

    @pytest.mark.parametrize("days", [22, "21.67"])
    def test_more_days_than_a_month(self, days: object) -> None:
        assert error(holiday_days_on_unemployment_benefit=days) == (
            f"{days} dage med ledighedsydelse: det skal være fra 0 til 21.6667 dage."
        )

    def test_days_before_april_2022(self) -> None:
        assert "2022-04" in error(benefit_month="2022-03", holiday_days_on_unemployment_benefit=1)
        assert run(GOOD | {"benefit_month": "2022-03"})[1] == 0


class TestHours:
    def hours(self, top: str | None, *rows: str | None) -> Any:
        incomes = [{"kind": "wage", "amount": "100"} | ({} if row is None else {"paid_hours": row}) for row in rows]
        answer, _ = run({"id": "h", "benefit_month": "2024-08", "incomes": incomes, "paid_hours": top})
        return answer.get("ordinary_atp", answer.get("error"))

    def test_the_total_on_top(self) -> None:
        assert self.hours("86.67", None) == "91"

    def test_the_sum_of_the_incomes(self) -> None:
        assert self.hours(None, "40", "46.67", None) == "91"

    def test_both_and_equal(self) -> None:
        assert self.hours("86.670"[:5], "40", "46.67") == "91"

    def test_both_and_different(self) -> None:
        message = "Månedens løntimer er oplyst til 86.66, men indtægternes løntimer er i alt 86.67."
        assert self.hours("86.66", "40", "46.67") == message

    def test_neither(self) -> None:
        assert self.hours(None, None) is None

    @pytest.mark.parametrize(
        ("hours", "atp"), [("38.99", "297"), ("39", "149"), ("160.33", "0"), ("160.34", "0"), ("0", "297")]
    )
    def test_the_limits(self, hours: str, atp: str) -> None:
        assert self.hours(hours) == atp

    def test_negative(self) -> None:
        assert self.hours("-1") == "Månedens løntimer er negative: -1."


def test_a_parsed_case_for_the_page() -> None:
    case = GOOD | {"holiday_days_on_unemployment_benefit": 2, "benefit_month": "2024-08"}
    assert calculate_case(case, published_rates()) == run(case)[0]


def test_other_rates_can_be_given() -> None:
    text, code = calculate_document(json.dumps(GOOD), [])
    assert code == 1
    assert "ingen satser" in text
