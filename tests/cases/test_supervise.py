"""The faults of django-q2, each provoked: a hung cluster, a dead one, orphans, lost jobs, endless retries."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from cases import beats
from cases.broker import LATER, TwoLanes
from cases.jobs import requeue_stale_blocks, tick
from cases.models import Block, BlockState, User, WorkerBeat
from cases.run_month import MAX_ATTEMPTS, start_run, work_block
from cases.supervise import give_back, waits_in_vain
from tests.cases.builders import NOVEMBER, NOW, give, make_case, make_municipality, ordinary
from tests.cases.own_database import ROOT, digest, manage, prepare, run_is_done

A_MINUTE = timedelta(minutes=1)


def queued(*, taken_ago: timedelta | None = None, free_for: timedelta = timedelta()) -> OrmQ:
    """A job in the queue: free for so long, or taken so long ago (the queue's lock runs until it may be retried)."""
    from django.conf import settings

    now, retry = timezone.now(), timedelta(seconds=settings.Q_CLUSTER["retry"])
    lock = now - free_for if taken_ago is None else now + retry - taken_ago
    return OrmQ.objects.create(key="flekslon", payload="x", lock=lock)


@pytest.mark.django_db
class TestWhetherWorkWaitsInVain:
    def test_an_empty_queue_and_a_new_job_do_not(self) -> None:
        assert not waits_in_vain(A_MINUTE)
        queued()
        queued(taken_ago=timedelta(seconds=5))
        assert not waits_in_vain(A_MINUTE)

    def test_a_job_that_nobody_takes_does(self) -> None:
        queued(free_for=2 * A_MINUTE)
        assert waits_in_vain(A_MINUTE)

    def test_a_job_taken_long_ago_does_unless_somebody_works(self) -> None:
        queued(taken_ago=2 * A_MINUTE)
        assert waits_in_vain(A_MINUTE)
        WorkerBeat.objects.create(cluster="b", pid=1, busy_since=timezone.now(), seen_at=timezone.now())
        assert not waits_in_vain(A_MINUTE)

    def test_a_worker_that_was_killed_in_a_job_is_not_waited_for_longer_than_a_job_may_take(self) -> None:
        old = timezone.now() - timedelta(minutes=10)
        WorkerBeat.objects.create(cluster="b", pid=1, busy_since=old, seen_at=old)
        assert not beats.is_anybody_busy()

    def test_what_a_dead_cluster_took_is_given_back_and_not_while_somebody_works(self) -> None:
        job = queued(taken_ago=A_MINUTE)
        WorkerBeat.objects.create(cluster="b", pid=1, busy_since=timezone.now(), seen_at=timezone.now())
        assert give_back() == 0
        WorkerBeat.objects.update(busy_since=None)
        assert give_back() == 1
        job.refresh_from_db()
        assert job.lock <= timezone.now()


@pytest.mark.django_db
class TestABlock:
    @pytest.fixture
    def block(self) -> Block:
        municipality = make_municipality()
        give(make_case(municipality), ordinary())
        start_run(municipality, NOVEMBER, User.objects.system(), NOW)
        return Block.objects.get()

    def test_that_kills_its_worker_every_time_is_given_up_after_so_many_attempts(self, block: Block) -> None:
        """django-q2 counts only attempts that reach its end: a killed job is retried for ever."""
        Block.objects.update(attempts=MAX_ATTEMPTS)
        work_block(block.pk, NOW)
        block.refresh_from_db()
        assert block.state == BlockState.FAILED

    def test_handed_out_twice_is_done_once(self, block: Block) -> None:
        """The queue's retry runs from when a job was fetched, so a job that waited is handed out again."""
        work_block(block.pk, NOW)
        work_block(block.pk, NOW)
        block.refresh_from_db()
        assert (block.state, block.attempts) == (BlockState.DONE, 1)

    def test_whose_job_was_lost_is_handed_out_again(self, block: Block) -> None:
        OrmQ.objects.all().delete()
        late = NOW + timedelta(minutes=11)
        assert requeue_stale_blocks(late) == 1
        assert OrmQ.objects.count() == 1


@pytest.mark.django_db
def test_the_clockwork_is_our_own_and_does_not_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    """A MONTHLY schedule drifts with daylight saving time; ours ticks every quarter and looks at the calendar."""
    from django_q.models import Schedule

    assert set(Schedule.objects.values_list("schedule_type", flat=True)) <= {Schedule.MINUTES, Schedule.DAILY}
    municipality = make_municipality()
    give(make_case(municipality), ordinary())
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr("cases.jobs.async_task", lambda *job: started.append(job))
    for moment in (datetime(2026, 11, 10, 22, 0, tzinfo=UTC), datetime(2026, 11, 10, 23, 30, tzinfo=UTC)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        tick()
    assert [job[0] for job in started] == ["cases.jobs.monthly"], "only once it is the 11th in Copenhagen"


@pytest.mark.django_db
def test_a_run_does_not_wait_behind_letters() -> None:
    broker = TwoLanes(list_key="flekslon")
    TwoLanes(list_key=LATER).enqueue("a letter")
    TwoLanes(list_key=LATER).enqueue("another letter")
    broker.enqueue("a block of a run")
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))
    taken = [job for _ in range(3) for _, job in broker.dequeue() or []]
    assert taken == ["a block of a run", "a letter", "another letter"]
    assert TwoLanes(list_key="flekslon").dequeue() is None, "each job is taken once"


