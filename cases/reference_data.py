"""Rows that every installation has: the system user and the published rates. Adds what is missing, only that."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from rules.rates import published_rate_rows

PERCENTS = {
    "reduction_below": "reduction_below_percent",
    "reduction_above": "reduction_above_percent",
    "extra_atp_percent": "extra_atp_percent",
    "mandatory_pension_percent": "mandatory_pension_percent",
}


def load_reference_data(**_: Any) -> None:
    """Runs after every migrate (a migration's rows would vanish with the first flush of a test)."""
    from cases.models import NationalRates, User
    from cases.models.accounts import SYSTEM_USERNAME

    system, made = User.objects.get_or_create(
        username=SYSTEM_USERNAME, defaults={"first_name": "Fleksløn", "last_name": "(automatisk)", "is_active": False}
    )
    if made:
        system.set_unusable_password()
        system.save(update_fields=["password"])
    known = set(NationalRates.objects.values_list("valid_from", flat=True))
    for row in published_rate_rows():
        first = date.fromisoformat(row["valid_from"])
        if first not in known:
            _add_rates(NationalRates(valid_from=first, valid_to=date.fromisoformat(row["valid_to"])), row, system)


def load_schedules(**_: Any) -> None:
    """The worker's own clockwork, found again by name (a Schedule has no unique name)."""
    from django_q.models import Schedule

    from cases.jobs import TICK_MINUTES

    now = timezone.now()
    clockwork = (
        ("tick", Schedule.MINUTES, now + timedelta(minutes=TICK_MINUTES)),
        ("nightly", Schedule.DAILY, now + timedelta(days=1)),
    )
    for name, kind, first in clockwork:
        rhythm = {"func": f"cases.jobs.{name}", "schedule_type": kind, "minutes": TICK_MINUTES, "repeats": -1}
        Schedule.objects.update_or_create(name=name, defaults=rhythm, create_defaults={**rhythm, "next_run": first})


def _add_rates(rates: Any, row: dict[str, Any], system: Any) -> None:
    for name, figure in row["figures"].items():
        value = Decimal(figure["value"])
        setattr(rates, PERCENTS.get(name, name), value * 100 if name in PERCENTS else value)
    rates.sources = {PERCENTS.get(name, name): figure["source"] for name, figure in row["figures"].items()}
    rates.derived = [PERCENTS.get(name, name) for name, figure in row["figures"].items() if figure["derived"]]
    rates._history_user = system
    rates._change_reason = "Indlæst med programmet"
    rates.save()
