"""What a payment specification says: plain values that can be frozen as JSON and thawed (rules.frozen)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.templatetags.danish import month_name
from rules.months import Month


@dataclass(frozen=True)
class Office:
    """The municipality as the letter names it, as it was that day."""

    name: str
    unit: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class SumLine:
    """A line of the sum. ``amount`` and ``last``: kroner this month and last month; None leaves the cell empty."""

    text: str
    law: str
    amount: Decimal | None
    last: Decimal | None
    is_total: bool = False


@dataclass(frozen=True)
class IncomeLine:
    """What one employer (or payer of a benefit) has reported, kroner. ``note`` says what was done with it."""

    name: str
    pay: Decimal
    pension: Decimal
    hours: Decimal | None
    note: str = ""

    @property
    def total(self) -> Decimal:
        return self.pay + self.pension


@dataclass(frozen=True)
class SpecificationContext:
    """Everything the letter says, ready to be shown as HTML, PDF or text."""

    mark: str
    municipality: Office
    sender: str
    citizen_name: str
    address: str
    case_number: str
    month: Month
    headline: str
    tax_sentence: str
    lines: tuple[SumLine, ...]
    last_month: Month | None
    changes: tuple[str, ...]
    incomes: tuple[IncomeLine, ...]
    income: Decimal
    contributions: tuple[str, ...]
    decided: str
    written: date

    @property
    def title(self) -> str:
        return f"Dit fleksløntilskud for {month_name(self.month)}"

    @property
    def income_month(self) -> Month:
        return self.month - 1
