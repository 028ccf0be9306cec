"""What an act would come to: it is done, looked at and taken back, so the sum beside the form is never a guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases.gather import gather
from cases.models import Decision, Grant, TaskKind, parameters_for, rates_for
from cases.presenters.sums import SumRow, paid_before, sum_rows
from cases.presenters.words import signed_percent
from cases.recalculated_months import look_again, reach
from cases.refused import Refused
from rules.calculation import CalculationError
from rules.decision import decide
from rules.months import Month
from rules.rates import NoRates


@dataclass(frozen=True)
class MonthLine:
    """A paid month: what counts for it now, and what it would be."""

    month: Month
    old: Decimal
    new: Decimal

    @property
    def difference(self) -> Decimal:
        return self.new - self.old

    @property
    def percent(self) -> str:
        return percent_of(self.old, self.new)


@dataclass(frozen=True)
class WhatIf:
    """The sum of the coming month with the act, its difference to the last payment, and paid months that change."""

    month: Month
    fault: str = ""
    rows: list[SumRow] = field(default_factory=list)
    last: Decimal | None = None
    subsidy: Decimal | None = None
    change: Decimal | None = None
    percent: str = ""
    lines: list[MonthLine] = field(default_factory=list)


def percent_of(old: Decimal, new: Decimal) -> str:
    """+3,4 %; nothing when there was nothing before."""
    return signed_percent((new - old) / old * 100) if old else ""


def what_if(grant: Grant, perform: Callable[[], Any], now: datetime) -> WhatIf:
    """Do the act inside a transaction, look, and roll everything back."""
    month = coming_month(grant, now)
    before = {one.month: one.standing for one in _looks(grant, now)}
    try:
        with transaction.atomic():
            perform()
            fresh = Grant.objects.get(pk=grant.pk)
            lines = [
                MonthLine(one.month, before[one.month], one.subsidy)
                for one in _looks(fresh, now)
                if one.month in before and one.subsidy != before[one.month]
            ]
            found = _sum(fresh, month, lines)
            transaction.set_rollback(True)
            return found
    except Refused as refused:
        return WhatIf(month, str(refused))


def as_it_is(grant: Grant, now: datetime) -> WhatIf:
    """The coming month as it would be today."""
    return _sum(grant, coming_month(grant, now), [])


def coming_month(grant: Grant, now: datetime) -> Month:
    """The month that is on a person's desk, else the last one decided, else this one."""
    task = grant.tasks.open().filter(kind=TaskKind.INCOME).order_by("-benefit_month").first()
    if task is not None:
        return task.benefit_month
    newest = Decision.objects.filter(grant=grant).order_by("-benefit_month").first()
    return newest.benefit_month if newest else Month.of(localdate(now))


def _looks(grant: Grant, now: datetime) -> tuple[Any, ...]:
    try:
        return look_again(grant, *reach(now), now)
    except (CalculationError, NoRates):
        return ()


def _sum(grant: Grant, month: Month, lines: list[MonthLine]) -> WhatIf:
    last = paid_before(grant.pk, month)
    try:
        facts = gather([grant.pk], month)[grant.pk]
        calculation = decide(facts, rates_for(month), parameters_for(grant.municipality, month)).calculation
    except (CalculationError, NoRates) as error:
        return WhatIf(month, str(error), lines=lines)
    change = None if last.subsidy is None else calculation.subsidy - last.subsidy
    return WhatIf(
        month,
        rows=sum_rows(calculation, last),
        last=last.subsidy,
        subsidy=calculation.subsidy,
        change=change,
        percent=percent_of(last.subsidy, calculation.subsidy) if last.subsidy is not None else "",
        lines=lines,
    )
