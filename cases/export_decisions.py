"""Beside KY: a month's approved incomes and decisions per citizen, for a municipality that pays from another system.

Only what is decided: months that wait for a person are not in it. Amounts are kroner; the incomes are those the
decision counted, with what a person did with them, from the frozen facts.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cases.models import Citizen, Decision, Municipality, Outcome
from cases.tables import safe_cell
from rules.facts import Facts, Report
from rules.frozen import thaw
from rules.months import Month

COLUMNS = (
    "linje", "kommune", "sag", "cpr", "navn", "tilskudsmaaned", "indkomstmaaned", "se_nummer", "indkomstart", "beloeb",
    "egen_pension", "arbejdsgiver_pension", "loentimer", "dispositionsdato", "behandling", "tilskud", "ekstra_atp",
    "atp", "obligatorisk_pension", "til_udbetaling_foer_skat", "afgjort", "afgjort_af", "fingeraftryk",
)  # fmt: skip
TYPED_BY_PEOPLE = ("navn", "afgjort_af")
"""Cells that a spreadsheet must not run as a formula. A negative amount is a number and stays one."""

INCOME, DECISION = "indkomst", "afgoerelse"
TREATMENTS = {"": "medtaget", "include": "medtaget", "correct": "rettet", "leave_out": "udeladt"}


@dataclass(frozen=True)
class Exported:
    """One citizen's month: the decision in force and the incomes it was made from."""

    decision: Decision
    reports: tuple[Report, ...]

    @property
    def citizen(self) -> Citizen:
        return self.decision.grant.citizen


def exported(municipality: Municipality, month: Month) -> list[Exported]:
    """Every citizen whose month is decided, by case number. One query."""
    rows = Decision.objects.in_force().of(municipality).filter(benefit_month=month, outcome=Outcome.PAID)
    rows = rows.select_related("grant__citizen", "decided_by").order_by("grant__number")
    return [Exported(row, _reports(thaw(Facts, row.facts))) for row in rows.iterator(500)]


def _reports(facts: Facts) -> tuple[Report, ...]:
    return tuple(one for one in facts.reports if one.month == facts.income_month)


def as_json(municipality: Municipality, month: Month, people: Iterable[Exported], now: datetime) -> str:
    """One document: citizens with their decision and incomes. Amounts as text with a full stop."""
    return json.dumps(
        {
            "kommune": municipality.code,
            "tilskudsmaaned": str(month),
            "eksporteret": now.isoformat(),
            "borgere": [
                {
                    "cpr": one.citizen.cpr,
                    "navn": one.citizen.name,
                    "sag": one.decision.grant.number,
                    "afgoerelse": _decision(one.decision),
                    "indtaegter": [_income(report) for report in one.reports],
                }
                for one in people
            ],
        },
        ensure_ascii=False,
        indent=1,
    )


def as_csv(municipality: Municipality, people: Iterable[Exported]) -> str:
    """For a spreadsheet: one line for each income and one for the decision. Byte order mark, semicolons, full stops."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in people:
        whose = {
            "kommune": municipality.code,
            "sag": one.decision.grant.number,
            "cpr": one.citizen.cpr,
            "navn": one.citizen.name,
            "tilskudsmaaned": str(one.decision.benefit_month),
        }
        lines: Sequence[dict[str, str | None]] = [
            *({"linje": INCOME, **_income(report)} for report in one.reports),
            {"linje": DECISION, **_decision(one.decision)},
        ]
        for line in lines:
            values = whose | line
            cells = ((name, values.get(name) or "") for name in COLUMNS)
            writer.writerow([safe_cell(cell) if name in TYPED_BY_PEOPLE else cell for name, cell in cells])
    return "\ufeff" + out.getvalue()


def _income(report: Report) -> dict[str, str | None]:
    return {
        "indkomstmaaned": str(report.month),
        "se_nummer": report.se_number,
        "indkomstart": report.kind,
        "beloeb": _kr(report.amount),
        "egen_pension": _kr(report.own_pension),
        "arbejdsgiver_pension": _kr(report.employer_pension),
        "loentimer": _kr(report.paid_hours),
        "dispositionsdato": None if report.pay_date is None else str(report.pay_date),
        "behandling": TREATMENTS[report.treatment],
    }


def _decision(decision: Decision) -> dict[str, str | None]:
    return {
        "tilskud": _kr(decision.subsidy),
        "ekstra_atp": _kr(decision.extra_atp),
        "atp": _kr(decision.ordinary_atp),
        "obligatorisk_pension": _kr(decision.mandatory_pension),
        "til_udbetaling_foer_skat": _kr(decision.payable_before_tax),
        "afgjort": decision.decided_at.isoformat(),
        "afgjort_af": str(decision.decided_by),
        "fingeraftryk": decision.fingerprint,
    }


def _kr(number: Decimal | None) -> str | None:
    """Kroner or hours with two decimals and a full stop."""
    return None if number is None else f"{number:.2f}"
