"""Revision: every change and every look-up of a citizen, in one search. Nothing is changed from here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate, make_aware
from django.views.decorators.http import require_http_methods

from cases.access import log_access, log_many, only
from cases.audit_export import PURPOSE, as_csv, as_workbook, change_rows, look_rows
from cases.change_log import SOURCES, Place, Query, changes, page
from cases.forms import DayField
from cases.models import AccessLog, Citizen, Look, ReplayAlarm, Role, User
from cases.refused import Refused

LIMIT = 100
FIRST_SEEN = 60
MOST_CITIZENS = 20
ROLES = (Role.AUDITOR, Role.COORDINATOR)
WHAT = (("both", "Ændringer og opslag"), ("changes", "Kun ændringer"), ("access", "Kun opslag"))
LOOKS = (
    ("", "Alle"),
    ("own", "Opslag på sig selv"),
    ("protected", "Beskyttede borgere"),
    ("address", "Beskyttet adresse vist"),
    ("pages", "Uden lister"),
)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SearchForm(forms.Form):
    """Sent by POST: a name or a CPR number never stands in an address."""

    words = forms.CharField(label="Borger", required=False, widget=forms.TextInput({"autocomplete": "off"}))
    citizen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    user = forms.ModelChoiceField(User.objects.none(), label="Bruger", required=False, empty_label="Alle")
    first = DayField(label="Fra", required=False)
    last = DayField(label="Til", required=False)
    what = forms.ChoiceField(label="Vis", choices=WHAT, required=False)
    table = forms.ChoiceField(label="Ændringer af", required=False)
    looks = forms.ChoiceField(label="Opslag", choices=LOOKS, required=False)

    def __init__(self, data: Any, municipalities: list[int]) -> None:
        super().__init__(data, label_suffix="")
        self.fields["user"].queryset = User.objects.filter(memberships__municipality__in=municipalities).distinct()
        names = {one.model.__name__: str(one.model._meta.verbose_name).capitalize() for one in SOURCES}
        tables = sorted(names.items(), key=lambda one: one[1].casefold())
        self.fields["table"].choices = [("", "Alt"), *tables]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            raise forms.ValidationError("Til-datoen ligger før fra-datoen.")
        return values


@only(*ROLES)
@require_http_methods(["GET", "POST"])
def audit(request: HttpRequest) -> HttpResponseBase:
    """The form; after a search its results. Before one: the newest changes of settings, roles and rates."""
    mine = request.user.municipality_ids(*ROLES)
    form = SearchForm(request.POST if request.method == "POST" else None, mine)
    alarms = ReplayAlarm.objects.visible_to(request.user, *ROLES).filter(answered_at=None)
    context: dict[str, Any] = {"form": form, "limit": LIMIT, "alarms": alarms.count()}
    if not form.is_bound:
        context["changes"] = changes(Query(tuple(mine), settings_only=True, limit=FIRST_SEEN))
    elif form.is_valid():
        try:
            found = _search(request, mine, form.cleaned_data)
        except Refused as refused:
            found = {"searched": True, "fault": str(refused)}
        if not isinstance(found, dict):
            return found
        context |= found
    return render(request, "audit/audit.html", context, status=422 if "fault" in context else 200)


def _search(request: HttpRequest, mine: list[int], asked: dict[str, Any]) -> dict[str, Any] | HttpResponseBase:
    """The results, the citizens to choose between, or a file. Every citizen shown is logged."""
    citizen, others = _citizen(request.user, asked)
    if others is not None:
        log_many(request.user, (one.pk for one in others), "Revision: fundet ved søgning", PURPOSE, Look.SEARCH)
        return {"searched": True, "citizens": others}
    query = Query(
        tuple(mine), citizen.pk if citizen else None, asked["user"].pk if asked["user"] else None,
        _midnight(asked["first"]), _midnight(asked["last"], 1), limit=LIMIT, table=asked["table"],
    )  # fmt: skip
    looks = _looks(request.user, query, asked["looks"])
    if wanted := request.POST.get("export"):
        return _file(request.user, wanted, query, looks)
    context = _results(request, asked["what"], query, looks)
    _log(request.user, citizen, context)
    return {"searched": True, "citizen": citizen, **context}


def _results(request: HttpRequest, what: str, query: Query, looks: Any) -> dict[str, Any]:
    """A page of each list; the place in the one does not move the other."""
    context: dict[str, Any] = {}
    if what != "access":
        found = page(query, Place.parse(request.POST.get("changes_after", "")))
        context |= {
            "changes": found.changes,
            "changes_older": found.older,
            "changes_after": request.POST.get("changes_after", ""),
        }
    if what != "changes":
        after = request.POST.get("looks_after", "")
        rows = list((looks.filter(pk__lt=int(after)) if after.isdigit() else looks)[: LIMIT + 1])
        context |= {"lookups": rows[:LIMIT], "looks_after": after}
        context["looks_older"] = rows[LIMIT - 1].pk if len(rows) > LIMIT else None
    return context


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


def _looks(user: User, query: Query, which: str) -> Any:
    rows = AccessLog.objects.visible_to(user, *ROLES).select_related("user", "citizen").order_by("-pk")
    narrow = {
        "own": {"is_own": True},
        "protected": {"is_protected": True},
        "address": {"kind": Look.ADDRESS},
        "pages": {"kind__in": (Look.PAGE, Look.EXPORT, Look.ADDRESS, Look.REGISTER)},
    }.get(which, {})
    times = {"happened_at__gte": query.first, "happened_at__lt": query.last}
    people = {"citizen": query.citizen, "user": query.user}
    return rows.filter(**narrow, **{name: one for name, one in {**times, **people}.items() if one})


def _file(user: User, wanted: str, query: Query, looks: Any) -> HttpResponseBase:
    """The file asked for, with everything that fits. No name and no CPR number in the file's name."""
    if wanted == "xlsx":
        file = as_workbook({"Ændringer": change_rows(query, user), "Opslag": look_rows(looks, user)})
        return FileResponse(file, as_attachment=True, filename=f"revision-{localdate()}.xlsx", content_type=WORKBOOK)
    rows = look_rows(looks, user) if wanted == "looks" else change_rows(query, user)
    answer = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    name = f"revision-{'opslag' if wanted == 'looks' else 'aendringer'}-{localdate()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _log(user: User, citizen: Citizen | None, context: dict[str, Any]) -> None:
    """The look at the citizen asked for, and at each of the others whose data stand in the results."""
    if citizen:
        log_access(user, citizen, "Revision: ændringer og opslag", PURPOSE)
    shown = {change.citizen for change in context.get("changes", ())}
    shown |= {one.citizen_id for one in context.get("lookups", ())}
    log_many(user, shown - {citizen.pk if citizen else None}, "Revision: ændringer og opslag", PURPOSE, Look.LIST)


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    return make_aware(datetime.combine(day + timedelta(days=days), time())) if day else None
