"""The supervisor of a host's background workers: starts django-q2's cluster, and again when it dies or hangs.

The cluster cannot watch itself: one idle worker that is killed takes the lock of its inner queue with it, and every
other worker waits for ever (django-q2 issue 23). So another process looks at the rows: work waits, and nobody works.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connections
from django.utils import timezone
from django_q.models import OrmQ

from cases import beats
from cases.models.worker import WorkerBeat

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
STARTING = timedelta(minutes=2)
"""A cluster may take so long until its first worker is there; on a busy machine it does."""
TERM_GRACE = 20.0


class Supervisor:
    """One cluster of worker processes under watch. ``patience``: seconds that work may wait while nobody works;
    ``look_every``: seconds between two looks.
    """

    def __init__(
        self, patience: float, look_every: float = LOOK_EVERY, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.cluster = f"{socket.gethostname()[:60]}:{os.getpid()}"
        self.restarts = 0
        self._patience = timedelta(seconds=patience)
        self._look_every = look_every
        self._sleep = sleep
        self._process: subprocess.Popen | None = None
        self._started_at = timezone.now()
        self._stopping = False

    def run(self) -> None:
        """Until SIGTERM or SIGINT: then what has been taken is finished, for as long as a job may take."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self._kill_orphans()
        self._start()
        while not self._stopping:
            self._sleep(self._look_every)
            self._look()
        self._end(settings.Q_CLUSTER["timeout"] + TERM_GRACE)
        beats.forget(self.cluster)
        self._pid_file.unlink(missing_ok=True)

    def _look(self) -> None:
        if self._stopping:
            return
        if self._process and self._process.poll() is not None:
            log.error("ended with %s; started again", self._process.returncode, extra=self._who)
            self._restart()
        elif self._is_hung():
            log.error("work waits and nobody works; killed and started again", extra=self._who)
            self._restart()

    def _is_hung(self) -> bool:
        """Work waits, and none of ours has begun or ended a job for a while. False when the database is away."""
        try:
            now = timezone.now()
            mine = WorkerBeat.objects.filter(cluster=self.cluster)
            if self._started_at > now - STARTING and not mine.filter(seen_at__gte=self._started_at).exists():
                return False
            if max(self._started_at, *mine.values_list("seen_at", flat=True)) > now - self._patience:
                return False
            busy = mine.filter(busy_since__isnull=False).values_list("pid", flat=True)
            return not any(_is_alive(pid) for pid in busy) and waits_in_vain(self._patience)
        except DatabaseFault:
            connections.close_all()
            return False

    def _start(self) -> None:
        connections.close_all()
        environment = {**os.environ, beats.CLUSTER: self.cluster}
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "qcluster"], env=environment, cwd=settings.BASE_DIR, start_new_session=True
        )
        self._started_at = timezone.now()
        self._pid_file.write_text(str(self._process.pid))
        log.info("started as process %s", self._process.pid, extra=self._who)

    def _restart(self) -> None:
        self.restarts += 1
        self._end(0)
        with suppress(DatabaseFault):
            beats.forget(self.cluster)
            give_back()
        self._start()

    def _end(self, grace: float) -> None:
        """The whole process group: a sentinel outlives its parent and would go on working alone."""
        if self._process is None:
            return
        if grace:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    @property
    def _who(self) -> dict[str, str]:
        return {"cluster": self.cluster}

    @property
    def _pid_file(self) -> Path:
        return Path(settings.LOCAL_DIR) / "worker.pid"

    def _kill_orphans(self) -> None:
        """The cluster of a supervisor on this host that was killed before it could end it."""
        with suppress(FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
            group = int(self._pid_file.read_text())
            if b"qcluster" in Path(f"/proc/{group}/cmdline").read_bytes() or _has_sentinel(group):
                os.killpg(group, signal.SIGKILL)
                log.error("an orphaned cluster (process group %s) was killed", group)


def waits_in_vain(patience: timedelta) -> bool:
    """Whether a job has been free, or taken by somebody who does nothing, for longer than the patience."""
    now, retry = timezone.now(), timedelta(seconds=settings.Q_CLUSTER["retry"])
    if OrmQ.objects.filter(lock__lt=now - patience).exists():
        return True
    taken_long_ago = OrmQ.objects.filter(lock__gt=now, lock__lt=now + retry - patience).exists()
    return taken_long_ago and not beats.is_anybody_busy()


def give_back() -> int:
    """Free the jobs that a dead cluster had taken, when nobody works on them. How many."""
    if beats.is_anybody_busy():
        return 0
    return OrmQ.objects.filter(lock__gt=timezone.now()).update(lock=timezone.now())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _has_sentinel(group: int) -> bool:
    """Whether a process of the group still runs our cluster, though its leader is gone."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, ProcessLookupError):
            if os.getpgid(int(entry.name)) == group and b"qcluster" in (entry / "cmdline").read_bytes():
                return True
    return False
