"""Sager: the list, the page of a case with its tabs, and the forms that change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases.access import log_access, log_list, reader, writer
from cases.acts import menu
from cases.change_log import Place, Query
from cases.change_log import page as changes_page
from cases.changed import changed
from cases.control_lines import control_lines
from cases.forms import PARTS
from cases.models import (
    WRITERS,
    AccessLog,
    Citizen,
    Complaint,
    ControlLine,
    Decision,
    Grant,
    IssuedDocument,
    Payment,
    RepaymentClaim,
    Role,
    Task,
    names_of_employers,
)
from cases.presenters.concerns import from_json
from cases.presenters.incomes import report_rows, reports_of
from cases.presenters.months import legend, strip
from cases.presenters.sums import decision_rows, paid_before
from cases.presenters.timeline import timeline
from cases.repayment import claims_of
from cases.settlement_plan import differences, plan
from cases.views.paging import page_of
from rules.months import Month

PAGE = 50
SHOW = {
    "": "Løbende",
    "opgave": "Med åben opgave",
    "manuel": "Kræver manuel behandling",
    "slut": "Ophørte",
    "alle": "Alle",
}
TABS = {
    "maaneder": "Måneder",
    "indtaegter": "Indtægter",
    "job": "Job og lønloft",
    "perioder": "Perioder",
    "processer": "Processer",
    "efterreguleringer": "Efterreguleringer",
    "adviser": "Adviser",
    "breve": "Breve",
    "noter": "Noter",
    "klager": "Klager",
    "r75": "R75",
    "historik": "Historik",
    "opslag": "Opslag",
}


@reader
@require_http_methods(["GET", "POST"])
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases by name. Filters stand in the address, what is searched for does not."""
    show, words = request.GET.get("vis", ""), request.POST.get("words", "").strip()
    grants = shown(Grant.objects.visible_to(request.user), show if not words else "alle")
    if words:
        citizens = Citizen.objects.visible_to(request.user).matching(words)
        grants = grants.filter(Q(citizen__in=citizens) | Q(number__contains=words))
    open_tasks = Task.objects.open().filter(grant=OuterRef("pk")).order_by().values("grant").annotate(count=Count("id"))
    rows = (
        grants.filter(citizen__municipality__in=request.user.municipality_ids())
        .select_related("citizen")
        .annotate(open_tasks=Coalesce(Subquery(open_tasks.values("count")), 0))
        .order_by("citizen__sort_key", "-first_day", "id")
    )
    page = page_of(request, rows, PAGE)
    log_list(request.user, (one.citizen_id for one in page), "Søgning i sager" if words else "Sager")
    return render(
        request,
        "case/list.html",
        {
            "grants": page.rows,
            "has_next": page.has_next,
            "page": page.number,
            "words": words,
            "show": show,
            "shows": SHOW.items(),
            "query": f"vis={show}" if show in SHOW and show else "",
        },
    )


def shown(grants: QuerySet[Grant], show: str) -> QuerySet[Grant]:
    today = timezone.localdate()
    ended = Q(last_day__lt=today)
    if show == "opgave":
        return grants.filter(Exists(Task.objects.open().filter(grant=OuterRef("pk"))))
    if show == "manuel":
        return grants.exclude(needs_manual="").exclude(ended)
    if show == "slut":
        return grants.filter(ended)
    return grants if show == "alle" else grants.exclude(ended)


@reader
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A case: the essentials, the strip of months, and one tab."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user).select_related("citizen", "municipality"), pk=pk)
    tab = request.GET.get("fane", "maaneder")
    tabs = [(name, text) for name, text in TABS.items() if name != "opslag" or may_see_looks(request, grant)]
    if tab not in dict(tabs):
        raise Http404
    log_access(request.user, grant.citizen, f"Sag, {TABS[tab]}")
    return render(
        request,
        "case/page.html",
        {
            **essentials(grant),
            "tabs": tabs,
            "tab": tab,
            "can_write": grant.municipality_id in request.user.municipality_ids(*WRITERS),
            "menu": menu(),
            **CONTENT[tab](request, grant),
        },
    )


