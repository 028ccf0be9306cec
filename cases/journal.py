"""Journal notes on a case: written once, never changed."""

from __future__ import annotations

from datetime import datetime

from cases.models import Grant, JournalNote, User
from cases.signed import said


def write_note(grant: Grant, text: str, user: User, now: datetime) -> JournalNote:
    """A note on the case, signed and dated. Refused when it is empty."""
    return JournalNote.objects.create(
        grant=grant, text=said(text, "Skriv noten, før du gemmer."), written_at=now, written_by=user
    )
