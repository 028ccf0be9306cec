"""What the background worker calls: ids in, one use-case; the clock is read here and handed down."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from cases import follow_ups, letter_jobs, rehearse_setting, run_month, shadow_month
from cases.bank_days import run_day
from cases.checks import rates_warning
from cases.fetch_income import fetch_income
from cases.integrations.eindkomst.client import EIndkomstClient
from cases.models import Block, BlockState, IncomeReport, Municipality, Run, ShadowMonth, User, has_rates
from cases.month_figures import figures_of, recount_old
from cases.nightly_control import nightly_control
from cases.sample_control import draw_due
from cases.templatetags.danish import month_name
from rules.months import Month

log = logging.getLogger(__name__)

TICK_MINUTES = 15
STALE_AFTER = timedelta(minutes=10)


def work_block(block_id: int) -> None:
    """Decide one block of a run."""
    run_month.work_block(block_id, timezone.now())


def tick() -> None:
    """Every quarter of an hour: start the runs whose day has come, draw the samples of those that are done, and put
    stale blocks back in the queue.

    Our own calendar: the queue's monthly schedule drifts with daylight saving time. Safe to run at any time.
    """
    now = timezone.now()
    start_due_runs(timezone.localdate(now), now)
    draw_due(now)
    requeue_stale_blocks(now)
    letter_jobs.requeue_letters(now - STALE_AFTER)
    letter_jobs.send_letters()


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


def fetch_now(municipality_id: int, month: str, user_id: int) -> str:
    """Look everybody who is due up in eIndkomst, as a person has asked for. The faults stand with the files."""
    municipality, user = Municipality.objects.get(id=municipality_id), User.objects.get(id=user_id)
    client = EIndkomstClient(settings.EINDKOMST_URL)
    fetched = fetch_income(municipality, Month.parse(month), client, user, timezone.now())
    return f"{fetched.asked} borgere slået op, {fetched.new_reports} nye indberetninger, {len(fetched.faults)} fejl."


def start_month(municipality: Municipality, month: Month, now: datetime) -> str:
    """Fetch and run. A month whose income has not come at all is not run: every case would become a task."""
    if settings.EINDKOMST_URL:
        fetched = fetch_income(municipality, month, EIndkomstClient(settings.EINDKOMST_URL), User.objects.system(), now)
        for fault in fetched.faults:
            log.warning(fault, extra={"municipality": municipality.code})
    if not IncomeReport.objects.of(municipality).filter(pay_month=month - 1).exists():
        missing = f"der er ingen indkomstsvar for {month_name(month - 1)}"
        sentence = f"{municipality}: kørslen for {month_name(month)} er ikke startet, for {missing}."
        log.warning(sentence)
        return sentence
    run = run_month.start_run(municipality, month, User.objects.system(), now)
    run_month.enqueue_run(run, now)
    return f"{run} er startet i {municipality}."


def count_figures(municipality_id: int, first: str, last: str) -> None:
    """Count the months of a municipality whose stored figures are old."""
    municipality = Municipality.objects.get(id=municipality_id)
    figures_of(municipality, Month.parse(first), Month.parse(last), timezone.now(), exact=True)


def compare_shadow(shadow_id: int) -> None:
    """Calculate a shadow month to its end."""
    shadow_month.work(ShadowMonth.objects.select_related("municipality").get(id=shadow_id), timezone.now())


def requeue_stale_blocks(now: datetime) -> int:
    """Blocks that wait although their job must be lost: hand them to the worker again. How many."""
    stale = Block.objects.filter(state=BlockState.WAITING, run__started_at__lt=now - STALE_AFTER).exclude(
        last_seen_at__gte=now - STALE_AFTER
    )
    runs = Run.objects.filter(id__in=stale.values("run_id"))
    for run in runs:
        run_month.enqueue_run(run, now)
    return stale.count()


def nightly() -> str:
    """Once a night: the follow-ups, the consistency check, the replay of a sample, and next year's rates.

    The lines it found.
    """
    now = timezone.now()
    follow_ups.daily(timezone.localdate(now), now)
    recount_old(now)
    found = [*nightly_control(now), *filter(None, [rates_warning(timezone.localdate())])]
    for line in found:
        log.warning(line)
    return "\n".join(found) or "Alt stemmer."


def work_trial(trial_id: int) -> None:
    """Try other settings on months already decided."""
    rehearse_setting.work_trial(trial_id, timezone.now)
