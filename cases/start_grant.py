"""The grant a start-up makes when stage 4 passes, changes when a person goes back, and unmakes when it is refused."""

from __future__ import annotations

from datetime import datetime

from django.db.models import ProtectedError
from django.utils.timezone import localdate

from cases.due import due_in
from cases.gather import gather
from cases.import_cases import next_number
from cases.models import Decision, Grant, Process, Run, RunState, User, parameters_for, rates_for
from cases.refused import Refused
from cases.save_decisions import Act, Case, save_decisions
from cases.signed import removed, saved
from rules.decision import decide
from rules.months import Month
from rules.spreading import MAX_MONTHS_BACK

TYPED = ("jobs", "wage_ceilings", "periods", "added_incomes", "visitations", "earlier_subsidies")
"""What may have been typed on a case that is refused after all; its history stays."""


def free_period(process: Process) -> None:
    """Refused when the citizen has a grant that overlaps the start-up's period (LAB § 120)."""
    for other in Grant.objects.filter(citizen=process.citizen_id).exclude(pk=process.grant_id).order_by("first_day"):
        begins_after = process.last_day is not None and other.first_day > process.last_day
        ends_before = other.last_day is not None and (process.first_day is None or other.last_day < process.first_day)
        if not begins_after and not ends_before:
            raise Refused(f"Borgeren har allerede sag {other}. Afslut den, eller ret bevillingens periode.")


def make_or_change(process: Process, user: User, reason: str, now: datetime) -> Grant:
    """The grant with the period of the process: made the first time, changed when stage 4 passes again."""
    free_period(process)
    grant = process.grant or Grant(
        municipality_id=process.municipality_id,
        citizen_id=process.citizen_id,
        number=next_number(process.municipality),
    )
    period = (process.first_day, process.last_day, process.stop_reason)
    if grant.pk is None or (grant.first_day, grant.last_day, grant.stop_reason) != period:
        grant.first_day, grant.last_day, grant.stop_reason = period
        saved(grant, user, reason)
    process.grant = grant
    return grant


def unmake(process: Process, user: User, reason: str) -> None:
    """A refused start-up leaves no grant. Refused when something on the case can no longer be taken back."""
    grant = process.grant
    if grant is None:
        return
    if Decision.objects.filter(grant=grant).exists():
        raise Refused("Der er afgjort måneder på sagen. Afslut bevillingen i stedet for at afslå den.")
    process.grant = None
    saved(process, user, reason)
    if process.task is not None:
        process.task.grant = None
        saved(process.task, user, reason)
    try:
        for name in TYPED:
            for row in getattr(grant, name).all():
                removed(row, user, reason)
        removed(grant, user, reason)
    except ProtectedError as error:
        kinds = sorted({str(one._meta.verbose_name) for one in error.protected_objects})
        raise Refused(f"Sagen har {', '.join(kinds)}. Afslut bevillingen i stedet for at afslå den.") from error


def decide_start_months(grant: Grant, user: User, now: datetime) -> list[Month]:
    """The months of a new case that have already been run are decided now, each as a task (INC43 or INC1 stops it).

    A month whose run is still to come is left to it.
    """
    newest = Run.objects.filter(municipality=grant.municipality_id).order_by("benefit_month").last()
    if newest is None:
        return []
    this = Month.of(localdate(now))
    month, done = max(Month.of(grant.first_day), this - MAX_MONTHS_BACK), []
    while month <= min(newest.benefit_month, this):
        if _is_due(grant, month):
            _decide(grant, month, user, now)
            done.append(month)
        month += 1
    return done


def _is_due(grant: Grant, month: Month) -> bool:
    decided = Decision.objects.filter(grant=grant, benefit_month=month).exists()
    return not decided and grant.pk in due_in(grant.municipality, month, grant.pk, grant.pk).grant_ids


def _decide(grant: Grant, month: Month, user: User, now: datetime) -> None:
    run = Run.objects.filter(municipality=grant.municipality_id, benefit_month=month).exclude(state=RunState.CLOSED)
    facts = gather([grant.pk], month)[grant.pk]
    decided = decide(facts, rates_for(month), parameters_for(grant.municipality, month))
    case = Case(grant.pk, grant.citizen_id, grant.municipality_id, decided)
    save_decisions([case], Act(month, user, now, "Opstart: måneden er kørt", run.first()))
