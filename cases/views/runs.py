"""Kørsler: start a month, see it go, close it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.access import coordinator, log_list, reader
from cases.models import BlockState, Municipality, Role, Run, RunState
from cases.refused import Refused
from cases.run_month import Progress, close_month, enqueue_run, progress, rehearse, start_run
from cases.templatetags.danish import month_name
from cases.views.choices import chosen_month, chosen_municipality, municipalities_of
from rules.income_rules import BY_CODE
from rules.months import Month

CHOICES = 26
"""Months to choose from when a run is started: the next one and two years back."""


@require_safe
@reader
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs of the user's municipalities, and the form that starts one."""
    runs = Run.objects.visible_to(request.user).select_related("municipality", "started_by")
    return render(request, "runs/list.html", {"runs": runs.order_by("-benefit_month", "id"), **_start_form(request)})


@require_POST
@coordinator
def start(request: HttpRequest) -> HttpResponse:
    """Start the month's run, or go on with it; as a rehearsal nothing is written."""
    municipality = chosen_municipality(request.user, request.POST, Role.COORDINATOR)
    month = chosen_month(request.POST, Month.of(today()))
    try:
        if request.POST.get("proeve"):
            return _rehearsal(request, municipality, month)
        _check_month_has_begun(month)
        run = start_run(municipality, month, request.user, timezone.now())
        enqueue_run(run, timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("runs")
    return redirect("run", pk=run.pk)


def _check_month_has_begun(month: Month) -> None:
    """Before the month the pay it builds on is not reported yet, and every case would become a task."""
    if month > Month.of(today()):
        raise Refused(
            f"{month_name(month).capitalize()} er ikke begyndt, og lønnen for {month_name(month - 1)} er ikke "
            "indberettet endnu. Du kan lave en prøvekørsel."
        )


def today() -> date:
    return timezone.localdate()


def _rehearsal(request: HttpRequest, municipality: Municipality, month: Month) -> HttpResponse:
    result = rehearse(municipality, month)
    concerns = [(code, BY_CODE[code].message, count) for code, count in result.concerns.items() if code in BY_CODE]
    context = {
        "municipality": municipality,
        "month": month,
        "result": result,
        "concerns": sorted(concerns, key=lambda one: -one[2]),
        **_start_form(request),
    }
    return render(request, "runs/rehearsal.html", context)


@require_safe
@reader
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: how far it is, what stopped cases, what failed, and whether the sums agree."""
    context = _of(request, _run(request, pk))
    log_list(request.user, (one.grant.citizen_id for one in context["failures"]), "Fejlede sager")
    return render(request, "runs/run.html", context)


@require_safe
@reader
def run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked for again while the run goes."""
    return render(request, "runs/_progress.html", _of(request, _run(request, pk)))


@require_POST
@coordinator
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the month."""
    run = get_object_or_404(Run.objects.visible_to(request.user, Role.COORDINATOR), pk=pk)
    try:
        close_month(run, request.user, timezone.now())
        messages.success(request, "Måneden er lukket.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("run", pk=run.pk)


def _run(request: HttpRequest, pk: int) -> Run:
    rows = Run.objects.visible_to(request.user).select_related("municipality", "started_by", "closed_by")
    return get_object_or_404(rows, pk=pk)


def _of(request: HttpRequest, run: Run) -> dict[str, Any]:
    now = progress(run)
    return {
        "run": run,
        "progress": now,
        "done": now.total - now.waiting,
        "is_running": _is_running(run, now),
        "reasons": [(code, BY_CODE[code].message, count) for code, _, count in now.concerns],
        "failures": run.failures.filter(solved_at__isnull=True).select_related("grant")[:50],
        "coordinates": run.municipality_id in request.user.municipality_ids(Role.COORDINATOR),
        "is_closed": run.state == RunState.CLOSED,
    }


def _is_running(run: Run, now: Progress) -> bool:
    """Whether the page should ask again: not when the run has ended, has no cases, or has been given up."""
    if run.state != RunState.RUNNING or not now.total:
        return False
    return bool(now.waiting) or not run.blocks.filter(state=BlockState.FAILED).exists()


def _start_form(request: HttpRequest) -> dict[str, Any]:
    this_month = Month.of(today())
    return {
        "municipalities": municipalities_of(request.user, Role.COORDINATOR),
        "this_month": this_month,
        "months": [this_month + 1 - back for back in range(CHOICES)],
    }
