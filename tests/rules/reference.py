"""The sum a second time, written apart from rules/ and from the law alone: JSON texts in, JSON texts out.

No Decimal and nothing of the program: exact fractions of whole øre, one formula (domain/law.md section 2), its own
table of rates. Slow and without explanations; it is here to disagree.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

F = Fraction

# from month (YYYYMM): base, threshold, ATP øre an hour, full ATP, mandatory pension in per mille
TABLE = {
    201401: (17312, 13446, 112, 270, 0),
    201501: (17550, 13648, 112, 270, 0),
    201601: (17745, 13839, 118, 284, 0),
    201701: (18027, 14116, 118, 284, 0),
    201707: (18035, 14116, 118, 284, 0),
    201801: (18260, 14398, 118, 284, 0),
    201901: (18489, 14686, 118, 284, 0),
    202001: (18701, 14965, 118, 284, 3),
    202101: (18936, 15264, 118, 284, 6),
    202201: (18964, 15401, 118, 284, 9),
    202301: (19333, 15817, 118, 284, 12),
    202401: (19952, 16323, 123, 297, 15),
    202501: (20670, 16911, 123, 297, 18),
    202601: (21600, 17672, 123, 297, 21),
}
FULL_TIME = F(160333, 1000)
DAYS = F(216667, 10000)


def number(text: str | int | None) -> F | None:
    return None if text is None else F(str(text))


def half_up(amount: F, decimals: int = 0) -> str:
    """Away from zero on the half, as text."""
    unit = 10**decimals
    whole = floor(abs(amount) * unit + F(1, 2))
    sign = "-" if amount < 0 and whole else ""
    return f"{sign}{whole // unit}" + (f".{whole % unit:0{decimals}d}" if decimals else "")


def rounded(amount: F) -> int:
    return floor(amount + F(1, 2))


def reference(case: dict[str, Any]) -> dict[str, Any]:
    month = int(case["benefit_month"].replace("-", ""))
    start = max(first for first in TABLE if first <= month)
    base, threshold, atp_hour, atp_full, pension = TABLE[start]

    income = F(0)
    for row in case.get("incomes", []):
        kind = row["kind"]
        if kind in ("employee_benefit", "volunteer_fee", "pension_payment"):
            continue
        if kind == "lost_earnings" and month < 202401:
            continue
        whole = sum((F(row.get(key, "0")) for key in ("amount", "own_pension", "employer_pension")), F(0))
        if kind == "sideline" and whole < 0:
            whole = F(0)
        income += whole
    income = income if income > 0 else F(0)

    deducted = paid = F(0)
    for row in case.get("benefits", []):
        deducted += F(row["amount"])
        if row.get("status", "paid") == "paid" and row["kind"] != "unemployment_allowance_in_holiday":
            paid += F(row["amount"])
    deducted, paid = max(deducted, F(0)), max(paid, F(0))
    if month < 202401:
        paid = F(0)

    low = income if income < threshold else F(threshold)
    below, above = low * 3 / 10, (income - low) * 11 / 20
    after = base - below - above - deducted
    left = after if after > 0 else F(0)
    ceiling = number(case.get("wage_ceiling"))
    room = None if ceiling is None else ceiling - income - paid
    capped = left if room is None or room >= left else max(room, F(0))
    days = number(case.get("holiday_days_on_unemployment_benefit", 0)) or F(0)
    final = capped * (DAYS - days) / DAYS

    subsidy = rounded(final)
    extra = min(rounded(F(subsidy, 20)), 500)
    hours = number(case.get("paid_hours"))
    if hours is None:
        stated = [F(row["paid_hours"]) for row in case.get("incomes", []) if row.get("paid_hours") is not None]
        hours = sum(stated, F(0)) if stated else None
    if hours is None:
        ordinary = None
    elif subsidy == 0 or hours >= FULL_TIME:
        ordinary = "0"
    elif hours < 39:
        ordinary = str(atp_full)
    else:
        ordinary = str(rounded(F(atp_hour, 100) * (FULL_TIME - hours)))
    return {
        "id": case["id"],
        "rates_valid_from": f"{start // 100}-{start % 100:02d}-01",
        "base_amount": f"{base}.00",
        "threshold": f"{threshold}.00",
        "income": half_up(income, 2),
        "reduction_below": half_up(below, 2),
        "reduction_above": half_up(above, 2),
        "benefit_deduction": half_up(deducted, 2),
        "after_deductions": half_up(after, 2),
        "ceiling_cut": half_up(left - capped, 2),
        "holiday_cut": half_up(capped * days / DAYS, 2),
        "subsidy": str(subsidy),
        "extra_atp": str(extra),
        "ordinary_atp": ordinary,
        "mandatory_pension": str(rounded(F(pension, 1000) * (subsidy - extra))),
        "payable_before_tax": str(subsidy - extra),
    }
