"""Open a start-up by hand, for a citizen whose recommendation came another way than as an event."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from cases.event_tasks import make_citizen
from cases.import_cases import read_cpr
from cases.models import Citizen, Municipality, Process, User
from cases.processes import start_up
from cases.refused import Refused
from cases.signed import said

EVENT = "Oprettet af en sagsbehandler"


def open_by_hand(
    municipality: Municipality,
    cpr: str,
    name: str,
    first_day: date | None,
    last_day: date | None,
    reason: str,
    user: User,
    now: datetime,
) -> Process:
    """Start FLEX_OPSTART for a citizen, who is made when unknown. Without a first day stage 4 stops (ELI1).

    The award is the jobcentre's, so the reason says where it was seen. Refused when there is an overlapping case.
    """
    reason = said(reason, "Skriv, hvor du har jobcentrets indstilling fra.")
    try:
        number = read_cpr(cpr)
    except ValueError as error:
        raise Refused(f"{error}.") from error
    with transaction.atomic():
        known = Citizen.objects.of(municipality).filter(cpr=number).first()
        citizen = known or make_citizen(
            municipality.pk, number, said(name, "Skriv borgerens navn."), "", user, f"{EVENT}: {reason}"
        )
        return start_up(citizen, event=f"{EVENT}: {reason}", first_day=first_day, last_day=last_day, user=user, now=now)
