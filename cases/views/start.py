"""Kom i gang: the checklist, the case file, and the shadow month."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_q.tasks import async_task

from cases import shadow_month
from cases.access import PURPOSE, coordinator, only, reader
from cases.import_cases import COLUMNS, CasesRead, import_cases
from cases.models import AccessLog, CaseFile, Municipality, Role, ShadowCase, ShadowMonth, ShadowOutcome, User
from cases.readiness import checklist
from cases.refused import Refused
from cases.tables import safe_cell
from cases.views.choices import chosen_month, chosen_municipality, municipalities_of
from cases.views.paging import page_of
from rules.money import danish
from rules.months import Month

STARTERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
BIGGEST = 20 * 1024 * 1024
MOST_ROWS = 5000
KEPT = timedelta(days=1)
HERE = 1000
"""So many cases are compared while the user waits; more are handed to the background worker."""
PER_PAGE = 50
FAULTS_SHOWN = 200


@require_safe
@only(*STARTERS)
def get_started(request: HttpRequest) -> HttpResponse:
    """The checklist as it stands now."""
    municipality = chosen_municipality(request.user, request.GET, *STARTERS)
    points = checklist(municipality, timezone.localdate())
    needed = [one for one in points if not one.is_advice]
    context = {
        "points": points,
        "done": sum(one.is_done for one in needed),
        "needed": len(needed),
        "municipality": municipality,
        "municipalities": municipalities_of(request.user, *STARTERS),
    }
    return render(request, "start/checklist.html", context)


@coordinator
@require_http_methods(["GET", "POST"])
def case_import(request: HttpRequest) -> HttpResponse:
    """A case file: tried first, with the faults row by row; then the good rows are saved."""
    municipality = chosen_municipality(request.user, request.POST or request.GET, Role.COORDINATOR)
    CaseFile.objects.filter(uploaded_at__lt=timezone.now() - KEPT).delete()
    context: dict[str, Any] = {"municipality": municipality, "columns": COLUMNS.items(), "most": MOST_ROWS}
    if request.method == "GET":
        return render(request, "start/import.html", context)
    try:
        if request.POST.get("act") == "save":
            return _save_cases(request, municipality)
        data, name = _uploaded(request)
        found = import_cases(data, municipality, request.user, save=False)
        _refuse_too_many(found)
        now = timezone.now()
        CaseFile.objects.update_or_create(
            user=request.user,
            defaults={"municipality": municipality, "name": name, "data": data, "uploaded_at": now},
        )
    except Refused as refused:
        return render(request, "start/import.html", {**context, "fault": str(refused)}, status=422)
    tried = {"tried": found, "faults": found.faults[:FAULTS_SHOWN], "name": name}
    return render(request, "start/import.html", {**context, **tried})


def _save_cases(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    waiting = CaseFile.objects.filter(user=request.user, municipality=municipality).first()
    if waiting is None:
        raise Refused("Filen er ikke længere her. Vælg den, og prøv den igen.")
    found = import_cases(bytes(waiting.data), municipality, request.user, save=True)
    waiting.delete()
    messages.success(
        request, f"{found.created} sager er oprettet, {found.known} fandtes i forvejen, {len(found.faults)} har fejl."
    )
    return redirect("get_started")


def _refuse_too_many(found: CasesRead) -> None:
    if found.created > MOST_ROWS:
        raise Refused(
            f"Filen har {found.created} nye sager. Her kan højst {MOST_ROWS} læses ind ad gangen. Del filen, eller "
            "bed driften om at bruge kommandoen import_cases."
        )


def _uploaded(request: HttpRequest) -> tuple[bytes, str]:
    """The file's bytes and its name."""
    file: UploadedFile | None = request.FILES.get("file")
    if file is None:
        raise Refused("Vælg en fil først.")
    if (file.size or 0) > BIGGEST:
        raise Refused("Filen er større end 20 MB. Del den i flere.")
    data = file.read()
    if not data.strip():
        raise Refused("Filen er tom.")
    return data, (file.name or "fil")[:120]


