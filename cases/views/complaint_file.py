"""The frozen calculation that goes to Ankestyrelsen with a complaint."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from cases import complaints
from cases.access import log_access, reader
from cases.models import Complaint


@reader
@require_GET
def calculation(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, rates, steps and fingerprint of the decision, as JSON to save."""
    visible = Complaint.objects.visible_to(request.user).select_related("payment__citizen", "payment__decision__grant")
    complaint = get_object_or_404(visible, pk=pk)
    log_access(request.user, complaint.payment.citizen, "Beregning til Ankestyrelsen")
    answer = HttpResponse(complaints.calculation_for_appeal(complaint), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="beregning-klage-{complaint.pk}.json"'
    return answer
