"""What a report of the register is taken to mean, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rules.money import ZERO
from rules.months import Month

FERIEKONTO_SE = "33088566"
NEW_BLOCK = ("16000", "", "")
"""Put between two 16000 blocks of one report, so that each keeps its own indtægtsart."""


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
