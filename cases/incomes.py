"""Incomes of a case outside a month's task: add, correct, include, leave out, gross up, take back. Each with a reason.

Bekg. 227/2024 §§ 1, 6 and 14. The months that were decided on the income are calculated again.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cases.changed import changed
from cases.handle_task import Added, Correction
from cases.models import AddedIncome, Grant, IncomeReport, IncomeTreatment, TreatmentAction, User
from cases.models.income import IncomeKind
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.signed import held, removed, said, saved
from rules.holiday import gross_up
from rules.judgment import MustBeJudged
from rules.months import Month


def add_income(grant: Grant, month: Month, new: Added, user: User, now: datetime) -> AddedIncome:
    """An income of an income month that the register does not have (bekg. 227/2024 § 14, stk. 3)."""
    source = said(new.source, "Skriv, hvor du har indtægten fra.")
    if new.kind not in IncomeKind.values:
        raise Refused("Vælg indtægtens slags.")
    if not new.amount:
        raise Refused("Skriv indtægtens beløb.")
    with transaction.atomic():
        row = held(grant)
        income = AddedIncome(
            grant=row, month=month, kind=new.kind, se_number=new.se_number, amount=new.amount,
            paid_hours=new.paid_hours, source=source[:200],
        )  # fmt: skip
        saved(income, user, source)
        changed(row, month + 1, month + 1, f"Indtægt tilføjet i {long_month(month)}: {source}", user, now)
        return income


def take_back(income: AddedIncome, reason: str, user: User, now: datetime) -> None:
    """Remove an income that a person added by mistake. Its history stays."""
    reason = said(reason, "Skriv, hvorfor indtægten fjernes.")
    with transaction.atomic():
        row, month = held(income.grant), income.month
        removed(income, user, reason)
        changed(row, month + 1, month + 1, f"Tilføjet indtægt fjernet i {long_month(month)}: {reason}", user, now)


def treat(grant: Grant, correction: Correction, user: User, now: datetime) -> IncomeTreatment:
    """Include a report, leave it out, or count other figures for it. One treatment a report; the last counts."""
    reason = said(correction.reason, "Skriv en begrundelse for hver indtægt, du retter.")
    if correction.action not in TreatmentAction.values:
        raise Refused("Vælg, om indtægten skal medtages, lades ude eller rettes.")
    with transaction.atomic():
        row = held(grant)
        report = IncomeReport.objects.filter(pk=correction.report_id, citizen=row.citizen_id).first()
        if report is None:
            raise Refused("Indtægten hører ikke til sagen.")
        treatment = IncomeTreatment.objects.filter(report=report).first() or IncomeTreatment(report=report)
        treatment.action, treatment.amount = correction.action, correction.amount
        treatment.paid_hours, treatment.gross_holiday_pay = correction.paid_hours, correction.gross_holiday_pay
        treatment.reason = reason[:300]
        saved(treatment, user, reason)
        event = f"Indtægt i {long_month(report.month)} rettet: {reason}"
        changed(row, _first_month(row, report) + 1, report.month + 1, event, user, now)
        return treatment


def proposed_gross(report: IncomeReport, tax_percent: Decimal | None) -> Decimal:
    """The report's net holiday pay grossed up (bekg. 227/2024 § 6, stk. 2; Q6); refused when it cannot be."""
    try:
        return gross_up(report.net_holiday_pay, tax_percent)
    except MustBeJudged as error:
        raise Refused(str(error)) from error


def _first_month(grant: Grant, report: IncomeReport) -> Month:
    """Pay of a job set to "træk i samme måned" counts a month earlier (Q32)."""
    same = grant.jobs.filter(se_number=report.se_number, same_month=True).exists()
    return report.month - 1 if same else report.month
