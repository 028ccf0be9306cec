"""One 16000 of a report with the forms under it: every felt sorted by its role, then the deciding code asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rules.classified_report import FERIEKONTO_SE, ClassifiedReport, RegisterField
from rules.code_tables import NUMBER, CodeMeaning, FieldMeaning, code_meaning, field_meanings
from rules.money import ZERO
from rules.months import Month

UNUSABLE_HOURS = Decimal("99999.99")
HEADER_FORMS = frozenset({"11000", "16000"})
DECIMALS = re.compile(r"[+-]?\d{1,13}\.\d{1,4}\Z", re.ASCII)


@dataclass(slots=True)
class Codes:
    """The code of the report's header, and the month its meaning is read for."""

    income_type: str
    month: Month | None

    def deciding(self, art: str) -> tuple[str, CodeMeaning] | None:
        """The most specific known code with its label; None when the felt decides."""
        meaning = code_meaning("income_arts", art, self.month) if art else None
        if meaning is not None:
            return f"indtægtsart {art} ({meaning.name})", meaning
        meaning = code_meaning("income_types", self.income_type, self.month)
        if meaning is None or meaning.treatment == "by_field":
            return None
        return f"indkomsttype {self.income_type} ({meaning.name})", meaning

    def unknown(self, art: str) -> list[str]:
        found = []
        if art and code_meaning("income_arts", art, self.month) is None:
            found.append(f"ukendt indtægtsart {art}")
        if self.income_type and code_meaning("income_types", self.income_type, self.month) is None:
            found.append(f"ukendt indkomsttype {self.income_type}")
        return found


