"""Another benefit on a case, from a day to a day. One that may not be had beside the subsidy is refused on entry.

What is set off (LAB § 124, stk. 3) is kept and calculates its months again; what was imported and is incompatible
stops the case by itself (INC44).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cases.changed import income_changed
from cases.models import Grant, Period, PeriodKind, User
from cases.models.grant import BenefitKind
from cases.periods import check_free, span
from cases.refused import Refused
from cases.signed import held, said, saved
from cases.templatetags.danish import day_name
from rules.incompatible import INCOMPATIBLE, Overlap, Span, overlaps


def benefit_choices() -> list[tuple[str, str]]:
    """Every benefit that can be registered: those that are set off, and those that are incompatible."""
    return [*BenefitKind.choices, *((row.benefit, row.name.capitalize()) for row in INCOMPATIBLE.values())]


def check_compatible(grant: Grant, benefit: str, first_day: date, last_day: date | None) -> None:
    """Refuse days of an incompatible benefit inside the grant, with both periods."""
    found = overlaps(Span(grant.first_day, grant.last_day), benefit, Span(first_day, last_day))
    if found:
        raise Refused(_sentence(found))


def check_grant(grant: Grant, first_day: date, last_day: date | None) -> None:
    """Refuse a period of the grant that overlaps an incompatible benefit already on the case."""
    for period in Period.objects.filter(grant=grant, kind=PeriodKind.BENEFIT):
        found = overlaps(Span(first_day, last_day), period.benefit, Span(period.first_day, period.last_day))
        if found:
            raise Refused(_sentence(found))


def register_benefit(
    grant: Grant,
    benefit: str,
    first_day: date,
    last_day: date | None,
    amount: Decimal | None,
    source: str,
    user: User,
    now: datetime,
) -> Period:
    """Keep the benefit's period. The amount is kroner a month, when it is known."""
    source = said(source, "Skriv, hvor oplysningen om ydelsen kommer fra.")
    if benefit not in dict(benefit_choices()):
        raise Refused("Vælg ydelsen.")
    if amount is not None and amount <= 0:
        raise Refused("Beløbet skal være over 0 kr. Lad feltet stå tomt, hvis det ikke kendes.")
    with transaction.atomic():
        row = held(grant)
        check_free(row, PeriodKind.BENEFIT, first_day, last_day, benefit)
        check_compatible(row, benefit, first_day, last_day)
        period = Period(
            grant=row,
            kind=PeriodKind.BENEFIT,
            benefit=benefit,
            first_day=first_day,
            last_day=last_day,
            amount=amount,
            note=source[:200],
        )
        saved(period, user, source)
        event = f"{dict(benefit_choices())[benefit]} {span(period)}: {source}"
        income_changed(row, first_day, last_day, event, user, now)
        return period


def _sentence(overlap: Overlap) -> str:
    name = overlap.benefit.name
    return (
        f"{name.capitalize()} {_words(overlap.period)} kan ikke forenes med bevillingen {_words(overlap.grant)}. "
        f"Ret en af perioderne ({overlap.benefit.law})."
    )


def _words(period: Span) -> str:
    until = f" til {day_name(period.last_day)}" if period.last_day else " uden slutdato"
    return f"fra {day_name(period.first_day)}{until}"
