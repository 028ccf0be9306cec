"""Small Danish pieces that several pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from cases.templatetags.danish import MONTHS, kr
from rules.months import Month

SHORT_MONTHS = tuple(name[:3] for name in MONTHS)
_ISO_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_ISO_MONTH = re.compile(r"\b(\d{4})-(\d{2})\b(?!-)")
_POINTED = re.compile(r"-?\d+\.\d{1,2}(?=\s*kr)|-?\b\d{4,}(?=\s*kr\.)")
_SE = re.compile(r"\bSE (\d{8})\b")


def short_month(month: Month) -> str:
    """okt"""
    return SHORT_MONTHS[month.number - 1]


def long_month(month: Month) -> str:
    """oktober 2026"""
    return f"{MONTHS[month.number - 1]} {month.year}"


def months_listed(months: Iterable[Month]) -> str:
    """august og september 2026; the year once when it is the same."""
    found = list(months)
    if len({month.year for month in found}) == 1:
        return f"{joined(MONTHS[month.number - 1] for month in found)} {found[0].year}"
    return joined(long_month(month) for month in found)


def joined(words: Iterable[str]) -> str:
    """a, b og c"""
    found = list(words)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} og {found[-1]}" if found else ""


def day(value: date | None) -> str:
    """31.10.2026"""
    return f"{value:%d.%m.%Y}" if value else ""


def short_day(value: date | None) -> str:
    """31. okt"""
    return f"{value.day}. {SHORT_MONTHS[value.month - 1]}" if value else ""


def percent(value: Decimal | None) -> str:
    """-38,1 %"""
    if value is None:
        return ""
    shown = f"{value:.1f}".removesuffix(".0").replace(".", ",")
    return f"{'0' if shown == '-0' else shown} %"


def signed_percent(value: Decimal | None) -> str:
    return f"+{percent(value)}" if value is not None and value > 0 else percent(value)


def plain(value: Decimal | None) -> str:
    """A count or hours: 2 or 60,5."""
    if value is None:
        return ""
    return f"{value.normalize():f}".replace(".", ",")


def first_sentence(text: str) -> str:
    """Up to the first full stop that a new sentence follows ("ift. de to" is none), without it."""
    return re.split(r"\.\s+(?=[A-ZÆØÅ])", text, maxsplit=1)[0].removesuffix(".")


def readable(text: str, names: Mapping[str, str] | None = None) -> str:
    """A detail of the rules in Danish notation, with the employer's name instead of the SE number."""
    text = _SE.sub(lambda found: (names or {}).get(found[1]) or f"SE {found[1]}", text)
    text = _ISO_DAY.sub(lambda found: f"{int(found[3])}.{int(found[2])}.{found[1]}", text)
    text = _ISO_MONTH.sub(_month_in_words, text)
    return _POINTED.sub(lambda found: _amount(found[0]), text)


def _month_in_words(found: re.Match[str]) -> str:
    number = int(found[2])
    return f"{MONTHS[number - 1]} {found[1]}" if 1 <= number <= 12 else found[0]


def _amount(text: str) -> str:
    try:
        return kr(Decimal(text))
    except InvalidOperation:
        return text
