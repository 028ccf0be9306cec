"""What a person does to one payment from its page: hold, let on, reverse, send once more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases import hold_payment
from cases.access import log_access, writer
from cases.models import WRITERS, Payment
from cases.presenters.payment_acts import ACTS
from cases.refused import Refused

USE_CASES = {
    "hold": hold_payment.hold_payment,
    "let_on": hold_payment.let_on,
    "reverse": hold_payment.reverse_payment,
    "repeat": hold_payment.repeat_payment,
}


@require_POST
@writer
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one act with its reason; back to the payment, or to the new one that came of it."""
    payment = get_object_or_404(Payment.objects.visible_to(request.user, *WRITERS).select_related("citizen"), pk=pk)
    word = request.POST.get("act", "")
    if word not in USE_CASES:
        messages.error(request, "Vælg, hvad der skal ske med udbetalingen.")
        return redirect("payment", pk=pk)
    log_access(request.user, payment.citizen, f"Udbetaling: {ACTS[word].button.lower()}")
    try:
        payment = USE_CASES[word](payment, request.POST.get("reason", ""), request.user, timezone.now())
        messages.success(request, ACTS[word].done)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("payment", pk=payment.pk)
