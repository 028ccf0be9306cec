"""Prøv indstillinger: decided months once more under other settings, from what was known when they were run.

The newest decision of the run itself is replayed, not a person's: a person's answers and corrections came after, and
would make every case automatic. What the person then found stands beside it as the answer key.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from django_q.tasks import async_task

from cases.models import (
    Decision,
    Municipality,
    Outcome,
    SettingTrial,
    Task,
    TaskKind,
    TaskState,
    TrialState,
    User,
    parameters_for,
)
from cases.models.accounts import SYSTEM_USERNAME
from cases.refused import Refused
from rules.facts import Facts
from rules.frozen import freeze, thaw
from rules.months import Month
from rules.parameters import CAREFUL, Parameters
from rules.rates import Rates
from rules.rehearsal import tried

log = logging.getLogger(__name__)

MOST_MONTHS = 12
SMALL = 1_500
"""So many decisions take a second or two and are tried while the page waits; more go to the background worker."""
GRANTS_A_BLOCK = 100
STALE_AFTER = timedelta(minutes=2)
SETTINGS = ("today", "chosen", "careful")
AUTOMATIC, STOPPED = "automatic", "stopped"
APPROVED, CORRECTED, OPEN, NEVER_STOPPED = "approved", "corrected", "open", "never_stopped"
"""What became of a month: only approved by a person, corrected, not yet finished, or paid by itself at the time."""

Row = tuple[Any, ...]


def decided_months(municipality: Municipality) -> list[Month]:
    """The months that can be tried, newest first: at most the last twelve that have been run."""
    runs = _of_the_run(Decision.objects.of(municipality)).order_by("-benefit_month")
    return list(runs.values_list("benefit_month", flat=True).distinct()[:MOST_MONTHS])


def settings_today(municipality: Municipality, now: datetime) -> Parameters:
    return parameters_for(municipality, Month.of(localdate(now)))


def ask(municipality: Municipality, chosen: Parameters, months: int, user: User, now: datetime) -> SettingTrial:
    """A trial on the last ``months`` decided months, ready to be worked. Refused when there are none."""
    decided = decided_months(municipality)[:months]
    if not decided:
        raise Refused("Der er ingen måneder at prøve på endnu. Kør en måned først.")
    trial = SettingTrial(
        municipality=municipality,
        asked_by=user,
        asked_at=now,
        first_month=decided[-1],
        last_month=decided[0],
        today=freeze(settings_today(municipality, now)),
        chosen=freeze(chosen),
    )
    trial.cases = _decisions(trial).count()
    trial.save()
    return trial


def start(trial: SettingTrial, clock: Callable[[], datetime]) -> None:
    """Try at once when it is quick; else hand it to the background worker."""
    if trial.cases <= SMALL:
        work_trial(trial.pk, clock)
    else:
        async_task("cases.jobs.work_trial", trial.pk, group=f"trial-{trial.pk}")


def work_trial(trial_id: int, clock: Callable[[], datetime]) -> None:
    """Try every decision and store the result. Safe to call twice: the same decisions give the same figures."""
    trial = SettingTrial.objects.select_related("municipality").get(id=trial_id)
    if trial.state != TrialState.WAITING:
        return
    found = Found((trial.today_parameters, trial.chosen_parameters, CAREFUL))
    try:
        for rows, answers in _blocks(trial):
            for row in rows:
                found.add(row, answers.get((row[1], row[2])))
            SettingTrial.objects.filter(id=trial_id).update(done=found.cases, last_seen_at=clock())
    except Exception:
        log.exception("the trial failed", extra={"trial": trial_id})
        SettingTrial.objects.filter(id=trial_id).update(state=TrialState.FAILED, finished_at=clock())
        raise
    SettingTrial.objects.filter(id=trial_id).update(
        state=TrialState.DONE, done=found.cases, finished_at=clock(), result=found.as_json()
    )


def is_stuck(trial: SettingTrial, now: datetime) -> bool:
    """Whether nothing has happened for a while: no worker is running, or it was stopped."""
    return trial.state == TrialState.WAITING and now - (trial.last_seen_at or trial.asked_at) > STALE_AFTER


@dataclass
class Found:
    """The figures as they add up, for ``SETTINGS`` in that order and for what happened at the time.

    ``changed``: the decisions that today's and the chosen settings treat differently, as rows of
    (decision, grant, month, side under the chosen, subsidy, what became of it, the final subsidy, codes that stop).
    """

    settings: tuple[Parameters, ...]
    cases: int = 0
    automatic: dict[str, Counter[str]] = field(default_factory=dict)
    kroner: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in SETTINGS})
    changed: list[Row] = field(default_factory=list)

    def add(self, row: Row, answer: tuple[str, Decimal] | None) -> None:
        """One decision of a run, and what a person made of it: (task state, final subsidy), None for nothing."""
        id_, grant, month, outcome, subsidy, facts, rates = row
        result = tried(thaw(Facts, facts), thaw(Rates, rates), self.settings)
        self.cases += 1
        sides = dict(zip(SETTINGS, result.stopped_by, strict=True))
        by_month = self.automatic.setdefault(str(month), Counter())
        by_month["cases"] += 1
        for name in ("actual", *SETTINGS):
            if outcome == Outcome.PAID if name == "actual" else not sides[name]:
                by_month[name] += 1
                self.kroner[name] += subsidy
        for name, codes in sides.items():
            self.reasons[name].update(codes)
        if bool(sides["today"]) != bool(sides["chosen"]):
            became, final = _became(outcome, subsidy, answer)
            side, codes = (STOPPED, sides["chosen"]) if sides["chosen"] else (AUTOMATIC, sides["today"])
            self.changed.append((id_, grant, str(month), side, str(subsidy), became, final, list(codes)))

    def as_json(self) -> dict[str, Any]:
        """The result as it is stored; the newest month first."""
        return {
            "cases": self.cases,
            "months": [{"month": month, **self._month(month)} for month in sorted(self.automatic, reverse=True)],
            "kroner": {name: str(self.kroner[name]) for name in ("actual", *SETTINGS)},
            "reasons": self.reasons,
            "changed": sorted(self.changed, key=lambda one: (one[2], -one[0]), reverse=True),
        }

    def _month(self, month: str) -> dict[str, int]:
        return {name: self.automatic[month][name] for name in ("cases", "actual", *SETTINGS)}


def _became(outcome: str, subsidy: Decimal, answer: tuple[str, Decimal] | None) -> tuple[str, str | None]:
    """What became of a decision of the run, and the subsidy a person ended at."""
    if outcome == Outcome.PAID:
        return NEVER_STOPPED, None
    if answer is None:
        return OPEN, None
    state, final = answer
    is_same = state == TaskState.ACCEPTED and final == subsidy
    return (APPROVED if is_same else CORRECTED), str(final)


def _of_the_run(decisions: Any) -> Any:
    return decisions.filter(decided_by__username=SYSTEM_USERNAME)


def _decisions(trial: SettingTrial, grants: Sequence[int] | None = None) -> Any:
    """The run's newest decision of each case and month of the trial."""
    window = {"benefit_month__gte": trial.first_month, "benefit_month__lte": trial.last_month}
    rows = _of_the_run(Decision.objects.of(trial.municipality)).filter(**window)
    if grants is not None:
        rows = rows.filter(grant__in=grants)
    later = _of_the_run(Decision.objects).filter(
        grant=OuterRef("grant"), benefit_month=OuterRef("benefit_month"), sequence__gt=OuterRef("sequence")
    )
    return rows.filter(~Exists(later))


