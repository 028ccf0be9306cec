"""A month for the whole country, measured: from the register's answer files to the payment file.

Municipalities of a thousand invented citizens in the demo's mix, three income months each, from XML files on disk
(making them, and what was paid before, is not counted), in a database of its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.utils import timezone
from django.utils.timezone import get_current_timezone

from cases import run_month
from cases.bank_days import bank_days_before, last_bank_day
from cases.demo.floor import floor_seconds
from cases.demo.municipality import demo_municipality
from cases.demo.past import pay_before
from cases.demo.rows import make_rows
from cases.import_income import import_income
from cases.models import Decision, Municipality, Payment, PaymentEvent, PaymentLine, Task, TaskConcern, User
from cases.release_payments import prepare_batch, release_batch
from rules.months import Month

CASES_EACH = 1000
INCOME_MONTHS = 3
WRITTEN = (Decision, Payment, PaymentLine, PaymentEvent, Task, TaskConcern, Task.history.model)
"""What the writing of a run's block writes, besides its block: the rows of the floor."""


@dataclass
class Measured:
    """Wall seconds of a phase, its queries, and of its workers: busy seconds by name and the largest memory (MB)."""

    seconds: float = 0
    queries: int = 0
    memory: float = 0
    busy: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One unit of work for a worker: a function and its arguments, which must be picklable."""

    act: Callable[..., None]
    arguments: tuple[Any, ...]


def benchmark(cases: int, month: Month, workers: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure it in the database that is open now, which must be empty. Gives the figures as JSON values."""
    with tempfile.TemporaryDirectory(prefix="flekslon-benchmark-") as folder:
        codes = [f"{1000 + number:04d}" for number in range(-(-cases // CASES_EACH))]
        sizes = [min(CASES_EACH, cases - at * CASES_EACH) for at in range(len(codes))]
        say(f"Laver {cases} borgere i {len(codes)} kommuner (tæller ikke med).")
        _measure([Job(_make, (code, size, month, folder)) for code, size in zip(codes, sizes, strict=True)], workers)
        found = {}
        files = sorted(Path(folder).glob("*.xml"))
        say(f"Indlæser {len(files)} svarfiler.")
        found["import"] = _measure([Job(_import, (str(path),)) for path in files], workers)
        _measure([Job(_pay_before, (code, month)) for code in codes], workers)
        say(f"Kører {month}.")
        found["run"] = _measure(list(_blocks(codes, month)), workers)
        say("Gør lister klar og danner udbetalingsfiler.")
        found["file"] = _measure([Job(_pay, (code, month)) for code in codes], workers)
    return _figures(cases, workers, found, floor_seconds(WRITTEN))


def _figures(cases: int, workers: int, found: dict[str, Measured], floor: float) -> dict[str, Any]:
    run = found["run"]
    writing = run.busy["write"] / run.busy["work"]
    seconds = {
        "import": found["import"].seconds,
        "decide": run.seconds * (1 - writing),
        "write": run.seconds * writing,
        "file": found["file"].seconds,
    }
    return {
        "engine": connection.vendor,
        "settings": _durability(),
        "cases": cases,
        "decisions": Decision.objects.count(),
        "payments": Payment.objects.count(),
        "workers": workers,
        "seconds": {name: round(one, 2) for name, one in seconds.items()},
        "seconds_together": round(sum(seconds.values()), 2),
        "milliseconds_per_case": round(1000 * sum(seconds.values()) / cases, 3),
        "queries": {name: one.queries for name, one in found.items()},
        "peak_memory_mb": round(max(one.memory for one in found.values())),
        "floor_seconds": round(floor, 2),
        "ratio_to_floor": round(seconds["write"] / floor, 2),
    }


def _durability() -> dict[str, str]:
    """What the engine promises about a commit; a benchmark with these off would flatter."""
    names = ("fsync", "synchronous_commit") if connection.vendor == "postgresql" else ("journal_mode", "synchronous")
    found = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SHOW {name}" if connection.vendor == "postgresql" else f"PRAGMA {name}")
            found[name] = str(cursor.fetchone()[0])
    return found


# --- the workers -------------------------------------------------------------------------------------------


def _measure(jobs: list[Job], workers: int) -> Measured:
    """Work the jobs in so many processes; each opens its own connection."""
    connections.close_all()
    total = Measured()
    begun = time.perf_counter()
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        for one in pool.map(_worked, jobs):
            total.queries += one.queries
            total.memory = max(total.memory, one.memory)
            for name, seconds in one.busy.items():
                total.busy[name] = total.busy.get(name, 0) + seconds
    total.seconds = time.perf_counter() - begun
    return total


def _worked(job: Job) -> Measured:
    found, counter, begun = Measured(), _Counter(), time.perf_counter()
    with connection.execute_wrapper(counter), _timed_writing() as writing:
        job.act(*job.arguments)
    found.busy = {"work": time.perf_counter() - begun, "write": sum(writing)}
    found.queries = counter.count
    found.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


class _Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def _timed_writing() -> Iterator[list[float]]:
    """How long each ``save_decisions`` takes: what a run's block writes, history, tasks and payments included."""
    seconds: list[float] = []
    original = run_month.save_decisions

    def timed(*arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return original(*arguments, **named)
        finally:
            seconds.append(time.perf_counter() - begun)

    with ExitStack() as stack:
        run_month.save_decisions = timed
        stack.callback(setattr, run_month, "save_decisions", original)
        yield seconds


def _make(code: str, citizens: int, month: Month, folder: str) -> None:
    demo = demo_municipality(code, citizens, month - 1, INCOME_MONTHS, seed=int(code), odd_months=1)
    make_rows(demo, timezone.now())
    for one in demo.months:
        (Path(folder) / f"{code}-{one}.xml").write_bytes(demo.answers(one))


def _import(path: str) -> None:
    municipality = Municipality.objects.get(code=Path(path).name[:4])
    with open(path, "rb") as source:
        result = import_income(
            source, Path(path).name, user=User.objects.system(), now=timezone.now(), municipality=municipality
        )
    if result.exit_code:
        raise RuntimeError("; ".join([*result.faults, result.unreadable]))


def _pay_before(code: str, month: Month) -> None:
    pay_before(Municipality.objects.get(code=code), month, timezone.now())


def _blocks(codes: Iterable[str], month: Month) -> Iterator[Job]:
    for code in codes:
        owner = Municipality.objects.get(code=code)
        run = run_month.start_run(owner, month, User.objects.system(), timezone.now())
        for block_id in run_month.waiting_blocks(run):
            yield Job(_work_block, (block_id,))


def _work_block(block_id: int) -> None:
    run_month.work_block(block_id, timezone.now())


def _pay(code: str, month: Month) -> None:
    """The month's list, prepared and released by two, two bank days before the pay day."""
    owner, system = Municipality.objects.get(code=code), User.objects.system()
    second, _ = User.objects.get_or_create(username="benchmark")
    day = last_bank_day(month)
    now = datetime.combine(bank_days_before(day, 2), time_of_day(9), tzinfo=get_current_timezone())
    release_batch(prepare_batch(owner, day, second, now), system, now)
