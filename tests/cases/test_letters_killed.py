"""Letters of a released list while the worker is killed with SIGKILL again and again: nobody gets two, none is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from cases import pdf
from cases.integrations.digital_post_stub import StubPost
from tests.cases.own_database import ROOT, manage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not pdf.is_available(), reason="Pango er ikke installeret"),
]

PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connection, transaction
from datetime import date
from cases.models import *
from tests.cases import specimens as s
of = s.municipality(); of.cvr = "29909990"; of.save()
s.employers()
user = User.objects.system()
batch = PaymentBatch.objects.create(municipality=of, number=1, pay_date=date(2026, 11, 30), state="released",
    prepared_at=s.NOW, prepared_by=user, released_at=s.NOW, released_by=user)
for n in range(40):
    payment = s.paid(s.grant(of, f"Borger {n}")).payment
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_payment SET status = 'released', batch_id = %s WHERE id = %s", [batch.pk, payment.pk]
        )
"""

TELL = """
import json
from collections import Counter
from cases.models import *
print(json.dumps({
    "documents": IssuedDocument.objects.count(), "files": IssuedFile.objects.count(),
    "states": Counter(Delivery.objects.values_list("state", flat=True)),
}))
"""


@pytest.fixture
def stub() -> Iterator[StubPost]:
    with StubPost() as running:
        yield running


def test_killed_at_any_step_and_started_again_nobody_gets_two_letters(
    environment: dict[str, str], stub: StubPost
) -> None:
    made = manage(environment, "shell", "-c", PREPARE)
    assert made.returncode == 0, made.stderr
    sending = {**environment, "FLEKSLON_DIGITAL_POST_URL": stub.url}
    chance = random.Random(7)
    killed = 0
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "issue_specifications", "1", "--processes", "2"],
            env=sending, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(1.5 + 2 * chance.random())
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
    manage(sending, "issue_specifications", "1", "--processes", "2")
    told = json.loads(manage(environment, "shell", "-v", "0", "-c", TELL).stdout.splitlines()[-1])
    assert killed
    assert (told["documents"], told["files"]) == (40, 40)
    # What was broken off waits for a person; everything else has gone, once.
    assert set(told["states"]) <= {"sent", "sending"}
    assert told["states"].get("sending", 0) <= killed
    assert len(stub.received) == len(set(stub.received)) == len(stub.letters)
    assert told["states"]["sent"] <= len(stub.letters) <= 40
    assert len({memo.recipient_cpr for memo in stub.letters.values()}) == len(stub.letters)
