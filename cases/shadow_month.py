"""The shadow month: what was paid for a month beside what Fleksløn calculates, krone by krone.

A rehearsal: the rows of the comparison are written, nothing else. Done in blocks, safe to start again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from cases.csv_table import csv_table
from cases.due import due_in
from cases.explain_difference import explain
from cases.gather import gather
from cases.import_cases import Fault, read_amount, read_cpr
from cases.models import (
    Grant,
    Municipality,
    Outcome,
    ShadowCase,
    ShadowMonth,
    ShadowOutcome,
    User,
    parameters_for,
    rates_for,
)
from cases.refused import Refused
from rules.decision import decide
from rules.facts import ZERO, Facts
from rules.months import Month
from rules.parameters import Parameters
from rules.rates import NoRates, Rates

BLOCK = 250
COLUMNS = {
    "sagsnummer": "sagens nummer i Fleksløn (eller cpr)",
    "cpr": "CPR-nummer, når sagsnummeret ikke kendes",
    "tilskud": "det, der blev betalt for måneden, før ekstra ATP og skat",
}
WRITTEN = ("outcome", "is_automatic", "computed", "difference", "size", "steps", "explanation")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PaidRow:
    """A row of the file: who (a case number or a CPR number), and the subsidy paid, kroner."""

    row: int
    number: str
    cpr: str
    paid: Decimal


def read_paid(data: bytes) -> tuple[list[PaidRow], list[str]]:
    """The good rows, and the faults as sentences with row and column. Refused when it is no such file."""
    rows, faults = [], []
    for number, cells in csv_table(data, ("tilskud",), COLUMNS.__contains__):
        try:
            rows.append(_row(number, cells))
        except Fault as fault:
            faults.append(f"Række {number}, {fault}.")
    if not rows and not faults:
        raise Refused("Filen har ingen rækker under overskrifterne.")
    return _without_doubles(rows, faults), faults


def _row(number: int, cells: dict[str, str]) -> PaidRow:
    case, cpr = cells.get("sagsnummer", ""), cells.get("cpr", "")
    if not case and not cpr:
        raise Fault("kolonne sagsnummer: skriv sagsnummer eller cpr")
    if not cells["tilskud"]:
        raise Fault("kolonne tilskud: skal udfyldes")
    try:
        paid = read_amount(cells["tilskud"])
    except Fault as fault:
        raise Fault(f"kolonne tilskud: {fault}") from None
    try:
        return PaidRow(number, case, "" if case else read_cpr(cpr), paid)
    except Fault:
        raise Fault("kolonne cpr: er ikke et CPR-nummer med ti cifre") from None


def _without_doubles(rows: list[PaidRow], faults: list[str]) -> list[PaidRow]:
    seen: dict[str, int] = {}
    kept = []
    for one in rows:
        key = one.number or one.cpr
        if key in seen:
            faults.append(f"Række {one.row}: sagen står også i række {seen[key]}. Læg beløbene sammen i én række.")
            continue
        seen[key] = one.row
        kept.append(one)
    return kept


def start(municipality: Municipality, month: Month, data: bytes, name: str, user: User, now: datetime) -> ShadowMonth:
    """The comparison with a waiting row for every case in the file and every case due in the month.

    Refused when the month has no rates or the file is no such file.
    """
    try:
        rates_for(month)
    except NoRates as error:
        raise Refused(str(error)) from error
    rows, faults = read_paid(data)
    by_number, by_cpr = _grants(municipality, month, rows)
    found = {row: by_number.get(row.number) if row.number else by_cpr.get(row.cpr) for row in rows}
    numbers = {id_: number for number, id_ in by_number.items()}
    with transaction.atomic():
        shadow = ShadowMonth.objects.create(
            municipality=municipality, benefit_month=month, file_name=name[:120], made_at=now, made_by=user,
            faults=faults,
        )  # fmt: skip
        cases = [_case(shadow, row, found[row], numbers) for row in rows]
        paid_for = {case.grant_id for case in cases}
        due = [id_ for id_ in due_in(municipality, month).grant_ids if id_ not in paid_for]
        cases += [ShadowCase(shadow=shadow, grant_id=id_, reference=numbers[id_]) for id_ in due]
        ShadowCase.objects.bulk_create(cases, batch_size=500)
    return shadow


def _grants(municipality: Municipality, month: Month, rows: Sequence[PaidRow]) -> tuple[dict[str, int], dict[str, int]]:
    """Case ids by case number, and by CPR number: the newest case begun by the month. One query."""
    grants = Grant.objects.of(municipality).order_by("first_day", "id")
    by_number, by_cpr = {}, {}
    for id_, number, cpr, first in grants.values_list("id", "number", "citizen__cpr", "first_day"):
        by_number[number] = id_
        if first <= month.last_day or cpr not in by_cpr:
            by_cpr[cpr] = id_
    return by_number, by_cpr


def _case(shadow: ShadowMonth, row: PaidRow, grant_id: int | None, numbers: dict[int, str]) -> ShadowCase:
    """A row whose case is not here is named by its row in the file, never by a CPR number."""
    if grant_id is not None:
        return ShadowCase(shadow=shadow, grant_id=grant_id, reference=numbers[grant_id], paid=row.paid)
    return ShadowCase(
        shadow=shadow, reference=row.number[:40] or f"række {row.row}", paid=row.paid,
        outcome=ShadowOutcome.ONLY_PAID, difference=-row.paid, size=abs(row.paid),
        explanation=["Fleksløn har ingen sag med det nummer. Er den læst ind?"],
    )  # fmt: skip


def work(shadow: ShadowMonth, now: datetime) -> None:
    """Calculate the waiting rows to the end, a block at a time. Safe to call again after a kill."""
    rates = rates_for(shadow.benefit_month)
    parameters = parameters_for(shadow.municipality, shadow.benefit_month)
    left_out = {one.grant_id: one.reason for one in due_in(shadow.municipality, shadow.benefit_month).left_out}
    while block := list(shadow.cases.filter(outcome=ShadowOutcome.WAITING).order_by("id")[:BLOCK]):
        facts = gather([case.grant_id for case in block], shadow.benefit_month)
        for case in block:
            reason = left_out.get(case.grant_id)
            if reason is not None:
                _not_due(case, reason)
            else:
                _compare(case, facts[case.grant_id], rates, parameters)
        ShadowCase.objects.bulk_update(block, WRITTEN)
    ShadowMonth.objects.filter(pk=shadow.pk, finished_at=None).update(finished_at=now)


def _not_due(case: ShadowCase, reason: str) -> None:
    case.outcome, case.difference, case.size = ShadowOutcome.ONLY_PAID, -case.paid, abs(case.paid)
    case.explanation = [f"Sagen er ikke med i Flekslønskørslen: {reason}."]


def _compare(case: ShadowCase, facts: Facts, rates: Rates, parameters: Parameters) -> None:
    try:
        decided = decide(facts, rates, parameters)
    except Exception:
        log.exception("shadow=%s case=%s failed", case.shadow_id, case.grant_id)
        case.outcome, case.explanation = ShadowOutcome.FAILED, ["Sagen kunne ikke regnes. Se den på sagen."]
        return
    subsidy = decided.calculation.subsidy
    case.computed, case.is_automatic = subsidy, decided.outcome == Outcome.PAID
    case.difference = subsidy - (case.paid or ZERO)
    case.size = abs(case.difference)
    case.steps = [[step.text, step.law, str(step.amount)] for step in decided.calculation.steps]
    case.outcome = _outcome(case)
    case.explanation = explain(decided, facts, rates, case.paid) if case.outcome != ShadowOutcome.SAME else []


def _outcome(case: ShadowCase) -> str:
    if not case.difference:
        return ShadowOutcome.SAME
    return ShadowOutcome.ONLY_HERE if case.paid is None else ShadowOutcome.DIFFERS


def differing(shadow: ShadowMonth) -> QuerySet[ShadowCase]:
    """The rows that are not the same, the greatest difference first."""
    return shadow.cases.exclude(outcome__in=(ShadowOutcome.SAME, ShadowOutcome.WAITING)).order_by("-size", "id")


def summary(shadow: ShadowMonth) -> dict[str, Any]:
    """The comparison in figures. One query."""
    counts = {value: Count("id", filter=Q(outcome=value)) for value in ShadowOutcome.values}
    sums = {"paid_sum": Sum("paid"), "computed_sum": Sum("computed"), "size_sum": Sum("size")}
    automatic = Count("id", filter=Q(is_automatic=True))
    same_automatic = Count("id", filter=Q(is_automatic=True, outcome=ShadowOutcome.SAME))
    found = shadow.cases.aggregate(
        total=Count("id"), automatic=automatic, same_automatic=same_automatic, **counts, **sums
    )
    found["done"] = found["total"] - found[ShadowOutcome.WAITING]
    found["share"] = 100 * found["done"] // found["total"] if found["total"] else 100
    found["equal_share"] = round(Decimal(100 * found["same"]) / found["total"], 1) if found["total"] else ZERO
    return found
