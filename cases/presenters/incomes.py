"""Incomes of a case by employer and month, each report with its marks, and bars to see them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cases.models import AddedIncome, Grant, IncomeReport, TreatmentAction
from cases.presenters.words import long_month, readable, short_day, short_month
from cases.templatetags.danish import kr
from rules.basis import counts, income_of
from rules.facts import Facts
from rules.money import ZERO
from rules.months import Month

COUNTED = "wage"
ROLE_WORDS = {
    "benefit": "ydelse, modregnes",
    "other_benefit": "anden ydelse",
    "judge": "skal vurderes",
    "holiday_paid": "feriepenge udbetalt",
    "own_subsidy": "eget tilskud",
    "left_out": "indgår ikke",
}


@dataclass(frozen=True)
class EmployerRow:
    """What one employer has paid in each of the months."""

    name: str
    se_number: str
    amounts: tuple[Decimal, ...]
    hours: Decimal | None
    tone: str = ""


@dataclass(frozen=True)
class IncomeTable:
    months: tuple[Month, ...]
    rows: list[EmployerRow]
    totals: tuple[Decimal, ...]

    @property
    def labels(self) -> list[str]:
        return [short_month(month) for month in self.months]

    @property
    def bars(self) -> list[Bar]:
        """Nothing to draw when there is no income."""
        return bars(self) if any(self.totals) else []


@dataclass(frozen=True)
class Segment:
    """What one employer is of a bar, in the picture's coordinates."""

    y: int
    height: int
    tone: str
    words: str


@dataclass(frozen=True)
class Bar:
    """A month of the picture, employer upon employer: stands on 85, 82 apart. ``value``: what counts in all."""

    x: int
    y: int
    label: str
    value: str
    segments: tuple[Segment, ...]


@dataclass
class ReportRow:
    """A report as a caseworker sees it."""

    id: int
    month: Month
    employer: str
    reported: Decimal
    own_pension: Decimal
    employer_pension: Decimal
    counted: Decimal | None
    hours: Decimal | None
    period: str
    pay_date: str
    marks: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    treatment: Any = None
    form: Any = None
    has_holiday_pay: bool = False
    is_own_subsidy: bool = False

    @property
    def pension(self) -> Decimal:
        return self.own_pension + self.employer_pension


