"""Indtægter og filer: have the incomes come, fetch them, and read a file in by hand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_q.tasks import async_task

from cases.access import coordinator
from cases.incoming_files import KINDS, Told, read_by_hand
from cases.models import IncomeFile, Municipality, Role, Run, RunState
from cases.readiness import incomes_in
from cases.refused import Refused
from cases.views.choices import chosen_month, chosen_municipality, municipalities_of
from rules.months import Month

NOT_CONNECTED = "Portalen er ikke koblet til eIndkomst. Bed driften om at koble den til, eller læs en svarfil ind."
FILES_SHOWN = 30
LINES_SHOWN = 200


@coordinator
@require_http_methods(["GET", "POST"])
def income_files(request: HttpRequest) -> HttpResponse:
    """How many cases have incomes month by month, what was read lately, and a file to read in."""
    municipality = chosen_municipality(request.user, request.POST or request.GET, Role.COORDINATOR)
    if request.method == "GET":
        return _page(request, municipality)
    try:
        told = _read(request, municipality)
    except Refused as refused:
        return _page(request, municipality, fault=str(refused))
    return _page(request, municipality, told=told)


def _read(request: HttpRequest, municipality: Municipality) -> Told:
    kind, file = request.POST.get("slags", ""), request.FILES.get("file")
    if kind not in KINDS:
        raise Refused("Vælg, hvilken slags fil det er.")
    if file is None:
        raise Refused("Vælg en fil først.")
    name = (file.name or "fil")[:120]
    return read_by_hand(kind, file, name, municipality=municipality, user=request.user, now=timezone.now())


def _page(request: HttpRequest, municipality: Municipality, told: Told | None = None, fault: str = "") -> HttpResponse:
    this = Month.of(timezone.localdate())
    context: dict[str, Any] = {
        "municipality": municipality,
        "municipalities": municipalities_of(request.user, Role.COORDINATOR),
        "months": incomes_in(municipality, this),
        "month": this,
        "run": _run_before_the_newest(municipality, this),
        "is_connected": bool(settings.EINDKOMST_URL),
        "not_connected": NOT_CONNECTED,
        "kinds": KINDS.items(),
        "kind": request.POST.get("slags", "indtaegter"),
        "files": IncomeFile.objects.of(municipality).select_related("read_by")[:FILES_SHOWN],
        "told": told,
        "notes": told.notes[:LINES_SHOWN] if told else (),
        "faults": told.faults[:LINES_SHOWN] if told else (),
        "fault": fault,
    }
    return render(request, "runs/income_files.html", context, status=422 if fault else 200)


def _run_before_the_newest(municipality: Municipality, month: Month) -> Run | None:
    """The month's run, when incomes have come since it was started and it may still be started again."""
    newest = IncomeFile.objects.of(municipality).filter(reports__gt=0).first()
    runs = Run.objects.of(municipality).filter(benefit_month=month).exclude(state=RunState.CLOSED)
    return runs.filter(started_at__lt=newest.read_at).first() if newest else None


@require_POST
@coordinator
def fetch(request: HttpRequest) -> HttpResponse:
    """Hand the look-up of everybody who is due to the background worker."""
    municipality = chosen_municipality(request.user, request.POST, Role.COORDINATOR)
    month = chosen_month(request.POST, Month.of(timezone.localdate()))
    if not settings.EINDKOMST_URL:
        messages.error(request, NOT_CONNECTED)
    elif not municipality.se_number:
        messages.error(request, f"{municipality} har intet SE-nummer. Skriv det under Administration, Kommuner.")
    else:
        async_task("cases.jobs.fetch_now", municipality.pk, str(month), request.user.pk)
        messages.success(request, "Opslaget er sat i gang. Svarene kommer på listen her, når de er læst.")
    return redirect(f"{reverse('income_files')}?kommune={municipality.code}")
