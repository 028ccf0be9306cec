"""Kontrol: what replay and the consistency check found, and what a person has said about it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.access import log_access, log_list, only
from cases.models import ControlRun, ReplayAlarm, Role, Seal
from cases.refused import Refused
from cases.replay import answer_alarm

ROLES = (Role.AUDITOR, Role.COORDINATOR)
PURPOSE = "Revision og tilsyn"
PER_PAGE = 50
RUNS_SHOWN = 20


@require_safe
@only(*ROLES)
def alarm_list(request: HttpRequest) -> HttpResponse:
    """The alarms, those nobody has looked into first; the newest controls; when the tables were sealed."""
    rows = ReplayAlarm.objects.visible_to(request.user, *ROLES).select_related("grant__citizen", "answered_by")
    page = Paginator(rows.order_by("answered_at", "-id"), PER_PAGE).get_page(request.GET.get("side"))
    log_list(request.user, (one.grant.citizen_id for one in page), "Alarmer", PURPOSE)
    mine = request.user.municipality_ids(*ROLES)
    runs = ControlRun.objects.filter(Q(municipality=None) | Q(municipality__in=mine)).select_related("run_by")
    context = {
        "page": page,
        "runs": runs[:RUNS_SHOWN],
        "sealed": Seal.objects.order_by("-sealed_at").values_list("sealed_at", flat=True).first(),
    }
    return render(request, "audit/alarms.html", context)


@only(*ROLES)
@require_http_methods(["GET", "POST"])
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One alarm: the step with both amounts, and the answer, which a coordinator writes."""
    rows = ReplayAlarm.objects.visible_to(request.user, *ROLES).select_related(
        "grant__citizen", "decision", "adjustment", "answered_by"
    )
    row = get_object_or_404(rows, pk=pk)
    may_answer = row.municipality_id in request.user.municipality_ids(Role.COORDINATOR)
    log_access(request.user, row.grant.citizen, "Alarm", PURPOSE)
    fault = ""
    if request.method == "POST":
        if not may_answer:
            raise PermissionDenied("Kun en fagkoordinator kan svare på en alarm.")
        try:
            answer_alarm(row, request.POST.get("answer", ""), request.user, timezone.now())
        except Refused as refused:
            fault = str(refused)
        else:
            messages.success(request, "Svaret er gemt.")
            return redirect("alarms")
    context = {"alarm": row, "may_answer": may_answer, "fault": fault, "answer": request.POST.get("answer", "")}
    return render(request, "audit/alarm.html", context, status=422 if fault else 200)
