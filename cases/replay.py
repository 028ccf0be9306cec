"""Replay: every stored decision is calculated again from its frozen facts and must give itself, to the øre.

A difference under the same version of the rules is an alarm with the step that differs. A decision made by older rules
is held against its own fingerprint only, and counted as "reglen er ændret".
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Max, Min

from cases.fingerprint import fingerprint_of
from cases.models import (
    Adjustment,
    AlarmKind,
    ControlKind,
    ControlRun,
    Decision,
    Municipality,
    Outcome,
    ReplayAlarm,
    User,
)
from cases.refused import Refused
from cases.run_here import is_in_memory
from cases.signed import said, saved
from cases.write_many import write_many_with_history
from rules import RULES_VERSION
from rules.decision import Decision as Decided
from rules.decision import decide
from rules.facts import Facts
from rules.frozen import canonical, freeze, thaw
from rules.money import danish
from rules.months import Month
from rules.parameters import Parameters
from rules.rates import Rates

log = logging.getLogger(__name__)

BLOCK = 500
SAMPLE = 500
MOST_ALARMS = 200
"""Alarms written by one replay; a fault of the program would else write one for each decision. All are counted."""
KEPT = ("facts", "rates", "parameters")
AMOUNTS = ("income", "subsidy", "extra_atp", "ordinary_atp", "mandatory_pension", "payable_before_tax", "ceiling_cut")
COLUMNS = (
    "id", "municipality_id", "grant_id", "rules_version", "fingerprint", *KEPT, "steps",
)  # fmt: skip
DECISION_COLUMNS = (*COLUMNS, "outcome", "concerns", *AMOUNTS)
ADJUSTMENT_COLUMNS = (*COLUMNS, "new_subsidy")


@dataclass(frozen=True)
class Scope:
    """Which rows: of a municipality and of benefit months between two, both included; None is no limit."""

    municipality: int | None = None
    first: Month | None = None
    last: Month | None = None
    text: str = "alle afgørelser"

    @classmethod
    def of_year(cls, year: int, municipality: Municipality | None = None) -> Scope:
        where = f" i {municipality}" if municipality else ""
        return cls(municipality and municipality.pk, Month(year, 1), Month(year, 12), f"tilskudsår {year}{where}")

    def rows(self, model: Any) -> Any:
        rows = model.objects.all()
        if self.municipality is not None:
            rows = rows.filter(municipality=self.municipality)
        if self.first is not None:
            rows = rows.filter(benefit_month__gte=self.first)
        if self.last is not None:
            rows = rows.filter(benefit_month__lte=self.last)
        return rows


@dataclass(frozen=True)
class Difference:
    """Where a stored row and its recalculation part, in Danish, with the row it is about."""

    model: str
    id: int
    municipality_id: int
    grant_id: int
    kind: str
    where: str
    stored: str
    found: str


@dataclass
class Result:
    """``checked`` rows; ``old_rules`` of them by older rules; the differences."""

    checked: int = 0
    old_rules: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, other: Result) -> None:
        self.checked += other.checked
        self.old_rules += other.old_rules
        self.differences += other.differences


# --- one row -----------------------------------------------------------------------------------------------


def difference_of(row: dict[str, Any], model: str = "decision") -> Difference | None:
    """The first thing in which a stored row (a dict of its columns) is not what its frozen facts give."""
    found = _part(row, model)
    if found is None:
        return None
    kind, where, stored, now = found
    return Difference(
        model, row["id"], row["municipality_id"], row["grant_id"], kind, where[:300], stored[:300], now[:300]
    )


Found = tuple[str, str, str, str]
"""Kind, where, stored, found now."""


def _part(row: dict[str, Any], model: str) -> Found | None:
    if row["rules_version"] != RULES_VERSION:
        if _is_itself(row):
            return None
        return AlarmKind.CHANGED, "fingeraftryk (ældre regler)", row["fingerprint"][:12], "passer ikke til rækken"
    try:
        decided = decide(thaw(Facts, row["facts"]), _rates(row["rates"]), _parameters(row["parameters"]))
        found = _first(row, decided, model)
    except Exception as error:
        log.warning("replay: %s %s cannot be calculated", model, row["id"], exc_info=True)
        return AlarmKind.UNREADABLE, "oplysninger", "kan ikke beregnes", type(error).__name__
    if found is None or found[0]:
        return found
    kind = AlarmKind.DIFFERENT if _is_itself(row) else AlarmKind.CHANGED
    return kind, *found[1:]


def _first(row: dict[str, Any], decided: Decided, model: str) -> Found | None:
    """The first difference; without a kind where the fingerprint must tell whose fault it is."""
    stored, now = row["steps"], [[one.text, one.law, str(one.amount)] for one in decided.calculation.steps]
    for number, (before, after) in enumerate(zip_longest(stored, now), start=1):
        if _law_and_amount(before) != _law_and_amount(after):
            return "", f"trin {number}: {(after or before)[0]}", _shown(before), _shown(after)
    if model == "decision":
        if (concerns := _concerns(row, decided)) is not None:
            return concerns
        amounts = ((name, row[name], getattr(decided.calculation, name)) for name in AMOUNTS)
    else:
        amounts = iter([("new_subsidy", row["new_subsidy"], decided.calculation.subsidy)])
    for name, kept, right in amounts:
        if kept != _in_oere(right):
            return AlarmKind.CHANGED, _label(model, name), _kroner(kept), _kroner(right)
    for name in KEPT:
        if row[name] != decided.frozen[name]:
            return "", f"{_label(model, name)}: {_changed_key(row[name], decided.frozen[name])}", "", ""
    if row["fingerprint"] != decided.fingerprint:
        return "", "fingeraftryk", row["fingerprint"][:12], decided.fingerprint[:12]
    for number, (before, after) in enumerate(zip(stored, now, strict=True), start=1):
        if before[0] != after[0]:
            return AlarmKind.WORDS, f"trin {number}", before[0], after[0]
    return None


def _concerns(row: dict[str, Any], decided: Decided) -> Found | None:
    if row["outcome"] != decided.outcome:
        labels = dict(Outcome.choices)
        return "", "udfald", labels.get(row["outcome"], row["outcome"]), str(labels[decided.outcome])
    now = [{"code": one.code, "numbers": freeze(one.numbers)} for one in decided.concerns]
    if row["concerns"] != now:
        before, after = ([one.get("code", "?") for one in side] for side in (row["concerns"], now))
        return "", "undringsårsager", ", ".join(before) or "ingen", ", ".join(after) or "ingen"
    return None


def _is_itself(row: dict[str, Any]) -> bool:
    """Whether the columns of the row give its own fingerprint: they do until somebody changes one."""
    parts = (row["facts"], row["rates"], row["parameters"], row["steps"])
    try:
        own = fingerprint_of(*parts, row.get("concerns", []), row.get("outcome", Outcome.PAID), row["rules_version"])
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return False
    return own == row["fingerprint"]


def _law_and_amount(step: Sequence[str] | None) -> tuple[str, Decimal] | None:
    return (step[1], Decimal(step[2])) if step else None


def _shown(step: Sequence[str] | None) -> str:
    return f"{danish(Decimal(step[2]))} kr. ({step[1]})" if step else "intet trin"


def _kroner(amount: Decimal | None) -> str:
    return "ukendt" if amount is None else f"{danish(amount)} kr."


def _in_oere(amount: Decimal | None) -> Decimal | None:
    """As the column keeps it."""
    index = Decision._meta.get_field("income").get_prep_value(amount)
    return None if index is None else Decimal(index) / 100


def _label(model: str, name: str) -> str:
    return str(MODELS[model][0]._meta.get_field(name).verbose_name)


def _changed_key(stored: dict[str, Any], now: dict[str, Any]) -> str:
    return ", ".join(sorted(key for key in {*stored, *now} if stored.get(key) != now.get(key)))


@lru_cache(maxsize=512)
def _settings(kind: Any, text: str) -> Any:
    return thaw(kind, json.loads(text))


def _rates(frozen: dict[str, Any]) -> Rates:
    """Thousands of decisions share their rates: thawed once."""
    return _settings(Rates, canonical(frozen))


def _parameters(frozen: dict[str, Any]) -> Parameters:
    return _settings(Parameters, canonical(frozen))


# --- many rows ---------------------------------------------------------------------------------------------

MODELS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "decision": (Decision, DECISION_COLUMNS),
    "adjustment": (Adjustment, ADJUSTMENT_COLUMNS),
}

Block = tuple[str, Scope, int, int]


def replay(scope: Scope, processes: int = 1) -> Result:
    """Calculate all of the scope again, a block of rows at a time; memory does not grow with the number of rows."""
    blocks = [block for model in MODELS for block in _blocks(model, scope)]
    result = Result()
    if processes <= 1 or len(blocks) <= 1 or connection.in_atomic_block or is_in_memory():
        for block in blocks:
            result.add(_replay_block(block))
        return result
    connections.close_all()
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
        for part in pool.map(_replay_block, blocks):
            result.add(part)
    return result


def _blocks(model: str, scope: Scope) -> Iterator[Block]:
    """First and last id of each block, from ids alone."""
    first = last = count = 0
    for id_ in scope.rows(MODELS[model][0]).order_by("id").values_list("id", flat=True).iterator(10_000):
        first, last, count = (first or id_), id_, count + 1
        if count == BLOCK:
            yield model, scope, first, last
            first = count = 0
    if count:
        yield model, scope, first, last


def _replay_block(block: Block) -> Result:
    model, scope, first, last = block
    table, columns = MODELS[model]
    rows = scope.rows(table).filter(id__gte=first, id__lte=last).order_by("id")
    return _replayed(model, rows.values(*columns).iterator(100))


def _replayed(model: str, rows: Iterable[dict[str, Any]]) -> Result:
    result = Result()
    for row in rows:
        result.checked += 1
        result.old_rules += row["rules_version"] != RULES_VERSION
        if (difference := difference_of(row, model)) is not None:
            result.differences.append(difference)
    return result


def replay_sample(day: date, size: int = SAMPLE) -> Result:
    """Some decisions and adjustments drawn at random; the same day draws the same. Reads no more than it replays."""
    draw, result = random.Random(day.isoformat()), Result()  # noqa: S311 - a sample, no secret
    for model, (table, columns) in MODELS.items():
        ends = table.objects.aggregate(first=Min("id"), last=Max("id"))
        if ends["first"] is None:
            continue
        span = range(ends["first"], ends["last"] + 1)
        ids = draw.sample(span, min(size, len(span)))
        result.add(_replayed(model, table.objects.filter(id__in=ids).values(*columns).iterator(100)))
    return result


# --- what follows ------------------------------------------------------------------------------------------


def record(result: Result, scope: Scope, user: User, now: datetime) -> list[ReplayAlarm]:
    """Write the control and its alarms, at most MOST_ALARMS; one that is open already is not repeated."""
    alarms = [_alarm(one, now) for one in _new(result.differences)[:MOST_ALARMS]]
    with transaction.atomic():
        ControlRun.objects.create(
            municipality_id=scope.municipality, kind=ControlKind.REPLAY, scope=scope.text, run_at=now, run_by=user,
            checked=result.checked, old_rules=result.old_rules, faults=len(result.differences),
        )  # fmt: skip
        write_many_with_history(alarms, user=user, reason=f"Genafspilning: {scope.text}", now=now)
    for one in result.differences:
        log.error("replay: %s %s %s: %s", one.model, one.id, one.kind, one.where.split(":")[0])
    return alarms


def _new(differences: Sequence[Difference]) -> list[Difference]:
    known = set(
        ReplayAlarm.objects.filter(answered_at=None).values_list("decision_id", "adjustment_id", "kind", "where")
    )
    return [one for one in differences if (*_ids(one), one.kind, one.where) not in known]


def _ids(one: Difference) -> tuple[int | None, int | None]:
    return (one.id, None) if one.model == "decision" else (None, one.id)


def _alarm(one: Difference, now: datetime) -> ReplayAlarm:
    decision, adjustment = _ids(one)
    return ReplayAlarm(
        municipality_id=one.municipality_id, grant_id=one.grant_id, decision_id=decision, adjustment_id=adjustment,
        kind=one.kind, where=one.where, stored=one.stored, found=one.found, found_at=now,
    )  # fmt: skip


def answer_alarm(alarm: ReplayAlarm, answer: str, user: User, now: datetime) -> ReplayAlarm:
    """A person has looked into it and says what it was. Refused without a sentence, or when it is answered."""
    answer = said(answer, "Skriv, hvad alarmen skyldtes, og hvad der er gjort.")
    with transaction.atomic():
        row = ReplayAlarm.objects.select_for_update().get(pk=alarm.pk)
        if row.answered_at is not None:
            raise Refused("Alarmen er allerede undersøgt. Genindlæs siden.")
        row.answer, row.answered_at, row.answered_by = answer[:300], now, user
        return saved(row, user, answer)
