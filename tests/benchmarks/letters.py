"""How long does a letter take, and does memory stay flat? Prints; asserts nothing.

    python -m tests.benchmarks.letters [number of letters, default 1000] [processes, default 1]

Draws issued specifications from their frozen content in a database of its own (SQLite, in a temporary folder).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(count: int, processes: int) -> None:
    """Make the cases, issue them, then draw, each timed."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    batch = _batch(count)
    begun = time.perf_counter()
    _issue(batch)
    issued = time.perf_counter() - begun
    print(f"{count} breve udstedt: {issued:.1f} s, {issued / count * 1000:.1f} ms hvert", flush=True)
    begun = time.perf_counter()
    if processes == 1:
        _draw_here(begun)
    else:
        call_command("issue_specifications", str(batch.number), "--no-post", "--processes", str(processes))
    drawn = time.perf_counter() - begun
    print(f"{count} breve tegnet i {processes} processer: {drawn:.1f} s, {drawn / count * 1000:.1f} ms hvert")


def _batch(count: int):  # type: ignore[no-untyped-def]
    from datetime import date

    from django.db import connection

    from cases.models import PaymentBatch, User
    from tests.cases import specimens as s

    of, user = s.municipality(), User.objects.system()
    s.employers()
    batch = PaymentBatch.objects.create(
        municipality=of, number=1, pay_date=date(2026, 11, 30), state="released", prepared_at=s.NOW, prepared_by=user,
        released_at=s.NOW, released_by=user,
    )  # fmt: skip
    for number in range(count):
        case = s.grant(of, f"Borger {number}")
        s.paid(case, s.NOVEMBER - 1, "15020")
        payment = s.paid(case, s.NOVEMBER, str(9000 + number)).payment
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_payment SET status = 'released', batch_id = %s WHERE id = %s", [batch.pk, payment.pk]
            )
    return batch


def _issue(batch) -> None:  # type: ignore[no-untyped-def]
    from cases.issue_specifications import blocks_of, issue_block, without_letter
    from cases.models import User
    from tests.cases.specimens import NOW

    for first, last in blocks_of(list(without_letter(batch).order_by("id").values_list("id", flat=True))):
        issue_block(batch.pk, User.objects.system(), NOW, first, last)


def _draw_here(begun: float) -> None:
    from cases.draw_letters import draw_letters
    from cases.issue_specifications import blocks_of
    from cases.models import IssuedDocument
    from tests.cases.specimens import NOW

    made, work = 0, time.process_time()
    for first, last in blocks_of(list(IssuedDocument.objects.order_by("id").values_list("id", flat=True))):
        made += draw_letters(first, last, NOW)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        each = (time.process_time() - work) / made * 1000
        print(f"{made:6} breve: {each:.0f} ms processortid hvert, højeste hukommelse {peak:.0f} MB", flush=True)


if __name__ == "__main__":
    if os.environ.get("FLEKSLON_BENCHMARK") != "1":
        with tempfile.TemporaryDirectory() as folder:
            address = f"sqlite:///{Path(folder) / 'letters.sqlite3'}"
            own = {"FLEKSLON_BENCHMARK": "1", "FLEKSLON_LOCAL": folder, "DATABASE_URL": address}
            settings = {"DJANGO_SETTINGS_MODULE": "fleksløn.settings", "PYTHONUTF8": "1"}
            command = [sys.executable, "-m", "tests.benchmarks.letters", *sys.argv[1:]]
            sys.exit(subprocess.run(command, cwd=ROOT, env={**os.environ, **own, **settings}, check=False).returncode)
    given = [int(one) for one in sys.argv[1:]]
    main(given[0] if given else 1000, given[1] if len(given) > 1 else 1)
