"""Adviser og hændelser: what came from outside, acknowledged or answered by the process it points to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cases import notices
from cases.access import log_access, log_list, reader, writer
from cases.acts import BY_NOTICE
from cases.models import WRITERS, EventKind, JobcentreEvent, Notice, NoticeKind
from cases.refused import Conflict, Refused
from cases.views.inbox_tabs import inbox_tabs
from cases.views.paging import page_of

PAGE = 50
SHOW = {"": "Ikke kvitterede", "kvitterede": "Kvitterede", "alle": "Alle"}
EVENTS = {"": "Kræver et blik", "alle": "Alle"}


@reader
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """The notices, the newest first. Filters stand in the address."""
    show, kind = request.GET.get("vis", ""), request.GET.get("slags", "")
    rows = Notice.objects.visible_to(request.user).select_related("citizen", "grant", "answered_by")
    if show != "alle":
        rows = rows.filter(answered_at__isnull=show != "kvitterede")
    if kind in NoticeKind.values:
        rows = rows.filter(kind=kind)
    context = {
        **_page(request, rows.order_by("-noticed_on", "-id"), "rows"),
        "shows": SHOW.items(),
        "show": show,
        "kinds": NoticeKind.choices,
        "kind": kind,
        "tabs": inbox_tabs(request.user, "notices"),
        "can_write": request.user.writes_cases,
    }
    log_list(request.user, (one.citizen_id for one in context["rows"]), "Adviser")
    return render(request, "notices/list.html", context)


@reader
@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """Events from the jobcentre; first those that are unknown or led to nothing."""
    show = request.GET.get("vis", "")
    rows = JobcentreEvent.objects.visible_to(request.user).select_related("citizen")
    if show != "alle":
        rows = rows.filter(Q(kind=EventKind.UNKNOWN) | Q(citizen=None) | Q(outcome=[]))
    context = {
        **_page(request, rows.order_by("-received_at", "-id"), "rows"),
        "shows": EVENTS.items(),
        "show": show,
        "tabs": inbox_tabs(request.user, "events"),
    }
    log_list(request.user, (one.citizen_id for one in context["rows"]), "Hændelser")
    return render(request, "notices/events.html", context)


@writer
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: acknowledge it with a note, or start the process it points to."""
    notice = _own(request, pk)
    log_access(request.user, notice.citizen, "Advis")
    fault, status = "", 200
    if request.method == "POST":
        try:
            return _answered(request, notice)
        except Refused as refused:
            fault, status = str(refused), 409 if isinstance(refused, Conflict) else 422
            notice.refresh_from_db()
    context = {
        "notice": notice,
        "fault": fault,
        "note": request.POST.get("note", ""),
        "button": notices.PROCESSES.get(notice.points_to, ""),
        "act": BY_NOTICE.get(notice.points_to) if notice.grant_id else "",
    }
    return render(request, "notices/answer.html", context, status=status)


def _answered(request: HttpRequest, notice: Notice) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("act") == "recalculation":
        process = notices.answer_by_recalculation(notice, request.user, now)
        messages.success(request, "Genberegningen er startet, og advisen er kvitteret.")
        if process is not None and process.task_id and process.task.is_open:
            return redirect("task", pk=process.task_id)
    else:
        notices.acknowledge(notice, request.POST.get("note", ""), request.user, now)
        messages.success(request, "Advisen er kvitteret.")
    return redirect(reverse("notices"))


def _own(request: HttpRequest, pk: int) -> Notice:
    visible = Notice.objects.visible_to(request.user).select_related("citizen", "grant", "event", "answered_by")
    notice = get_object_or_404(visible, pk=pk)
    if notice.municipality_id not in request.user.municipality_ids(*WRITERS):
        raise PermissionDenied("Din rolle giver kun adgang til at læse adviser.")
    return notice


def _page(request: HttpRequest, rows: QuerySet[Any], name: str) -> dict[str, Any]:
    page = page_of(request, rows, PAGE)
    query = urlencode({key: value for key, value in request.GET.items() if key != "side" and value})
    return {name: page.rows, "has_next": page.has_next, "page": page.number, "query": query}