# --- with real processes -----------------------------------------------------------------------------------

QUEUE = (
    "from django.utils import timezone; from cases.models import *; from rules.months import Month;"
    "from cases.run_month import start_run, enqueue_run;"
    "now = timezone.now();"
    "enqueue_run(start_run(Municipality.objects.get(), Month(2026, 11), User.objects.system(), now), now)"
)


@contextmanager
def supervised(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen]:
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--patience", "2", "--look-every", "0.3"],
        env={**environment, "FLEKSLON_LOCAL": str(folder), "FLEKSLON_WORKERS": "2"}, cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until(lambda: (folder / "worker.pid").exists() and len(workers_of(cluster_of(folder))) >= 4)
        yield process
    finally:
        running = [cluster_of(folder)] if (folder / "worker.pid").exists() else []
        for one in (process.pid, *running):
            with suppress(ProcessLookupError):
                os.killpg(one, signal.SIGKILL)
        process.wait()


def cluster_of(folder: Path) -> int:
    return int((folder / "worker.pid").read_text() or 0)


def workers_of(group: int) -> list[int]:
    """The children of the cluster's sentinel: its workers first, then the two that fetch and store."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    found[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, ProcessLookupError):
                continue
    sentinel = next((pid for pid, parent in found.items() if parent == group), 0)
    return sorted(pid for pid, parent in found.items() if parent == sentinel)


def kill_idle(group: int, count: int) -> None:
    """Kill workers that wait for a job: one of them holds the queue's lock, which nobody gives back."""

    def spent() -> list[list[str]]:
        lines = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in workers_of(group)[:2]]
        return [[one[0], *one[11:13]] for one in lines]

    def idle() -> bool:
        before = spent()
        time.sleep(1)
        return before == spent() and all(state == "S" for state, *_ in before)

    until(idle)
    for pid in workers_of(group)[:count]:
        os.kill(pid, signal.SIGKILL)


def until(done: object, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.slow
def test_three_clusters_one_hung_one_killed_and_the_month_is_the_undisturbed_one(
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    """As hosts that share PostgreSQL. An idle worker is killed (its cluster hangs), and a whole cluster in the run."""
    if connection.vendor != "postgresql":
        pytest.skip("several hosts share a PostgreSQL server")
    prepare(environment)
    folders = [tmp_path / name for name in ("a", "b", "c")]
    with (
        supervised(environment, folders[0]) as first,
        supervised(environment, folders[1]) as second,
        supervised(environment, folders[2]),
    ):
        hung = cluster_of(folders[0])
        kill_idle(hung, 1)
        assert manage(environment, "shell", "-c", QUEUE).returncode == 0
        os.killpg(cluster_of(folders[1]), signal.SIGKILL)
        until(lambda: run_is_done(environment))
        assert first.poll() is None
        assert second.poll() is None
        until(lambda: cluster_of(folders[1]) and len(workers_of(cluster_of(folders[1]))) >= 4)
    assert digest(environment)
    with_one = manage(environment, "run_month", "2026-11", "--json")
    assert '"faults": []' in with_one.stdout


@pytest.mark.slow
def test_a_cluster_that_hangs_is_found_and_started_again(environment: dict[str, str], tmp_path: Path) -> None:
    """The only cluster there is: without the supervisor nothing would ever run again. Then SIGTERM stops it all."""
    if connection.vendor != "sqlite":
        pytest.skip("it is the processes that hang; the other test is for this engine")
    prepare(environment, citizens=100)
    folder = tmp_path / "only"
    with supervised(environment, folder) as supervisor:
        before = cluster_of(folder)
        kill_idle(before, 2)
        assert manage(environment, "shell", "-c", QUEUE).returncode == 0
        until(lambda: run_is_done(environment))
        assert cluster_of(folder) != before
        supervisor.terminate()
        assert supervisor.wait(60) == 0
        assert not (folder / "worker.pid").exists()
