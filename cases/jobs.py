"""What the background worker calls: ids in, one use-case; the clock is read here and handed down."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from cases import draw_letters as drawing
from cases import follow_ups, issue_specifications, pdf, run_month, send_post
from cases.bank_days import run_day
from cases.checks import rates_warning
from cases.fetch_income import fetch_income
from cases.integrations.digital_post import Unavailable
from cases.integrations.eindkomst.client import EIndkomstClient
from cases.models import Block, BlockState, IncomeReport, IssuedDocument, Municipality, Run, User, has_rates
from cases.nightly_control import nightly_control
from rules.months import Month

log = logging.getLogger(__name__)

TICK_MINUTES = 15
STALE_AFTER = timedelta(minutes=10)


def work_block(block_id: int) -> None:
    """Decide one block of a run."""
    run_month.work_block(block_id, timezone.now())


def tick() -> None:
    """Every quarter of an hour: start the runs whose day has come, put stale blocks back in the queue.

    Our own calendar: the queue's monthly schedule drifts with daylight saving time. Safe to run at any time.
    """
    now = timezone.now()
    start_due_runs(timezone.localdate(now), now)
    requeue_stale_blocks(now)
    requeue_letters(now)
    send_letters()


def start_due_runs(today: date, now: datetime) -> list[int]:
    """Queue the current month in each municipality from its run day on; once, and only with rates.

    Gives the municipalities' ids. Their month is one job each: look up first, then run.
    """
    month = Month.of(today)
    if today < run_day(month) or not has_rates(month):
        return []
    due = list(Municipality.objects.exclude(runs__benefit_month=month).values_list("id", flat=True))
    for municipality_id in due:
        async_task("cases.jobs.monthly", municipality_id, str(month))
    return due


def monthly(municipality_id: int, month: str) -> str:
    """The monthly job of one municipality: fetch the income where an address is set, then start the run."""
    return start_month(Municipality.objects.get(id=municipality_id), Month.parse(month), timezone.now())


def start_month(municipality: Municipality, month: Month, now: datetime) -> str:
    """Fetch and run. A month whose income has not come at all is not run: every case would become a task."""
    if settings.EINDKOMST_URL:
        fetched = fetch_income(municipality, month, EIndkomstClient(settings.EINDKOMST_URL), User.objects.system(), now)
        for fault in fetched.faults:
            log.warning("municipality=%s %s", municipality.code, fault)
    if not IncomeReport.objects.of(municipality).filter(pay_month=month - 1).exists():
        sentence = f"{municipality}: kørslen {month} er ikke startet, for der er ingen indkomstsvar for {month - 1}."
        log.warning(sentence)
        return sentence
    run = run_month.start_run(municipality, month, User.objects.system(), now)
    run_month.enqueue_run(run, now)
    return f"{run} er startet i {municipality}."


def requeue_stale_blocks(now: datetime) -> int:
    """Blocks that wait although their job must be lost: hand them to the worker again. How many."""
    stale = Block.objects.filter(state=BlockState.WAITING, run__started_at__lt=now - STALE_AFTER).exclude(
        last_seen_at__gte=now - STALE_AFTER
    )
    runs = Run.objects.filter(id__in=stale.values("run_id"))
    for run in runs:
        run_month.enqueue_run(run, now)
    return stale.count()


def issue_block(batch_id: int, user_id: int, first: int, last: int) -> None:
    """Issue, draw and send the letters of a block of a batch's payments."""
    issue_specifications.issue_block(batch_id, User.objects.get(pk=user_id), timezone.now(), first, last)
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


def requeue_letters(now: datetime) -> int:
    """Batches and letters that wait although their job must be lost: hand them to the worker again. How many."""
    stale = issue_specifications.left_behind(now - STALE_AFTER)
    for batch in stale.batches:
        issue_specifications.issue(batch, batch.released_by or User.objects.system(), now)
    for first, last in stale.blocks:
        async_task("cases.jobs.draw_letters", first, last)
    return len(stale.batches) + len(stale.blocks)


def nightly() -> str:
    """Once a night: the follow-ups, the consistency check, the replay of a sample, and next year's rates.

    The lines it found.
    """
    now = timezone.now()
    follow_ups.daily(timezone.localdate(now), now)
    found = [*nightly_control(now), *filter(None, [rates_warning(timezone.localdate())])]
    for line in found:
        log.warning(line)
    return "\n".join(found) or "Alt stemmer."
