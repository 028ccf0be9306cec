"""The paid months of a case looked at again: what each is worth now, against what counts today. Writes adjustments.

A paid month is never rewritten (LAB § 123; bekg. 227/2024 § 4, stk. 4): its difference becomes an ``Adjustment``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.timezone import localdate

from cases.gather import NOTHING, Overlay, gather
from cases.models import Adjustment, Decision, Grant, Outcome, Process, User, parameters_for, rates_for
from rules import RULES_VERSION
from rules.decision import Decision as Decided
from rules.decision import decide
from rules.facts import ZERO, Facts
from rules.frozen import thaw
from rules.month_view import MonthView
from rules.months import Month
from rules.registry import Concern, Numbers
from rules.spreading import MAX_MONTHS_BACK
from rules.start_up import REGULATION, expected_wage, first_whole_month, regulated, wages_of

COMPARING = frozenset({"INC1", "INC3", "INC4", "INC27", "INC38"})
"""Rules that compare with other months: they say nothing of a paid month whose sum is the same as before."""

Spans = Mapping[int, tuple[Month, Month]]
"""Case to first and last benefit month."""


@dataclass(frozen=True)
class Standing:
    """What counts for a paid month, kroner: as decided, with ``adjustments`` made since. Subsidy, and besides it extra
    ATP (LAB § 137), ATP (§ 138; what was unknown has not been paid: 0) and mandatory pension (§ 138 b).
    """

    subsidy: Decimal
    extra_atp: Decimal
    ordinary_atp: Decimal
    mandatory_pension: Decimal
    adjustments: int = 0


@dataclass(frozen=True)
class Look:
    """One paid month as it would be decided today, beside what counts for it."""

    decision: Decision
    before: Standing
    facts: Facts
    decided: Decided
    regulation: Concern | None = None

    @property
    def standing(self) -> Decimal:
        """The subsidy that counts: paid, with adjustments."""
        return self.before.subsidy

    @property
    def month(self) -> Month:
        return self.decision.benefit_month

    @property
    def subsidy(self) -> Decimal:
        return self.decided.calculation.subsidy

    @property
    def difference(self) -> Decimal:
        return self.subsidy - self.standing

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """What a person must answer before this month is adjusted."""
        found = tuple(one for one in self.decided.concerns if self.difference or one.code not in COMPARING)
        return (self.regulation, *found) if self.regulation else found

    @property
    def view(self) -> MonthView:
        return MonthView(self.facts, self.decided.calculation)


def reach(now: datetime) -> tuple[Month, Month]:
    """The months that may still be adjusted: up to 12 back from the month of discovery (Q18)."""
    this = Month.of(localdate(now))
    return this - MAX_MONTHS_BACK, this


def look_again(grant: Grant, first: Month, last: Month, now: datetime, overlay: Overlay = NOTHING) -> tuple[Look, ...]:
    """Each paid month between the two, within reach, with what is known now. An overlay is what a form proposes."""
    return look_again_at_many({grant.pk: (first, last)}, now, overlay)[grant.pk]


def look_again_at_many(spans: Spans, now: datetime, overlay: Overlay = NOTHING) -> dict[int, tuple[Look, ...]]:
    """The same for many cases, by case: as many queries for each month as for one."""
    oldest, newest = reach(now)
    in_reach = Decision.objects.filter(
        grant__any_of=spans, benefit_month__gte=oldest, benefit_month__lte=newest, outcome=Outcome.PAID
    )
    found: dict[int, tuple[Look, ...]] = dict.fromkeys(spans, ())
    rows = in_reach.in_force().select_related("municipality").order_by("benefit_month", "grant_id")
    wanted = [row for row in rows if spans[row.grant_id][0] <= row.benefit_month <= spans[row.grant_id][1]]
    for look in looks_at(wanted, overlay):
        found[look.decision.grant_id] += (look,)
    return found


def look_at(decision: Decision, overlay: Overlay = NOTHING) -> Look:
    """The month of a paid decision with what is known now."""
    return looks_at([decision], overlay)[0]


def looks_at(decisions: Sequence[Decision], overlay: Overlay = NOTHING) -> list[Look]:
    """The months of paid decisions with what is known now, in their order: as many queries a month as for one."""
    before = _standing(decisions)
    by_month: defaultdict[Month, list[Decision]] = defaultdict(list)
    for one in decisions:
        by_month[one.benefit_month].append(one)
    found = {
        look.decision.pk: look for month, rows in by_month.items() for look in _of_month(month, rows, before, overlay)
    }
    return [found[one.pk] for one in decisions]


def _of_month(month: Month, rows: Sequence[Decision], before: dict[int, Standing], overlay: Overlay) -> Iterator[Look]:
    facts = gather([one.grant_id for one in rows], month, overlay)
    rates, owners = rates_for(month), {one.municipality_id: one.municipality for one in rows}
    parameters = {id_: parameters_for(owner, month) for id_, owner in owners.items()}
    expected = {one.grant_id: one for one in rows if facts[one.grant_id].expected_wage is not None}
    later = gather(expected, month + MAX_MONTHS_BACK) if expected else {}
    for one in rows:
        known, regulation = _regulated(facts[one.grant_id], one, later.get(one.grant_id))
        yield Look(one, before[one.pk], known, decide(known, rates, parameters[one.municipality_id]), regulation)


def _standing(decisions: Sequence[Decision]) -> dict[int, Standing]:
    """By decision. One query."""
    rows = Adjustment.objects.filter(
        grant__any_of={one.grant_id for one in decisions}, benefit_month__in={one.benefit_month for one in decisions}
    ).order_by("sequence")
    made: defaultdict[tuple[int, Month], list[Adjustment]] = defaultdict(list)
    for row in rows.defer("facts", "rates", "parameters", "steps"):
        made[row.grant_id, row.benefit_month].append(row)
    return {one.pk: _with(one, made[one.grant_id, one.benefit_month]) for one in decisions}


def _with(decision: Decision, made: Sequence[Adjustment]) -> Standing:
    return Standing(
        made[-1].new_subsidy if made else decision.subsidy,
        decision.extra_atp + sum(one.extra_atp_difference for one in made),
        (decision.ordinary_atp or ZERO) + sum(one.ordinary_atp_difference or ZERO for one in made),
        decision.mandatory_pension + sum(one.mandatory_pension_difference for one in made),
        len(made),
    )


def _regulated(facts: Facts, decision: Decision, later: Facts | None) -> tuple[Facts, Concern | None]:
    """A month paid on the expected wage: with the wage actually paid, once a whole month of it is in the register
    (``later``: the facts a year on).

    The concern (REC20) is gone when a person has answered it with just these numbers.
    """
    expected = expected_wage(thaw(Facts, decision.facts)) if later is not None else None
    if later is None or expected is None:
        return facts, None
    whole = first_whole_month(later)
    if whole is None:
        return facts, None
    facts = regulated(facts, wages_of(later, whole))
    actual = sum((one.counted for one in wages_of(later, whole)), Decimal(0))
    concern = Concern(
        REGULATION.code,
        Numbers(found=actual, expected=expected, deviation=None, months=(decision.benefit_month, whole)),
    )
    answered = any((one.code, one.numbers) == (concern.code, concern.key) for one in facts.answers)
    return facts, None if answered else concern


def adjustment_of(process: Process, look: Look, user: User, reason: str, now: datetime) -> Adjustment | None:
    """What a month is worth now beside what was paid, to be written. None when nothing differs."""
    if not look.difference:
        return None
    before, sum_ = look.before, look.decided.calculation
    extra_atp = sum_.extra_atp - before.extra_atp
    return Adjustment(
        municipality_id=process.municipality_id,
        grant_id=process.grant_id,
        process=process,
        benefit_month=look.month,
        sequence=before.adjustments + 1,
        decision=look.decision,
        old_subsidy=look.standing,
        new_subsidy=look.subsidy,
        difference=look.difference,
        extra_atp_difference=extra_atp,
        ordinary_atp_difference=None if sum_.ordinary_atp is None else sum_.ordinary_atp - before.ordinary_atp,
        mandatory_pension_difference=sum_.mandatory_pension - before.mandatory_pension,
        payable_difference=look.difference - extra_atp,
        steps=[[step.text, step.law, str(step.amount)] for step in look.decided.calculation.steps],
        fingerprint=look.decided.fingerprint,
        rules_version=RULES_VERSION,
        made_at=now,
        made_by=user,
        reason=reason[:300],
        **look.decided.frozen,
    )
