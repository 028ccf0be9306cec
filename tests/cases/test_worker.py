"""A real worker, and runs that are killed with SIGKILL in the middle: nobody is paid twice, nobody is left out."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.cases.own_database import CITIZENS, PREPARE, ROOT, digest, fill, manage, prepare, run_is_done

pytestmark = pytest.mark.slow


def undisturbed(environment: dict[str, str]) -> str:
    """What the month gives when nobody disturbs it; worked in a copy of the facts by the same command."""
    done = manage(environment, "run_month", "2026-11", "--rehearsal", "--json")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_run_killed_in_the_middle_and_run_again_is_the_undisturbed_run(environment: dict[str, str]) -> None:
    prepare(environment)
    planned = json.loads(undisturbed(environment))
    chance = random.Random(5)
    killed = 0
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_month", "2026-11", "--processes", "2"],
            env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(0.9 + chance.random())
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    done = manage(environment, "run_month", "2026-11", "--processes", "2", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert killed
    assert told["faults"] == []
    assert told["waiting"] == told["failed"] == 0
    for what in ("total", "automatic", "manual", "subsidy_sum", "concerns"):
        assert told[what] == planned[what], what
    first = digest(environment)
    manage(environment, "run_month", "2026-11")
    assert digest(environment) == first


CORRECT = """
import io
from cases.choose_settlement import Choice, choose, hearing_questions, unanswered
from cases.import_income import import_income
from cases.models import *
from cases.run_here import work_run
from cases.run_month import start_run
from django.utils import timezone
from rules.months import Month
from tests.cases.adjustments import NOT_HEARD
from tests.cases.builders import Pay, answer
now, user, october = timezone.now(), User.objects.system(), Month(2026, 10)
for one in EarlierSubsidy.objects.filter(benefit_month=october - 1):
    EarlierSubsidy.objects.create(grant_id=one.grant_id, benefit_month=october - 2, amount=one.amount)
work_run(start_run(Municipality.objects.get(), october, user, now), 1)
paid = Decision.objects.filter(benefit_month=october, outcome="paid").select_related("grant__citizen").order_by("grant")
grants = [one.grant for one in paid[:80]]
pays = [(g, [Pay(october - 1, "300.00", se=g.jobs.first().se_number, own_id="rettet", hours="1.00")]) for g in grants]
import_income(io.BytesIO(answer(*pays)), "rettet", user=user, now=now)
for grant in grants:
    ids = [one.id for one in unanswered(grant)]
    if ids:
        rows = list(Adjustment.objects.filter(pk__in=ids))
        heard = NOT_HEARD if hearing_questions(grant, rows) else None
        choose(grant, ids, Choice("income", "next"), user, now, hearing=heard)
"""

SETTLED = """
from django.db.models import Sum
from cases.models import *
from rules.months import Month
paid = Payment.objects.filter(benefit_month=Month(2026, 11)).values("citizen")
rows = AdjustmentChoice.objects.filter(adjustment__grant__citizen__in=paid).values_list("adjustment", flat=True)
once = [
    row.settlements.count() == 1 and row.settlements.get().amount == row.payable_difference
    for row in Adjustment.objects.filter(pk__in=rows)
]
print(len(once), sum(once))
"""


def test_a_run_killed_in_the_middle_settles_nobody_twice(environment: dict[str, str]) -> None:
    fill(environment, PREPARE.format(citizens=CITIZENS) + CORRECT)
    chance, killed = random.Random(7), 0
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_month", "2026-11", "--processes", "2"],
            env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(0.8 + 2 * chance.random())
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    assert manage(environment, "run_month", "2026-11", "--processes", "2").returncode == 0
    assert killed
    digest(environment)
    told = manage(environment, "shell", "-v", "0", "-c", SETTLED)
    debts, once = (int(one) for one in told.stdout.split())
    assert debts > 20, told.stdout + told.stderr
    assert once == debts


def test_the_background_worker_runs_the_month_to_its_end(environment: dict[str, str]) -> None:
    prepare(environment)
    queue = (
        "from django.utils import timezone; from cases.models import *; from rules.months import Month;"
        "from cases.run_month import start_run, enqueue_run;"
        "now = timezone.now();"
        "enqueue_run(start_run(Municipality.objects.get(), Month(2026, 11), User.objects.system(), now), now)"
    )
    assert manage(environment, "shell", "-c", queue).returncode == 0
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "qcluster"],
        env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(200):
            time.sleep(0.2)
            if run_is_done(environment):
                break
        else:
            pytest.fail("the worker did not finish the run in time")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert digest(environment)
