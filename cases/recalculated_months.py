"""The paid months of a case looked at again: what each is worth now, against what counts today. Writes adjustments.

A paid month is never rewritten (LAB § 123; bekg. 227/2024 § 4, stk. 4): its difference becomes an ``Adjustment``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.timezone import localdate

from cases.gather import NOTHING, Overlay, gather
from cases.models import Adjustment, Decision, Grant, Outcome, Process, User, parameters_for, rates_for
from rules import RULES_VERSION
from rules.decision import Decision as Decided
from rules.decision import decide
from rules.facts import Facts
from rules.frozen import thaw
from rules.month_view import MonthView
from rules.months import Month
from rules.registry import Concern, Numbers
from rules.spreading import MAX_MONTHS_BACK
from rules.start_up import REGULATION, expected_wage, first_whole_month, regulated, wages_of

COMPARING = frozenset({"INC1", "INC3", "INC4", "INC27", "INC38"})
"""Rules that compare with other months: they say nothing of a paid month whose sum is the same as before."""


@dataclass(frozen=True)
class Look:
    """One paid month as it would be decided today. ``standing``: the subsidy that counts (paid, with adjustments)."""

    decision: Decision
    standing: Decimal
    facts: Facts
    decided: Decided
    regulation: Concern | None = None

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
    oldest, newest = reach(now)
    decisions = (
        Decision.objects.filter(
            grant=grant, benefit_month__gte=max(first, oldest), benefit_month__lte=min(last, newest)
        )
        .in_force()
        .filter(outcome=Outcome.PAID)
        .order_by("benefit_month")
    )
    return tuple(look_at(one, overlay) for one in decisions.select_related("municipality"))


def standing_subsidy(decision: Decision) -> Decimal:
    """The subsidy that counts for a paid month: the newest adjustment's, or what was decided."""
    rows = Adjustment.objects.filter(grant=decision.grant_id, benefit_month=decision.benefit_month)
    newest = rows.order_by("sequence").last()
    return newest.new_subsidy if newest else decision.subsidy


@dataclass(frozen=True)
class Contributions:
    """Besides a paid month's subsidy, kroner: extra ATP (LAB § 137), ATP (§ 138), mandatory pension (§ 138 b)."""

    extra_atp: Decimal
    ordinary_atp: Decimal
    mandatory_pension: Decimal


def standing_contributions(decision: Decision) -> Contributions:
    """As decided, with every adjustment since. Ordinary ATP that was unknown has not been paid: 0."""
    rows = Adjustment.objects.filter(grant=decision.grant_id, benefit_month=decision.benefit_month)
    sums = rows.aggregate(
        extra=Sum("extra_atp_difference"),
        ordinary=Sum("ordinary_atp_difference"),
        pension=Sum("mandatory_pension_difference"),
    )
    return Contributions(
        decision.extra_atp + (sums["extra"] or 0),
        (decision.ordinary_atp or Decimal(0)) + (sums["ordinary"] or 0),
        decision.mandatory_pension + (sums["pension"] or 0),
    )


def look_at(decision: Decision, overlay: Overlay = NOTHING) -> Look:
    """The month of a paid decision with what is known now."""
    month, standing = decision.benefit_month, standing_subsidy(decision)
    facts = gather([decision.grant_id], month, overlay)[decision.grant_id]
    facts, regulation = _regulated(facts, decision)
    decided = decide(facts, rates_for(month), parameters_for(decision.municipality, month))
    return Look(decision, standing, facts, decided, regulation)


def _regulated(facts: Facts, decision: Decision) -> tuple[Facts, Concern | None]:
    """A month paid on the expected wage: with the wage actually paid, once a whole month of it is in the register.

    The concern (REC20) is gone when a person has answered it with just these numbers.
    """
    expected = expected_wage(thaw(Facts, decision.facts)) if facts.expected_wage is not None else None
    if expected is None:
        return facts, None
    later = gather([decision.grant_id], decision.benefit_month + MAX_MONTHS_BACK)[decision.grant_id]
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


def adjust(process: Process, look: Look, user: User, reason: str, now: datetime) -> Adjustment | None:
    """Write what a month is worth now beside what was paid. None when nothing differs."""
    if not look.difference:
        return None
    before, sum_ = standing_contributions(look.decision), look.decided.calculation
    number = Adjustment.objects.filter(grant=process.grant_id, benefit_month=look.month).count() + 1
    extra_atp = sum_.extra_atp - before.extra_atp
    row = Adjustment(
        municipality_id=process.municipality_id,
        grant_id=process.grant_id,
        process=process,
        benefit_month=look.month,
        sequence=number,
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
    row.save()
    return row
