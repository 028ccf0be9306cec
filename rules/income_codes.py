"""What an income report of the register means: the code tables and ``classify``.

Basis: bekg. 227/2024 §§ 1, 5-9 and open question Q33. The most specific known code decides: indtægtsart, else
indkomsttype other than 00, else felt. The tables in ``rules/data`` are our reading, with certainty and first month;
a lawyer may change a row there without touching code.

Roles of a report: ``wage`` counts; ``benefit`` is deducted; ``other_benefit`` and ``judge`` stop the case;
``holiday_paid`` is holiday pay paid out; ``own_subsidy`` and ``left_out`` play no part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from rules.classified_report import (
    FERIEKONTO_SE,
    HOURS_FAULTS,
    NEW_BLOCK,
    ClassifiedReport,
    Labelled,
    RegisterField,
)
from rules.code_tables import field_meanings
from rules.money import ZERO
from rules.months import Month
from rules.report_block import DECIMALS, Block, Codes, crossed

__all__ = ["FERIEKONTO_SE", "HOURS_FAULTS", "NEW_BLOCK", "ClassifiedReport", "Labelled", "RegisterField", "classify"]

_TAX_MONTH = re.compile(r"(\d{4})(0[1-9]|1[0-2])\Z", re.ASCII)


def classify(fields: Iterable[RegisterField], se_number: str = "", month: Month | None = None) -> ClassifiedReport:
    """Tell what one report (one blanket 11000 with what lies under it) means.

    ``fields``: (blanket, felt, text) in the order of the register; equal amount felter are added up.
    ``se_number``: who reported it. ``month``: the month the code tables are read for; else the report's tax month.
    ValueError with a Danish sentence when an amount is not a number.
    """
    header, blocks = _split(fields)
    tax_month = _tax_month(header.get("016", ""))
    income_type = header.get("012", "").zfill(2) if header.get("012") else ""
    meanings = Codes(income_type, month or tax_month)
    reversal = header.get("011", "I").upper()
    from_header: dict[str, Any] = {
        "is_reversal": reversal == "T",
        "is_correction": crossed(header.get("151", "")),
        "tax_month": tax_month,
        "income_type": income_type,
    }
    parts = [Block(lines, meanings, se_number).result(from_header) for lines in blocks]
    main = parts[0] if len(parts) == 1 else _joined(parts)
    unknown = _unknown_in_header(header, reversal, main)
    return replace(main, unknown=main.unknown + unknown) if unknown else main


def _split(fields: Iterable[RegisterField]) -> tuple[dict[str, str], list[list[RegisterField]]]:
    """The header (felter of 11000) and the blocks: a 16000 with what follows it."""
    header: dict[str, str] = {}
    blocks: list[list[RegisterField]] = [[]]
    for line in fields:
        if line == NEW_BLOCK:
            blocks.append([])
        elif line[0] == "11000":
            header[line[1]] = line[2].strip()
        else:
            blocks[-1].append(line)
    filled = [block for block in blocks if block]
    return header, filled or [[]]


def _unknown_in_header(header: Mapping[str, str], reversal: str, main: ClassifiedReport) -> Labelled:
    """Unknown felter of the header that hold an amount, and an unknown mark in felt 011.

    The header holds codes, so only a number with decimals is taken for an amount there.
    """
    found = [
        (f"ukendt felt {number} på blanket 11000", Decimal(text))
        for number, text in header.items()
        if ("11000", number) not in field_meanings() and DECIMALS.match(text) and Decimal(text)
    ]
    if reversal not in ("I", "T", ""):
        found.append((f"felt 011 (indberetningsart) har den ukendte værdi '{reversal[:20]}'", main.amount))
    return tuple(found)


def _joined(parts: list[ClassifiedReport]) -> ClassifiedReport:
    """Several 16000 blocks in one report: equal roles are added up, other roles beside them must be judged.

    The register's users have seen one block a report only, so a mixture is shown to a person.
    """
    main = min(parts, key=lambda part: _ROLE_ORDER.index(part.role))
    alike = [part for part in parts if (part.role, part.kind) == (main.role, main.kind)]
    others = [part for part in parts if (part.role, part.kind) != (main.role, main.kind)]
    mixed = tuple(
        (f"{_ROLE_NAMES[part.role]} i samme indberetning", part.amount)
        for part in others
        if part.amount and part.role not in ("own_subsidy", "left_out", "judge")
    )
    if len({part.is_reversal for part in parts}) > 1:
        mixed += (("kun en del af indberetningen er tilbageført", main.amount),)
    hours = [part.paid_hours for part in alike if part.paid_hours is not None]
    sums: dict[str, Any] = {name: sum((getattr(part, name) for part in alike), ZERO) for name in _SUMS}
    return replace(
        main,
        **sums,
        paid_hours=sum(hours, ZERO) if hours else None,
        hours_state=_worst_hours(alike),
        left_out=sum((part.left_out for part in parts), ()),
        must_judge=sum((part.must_judge for part in parts), ()) + mixed,
        unknown=sum((part.unknown for part in parts), ()),
        is_reversal=any(part.is_reversal for part in parts),
    )


_SUMS = (
    "amount",
    "b_income",
    "own_pension",
    "employer_pension",
    "net_holiday_pay",
    "gross_holiday_pay",
    "holiday_paid",
    "holiday_days",
)
_ROLE_ORDER = ("wage", "benefit", "holiday_paid", "judge", "other_benefit", "own_subsidy", "left_out")
_ROLE_NAMES = {
    "wage": "løn",
    "benefit": "ydelse til fradrag",
    "holiday_paid": "udbetalte feriepenge",
    "judge": "beløb til vurdering",
    "other_benefit": "anden ydelse",
    "own_subsidy": "fleksløntilskud",
    "left_out": "beløb uden betydning",
}


def _worst_hours(parts: list[ClassifiedReport]) -> str:
    states = {part.hours_state for part in parts}
    return next(state for state in ("no_relation", "unusable", "given", "zero", "missing") if state in states)


def _tax_month(text: str) -> Month | None:
    found = _TAX_MONTH.match(text)
    return Month(int(found[1]), int(found[2])) if found else None
