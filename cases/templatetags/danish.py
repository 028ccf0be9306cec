"""Amounts, months and days as Danish readers write them. Built in: no {% load %} needed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import template

from rules.money import danish
from rules.months import Month

register = template.Library()

MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip


@register.filter
def kr(amount: Any) -> str:
    """17.333,00; nothing for None."""
    return "" if amount is None else danish(Decimal(amount))


@register.filter
def hele_kr(amount: Any) -> str:
    """17.333: whole kroner."""
    return "" if amount is None else danish(Decimal(amount)).removesuffix(",00")


@register.filter
def med_fortegn(amount: Any) -> str:
    """+1.120 or -1.120."""
    if amount is None:
        return ""
    return ("+" if Decimal(amount) > 0 else "") + hele_kr(amount)


@register.filter
def month_name(month: Any) -> str:
    """november 2026, from a Month or "2026-11"."""
    if not month:
        return ""
    month = month if isinstance(month, Month) else Month.parse(str(month))
    return f"{MONTHS[month.number - 1]} {month.year}"


@register.filter
def day_name(day: date | None) -> str:
    """30. november 2026."""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}" if day else ""


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value of a dict by a key that is a variable."""
    return mapping.get(key) if mapping else None
