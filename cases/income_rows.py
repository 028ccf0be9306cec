"""From a report of the register to a row: classified, placed in its month, with its identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from cases.integrations.eindkomst import RegisterReport
from rules.income_codes import ClassifiedReport, classify
from rules.money import oere
from rules.months import Month

KIND_WHEN_INCLUDED = {"0105": "lost_earnings", "0106": "lost_earnings", "0102": "b_income", "0079": "sideline"}
"""What a report that must be judged counts as when a person includes it; else as wage from another job."""


@dataclass(frozen=True)
class Normalised:
    """A report with its meaning, month and key; the same from both wrappers."""

    source: RegisterReport
    meaning: ClassifiedReport
    month: Month
    pay_month: Month
    key: str

    def as_json(self) -> dict[str, Any]:
        """For ``import_income --json``: amounts as text in kroner with two decimals."""
        meaning = self.meaning
        return {
            "se_number": self.source.se_number,
            "own_id": self.source.own_id,
            "month": str(self.month),
            "pay_date": _text(self.source.pay_date),
            "period_start": _text(self.source.period_start),
            "period_end": _text(self.source.period_end),
            "income_type": meaning.income_type,
            "income_art": meaning.income_art,
            "role": meaning.role,
            "kind": meaning.kind,
            "amount": str(oere(meaning.amount)),
            "b_income": str(oere(meaning.b_income)),
            "own_pension": str(oere(meaning.own_pension)),
            "employer_pension": str(oere(meaning.employer_pension)),
            "paid_hours": None if meaning.paid_hours is None else str(oere(meaning.paid_hours)),
            "hours_fault": meaning.hours_fault,
            "net_holiday_pay": str(oere(meaning.net_holiday_pay)),
            "gross_holiday_pay": str(oere(meaning.gross_holiday_pay)),
            "is_reversal": meaning.is_reversal,
            "is_correction": meaning.is_correction,
            "must_judge": pairs(meaning.must_judge),
            "unknown": pairs(meaning.unknown),
            "left_out": pairs(meaning.left_out),
        }

    def columns(self) -> tuple[Any, ...]:
        """The values of ``COLUMNS``."""
        meaning, source = self.meaning, self.source
        return (
            self.key,
            self.month,
            self.pay_month,
            source.se_number,
            source.own_id[:60],
            source.pay_date,
            source.period_start,
            source.period_end,
            meaning.income_type[:20],
            meaning.income_art[:20],
            meaning.role,
            meaning.kind or KIND_WHEN_INCLUDED.get(meaning.income_art, ""),
            meaning.amount,
            meaning.b_income,
            meaning.own_pension,
            meaning.employer_pension,
            meaning.paid_hours,
            meaning.hours_fault,
            meaning.net_holiday_pay,
            meaning.gross_holiday_pay,
            meaning.is_reversal,
            meaning.is_correction,
            pairs(meaning.must_judge),
            pairs(meaning.unknown),
            pairs(meaning.left_out),
        )


COLUMNS = (
    "key", "month", "pay_month", "se_number", "own_id", "pay_date", "period_start", "period_end", "income_type",
    "income_art", "role", "kind", "amount", "b_income", "own_pension", "employer_pension", "paid_hours", "hours_fault",
    "net_holiday_pay", "gross_holiday_pay", "is_reversal", "is_correction", "must_judge", "unknown", "left_out",
)  # fmt: skip
"""The columns of IncomeReport, besides citizen and answer."""


def normalise(reports: tuple[RegisterReport, ...]) -> list[Normalised]:
    """Reports of one person. ValueError with a Danish sentence when one cannot be placed or read."""
    counts: dict[str, int] = {}
    result = []
    for report in reports:
        content = report.content_hash
        counts[content] = ordinal = counts.get(content, 0) + 1
        result.append(_normalise(report, sha256(f'["{content}",{ordinal}]'.encode()).hexdigest()))
    return result


def _normalise(report: RegisterReport, key: str) -> Normalised:
    if len(report.se_number) != 8:
        raise ValueError(f"virksomhedens SE-nummer er '{report.se_number}', som ikke har otte tegn.")
    meaning = classify(report.fields, report.se_number)
    pay_month = _pay_month(report, meaning)
    corrected = meaning.is_correction and report.period_end is not None
    month = Month.of(report.period_end) if corrected and report.period_end else pay_month
    return Normalised(report, meaning, month, pay_month, key)


def _pay_month(report: RegisterReport, meaning: ClassifiedReport) -> Month:
    """The month by pay date; when it is missing the period's end, then its start, then the tax month (Q5)."""
    day = report.pay_date or report.period_end or report.period_start
    if day is not None:
        return Month.of(day)
    if meaning.tax_month is not None:
        return meaning.tax_month
    raise ValueError(f"En indberetning fra SE {report.se_number} har hverken dispositionsdato eller periode.")


def pairs(labelled: tuple[tuple[str, Decimal], ...]) -> list[list[str]]:
    return [[label, str(oere(amount))] for label, amount in labelled]


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)
