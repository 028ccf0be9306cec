"""Who else has a task open: two people in one task are told of each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import AccessLog, Task, User

OPENED = "Opgave åbnet"
RECENTLY = timedelta(minutes=15)


def others_here(user: User, task: Task) -> list[tuple[User, Any]]:
    """Who else has had this citizen's task open within the last quarter of an hour."""
    citizen_id = task.grant.citizen_id if task.grant_id else task.citizen_id
    if not task.is_open or citizen_id is None:
        return []
    rows = (
        AccessLog.objects.filter(citizen=citizen_id, happened_at__gte=timezone.now() - RECENTLY, action=OPENED)
        .exclude(user=user)
        .select_related("user")
        .order_by("happened_at")
    )
    return list({row.user_id: (row.user, row.happened_at) for row in rows}.values())
