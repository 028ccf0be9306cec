"""The only translator from rows to rules.Facts: for one case and for a thousand with the same code and queries.

Eleven queries a call, and three more when a correction of an earlier month has come, however many cases.
Rows are read as values, never as model instances.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from cases.models import (
    AddedIncome,
    ConcernAnswer,
    Decision,
    EarlierSubsidy,
    Grant,
    Ids,
    IncomeReport,
    IncomeTreatment,
    Job,
    Outcome,
    Period,
    Process,
    ProcessKind,
    ProcessState,
    Task,
    TaskState,
    WageCeiling,
)
from rules import facts as f
from rules.months import Month

MONTHS_BACK = 12
WANTS_HUMAN = "Borgeren ønsker behandling af et menneske"
COUNTED_ROLES = ("wage", "benefit")
JOB_COLUMNS = (
    "se_number", "is_fleksjob", "first_day", "last_day", "same_month", "agreed_hours", "agreed_pension_percent",
)  # fmt: skip
AS_REPORTED = "reported"
REPORT_COLUMNS = (
    "id", "citizen_id", "month", "pay_month", "se_number", "role", "kind", "amount", "b_income", "own_pension",
    "employer_pension", "paid_hours", "hours_fault", "pay_date", "period_start", "period_end", "net_holiday_pay",
    "judge_text", "unknown_text", "is_reversal", "is_correction",
)  # fmt: skip
AS_TEXT = {"judge_text": Cast("must_judge", TextField()), "unknown_text": Cast("unknown", TextField())}
"""Nearly always an empty list: read by ``_pairs``, which remembers it."""
IS_REVERSAL = REPORT_COLUMNS.index("is_reversal")
IS_CORRECTION = REPORT_COLUMNS.index("is_correction")


@dataclass(frozen=True)
class Treatment:
    """A person's word on a report, as a row has it or as a form proposes it. Kroner and hours."""

    action: str
    amount: Decimal | None = None
    paid_hours: Decimal | None = None
    gross_holiday_pay: Decimal | None = None


@dataclass(frozen=True)
class Overlay:
    """What a form proposes on top of the rows: treatments by report id, added incomes, answers."""

    treatments: Mapping[int, Treatment] = field(default_factory=dict)
    added: tuple[f.Report, ...] = ()
    answers: tuple[f.Answer, ...] = ()


NOTHING = Overlay()


def gather(grant_ids: Iterable[int], month: Month, overlay: Overlay = NOTHING) -> dict[int, f.Facts]:
    """Facts of the cases for a benefit month, by grant id. An overlay makes sense for one case."""
    ids = Ids(grant_ids)
    grants = list(
        Grant.objects.filter(id__any_of=ids).values_list(
            "id", "citizen_id", "first_day", "last_day", "needs_manual", "expected_wage", "citizen__birth_date",
            "citizen__tax_percent", "needs_manual_until", "citizen__wants_human",
        )
    )  # fmt: skip
    jobs = _grouped(Job, ids, JOB_COLUMNS, f.Job)
    ceilings = _grouped(WageCeiling, ids, ("amount", "first_day", "source"), f.WageCeiling)
    periods = _grouped(Period, ids, ("kind", "first_day", "last_day", "benefit", "amount", "days"), f.Period)
    paid, confirmed = _paid(ids, month), _confirmed(ids, month)
    added, answers = _added(ids, month), _answers(ids, month)
    reports = _reports(Ids(row[1] for row in grants), month, overlay)
    return {
        id_: f.Facts(
            benefit_month=month,
            grant_first_day=first,
            grant_last_day=last,
            birth_date=birth,
            tax_percent=None if tax is None else Decimal(tax),
            needs_manual=manual_reason(month, manual, until, wants_human=human),
            expected_wage=wage,
            reports=_in_order((*_until(month, reports[citizen], jobs[id_]), *added[id_], *overlay.added)),
            jobs=tuple(jobs[id_]),
            wage_ceilings=tuple(ceilings[id_]),
            periods=tuple(periods[id_]),
            paid_subsidies=tuple(paid[id_]),
            last_confirmed=confirmed.get(id_),
            answers=tuple(sorted({*answers[id_], *overlay.answers}, key=lambda one: (one.code, one.numbers))),
        )
        for id_, citizen, first, last, manual, wage, birth, tax, until, human in grants
    }