def may_see_looks(request: HttpRequest, grant: Grant) -> bool:
    """Who looked is for those who watch: auditors and coordinators of the municipality."""
    return grant.municipality_id in request.user.municipality_ids(Role.AUDITOR, Role.COORDINATOR)


def essentials(grant: Grant) -> dict[str, Any]:
    """What stands above the tabs."""
    newest = Decision.objects.filter(grant=grant).order_by("-benefit_month").values_list("benefit_month", flat=True)
    last_month = max(Month.of(timezone.localdate()), newest.first() or Month(2014, 1))
    cells = strip(grant, last_month)
    jobs = list(grant.jobs.filter(is_fleksjob=True).order_by("-first_day"))
    return {
        "grant": grant,
        "citizen": grant.citizen,
        "cells": cells,
        "legend": legend(cells),
        "ceiling": grant.wage_ceilings.order_by("-first_day").first(),
        "job": jobs[0] if jobs else None,
        "names": names_of_employers({job.se_number for job in jobs}),
        "payment": Payment.objects.of_decisions().filter(grant=grant).order_by("-benefit_month", "-sequence").first(),
        "open_tasks": list(grant.tasks.open()),
    }


def months_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    """The decision of one month with every step; the newest when none is asked for."""
    decisions = (
        Decision.objects.filter(grant=grant).select_related("decided_by").order_by("-benefit_month", "-sequence")
    )
    months = list(decisions.in_force().defer("facts", "rates", "parameters", "steps").order_by("-benefit_month")[:24])
    chosen = _asked_month(request) or (months[0].benefit_month if months else None)
    of_month = list(decisions.filter(benefit_month=chosen)) if chosen else []
    decision = of_month[0] if of_month else None
    paid = Payment.objects.of_decisions().filter(grant=grant, benefit_month=chosen).order_by("-sequence").first()
    return {
        "months": months,
        "chosen": chosen,
        "decision": decision,
        "earlier_decisions": of_month[1:],
        "sum": decision_rows(decision, paid_before(grant.pk, chosen)) if decision else [],
        "concerns": from_json(decision.concerns, employers_of(grant)) if decision and decision.concerns else [],
        "answers": list(grant.answers.filter(benefit_month=chosen).select_related("answered_by")) if chosen else [],
        "paid": paid,
        "month_tasks": list(grant.tasks.filter(benefit_month=chosen).select_related("closed_by")) if chosen else [],
    }


def incomes_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    last = Month.of(timezone.localdate())
    reports = reports_of(grant, last - 24, last)
    rows = report_rows(reports, names_of_employers({one.se_number for one in reports}))
    return {"rows": rows[::-1], "added": grant.added_incomes.order_by("-month")}


def jobs_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    jobs, ceilings = list(grant.jobs.order_by("-first_day")), list(grant.wage_ceilings.order_by("-first_day"))
    employers = names_of_employers({job.se_number for job in jobs})
    return {
        "jobs": jobs,
        "ceilings": ceilings,
        "employers": employers,
        "timeline": timeline(jobs, ceilings, employers, Month.of(timezone.localdate())),
    }


def periods_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    return {"periods": list(grant.periods.order_by("-first_day"))}


def processes_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    processes = grant.processes.select_related("task", "started_by", "finished_by").prefetch_related("adjustments")
    return {
        "processes": processes.order_by("-id")[:50],
        "visitations": grant.visitations.order_by("-first_day"),
    }


def adjustments_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    rows = differences(grant)
    return {
        "rows": rows,
        "plan": plan(grant, timezone.now()),
        "can_choose": any(row.left < 0 for row in rows),
        "claims": claims_of(RepaymentClaim.objects.filter(grant=grant)),
    }


def notices_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    return {"notices": grant.notices.select_related("answered_by").order_by("answered_at", "-noticed_on", "-id")}


def notes_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    return {"notes": grant.journal.select_related("written_by").order_by("-id")}


def complaints_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    rows = Complaint.objects.filter(payment__grant=grant).select_related("payment", "registered_by", "closed_by")
    return {"complaints": rows.order_by("-received_on")}


