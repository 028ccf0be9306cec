"""Regler: how the municipality treats each criterion, since when and by whom; proposed by one, confirmed by another."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.access import coordinator


@coordinator
def rule_list(request: HttpRequest) -> HttpResponse:
    return render(request, "rules/list.html", {})


@coordinator
def rule(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "rules/list.html", {"code": code})
