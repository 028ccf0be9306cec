"""Revision: every change and every look-up of a citizen, in one search. Nothing is changed from here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import make_aware

from cases.access import log_access, only
from cases.change_log import Change, Query, changes
from cases.models import AccessLog, Citizen, Role, User

LIMIT = 100
FIRST_SEEN = 60
MOST_CITIZENS = 20
ROLES = (Role.AUDITOR, Role.COORDINATOR)
PURPOSE = "Revision og tilsyn"
WHAT = (("both", "Ændringer og opslag"), ("changes", "Kun ændringer"), ("access", "Kun opslag"))


class SearchForm(forms.Form):
    """Sent by POST: a name or a CPR number never stands in an address."""

    words = forms.CharField(label="Borger", required=False, help_text="Navn, CPR-nummer eller sagsnummer.")
    citizen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    user = forms.ModelChoiceField(User.objects.none(), label="Bruger", required=False, empty_label="Alle")
    first = forms.DateField(label="Fra", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label="Til", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    what = forms.ChoiceField(label="Vis", choices=WHAT, required=False)

    def __init__(self, data: Any, municipalities: list[int]) -> None:
        super().__init__(data, label_suffix="")
        self.fields["user"].queryset = User.objects.filter(memberships__municipality__in=municipalities).distinct()

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            raise forms.ValidationError("Til-datoen ligger før fra-datoen.")
        return values


@only(*ROLES)
def audit(request: HttpRequest) -> HttpResponse:
    """The form; after a search its results. Before one: the newest changes of settings, roles and rates."""
    mine = request.user.municipality_ids(*ROLES)
    form = SearchForm(request.POST if request.method == "POST" else None, mine)
    context: dict[str, Any] = {"form": form, "limit": LIMIT}
    if not form.is_bound:
        context["changes"] = changes(Query(tuple(mine), settings_only=True, limit=FIRST_SEEN))
    elif form.is_valid():
        context |= _search(request.user, mine, form.cleaned_data)
    return render(request, "audit/audit.html", context)


def _search(user: User, mine: list[int], asked: dict[str, Any]) -> dict[str, Any]:
    """The results, or the citizens to choose between. Every citizen shown is logged."""
    context: dict[str, Any] = {"searched": True}
    citizen, others = _citizen(user, asked)
    if others is not None:
        return {**context, "citizens": others}
    query = Query(
        tuple(mine), citizen.pk if citizen else None, asked["user"].pk if asked["user"] else None,
        _midnight(asked["first"]), _midnight(asked["last"], 1), limit=LIMIT,
    )  # fmt: skip
    if asked["what"] != "access":
        context["changes"] = changes(query)
    if asked["what"] != "changes":
        context["lookups"] = _lookups(user, query)
    _log(user, citizen, context)
    return {**context, "citizen": citizen}


def _citizen(user: User, asked: dict[str, Any]) -> tuple[Citizen | None, list[Citizen] | None]:
    """The citizen asked for; or, when none or several fit, those to choose between."""
    known = Citizen.objects.visible_to(user, *ROLES)
    if asked["citizen"]:
        found = list(known.filter(pk=asked["citizen"]))
        return (found[0], None) if found else (None, [])
    words = asked["words"].strip()
    if not words:
        return None, None
    found = list(known.matching(words)[:MOST_CITIZENS]) or list(known.filter(grants__number=words)[:MOST_CITIZENS])
    return (found[0], None) if len(found) == 1 else (None, found)


def _lookups(user: User, query: Query) -> list[AccessLog]:
    rows = AccessLog.objects.visible_to(user, *ROLES).select_related("user", "citizen")
    if query.citizen:
        rows = rows.filter(citizen=query.citizen)
    if query.user:
        rows = rows.filter(user=query.user)
    if query.first:
        rows = rows.filter(happened_at__gte=query.first)
    if query.last:
        rows = rows.filter(happened_at__lt=query.last)
    return list(rows[: query.limit])


def _log(user: User, citizen: Citizen | None, context: dict[str, Any]) -> None:
    """The look at each citizen whose data stand in the results."""
    shown: set[int] = {citizen.pk} if citizen else set()
    changed: Iterable[Change] = context.get("changes", ())
    shown |= {change.citizen for change in changed if change.citizen}
    shown |= {one.citizen_id for one in context.get("lookups", ())}
    for one in Citizen.objects.filter(pk__in=shown):
        log_access(user, one, "Revision: ændringer og opslag", PURPOSE)


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    return make_aware(datetime.combine(day + timedelta(days=days), time())) if day else None