def control_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    """R75 through its filter: what is shown, and how many lines are not."""
    year = request.GET.get("aar", "")
    years = ControlLine.objects.filter(citizen=grant.citizen_id).order_by("-year").values_list("year", flat=True)
    return {
        "shown_lines": control_lines(grant.citizen, int(year) if year.isdecimal() else None),
        "years": list(years.distinct()),
        "year": year,
    }


def letters_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    letters = IssuedDocument.objects.filter(citizen=grant.citizen).defer("context", "text")
    letters = letters.select_related("issued_by", "delivery")
    return {
        "letters": letters.order_by("-issued_at", "-id"),
        "payments": Payment.objects.of_decisions().filter(grant=grant, specification__isnull=True)[:24],
        "written": grant.letters.select_related("sent_by", "answered_by", "document__delivery").order_by("-id"),
        "hearings": grant.hearings.select_related("task").order_by("-id"),
        "today": timezone.localdate(),
    }


def history_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    """The citizen, the case and all that hangs on it, as Revision shows it; a page at a time."""
    asked = Query((grant.municipality_id,), citizen=grant.citizen_id, limit=PAGE)
    found = changes_page(asked, Place.parse(request.GET.get("efter", "")))
    return {"changes": found.changes, "older": found.older}


def looks_tab(request: HttpRequest, grant: Grant) -> dict[str, Any]:
    looks = AccessLog.objects.filter(citizen=grant.citizen).select_related("user").order_by("-happened_at", "-id")
    return {"looks": looks[:300]}


CONTENT: dict[str, Callable[[HttpRequest, Grant], dict[str, Any]]] = {
    "maaneder": months_tab,
    "indtaegter": incomes_tab,
    "job": jobs_tab,
    "perioder": periods_tab,
    "processer": processes_tab,
    "efterreguleringer": adjustments_tab,
    "adviser": notices_tab,
    "noter": notes_tab,
    "klager": complaints_tab,
    "r75": control_tab,
    "breve": letters_tab,
    "historik": history_tab,
    "opslag": looks_tab,
}


def employers_of(grant: Grant) -> dict[str, str]:
    numbers = set(grant.citizen.reports.order_by().values_list("se_number", flat=True).distinct())
    return names_of_employers(numbers | set(grant.jobs.values_list("se_number", flat=True)))


def _asked_month(request: HttpRequest) -> Month | None:
    try:
        return Month.parse(request.GET.get("maaned", ""))
    except ValueError:
        return None


@writer
@require_http_methods(["GET", "POST"])
def edit_part(request: HttpRequest, pk: int, part: str, part_pk: int | None = None) -> HttpResponse:
    """Add or change a wage ceiling or a job, with a reason; decided months that it touches are calculated again."""
    if part not in PARTS:
        raise Http404
    form_class, parts, title = PARTS[part]
    grant = _own(request, pk)
    rows = getattr(grant, parts)
    row = get_object_or_404(rows, pk=part_pk) if part_pk else rows.model(grant=grant)
    heading = f"Ret {title.lower()}" if part_pk else f"Tilføj {title.lower()}"
    return _edit(request, grant, form_class(request.POST or None, instance=row), heading)


def _own(request: HttpRequest, pk: int) -> Grant:
    """A case the user may change: seen by others it is forbidden, unseen it does not exist."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user).select_related("citizen"), pk=pk)
    if grant.municipality_id not in request.user.municipality_ids(*WRITERS):
        raise PermissionDenied("Din rolle giver kun adgang til at læse sagen.")
    return grant


def _edit(request: HttpRequest, grant: Grant, form: Any, heading: str) -> HttpResponse:
    log_access(request.user, grant.citizen, heading)
    before = form.instance.first_day
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            row = form.save_as(request.user)
            first = Month.of(min(before or row.first_day, row.first_day))
            event = f"{heading}: {form.cleaned_data['reason']}"
            changed(grant, first, None, event, request.user, timezone.now())
        messages.success(request, "Gemt. Åbne opgaver på sagen regner med det nye.")
        return redirect(f"{reverse('case', args=[grant.pk])}?fane=job")
    status = 422 if request.method == "POST" else 200
    context = {"grant": grant, "citizen": grant.citizen, "form": form, "heading": heading, "tab": "job"}
    return render(request, "case/edit.html", context, status=status)
