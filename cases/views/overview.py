"""Overblik: what is waiting, how far the month is, how long there is to the pay day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cases.access import log_list
from cases.bank_days import bank_days_until, last_bank_day
from cases.models import Run, Task, User
from cases.presenters.inbox import inbox_rows
from rules.months import Month

SHOWN = 8


def overview(request: HttpRequest) -> HttpResponse:
    """The first page. Users without a role on cases see only where they can go."""
    if not request.user.reads_cases:
        return render(request, "overview.html", {"no_cases": True})
    context = overview_of(request.user, timezone.localdate())
    log_list(request.user, (row.citizen_id for row in context["rows"]), "Overblik")
    return render(request, "overview.html", context)


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
    mine = open_tasks.filter(assigned_to=user) if counts["mine"] else open_tasks
    return {
        "counts": counts,
        "run": run,
        "month": month,
        "pay_day": pay_day,
        "days_left": bank_days_until(today, pay_day),
        "rows": inbox_rows(mine[:SHOWN], today),
        "rows_are_mine": bool(counts["mine"]),
        **run_counts(run),
    }


def run_counts(run: Run | None) -> dict[str, Any]:
    """The newest run in four figures and a progress bar."""
    if run is None:
        return {}
    from cases.run_progress import progress

    return {"progress": progress(run)}
