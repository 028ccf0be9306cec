"""Rapporter: the control report on screen and as CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access import reader
from cases.models import Decision, Municipality
from cases.reports import ControlReport, as_csv, control_report
from cases.views.choices import chosen_month, chosen_municipality, municipalities_of
from rules.months import Month


@require_safe
@reader
def control(request: HttpRequest) -> HttpResponse:
    """The report of the chosen month, drawn now."""
    report = _report(request)
    context = {
        "report": report,
        "bars": _bars(report),
        "lines": _lines(report),
        "months": _months(report.municipality, report.month),
        "municipalities": municipalities_of(request.user),
    }
    return render(request, "reports/control.html", context)


@require_safe
@reader
def control_csv(request: HttpRequest) -> HttpResponse:
    """The same figures for a spreadsheet."""
    report = _report(request)
    answer = HttpResponse(as_csv(report), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        f'attachment; filename="kontrolrapport-{report.municipality.code}-{report.month}.csv"'
    )
    return answer


def _report(request: HttpRequest) -> ControlReport:
    municipality = chosen_municipality(request.user, request.GET)
    now = timezone.now()
    newest = Decision.objects.of(municipality).order_by("-benefit_month").values_list("benefit_month", flat=True)
    month = chosen_month(request.GET, newest.first() or Month.of(timezone.localdate(now)))
    return control_report(municipality, month, now, str(request.user))


def _months(municipality: Municipality, chosen: Month) -> list[Month]:
    found = Decision.objects.of(municipality).order_by().values_list("benefit_month", flat=True).distinct()
    return sorted({*found, chosen}, reverse=True)


def _lines(report: ControlReport) -> list[dict[str, object]]:
    """The main table: what waits, the system, each caseworker, all."""
    rows = [
        ("Udestår til manuel behandling", report.waiting, report.waiting_kroner, False),
        ("Behandlet automatisk", report.automatic.count, report.automatic.kroner, False),
        *((f"Behandlet af {one.name}", one.count, one.kroner, False) for one in report.caseworkers),
        ("I alt", report.total, report.total_kroner, True),
    ]
    return [
        {"name": name, "count": count, "share": report.share(count), "kroner": kroner, "is_sum": is_sum}
        for name, count, kroner, is_sum in rows
    ]


def _bars(report: ControlReport) -> list[dict[str, object]]:
    """The chart's three parts in per mille of the width."""
    parts = (
        ("Automatisk", report.automatic.count, "auto"),
        ("Sagsbehandlere", report.by_hand, "hand"),
        ("Udestår", report.waiting, "wait"),
    )
    at, bars = 0, []
    for name, count, kind in parts:
        width = 1000 * count // report.total if report.total else 0
        bars.append({"name": name, "count": count, "kind": kind, "x": at, "width": width})
        at += width
    return bars
