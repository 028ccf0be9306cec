"""Visitation and refusion of a case (visitation og refusion): the sub-process of SAT3 and SAT4.

No effect on the subsidy: refusion percentages are not looked up (Q37). The grant's period is, and calculates again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.benefits import check_grant
from cases.changed import changed
from cases.models import Grant, StopReason, User, Visitation
from cases.refused import Refused
from cases.signed import held, said, saved
from rules.months import Month


@dataclass(frozen=True)
class Visited:
    """What a person enters. ``first_day`` and ``last_day``: the period the refusion category covers."""

    visited_on: date
    group: str
    status: str
    first_day: date
    source: str
    last_day: date | None = None
    first_fleksjob_day: date | None = None
    refusion_category: str = ""


def set_visitation(grant: Grant, visited: Visited, user: User, now: datetime) -> Visitation:
    """Keep a visitation. One from the same day is corrected (the old figures stay in the history)."""
    source = said(visited.source, "Skriv, hvor oplysningen om visitation kommer fra.")
    said(visited.group, "Vælg målgruppe.")
    said(visited.status, "Vælg status.")
    if visited.visited_on > localdate(now):
        raise Refused("Visitationsdatoen ligger i fremtiden. Skriv den dag, borgeren blev visiteret.")
    if visited.last_day and visited.last_day < visited.first_day:
        raise Refused("Perioden slutter, før den begynder. Ret datoerne.")
    with transaction.atomic():
        held(grant)
        row = Visitation.objects.filter(grant=grant, first_day=visited.first_day).first() or Visitation(grant=grant)
        for name, value in vars(visited).items():
            setattr(row, name, value)
        return saved(row, user, source)


def set_grant_period(
    grant: Grant, first_day: date, last_day: date | None, source: str, user: User, now: datetime
) -> Grant:
    """Correct the period of the grant as the jobcentre has stated it (LAB § 120); touched months are calculated again.

    An end makes the stop reason "Bevilling udløbet". To end a case before that, use ``end_grant``.
    """
    source = said(source, "Skriv, hvor oplysningen om bevillingens periode kommer fra.")
    if last_day and last_day < first_day:
        raise Refused("Bevillingen slutter, før den begynder. Ret datoerne.")
    with transaction.atomic():
        row = held(grant)
        before = row.first_day
        _free(row, first_day, last_day)
        check_grant(row, first_day, last_day)
        row.first_day, row.last_day = first_day, last_day
        row.stop_reason = StopReason.EXPIRED if last_day else ""
        saved(row, user, source)
        changed(row, Month.of(min(before, first_day)), None, f"Bevillingens periode rettet: {source}", user, now)
        return row


def _free(grant: Grant, first_day: date, last_day: date | None) -> None:
    """Two grants of one citizen never overlap."""
    for other in Grant.objects.filter(citizen=grant.citizen_id).exclude(pk=grant.pk):
        if (last_day is None or other.first_day <= last_day) and (
            other.last_day is None or other.last_day >= first_day
        ):
            raise Refused(f"Perioden overlapper sag {other}. En borger kan kun have én bevilling ad gangen.")
