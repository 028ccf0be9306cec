"""Payment lists: gather what is approved, control it against its file, and let it go. Everything or nothing.

A list is prepared by one person and released by another (a municipal choice). The file is written and read again by
our own reader before anything moves; a list whose count or sum differs from its file's is not let go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Max, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from cases.bank_days import bank_days_after, bank_days_until, is_bank_day
from cases.issue_specifications import issue
from cases.models import (
    BatchState,
    Municipality,
    Payment,
    PaymentBatch,
    PaymentFile,
    PaymentSettings,
    PaymentStatus,
    Role,
    User,
)
from cases.models.accounts import SYSTEM_USERNAME
from cases.move_payments import Signed, hold_lock, move, set_columns
from cases.payment_control import IN_FILE, control, settings_for
from cases.refused import Refused
from cases.signed import saved
from cases.templatetags.danish import day_name

ENOUGH_BANK_DAYS = 2
"""The finance system and NemKonto need so many bank days; a closer pay day is warned of."""

AGAIN = "Intet er frigivet. Fortryd listen, og gør den klar igen."


def due_payments(municipality: Municipality, pay_date: date) -> models.QuerySet:
    """Approved payments in no list that are to be paid by the day: late ones too."""
    rows = Payment.objects.of(municipality).filter(status=PaymentStatus.APPROVED, batch__isnull=True)
    return rows.filter(pay_date__lte=pay_date)


def suggested_day(municipality: Municipality, today: date) -> date:
    """The first day a payment waits for; when that is past, the first day that is not too close."""
    waiting = Payment.objects.of(municipality).filter(
        status=PaymentStatus.APPROVED, batch__isnull=True, pay_date__gt=today
    )
    first = waiting.order_by("pay_date").values_list("pay_date", flat=True).first()
    return first or bank_days_after(today, ENOUGH_BANK_DAYS)


def day_warning(pay_date: date, today: date) -> str:
    """A sentence when the pay day is so close that the file may come too late; else nothing."""
    left = bank_days_until(today, pay_date)
    if left >= ENOUGH_BANK_DAYS:
        return ""
    when = {0: "i dag", 1: "den næste bankdag"}[left]
    return (
        f"Udbetalingsdagen {day_name(pay_date)} er {when}. Økonomisystemet og NemKonto skal normalt bruge "
        f"{ENOUGH_BANK_DAYS} bankdage, så pengene kan komme for sent. Aftal det med økonomiafdelingen."
    )


def check_day(pay_date: date, today: date) -> None:
    """Refused when the day is past or banks are closed."""
    if pay_date < today:
        raise Refused(f"Udbetalingsdagen {day_name(pay_date)} er forbi. Vælg en dag, der kommer.")
    if not is_bank_day(pay_date):
        raise Refused(f"{day_name(pay_date)} er ikke en bankdag. Vælg en dag, hvor bankerne har åbent.")


def prepare_batch(municipality: Municipality, pay_date: date, user: User, now: datetime) -> PaymentBatch:
    """Gather every approved payment that is due by the day in a list; into the prepared one when it is there.

    Safe to start twice: the second time takes only what has been approved since.
    """
    check_day(pay_date, localdate(now))
    settings_for(municipality, pay_date)
    with transaction.atomic():
        hold_lock(municipality.pk)
        batch = PaymentBatch.objects.of(municipality).filter(state=BatchState.PREPARED).first()
        if batch and batch.pay_date != pay_date:
            raise Refused(
                f"{batch} er allerede gjort klar til udbetaling {day_name(batch.pay_date)}. "
                "Frigiv eller fortryd den først."
            )
        ids = list(due_payments(municipality, pay_date).values_list("id", flat=True))
        if not ids and batch:
            return batch
        if not ids:
            raise Refused(f"Ingen godkendte udbetalinger venter på at blive udbetalt {day_name(pay_date)} eller før.")
        batch = batch or PaymentBatch(municipality=municipality, number=_next_number(municipality), pay_date=pay_date)
        batch.prepared_at, batch.prepared_by = now, user
        saved(batch, user, f"{len(ids)} udbetalinger samlet", now)
        set_columns(ids, batch=batch)
        return recount(batch, user, "Talt op", now)


def _next_number(municipality: Municipality) -> int:
    return (PaymentBatch.objects.of(municipality).aggregate(last=Max("number"))["last"] or 0) + 1


def recount(batch: PaymentBatch, user: User, reason: str, now: datetime) -> PaymentBatch:
    """Set the list's control sums to what its payments are now."""
    sums = batch.payments.filter(IN_FILE).aggregate(count=models.Count("id"), total=Sum("payable_before_tax"))
    batch.count, batch.total = sums["count"], sums["total"] or Decimal(0)
    return saved(batch, user, reason, now)


