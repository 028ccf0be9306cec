"""The calculator: JSON in, JSON out. ``manage.py calculate`` and the page "Beregner" call this and no more.

In, one case or a list of cases::

    {"id": "A1", "benefit_month": "2024-04", "wage_ceiling": "32067", "incomes": [{"kind": "wage",
     "amount": "12000.50", "own_pension": "460", "employer_pension": "920", "paid_hours": "86.66"}],
     "benefits": [{"kind": "sickness_benefit", "amount": "900", "status": "paid"}],
     "holiday_days_on_unemployment_benefit": 0, "paid_hours": "86.66"}

- Required: ``id`` (text or whole number), ``benefit_month``; of an income and a benefit ``kind`` and ``amount``.
- Amounts and hours are texts, ``-?\\d+(\\.\\d{1,2})?`` with at most 12 digits before the point, never JSON numbers.
- ``holiday_days_on_unemployment_benefit``: a number or a text, from 0 to 21.6667, at most two decimals.
- ``wage_ceiling`` null or absent: no ceiling. ``paid_hours`` on top is the month's total; null or absent: the sum
  of the incomes' hours. ``status`` is "paid" (default) or "lost".
- Unknown and repeated keys are errors.

Out, in the same order, a list for a list: the fields of ``rules.calculation.Calculation`` as texts, øre before
``subsidy`` and whole kroner from it; ``ordinary_atp`` is null when no hours are known. A case that cannot be
calculated gives ``{"id", "error"}`` with a Danish sentence; the others are still calculated.
Exit code: 0, 1 when a case failed, 2 when the text is not JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from rules.calculation import Calculation, CalculationError, calculate, check_known
from rules.facts import Basis, Benefit, Income
from rules.money import ZERO, oere, parse_amount
from rules.months import Month
from rules.rates import NoRates, Rates, published_rates, rates_on

Row = TypeVar("Row")

MAX_DIGITS = 12
_DAYS = re.compile(r"\d{1,2}(\.\d{1,2})?\Z", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}\Z", re.ASCII)

_CASE_KEYS = (
    "id",
    "benefit_month",
    "wage_ceiling",
    "incomes",
    "benefits",
    "holiday_days_on_unemployment_benefit",
    "paid_hours",
)
_INCOME_KEYS = ("kind", "amount", "own_pension", "employer_pension", "paid_hours")
_BENEFIT_KEYS = ("kind", "amount", "status")
_OERE_FIELDS = (
    "base_amount",
    "threshold",
    "income",
    "reduction_below",
    "reduction_above",
    "benefit_deduction",
    "after_deductions",
    "ceiling_cut",
    "holiday_cut",
)


class CaseError(ValueError):
    """A case does not follow the contract; the message says where and how, in Danish."""


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A number as it was written: nothing is lost, and it is never mistaken for a text."""

    text: str


class JsonObject(dict[str, Any]):
    """An object that remembers a key that was there twice."""

    repeated: str | None = None


def calculate_document(text: str | bytes, table: Iterable[Rates] | None = None) -> tuple[str, int]:
    """Calculate the case or cases of a JSON text. Returns the JSON answer and the exit code; raises nothing.

    ``table``: the rates to use; the published ones when it is not given.
    """
    try:
        document = _read(text)
    except (ValueError, RecursionError):
        return _write({"id": None, "error": "Teksten kan ikke læses som JSON."}), 2
    rates = published_rates() if table is None else tuple(table)
    if not isinstance(document, list):
        answer = calculate_case(document, rates)
        return _write(answer), int("error" in answer)
    answers = [calculate_case(case, rates) for case in document]
    lines = ",\n".join(_write(answer) for answer in answers)
    return f"[{lines}]", int(any("error" in answer for answer in answers))


def calculate_case(case: object, table: Iterable[Rates]) -> dict[str, Any]:
    """Calculate one parsed case; a case that cannot be calculated gives ``{"id", "error"}``."""
    try:
        basis = read_basis(case)
        check_known(basis.benefit_month)
        return as_answer(_id(case), calculate(basis, rates_on(basis.benefit_month, table)))
    except (CaseError, CalculationError, NoRates) as error:
        return {"id": _id_if_any(case), "error": str(error)}


def read_basis(case: object) -> Basis:
    """Read a case as the basis of a calculation; CaseError where it does not follow the contract."""
    fields = _object(case, "Sagen", _CASE_KEYS, required=("id", "benefit_month"))
    _id(case)
    return Basis(
        benefit_month=_month(fields["benefit_month"]),
        incomes=tuple(_each(fields, "incomes", _income)),
        benefits=tuple(_each(fields, "benefits", _benefit)),
        wage_ceiling=_optional_amount(fields, "wage_ceiling", "wage_ceiling"),
        holiday_days_on_unemployment_benefit=_days(fields.get("holiday_days_on_unemployment_benefit", "0")),
        paid_hours=_optional_amount(fields, "paid_hours", "paid_hours"),
    )


def as_answer(case_id: str | int | None, calculation: Calculation) -> dict[str, Any]:
    """A calculation as the contract's fields, in the contract's order."""
    known = calculation.ordinary_atp
    return {
        "id": case_id,
        "rates_valid_from": calculation.rates_valid_from.isoformat(),
        **{name: _oere(getattr(calculation, name)) for name in _OERE_FIELDS},
        "subsidy": _kroner(calculation.subsidy),
        "extra_atp": _kroner(calculation.extra_atp),
        "ordinary_atp": None if known is None else _kroner(known),
        "mandatory_pension": _kroner(calculation.mandatory_pension),
        "payable_before_tax": _kroner(calculation.payable_before_tax),
        "steps": [{"text": step.text, "law": step.law, "amount": _oere(step.amount)} for step in calculation.steps],
    }