@coordinator
@require_http_methods(["GET", "POST"])
def shadow_months(request: HttpRequest) -> HttpResponse:
    """The comparisons there are, and a new one from a file of what was paid."""
    municipality = chosen_municipality(request.user, request.POST or request.GET, Role.COORDINATOR)
    month = chosen_month(request.POST or request.GET, Month.of(timezone.localdate()) - 1)
    fault = ""
    if request.method == "POST":
        try:
            data, name = _uploaded(request)
            shadow = shadow_month.start(municipality, month, data, name, request.user, timezone.now())
            _work(shadow)
            return redirect("shadow_month", pk=shadow.pk)
        except Refused as refused:
            fault = str(refused)
    context = {
        "municipality": municipality,
        "municipalities": municipalities_of(request.user, Role.COORDINATOR),
        "month": month,
        "months": [Month.of(timezone.localdate()) - back for back in range(24)],
        "shadows": ShadowMonth.objects.of(municipality).select_related("made_by")[:24],
        "columns": shadow_month.COLUMNS.items(),
        "fault": fault,
    }
    return render(request, "start/shadow_list.html", context, status=422 if fault else 200)


def _work(shadow: ShadowMonth) -> None:
    if shadow.cases.count() <= HERE:
        shadow_month.work(shadow, timezone.now())
    else:
        async_task("cases.jobs.compare_shadow", shadow.pk, group=f"shadow-{shadow.pk}")


@require_safe
@reader
def shadow_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The differences, the greatest first, each with its explanation and its steps."""
    shadow = _shadow(request, pk)
    kind = request.GET.get("vis", "")
    rows = shadow_month.differing(shadow)
    if kind in ShadowOutcome.values:
        rows = shadow.cases.filter(outcome=kind).order_by("-size", "id")
    page = page_of(request, rows.select_related("grant__citizen"), PER_PAGE)
    _log(request.user, page.rows, "Skyggemåned")
    context = {
        "shadow": shadow,
        "page": page,
        "kind": kind,
        "kinds": [(value, label) for value, label in ShadowOutcome.choices if value != ShadowOutcome.WAITING],
        "now": shadow_month.summary(shadow),
    }
    return render(request, "start/shadow.html", context)


@require_POST
@coordinator
def shadow_go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up a comparison that was broken off."""
    shadow = get_object_or_404(ShadowMonth.objects.visible_to(request.user, Role.COORDINATOR), pk=pk)
    _work(shadow)
    return redirect("shadow_month", pk=pk)


@require_safe
@reader
def shadow_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row of the comparison for a spreadsheet, without names and CPR numbers."""
    shadow = _shadow(request, pk)
    rows = list(shadow.cases.select_related("grant__citizen").order_by("-size", "id"))
    _log(request.user, rows, "Skyggemåned som fil")
    answer = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        f'attachment; filename="skyggemaaned-{shadow.municipality.code}-{shadow.benefit_month}.csv"'
    )
    return answer


def as_csv(rows: Iterable[ShadowCase]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Sag", "Udfald", "Betalt", "Beregnet", "Forskel", "Uden årsager", "Forklaring"])
    for one in rows:
        amounts = [_kr(one.paid), _kr(one.computed), _kr(one.difference)]
        automatic = "ja" if one.is_automatic else "nej"
        words = [one.get_outcome_display(), *amounts, automatic, safe_cell(" ".join(one.explanation))]
        writer.writerow([safe_cell(one.reference), *words])
    return "\ufeff" + out.getvalue()


def _kr(amount: Any) -> str:
    return "" if amount is None else danish(amount).replace(".", "")


def _shadow(request: HttpRequest, pk: int) -> ShadowMonth:
    return get_object_or_404(ShadowMonth.objects.visible_to(request.user).select_related("municipality"), pk=pk)


def _log(user: User, rows: Iterable[ShadowCase], action: str) -> None:
    """One look for each citizen on the page or in the file."""
    citizens = {one.grant.citizen_id: one.grant.municipality_id for one in rows if one.grant is not None}
    now = timezone.now()
    AccessLog.objects.bulk_create(
        [
            AccessLog(
                municipality_id=owner, citizen_id=citizen, user=user, happened_at=now, action=action, purpose=PURPOSE
            )
            for citizen, owner in citizens.items()
        ],
        batch_size=500,
    )
