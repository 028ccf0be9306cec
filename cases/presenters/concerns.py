"""A concern as a person reads it: the official sentence first, then its numbers in Danish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cases.presenters.words import (
    long_month,
    months_listed,
    percent,
    plain,
    readable,
    short_month,
    signed_percent,
)
from cases.templatetags.danish import MONTHS, hele_kr, kr
from rules.frozen import thaw
from rules.income_rules import BY_CODE
from rules.registry import Concern, Numbers

Names = Mapping[str, str]


@dataclass(frozen=True)
class ShownConcern:
    """What a page shows of a concern. ``must_fix``: a person may not pass it as it is."""

    code: str
    message: str
    numbers: str
    law: str
    help: str
    title: str
    must_fix: bool
    details: tuple[str, ...] = ()


def shown(concern: Concern, names: Names | None = None) -> ShownConcern:
    """A concern of a draft or of a decision."""
    rule = BY_CODE[concern.code]
    return ShownConcern(
        concern.code,
        rule.message,
        sentence(concern.code, concern.numbers),
        rule.law,
        rule.help,
        rule.title,
        not rule.acceptable,
        tuple(readable(text, names) for text in concern.numbers.details),
    )


def shown_all(concerns: Iterable[Concern], names: Names | None = None) -> list[ShownConcern]:
    return [shown(concern, names) for concern in concerns]


def from_json(rows: Iterable[Mapping[str, Any]], names: Names | None = None) -> list[ShownConcern]:
    """Concerns as a decision keeps them: [{"code", "numbers"}]."""
    return [shown(Concern(row["code"], thaw(Numbers, row["numbers"])), names) for row in rows]


def sentence(code: str, numbers: Numbers) -> str:
    """The numbers of a reason in one Danish line; details are shown apart."""
    return SENTENCES.get(code, _plain)(numbers)


def numbers_in_words(code: str, numbers: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The numbers as one sentence, and the details in Danish notation."""
    try:
        thawed = thaw(Numbers, dict(numbers))
    except (ValueError, TypeError, KeyError):
        return "", tuple(_loose(numbers))
    return sentence(code, thawed), tuple(readable(text, names) for text in thawed.details)


def _loose(numbers: Mapping[str, Any]) -> list[str]:
    """Numbers of a follow-up question: a word and what it is."""
    hidden = {"event", "external_id", "details"}
    found = []
    for name, value in numbers.items():
        if name in hidden:
            continue
        listed = ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
        listed = ("ja" if value else "nej") if isinstance(value, bool) else listed
        listed = f"{hele_kr(value)} kr." if name == "beløb" else listed
        found.append(readable(f"{name.capitalize()}: {listed}"))
    return found


def short(code: str, numbers: Mapping[str, Any]) -> str:
    """The one number that fits in the inbox, from the JSON of a row."""
    return SHORT.get(code, _nothing)(thaw(Numbers, numbers))


def _deviation(numbers: Numbers) -> str:
    month = numbers.months[-1] + 1 if numbers.months else None
    first = f"{MONTHS[month.number - 1].capitalize()} {kr(numbers.found)} kr." if month else f"{kr(numbers.found)} kr."
    parts = [first, f"gennemsnit af {months_listed(numbers.months)} {kr(numbers.expected)} kr."]
    if numbers.deviation is not None:
        parts.append(signed_percent(numbers.deviation))
    return " · ".join([*parts, f"grænsen er {signed_percent(numbers.limit)}"])


def _drop(numbers: Numbers) -> str:
    before = long_month(numbers.months[0]) if numbers.months else "før"
    return (
        f"Tilskud nu {hele_kr(numbers.found)} kr. · {before} {hele_kr(numbers.expected)} kr. · "
        f"{signed_percent(numbers.deviation)} · grænsen er {signed_percent(numbers.limit)}"
    )


def _missing_income(numbers: Numbers) -> str:
    return f"Ingen indtægt i {months_listed(numbers.months)}"


def _missing_payment(numbers: Numbers) -> str:
    return f"Intet tilskud udbetalt for {months_listed(numbers.months)}"


def _no_income(numbers: Numbers) -> str:
    text = f"Ingen indberetning for {months_listed(numbers.months)}"
    return f"{text} · gennemsnit af de to foregående måneder {kr(numbers.expected)} kr." if numbers.expected else text


def _of_days(numbers: Numbers) -> str:
    return f"{plain(numbers.found)} af {plain(numbers.expected)} dage i {months_listed(numbers.months)}"


def _only_months(numbers: Numbers) -> str:
    return months_listed(numbers.months).capitalize() if numbers.months else ""


def _count(word: str) -> Callable[[Numbers], str]:
    return lambda numbers: f"{plain(numbers.found)} {word} i {months_listed(numbers.months)}"


def _plain(numbers: Numbers) -> str:
    if numbers.found is None:
        return _only_months(numbers)
    unit = {"kr": "kr.", "stk": "stk."}.get(numbers.unit, numbers.unit)
    found = kr(numbers.found) if numbers.unit == "kr" else plain(numbers.found)
    where = f" i {months_listed(numbers.months)}" if numbers.months else ""
    return f"{found} {unit}{where}"


def _nothing(_: Numbers) -> str:
    return ""


def _short_deviation(numbers: Numbers) -> str:
    if numbers.deviation is None:
        return ""
    return f"{signed_percent(round(numbers.deviation))} (grænse {percent(numbers.limit)})"


def _short_months(numbers: Numbers) -> str:
    return f"mangler {' og '.join(short_month(month) for month in numbers.months)}"


def _short_amount(numbers: Numbers) -> str:
    return f"{kr(numbers.found)} kr." if numbers.found is not None else ""


SENTENCES: dict[str, Callable[[Numbers], str]] = {
    "INC1": _missing_income,
    "INC2": _no_income,
    "INC3": _deviation,
    "INC4": _deviation,
    "INC5": _count("indberetning(er) uden brugbare timer"),
    "INC6": _count("dages lønperiode"),
    "INC7": _count("arbejdsgivere"),
    "INC24": _nothing,
    "INC26": _count("lønperiode(r) med én dato"),
    "INC27": _drop,
    "INC30": _count("fleksjob"),
    "INC31": _of_days,
    "INC32": _nothing,
    "INC34": _nothing,
    "INC35": _nothing,
    "INC38": _missing_payment,
}

SHORT: dict[str, Callable[[Numbers], str]] = {
    "INC1": _short_months,
    "INC3": _short_deviation,
    "INC4": _short_deviation,
    "INC7": lambda numbers: f"{plain(numbers.found)} arbejdsgivere",
    "INC8": _short_amount,
    "INC20": _short_amount,
    "INC21": _short_amount,
    "INC22": _short_amount,
    "INC27": _short_deviation,
    "INC28": _short_amount,
    "INC29": _short_amount,
    "INC30": lambda numbers: f"{plain(numbers.found)} fleksjob",
    "INC31": lambda numbers: f"{plain(numbers.found)} af {plain(numbers.expected)} dage",
    "INC33": _short_amount,
    "INC36": _short_amount,
    "INC38": _short_months,
}
