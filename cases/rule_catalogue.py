"""The rule catalogue of a municipality: each rule with its law, its default, what is set here, its hits in a month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count
from django.utils.timezone import localtime

from cases.models import Mode, Municipality, MunicipalParameters, TaskConcern, TaskState, parameters_for
from cases.presenters.words import plain
from cases.tables import COUNT, Sheet, Table, columns
from cases.templatetags.danish import hele_kr, month_name
from rules.catalogue import CATALOGUE, GROUPS, Entry
from rules.months import Month
from rules.municipal_rules import MunicipalRule, in_force
from rules.parameters import Parameters, RuleMode

UNITS = {"kr": "kr."}
SWITCHES = {
    "include_income_automatically": "automatisk medtagning af indtægter",
    "full_automation": "fuld automatik",
}


@dataclass(frozen=True)
class CatalogueRow:
    """``default``: what the rule does when nothing is set; ``here``: what is set, "" where nothing can be; ``hits``:
    tasks of the month with this reason.
    """

    entry: Entry
    default: str
    here: str
    hits: int


@dataclass(frozen=True)
class Catalogue:
    municipality: Municipality
    month: Month
    drawn_at: datetime
    rows: tuple[CatalogueRow, ...]

    @property
    def title(self) -> str:
        return "Regelkatalog"

    def groups(self) -> Iterator[tuple[str, list[CatalogueRow]]]:
        for group in GROUPS:
            yield group, [row for row in self.rows if row.entry.group == group]

    def sheet(self) -> Sheet:
        lines = (
            str(self.municipality),
            f"Indstillinger og træf for {month_name(self.month)}",
            f"Udskrevet {localtime(self.drawn_at):%d.%m.%Y kl. %H:%M}",
        )
        return Sheet(self.title, lines, tuple(_table(group, rows, self.month) for group, rows in self.groups()))


def catalogue(municipality: Municipality, month: Month, now: datetime) -> Catalogue:
    """The rules as they stand for a benefit month. A handful of queries."""
    parameters = parameters_for(municipality, month)
    is_set = MunicipalParameters.objects.of(municipality).in_force(month).exists()
    hits = _hits(municipality, month)
    rows = (
        CatalogueRow(one, *_settings(one, parameters if is_set else None, parameters), hits.get(one.code, 0))
        for one in CATALOGUE.values()
    )
    return Catalogue(municipality, month, now, tuple(rows))


def _hits(municipality: Municipality, month: Month) -> dict[str, int]:
    """Tasks of the month by reason; a task that a new calculation replaced is not counted."""
    rows = TaskConcern.objects.of(municipality).filter(task__benefit_month=month)
    counted = rows.exclude(task__state=TaskState.REPLACED).order_by().values_list("code")
    return dict(counted.annotate(count=Count("task")))


def _settings(entry: Entry, here: Parameters | None, parameters: Parameters) -> tuple[str, str]:
    """Default and setting in words."""
    rule = entry.rule
    if isinstance(rule, MunicipalRule):
        found = next((one for one in parameters.rule_modes if one.code == rule.code), None)
        return _mode(rule, None), _mode(rule, found) if found else "som standard"
    default = "stopper" if entry.stops else "vises, stopper aldrig"
    if rule is None or not rule.limits:
        return default, ""
    words = [_limits(rule.limits, one) for one in (Parameters(), here) if one is not None]
    return f"{default}, {words[0]}", words[1] if len(words) > 1 else "som standard"


def _mode(rule: MunicipalRule, setting: RuleMode | None) -> str:
    asked = in_force(rule, setting)
    unit = UNITS.get(rule.unit, rule.unit)
    limits = [
        f"{word} {hele_kr(limit)} {unit}".strip()
        for word, limit in (("under", asked.low), ("over", asked.high))
        if limit is not None and asked.mode != Mode.OFF
    ]
    return ", ".join([Mode(asked.mode).label.lower(), *limits])


def _limits(names: tuple[str, ...], parameters: Parameters) -> str:
    """15 %; fuld automatik er slået til."""
    return ", ".join(_limit(name, getattr(parameters, name)) for name in names)


def _limit(name: str, value: Decimal | bool) -> str:
    if isinstance(value, Decimal):
        return f"{plain(value)} %"
    return f"{SWITCHES[name]} er slået {'til' if value else 'fra'}"


def _table(group: str, rows: list[CatalogueRow], month: Month) -> Table:
    return Table(
        group,
        group,
        columns("Kode", "Regel", "Lov", "Undringsårsag", "Standard", "Kommunen", ("Træf", COUNT)),
        tuple((r.entry.code, r.entry.title, r.entry.law, r.entry.message, r.default, r.here, r.hits) for r in rows),
        note=f"Træf: opgaver for {month_name(month)} med årsagen.",
    )