def manual_reason(month: Month, reason: str, until: date | None, *, wants_human: bool) -> str:
    """Why a person must handle the month, "" when none must: what the register lacks, until a day, and the citizen's
    own wish not to be decided on by a program (GDPR art. 22).
    """
    lacking = reason if until is None or until >= month.first_day else ""
    return "; ".join(filter(None, [lacking, WANTS_HUMAN if wants_human else ""]))


def _grouped(model: Any, ids: Ids, columns: tuple[str, ...], make: Any) -> defaultdict[int, list[Any]]:
    """Rows of a case's part, made into values, by grant id and in a fixed order."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    rows = model.objects.filter(grant__any_of=ids).order_by("first_day", "id").values_list("grant_id", *columns)
    for grant_id, *values in rows:
        found[grant_id].append(make(*values))
    return found


def _paid(ids: Ids, month: Month) -> defaultdict[int, list[f.PaidSubsidy]]:
    """The two months before, paid here or (as imported) by the system before this one.

    As paid: an adjustment since then changes nothing here ("the amount paid", bekg. 227/2024 § 7, stk. 3; Q23, Q34).
    """
    by_case: defaultdict[int, dict[Month, Decimal]] = defaultdict(dict)
    window = {"grant__any_of": ids, "benefit_month__gte": month - 2, "benefit_month__lt": month}
    for id_, paid_month, amount in EarlierSubsidy.objects.filter(**window).values_list(
        "grant_id", "benefit_month", "amount"
    ):
        by_case[id_][paid_month] = amount
    decisions = Decision.objects.filter(**window, outcome=Outcome.PAID).order_by("sequence")
    for id_, paid_month, subsidy in decisions.values_list("grant_id", "benefit_month", "subsidy"):
        by_case[id_][paid_month] = subsidy
    found: defaultdict[int, list[f.PaidSubsidy]] = defaultdict(list)
    for id_, months in by_case.items():
        found[id_] = [f.PaidSubsidy(one, months[one]) for one in sorted(months)]
    return found


def _confirmed(ids: Ids, month: Month) -> dict[int, f.PaidSubsidy]:
    """The last month that a person has accepted."""
    tasks = (
        Task.objects.filter(
            grant__any_of=ids,
            benefit_month__lt=month,
            benefit_month__gte=month - MONTHS_BACK,
            state__in=[TaskState.ACCEPTED, TaskState.CORRECTED],
            final__isnull=False,
        )
        .order_by("benefit_month", "id")
        .values_list("grant_id", "benefit_month", "final")
    )
    return {id_: f.PaidSubsidy(confirmed, amount) for id_, confirmed, amount in tasks}


def _answers(ids: Ids, month: Month) -> defaultdict[int, list[f.Answer]]:
    found: defaultdict[int, list[f.Answer]] = defaultdict(list)
    rows = ConcernAnswer.objects.filter(grant__any_of=ids, benefit_month=month).values_list(
        "grant_id", "code", "numbers"
    )
    for id_, code, numbers in rows:
        found[id_].append(f.Answer(code, numbers))
    return found


def _added(ids: Ids, month: Month) -> defaultdict[int, list[f.Report]]:
    found: defaultdict[int, list[f.Report]] = defaultdict(list)
    rows = AddedIncome.objects.filter(grant__any_of=ids, month__gte=month - 1 - MONTHS_BACK, month__lt=month)
    for id_, *values in rows.order_by("id").values_list(
        "grant_id", "month", "kind", "se_number", "amount", "paid_hours"
    ):
        found[id_].append(added_report(*values))
    return found


def added_report(month: Month, kind: str, se_number: str, amount: Decimal, paid_hours: Decimal | None) -> f.Report:
    """An income that a person added, as the rules see it: whole, with the amount including pension."""
    return f.Report(month, se_number, "wage", kind, amount, paid_hours=paid_hours, treatment="include")


def _reports(citizens: Ids, month: Month, overlay: Overlay) -> defaultdict[int, list[f.Report]]:
    """Reports of the income month and the twelve before it; of the benefit month (same-month jobs); and corrections
    that came in these months, however old the month they correct.
    """
    of_citizens = IncomeReport.objects.filter(citizen__any_of=citizens, month__lte=month)
    first = month - 1 - MONTHS_BACK
    in_window = Q(month__gte=first) | Q(is_correction=True, pay_month__gte=month - 1)
    window = of_citizens.filter(in_window).order_by("citizen_id", "month", "id")
    treated = IncomeTreatment.objects.filter(report__in=of_citizens.filter(in_window).order_by()).values_list(
        "report_id", "action", "amount", "paid_hours", "gross_holiday_pay"
    )
    treatments = {id_: Treatment(*values) for id_, *values in treated} | dict(overlay.treatments)
    treatments = {id_: one for id_, one in treatments.items() if one.action != AS_REPORTED}
    found: defaultdict[int, list[f.Report]] = defaultdict(list)
    rows = list(window.annotate(**AS_TEXT).values_list(*REPORT_COLUMNS))
    reversed_ = any(row[IS_REVERSAL] for row in rows)
    originals = {_identity(row) for row in rows if not row[IS_REVERSAL]} if reversed_ else set()
    settled = _settled_corrections(rows)
    for row in rows:
        found[row[1]] += _report(
            row, treatments.get(row[0]), _reversal_fault(row, originals), is_settled=row[0] in settled
        )
    return found


def _settled_corrections(rows: list[tuple[Any, ...]]) -> set[int]:
    """Corrections of an earlier month that it has been calculated with since they came: by a recalculation that is
    done, or by its decision. The month they came in has nothing more to ask (INC22).
    """
    corrections = {row[0]: (row[1], row[2] + 1) for row in rows if row[IS_CORRECTION]}
    if not corrections:
        return set()
    came = dict(IncomeReport.objects.filter(id__any_of=corrections).values_list("id", "answer__file__read_at"))
    citizens = {citizen for citizen, _ in corrections.values()}
    done = Process.objects.filter(citizen__any_of=citizens, kind=ProcessKind.RECALCULATION, state=ProcessState.DONE)
    spans = list(done.values_list("citizen_id", "first_month", "last_month", "finished_at"))
    paid = Decision.objects.filter(grant__citizen__any_of=citizens, outcome=Outcome.PAID).in_force()
    decided = list(paid.values_list("grant__citizen_id", "benefit_month", "decided_at"))
    return {
        id_
        for id_, (citizen, month) in corrections.items()
        if any(one == citizen and first <= month <= last and at >= came[id_] for one, first, last, at in spans)
        or any((one, of) == (citizen, month) and at > came[id_] for one, of, at in decided)
    }


def _identity(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a reversal and its original share: citizen, employer, period and amounts."""
    return (row[1], row[4], row[14], row[15], row[7], row[8], row[9], row[10])


