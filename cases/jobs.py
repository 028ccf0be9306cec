"""What the background worker calls: ids in, one use-case; the clock is read here and handed down."""

from __future__ import annotations

from django.utils import timezone

from cases import run_month


def work_block(block_id: int) -> None:
    """Decide one block of a run."""
    run_month.work_block(block_id, timezone.now())
