"""Lists killed with SIGKILL while they are prepared, released or answered: nobody is paid twice or left out."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.cases.own_database import ROOT, manage, prepare

pytestmark = pytest.mark.slow

ROUND = """
from datetime import UTC, date, datetime
from cases.models import *
from cases.refused import Refused
from cases.read_posting_status import mark_posted
from cases.release_payments import prepare_batch, release_batch
home = Municipality.objects.get(code="0999")
now = datetime(2026, 11, 20, 9, tzinfo=UTC)
first, _ = User.objects.get_or_create(username="first")
second, _ = User.objects.get_or_create(username="second")
Membership.objects.get_or_create(user=second, municipality=home, role="coordinator")
print("ready", flush=True)
try:
    prepare_batch(home, date(2026, 11, 30), first, now)
except Refused:
    pass
for batch in PaymentBatch.objects.filter(state="prepared"):
    release_batch(batch, second, now)
for batch in PaymentBatch.objects.filter(state="released"):
    mark_posted(batch, second, now)
print("done", flush=True)
"""

COUNT = """
import json
from cases.models import *
from collections import Counter
from cases.integrations.payment_file import read_file
paid = Counter(line.invoice for file in PaymentFile.objects.all() for line in read_file(bytes(file.body), file.profile))
wanted = Payment.objects.exclude(payable_before_tax=0)
print(json.dumps({
    "twice": [one for one, count in paid.items() if count > 1],
    "short": sorted(set(wanted.values_list("id", flat=True)) - set(paid)),
    "paid": len(paid),
    "states": sorted(set(Payment.objects.values_list("status", flat=True))),
}))
"""


def killed_after(environment: dict[str, str], seconds: float) -> bool:
    """Start a round and kill it so long after it is ready. Whether it was killed before it was done."""
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", ROUND],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while "ready" not in process.stdout.readline():
            pass
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        rest = process.stdout.read()
    return "done" not in rest


def told(environment: dict[str, str], code: str) -> Any:
    done = manage(environment, "shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_killed_at_any_step_nobody_is_paid_twice_and_nobody_short(environment: dict[str, str]) -> None:
    prepare(environment)
    assert manage(environment, "run_month", "2026-11", "--processes", "2").returncode == 0
    chance = random.Random(7)
    killed = [killed_after(environment, chance.random() * 0.5) for _ in range(5)]
    assert any(killed)
    assert "done" in told(environment, ROUND)
    found = json.loads(told(environment, COUNT))
    assert (found["twice"], found["short"], found["states"]) == ([], [], ["posted"])
    assert found["paid"] > 300
    checked = manage(environment, "check_consistency")
    assert checked.returncode == 0, checked.stdout + checked.stderr
