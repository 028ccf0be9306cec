"""Where a run stands: counts and sums that must add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from cases.models import BlockState, Decision, Outcome, Payment, Run, RunState, TaskConcern, User
from cases.models.task import Task
from rules.income_rules import BY_CODE


@dataclass(frozen=True)
class Progress:
    """Counts of cases, the sum in kroner, and what does not add up (empty when all does)."""

    total: int
    automatic: int
    manual: int
    failed: int
    waiting: int
    subsidy_sum: Decimal
    payment_sum: Decimal
    seconds: float | None
    concerns: list[tuple[str, str, int]]
    faults: list[str]

    @property
    def share(self) -> int:
        """Done cases in percent, whole."""
        return 100 * (self.total - self.waiting) // self.total if self.total else 100

    @property
    def milliseconds_per_case(self) -> float | None:
        return 1000 * self.seconds / self.total if self.seconds is not None and self.total else None

    @property
    def seconds_per_1000(self) -> float | None:
        return self.milliseconds_per_case


def progress(run: Run, *, reasons: bool = True) -> Progress:
    """How far the run is. Seven queries, however many cases; ``reasons``: with how often each rule has stopped."""
    blocks = run.blocks.aggregate(
        total=Sum("cases"),
        waiting=Sum("cases", filter=Q(state=BlockState.WAITING)),
        given_up=Sum("cases", filter=Q(state=BlockState.FAILED)),
    )
    in_force = Decision.objects.of(run.municipality).filter(benefit_month=run.benefit_month).in_force()
    system = User.objects.system()
    counted = in_force.aggregate(
        automatic=Count("outcome", filter=Q(outcome=Outcome.PAID, decided_by=system)),
        manual=Count("outcome", filter=~Q(outcome=Outcome.PAID, decided_by=system)),
        subsidy=Sum("subsidy", filter=Q(outcome=Outcome.PAID)),
    )
    paid = (
        Payment.objects.of_decisions()
        .of(run.municipality)
        .filter(benefit_month=run.benefit_month)
        .aggregate(sum=Sum("subsidy"))
    )
    failed = run.failures.filter(solved_at__isnull=True).count()
    result = Progress(
        total=blocks["total"] or 0,
        automatic=counted["automatic"],
        manual=counted["manual"],
        failed=failed + (blocks["given_up"] or 0),
        waiting=blocks["waiting"] or 0,
        subsidy_sum=counted["subsidy"] or Decimal(0),
        payment_sum=paid["sum"] or Decimal(0),
        seconds=_seconds(run),
        concerns=stopped_by(run) if reasons else [],
        faults=[],
    )
    result.faults.extend(_faults(result))
    return result


def stopped_by(run: Run) -> list[tuple[str, str, int]]:
    """How many of the month's tasks each rule has stopped: code, title, count; the most frequent first."""
    tasks = Task.objects.of(run.municipality).filter(benefit_month=run.benefit_month).exclude(state="replaced")
    codes = Counter(TaskConcern.objects.filter(task__in=tasks).values_list("code", flat=True))
    return [(code, BY_CODE[code].title, count) for code, count in codes.most_common() if code in BY_CODE]


def _seconds(run: Run) -> float | None:
    finished: datetime | None = run.finished_at
    return (finished - run.started_at).total_seconds() if finished else None


def _faults(now: Progress) -> list[str]:
    """What does not add up, in Danish. While cases wait, only the money is judged."""
    faults = []
    counted = now.automatic + now.manual + now.failed
    if not now.waiting and counted != now.total:
        faults.append(
            f"{now.total} sager ind, men automatisk {now.automatic} + manuel {now.manual} "
            f"+ fejl {now.failed} = {counted}."
        )
    if now.payment_sum != now.subsidy_sum:
        faults.append(f"Udbetalingerne er {now.payment_sum} kr., men afgørelserne {now.subsidy_sum} kr.")
    return faults


def is_running(run: Run) -> bool:
    return run.state == RunState.RUNNING
