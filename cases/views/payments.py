"""Udbetalinger: what is paid, and the letter about it on screen, as PDF and as text."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases import pdf
from cases.access import log_access, log_list, reader
from cases.draw_letters import Tampered, content_of
from cases.models import WRITERS, Decision, IssuedFile, Payment, PaymentStatus
from cases.months_there import months_there
from cases.presenters.payment_acts import acts_of, related
from cases.specification import as_text, context_for, context_of
from cases.views.choices import chosen_month, chosen_municipality, municipalities_of
from cases.views.paging import page_of
from rules.months import Month

PER_PAGE = 50
WIDE = tuple(f"decision__{name}" for name in ("facts", "rates", "parameters", "steps", "concerns"))
"""The frozen columns of a decision, which a list does not show."""


@require_safe
@reader
def payment_list(request: HttpRequest) -> HttpResponse:
    """A month's payments with their sum. Names stand on the page, so no name is searched in the address."""
    municipality = chosen_municipality(request.user, request.GET)
    mine = Payment.objects.visible_to(request.user).of(municipality)
    months = months_there(Payment, [municipality.pk])
    month = chosen_month(request.GET, months[0] if months else Month.of(timezone.localdate()))
    found = mine.filter(benefit_month=month)
    status = request.GET.get("status", "")
    if status in PaymentStatus.values:
        found = found.filter(status=status)
    totals = found.aggregate(count=Count("*"), subsidy=Sum("subsidy"), payable=Sum("payable_before_tax"))
    rows = found.select_related("citizen", "grant", "decision__decided_by").defer(*WIDE)
    rows = rows.filter(citizen__municipality=municipality).order_by("citizen__sort_key", "id")
    page = page_of(request, rows, PER_PAGE)
    log_list(request.user, (one.citizen_id for one in page), "Udbetalinger")
    context = {
        "page": page,
        "totals": totals,
        "month": month,
        "months": months or [month],
        "status": status,
        "statuses": PaymentStatus.choices,
        "area": "udbetalinger",
        "municipality": municipality,
        "municipalities": municipalities_of(request.user),
    }
    return render(request, "payments/list.html", context)


@require_safe
@reader
def payment_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: its lines, its events, and the letter as the citizen will see it."""
    payment = _payment(request, pk, "Udbetaling og udbetalingsspecifikation")
    try:
        letter = _letter(payment)
    except Tampered as fault:
        messages.error(request, str(fault))
        letter = None
    context = {
        "payment": payment,
        "letter": letter,
        "acts": acts_of(payment) if payment.municipality_id in request.user.municipality_ids(*WRITERS) else [],
        "related": related(payment),
        "settlements": payment.settlements.select_related("adjustment"),
        "lines": payment.lines.all(),
        "events": payment.events.select_related("by"),
    }
    return render(request, "payments/payment.html", context)


@require_safe
@reader
def specification_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as PDF: the bytes that were issued, or a draft made now."""
    payment = _payment(request, pk, "Udbetalingsspecifikation som PDF")
    try:
        body = _pdf(payment)
    except (pdf.PdfUnavailable, Tampered) as missing:
        messages.error(request, str(missing))
        return redirect("payment", pk=payment.pk)
    return _attachment(body, "application/pdf", payment, "pdf")


@require_safe
@reader
def specification_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as plain text."""
    payment = _payment(request, pk, "Udbetalingsspecifikation som tekst")
    text = payment.specification.text if _is_issued(payment) else as_text(_letter_or_404(payment))
    return _attachment(text.encode(), "text/plain; charset=utf-8", payment, "txt")


@require_safe
@reader
def decision_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it would be if the proposal were accepted."""
    rows = Decision.objects.visible_to(request.user).select_related("grant__citizen", "municipality", "decided_by")
    decision = get_object_or_404(rows, pk=pk)
    log_access(request.user, decision.grant.citizen, "Udkast til udbetalingsspecifikation")
    return render(request, "payments/preview.html", {"decision": decision, "letter": context_of(decision)})


def _payment(request: HttpRequest, pk: int, action: str) -> Payment:
    """The payment when the user may see it; the look is logged before anything is shown."""
    rows = Payment.objects.visible_to(request.user).select_related(
        "citizen", "grant__citizen", "municipality", "decision__grant__citizen", "decision__municipality",
        "decision__decided_by", "specification__delivery", "batch", "reverses", "repeats",
    )  # fmt: skip
    payment = get_object_or_404(rows, pk=pk)
    log_access(request.user, payment.citizen, action)
    return payment


def _is_issued(payment: Any) -> bool:
    return getattr(payment, "specification", None) is not None


def _letter(payment: Payment) -> Any:
    """What the letter says: frozen when it is issued, a draft before.

    None for a payment that decides nothing itself: a reversal, one sent once more, an ended case's rest.
    """
    if _is_issued(payment):
        return content_of(payment.specification)
    return context_for(payment) if payment.decision_id else None


def _letter_or_404(payment: Payment) -> Any:
    letter = _letter(payment)
    if letter is None:
        raise Http404("Udbetalingen har ikke et brev. Brevet hører til den udbetaling, der blev afgjort.")
    return letter


def _pdf(payment: Payment) -> bytes:
    """The bytes that were issued; drawn from the frozen content until the worker has come to it."""
    file = IssuedFile.objects.filter(document__payment=payment).first()
    return bytes(file.body) if file else pdf.specification_pdf(_letter_or_404(payment))


def _attachment(body: bytes, kind: str, payment: Payment, ending: str) -> HttpResponse:
    """Named after case and month: no name and no CPR number in a file name."""
    answer = HttpResponse(body, content_type=kind)
    draft = "" if _is_issued(payment) else "-udkast"
    name = f"udbetalingsspecifikation-{payment.grant.number}-{payment.benefit_month}{draft}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
