"""Give tasks a due date or a priority: the order of the inbox, never what is decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from cases.models import Task, User
from cases.refused import Refused
from cases.signed import saved
from cases.templatetags.danish import day_name

PRIORITIES = {"haster": 0, "almindelig": 100, "kan-vente": 200}
"""Word in the form to the number the inbox sorts by; the program itself uses 1 to 100."""


def plan(tasks: Iterable[Task], by: User, *, due: date | None = None, priority: str = "") -> int:
    """Set due date, priority or both on the open ones of these tasks. How many were changed."""
    if due is None and priority not in PRIORITIES:
        raise Refused("Vælg en frist eller en prioritet.")
    words = [f"frist {day_name(due)}" if due else "", f"prioritet {priority}" if priority in PRIORITIES else ""]
    reason, changed = f"Planlagt: {', '.join(filter(None, words))}", 0
    for task in tasks:
        with transaction.atomic():
            row = Task.objects.select_for_update().get(pk=task.pk)
            wanted = (due or row.due_date, PRIORITIES.get(priority, row.priority))
            if row.is_open and wanted != (row.due_date, row.priority):
                row.due_date, row.priority = wanted
                row.version += 1
                saved(row, by, reason)
                changed += 1
    return changed
