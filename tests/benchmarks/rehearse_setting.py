"""How fast is a setting tried on a year? Prints; asserts nothing (a shared machine would make it fail by chance).

    python -m tests.benchmarks.rehearse_setting [citizens, default 1000] [months, default 12]

The goal (issue S5): 1,000 citizens x 12 months in under 10 seconds. Builds its own data in a database in memory: a demo
month of that many citizens, whose decisions are then copied to the other months.
"""

# ruff: noqa: E402 - Django is set up before its models are read
from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from decimal import Decimal

os.environ["FLEKSLON_LOCAL"] = tempfile.mkdtemp()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleksløn.settings")

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone

from cases.models import Decision, Municipality, User
from cases.rehearse_setting import ask, work_trial
from rules.parameters import CAREFUL


def main(citizens: int, months: int) -> None:
    call_command("demo", "--citizens", str(citizens), "--months", "1", "--no-serve", verbosity=0)
    municipality = Municipality.objects.get(code="0999")
    copy_back(municipality, months)
    user = User.objects.get(username="karen")
    wide = replace(CAREFUL, percent_below=Decimal(25), percent_above=Decimal(25), subsidy_drop_percent=Decimal(15))
    wall, processor = time.perf_counter(), time.process_time()
    trial = ask(municipality, wide, months, user, timezone.now())
    work_trial(trial.pk, timezone.now)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    trial.refresh_from_db()
    automatic = {
        name: sum(one.get(name, 0) for one in trial.result["months"]) for name in ("today", "chosen", "careful")
    }
    print(f"{trial.cases} afgørelser prøvet: {processor:.2f} s processortid, {wall:.2f} s i alt", end="; ")
    print(f"{processor / trial.cases * 1e6:.0f} µs hver; automatisk {automatic}")


def copy_back(municipality: Municipality, months: int) -> None:
    """The month's decisions of the run again in the months before: the same facts, so the same work."""
    rows = list(Decision.objects.of(municipality).filter(decided_by__username="system"))
    newest = max(one.benefit_month for one in rows)
    rows = [one for one in rows if one.benefit_month == newest]
    for back in range(1, months):
        for one in rows:
            one.pk, one.benefit_month, one._state.adding = None, newest - back, True
        Decision.objects.bulk_create(rows, batch_size=500)


if __name__ == "__main__":
    main(*[int(one) for one in sys.argv[1:3]] or (1000, 12))
