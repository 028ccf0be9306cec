"""The page where a caseworker opens a start-up by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases.access import log_access, writer
from cases.forms import DayField
from cases.models import WRITERS
from cases.open_by_hand import open_by_hand
from cases.refused import Refused
from cases.views.choices import chosen_municipality


class OpenForm(forms.Form):
    """Whom the case is about, and the grant period of the jobcentre's recommendation."""

    cpr = forms.CharField(label="CPR-nummer", max_length=11, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(
        label="Navn", max_length=120, required=False, help_text="Kun nødvendigt, når borgeren ikke er kendt her."
    )
    first_day = DayField(label="Bevilling fra", required=False, help_text="Tom: sagen venter på datoen fra jobcentret.")
    last_day = DayField(label="Bevilling til", required=False, help_text="Tom: indtil videre.")
    reason = forms.CharField(
        label="Hvor har du indstillingen fra?", max_length=160, help_text="Fx mail fra jobcentret 3. november 2026."
    )


@writer
@require_http_methods(["GET", "POST"])
def open_case(request: HttpRequest) -> HttpResponse:
    """Open a start-up; what was typed stays on the page when it is refused."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _opened(request, form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "case/open.html", {"form": form}, status=422 if form.errors else 200)


def _opened(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    municipality = chosen_municipality(request.user, request.POST, *WRITERS)
    process = open_by_hand(municipality, **values, user=request.user, now=timezone.now())
    log_access(request.user, process.citizen, "Opstart oprettet")
    messages.success(request, f"Opstart af sag for {process.citizen.name} er begyndt.")
    if process.task:
        return redirect("task", pk=process.task.pk)
    return redirect("case", pk=process.grant.pk)
