"""The doors from an event to the processes. Imported when they are used: a process may look at events itself."""

from __future__ import annotations

from datetime import date, datetime

from cases.models import Citizen, Grant, JobcentreEvent, Process, User
from rules.months import Month


def start_up(
    citizen: Citizen,
    *,
    event: str,
    source: JobcentreEvent | None,
    first_day: date | None,
    last_day: date | None,
    user: User,
    now: datetime,
) -> Process:
    """Open FLEX_OPSTART. Without a first day it waits for a person (ELI1)."""
    from cases.processes import start_up as begin

    return begin(citizen, event=event, source=source, first_day=first_day, last_day=last_day, user=user, now=now)


def recalculate(
    grant: Grant,
    first_month: Month,
    last_month: Month,
    *,
    event: str,
    source: JobcentreEvent | None = None,
    user: User,
    now: datetime,
) -> Process | None:
    """Open FLEX_BEREGN for the months; it passes by itself when nothing stops it."""
    from cases.recalculate import recalculate as begin

    return begin(grant, first_month, last_month, event=event, source=source, user=user, now=now)
