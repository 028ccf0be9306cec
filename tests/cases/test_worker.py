"""A real worker, and runs that are killed with SIGKILL in the middle: nobody is paid twice, nobody is left out.

These need a database that other processes can open, so they make one of their own beside the tests'.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CITIZENS = 1200

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a database of its own on the engine under test, with an invented municipality in it."""
    base = {**os.environ, "FLEKSLON_LOCAL": str(tmp_path), "PYTHONUTF8": "1"}
    if connection.vendor == "sqlite":
        yield {**base, "DATABASE_URL": f"sqlite:///{tmp_path / 'worker.sqlite3'}"}
        return
    import psycopg

    settings = connection.settings_dict
    name = f"worker_{os.getpid()}_{random.randrange(10**6)}"
    where = {
        "host": settings["HOST"],
        "port": settings["PORT"] or 5432,
        "user": settings["USER"],
        "password": settings["PASSWORD"] or None,
    }
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        password = f":{where['password']}" if where["password"] else ""
        address = f"{where['user']}{password}@{where['host']}:{where['port']}"
        yield {**base, "DATABASE_URL": f"postgres://{address}/{name}"}
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(environment: dict[str, str], *arguments: str, **options: Any) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, **options
    )


def is_done(environment: dict[str, str]) -> bool:
    """Whether the month's run is; asked of the database itself, a Django started for it would take the cores."""
    url, ask = environment["DATABASE_URL"], "SELECT state FROM cases_run"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as asked:
            return asked.execute(ask).fetchone() == ("done",)
    import psycopg

    with psycopg.connect(url) as asked:
        return asked.execute(ask).fetchone() == ("done",)


def prepare(environment: dict[str, str], citizens: int = CITIZENS) -> None:
    """Citizens and incomes, nothing decided yet."""
    done = manage(environment, "shell", "-c", PREPARE.format(citizens=citizens))
    assert done.returncode == 0, done.stderr


PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
import io
from django.utils import timezone
from cases.demo.municipality import demo_municipality
from cases.demo.past import pay_before
from cases.demo.rows import make_rows
from cases.import_income import import_income
from cases.models import User
from rules.months import Month
demo = demo_municipality("0999", {citizens}, Month(2026, 10), 5)
owner = make_rows(demo, timezone.now())
for month in demo.months:
    import_income(io.BytesIO(demo.answers(month)), str(month), user=User.objects.system(), now=timezone.now())
pay_before(owner, Month(2026, 11), timezone.now())
"""


def digest(environment: dict[str, str]) -> str:
    """The digest of all decisions and payments, when the consistency check finds nothing."""
    done = manage(environment, "check_consistency", "--digest")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[0]


def undisturbed(environment: dict[str, str]) -> str:
    """What the month gives when nobody disturbs it; worked in a copy of the facts by the same command."""
    done = manage(environment, "run_month", "2026-11", "--rehearsal", "--json")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_run_killed_in_the_middle_and_run_again_is_the_undisturbed_run(environment: dict[str, str]) -> None:
    import json

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
    prepare(environment)
    done = manage(environment, "shell", "-c", CORRECT)
    assert done.returncode == 0, done.stderr
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
        for _ in range(400):
            time.sleep(0.1)
            if is_done(environment):
                break
        else:
            pytest.fail("the worker did not finish the run in time")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert digest(environment)
