"""Regler: how the municipality treats each criterion, since when and by whom; proposed by one, confirmed by another."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cases import rule_settings
from cases.access import coordinator
from cases.forms import DayField, NumberField
from cases.models import Mode, Municipality, Role, RuleSetting
from cases.refused import Refused
from cases.templatetags.danish import hele_kr
from cases.views.choices import chosen_municipality, municipalities_of
from rules.months import Month
from rules.municipal_rules import JUDGMENT, MUNICIPAL, MunicipalRule, in_force
from rules.parameters import RuleMode

UNITS = {"kr": "kr."}


class SettingForm(forms.Form):
    """A criterion from a day on."""

    mode = forms.ChoiceField(label="Virkning", choices=Mode.choices)
    low = NumberField(label="Nedre grænse", help_text="Tom: reglens egen.")
    high = NumberField(label="Øvre grænse", help_text="Tom: reglens egen.")
    valid_from = DayField(label="Gælder fra")
    reason = forms.CharField(label="Begrundelse", max_length=300, required=False)


@coordinator
@require_GET
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every criterion as it stands this month, and what waits for a second person."""
    municipality = chosen_municipality(request.user, request.GET, Role.COORDINATOR)
    month = Month.of(timezone.localdate())
    standing = rule_settings.standing(municipality, month)
    rows = RuleSetting.objects.of(municipality).select_related("proposed_by", "confirmed_by")
    newest = {row.code: row for row in rows.filter(valid_from__lte=month.last_day).order_by("valid_from", "id")}
    context = {
        "municipality": municipality,
        "municipalities": municipalities_of(request.user, Role.COORDINATOR),
        "rules": [_shown(rule, standing.get(rule.code), newest.get(rule.code)) for rule in MUNICIPAL.values()],
        "waiting": [row for row in rows if rule_settings.waits_for_second(row)],
    }
    return render(request, "rules/list.html", context)


@coordinator
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One criterion: what it does, its history, a new setting, and the confirmation of one that waits."""
    found = MUNICIPAL.get(code)
    if found is None:
        raise Http404
    municipality = chosen_municipality(request.user, request.GET, Role.COORDINATOR)
    standing = rule_settings.standing(municipality, Month.of(timezone.localdate())).get(code)
    form = SettingForm(
        request.POST if request.POST.get("act") == "propose" else None,
        initial=_initial(found, standing, timezone.localdate()),
        use_required_attribute=False,
    )
    fault, status = "", 200
    if request.method == "POST":
        status = 422
        try:
            if (said := _act(request, municipality, code, form)) is not None:
                messages.success(request, said)
                return redirect(f"{request.path}?kommune={municipality.code}")
        except Refused as refused:
            fault = str(refused)
    rows = RuleSetting.objects.of(municipality).filter(code=code).select_related("proposed_by", "confirmed_by")
    context = {
        "municipality": municipality,
        "rule": _shown(found, standing, None),
        "form": form,
        "fault": fault,
        "rows": [(row, rule_settings.waits_for_second(row)) for row in rows.order_by("-valid_from", "-id")],
    }
    return render(request, "rules/rule.html", context, status=status)


def _act(request: HttpRequest, municipality: Municipality, code: str, form: SettingForm) -> str | None:
    now = timezone.now()
    if request.POST.get("act") == "confirm":
        text = request.POST.get("setting", "")
        rows = RuleSetting.objects.of(municipality).filter(code=code)
        row = get_object_or_404(rows, pk=int(text) if text.isdecimal() else 0)
        rule_settings.confirm_setting(row, request.POST.get("reason", ""), request.user, now)
        return "Ændringen er bekræftet og gælder."
    if not form.is_valid():
        return None
    row = rule_settings.propose_setting(municipality, code, user=request.user, now=now, **form.cleaned_data)
    if rule_settings.waits_for_second(row):
        return "Forslaget er gemt. Det gælder, når en anden har bekræftet det."
    return "Gemt. Reglen gælder fra den dag, du skrev."


def _initial(found: MunicipalRule, standing: RuleMode | None, today: date) -> dict[str, Any]:
    return {
        "mode": standing.mode if standing else found.mode,
        "low": standing.low if standing else None,
        "high": standing.high if standing else None,
        "valid_from": today,
    }


def _shown(found: MunicipalRule, standing: RuleMode | None, row: RuleSetting | None) -> dict[str, Any]:
    """One line of the list. Limits are the municipality's, else the rule's own."""
    asked = in_force(found, standing)
    low, high = asked.low, asked.high
    unit = UNITS.get(found.unit, found.unit)
    return {
        "code": found.code,
        "title": found.title,
        "message": found.message,
        "help": found.help,
        "law": found.law,
        "group": found.group,
        "is_judgment": found.group == JUDGMENT,
        "mode": asked.mode,
        "mode_words": Mode(asked.mode).label.lower(),
        "low": f"{hele_kr(low)} {unit}" if low is not None else "",
        "high": f"{hele_kr(high)} {unit}" if high is not None else "",
        "is_default": standing is None,
        "row": row,
    }
