"""What an income report of the register means: the code tables and ``classify``.

Basis: bekg. 227/2024 §§ 1, 5-9 and open question Q33. The most specific known code decides: indtægtsart, else
indkomsttype other than 00, else felt. The tables in ``rules/data`` are our reading, with certainty and first month;
a lawyer may change a row there without touching code.

Roles of a report: ``wage`` counts; ``benefit`` is deducted; ``other_benefit`` and ``judge`` stop the case;
``holiday_paid`` is holiday pay paid out; ``own_subsidy`` and ``left_out`` play no part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from rules.code_tables import NUMBER, CodeMeaning, FieldMeaning, code_meaning, field_meanings
from rules.money import ZERO
from rules.months import Month

FERIEKONTO_SE = "33088566"
UNUSABLE_HOURS = Decimal("99999")
HEADER_FORMS = frozenset({"11000", "16000"})
NEW_BLOCK = ("16000", "", "")
"""Put between two 16000 blocks of one report, so that each keeps its own indtægtsart."""

_DECIMALS = re.compile(r"[+-]?\d{1,13}\.\d{1,4}\Z", re.ASCII)
_TAX_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])\Z", re.ASCII)

RegisterField = tuple[str, str, str]
Labelled = tuple[tuple[str, Decimal], ...]

HOURS_FAULTS = {
    "given": "",
    "missing": "der er ikke indberettet løntimer",
    "zero": "løntimer er 0,00",
    "unusable": "løntimer er 99999,99",
    "no_relation": "der er sat kryds i, at løn og timer ikke hænger sammen (felt 200)",
}


@dataclass(frozen=True, slots=True)
class ClassifiedReport:
    """A report with its meaning. Amounts in kroner with øre and with the sign as reported (a reversal is not turned).

    ``amount`` belongs to ``kind``; ``b_income`` is B-income beside a wage in the same report (0 when the kind itself
    is b_income). ``hours_state`` is a key of HOURS_FAULTS. ``must_judge`` and ``unknown`` hold (label, amount) and
    stop the case. ``left_out`` is for display: (label, amount) of tax, goods and the like.
    """

    role: str
    kind: str = ""
    amount: Decimal = ZERO
    b_income: Decimal = ZERO
    own_pension: Decimal = ZERO
    employer_pension: Decimal = ZERO
    paid_hours: Decimal | None = None
    hours_state: str = "missing"
    net_holiday_pay: Decimal = ZERO
    gross_holiday_pay: Decimal = ZERO
    holiday_paid: Decimal = ZERO
    holiday_days: Decimal = ZERO
    holiday_payer: str = ""
    holiday_year: str = ""
    left_out: Labelled = ()
    must_judge: Labelled = ()
    unknown: Labelled = ()
    is_reversal: bool = False
    is_correction: bool = False
    tax_month: Month | None = None
    income_type: str = ""
    income_art: str = ""

    @property
    def hours_fault(self) -> str:
        """Why the hours cannot be used, in Danish; "" when they can."""
        return HOURS_FAULTS[self.hours_state]


def classify(fields: Iterable[RegisterField], se_number: str = "", month: Month | None = None) -> ClassifiedReport:
    """Tell what one report (one blanket 11000 with what lies under it) means.

    ``fields``: (blanket, felt, text) in the order of the register; equal amount felter are added up.
    ``se_number``: who reported it. ``month``: the month the code tables are read for; else the report's tax month.
    ValueError with a Danish sentence when an amount is not a number.
    """
    header, blocks = _split(fields)
    tax_month = _tax_month(header.get("016", ""))
    income_type = header.get("012", "").zfill(2) if header.get("012") else ""
    meanings = _Codes(income_type, month or tax_month)
    parts = [_Block(lines, meanings, se_number).result() for lines in blocks]
    main = parts[0] if len(parts) == 1 else _joined(parts)
    reversal = header.get("011", "I").upper()
    return replace(
        main,
        is_reversal=main.is_reversal or reversal == "T",
        is_correction=_crossed(header.get("151", "")),
        tax_month=tax_month,
        income_type=income_type,
        unknown=main.unknown + _unknown_in_header(header, reversal, main),
    )


def _split(fields: Iterable[RegisterField]) -> tuple[dict[str, str], list[list[RegisterField]]]:
    """The header (felter of 11000) and the blocks: a 16000 with what follows it."""
    header: dict[str, str] = {}
    blocks: list[list[RegisterField]] = [[]]
    for line in fields:
        if line == NEW_BLOCK:
            blocks.append([])
        elif line[0] == "11000":
            header[line[1]] = line[2].strip()
        else:
            blocks[-1].append(line)
    filled = [block for block in blocks if block]
    return header, filled or [[]]


def _unknown_in_header(header: Mapping[str, str], reversal: str, main: ClassifiedReport) -> Labelled:
    """Unknown felter of the header that hold an amount, and an unknown mark in felt 011.

    The header holds codes, so only a number with decimals is taken for an amount there.
    """
    found = [
        (f"ukendt felt {number} på blanket 11000", Decimal(text))
        for number, text in header.items()
        if ("11000", number) not in field_meanings() and _DECIMALS.match(text) and Decimal(text)
    ]
    if reversal not in ("I", "T", ""):
        found.append((f"felt 011 (indberetningsart) har den ukendte værdi '{reversal[:20]}'", main.amount))
    return tuple(found)


def _joined(parts: list[ClassifiedReport]) -> ClassifiedReport:
    """Several 16000 blocks in one report: equal roles are added up, other roles beside them must be judged.

    The register's users have seen one block a report only, so a mixture is shown to a person.
    """
    main = min(parts, key=lambda part: _ROLE_ORDER.index(part.role))
    alike = [part for part in parts if (part.role, part.kind) == (main.role, main.kind)]
    others = [part for part in parts if (part.role, part.kind) != (main.role, main.kind)]
    mixed = tuple(
        (f"{_ROLE_NAMES[part.role]} i samme indberetning", part.amount)
        for part in others
        if part.amount and part.role not in ("own_subsidy", "left_out", "other_benefit", "judge")
    )
    if len({part.is_reversal for part in parts}) > 1:
        mixed += (("kun en del af indberetningen er tilbageført", main.amount),)
    hours = [part.paid_hours for part in alike if part.paid_hours is not None]
    sums: dict[str, Any] = {name: sum((getattr(part, name) for part in alike), ZERO) for name in _SUMS}
    return replace(
        main,
        **sums,
        paid_hours=sum(hours, ZERO) if hours else None,
        hours_state=_worst_hours(alike),
        left_out=sum((part.left_out for part in parts), ()),
        must_judge=sum((part.must_judge for part in parts), ()) + mixed,
        unknown=sum((part.unknown for part in parts), ()),
        is_reversal=any(part.is_reversal for part in parts),
    )


_SUMS = (
    "amount",
    "b_income",
    "own_pension",
    "employer_pension",
    "net_holiday_pay",
    "gross_holiday_pay",
    "holiday_paid",
    "holiday_days",
)
_ROLE_ORDER = ("wage", "benefit", "holiday_paid", "judge", "other_benefit", "own_subsidy", "left_out")
_ROLE_NAMES = {
    "wage": "løn",
    "benefit": "ydelse til fradrag",
    "holiday_paid": "udbetalte feriepenge",
    "judge": "beløb til vurdering",
    "other_benefit": "anden ydelse",
    "own_subsidy": "fleksløntilskud",
    "left_out": "beløb uden betydning",
}


def _worst_hours(parts: list[ClassifiedReport]) -> str:
    states = {part.hours_state for part in parts}
    return next(state for state in ("no_relation", "unusable", "given", "zero", "missing") if state in states)


@dataclass(slots=True)
class _Codes:
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
class _Block:
    """One 16000 with the forms under it, on its way to a ClassifiedReport."""

    lines: list[RegisterField]
    codes: _Codes
    se_number: str
    amounts: dict[str, Decimal] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, Decimal]] = field(default_factory=list)
    must_judge: list[tuple[str, Decimal]] = field(default_factory=list)
    unknown: list[tuple[str, Decimal]] = field(default_factory=list)
    unusable_hours: bool = False

    def result(self) -> ClassifiedReport:
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
            is_reversal=_crossed(self.texts.get("021", "")),
            income_art=art,
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
            self.texts["no_hours"] = "1" if _crossed(text) else self.texts.get("no_hours", "")
        elif text and meaning.role in ("holiday_payer", "holiday_year"):
            self.texts[meaning.role] = text
        elif form == "16000":
            self.texts[number] = text

    def _take_number(self, meaning: FieldMeaning, value: Decimal) -> None:
        role = meaning.role
        if role == "hours" and abs(value) >= UNUSABLE_HOURS:
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
        looks_like_amount = _DECIMALS if form in HEADER_FORMS else NUMBER
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
        total = self._income() + self._sum("holiday_paid") + self._sum("own_pension") + self._sum("employer_pension")
        any_amount = any(self.amounts.values()) or self.must_judge or self.left_out or self.unknown
        if any_amount:
            self.unknown.extend((name, total) for name in self.codes.unknown(art))

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


def _crossed(text: str) -> bool:
    """Whether a cross is set. The register's value is "1"; other values than none and 0 are taken for a cross."""
    return text.strip() not in ("", "0", "00", "false")


def _tax_month(text: str) -> Month | None:
    found = _TAX_MONTH.match(text)
    return Month(int(found[1]), int(found[2])) if found else None