def _reversal_fault(row: tuple[Any, ...], originals: set[tuple[Any, ...]]) -> str:
    """Why a reversal cannot be trusted, in Danish; "" for one with its original, and for an ordinary report."""
    if not row[IS_REVERSAL]:
        return ""
    if min(row[7], row[8], row[9], row[10]) < 0:
        return "tilbageførslen har et negativt beløb"
    return "" if _identity(row) in originals else "den oprindelige indberetning findes ikke"


def _report(
    row: tuple[Any, ...], treatment: Treatment | None, reversal_fault: str, *, is_settled: bool
) -> Iterator[f.Report]:
    """One row as the rules see it: the reversal turned, the person's word applied. B-income beside wage apart."""
    (
        _, _, month, pay_month, se_number, role, kind, amount, b_income, own, employer, hours, hours_fault,
        pay_date, start, end, net_holiday, must_judge, unknown, is_reversal, is_correction,
    ) = row  # fmt: skip
    sign = -1 if is_reversal else 1
    report = f.Report(
        month=month,
        se_number=se_number,
        role=role,
        kind=kind,
        amount=sign * amount,
        own_pension=sign * own,
        employer_pension=sign * employer,
        paid_hours=None if hours is None else sign * hours,
        hours_fault=hours_fault,
        pay_date=pay_date,
        period_start=start,
        period_end=end,
        net_holiday_pay=sign * net_holiday,
        must_judge=_pairs(must_judge, sign),
        unknown=_pairs(unknown, sign),
        reversal_fault=reversal_fault,
        corrected_in=pay_month if is_correction and pay_month > month and not is_settled else None,
    )
    yield _treated(report, treatment)
    replaced = treatment is not None and (treatment.action == "leave_out" or treatment.amount is not None)
    if b_income and not replaced:
        yield replace(
            report, kind="b_income", amount=sign * b_income, own_pension=f.ZERO, employer_pension=f.ZERO,
            paid_hours=None, hours_fault="", net_holiday_pay=f.ZERO, must_judge=(), unknown=(),
            treatment=treatment.action if treatment else "",
        )  # fmt: skip


