"""Rapporter: the control report on screen and as a file, with the sample's error rate beside it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access import reader
from cases.models import Decision, Municipality
from cases.months_there import months_there
from cases.presenters.charts import Chart, share_bar
from cases.reports import ControlReport, control_report
from cases.views.choices import chosen_month, chosen_municipality, municipalities_of
from cases.views.report_files import FILES, file_of
from rules.months import Month


@require_safe
@reader
def control(request: HttpRequest) -> HttpResponse:
    """The report of the chosen month, drawn now."""
    report = _report(request)
    items, errors, reasons, ages, others = report.tables()
    context = {
        "report": report,
        "chart": _bar(report),
        "errors": errors,
        "endings": FILES,
        "items": items,
        "reasons": reasons,
        "ages": ages,
        "others": others,
        "month": report.month,
        "months": decided_months(report.municipality, report.month),
        "municipality": report.municipality,
        "municipalities": municipalities_of(request.user),
    }
    return render(request, "reports/control.html", context)


@require_safe
@reader
def control_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The same figures as CSV, spreadsheet or PDF."""
    report = _report(request)
    name = f"kontrolrapport-{report.municipality.code}-{report.month}"
    return file_of(request, report.sheet(), name, ending, reverse("reports"), [_bar(report)] if report.total else [])


def _report(request: HttpRequest) -> ControlReport:
    municipality = chosen_municipality(request.user, request.GET)
    now = timezone.now()
    return control_report(municipality, month_of(request, municipality), now, str(request.user))


def month_of(request: HttpRequest, municipality: Municipality) -> Month:
    """The month in the address, else the newest that has a decision."""
    newest = months_there(Decision, [municipality.pk], most=1) or [Month.of(timezone.localdate())]
    return chosen_month(request.GET, newest[0])


def decided_months(municipality: Municipality, chosen: Month) -> list[Month]:
    """The months to choose between, newest first."""
    return sorted({*months_there(Decision, [municipality.pk]), chosen}, reverse=True)


def _bar(report: ControlReport) -> Chart:
    parts = (
        ("Automatisk", "auto", report.automatic.count),
        ("Sagsbehandlere", "hand", report.by_hand),
        ("Udestår", "wait", report.waiting),
    )
    lapsed = (("Bortfaldet", "calm", report.lapsed),) if report.lapsed else ()
    return share_bar("Indtægtsopgaver", (*parts, *lapsed))
