"""Read a file of jobcentre events: each stored once and handled, the faulty told; twice changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.db.models import Max

from cases.event_tasks import make_citizen
from cases.handle_event import Standing, brings_citizen, carry_out, plan, standing_of
from cases.integrations.jobcentre import UNKNOWN, JobcentreMessage, read_events, same_meaning
from cases.integrations.reading import Fault, UnreadableFile
from cases.models import Citizen, JobcentreEvent, Municipality, Process, ProcessState, User
from cases.refused import Refused

log = logging.getLogger(__name__)


@dataclass
class EventsImported:
    """What a file gave. ``unreadable``: why it could not be read to its end; what came before it is kept.

    ``outcomes``: (event's id, type, what it led to) of each new event. ``without_citizen`` and ``unknown`` are listed:
    such events are stored, and nobody is to lose them.
    """

    name: str
    read: int = 0
    new: int = 0
    known: int = 0
    outcomes: list[tuple[str, str, list[str]]] = field(default_factory=list)
    without_citizen: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unreadable: str = ""

    @property
    def exit_code(self) -> int:
        return 2 if self.unreadable else 1 if self.faults else 0

    @property
    def said(self) -> str:
        return (
            f"{self.read} hændelser læst, {self.new} nye, {self.known} kendt i forvejen, "
            f"{len(self.without_citizen)} uden borger, {len(self.unknown)} af ukendt type, {len(self.faults)} med fejl."
        )


def import_events(
    source: BinaryIO,
    name: str,
    *,
    user: User,
    now: datetime,
    municipality: Municipality | None = None,
    dry_run: bool = False,
) -> EventsImported:
    """Read one file. Good events are kept also when others fail or the file breaks off.

    municipality: needed only where it is not known from the envelope or the citizen. Events are handled in the order
    they were received, each in a transaction of its own. ``dry_run`` does all of it and takes it back.
    """
    result = EventsImported(name)
    messages = sorted(_good(source, result), key=lambda one: (one.received or now, one.index))
    if dry_run:
        with transaction.atomic():
            _take_all(messages, result, municipality, user, now)
            transaction.set_rollback(True)
    else:
        _take_all(messages, result, municipality, user, now)
    return result


def _good(source: BinaryIO, result: EventsImported) -> Iterator[JobcentreMessage]:
    try:
        for message in read_events(source):
            result.read += 1
            if message.error:
                result.faults.append(f"{result.name}: {message.error}")
            else:
                yield message
    except UnreadableFile as error:
        result.unreadable = f"{result.name}: {error}"


def _take_all(
    messages: list[JobcentreMessage],
    result: EventsImported,
    municipality: Municipality | None,
    user: User,
    now: datetime,
) -> None:
    for message in messages:
        try:
            with transaction.atomic():
                _take(message, result, municipality, user, now)
        except (Fault, Refused) as fault:
            result.faults.append(f"{_place(message, result)}: {fault}")
        except Exception as error:
            log.exception("Event %s", message.external_id)
            result.faults.append(
                f"{_place(message, result)}: programfejl ({type(error).__name__}). Hændelsen er ikke indlæst: "
                "indlæs filen igen, når fejlen er rettet."
            )


def _take(
    message: JobcentreMessage, result: EventsImported, municipality: Municipality | None, user: User, now: datetime
) -> None:
    owner = _owner(message, municipality)
    stored = JobcentreEvent.objects.filter(municipality=owner, external_id=message.external_id).first()
    if stored:
        if not same_meaning(stored.payload, message.payload):
            raise Fault("er indlæst før med et andet indhold. Det nye er ikke brugt")
        result.known += 1
        return
    citizen = _citizen(message, owner, user)
    standing = standing_of(owner, citizen, message.effective)
    deeds = plan(message, standing)
    event = _store(message, standing, [deed.text for deed in deeds], now)
    carry_out(deeds, event, standing, user, now)
    _count(message, standing, event, result)


def _owner(message: JobcentreMessage, municipality: Municipality | None) -> Municipality:
    """The municipality that is named, the one the envelope is for, or the one that has the citizen."""
    receivers = list(Municipality.objects.filter(cvr__in=message.recipients)) if message.recipients else []
    if municipality:
        if receivers and municipality not in receivers:
            raise Fault(f"beskeden er til {receivers[0]}, ikke til {municipality}")
        return municipality
    found = receivers or list(Municipality.objects.filter(citizens__cpr=message.cpr).distinct() if message.cpr else ())
    if len(found) > 1:
        raise Fault("borgeren eller beskeden hører til flere kommuner. Angiv kommunen med --municipality")
    if not found:
        found = list(Municipality.objects.all()[:2])
        if len(found) != 1:
            raise Fault("ingen kommune har borgeren. Angiv kommunen med --municipality")
    return found[0]


def _citizen(message: JobcentreMessage, owner: Municipality, user: User) -> Citizen | None:
    """The citizen, locked; a new one when an indstilling brings what is needed."""
    if not message.cpr:
        return None
    known = Citizen.objects.select_for_update().filter(municipality=owner, cpr=message.cpr).first()
    if known is None and brings_citizen(message):
        name, address = message.payload["navn"], message.payload.get("adresse") or ""
        reason = f"Indstilling fra jobcentret {message.external_id}"
        return make_citizen(owner.pk, message.cpr, name, address, user, reason)
    return known


def _store(message: JobcentreMessage, standing: Standing, outcome: list[str], now: datetime) -> JobcentreEvent:
    return JobcentreEvent.objects.create(
        municipality=standing.municipality,
        citizen=standing.citizen,
        external_id=message.external_id,
        kind=message.kind,
        effective_date=message.effective,
        received_at=_received_at(message, standing.citizen, now),
        payload=message.payload,
        origin=message.origin,
        outcome=outcome,
        imported_at=now,
    )


def _received_at(message: JobcentreMessage, citizen: Citizen | None, now: datetime) -> datetime:
    """When the event reached the municipality, never later than now (Q35).

    When a process was completed in between, that was without this event: then it is received just after it, else no
    one would ever be asked. What the file says stands in the payload.
    """
    at = min(message.received or now, now)
    done = Process.objects.filter(citizen=citizen, state__in=(ProcessState.DONE, ProcessState.REFUSED))
    handled = done.aggregate(newest=Max("finished_at"))["newest"] if citizen else None
    return at if handled is None or at > handled else max(now, handled + timedelta(microseconds=1))


def _count(message: JobcentreMessage, standing: Standing, event: JobcentreEvent, result: EventsImported) -> None:
    result.new += 1
    result.outcomes.append((message.external_id, message.type_name, event.outcome))
    place = _place(message, result)
    if standing.citizen is None:
        result.without_citizen.append(f"{place}: CPR {message.cpr or 'mangler'} kendes ikke i {standing.municipality}.")
    if message.kind == UNKNOWN:
        result.unknown.append(f"{place}: ukendt type '{message.type_name}'. Hændelsen er gemt, men ikke behandlet.")


def _place(message: JobcentreMessage, result: EventsImported) -> str:
    return f"{result.name}: Hændelse nr. {message.index} ({message.type_name or 'uden type'}, id {message.external_id})"
