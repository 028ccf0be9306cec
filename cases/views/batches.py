"""Udbetalinger, Lister: prepare, control, release by another, fetch the file, read the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.access import log_many, reader, writer
from cases.forms import DayField
from cases.index_of_payments import index_of
from cases.integrations.posting_status import read_status as parse_status
from cases.models import (
    WRITERS,
    BatchState,
    LineKind,
    Municipality,
    Payment,
    PaymentBatch,
    PaymentLine,
    PaymentStatus,
    PostingFile,
    Task,
    TaskKind,
)
from cases.payment_control import settings_for
from cases.presenters.batches import control_of, days_left, steps_of
from cases.read_posting_status import mark_posted, match, read_posting_status
from cases.refused import Refused
from cases.release_payments import (
    batches_of,
    cancel_batch,
    day_warning,
    due_payments,
    prepare_batch,
    release_batch,
    suggested_day,
    why_not,
)
from cases.views.choices import chosen_municipality, municipalities_of
from cases.views.paging import page_of

PER_PAGE = 50
FILE_BYTES = 16 * 1024 * 1024


class PrepareForm(forms.Form):
    """The day the money is to be on the citizens' accounts."""

    pay_date = DayField(label="Udbetalingsdag", help_text="En bankdag. Alt, der er godkendt til da, kommer med.")


@require_safe
@reader
def batch_list(request: HttpRequest) -> HttpResponse:
    """The municipality's lists, what waits to be paid, and what the finance system refused."""
    municipality = chosen_municipality(request.user, request.GET)
    return render(request, "payments/batches.html", _overview(request, municipality))


def _overview(request: HttpRequest, municipality: Municipality, form: PrepareForm | None = None) -> dict[str, Any]:
    today = timezone.localdate()
    day = suggested_day(municipality, today)
    payments = Payment.objects.of(municipality)
    due = due_payments(municipality, day)
    failed = payments.filter(status=PaymentStatus.FAILED, repetition__isnull=True)
    prepared = PaymentBatch.objects.of(municipality).filter(state=BatchState.PREPARED).first()
    return {
        "municipality": municipality,
        "municipalities": municipalities_of(request.user),
        "writes": municipality.pk in request.user.municipality_ids(*WRITERS),
        "form": form or PrepareForm(initial={"pay_date": prepared.pay_date if prepared else day}),
        "day": day,
        "left": days_left(day, today),
        "warning": day_warning(day, today),
        "due": due.aggregate(count=Count("*"), total=Sum("payable_before_tax")),
        "held": payments.filter(status=PaymentStatus.HELD).count(),
        "tasks": Task.objects.of(municipality).open().filter(kind=TaskKind.INCOME).count(),
        "trouble": _trouble(municipality, day),
        "prepared": prepared,
        "page": page_of(request, batches_of([municipality.pk]), 20),
        "failed": failed.select_related("citizen", "grant").order_by("citizen__sort_key")[:PER_PAGE],
        "answers": PostingFile.objects.of(municipality).defer("body").select_related("read_by")[:12],
        "area": "lister",
    }


def _trouble(municipality: Municipality, day: Any) -> str:
    """Why no list can be made ready at all; nothing when it can."""
    try:
        settings_for(municipality, day)
    except Refused as refused:
        return str(refused)
    return ""


