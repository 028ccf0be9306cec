"""What the background worker calls for letters: ids in, one use-case; the clock is read here and handed down."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from cases import draw_letters as drawing
from cases import issue_specifications, pdf, send_post
from cases.broker import LATER
from cases.integrations.digital_post import Unavailable
from cases.models import IssuedDocument, User

log = logging.getLogger(__name__)


def issue_block(batch_id: int, user_id: int, first: int, last: int, now: str) -> None:
    """Issue, draw and send the letters of a block of a batch's payments. ``now``: when they were issued (ISO)."""
    user, issued_at = User.objects.get(pk=user_id), datetime.fromisoformat(now)
    issue_specifications.issue_block(batch_id, user, issued_at, first, last)
    ids = IssuedDocument.objects.filter(payment__batch=batch_id, payment__gte=first, payment__lte=last)
    found = sorted(ids.values_list("id", flat=True))
    if found:
        draw_letters(found[0], found[-1])


def draw_letters(first: int, last: int) -> None:
    """Draw issued documents and send them. Without Pango they stay undrawn, and the tick tries again."""
    try:
        drawing.draw_letters(first, last, timezone.now())
    except pdf.PdfUnavailable as missing:
        log.error("letters %s-%s: %s", first, last, missing)
        return
    send_letters(first, last)


def send_letters(first: int = 0, last: int | None = None) -> None:
    """Send what waits. Nothing where Digital Post is not set up: the letters wait in the outbox."""
    if not settings.DIGITAL_POST_URL:
        return
    user = User.objects.system()
    try:
        send_post.send_waiting(send_post.configured(), user, timezone.now(), first=first, last=last)
    except Unavailable as missing:
        log.warning("post: %s", missing)


def requeue_letters(before: datetime) -> int:
    """Batches released and letters issued before the time that still wait: to the worker again. How many."""
    stale = issue_specifications.left_behind(before)
    for batch in stale.batches:
        issue_specifications.issue(batch, batch.released_by or User.objects.system(), timezone.now())
    for first, last in stale.blocks:
        async_task("cases.letter_jobs.draw_letters", first, last, cluster=LATER)
    return len(stale.batches) + len(stale.blocks)