def _blocks(trial: SettingTrial) -> Iterable[tuple[Iterable[Row], dict[tuple[int, Month], tuple[str, Decimal]]]]:
    """Some cases at a time, all months of a case together: its months share their reports, which thaw once."""
    grants = list(_decisions(trial).order_by("grant").values_list("grant", flat=True).distinct())
    for at in range(0, len(grants), GRANTS_A_BLOCK):
        block = grants[at : at + GRANTS_A_BLOCK]
        rows = _decisions(trial, block).order_by("grant", "benefit_month")
        columns = ("id", "grant", "benefit_month", "outcome", "subsidy", "facts", "rates")
        yield rows.values_list(*columns).iterator(), _answers(trial, block)


def _answers(trial: SettingTrial, grants: Sequence[int]) -> dict[tuple[int, Month], tuple[str, Decimal]]:
    """What a person ended at, by case and month."""
    closed = Task.objects.of(trial.municipality).filter(
        grant__in=grants,
        kind=TaskKind.INCOME,
        benefit_month__gte=trial.first_month,
        benefit_month__lte=trial.last_month,
        state__in=[TaskState.ACCEPTED, TaskState.CORRECTED],
        final__isnull=False,
    )
    rows = closed.order_by("id").values_list("grant", "benefit_month", "state", "final")
    return {(grant, month): (state, final) for grant, month, state, final in rows}
