"""The tabs above the inbox: tasks, notices, events, each with how many wait."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from cases.models import EventKind, JobcentreEvent, Notice, Task, User


def inbox_tabs(user: User, current: str) -> list[dict[str, Any]]:
    unknown = Q(kind=EventKind.UNKNOWN) | Q(citizen=None) | Q(outcome=[])
    counts = {
        "tasks": ("Opgaver", Task.objects.visible_to(user).open().count()),
        "notices": ("Adviser", Notice.objects.visible_to(user).filter(answered_at__isnull=True).count()),
        "events": ("Hændelser", JobcentreEvent.objects.visible_to(user).filter(unknown).count()),
    }
    return [
        {"text": text, "count": count, "url": reverse(name), "current": name == current}
        for name, (text, count) in counts.items()
    ]
