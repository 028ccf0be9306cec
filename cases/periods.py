"""What all periods of a case share: none overlaps another of its kind, and one entered by mistake can be removed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from cases.changed import changed, income_changed
from cases.models import Grant, Period, PeriodKind, User
from cases.refused import Refused
from cases.signed import held, removed, said
from cases.templatetags.danish import day_name
from rules.months import Month


def check_free(
    grant: Grant, kind: str, first_day: date, last_day: date | None, benefit: str = "", but: Period | None = None
) -> None:
    """Refuse days in the wrong order, and an overlap with a period of the same kind and benefit.

    Call it under the case's lock (``held``): the database has no exclusion constraint for it.
    """
    if last_day is not None and last_day < first_day:
        raise Refused("Perioden slutter, før den begynder. Ret datoerne.")
    others = Period.objects.filter(grant=grant, kind=kind, benefit=benefit)
    for other in others.exclude(pk=but.pk) if but else others:
        if other.covers(first_day, last_day or date.max):
            raise Refused(f"Perioden overlapper {other.get_kind_display().lower()} {span(other)}. Ret en af dem først.")


def span(period: Period) -> str:
    """fra 1. marts 2026 til 31. marts 2026"""
    until = f" til {day_name(period.last_day)}" if period.last_day else " uden slutdato"
    return f"fra {day_name(period.first_day)}{until}"


def removed_period(period: Period, reason: str, user: User, now: datetime) -> None:
    """Take away a period that was entered by mistake. What it touched is calculated again."""
    reason = said(reason, "Skriv, hvorfor perioden slettes.")
    with transaction.atomic():
        grant, event = held(period.grant), f"{period.get_kind_display()} slettet: {reason}"
        removed(period, user, reason)
        if period.kind == PeriodKind.STOP:
            last = Month.of(period.last_day) if period.last_day else None
            changed(grant, Month.of(period.first_day), last, event, user, now)
        else:
            income_changed(grant, period.first_day, period.last_day, event, user, now)