def income_table(facts: Facts, names: Mapping[str, str]) -> IncomeTable:
    """The income month and the two before it, as the rules count them."""
    months = (facts.income_month - 2, facts.income_month - 1, facts.income_month)
    amounts: dict[str, dict[Month, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    hours: dict[str, Decimal] = {}
    for one in facts.reports:
        if one.month in months and counts(one):
            amounts[one.se_number][one.month] += one.counted
            if one.month == months[-1] and one.paid_hours is not None:
                hours[one.se_number] = hours.get(one.se_number, ZERO) + one.paid_hours
    rows = [
        EmployerRow(name_of(se, names), se, tuple(of[month] for month in months), hours.get(se))
        for se, of in amounts.items()
    ]
    rows.sort(key=lambda row: (-row.amounts[-1], -sum(row.amounts), row.name))
    rows = [replace(row, tone=TONES[min(at, len(TONES) - 1)]) for at, row in enumerate(rows)]
    return IncomeTable(months, rows, tuple(income_of(facts, month) for month in months))


TONES = ("e0", "e1", "e2", "e3")
"""The colours of the employers in the picture; the fifth and on share the last."""
GROUND, HIGHEST, APART = 85, 70, 82


def bars(table: IncomeTable) -> list[Bar]:
    """A bar a month, employer upon employer, scaled to the highest; nothing below zero is drawn."""
    top = max(sum((max(ZERO, row.amounts[at]) for row in table.rows), ZERO) for at in range(len(table.months)))
    return [_bar(table, at, max(top, *table.totals, Decimal(1))) for at in range(len(table.months))]


def _bar(table: IncomeTable, at: int, top: Decimal) -> Bar:
    floor, segments = GROUND, []
    for row in table.rows:
        height = int(HIGHEST * max(ZERO, row.amounts[at]) / top)
        if height:
            floor -= height
            segments.append(Segment(floor, height, row.tone, f"{row.name}: {kr(row.amounts[at])} kr."))
    return Bar(at * APART, floor, short_month(table.months[at]), kr(table.totals[at]), tuple(segments))


def report_rows(reports: Sequence[IncomeReport], names: Mapping[str, str]) -> list[ReportRow]:
    """Reports with their treatment (select_related it) as rows."""
    return [_report_row(report, names) for report in reports]


def added_rows(grant: Grant, months: Sequence[Month]) -> list[AddedIncome]:
    return list(grant.added_incomes.filter(month__in=list(months)).order_by("month", "id"))


def reports_of(grant: Grant, first: Month, last: Month) -> list[IncomeReport]:
    """A case's reports in a range of income months, the newest month last."""
    found = IncomeReport.objects.filter(citizen=grant.citizen_id, month__gte=first, month__lte=last)
    return list(found.select_related("treatment").defer("left_out").order_by("month", "pay_date", "id"))


def name_of(se_number: str, names: Mapping[str, str]) -> str:
    if not se_number:
        return "Uden arbejdsgiver"
    return names.get(se_number) or f"SE {se_number}"


def _report_row(report: IncomeReport, names: Mapping[str, str]) -> ReportRow:
    sign = -1 if report.is_reversal else 1
    treatment = getattr(report, "treatment", None)
    return ReportRow(
        id=report.pk,
        month=report.month,
        employer=name_of(report.se_number, names),
        reported=sign * (report.amount + report.b_income),
        own_pension=sign * report.own_pension,
        employer_pension=sign * report.employer_pension,
        counted=_counted(report, treatment, sign),
        hours=None if report.paid_hours is None else sign * report.paid_hours,
        period=_period(report),
        pay_date=short_day(report.pay_date),
        marks=list(_marks(report, treatment)),
        treatment=treatment,
        has_holiday_pay=bool(report.net_holiday_pay),
        is_own_subsidy=report.role == "own_subsidy",
    )


def _counted(report: IncomeReport, treatment: Any, sign: int) -> Decimal | None:
    """What of the report goes into the income; None when the report is no income."""
    if treatment and treatment.action == TreatmentAction.LEAVE_OUT:
        return ZERO
    if treatment and treatment.amount is not None:
        return Decimal(treatment.amount) + sign * report.b_income
    if report.role != COUNTED and not treatment:
        return None
    whole = report.amount + report.b_income + report.own_pension + report.employer_pension
    if treatment and treatment.action == TreatmentAction.INCLUDE:
        whole += sum((Decimal(amount) for _, amount in (*report.must_judge, *report.unknown)), ZERO)
    return sign * whole


def _period(report: IncomeReport) -> str:
    if report.period_start and report.period_end:
        return f"{short_day(report.period_start)} – {short_day(report.period_end)}"
    return short_day(report.period_start or report.period_end)


def _marks(report: IncomeReport, treatment: Any) -> Iterable[tuple[str, str]]:
    """(tone, words): tone is the class of the mark."""
    if treatment:
        word = {"include": "medtaget", "leave_out": "udeladt", "correct": "rettet"}[treatment.action]
        yield "good" if treatment.action != "leave_out" else "", f"{word}: {treatment.reason}"
    if report.role in ROLE_WORDS:
        yield "", ROLE_WORDS[report.role]
    if report.is_reversal:
        yield "warn", "tilbageførsel"
    if report.is_correction:
        yield "warn", f"rettelse til {long_month(report.month)}"
    if report.kind == "b_income" or report.b_income:
        yield "", "honorar (B-indkomst)"
    if report.gross_holiday_pay:
        yield "", f"bruttoferiepenge {kr(report.gross_holiday_pay)} kr."
    if report.net_holiday_pay:
        yield "", f"nettoferiepenge {kr(report.net_holiday_pay)} kr."
    if report.hours_fault and report.role == COUNTED:
        yield "warn", readable(report.hours_fault)
    if report.pay_date and report.period_start and report.pay_date < report.period_start:
        yield "", "forudløn"
    for label, amount in report.must_judge:
        yield "warn", f"skal vurderes: {label} {kr(Decimal(amount))} kr."
    for label, amount in report.unknown:
        yield "bad", f"ukendt kode: {label} {kr(Decimal(amount))} kr."