@dataclass(slots=True)
class Block:
    """One 16000 with the forms under it, on its way to a ClassifiedReport."""

    lines: list[RegisterField]
    codes: Codes
    se_number: str
    amounts: dict[str, Decimal] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, Decimal]] = field(default_factory=list)
    must_judge: list[tuple[str, Decimal]] = field(default_factory=list)
    unknown: list[tuple[str, Decimal]] = field(default_factory=list)
    unusable_hours: bool = False

    def result(self, from_header: dict[str, Any]) -> ClassifiedReport:
        for form, number, text in self.lines:
            self._take(form, number, text.strip())
        art = self.texts.get("019", "")
        art = art.zfill(4) if art else ""
        deciding = self.codes.deciding(art)
        role, kind, amount, b_income = self._by_field() if deciding is None else self._by_code(*deciding)
        self._list_unknown_codes(art)
        hours, state = self._hours()
        return ClassifiedReport(
            role=role,
            kind=kind,
            amount=amount,
            b_income=b_income,
            own_pension=self._sum("own_pension") if role == "wage" else ZERO,
            employer_pension=self._sum("employer_pension") if role == "wage" else ZERO,
            paid_hours=hours,
            hours_state=state,
            net_holiday_pay=self._sum("holiday_net"),
            gross_holiday_pay=self._sum("holiday_gross"),
            holiday_paid=self._sum("holiday_paid"),
            holiday_days=self._sum("holiday_days"),
            holiday_payer=self.texts.get("holiday_payer", ""),
            holiday_year=self.texts.get("holiday_year", ""),
            left_out=tuple(self.left_out),
            must_judge=tuple(self.must_judge),
            unknown=tuple(self.unknown),
            income_art=art,
            **{**from_header, "is_reversal": from_header["is_reversal"] or crossed(self.texts.get("021", ""))},
        )

    def _take(self, form: str, number: str, text: str) -> None:
        """Sort one felt by the role of fields.csv."""
        meaning = field_meanings().get((form, number))
        if meaning is None:
            self._take_unknown(form, number, text)
        elif meaning.type in ("amount", "number"):
            if text:
                self._take_number(meaning, _decimal(meaning, text))
        elif meaning.role == "no_hours":
            self.texts["no_hours"] = "1" if crossed(text) else self.texts.get("no_hours", "")
        elif text and meaning.role in ("holiday_payer", "holiday_year"):
            self.texts[meaning.role] = text
        elif form == "16000":
            self.texts[number] = text

    def _take_number(self, meaning: FieldMeaning, value: Decimal) -> None:
        role = meaning.role
        if role == "hours" and abs(value) == UNUSABLE_HOURS:
            self.unusable_hours = True
        elif role in ("tax", "goods", "ignore"):
            if value:
                self.left_out.append((meaning.label, value))
        elif role in ("judge", "holiday_gross_judge"):
            if value:
                self.must_judge.append((meaning.label, value))
            if role == "holiday_gross_judge":
                self._add("holiday_gross", value)
        elif role != "context":
            self._add(role, value)

    def _take_unknown(self, form: str, number: str, text: str) -> None:
        """An unknown felt with an amount stops the case; codes and texts are kept in silence."""
        looks_like_amount = DECIMALS if form in HEADER_FORMS else NUMBER
        if looks_like_amount.match(text) and Decimal(text):
            self.unknown.append((f"ukendt felt {number} på blanket {form}", Decimal(text)))

    def _add(self, role: str, value: Decimal) -> None:
        self.amounts[role] = self.amounts.get(role, ZERO) + value

    def _sum(self, role: str) -> Decimal:
        return self.amounts.get(role, ZERO)

    def _income(self) -> Decimal:
        """All A- and B-income of the block: what a benefit, a judged or a left out income amounts to."""
        return sum((self._sum(role) for role in ("wage", "b_wage", "benefit_or_not", "b_without_am")), ZERO)

    def _by_field(self) -> tuple[str, str, Decimal, Decimal]:
        """No indtægtsart and no indkomsttype but 00: each felt decides for itself."""
        wage, b_wage, paid = self._sum("wage"), self._sum("b_wage"), self._sum("holiday_paid")
        if without_am := self._sum("benefit_or_not"):
            self.must_judge.append((field_meanings()["16001", "058"].label, without_am))
        if not_counted := self._sum("b_without_am"):
            self.left_out.append((field_meanings()["16001", "071"].label, not_counted))
        if self.se_number == FERIEKONTO_SE and wage + b_wage:
            return "holiday_paid", "holiday_pay", wage + b_wage + paid, ZERO
        pension = self._sum("own_pension") or self._sum("employer_pension")
        if wage or b_wage or pension:
            if paid:
                self.must_judge.append((field_meanings()["16001", "217"].label, paid))
            return ("wage", "wage", wage, b_wage) if wage or pension else ("wage", "b_income", b_wage, ZERO)
        if paid:
            return "holiday_paid", "holiday_pay", paid, ZERO
        if self.must_judge:
            return "judge", "", sum((amount for _, amount in self.must_judge), ZERO), ZERO
        if self._is_pay():
            return "wage", "wage", ZERO, ZERO
        return "left_out", "", ZERO, ZERO

    def _is_pay(self) -> bool:
        """A report of 0 kr. with pay felter, or of holiday pay earned, belongs to an employment."""
        return any(role in self.amounts for role in ("wage", "b_wage", "hours", "holiday_net", "holiday_gross"))

    def _by_code(self, label: str, meaning: CodeMeaning) -> tuple[str, str, Decimal, Decimal]:
        """The code decides for all A- and B-income of the block."""
        treatment, amount = meaning.treatment, self._income()
        if treatment == "holiday_paid":
            return self._holiday_by_code(label, amount)
        if treatment in ("benefit", "judge", "other_benefit"):
            self._judge_beside(label)
        if treatment == "judge" and amount:
            self.must_judge.append((label, amount))
        if treatment == "ignore" and amount:
            self.left_out.append((label, amount))
        if treatment == "ignore" or not (amount or self.must_judge or treatment == "own_subsidy"):
            return "left_out", "", amount, ZERO
        return treatment, meaning.kind, amount, ZERO

    def _holiday_by_code(self, label: str, amount: Decimal) -> tuple[str, str, Decimal, Decimal]:
        """Holiday pay stands in felt 217; with A-income beside it, whether both count is for a person."""
        paid = self._sum("holiday_paid")
        if paid and amount:
            self.must_judge.append((label, amount))
        return "holiday_paid", "holiday_pay", paid or amount, ZERO

    def _judge_beside(self, label: str) -> None:
        """Pension and holiday pay beside a benefit: never left out of the sum in silence."""
        for role, name in (("own_pension", "197"), ("employer_pension", "198"), ("holiday_paid", "217")):
            if value := self._sum(role):
                self.must_judge.append((f"{field_meanings()['16001', name].label} ved {label}", value))

    def _list_unknown_codes(self, art: str) -> None:
        """Unknown indtægtsart or indkomsttype: listed with the line's amount, in silence when there is none."""
        names = self.codes.unknown(art)
        if names and (any(self.amounts.values()) or self.must_judge or self.left_out or self.unknown):
            pensions = self._sum("own_pension") + self._sum("employer_pension")
            total = self._income() + self._sum("holiday_paid") + pensions
            self.unknown.extend((name, total) for name in names)

    def _hours(self) -> tuple[Decimal | None, str]:
        if self.texts.get("no_hours"):
            return None, "no_relation"
        if self.unusable_hours:
            return None, "unusable"
        if "hours" not in self.amounts:
            return None, "missing"
        hours = self.amounts["hours"]
        return hours, "given" if hours else "zero"


def _decimal(meaning: FieldMeaning, text: str) -> Decimal:
    if not NUMBER.match(text):
        raise ValueError(f"{meaning.label} har værdien '{text[:40]}', som ikke er et tal.")
    return Decimal(text)


def crossed(text: str) -> bool:
    """Whether a cross is set. The register's value is "1"; other values than none and 0 are taken for a cross."""
    return text.strip() not in ("", "0", "00", "false")
