"""Stikprøver: the month's drawn decisions, each judged right or wrong by a person; a wrong one can be recalculated."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import coordinator, log_access, reader
from cases.models import WRITERS, Fault, Role, Sample, SampleItem, Verdict, sample_percent
from cases.refused import Refused
from cases.reports import ERROR_COLUMNS, INTERVAL_NOTE, error_row
from cases.sample_control import ErrorRate, draw, error_rate, judge, open_recalculation, redrawn
from cases.specification import context_of
from cases.tables import COUNT, Table, columns
from cases.templatetags.danish import month_name
from cases.views.choices import chosen_municipality, municipalities_of
from cases.views.paging import page_of
from cases.views.reports import decided_months, month_of

PER_PAGE = 50
ACTION = "Stikprøve af automatisk afgørelse"


class VerdictForm(forms.Form):
    """What the person found; the use-case says what is missing."""

    fault = forms.ChoiceField(label="Hvad er forkert?", choices=[("", "Vælg, hvis den er forkert"), *Fault.choices])
    note = forms.CharField(label="Note", max_length=300, widget=forms.Textarea({"rows": 3}))


@require_safe
@reader
def sample_list(request: HttpRequest) -> HttpResponse:
    """The month's sample: how it was drawn, what is judged, and the list. No names: the case's number leads on."""
    municipality = chosen_municipality(request.user, request.GET)
    month = month_of(request, municipality)
    sample = Sample.objects.of(municipality).filter(benefit_month=month).select_related("drawn_by").first()
    rows = SampleItem.objects.none()
    if sample:
        rows = sample.items.select_related("decision__grant", "judged_by", "process")
    year = error_rate(municipality, month - 11, month)
    this = error_rate(municipality, month, month)
    context = {
        "sample": sample,
        "page": page_of(request, rows, PER_PAGE),
        "rate": this,
        "rates": _rates(month_name(month), sample, this, year),
        "faults": _faults(year),
        "percent": sample_percent(municipality, month),
        "may_draw": municipality.pk in request.user.municipality_ids(Role.COORDINATOR),
        "query_text": f"kommune={municipality.code}&maaned={month}",
        "month": month,
        "months": decided_months(municipality, month),
        "municipality": municipality,
        "municipalities": municipalities_of(request.user),
    }
    return render(request, "reports/samples.html", context)


@require_POST
@coordinator
def draw_now(request: HttpRequest) -> HttpResponse:
    """Draw the month's sample without waiting for the worker."""
    municipality = chosen_municipality(request.user, request.POST, Role.COORDINATOR)
    month = month_of(request, municipality)
    try:
        sample = draw(municipality, month, request.user, timezone.now())
        messages.success(request, f"Stikprøven er trukket: {sample.items.count()} af {sample.population} afgørelser.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(f"{reverse('samples')}?kommune={municipality.code}&maaned={month}")


@require_POST
@reader
def redraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw again from the stored seed and say whether it gives the same cases. Writes nothing."""
    sample = get_object_or_404(Sample.objects.visible_to(request.user).select_related("municipality"), pk=pk)
    if redrawn(sample):
        messages.success(request, "Trukket igen af det gemte frø: de samme afgørelser i samme rækkefølge.")
    else:
        messages.error(request, "Trækningen giver ikke det samme mere. Sig det til din administrator.")
    return redirect(_list_of(sample))


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def judge_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One drawn decision as it was made, and the person's verdict. Auditors read it."""
    rows = SampleItem.objects.visible_to(request.user).select_related(
        "sample__municipality", "judged_by", "process", "decision__grant__citizen", "decision__municipality",
        "decision__decided_by",
    )  # fmt: skip
    item = get_object_or_404(rows, pk=pk)
    may_judge = item.sample.municipality_id in request.user.municipality_ids(*WRITERS)
    status = 200
    if request.method == "POST":
        if not may_judge:
            return HttpResponse(status=403)
        try:
            return redirect(_judged(request, item))
        except Refused as refused:
            messages.error(request, str(refused))
            item, status = get_object_or_404(rows, pk=pk), 422
    log_access(request.user, item.decision.grant.citizen, ACTION)
    form = VerdictForm(
        request.POST if status == 422 else None,
        initial={"fault": item.fault, "note": item.note},
        use_required_attribute=False,
        label_suffix="",
    )
    context = {
        "item": item,
        "letter": replace(context_of(item.decision), mark=""),
        "form": form,
        "may_judge": may_judge,
        "back": _list_of(item.sample),
    }
    return render(request, "reports/sample_item.html", context, status=status)


def _judged(request: HttpRequest, item: SampleItem) -> str:
    """Where to go after the act: the recalculation's task, or the next decision that is not judged."""
    now, act = timezone.now(), request.POST.get("act", "")
    if act != "recalculate":
        verdict = Verdict.RIGHT if act == "right" else Verdict.WRONG
        judge(item, verdict, request.POST.get("fault", ""), request.POST.get("note", ""), request.user, now)
    if act in ("recalculate", "wrong_and_recalculate"):
        process = open_recalculation(item, request.user, now)
        messages.success(request, "Genberegningen er åbnet. Ret det, der er forkert, og gennemfør den.")
        return reverse("task", args=[process.task_id]) if process.task_id else _list_of(item.sample)
    messages.success(request, "Vurderingen er gemt.")
    coming = item.sample.items.unjudged().filter(place__gt=item.place).first() or item.sample.items.unjudged().first()
    return reverse("sample_item", args=[coming.pk]) if coming else _list_of(item.sample)


def _list_of(sample: Sample) -> str:
    return f"{reverse('samples')}?kommune={sample.municipality.code}&maaned={sample.benefit_month}"


def _rates(name: str, sample: Sample | None, this: ErrorRate, year: ErrorRate) -> Table:
    """The month and the last twelve months beside each other."""
    rows = [error_row(name, None, this)] if sample else []
    rows += [error_row("12 måneder", None, year)] if year.drawn else []
    kept = [at for at, column in enumerate(ERROR_COLUMNS) if column.name != "Automatisk"]
    return Table(
        "Fejlandel",
        "Hvor ofte er en automatisk afgørelse forkert?",
        tuple(ERROR_COLUMNS[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in rows),
        note=INTERVAL_NOTE,
        empty="Der er ikke trukket stikprøver.",
    )


def _faults(year: ErrorRate) -> Table:
    return Table(
        "Fejl",
        "Slags fejl, 12 måneder",
        columns("Fejl", ("Afgørelser", COUNT)),
        year.faults,
        empty="Ingen afgørelse er vurderet forkert.",
    )
