"""A letter of a case becomes an issued document when it is marked as sent: frozen, drawn and put in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate
from django_q.tasks import async_task

from cases.broker import LATER
from cases.issue_specifications import save_documents
from cases.models import DeliveryState, IssuedDocument, Letter, User
from cases.specification_parts import Office
from rules.frozen import digest, freeze, thaw

TEMPLATE_VERSION = "brev-1"
TO_EMPLOYER = "Brev til arbejdsgiveren: sendes af en medarbejder"


@dataclass(frozen=True)
class LetterContext:
    """Everything an ordinary letter says. ``paragraphs``: as they were written, lines inside kept."""

    municipality: Office
    to: str
    address: str
    case_number: str
    title: str
    paragraphs: tuple[str, ...]
    written: date
    mark: str = ""


def issue_letter(letter: Letter, user: User, now: datetime) -> IssuedDocument:
    """Freeze the letter and hand it to the worker. Must run inside the transaction that marks it as sent.

    A letter to an employer has no known electronic address: it waits for a person to send it.
    """
    context = context_of_letter(letter, now)
    values: dict[str, Any] = freeze(context)
    document = IssuedDocument(
        municipality_id=letter.grant.municipality_id,
        citizen_id=letter.grant.citizen_id,
        letter=letter,
        title=context.title,
        context=values,
        text=text_of_letter(context),
        sha256=digest(values),
        template_version=TEMPLATE_VERSION,
        issued_at=now,
        issued_by=user,
    )
    to_employer = letter.recipient == "employer"
    state = DeliveryState.ON_PAPER if to_employer else DeliveryState.WAITING
    save_documents([document], user, now, state, TO_EMPLOYER if to_employer else "")
    async_task("cases.letter_jobs.draw_letters", document.pk, document.pk, cluster=LATER)
    return document


def context_of_letter(letter: Letter, now: datetime) -> LetterContext:
    """The letter with names and addresses of now."""
    grant, citizen = letter.grant, letter.grant.citizen
    municipality = grant.municipality
    to_employer = letter.recipient == "employer"
    address = "Adressen er beskyttet" if citizen.is_protected else citizen.address
    return LetterContext(
        municipality=Office(municipality.name, municipality.unit, municipality.address, municipality.phone),
        to="Arbejdsgiveren" if to_employer else citizen.name,
        address="" if to_employer else address,
        case_number=grant.number,
        title=letter.subject,
        paragraphs=tuple(part.strip() for part in letter.body.replace("\r\n", "\n").split("\n\n") if part.strip()),
        written=localdate(now),
    )


def text_of_letter(context: LetterContext) -> str:
    """The same letter as plain text."""
    return "\n\n".join([context.title, *context.paragraphs]) + "\n"


def thawed_letter(values: dict[str, Any]) -> LetterContext:
    context: LetterContext = thaw(LetterContext, values)
    return context
