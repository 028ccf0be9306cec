"""Ask the citizen or the employer: the letter made from a concern, shown and changed before it is sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases import ask
from cases.access import log_access, writer
from cases.forms import DayField
from cases.letters import RECIPIENTS, Draft
from cases.models import WRITERS, Task
from cases.refused import Conflict, Refused

WAY = {
    "citizen": "Brevet til borgeren bliver sendt med Digital Post.",
    "employer": "Brevet til arbejdsgiveren er klar, men ikke sendt: print det under Breve på sagen, og send det.",
}
"""What happens with the letter now: no electronic address of an employer is known."""


class LetterForm(forms.Form):
    """Subject, deadline and text, as proposed and as changed."""

    subject = forms.CharField(label="Emne", max_length=160)
    deadline = DayField(label="Svarfrist")
    body = forms.CharField(label="Tekst", widget=forms.Textarea(attrs={"rows": 16}))

    def __init__(self, data: Any, draft: Draft) -> None:
        initial = {"subject": draft.subject, "deadline": draft.deadline, "body": draft.body}
        super().__init__(data, initial=initial, use_required_attribute=False)


@writer
@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The letter for one concern of a task. Sending it lets the task wait for the answer."""
    task = _own(request, pk)
    recipient = request.GET.get("til", "citizen")
    try:
        draft = ask.draft(task, code, recipient, timezone.localdate())
    except Refused:
        raise Http404 from None
    log_access(request.user, task.grant.citizen, "Brev skrives")
    form, fault, status = LetterForm(request.POST or None, draft), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                ask.ask(task, Draft(draft.kind, recipient, **form.cleaned_data), request.user, timezone.now())
            except Refused as refused:
                fault, status = str(refused), 409 if isinstance(refused, Conflict) else 422
            else:
                messages.success(request, f"{WAY[recipient]} Opgaven venter på svar.")
                return redirect("task", pk=task.pk)
    context = {
        "task": task, "grant": task.grant, "citizen": task.grant.citizen, "form": form, "fault": fault,
        "is_to_employer": recipient == "employer",
        "to": RECIPIENTS[recipient].lower(), "others": [name for name in RECIPIENTS if name != recipient],
    }  # fmt: skip
    return render(request, "process/ask.html", context, status=status)


def _own(request: HttpRequest, pk: int) -> Task:
    visible = Task.objects.visible_to(request.user).select_related("grant__citizen", "municipality")
    task = get_object_or_404(visible, pk=pk, grant__isnull=False)
    if task.municipality_id not in request.user.municipality_ids(*WRITERS):
        raise PermissionDenied("Din rolle giver kun adgang til at læse opgaven.")
    return task
