"""The incomes of a specification: one line an employer, then holiday pay and benefits, as they were reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from cases.specification_parts import IncomeLine
from rules.basis import holiday_pay
from rules.dated_rules import RULES, in_force
from rules.facts import ZERO, Facts, Report
from rules.step_texts import BENEFITS

MOST_EMPLOYERS = 8
LEFT_OUT = "regnes ikke med"


def income_lines(facts: Facts, names: Mapping[str, str]) -> Iterable[IncomeLine]:
    """One line an employer; the smallest together when there are many; then holiday pay and benefits."""
    month = facts.income_month
    reports = [one for one in facts.reports if one.month == month]
    lines = [
        _income_line(_name(se, names), group, note)
        for (se, note), group in _grouped(reports, in_force(RULES, facts.benefit_month).counted_incomes).items()
    ]
    yield from _at_most(sorted(lines, key=lambda line: (bool(line.note), -line.total, line.name)))
    if holiday := holiday_pay(facts, month):
        yield IncomeLine("Feriegodtgørelse før skat", holiday, ZERO, None, _holiday_note(holiday))
    for (kind, se), group in _benefits(reports).items():
        payer = names.get(se) or f"udbetaler med SE-nummer {se}"
        name = f"{BENEFITS.get(kind, kind).capitalize()} fra {payer}"
        yield IncomeLine(name, sum((one.amount for one in group), ZERO), ZERO, None, "trækkes fra i tilskuddet")


def _grouped(reports: Iterable[Report], counted: frozenset[str]) -> dict[tuple[str, str], list[Report]]:
    """Reports of pay by employer and by what was done with them."""
    groups: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        if report.role == "wage":
            groups.setdefault((report.se_number, _treatment(report, counted)), []).append(report)
    return groups


def _benefits(reports: Iterable[Report]) -> dict[tuple[str, str], list[Report]]:
    groups: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        if report.role == "benefit" and report.treatment != "leave_out":
            groups.setdefault((report.kind, report.se_number), []).append(report)
    return groups


def _treatment(report: Report, counted: frozenset[str]) -> str:
    if report.treatment == "leave_out" or report.kind not in counted:
        return LEFT_OUT
    return "rettet af kommunen" if report.treatment == "correct" else ""


def _income_line(name: str, reports: Sequence[Report], note: str) -> IncomeLine:
    hours = [one.paid_hours for one in reports if one.paid_hours is not None]
    return IncomeLine(
        name=name,
        pay=sum((one.amount for one in reports), ZERO),
        pension=sum((one.own_pension + one.employer_pension for one in reports), ZERO),
        hours=sum(hours, ZERO) if hours else None,
        note=note,
    )


def _at_most(lines: list[IncomeLine]) -> list[IncomeLine]:
    """A page holds some employers; what is over is added up in one line."""
    if len(lines) <= MOST_EMPLOYERS:
        return lines
    shown, rest = lines[: MOST_EMPLOYERS - 1], lines[MOST_EMPLOYERS - 1 :]
    counted = [line for line in rest if line.note != LEFT_OUT]
    return [
        *shown,
        IncomeLine(
            name=f"{len(counted)} andre arbejdsgivere",
            pay=sum((line.pay for line in counted), ZERO),
            pension=sum((line.pension for line in counted), ZERO),
            hours=sum((line.hours or ZERO for line in counted), ZERO),
        ),
    ]


def _name(se_number: str, names: Mapping[str, str]) -> str:
    if not se_number:
        return "Oplyst til kommunen"
    return names.get(se_number) or f"Arbejdsgiver med SE-nummer {se_number}"


def _holiday_note(amount: Decimal) -> str:
    return "ferie, du har holdt" if amount > 0 else "optjent, tæller først, når du holder ferie"
