"""Automatik over tid: charts with their tables, and the same as a file."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access import reader
from cases.automation import Automation, automation
from cases.models import Run
from cases.presenters.automation import charts, reason_bars
from cases.views.choices import chosen_municipality, municipalities_of
from cases.views.report_files import FILES, file_of
from rules.months import Month

SPANS = ((3, "3 måneder"), (6, "6 måneder"), (12, "12 måneder"), (24, "24 måneder"), (36, "36 måneder"))
DEFAULT = 12


@require_safe
@reader
def page(request: HttpRequest) -> HttpResponse:
    """The months up to the newest run, as many as are chosen, and none before the first run."""
    found = _found(request)
    by_month, kroner, reasons, rules, times, employers, errors = found.tables()
    context = {
        "found": found,
        "charts": charts(found),
        "tables": {
            "months": by_month,
            "kroner": kroner,
            "reasons": reasons,
            "rules": rules,
            "times": times,
            "employers": employers,
            "errors": errors,
        },
        "reason_bars": reason_bars(found),
        "spans": SPANS,
        "span": int(request.GET.get("antal", DEFAULT)),
        "endings": FILES,
        "municipality": found.municipality,
        "municipalities": municipalities_of(request.user),
    }
    return render(request, "reports/automation.html", context)


@require_safe
@reader
def file(request: HttpRequest, ending: str) -> HttpResponse:
    """The same figures as CSV, spreadsheet or PDF."""
    found = _found(request, exact=True)
    name = f"automatik-{found.municipality.code}-{found.months[0].month}-{found.months[-1].month}"
    return file_of(request, found.sheet(), name, ending, reverse("automation"), charts(found).values())


def _found(request: HttpRequest, *, exact: bool = False) -> Automation:
    municipality = chosen_municipality(request.user, request.GET)
    text = request.GET.get("antal", str(DEFAULT))
    if text not in {str(number) for number, _ in SPANS}:
        raise BadRequest(f"'{text}' er ikke et antal måneder, der kan vises. Vælg et fra listen.")
    now = timezone.now()
    runs = Run.objects.of(municipality).aggregate(oldest=Min("benefit_month"), newest=Max("benefit_month"))
    last = runs["newest"] or Month.of(timezone.localdate(now))
    first = max(last - (int(text) - 1), runs["oldest"] or last)
    return automation(municipality, first, last, now, str(request.user), exact=exact)
