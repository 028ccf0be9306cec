"""Letters of a case: written here in plain Danish, issued and sent by the post, answered with a source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.issue_letter import issue_letter
from cases.models import Grant, Letter, LetterKind, Municipality, Task, TaskState, User
from cases.open_task import closed
from cases.refused import Refused
from cases.signed import said, saved

RECIPIENTS = {"citizen": "Borger", "employer": "Arbejdsgiver"}
COMPLAINT_GUIDE = (
    "Er du uenig, kan du klage til os inden fire uger efter, at du har fået afgørelsen. Skriv eller ring til os. "
    "Vi vurderer sagen igen. Holder vi fast, sender vi din klage videre til Ankestyrelsen "
    "(LAB § 204; retssikkerhedsloven §§ 66 og 67)."
)


@dataclass(frozen=True)
class Draft:
    """A letter before it is sent: everything in it can be changed by the person who sends it."""

    kind: str
    recipient: str
    subject: str
    body: str
    deadline: date | None = None


def framed(grant: Grant, paragraphs: list[str], *, to_employer: bool = False) -> str:
    """The paragraphs between a greeting and the sender."""
    greeting = "Til arbejdsgiveren" if to_employer else f"Kære {grant.citizen.name}"
    return "\n\n".join([greeting, *paragraphs, f"Venlig hilsen\n{sender(grant.municipality)}"])


def sender(municipality: Municipality) -> str:
    """Unit, municipality and telephone, as far as they are known."""
    phone = f"Telefon {municipality.phone}" if municipality.phone else ""
    return "\n".join(filter(None, [municipality.unit, municipality.name, phone]))


def write_letter(
    grant: Grant, draft: Draft, user: User, now: datetime, *, task: Task | None = None, send_now: bool = True
) -> Letter:
    """Keep a letter, sent or waiting to be sent. Refused without subject, text, or with a deadline that is past."""
    said(draft.subject, "Skriv brevets emne.")
    said(draft.body, "Skriv brevets tekst.")
    if draft.recipient not in RECIPIENTS or draft.kind not in LetterKind.values:
        raise Refused("Vælg, hvem brevet er til.")
    if draft.deadline is not None and draft.deadline <= localdate(now):
        raise Refused("Svarfristen skal ligge efter i dag.")
    letter = Letter(
        grant=grant,
        task=task,
        kind=draft.kind,
        recipient=draft.recipient,
        subject=draft.subject.strip()[:160],
        body=draft.body.strip(),
        deadline=draft.deadline,
        sent_at=now if send_now else None,
        sent_by=user if send_now else None,
    )
    with transaction.atomic():
        saved(letter, user, "Brev sendt" if send_now else "Brev skrevet")
        if send_now:
            issue_letter(letter, user, now)
        return letter


def send(letter: Letter, user: User, now: datetime, *, subject: str = "", body: str = "") -> Letter:
    """Send a letter that waits, perhaps with a changed text. A letter about folkepension closes its task."""
    with transaction.atomic():
        letter = Letter.objects.select_for_update().get(pk=letter.pk)
        if letter.sent_at is not None:
            raise Refused("Brevet er allerede sendt.")
        letter.subject, letter.body = (subject or letter.subject)[:160], body or letter.body
        letter.sent_at, letter.sent_by = now, user
        saved(letter, user, "Brev sendt")
        issue_letter(letter, user, now)
        if letter.kind == LetterKind.PENSION and letter.task and letter.task.is_open:
            closed(Task.objects.select_for_update().get(pk=letter.task_id), "Brevet er sendt", user, now)
        return letter


def register_answer(letter: Letter, answer: str, source: str, user: User, now: datetime) -> Letter:
    """Keep the answer to a letter with where it came from. A task that waited for it is open again."""
    answer = said(answer, "Skriv, hvad svaret er.")
    source = said(source, "Skriv, hvordan svaret kom, fx Digital Post 4. november 2026 eller telefon.")
    with transaction.atomic():
        letter = Letter.objects.select_for_update().get(pk=letter.pk)
        if letter.sent_at is None:
            raise Refused("Brevet er ikke sendt endnu.")
        if letter.answered_at is not None:
            raise Refused("Der er allerede registreret et svar. Skriv det nye i en journalnote.")
        letter.answer, letter.answer_source = answer, source[:160]
        letter.answered_at, letter.answered_by = now, user
        saved(letter, user, source)
        if letter.task_id:
            reopen(letter.task_id, "Svar modtaget", user)
        return letter


def reopen(task_id: int, reason: str, user: User) -> None:
    """A waiting task stands in the inbox again."""
    task = Task.objects.select_for_update().get(pk=task_id)
    if task.state == TaskState.WAITING:
        task.state, task.version = TaskState.OPEN, task.version + 1
        saved(task, user, reason)
