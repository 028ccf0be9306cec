"""An act on a case: its form, the sum that follows what is typed, and back to where the person came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases import notices
from cases.access import log_access, log_again, writer
from cases.acts import ACTS, About, ActForm
from cases.models import WRITERS, Complaint, ControlLine, Grant, IncomeReport, Notice, Task
from cases.presenters.what_if import as_it_is, what_if
from cases.refused import Conflict, Refused

ROWS: dict[str, Callable[[Grant], Any]] = {
    "reports": lambda grant: IncomeReport.objects.filter(citizen=grant.citizen_id),
    "added_incomes": lambda grant: grant.added_incomes,
    "periods": lambda grant: grant.periods,
    "letters": lambda grant: grant.letters,
    "hearings": lambda grant: grant.hearings,
    "complaints": lambda grant: Complaint.objects.filter(payment__grant=grant),
    "claims": lambda grant: grant.claims.select_related("adjustment"),
    "control_lines": lambda grant: ControlLine.objects.filter(citizen=grant.citizen_id),
}
"""What an act can be about, by the name of its form's ``part``."""


@writer
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, word: str, part_pk: int | None = None) -> HttpResponse:
    """The page of one act. A refusal shows the page again with everything that was typed."""
    about = about_of(request, pk, word, part_pk)
    form = ACTS[word](request.POST or None, about)
    log_access(request.user, about.grant.citizen, form.title)
    fault, status = "", 200
    if request.method == "POST":
        status = 422
        if "try" in request.POST:
            status = 200
        elif form.is_valid() and "letter" in request.POST:
            form.show_letter()
            status = 200
        elif form.is_valid():
            try:
                return _done(request, about, form)
            except Refused as refused:
                fault, status = str(refused), 409 if isinstance(refused, Conflict) else 422
    return render(request, "acts/page.html", page_of(request, about, form, word, fault), status=status)


@writer
@require_POST
def act_sum(request: HttpRequest, pk: int, word: str, part_pk: int | None = None) -> HttpResponse:
    """The sum with what is typed, for the live look. Nothing is kept."""
    about = about_of(request, pk, word, part_pk)
    form = ACTS[word](request.POST, about)
    log_again(request.user, about.grant.citizen, f"{form.title}, prøvet")
    return render(request, form.sum_template, {"result": _tried(request, about, form), "form": form})


def _tried(request: HttpRequest, about: About, form: ActForm) -> Any:
    now = timezone.now()
    if form.sum_template != ActForm.sum_template:
        return form.result(now)
    if not form.is_valid():
        return as_it_is(about.grant, now)
    return what_if(about.grant, lambda: form.perform(request.user, now), now)


def _done(request: HttpRequest, about: About, form: ActForm) -> HttpResponse:
    now = timezone.now()
    with transaction.atomic():
        said = form.perform(request.user, now)
        if about.notice is not None and form.answers != "job":
            notices.answered_by(about.notice, form.answers, request.user, now)
    messages.success(request, said)
    return redirect(back_to(about, form))


def back_to(about: About, form: ActForm) -> str:
    """The task the person came from while it is open, else the tab of the case that shows what was done."""
    if about.task is not None and Task.objects.open().filter(pk=about.task.pk).exists():
        return reverse("task", args=[about.task.pk])
    return f"{reverse('case', args=[about.grant.pk])}?fane={form.tab}"


def page_of(request: HttpRequest, about: About, form: ActForm, word: str, fault: str) -> dict[str, Any]:
    part = [about.row.pk] if about.row is not None else []
    name = "act_part_sum" if part else "act_sum"
    return {
        "about": about,
        "grant": about.grant,
        "citizen": about.grant.citizen,
        "form": form,
        "fault": fault,
        "known": form.known(),
        "back": back_to(about, form),
        "sum_address": reverse(name, args=[about.grant.pk, word, *part]),
        "result": _result(request, about, form),
        "has_letter": hasattr(form, "show_letter"),
    }


def _result(request: HttpRequest, about: About, form: ActForm) -> Any:
    """The sum on the page: as it is, or with what is typed when somebody without JavaScript asks."""
    if not form.has_sum:
        return None
    own = form.sum_template != ActForm.sum_template
    return _tried(request, about, form) if own or "try" in request.POST else as_it_is(about.grant, timezone.now())


def about_of(request: HttpRequest, pk: int, word: str, part_pk: int | None) -> About:
    """The case, the row, and the task or notice in the address: all of it the user's own, or there is nothing."""
    form_class = ACTS.get(word)
    if form_class is None or bool(form_class.part) != bool(part_pk):
        raise Http404
    visible = Grant.objects.visible_to(request.user).select_related("citizen", "municipality")
    grant = get_object_or_404(visible, pk=pk)
    if grant.municipality_id not in request.user.municipality_ids(*WRITERS):
        raise PermissionDenied("Din rolle giver kun adgang til at læse sagen.")
    row = get_object_or_404(ROWS[form_class.part](grant), pk=part_pk) if part_pk else None
    return About(grant, row, _from(request, Task, "opgave", grant), _from(request, Notice, "advis", grant))


def _from(request: HttpRequest, model: Any, name: str, grant: Grant) -> Any:
    text = request.GET.get(name, "")
    return get_object_or_404(model.objects.filter(grant=grant), pk=int(text)) if text.isdecimal() else None
