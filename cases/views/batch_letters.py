"""The letters of a payment list: how far they are, started again when something stopped, and all as one ZIP."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases import pdf
from cases.access import coordinator, reader
from cases.issue_specifications import issue, progress
from cases.models import IssuedDocument, PaymentBatch, Role
from cases.views.post import zip_answer


@require_safe
@reader
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the batch's letters are."""
    return render(request, "post/batch.html", _context(request, _batch(request, pk)))


@require_safe
@reader
def letters_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that asks for itself again."""
    return render(request, "post/_progress.html", _context(request, _batch(request, pk)))


@require_POST
@coordinator
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand what is missing to the worker again. Nobody gets two letters by it."""
    batch = get_object_or_404(PaymentBatch.objects.visible_to(request.user, Role.COORDINATOR), pk=pk)
    if batch.released_at is None:
        messages.error(request, "Breve udstedes først, når udbetalingslisten er frigivet.")
    else:
        issue(batch, request.user, timezone.now())
        messages.success(request, "De breve, der mangler, bliver lavet nu.")
    return redirect("batch_letters", pk=pk)


@require_safe
@reader
def letters_zip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All the batch's letters as one ZIP; refused while some are not drawn, for a part looks like the whole."""
    batch = _batch(request, pk)
    done = progress(batch)
    if not done.is_done or not done.total:
        missing = done.total - done.drawn
        text = f"{missing} breve er ikke lavet endnu. Vent, til de er." if done.total else "Listen har ingen breve."
        messages.error(request, text)
        return redirect("batch_letters", pk=pk)
    documents = IssuedDocument.objects.visible_to(request.user).filter(payment__batch=batch)
    return zip_answer(request, documents, f"udbetalingsspecifikationer-liste-{batch.number}")


def _batch(request: HttpRequest, pk: int) -> PaymentBatch:
    rows = PaymentBatch.objects.visible_to(request.user).select_related("municipality", "released_by")
    return get_object_or_404(rows, pk=pk)


def _context(request: HttpRequest, batch: PaymentBatch) -> dict[str, Any]:
    return {
        "batch": batch,
        "progress": progress(batch),
        "coordinates": batch.municipality_id in request.user.municipality_ids(Role.COORDINATOR),
        "missing": "" if pdf.is_available() else pdf.MISSING,
    }
