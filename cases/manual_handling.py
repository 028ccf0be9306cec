"""A case marked "kræver manuel sagsbehandling": what the register lacks, until when, and what each month needs.

Bekg. 227/2024 § 14, stk. 3. The mark makes a task every month (INC34); it always means more by hand.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from cases.gather import manual_reason
from cases.models import AddedIncome, Citizen, Grant, IncomeTreatment, Task, User
from cases.recalculate import decide_waiting
from cases.refused import Refused
from cases.signed import held, said, saved
from rules.decision import Decision as Decided

NONE_THIS_MONTH = "Ingen i måneden"


def require_manual(grant: Grant, lacking: str, until: date | None, user: User, now: datetime) -> Grant:
    """Mark the case: every month is a task until the day (both included), or until the mark is taken off."""
    lacking = said(lacking, "Skriv, hvilke oplysninger der mangler i indkomstregisteret.")
    with transaction.atomic():
        row = held(grant)
        row.needs_manual, row.needs_manual_until = lacking[:200], until
        saved(row, user, f"Kræver manuel sagsbehandling: {lacking}")
        decide_waiting(row, now)
        return row


def end_manual(grant: Grant, reason: str, user: User, now: datetime) -> Grant:
    """Take the mark off, with the reason. Months that still wait untouched are decided anew."""
    reason = said(reason, "Skriv, hvorfor sagen ikke længere skal behandles manuelt.")
    with transaction.atomic():
        row = held(grant)
        row.needs_manual, row.needs_manual_until = "", None
        saved(row, user, reason)
        decide_waiting(row, now)
        return row


def wants_human(citizen: Citizen, *, wants: bool, reason: str, user: User, now: datetime) -> Citizen:
    """The citizen's own wish to be handled by a person (GDPR art. 22), in force at once."""
    reason = said(reason, "Skriv, hvordan borgeren har bedt om det.")
    with transaction.atomic():
        row = Citizen.objects.select_for_update().get(pk=citizen.pk)
        row.wants_human = wants
        saved(row, user, reason)
        for grant in row.grants.all():
            decide_waiting(grant, now)
        return row


def demand_income(task: Task, shown: Decided, note: str, *, no_income: bool) -> str:
    """The note of the acceptance; refused while the missing income is neither entered nor said to be none."""
    grant = task.grant
    marked = manual_reason(task.benefit_month, grant.needs_manual, grant.needs_manual_until, wants_human=False)
    if not marked or all(one.code != "INC34" for one in shown.concerns):
        return note
    if no_income:
        return f"{NONE_THIS_MONTH}. {note}".strip()
    month = task.benefit_month - 1
    treated = IncomeTreatment.objects.filter(report__citizen=grant.citizen_id, report__month=month)
    if not treated.exists() and not AddedIncome.objects.filter(grant=grant, month=month).exists():
        raise Refused(f"Sagen mangler: {marked}. Tilføj indtægten, eller angiv, at der er ingen i måneden.")
    return note