@require_POST
@writer
def prepare(request: HttpRequest) -> HttpResponse:
    """Gather what is approved in a list."""
    municipality = chosen_municipality(request.user, request.POST, *WRITERS)
    form = PrepareForm(request.POST)
    if not form.is_valid():
        return render(request, "payments/batches.html", _overview(request, municipality, form), status=422)
    try:
        batch = prepare_batch(municipality, form.cleaned_data["pay_date"], request.user, timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return _back(municipality)
    messages.success(request, f"{batch} er gjort klar. Se kontrolsummerne efter, før den frigives.")
    return redirect("batch", pk=batch.pk)


def _back(municipality: Municipality) -> HttpResponse:
    answer = redirect("batches")
    answer["Location"] += f"?kommune={municipality.code}"
    return answer


@require_safe
@reader
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: its control sums beside its file's, who did what, and the payments in it."""
    batch = _batch(request, pk)
    now = timezone.now()
    payments = batch.payments.select_related("citizen", "grant").order_by("citizen__sort_key", "id")
    payments = payments.filter(citizen__municipality=batch.municipality)
    sums = dict(sums_by_kind(batch))
    context = {
        "batch": batch,
        "municipality": batch.municipality,
        "control": control_of(batch, now),
        "steps": steps_of(batch),
        "sums": [(label, sums[kind]) for kind, label in LineKind.choices if kind in sums],
        "in_all": batch.payments.count(),
        "counts": _counts(batch),
        "left": days_left(batch.pay_date, timezone.localdate()),
        "warning": day_warning(batch.pay_date, timezone.localdate()) if batch.state == BatchState.PREPARED else "",
        "why_not": why_not(batch, request.user, now) if batch.state == BatchState.PREPARED else "",
        "writes": batch.municipality_id in request.user.municipality_ids(*WRITERS),
        "page": page_of(request, payments, PER_PAGE),
        "area": "lister",
    }
    return render(request, "payments/batch.html", context)


def sums_by_kind(batch: PaymentBatch) -> Any:
    """(kind of line, kroner in all) of the list's payments."""
    lines = PaymentLine.objects.filter(payment__batch=batch).order_by()
    return lines.values_list("kind").annotate(sum=Sum("amount"))


def _counts(batch: PaymentBatch) -> list[tuple[str, str, int]]:
    """How many payments of the list have each status: (status, label, count)."""
    counted = dict(batch.payments.order_by().values_list("status").annotate(Count("id")))
    return [(value, label, counted[value]) for value, label in PaymentStatus.choices if value in counted]


def _batch(request: HttpRequest, pk: int, *roles: Any) -> PaymentBatch:
    rows = PaymentBatch.objects.visible_to(request.user, *roles)
    return get_object_or_404(rows.select_related("municipality", "prepared_by", "released_by"), pk=pk)


ACTS: dict[str, tuple[Callable[..., PaymentBatch], str]] = {
    "frigiv": (release_batch, "{} er frigivet. Hent filen, og giv den til økonomisystemet."),
    "fortryd": (cancel_batch, "{} er fortrudt. Udbetalingerne er stadig godkendt og kan komme på en ny liste."),
    "bogfoert": (mark_posted, "{} er bogført."),
}


@require_POST
@writer
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Release, give up, or say that all is posted."""
    batch = _batch(request, pk, *WRITERS)
    use_case, sentence = ACTS.get(request.POST.get("act", ""), (None, ""))
    if use_case is None:
        messages.error(request, "Vælg, hvad der skal ske med listen.")
        return redirect("batch", pk=pk)
    try:
        messages.success(request, sentence.format(use_case(batch, request.user, timezone.now())))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("batch", pk=pk)


@require_safe
@writer
def payment_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a released list, as it was kept. Everybody in it is logged."""
    batch = _batch(request, pk, *WRITERS)
    file = getattr(batch, "file", None)
    if file is None:
        messages.error(request, "Listen har ingen fil. Den dannes, når listen frigives.")
        return redirect("batch", pk=pk)
    _log(request, batch, "Udbetalingsfil hentet")
    return _attachment(bytes(file.body), "text/plain; charset=utf-8", file.name)


@require_safe
@writer
def ydelsesindeks(request: HttpRequest, pk: int) -> HttpResponse:
    """What a released list pays, as Ydelsesindeks has it."""
    batch = _batch(request, pk, *WRITERS)
    if batch.released_at is None:
        messages.error(request, "Listen er ikke frigivet endnu.")
        return redirect("batch", pk=pk)
    _log(request, batch, "Fil til Ydelsesindeks hentet")
    return _attachment(
        index_of(batch), "application/xml", f"ydelsesindeks-{batch.municipality.code}-{batch.number}.xml"
    )


def _log(request: HttpRequest, batch: PaymentBatch, action: str) -> None:
    log_many(request.user, batch.payments.values_list("citizen_id", flat=True), action)


def _attachment(body: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@writer
def read_status(request: HttpRequest) -> HttpResponse:
    """Read the finance system's answer."""
    municipality = chosen_municipality(request.user, request.POST, *WRITERS)
    upload = request.FILES.get("fil")
    if upload is None or upload.size > FILE_BYTES:
        messages.error(request, "Vælg statusfilen fra økonomisystemet (højst 16 MB).")
        return _back(municipality)
    try:
        file = read_posting_status(municipality, upload.name, upload.read(), request.user, timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return _back(municipality)
    messages.success(request, f"Filen er læst ind. Afvist: {file.failed}. Bogført: {file.posted}.")
    return redirect("posting_status", pk=file.pk)


@require_safe
@reader
def status_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer: each line of it and the payment it is about."""
    rows = PostingFile.objects.visible_to(request.user).select_related("municipality", "read_by")
    file = get_object_or_404(rows, pk=pk)
    matched = match(file.municipality, parse_status(bytes(file.body)))
    found = Payment.objects.select_related("citizen", "grant").in_bulk(
        [one.payment_id for one in matched if one.payment_id]
    )
    log_many(request.user, (one.citizen_id for one in found.values()), "Posteringsstatus vist")
    context = {
        "file": file,
        "municipality": file.municipality,
        "rows": [(one.line, found.get(one.payment_id)) for one in matched],
        "area": "lister",
    }
    return render(request, "payments/status.html", context)
