"""Opgaver: the inbox, and the workbench of one task."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases import handle_task
from cases.access import log_access, log_again, log_list, reader, writer
from cases.concern_texts import words_of
from cases.forms import DayField
from cases.models import WRITERS, Citizen, Process, Role, Task, TaskKind, User
from cases.months_there import months_there
from cases.plan_tasks import plan
from cases.presenters.inbox import inbox_rows
from cases.refused import Conflict, Refused
from cases.views.inbox_tabs import inbox_tabs
from cases.views.paging import page_number, stretch
from cases.views.presence import OPENED
from cases.views.process_page import process_workbench
from cases.views.question_page import question_workbench
from cases.views.workbench_page import WorkbenchPage
from rules.concerns import CONCERNS
from rules.income_rules import BY_CODE
from rules.months import Month

PAGE = 50
INCOMES = "indtaegter"
MONTHS = (TaskKind.INCOME, TaskKind.RECALCULATION, TaskKind.FAILURE)
KNOWN_CODES = (*BY_CODE, *(code for code in CONCERNS if code not in BY_CODE))

SHOW = {
    "": "Alle åbne",
    "mine": "Mine",
    "ledige": "Ikke taget",
    "haster": "Over fristen",
    "afventer": "Afventer svar",
    "loeste": "Løste",
}
SORTS = {
    "": ("due_date", "priority", "id"),
    "kr": (F("at_stake").asc(nulls_last=True), "id"),
    "kr-ned": (F("at_stake").desc(nulls_last=True), "id"),
    "alder": ("created_at", "id"),
    "borger": ("grant__citizen__sort_key", "id"),
    "prioritet": ("priority", "due_date", "id"),
}


@reader
@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """The open tasks. Filters stand in the address; what is searched for comes by POST and stays out of it."""
    today, words = timezone.localdate(), request.POST.get("words", "").strip()
    tasks = ordered(filtered(Task.objects.visible_to(request.user), request, today), request)
    if words:
        citizens = Citizen.objects.visible_to(request.user).matching(words)
        tasks = tasks.filter(
            Q(grant__citizen__in=citizens) | Q(citizen__in=citizens) | Q(grant__number__contains=words)
        )
    page = page_number(request)
    found = inbox_rows(stretch(tasks, (page - 1) * PAGE, page * PAGE + 1), today)
    log_list(request.user, (one.citizen_id for one in found[:PAGE]), "Opgaver")
    return render(
        request,
        "tasks/inbox.html",
        {
            "rows": found[:PAGE],
            "words": words,
            "page": page,
            "has_next": len(found) > PAGE,
            "counts": inbox_counts(request.user, today),
            "query": _query(request),
            "can_write": request.user.writes_cases,
            "tabs": inbox_tabs(request.user, "tasks"),
            "saved_views": request.user.saved_views.all(),
            **filter_choices(request),
        },
    )


def filtered(tasks: QuerySet[Task], request: HttpRequest, today: date) -> QuerySet[Task]:
    """What the address asks for; what it does not know is ignored."""
    show, code, who, month, kind = (request.GET.get(name, "") for name in ("vis", "aarsag", "hos", "maaned", "slags"))
    tasks = tasks.filter(closed_at__isnull=False) if show == "loeste" else tasks.open()
    narrow = {
        "mine": Q(assigned_to=request.user),
        "ledige": Q(assigned_to=None),
        "haster": Q(due_date__lt=today),
        "afventer": Q(state="waiting"),
    }
    tasks = tasks.filter(narrow.get(show, Q()))
    if kind in TaskKind.values:
        tasks = tasks.filter(kind=kind)
    if code in KNOWN_CODES:
        tasks = tasks.filter(concerns__code=code)
    if who.isdecimal():
        tasks = tasks.filter(assigned_to=int(who))
    if (chosen := _month(month)) is not None:
        tasks = tasks.filter(benefit_month=chosen)
    return tasks


def ordered(tasks: QuerySet[Task], request: HttpRequest) -> QuerySet[Task]:
    """As chosen; without a choice by due date, and what is solved by when it was, the latest first."""
    sort = request.GET.get("sort", "")
    if request.GET.get("vis") == "loeste" and sort not in SORTS.keys() - {""}:
        return tasks.order_by("-closed_at", "-id")
    return tasks.order_by(*SORTS.get(sort, SORTS[""]))


def filter_choices(request: HttpRequest) -> dict[str, Any]:
    """What the filter bar offers, from what is there."""
    visible = Task.objects.visible_to(request.user)
    codes = visible.open().values_list("concerns__code", flat=True).order_by().distinct()
    months = months_there(Task, request.user.municipality_ids(), most=24)
    return {
        "shows": SHOW.items(),
        "show": request.GET.get("vis", ""),
        "codes": [(code, words_of(code).message) for code in KNOWN_CODES if code in set(codes)],
        "kinds": TaskKind.choices,
        "kind": request.GET.get("slags", ""),
        "code": request.GET.get("aarsag", ""),
        "months": months,
        "month": request.GET.get("maaned", ""),
        "people": colleagues(request.user),
        "who": request.GET.get("hos", ""),
        "sort": request.GET.get("sort", ""),
        "may_assign_others": request.user.has_role(Role.COORDINATOR),
    }


def colleagues(user: User) -> list[User]:
    """Those who can have a task on their desk where the user reads cases."""
    return list(
        User.objects.filter(
            is_active=True, memberships__municipality__in=user.municipality_ids(), memberships__role__in=WRITERS
        )
        .distinct()
        .order_by("first_name", "username")
    )


def inbox_counts(user: User, today: date) -> dict[str, int]:
    return (
        Task.objects.visible_to(user)
        .open()
        .aggregate(
            all=Count("id"),
            mine=Count("id", filter=Q(assigned_to=user)),
            late=Count("id", filter=Q(due_date__lt=today)),
        )
    )


@writer
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Own open tasks first, then the next free one."""
    open_tasks = Task.objects.visible_to(request.user, *WRITERS).open().exclude(state="waiting")
    after = request.POST.get("after", "")
    others = open_tasks.exclude(pk=int(after)) if after.isdecimal() else open_tasks
    task = others.filter(assigned_to=request.user).first() or others.filter(assigned_to=None).first()
    if task is None:
        messages.info(request, "Der er ingen ledige opgaver. Godt gået!")
        return redirect("tasks")
    return _take(request, task)


