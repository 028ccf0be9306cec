"""A protected address: hidden until a person asks for it with a reason, which is written in the access log."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from cases.access import log_access, writer
from cases.models import WRITERS, Grant, Look

SHOWN = "Beskyttet adresse vist"


@writer
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; with a reason the address, on this page only and never kept by the browser."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user).select_related("citizen"), pk=pk)
    if grant.municipality_id not in request.user.municipality_ids(*WRITERS):
        raise PermissionDenied("Din rolle giver ikke adgang til en beskyttet adresse.")
    reason = request.POST.get("reason", "").strip()
    fault = "Skriv, hvad du skal bruge adressen til." if request.method == "POST" and not reason else ""
    context = {"grant": grant, "citizen": grant.citizen, "fault": fault}
    if reason:
        log_access(request.user, grant.citizen, SHOWN, f"Begrundelse: {reason}", kind=Look.ADDRESS)
        context["address"] = grant.citizen.address
    else:
        log_access(request.user, grant.citizen, "Beskyttet adresse, spurgt")
    return render(request, "case/address.html", context, status=422 if fault else 200)
