"""A row saved or removed with the user and the reason in its history: the one way an act writes."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import models

from cases.models import Grant, User
from cases.refused import Refused

Row = TypeVar("Row", bound=models.Model)


def saved(row: Row, user: User, reason: str, now: datetime | None = None) -> Row:
    """Save with history. ``now``: where the time of the history row is itself read later (Q35)."""
    row._history_user, row._change_reason = user, reason
    if now is not None:
        row._history_date = now
    row.save()
    return row


def removed(row: models.Model, user: User, reason: str) -> None:
    """Delete a row that was entered by mistake; its history stays and says who and why."""
    row._history_user, row._change_reason = user, reason
    row.delete()


def held(grant: Grant) -> Grant:
    """The case as it stands now, locked for this transaction: overlaps are judged under this lock."""
    return Grant.objects.select_for_update().get(id=grant.pk)


def said(text: str, what: str) -> str:
    """The text without blanks around it; refused with ``what`` (a whole Danish sentence) when there is none."""
    if not text.strip():
        raise Refused(what)
    return text.strip()
