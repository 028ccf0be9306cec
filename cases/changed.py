"""What happens when something on a case changed at the top: the decided months it touches are calculated again."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.timezone import localdate

from cases.models import Decision, Grant, Process, User
from rules.months import Month


def changed(
    grant: Grant, first_month: Month, last_month: Month | None, event: str, user: User, now: datetime
) -> Process | None:
    """Calculate the decided benefit months from first to last again (bekg. 227/2024 § 4, stk. 4).

    No last month: up to the current one. None when no month of them has been decided.
    """
    last = last_month or Month.of(localdate(now))
    decided = Decision.objects.filter(grant=grant.pk, benefit_month__gte=first_month, benefit_month__lte=last)
    if not decided.exists():
        return None
    from cases.recalculate import recalculate

    return recalculate(grant, first_month, last, event=event[:200], user=user, now=now)


def income_changed(
    grant: Grant, first_day: date, last_day: date | None, event: str, user: User, now: datetime
) -> Process | None:
    """The same, for days of an income month: a month's income decides the benefit month after (§ 4, stk. 1; Q32)."""
    last = Month.of(last_day) + 1 if last_day else None
    return changed(grant, Month.of(first_day) + 1, last, event, user, now)
