"""Why this month's subsidy differs from last month's, in one to three Danish sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from cases.templatetags.danish import hele_kr, month_name
from rules.facts import ZERO
from rules.money import danish, kroner
from rules.months import Month
from rules.rates import Rates

Step = tuple[str, str, Decimal]

KEYS = (
    ("ekstra atp", "extra_atp"),
    ("afrunding", "rounding"),
    ("over indtægtsgrænsen)", "above"),
    ("(indtægt op til", "below"),
    ("ingen løn eller anden indtægt", "below"),
    ("indtægt:", "income"),
    ("ledighedsydelse under ferie:", "holiday"),
    ("højeste dagpenge", "base"),
    ("ingen løn i måneden", "no_wage"),
    ("kan ikke blive mindre end 0", "floor"),
    ("lønloft", "ceiling"),
    ("intet tilskud at nedsætte", "ceiling"),
)
"""Words that tell which part of the sum a step is (rules.step_texts); the first that fits decides."""

MOST_REASONS = 2


@dataclass(frozen=True)
class Side:
    """One month of the comparison, kroner. Without steps only the subsidy is known (paid by another system)."""

    month: Month
    subsidy: Decimal
    income: Decimal = ZERO
    extra_atp: Decimal = ZERO
    payable: Decimal | None = None
    steps: tuple[Step, ...] = ()
    rates: Rates | None = None
    ceiling: Decimal | None = None

    @cached_property
    def by_key(self) -> dict[str, Step]:
        """The steps by what part of the sum they are, in their order."""
        return {key_of(step[0]): step for step in self.steps}

    def effect(self, *keys: str) -> Decimal:
        """What the steps of these parts do to the subsidy."""
        return sum((self.by_key[key][2] for key in keys if key in self.by_key), ZERO)


def key_of(text: str) -> str:
    """Which part of the sum a step is; for one that is not in the table its own words without the numbers."""
    lowered = text.lower()
    for words, key in KEYS:
        if words in lowered:
            return key
    return re.sub(r"[\d.,/]+", "", lowered).strip()


def changes(now: Side, last: Side | None) -> list[str]:
    """What changed and by how much; the largest reasons first."""
    if last is None:
        return ["Vi har ikke udbetalt fleksløntilskud til dig for måneden før, så der er intet at sammenligne med."]
    difference = now.subsidy - last.subsidy
    if not last.steps:
        return [_difference(difference, last.month)]
    reasons = sorted(_reasons(now, last), key=lambda one: -abs(one[0]))[:MOST_REASONS]
    if not difference and not reasons:
        return [f"Dit tilskud er det samme som for {month_name(last.month)}."]
    return [_difference(difference, last.month), *(sentence for _, sentence in reasons)]


def _difference(difference: Decimal, month: Month) -> str:
    if not difference:
        return f"Dit tilskud er det samme som for {month_name(month)}."
    more = "højere" if difference > 0 else "lavere"
    return f"Dit tilskud er {hele_kr(abs(difference))} kr. {more} end for {month_name(month)}."


def _reasons(now: Side, last: Side) -> Iterator[tuple[Decimal, str]]:
    """Each reason with its effect on the subsidy in kroner."""
    yield from _rates(now, last)
    yield from _income(now, last)
    yield from _ceiling(now, last)
    yield from _holiday(now, last)
    yield from _others(now, last)


def _rates(now: Side, last: Side) -> Iterator[tuple[Decimal, str]]:
    if now.rates is None or last.rates is None or now.rates.base_amount == last.rates.base_amount:
        return
    base, before = now.rates.base_amount, last.rates.base_amount
    first = now.rates.valid_from
    word = "steget" if base > before else "faldet"
    sentence = (
        f"Satserne er nye fra {month_name(Month.of(first))}: "
        f"det højeste tilskud er {word} fra {danish(before)} kr. til {danish(base)} kr."
    )
    yield base - before, sentence


def _income(now: Side, last: Side) -> Iterator[tuple[Decimal, str]]:
    difference = now.income - last.income
    effect = now.effect("below", "above", "no_wage") - last.effect("below", "above", "no_wage")
    if "no_wage" in now.by_key or "no_wage" in last.by_key:
        if "no_wage" not in last.by_key:
            yield effect, f"Der er ingen løn i {month_name(now.month - 1)}, og uden løn er der intet tilskud."
        elif "no_wage" not in now.by_key:
            yield effect, "Måneden før var der ingen løn, og uden løn er der intet tilskud."
        return
    if not difference:
        return
    more = "højere" if difference > 0 else "lavere"
    sentence = (
        f"Din indtægt i {month_name(now.month - 1)} var {danish(now.income)} kr. mod {danish(last.income)} kr. "
        f"måneden før. Den er {danish(abs(difference))} kr. {more}"
    )
    change = kroner(abs(effect))
    if not change:
        yield effect, f"{sentence}."
    else:
        more_or_less = "mere" if effect > 0 else "mindre"
        yield effect, f"{sentence}, og det giver {hele_kr(change)} kr. {more_or_less} i tilskud."


def _ceiling(now: Side, last: Side) -> Iterator[tuple[Decimal, str]]:
    cut, before = -now.effect("ceiling"), -last.effect("ceiling")
    if cut == before:
        return
    limit = f"lønloftet på {danish(now.ceiling)} kr." if now.ceiling is not None else "lønloftet."
    changed = now.ceiling is not None and last.ceiling is not None and now.ceiling != last.ceiling
    new = f" Lønloftet er ændret fra {danish(last.ceiling)} kr." if changed and last.ceiling is not None else ""
    if cut and before:
        sentence = f"Tilskuddet er nedsat med {danish(cut)} kr. mod {danish(before)} kr. sidst. Grænsen er {limit}{new}"
    elif cut:
        sentence = (
            f"Løn og tilskud er tilsammen højere end {limit} Derfor er tilskuddet nedsat med {danish(cut)} kr.{new}"
        )
    else:
        sentence = f"Løn og tilskud er ikke længere højere end {limit}{new}"
    yield before - cut, sentence


def _holiday(now: Side, last: Side) -> Iterator[tuple[Decimal, str]]:
    cut, before = -now.effect("holiday"), -last.effect("holiday")
    if cut == before:
        return
    if cut:
        yield before - cut, f"Der er trukket {danish(cut)} kr. for dage med ledighedsydelse under ferie."
    else:
        yield before - cut, "Der er ikke længere trukket for dage med ledighedsydelse under ferie."


def _others(now: Side, last: Side) -> Iterator[tuple[Decimal, str]]:
    """Benefits and what else the sum may hold, in the words of the step."""
    known = {key for _, key in KEYS}
    for key in dict.fromkeys([*now.by_key, *last.by_key]):
        difference = now.effect(key) - last.effect(key)
        if key in known or not difference:
            continue
        text = (now.by_key.get(key) or last.by_key[key])[0].rstrip(".")
        is_now, was = danish(abs(now.effect(key))), danish(abs(last.effect(key)))
        yield difference, f"{text}: {is_now} kr. denne måned mod {was} kr. måneden før."
