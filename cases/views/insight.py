"""Indsigt: the citizen's own data as a page, PDF and text; the report of looks; what citizens are told at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases import pdf
from cases.access import log_access, reader
from cases.information_duty import automation_of, information
from cases.insight import extract, looks_report
from cases.insight_document import InsightDocument, as_text, sections_shown
from cases.models import Citizen, Look
from cases.views.choices import chosen_municipality, municipalities_of

PURPOSE = "Indsigt efter databeskyttelsesforordningens artikel 15"
SHOWN = 50
KINDS = {"alt": (extract, "Indsigt, artikel 15"), "opslag": (looks_report, "Opslagsrapport")}


@require_safe
@reader
def insight(request: HttpRequest, pk: int, kind: str = "alt", form: str = "") -> HttpResponse:
    """A citizen's document. The look is logged before it is read, so the citizen's own report has it too."""
    citizen = get_object_or_404(Citizen.objects.visible_to(request.user).select_related("municipality"), pk=pk)
    if kind not in KINDS or form not in ("", "pdf", "txt"):
        raise Http404
    make, name = KINDS[kind]
    log_access(request.user, citizen, name, PURPOSE, kind=Look.EXPORT if form else Look.PAGE)
    document = make(citizen, timezone.now())
    if form:
        return _file(request, document, form, f"{kind}-{citizen.pk}", redirect("insight", pk=pk))
    context = _context(document) | {"citizen": citizen, "kind": kind, "grant": citizen.grants.order_by("-pk").first()}
    return render(request, "insight/page.html", context)


@require_safe
@reader
def duty(request: HttpRequest, form: str = "") -> HttpResponse:
    """The text of art. 13-14 as it is today, with a warning when art. 22 has not been assessed."""
    municipality = chosen_municipality(request.user, request.GET)
    if form not in ("", "pdf", "txt"):
        raise Http404
    now = timezone.now()
    document = information(municipality, now)
    if form:
        return _file(request, document, form, f"oplysningspligt-{municipality.code}", redirect("duty"))
    context = _context(document) | {
        "kind": "duty",
        "warning": automation_of(municipality, now).warning,
        "municipalities": municipalities_of(request.user),
    }
    return render(request, "insight/page.html", context)


def _context(document: InsightDocument) -> dict[str, Any]:
    return {"document": document, "parts": sections_shown(document, SHOWN), "most": SHOWN}


def _file(request: HttpRequest, document: InsightDocument, form: str, name: str, back: HttpResponse) -> HttpResponse:
    """No name and no CPR number in the file's name."""
    if form == "txt":
        body, kind = as_text(document).encode(), "text/plain; charset=utf-8"
    else:
        style = (pdf.STATIC / "insight_print.css").read_text(encoding="utf-8")
        try:
            body = pdf.page_pdf(render_to_string("insight/print.html", {"document": document}), style)
        except pdf.PdfUnavailable as missing:
            messages.error(request, str(missing))
            return back
        kind = "application/pdf"
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