@writer
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Put this task on one's own desk."""
    return _take(request, get_object_or_404(Task.objects.visible_to(request.user, *WRITERS), pk=pk))


def _take(request: HttpRequest, task: Task) -> HttpResponse:
    try:
        handle_task.take(task, request.user, timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("task", pk=task.pk)


@writer
@require_POST
def assign_selected(request: HttpRequest) -> HttpResponse:
    """Put the ticked tasks on a desk (as coordinator on anybody's), or give them a due date or a priority."""
    ids = [int(one) for one in request.POST.getlist("task") if one.isdecimal()]
    tasks = Task.objects.visible_to(request.user, *WRITERS).filter(pk__in=ids)
    try:
        if request.POST.get("act") == "plan":
            changed = plan(tasks, request.user, due=_due(request), priority=request.POST.get("priority", ""))
            messages.success(request, f"{changed} {'opgave' if changed == 1 else 'opgaver'} planlagt.")
            return redirect(f"{reverse('tasks')}?{_query(request)}")
        moved = handle_task.assign(tasks, _receiver(request), request.user)
        messages.success(request, f"{moved} {'opgave' if moved == 1 else 'opgaver'} fordelt.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(f"{reverse('tasks')}?{_query(request)}")


def _due(request: HttpRequest) -> date | None:
    """The due date as people write it."""
    try:
        return DayField(required=False).clean(request.POST.get("due", ""))
    except ValidationError as error:
        raise Refused(f"Frist: {error.messages[0]}") from None


def _receiver(request: HttpRequest) -> User | None:
    """Whom the tasks go to; None puts them back."""
    wanted = request.POST.get("to", "me")
    if wanted in ("me", str(request.user.pk)):
        return request.user
    if not request.user.has_role(Role.COORDINATOR):
        raise PermissionDenied("Kun en fagkoordinator kan fordele opgaver til andre.")
    if wanted == "nobody":
        return None
    return next((one for one in colleagues(request.user) if str(one.pk) == wanted), request.user)


@reader
@require_http_methods(["GET", "POST"])
def workbench(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: look, correct, note, accept."""
    task = _task(request, pk)
    if (citizen := task.grant.citizen if task.grant_id else task.citizen) is not None:
        log_access(request.user, citizen, OPENED)
    if request.method == "POST":
        _writable(request, task)
    if task.kind == TaskKind.FAILURE and task.is_open:
        return _failed(request, task)
    process = (
        Process.objects.filter(task=task).select_related("grant", "citizen", "municipality", "finished_by").first()
    )
    if process is not None and not (request.GET.get("fane") == INCOMES and task.decision_id):
        return process_workbench(request, task, process)
    if process is None and task.kind not in MONTHS:
        return question_workbench(request, task)
    if request.method == "GET":
        return render(request, "tasks/workbench.html", WorkbenchPage(request.user, task).context())
    return _act(request, task)


@writer
@require_POST
def live_sum(request: HttpRequest, pk: int) -> HttpResponse:
    """The sum as it would be with what is typed. Writes nothing."""
    task = _writable(request, _task(request, pk))
    if task.kind not in (TaskKind.INCOME, TaskKind.RECALCULATION) or task.grant_id is None:
        raise Http404
    log_again(request.user, task.grant.citizen, "Opgave, prøvet")
    page = WorkbenchPage(request.user, task, request.POST)
    return render(request, "tasks/_live.html", {**page.sum_context(), "hearing": page.hearing, "swap": True})


def _failed(request: HttpRequest, task: Task) -> HttpResponse:
    """A case the program could not calculate: nothing is tried again here, or the page would fail as well."""
    failures = task.grant.failures.filter(run__benefit_month=task.benefit_month, solved_at__isnull=True)
    context = {"task": task, "grant": task.grant, "failures": failures}
    return render(request, "tasks/failure.html", context, status=200 if request.method == "GET" else 422)


def _act(request: HttpRequest, task: Task) -> HttpResponse:
    """Do what the pressed button says. A refusal shows the page again with everything that was typed."""
    page = WorkbenchPage(request.user, task, request.POST)
    act = ACTS.get(request.POST.get("act", ""))
    status = 200
    if act:
        page.work.demand_reasons()
    if act and page.work.faults:
        page.faults, status = page.work.faults, 422
    elif act:
        try:
            messages.success(request, act(request, task, page))
            return redirect("task", pk=task.pk)
        except Refused as refused:
            page.faults, status = [str(refused)], 409 if isinstance(refused, Conflict) else 422
            page.look_again()
    return render(request, "tasks/workbench.html", page.context(), status=status)


def _accept(request: HttpRequest, task: Task, page: WorkbenchPage) -> str:
    decision = handle_task.accept(
        task,
        request.user,
        corrections=page.work.corrections,
        added=page.work.added,
        note=page.note,
        seen=request.POST.get("seen", ""),
        version=page.version,
        now=timezone.now(),
        hearing=page.hearing.answers() if page.hearing else None,
        no_income="no_income" in request.POST,
    )
    return page.done_words(decision)


def _save(request: HttpRequest, task: Task, page: WorkbenchPage) -> str:
    handle_task.save(
        task, request.user, page.work.corrections, page.work.added, page.note, page.version, timezone.now()
    )
    return "Gemt. Opgaven er stadig åben."


def _wait(request: HttpRequest, task: Task, page: WorkbenchPage) -> str:
    now = timezone.now()
    version = page.version
    if page.work.corrections or page.work.added:
        version = handle_task.save(
            task, request.user, page.work.corrections, page.work.added, page.note, version, now
        ).version
    handle_task.wait(task, request.user, page.note, version, now)
    return "Gemt. Opgaven afventer svar og står under “Afventer svar”."


def _fix_ceiling(request: HttpRequest, task: Task, page: WorkbenchPage) -> str:
    page.fix("ceiling")
    return "Lønloftet er skrevet på sagen. Se den nye beregning."


def _fix_tax(request: HttpRequest, task: Task, page: WorkbenchPage) -> str:
    page.fix("tax")
    return "Trækprocenten er skrevet på sagen. Se den nye beregning."


ACTS = {"accept": _accept, "save": _save, "wait": _wait, "ceiling": _fix_ceiling, "tax": _fix_tax}


def _task(request: HttpRequest, pk: int) -> Task:
    visible = Task.objects.visible_to(request.user).select_related(
        "grant__citizen", "citizen", "municipality", "assigned_to", "closed_by"
    )
    return get_object_or_404(visible, pk=pk)


def _writable(request: HttpRequest, task: Task) -> Task:
    if task.municipality_id not in request.user.municipality_ids(*WRITERS):
        raise PermissionDenied("Din rolle giver kun adgang til at læse opgaven.")
    return task


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except ValueError:
        return None


def _query(request: HttpRequest) -> str:
    """The filters of the address, without the page."""
    return urlencode({name: value for name, value in request.GET.items() if name != "side" and value})