def _oere(amount: Decimal) -> str:
    return f"{oere(amount):f}"


def _kroner(amount: Decimal) -> str:
    return f"{amount:.0f}"


def _read(text: str | bytes) -> Any:
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    return json.loads(
        text.removeprefix("\ufeff"),
        parse_int=JsonNumber,
        parse_float=JsonNumber,
        parse_constant=JsonNumber,
        object_pairs_hook=_json_object,
    )


def _json_object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = JsonObject()
    for key, value in pairs:
        if key in found:
            found.repeated = key
        found[key] = value
    return found


def _write(answer: Mapping[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    # Half a surrogate pair in an id cannot be written as UTF-8.
    return text if text.isascii() or text.encode(errors="ignore").decode() == text else json.dumps(answer)


def _object(value: object, where: str, keys: tuple[str, ...], required: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CaseError(f"{where} skal være et objekt, ikke {_shown(value)}.")
    if isinstance(value, JsonObject) and value.repeated is not None:
        raise CaseError(f"{where} har feltet {_shown(value.repeated)} flere gange.")
    for key in value:
        if key not in keys:
            raise CaseError(f"{where} har et ukendt felt: {_shown(key)}. Felterne er: {', '.join(keys)}.")
    for key in required:
        if key not in value:
            raise CaseError(f"{where} mangler feltet '{key}'.")
    return value


def _id(case: object) -> str | int:
    found = _id_if_any(case)
    if found is None:
        raise CaseError("Feltet 'id' skal være en tekst, der ikke er tom, eller et helt tal.")
    return found


def _id_if_any(case: object) -> str | int | None:
    found = case.get("id") if isinstance(case, dict) else None
    if isinstance(found, JsonNumber) and _WHOLE.match(found.text):
        return int(found.text)
    return found if isinstance(found, str) and found else None


def _month(value: object) -> Month:
    if not isinstance(value, str) or not value.isascii() or len(value) != 7:
        raise CaseError(f'benefit_month skal være år og måned som "2026-11", ikke {_shown(value)}.')
    try:
        return Month.parse(value)
    except ValueError as error:
        raise CaseError(f"benefit_month: {error}") from error


def _each(fields: Mapping[str, Any], key: str, read: Callable[[object, str], Row]) -> Iterable[Row]:
    values = fields.get(key, [])
    if not isinstance(values, list):
        raise CaseError(f"{key} skal være en liste, ikke {_shown(values)}.")
    return (read(value, f"{key}[{number}]") for number, value in enumerate(values))


def _income(value: object, where: str) -> Income:
    fields = _object(value, where, _INCOME_KEYS, required=("kind", "amount"))
    return Income(
        kind=_text(fields["kind"], f"{where}.kind"),
        amount=_amount(fields["amount"], f"{where}.amount"),
        own_pension=_amount(fields.get("own_pension", "0"), f"{where}.own_pension"),
        employer_pension=_amount(fields.get("employer_pension", "0"), f"{where}.employer_pension"),
        paid_hours=_optional_amount(fields, "paid_hours", f"{where}.paid_hours"),
    )


def _benefit(value: object, where: str) -> Benefit:
    fields = _object(value, where, _BENEFIT_KEYS, required=("kind", "amount"))
    return Benefit(
        kind=_text(fields["kind"], f"{where}.kind"),
        amount=_amount(fields["amount"], f"{where}.amount"),
        status=_text(fields.get("status", "paid"), f"{where}.status"),
    )


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise CaseError(f"{where} skal være en tekst, ikke {_shown(value)}.")
    return value


def _optional_amount(fields: Mapping[str, Any], key: str, where: str) -> Decimal | None:
    value = fields.get(key)
    return None if value is None else _amount(value, where)


def _amount(value: object, where: str) -> Decimal:
    try:
        amount = parse_amount(value)
    except ValueError as error:
        raise CaseError(
            f'{where} skal være et beløb som tekst med punktum, fx "1234.50", ikke {_shown(value)}.'
        ) from error
    if amount.adjusted() >= MAX_DIGITS:
        raise CaseError(f"{where} er for stort: højst {MAX_DIGITS} cifre før punktum.")
    return amount + ZERO  # "-0" is 0


def _days(value: object) -> Decimal:
    text = value.text if isinstance(value, JsonNumber) else value
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str) or not _DAYS.match(text):
        raise CaseError(
            "holiday_days_on_unemployment_benefit skal være et antal dage fra 0 til 21.6667 med højst to "
            f"decimaler, ikke {_shown(value)}."
        )
    return Decimal(text)


def _shown(value: object) -> str:
    """A value in an error sentence, never longer than a line."""
    if isinstance(value, JsonNumber):
        text = f"tallet {value.text}"
    elif isinstance(value, str):
        text = f"'{value}'"
    else:
        text = _JSON_TYPES.get(type(value), "en liste" if isinstance(value, list) else "et objekt")
    return text if len(text) <= 60 else f"{text[:57]}..."


_JSON_TYPES = {type(None): "null", bool: "true eller false"}
