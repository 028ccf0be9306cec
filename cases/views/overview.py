"""Overblik: what is waiting, what is late, how far the month is; each role its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases import standing
from cases.access import log_list, reader
from cases.bank_days import bank_days_until, last_bank_day
from cases.models import Role, Run, Task, User
from cases.presenters.inbox import inbox_rows
from cases.recent import recent_cases
from cases.run_progress import progress
from cases.views.choices import chosen_municipality
from rules.months import Month

SHOWN = 8


def overview(request: HttpRequest) -> HttpResponse:
    """The first page. Users without a role on cases see what they administer."""
    today = timezone.localdate()
    if request.user.reads_cases:
        context = overview_of(request.user, today)
        seen = {row.citizen_id for row in context["rows"]} | {grant.citizen_id for grant in context["recent"]}
        log_list(request.user, seen, "Overblik")
        return render(request, "overview.html", context)
    context = {"no_cases": True, "month": Month.of(today)}
    if request.user.has_role(Role.ADMINISTRATOR):
        context |= standing.staff(request.user, today)
    if request.user.is_superuser or request.user.is_national:
        context["newcomers"] = standing.newcomers()
    return render(request, "overview.html", context)


@require_safe
@reader
def automation(request: HttpRequest) -> HttpResponse:
    """The part of the page that reads a year of decisions: it comes after the rest."""
    municipality = chosen_municipality(request.user, request.GET)
    months = standing.automation_by_month(municipality, timezone.now())
    return render(request, "overview/_automation.html", {"months": months, "municipality": municipality})


def overview_of(user: User, today: date) -> dict[str, Any]:
    open_tasks = Task.objects.visible_to(user).open()
    counts = open_tasks.aggregate(
        all=Count("id"),
        mine=Count("id", filter=Q(assigned_to=user)),
        late=Count("id", filter=Q(due_date__lt=today)),
        free=Count("id", filter=Q(assigned_to=None)),
    )
    run = Run.objects.visible_to(user).select_related("municipality").order_by("-benefit_month", "-id").first()
    month = run.benefit_month if run else Month.of(today)
    pay_day = last_bank_day(month)
    own_tasks = open_tasks.filter(assigned_to=user)
    is_coordinator = user.has_role(Role.COORDINATOR)
    return {
        "counts": counts,
        "run": run,
        "progress": progress(run, reasons=False) if run else None,
        "month": month,
        "pay_day": pay_day,
        "days_left": bank_days_until(today, pay_day),
        "rows": inbox_rows((own_tasks if counts["mine"] else open_tasks)[:SHOWN], today),
        "rows_are_mine": bool(counts["mine"]),
        "oldest": (own_tasks if counts["mine"] else open_tasks).order_by("created_at", "id").first(),
        "late": standing.late(user, today),
        "recent": recent_cases(user) if user.writes_cases else [],
        "desks": standing.desks(user) if is_coordinator else [],
        "unpaid": standing.unpaid(user, month) if is_coordinator else None,
        "is_coordinator": is_coordinator,
        "sees_automation": user.has_role(Role.COORDINATOR, Role.AUDITOR),
        "today": today,
    }
