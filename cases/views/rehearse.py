"""Prøv indstillinger: choose, see what it would have done, and send it to a second person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import rehearse_setting, setting_proposals
from cases.access import only
from cases.models import Municipality, ProposalState, Role, SettingProposal, SettingTrial, TrialState
from cases.presenters import trial as shown
from cases.refused import Refused
from cases.rule_settings import MAY_SET
from cases.setting_form import ProposalForm, SettingsForm
from cases.views.choices import chosen_municipality, municipalities_of
from rules.months import Month

LATEST = 8
ACTS = {
    "confirm": (setting_proposals.confirm, "Forslaget er bekræftet. Det gælder fra den dag, der står."),
    "reject": (setting_proposals.reject, "Forslaget er afvist. Indstillingerne er, som de var."),
    "withdraw": (setting_proposals.withdraw, "Forslaget er trukket tilbage."),
}


@only(*MAY_SET)
@require_http_methods(["GET", "POST"])
def try_settings(request: HttpRequest) -> HttpResponse:
    """Today's settings to the left, the proposal to the right; the trials and proposals made before."""
    municipality = chosen_municipality(request.user, request.GET, *MAY_SET)
    now = timezone.now()
    today = rehearse_setting.settings_today(municipality, now)
    months = len(rehearse_setting.decided_months(municipality))
    trials = SettingTrial.objects.of(municipality).select_related("asked_by")
    last = trials.filter(asked_by=request.user).first()
    presets = shown.presets(today, last.chosen_parameters if last else None)
    start = next((one for word, _, one in presets if word == request.GET.get("start")), today)
    form = SettingsForm(request.POST if request.method == "POST" else None, today, start, months)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            trial = rehearse_setting.ask(municipality, form.parameters, form.cleaned_data["months"], request.user, now)
            rehearse_setting.start(trial, timezone.now)
            return redirect("setting_trial", pk=trial.pk)
    context = {
        "municipality": municipality,
        "municipalities": municipalities_of(request.user, *MAY_SET),
        "form": form,
        "coordinates": municipality.pk in request.user.municipality_ids(Role.COORDINATOR),
        "months": months,
        "presets": presets,
        "start": request.GET.get("start", "idag"),
        "trials": trials[:LATEST],
        "proposals": _proposals(municipality)[:LATEST],
    }
    return render(request, "rehearse/form.html", context, status=status)


@only(*MAY_SET)
@require_safe
def trial_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the settings would have done."""
    return render(request, "rehearse/trial.html", _of(request, _trial(request, pk)))


@only(*MAY_SET)
@require_safe
def trial_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that is asked for again while the trial goes; the whole page when it is done."""
    trial = _trial(request, pk)
    answer = render(request, "rehearse/_progress.html", _of(request, trial))
    if trial.state != TrialState.WAITING:
        answer["HX-Refresh"] = "true"
    return answer


@only(*MAY_SET)
@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the same settings once more, on what is decided by now."""
    old = _trial(request, pk)
    months = old.first_month.until(old.last_month) + 1
    try:
        trial = rehearse_setting.ask(old.municipality, old.chosen_parameters, months, request.user, timezone.now())
        rehearse_setting.start(trial, timezone.now)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("setting_trial", pk=old.pk)
    return redirect("setting_trial", pk=trial.pk)


@only(*MAY_SET)
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the tried settings to a second person."""
    trial = _trial(request, pk)
    form = ProposalForm(request.POST, use_required_attribute=False)
    if form.is_valid():
        try:
            row = setting_proposals.propose(trial, user=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Forslaget er sendt. Det gælder, når en anden har bekræftet det.")
            return redirect("setting_proposal", pk=row.pk)
    return render(request, "rehearse/trial.html", _of(request, trial, form), status=422)


@only(*MAY_SET)
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what it changes, what its trial said, and the second person's answer."""
    rows = SettingProposal.objects.visible_to(request.user, *MAY_SET)
    row = get_object_or_404(rows.select_related("municipality", "trial", "proposed_by", "answered_by"), pk=pk)
    fault = ""
    if request.method == "POST" and request.POST.get("act") in ACTS:
        act, said = ACTS[request.POST["act"]]
        try:
            act(row, request.POST.get("reason", ""), request.user, timezone.now())
        except Refused as refused:
            fault = str(refused)
        else:
            messages.success(request, said)
            return redirect("setting_proposal", pk=row.pk)
    context = {
        "proposal": row,
        "fault": fault,
        "differences": shown.differences(row.base_parameters, row.chosen_parameters),
        "shares": shown.shares(row.trial.result),
        "groups": shown.groups(row.trial.result),
        "waits": row.state == ProposalState.WAITING,
        "is_own": row.proposed_by_id == request.user.pk,
        "history": row.history.select_related("history_user").order_by("history_date", "history_id"),
    }
    return render(request, "rehearse/proposal.html", context, status=422 if fault else 200)


def _proposals(municipality: Municipality) -> Any:
    return SettingProposal.objects.of(municipality).select_related("proposed_by", "answered_by")


def _trial(request: HttpRequest, pk: int) -> SettingTrial:
    rows = SettingTrial.objects.visible_to(request.user, *MAY_SET).select_related("municipality", "asked_by")
    return get_object_or_404(rows, pk=pk)


def _of(request: HttpRequest, trial: SettingTrial, form: ProposalForm | None = None) -> dict[str, Any]:
    now = timezone.now()
    context: dict[str, Any] = {
        "trial": trial,
        "municipality": trial.municipality,
        "differences": shown.differences(trial.today_parameters, trial.chosen_parameters),
        "is_waiting": trial.state == TrialState.WAITING,
        "is_stuck": rehearse_setting.is_stuck(trial, now),
        "percent": 100 * trial.done // trial.cases if trial.cases else 0,
    }
    if trial.state != TrialState.DONE:
        return context
    word, page = request.GET.get("slags", ""), request.GET.get("side", "1")
    number = max(1, int(page)) if page.isascii() and page.isdigit() else 1
    sees_cases = trial.municipality_id in request.user.municipality_ids()
    lines, has_next = shown.changed_cases(trial, request.user, word, number) if sees_cases else ([], False)
    return context | {
        "shares": shown.shares(trial.result),
        "months": shown.months(trial.result),
        "groups": shown.groups(trial.result),
        "reasons": shown.reasons(trial.result),
        "changed": len(trial.result["changed"]),
        "sees_cases": sees_cases,
        "lines": lines,
        "word": word,
        "page": number,
        "has_next": has_next,
        "query": f"slags={word}" if word else "",
        "names": shown.NAMES,
        "form": form or ProposalForm(initial={"valid_from": (Month.of(timezone.localdate(now)) + 1).first_day}),
        "sent": trial.proposals.select_related("proposed_by"),
        "again": reverse("setting_trial_again", args=[trial.pk]),
    }
