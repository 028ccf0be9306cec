"""Lines of the payment specification as plain text."""

from __future__ import annotations

import re
from decimal import Decimal

from django import template

from cases.specification_parts import IncomeLine, SumLine
from cases.templatetags.danish import month_name
from rules.money import danish, danish_number
from rules.months import Month

register = template.Library()


@register.filter
def hours(value: Decimal | None) -> str:
    """60,5; nothing for None."""
    return "" if value is None else danish_number(value)


@register.filter
def unbroken(text: str) -> str:
    """No line break between an amount and its kr., or between § and its number."""
    return re.sub(r"(?<=\d) (?=kr\.)|(?<=§) |(?<=stk\.) |(?<=nr\.) ", "\N{NO-BREAK SPACE}", text)


@register.filter
def sum_line(line: SumLine, last_month: Month | None) -> str:
    """One line of the sum: text, paragraph, this month's and last month's amount."""
    law = f" ({line.law})" if line.law else ""
    amounts = "" if line.amount is None else f": {danish(line.amount)}"
    if last_month and line.last is not None:
        amounts += f" ({month_name(last_month)}: {danish(line.last)})"
    return f"{'= ' if line.is_total else ''}{line.text}{law}{amounts}"


@register.filter
def income_line(line: IncomeLine) -> str:
    """One payer: pay, pension, hours, together."""
    note = f" ({line.note})" if line.note else ""
    worked = f", {hours(line.hours)} timer" if line.hours is not None else ""
    return f"{line.name}{note}: {danish(line.pay)} + pension {danish(line.pension)}{worked} = {danish(line.total)} kr."
