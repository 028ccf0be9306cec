"""Pay that covers several months, divided equally over them (bekg. 227/2024 § 3, stk. 4; § 4, stk. 3; Q31).

The report itself is left out, and each month gets its share as an added income; months that are paid are calculated
again, and the difference is settled forward.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cases.changed import changed
from cases.models import AddedIncome, Grant, IncomeReport, IncomeTreatment, TreatmentAction, User
from cases.presenters.words import day, long_month
from cases.refused import Refused
from cases.signed import held, said, saved
from cases.templatetags.danish import kr
from rules.judgment import MustBeJudged
from rules.months import Month
from rules.spreading import MAX_MONTHS_BACK, spread

MONTHS_SHOWN = 13
ADDED_KINDS = ("wage", "other_wage", "b_income", "sideline", "lost_earnings")


@dataclass(frozen=True)
class Proposed:
    """A report whose own period covers several months."""

    report: IncomeReport
    first: Month
    last: Month


def proposed(reports: Iterable[IncomeReport]) -> Proposed | None:
    """The newest report whose period runs over more than one calendar month's length."""
    for one in reports:
        if one.period_start and one.period_end and (one.period_end - one.period_start).days >= 31:
            return Proposed(one, Month.of(one.period_start), Month.of(one.period_end))
    return None


def words_of(report: IncomeReport) -> str:
    """oktober 2026: 12.000,00 kr. fra SE 70000010 (01.08.2026 – 31.10.2026)"""
    period = f" ({day(report.period_start)} – {day(report.period_end)})" if report.period_start else ""
    return f"{long_month(report.month)}: {kr(whole(report))} kr. fra SE {report.se_number}{period}"


def whole(report: IncomeReport) -> Decimal:
    """The amount that is divided: pay with both pension contributions, as it counts (a reversal against)."""
    amount = report.amount + report.b_income + report.own_pension + report.employer_pension
    return -amount if report.is_reversal else amount


def shares_of(report: IncomeReport, first: Month, last: Month) -> tuple[tuple[Month, Decimal], ...]:
    """Each month's share. Refused when the period is turned round or longer than can be adjusted."""
    try:
        shares = spread(whole(report), first, last)
    except MustBeJudged as error:
        raise Refused(str(error)) from error
    if len(shares) < 2:
        raise Refused("Vælg mindst to måneder. Dækker lønnen kun én, skal den ikke fordeles.")
    if len(shares) > MAX_MONTHS_BACK + 1:
        raise Refused("Løn kan højst fordeles over 13 måneder.")
    return shares


def spread_report(
    grant: Grant, report: IncomeReport, first: Month, last: Month, source: str, user: User, now: datetime
) -> list[AddedIncome]:
    """Leave the report out and add each month's share; what it touches is calculated again.

    Paid hours stay with the report's month, or the last one. Refused for a report that is left out already.
    """
    source = said(source, "Skriv, hvor du ved perioden fra.")
    shares = shares_of(report, first, last)
    reason = f"Løn udbetalt i {long_month(report.month)}, fordelt på {len(shares)} måneder: {source}"
    with transaction.atomic():
        row = held(grant)
        if not IncomeReport.objects.filter(pk=report.pk, citizen=row.citizen_id).exists():
            raise Refused("Indtægten hører ikke til sagen.")
        treatment = IncomeTreatment.objects.filter(report=report).first() or IncomeTreatment(report=report)
        if treatment.action == TreatmentAction.LEAVE_OUT:
            raise Refused("Indtægten regnes ikke med. Er den allerede fordelt?")
        treatment.action, treatment.amount, treatment.reason = TreatmentAction.LEAVE_OUT, None, reason[:300]
        saved(treatment, user, reason)
        with_hours = report.month if report.month in dict(shares) else shares[-1][0]
        rows = [
            _share(row, report, month, amount, report.paid_hours if month == with_hours else None, reason, user)
            for month, amount in shares
        ]
        months = [*(month for month, _ in shares), report.month]
        changed(row, min(months) + 1, max(months) + 1, reason, user, now)
        return rows


def _share(
    grant: Grant, report: IncomeReport, month: Month, amount: Decimal, hours: Decimal | None, reason: str, user: User
) -> AddedIncome:
    share = AddedIncome(
        grant=grant, month=month, kind=report.kind if report.kind in ADDED_KINDS else "wage",
        se_number=report.se_number, amount=amount, source=reason[:200],
        paid_hours=hours,
    )  # fmt: skip
    return saved(share, user, reason)