def cancel_batch(batch: PaymentBatch, user: User, now: datetime) -> PaymentBatch:
    """Give a prepared list up: its payments are approved and in no list again."""
    with transaction.atomic():
        batch = locked_batch(batch)
        if batch.state != BatchState.PREPARED:
            raise Refused(f"{batch} er {batch.get_state_display().lower()} og kan ikke fortrydes.")
        set_columns(list(batch.payments.values_list("id", flat=True)), batch=None)
        batch.state = BatchState.CANCELLED
        return saved(batch, user, f"Fortrudt {localdate(now):%d.%m.%Y}", now)


def locked_batch(batch: PaymentBatch) -> PaymentBatch:
    """The list as it stands now, while nobody else moves payments of its municipality."""
    hold_lock(batch.municipality_id)
    return PaymentBatch.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=batch.pk)


def why_not(batch: PaymentBatch, user: User, now: datetime) -> str:
    """The sentence that keeps this user from releasing the list now; nothing when it may be let go."""
    try:
        _check_release(batch, user, now)
    except Refused as refused:
        return str(refused)
    return ""


def _check_release(batch: PaymentBatch, user: User, now: datetime) -> PaymentSettings:
    if batch.state in (BatchState.RELEASED, BatchState.ANSWERED):
        raise Refused(f"{batch} er allerede frigivet af {batch.released_by}. Intet er udbetalt to gange.")
    if batch.state != BatchState.PREPARED:
        raise Refused(f"{batch} er fortrudt. Gør en ny liste klar.")
    settings = settings_for(batch.municipality, batch.pay_date)
    if batch.municipality_id not in user.municipality_ids(Role.COORDINATOR) and user.username != SYSTEM_USERNAME:
        raise Refused("En fagkoordinator skal frigive listen.")
    if settings.four_eyes and user.pk == batch.prepared_by_id:
        raise Refused("Du har selv gjort listen klar. En anden fagkoordinator skal frigive den.")
    check_day(batch.pay_date, localdate(now))
    if not batch.payments.exists():
        raise Refused(f"{batch} er tom. Fortryd den.")
    return settings


def release_batch(batch: PaymentBatch, user: User, now: datetime) -> PaymentBatch:
    """Let a list go: its file is kept, its payments are released, its specifications are issued. All or nothing.

    Refused, and nothing has moved, when the file's count or sum is another than the list's.
    """
    with transaction.atomic():
        batch = locked_batch(batch)
        settings = _check_release(batch, user, now)
        checked = control(batch, now)
        if not checked.agrees:
            raise Refused(
                f"Kontrolsummen stemmer ikke: listen har {checked.in_list.count} udbetalinger og filen "
                f"{checked.in_file.count}, eller beløbene er forskellige. {AGAIN}"
            )
        if checked.in_file.count:
            _keep(batch, settings, checked.body, now)
        before = batch.payments.count()
        moved = move(
            batch.payments.all(),
            PaymentStatus.RELEASED,
            Signed(user, now, f"Frigivet i {batch}"),
            pay_date=batch.pay_date,
        )
        if len(moved) != before:
            raise Refused(f"En udbetaling på listen er ikke godkendt. {AGAIN}")
        batch.state, batch.released_at, batch.released_by = BatchState.RELEASED, now, user
        saved(batch, user, f"Frigivet: {batch.count} udbetalinger i filen", now)
        issue(batch, user, now)
        return batch


def _keep(batch: PaymentBatch, settings: PaymentSettings, body: bytes, now: datetime) -> None:
    name = f"g69g68-{batch.municipality.code}-{batch.pay_date:%Y%m%d}-{batch.number:05}.txt"
    PaymentFile.objects.create(
        batch=batch, name=name, profile=settings.profile, body=body,
        sha256=hashlib.sha256(body).hexdigest(), made_at=now,
    )  # fmt: skip


def batches_of(municipalities: Sequence[int]) -> models.QuerySet:
    """Lists with how many payments they hold (0 kr. too), the newest first."""
    held = Payment.objects.filter(batch=models.OuterRef("pk")).order_by().values("batch")
    count = models.Subquery(held.annotate(count=models.Count("*")).values("count"))
    rows = PaymentBatch.objects.filter(municipality__in=municipalities)
    rows = rows.annotate(rows=Coalesce(count, 0))  # counted for the lists of the page only
    return rows.select_related("municipality", "prepared_by", "released_by").order_by("-id")
