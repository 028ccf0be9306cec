"""Work a run's blocks in this process, or in several beside it, with the same function as the worker's."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from cases.models import Run
from cases.run_month import finish_if_done, waiting_blocks, work_block


def work_run(run: Run, processes: int | None = None, now: datetime | None = None) -> None:
    """Work until no block waits. More than one process needs a database that others can open.

    ``now``: the time the decisions are signed with (the demo's past); works in this process. None: the clock.
    """
    blocks = waiting_blocks(run)
    wanted = min(processes or settings.WORKERS, len(blocks))
    if wanted <= 1 or now or connection.in_atomic_block or is_in_memory():
        for block_id in blocks:
            work_block(block_id, now or timezone.now())
    else:
        connections.close_all()
        with ProcessPoolExecutor(wanted, mp_context=multiprocessing.get_context("fork")) as pool:
            list(pool.map(_work, blocks))
    finish_if_done(run.pk, now or timezone.now())


def _work(block_id: int) -> None:
    work_block(block_id, timezone.now())


def is_in_memory() -> bool:
    """Whether no other process can see the database."""
    name = str(connection.settings_dict["NAME"])
    return connection.vendor == "sqlite" and (name == ":memory:" or "mode=memory" in name)
