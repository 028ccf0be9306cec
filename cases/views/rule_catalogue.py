"""Regelkatalog: every rule from the registry, with what this municipality has set and how often it hit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access import reader
from cases.models import Role
from cases.rule_catalogue import Catalogue, catalogue
from cases.views.choices import chosen_municipality, municipalities_of
from cases.views.report_files import FILES, file_of
from cases.views.reports import decided_months, month_of


@require_safe
@reader
def page(request: HttpRequest) -> HttpResponse:
    """The rules in their groups."""
    found = _found(request)
    context = {
        "found": found,
        "groups": list(found.groups()),
        "may_set": found.municipality.pk in request.user.municipality_ids(Role.COORDINATOR),
        "endings": FILES,
        "month": found.month,
        "months": decided_months(found.municipality, found.month),
        "municipality": found.municipality,
        "municipalities": municipalities_of(request.user),
    }
    return render(request, "reports/rule_catalogue.html", context)


@require_safe
@reader
def file(request: HttpRequest, ending: str) -> HttpResponse:
    """The catalogue as PDF, spreadsheet or CSV."""
    found = _found(request)
    name = f"regelkatalog-{found.municipality.code}-{found.month}"
    return file_of(request, found.sheet(), name, ending, reverse("rule_catalogue"))


def _found(request: HttpRequest) -> Catalogue:
    municipality = chosen_municipality(request.user, request.GET)
    return catalogue(municipality, month_of(request, municipality), timezone.now())
