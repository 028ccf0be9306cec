"""Search from anywhere, always by POST: what was searched for is never in an address or a log of addresses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases.access import log_list, log_many, reader
from cases.models import Citizen, Grant, Look
from cases.recent import FOUND, recent_cases

MOST = 50
SHORTEST = 2
MOST_RECENT = 15


@reader
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Cases by name, CPR number or case number; straight to the case when there is one."""
    words = request.POST.get("words", "").replace("\x00", "").strip()  # PostgreSQL knows no NUL
    if len(words) < SHORTEST:
        recent = recent_cases(request.user, MOST_RECENT)
        log_list(request.user, (one.citizen_id for one in recent), "Senest åbnede")
        context = {"words": words, "too_short": request.method == "POST", "recent": recent}
        return render(request, "search.html", context)
    found = cases_matching(request, words)[: MOST + 1]
    if len(found) == 1:
        return redirect("case", pk=found[0].pk)
    log_many(request.user, (one.citizen_id for one in found[:MOST]), FOUND, kind=Look.SEARCH)
    return render(request, "search.html", {"words": words, "grants": found[:MOST], "more": len(found) > MOST})


def cases_matching(request: HttpRequest, words: str) -> list[Grant]:
    """An exact case number first, then name or CPR number, then a part of a case number."""
    visible = Grant.objects.visible_to(request.user).select_related("citizen")
    by_number = list(visible.filter(number=words)[:1])
    if by_number:
        return by_number
    citizens = Citizen.objects.visible_to(request.user).matching(words)
    found = list(visible.filter(citizen__in=citizens).order_by("citizen__sort_key", "-first_day")[: MOST + 1])
    if found or not any(map(str.isdigit, words)):
        return found
    return list(visible.filter(number__contains=words).order_by("number")[: MOST + 1])
