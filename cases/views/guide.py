"""Hjælp: the guide for whoever is signed in. It shows no citizen, so that every role may read all of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.guide.chapters import BY_SLUG, chapters_for, neighbours
from cases.guide.glossary import GLOSSARY
from cases.guide.rules import rule_list as every_rule
from cases.guide.rules import rule_page
from cases.models import Municipality, Role, User
from rules.months import Month


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The chapters: the user's own first."""
    own, others = chapters_for(request.user)
    return render(request, "guide/index.html", {"own": own, "others": others})


@require_safe
def chapter(request: HttpRequest, slug: str) -> HttpResponse:
    """One chapter."""
    found = BY_SLUG.get(slug)
    if found is None:
        raise Http404
    own, _ = chapters_for(request.user)
    before, after = neighbours(found, own)
    context = {"chapter": found, "own": own, "before": before, "after": after, "text": found.template}
    return render(request, "guide/chapter.html", context)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    return render(request, "guide/glossary.html", {"words": GLOSSARY})


@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """A first walk through the demo, with real links."""
    return render(request, "guide/tour.html")


@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Hvad gør automatikken? Every rule, as it stands in the user's municipality this month."""
    municipality, month = _standing(request.user)
    context = {"groups": every_rule(municipality, month), "municipality": municipality, "month": month}
    return render(request, "guide/rules.html", context)


@require_safe
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule with its limit here and a worked example."""
    municipality, month = _standing(request.user)
    page: Any = rule_page(code, municipality, month)
    if page is None:
        raise Http404
    return render(request, "guide/rule.html", {"page": page, "municipality": municipality})


def _standing(user: User) -> tuple[Municipality | None, Month]:
    """Whose settings are shown: the user's first municipality; a national administrator sees the standard."""
    mine = user.municipality_ids(*Role)
    return Municipality.objects.filter(id__in=mine).first(), Month.of(timezone.localdate())
