"""Temporary stop of the subsidy (midlertidigt stop af ydelse): the sub-process of SAT9 and SAT10."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from cases.changed import changed
from cases.models import Grant, Period, PeriodKind, User
from cases.periods import check_free, removed_period
from cases.refused import Refused
from cases.signed import held, said, saved
from rules.months import Month


def stop(grant: Grant, first_day: date, last_day: date | None, reason: str, user: User, now: datetime) -> Period:
    """Stop the subsidy from a day, to a day or until further notice.

    A month stopped in full is left out of the run; a month stopped in part goes to a person (INC31, Q2).
    """
    reason = said(reason, "Skriv, hvorfor tilskuddet stoppes, fx værnepligt eller ordinært job.")
    with transaction.atomic():
        row = held(grant)
        check_free(row, PeriodKind.STOP, first_day, last_day)
        period = Period(grant=row, kind=PeriodKind.STOP, first_day=first_day, last_day=last_day, note=reason[:200])
        saved(period, user, reason)
        last = Month.of(last_day) if last_day else None
        changed(row, Month.of(first_day), last, f"Midlertidigt stop: {reason}", user, now)
        return period


def resume(period: Period, first_day_again: date, reason: str, user: User, now: datetime) -> Period:
    """Pay again from a day: the stop ends the day before. From the stop's own first day: it is taken back."""
    reason = said(reason, "Skriv, hvorfor tilskuddet begynder igen.")
    if period.kind != PeriodKind.STOP:
        raise Refused("Perioden er ikke et midlertidigt stop.")
    if first_day_again < period.first_day or (period.last_day and first_day_again > period.last_day + timedelta(1)):
        raise Refused("Tilskuddet kan kun begynde igen på en dag i det midlertidige stop.")
    with transaction.atomic():
        held(period.grant)
        if first_day_again == period.first_day:
            removed_period(period, reason, user, now)
            return period
        last = Month.of(period.last_day) if period.last_day else None
        period.last_day = first_day_again - timedelta(1)
        saved(period, user, reason)
        changed(period.grant, Month.of(first_day_again), last, f"Midlertidigt stop er slut: {reason}", user, now)
        return period
