"""For machines: is it alive, can it serve, and its figures."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from cases.health import metrics, readiness


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is looked at, so that a slow database restarts no web server."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served, else 503, with a word for each part."""
    found = readiness()
    return JsonResponse(found.parts, status=200 if found.is_ready else 503)


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Prometheus' text form, for the bearer of FLEKSLON_METRICS_TOKEN; without a token there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    lines = [f"{name} {value:g}" for name, value in metrics().items()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
