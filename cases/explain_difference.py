"""Why a shadow month's amounts are not the same: each single fact is left out in turn, and the sum tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from cases.presenters.words import long_month
from cases.templatetags.danish import hele_kr, kr
from rules.calculation import Calculation, CalculationError
from rules.decision import Decision, propose
from rules.facts import ZERO, Facts, Report
from rules.income_rules import BY_CODE
from rules.rates import Rates

ROUNDING = Decimal(1)


def explain(decided: Decision, facts: Facts, rates: Rates, paid: Decimal | None) -> list[str]:
    """Sentences for a case whose amounts differ, what explains it first, then what a person would have been asked."""
    asked = [f"Fleksløn ville have spurgt: {BY_CODE[one.code].message} ({one.code})." for one in decided.concerns]
    if paid is None:
        return ["Sagen står ikke i filen.", *asked]
    found = list(_reasons(decided.calculation, facts, rates, paid))
    return [*(found or [_size_in_wage(decided.calculation, rates, paid)]), *asked]


def _reasons(now: Calculation, facts: Facts, rates: Rates, paid: Decimal) -> Iterator[str]:
    """What gives exactly what was paid."""
    if paid in (now.payable_before_tax, now.payable_before_tax - now.mandatory_pension):
        yield f"Filens beløb er efter ekstra ATP ({kr(now.extra_atp)} kr.). Skriv tilskuddet før ekstra ATP."
        return
    if abs(now.subsidy - paid) <= ROUNDING:
        yield "Forskellen er afrunding. Tilskuddet rundes til nærmeste hele krone (bekg. 227/2024 § 2, stk. 1)."
        return
    if paid == 0 and now.subsidy:
        yield "Der er betalt 0 kr. Fleksløn har løn for måneden og ville betale."
        return
    for sentence, other in _variants(now, facts):
        try:
            tried = propose(other, rates).subsidy
        except CalculationError:
            continue
        if abs(tried - paid) <= ROUNDING:
            yield sentence
            return


def _variants(now: Calculation, facts: Facts) -> Iterator[tuple[str, Facts]]:
    """Each single thing that the two sums may see differently, and the facts without it."""
    month = facts.income_month
    mine = [one for one in facts.reports if one.month == month]
    others = tuple(one for one in facts.reports if one.month != month)
    if now.ceiling_cut:
        yield (
            f"Uden lønloft giver beregningen det betalte. Loftet nedsætter med {kr(now.ceiling_cut)} kr. "
            "(LAB § 123, stk. 3).",
            replace(facts, wage_ceilings=()),
        )
    for one in mine:
        rest = tuple(other for other in mine if other is not one)
        yield (
            f"Uden indberetningen på {kr(one.amount)} kr. fra SE {one.se_number} giver beregningen det betalte.",
            replace(facts, reports=(*others, *rest)),
        )
    if any(one.own_pension or one.employer_pension for one in mine):
        yield (
            "Uden pensionsbidragene giver beregningen det betalte. De tæller med som løn "
            "(bekg. 227/2024 § 1, stk. 1, nr. 2).",
            replace(facts, reports=(*others, *map(_without_pension, mine))),
        )
    if facts.periods:
        yield "Uden ferie, mistet ret og andre perioder giver beregningen det betalte.", replace(facts, periods=())
    for earlier in (facts.benefit_month, month - 1, month - 2):
        moved = tuple(replace(one, month=month) for one in others if one.month == earlier)
        if moved:
            yield (
                f"Lønnen for {long_month(earlier)} i stedet for {long_month(month)} giver det betalte. Fleksløn regner "
                "af måneden før tilskudsmåneden (bekg. 227/2024 § 4, stk. 1).",
                replace(facts, reports=(*(one for one in others if one.month != earlier), *moved)),
            )


def _without_pension(report: Report) -> Report:
    return replace(report, own_pension=ZERO, employer_pension=ZERO)


def _size_in_wage(now: Calculation, rates: Rates, paid: Decimal) -> str:
    """When no single fact explains it: how much wage the difference is."""
    difference = paid - now.subsidy
    share = rates.reduction_above if now.income > rates.threshold else rates.reduction_below
    wage = abs(difference) / share
    less_or_more = "lavere" if difference > 0 else "højere"
    return (
        "Ingen enkelt oplysning forklarer hele forskellen. Den svarer til, at lønnen var "
        f"{hele_kr(round(wage))} kr. {less_or_more} ({hele_kr(100 * share)} % af den). "
        "Se linjerne og indtægterne efter."
    )
