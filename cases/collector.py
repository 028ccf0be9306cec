"""Python's search for garbage in cycles, paused while much is made that lives for a moment."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No search for cycles inside. For work of bounded size: a block of cases, a letter.

    A search walks through everything that is alive, again and again while it grows: a quarter of a run's time. What is
    in no cycle is freed at once as ever, and the rest at the first search after.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
