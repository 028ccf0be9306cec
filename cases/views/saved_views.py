"""Min visning: the filters of the inbox kept under a name."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.access import reader
from cases.models import SavedView

FILTERS = ("vis", "slags", "aarsag", "hos", "maaned", "sort")
MOST = 20
LONGEST_NAME, LONGEST_QUERY = 40, 200


@reader
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters; a name that is there is written over."""
    name = " ".join(request.POST.get("name", "").split())[:LONGEST_NAME]
    asked = QueryDict(request.POST.get("query", ""))
    query = urlencode({key: asked[key] for key in FILTERS if asked.get(key)})
    if not name or not query or len(query) > LONGEST_QUERY:
        messages.error(request, "Vælg mindst ét filter, og skriv et navn.")
    elif not request.user.saved_views.filter(name=name).exists() and request.user.saved_views.count() >= MOST:
        messages.error(request, f"Du har allerede {MOST} visninger. Fjern en først.")
    else:
        SavedView.objects.update_or_create(user=request.user, name=name, defaults={"query": query})
        messages.success(request, f"Visningen “{name}” er gemt. Den står over listen.")
    return redirect(f"{reverse('tasks')}?{query}")


@reader
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of one's own."""
    get_object_or_404(request.user.saved_views, pk=pk).delete()
    messages.success(request, "Visningen er fjernet.")
    return redirect("tasks")
