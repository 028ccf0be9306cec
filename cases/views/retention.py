"""Sletning: the periods, what would go today, and every deletion that has been made."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access import only
from cases.models import Municipality, RetentionKind, RetentionLog, Role
from cases.retention import try_out
from cases.retention_due import periods

ROLES = (Role.AUDITOR, Role.COORDINATOR)
PER_PAGE = 50


@require_safe
@only(*ROLES)
def retention(request: HttpRequest) -> HttpResponse:
    """Each municipality's periods and, with ``?proev=1``, what they would take today; then the deletions.

    Only figures: a deletion keeps nobody's name.
    """
    today = timezone.localdate()
    tries = "proev" in request.GET
    municipalities = Municipality.objects.filter(pk__in=request.user.municipality_ids(*ROLES)).order_by("name")
    sections = []
    for one in municipalities:
        in_force = periods(one, today)
        found = {taken.kind: taken for taken in try_out(one, today)} if tries else {}
        rows = [(kind.label, in_force.get(kind), found.get(kind)) for kind in RetentionKind]
        sections.append({"municipality": one, "rows": rows})
    logs = RetentionLog.objects.visible_to(request.user, *ROLES).select_related("made_by", "municipality")
    page = Paginator(logs, PER_PAGE).get_page(request.GET.get("side"))
    context = {"sections": sections, "tries": tries, "today": today, "page": page}
    return render(request, "audit/retention.html", context)
