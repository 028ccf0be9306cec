"""A complaint over a payment (klage): in time or not, re-assessment, outcome. LAB § 204; RSL §§ 66-67."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from cases.bank_days import is_bank_day
from cases.changed import changed
from cases.letters import Draft, framed, write_letter
from cases.models import Complaint, Grant, IssuedDocument, LetterKind, Payment, TaskKind, User
from cases.open_task import COMPLAINT, Question, open_task, settle
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.signed import said, saved
from cases.templatetags.danish import day_name

WEEKS = timedelta(weeks=4)  # LAB § 204: to complain; our choice of the same four weeks to re-assess
RECALCULATED, SENT, REJECTED = "recalculated", "upheld_and_sent", "rejected_late"

WORDS = {
    RECALCULATED: "Vi har vurderet sagen igen og beregner måneden på ny. Du får besked om resultatet.",
    SENT: "Vi har vurderet sagen igen og fastholder afgørelsen. Vi har sendt din klage til Ankestyrelsen.",
    REJECTED: "Din klage kom for sent: fristen er fire uger. Vi kan derfor ikke behandle den.",
}


def noticed_on(payment: Payment) -> date:
    """When the citizen was told: the day the specification was issued (Digital Post), else the pay day."""
    issued = IssuedDocument.objects.filter(payment=payment).values_list("issued_at", flat=True).first()
    return localdate(issued) if issued else payment.pay_date


def last_day_to_complain(payment: Payment) -> date:
    """Four weeks from the notice; a deadline on a closed day moves to the next open one."""
    day = noticed_on(payment) + WEEKS
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def register_complaint(payment: Payment, received_on: date, text: str, user: User, now: datetime) -> Complaint:
    """Register a complaint, with a task to re-assess within four weeks."""
    text = said(text, "Skriv, hvad borgeren klager over.")
    today = localdate(now)
    if received_on > today:
        raise Refused("Klagen kan ikke være modtaget efter i dag.")
    if received_on < localdate(payment.created_at):
        raise Refused("Klagen kan ikke være modtaget, før udbetalingen blev afgjort.")
    with transaction.atomic():
        Grant.objects.select_for_update().get(pk=payment.grant_id)
        if Complaint.objects.filter(payment=payment, closed_at__isnull=True).exists():
            raise Refused("Der er allerede en åben klage over udbetalingen. Skriv det nye i en journalnote.")
        until = last_day_to_complain(payment)
        row = Complaint(
            payment=payment,
            received_on=received_on,
            is_in_time=received_on <= until,
            text=text,
            registered_at=now,
            registered_by=user,
        )
        saved(row, user, "Klage modtaget")
        month = long_month(payment.benefit_month)
        message = f"Klage over {month}: vurdér sagen igen"
        known = {"modtaget": str(received_on), "klagefrist": str(until), "rettidig": row.is_in_time}
        open_task(
            payment.citizen, payment.grant, TaskKind.FOLLOW_UP, payment.benefit_month, message,
            due=max(today, received_on + WEEKS), questions=[Question(COMPLAINT, message, known)], event="Klage",
            user=user, now=now, priority=30,
        )  # fmt: skip
        return row


def reassess(complaint: Complaint, text: str, user: User) -> Complaint:
    """Keep the re-assessment (genvurdering, retssikkerhedsloven § 66)."""
    text = said(text, "Skriv genvurderingen.")
    with transaction.atomic():
        row = _open(complaint)
        row.reassessment = text
        return saved(row, user, "Genvurderet")


def close_complaint(complaint: Complaint, outcome: str, user: User, now: datetime) -> Complaint:
    """Close it with its outcome and tell the citizen. Changed: the month is calculated again.

    Upheld needs a re-assessment; only a complaint out of time can be rejected as late.
    """
    if outcome not in WORDS:
        raise Refused("Vælg klagens udfald.")
    with transaction.atomic():
        row = _open(complaint)
        if outcome == REJECTED and row.is_in_time:
            raise Refused("Klagen er modtaget inden for fire uger og kan ikke afvises som for sen.")
        if outcome != REJECTED and not row.reassessment:
            raise Refused("Skriv genvurderingen, før klagen afsluttes (retssikkerhedsloven § 66).")
        if outcome == SENT and not row.is_in_time:
            raise Refused("Klagen er for sen. Afvis den, eller genberegn, hvis du vurderer, at borgeren har ret.")
        row.outcome, row.closed_at, row.closed_by = outcome, now, user
        saved(row, user, row.get_outcome_display())
        payment = row.payment
        grant, month = payment.grant, payment.benefit_month
        settle(grant, month, COMPLAINT, row.get_outcome_display(), user, now)
        write_letter(grant, _letter(row), user, now)
        if outcome == RECALCULATED:
            event = f"Klage modtaget {row.received_on:%d.%m.%Y}: {row.reassessment}"
            changed(grant, month, month, event, user, now)
        return row


def calculation_for_appeal(complaint: Complaint) -> str:
    """The frozen calculation that goes to Ankestyrelsen with the complaint: facts, rates, steps, fingerprint. JSON."""
    decision = complaint.payment.origin.decision
    return json.dumps(
        {
            "sag": decision.grant.number,
            "tilskudsmåned": str(decision.benefit_month),
            "afgjort": decision.decided_at.isoformat(),
            "tilskud": str(decision.subsidy),
            "til udbetaling før skat": str(decision.payable_before_tax),
            "beregning": [{"tekst": text, "lov": law, "beløb": amount} for text, law, amount in decision.steps],
            "oplysninger": decision.facts,
            "satser": decision.rates,
            "indstillinger": decision.parameters,
            "fingeraftryk": decision.fingerprint,
            "regelversion": decision.rules_version,
            "klage": complaint.text,
            "modtaget": str(complaint.received_on),
            "genvurdering": complaint.reassessment,
        },
        ensure_ascii=False,
        indent=1,
    )


def _open(complaint: Complaint) -> Complaint:
    row = Complaint.objects.select_for_update().get(pk=complaint.pk)
    if row.closed_at is not None:
        raise Refused("Klagen er allerede afsluttet.")
    return row


def _letter(complaint: Complaint) -> Draft:
    grant, month = complaint.payment.grant, long_month(complaint.payment.benefit_month)
    why = f"Vores genvurdering: {complaint.reassessment}" if complaint.reassessment else ""
    first = f"Du klagede {day_name(complaint.received_on)} over dit fleksløntilskud for {month}."
    body = framed(grant, [first, WORDS[complaint.outcome], *filter(None, [why])])
    return Draft(LetterKind.OTHER, "citizen", f"Svar på din klage over {month}", body)
