"""Every rule and reason to wonder in one list, from the registries: what a municipality can look up and print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rules.concerns import CONCERNS, ConcernText, kind_stops
from rules.income_rules import BY_CODE
from rules.municipal_rules import MunicipalRule
from rules.registry import Rule
from rules.start_up import REGULATION

INCOME, MUNICIPAL, START_UP, RECALCULATION, BOTH = (
    "Indtægter", "Kommunens regler", "Opstart", "Genberegning", "Opstart og genberegning",
)  # fmt: skip
GROUPS = (INCOME, MUNICIPAL, START_UP, RECALCULATION, BOTH)
_PROCESS_GROUPS = {("start_up",): START_UP, ("recalculation",): RECALCULATION, ("start_up", "recalculation"): BOTH}
_LETTERS = {
    "ELI": "Berettigelsen er afklaret",
    "INF": "Sagens oplysninger er set efter",
    "SAT": "Ydelse og sats er set efter",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as the catalogue shows it. ``stops``: whether it stops a case when nothing else is set; ``rule``: the
    income or municipal rule itself, None for a concern of a process.
    """

    code: str
    group: str
    title: str
    law: str
    message: str
    help: str
    stops: bool
    rule: Rule | None = None


def _of_rule(rule: Rule) -> Entry:
    municipal = isinstance(rule, MunicipalRule)
    stops = rule.mode == "stop" if isinstance(rule, MunicipalRule) else True
    group = MUNICIPAL if municipal else INCOME
    return Entry(rule.code, group, rule.title, rule.law, rule.message, rule.help, stops, rule)


def _of_text(text: ConcernText) -> Entry:
    title = _LETTERS.get(text.code[:3], "Genberegningen kan gennemføres af sig selv")
    if text.process:
        title = f"{title}: {text.process[:1].lower()}{text.process[1:]}"
    group = _PROCESS_GROUPS[text.runs_in]
    return Entry(text.code, group, title, text.law, text.message, text.explanation, kind_stops(text.kind))


def _regulation() -> Entry:
    title = "Den forventede løn er reguleret"
    return Entry(REGULATION.code, RECALCULATION, title, REGULATION.law, REGULATION.message, REGULATION.help, stops=True)


def _all() -> dict[str, Entry]:
    entries = [_of_rule(rule) for rule in BY_CODE.values()]
    entries += [_of_text(text) for code, text in CONCERNS.items() if code not in BY_CODE]
    return {one.code: one for one in [*entries, _regulation()]}


CATALOGUE: Mapping[str, Entry] = MappingProxyType(_all())