def _treated(report: f.Report, treatment: Treatment | None) -> f.Report:
    """Include counts everything in the report, also what had to be judged; correct replaces its figures."""
    if treatment is None:
        return report
    changes: dict[str, Any] = {"treatment": treatment.action}
    if treatment.action == "leave_out":
        return replace(report, **changes)
    if treatment.amount is not None:
        changes |= {"amount": treatment.amount, "own_pension": f.ZERO, "employer_pension": f.ZERO}
    elif treatment.action == "include":
        judged = sum((amount for _, amount in (*report.must_judge, *report.unknown)), f.ZERO)
        changes["amount"] = report.amount + judged
    if treatment.paid_hours is not None:
        changes |= {"paid_hours": treatment.paid_hours, "hours_fault": ""}
    if treatment.gross_holiday_pay is not None:
        changes["gross_holiday_pay"] = treatment.gross_holiday_pay
    if report.role not in COUNTED_ROLES:
        changes |= {"role": "wage", "kind": report.kind or "other_wage"}
    return replace(report, **changes)


@lru_cache(maxsize=1_000)
def _pairs(stored: str, sign: int) -> tuple[tuple[str, Decimal], ...]:
    return tuple((label, sign * Decimal(amount)) for label, amount in json.loads(stored))


def _until(month: Month, reports: list[f.Report], jobs: list[f.Job]) -> Iterator[f.Report]:
    """Reports up to the income month. Pay of a job set to "træk i samme måned" counts a month earlier (Q32)."""
    same_month = {job.se_number for job in jobs if job.same_month}
    for report in reports:
        if report.se_number in same_month:
            corrected_in = report.corrected_in - 1 if report.corrected_in else None
            yield replace(report, month=report.month - 1, corrected_in=corrected_in)
        elif report.month < month:
            yield report


def _in_order(reports: Iterable[f.Report]) -> tuple[f.Report, ...]:
    """A fixed order, so that the same rows give the same fingerprint on both engines."""
    return tuple(sorted(reports, key=_order))


def _order(report: f.Report) -> tuple[Any, ...]:
    """Every field that can tell two reports apart, so that the order never depends on the database."""
    return (
        report.month,
        report.se_number,
        report.role,
        report.kind,
        report.pay_date or date.min,
        report.period_start or date.min,
        report.period_end or date.min,
        report.amount,
        report.own_pension,
        report.employer_pension,
        report.paid_hours or f.ZERO,
        report.hours_fault,
        report.net_holiday_pay,
        report.treatment,
        report.must_judge,
        report.unknown,
    )
