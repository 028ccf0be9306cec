"""Udbetalinger, Eksport: approved incomes and decisions for a municipality that pays from KY."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access import log_many, reader, writer
from cases.export_decisions import as_csv, as_json, exported
from cases.models import WRITERS, Decision, Outcome, Payment, Task, TaskKind
from cases.months_there import months_there
from cases.views.choices import chosen_month, chosen_municipality, municipalities_of
from rules.months import Month

KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


@require_safe
@reader
def export_page(request: HttpRequest) -> HttpResponse:
    """Choose a month; how many are decided, and how many still wait."""
    municipality = chosen_municipality(request.user, request.GET)
    decided = Decision.objects.in_force().of(municipality).filter(outcome=Outcome.PAID)
    months = months_there(Payment, [municipality.pk])
    month = chosen_month(request.GET, months[0] if months else Month.of(timezone.localdate()))
    waiting = Task.objects.of(municipality).open().filter(kind=TaskKind.INCOME, benefit_month=month)
    context = {
        "municipality": municipality,
        "municipalities": municipalities_of(request.user),
        "month": month,
        "months": months or [month],
        "decided": decided.filter(benefit_month=month).count(),
        "waiting": waiting.count(),
        "writes": municipality.pk in request.user.municipality_ids(*WRITERS),
        "area": "eksport",
    }
    return render(request, "payments/export.html", context)


@require_safe
@writer
def export_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The month as CSV or JSON. Everybody in it is logged."""
    if kind not in KINDS:
        raise Http404("Eksporten findes som csv og json.")
    municipality = chosen_municipality(request.user, request.GET, *WRITERS)
    now = timezone.now()
    month = chosen_month(request.GET, Month.of(timezone.localdate(now)))
    people = exported(municipality, month)
    log_many(request.user, (one.citizen.pk for one in people), "Eksport af indtægter og afgørelser", now=now)
    text = as_csv(municipality, people) if kind == "csv" else as_json(municipality, month, people, now)
    answer = HttpResponse(text, content_type=KINDS[kind])
    answer["Content-Disposition"] = f'attachment; filename="afgoerelser-{municipality.code}-{month}.{kind}"'
    return answer
