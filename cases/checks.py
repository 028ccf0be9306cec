"""System checks: what must be true before the program is used."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection
from django.utils import timezone

from rules.months import Month


def year_without_rates(today: date) -> int | None:
    """This year while its rates are missing; from 1 December on the next one too. None when none are."""
    from cases.models import has_rates

    month = Month.of(today)
    asked = [month, month + 1] if today.month == 12 else [month]
    return next((one.year for one in asked if not has_rates(one)), None)


def rates_warning(today: date) -> str:
    """The Danish sentence about missing rates, or ""."""
    year = year_without_rates(today)
    if year is None:
        return ""
    return (
        f"Satserne for {year} mangler. Indtast dem i Administration under Satser: "
        f"uden dem kan ingen måned i {year} beregnes."
    )


@checks.register(checks.Tags.security)
def looks_are_kept(**_: Any) -> list[checks.CheckMessage]:
    """A look at a citizen is written before the page is made, and must stay when the page fails afterwards."""
    bound = [name for name, options in settings.DATABASES.items() if options.get("ATOMIC_REQUESTS")]
    sentence = "Slå ATOMIC_REQUESTS fra: ellers forsvinder opslagsloggen, når en side fejler."
    return [checks.Error(sentence, id="cases.E001")] if bound else []


@checks.register(checks.Tags.database)
def rates_are_entered(databases: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """Only with ``check --database default``: a check that reads a table crashes ``migrate`` on an empty one."""
    if not databases or "cases_nationalrates" not in connection.introspection.table_names():
        return []
    sentence = rates_warning(timezone.localdate())
    return [checks.Warning(sentence, id="cases.W001")] if sentence else []
