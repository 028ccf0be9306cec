"""The end of a grant (afslut bevilling): last day, stop reason, last payment, the decision letter; and reopening it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases.bank_days import last_bank_day
from cases.changed import changed
from cases.gather import gather
from cases.letters import COMPLAINT_GUIDE, Draft, framed, write_letter
from cases.models import (
    Decision,
    Grant,
    Letter,
    LetterKind,
    Outcome,
    StopReason,
    Task,
    TaskKind,
    TaskState,
    User,
    rates_for,
)
from cases.open_task import MONTHS_MISSING, Question, close_open, closed, open_task
from cases.presenters.words import long_month, months_listed
from cases.refused import Refused
from cases.signed import held, said, saved
from cases.templatetags.danish import day_name, hele_kr
from rules import partial_month
from rules.basis import basis_of
from rules.calculation import CalculationError
from rules.decision import propose
from rules.months import Month
from rules.rates import NoRates

WHY = {
    StopReason.EXPIRED: "Din bevilling af fleksjob er udløbet (LAB § 120).",
    StopReason.JOB_ENDED: "Dit fleksjob er ophørt. Fleksløntilskud forudsætter løn i et fleksjob (LAB § 123).",
    StopReason.MOVED: "Du er flyttet til en anden kommune. Den overtager dit tilskud (LAB § 123, stk. 4).",
    StopReason.PENSION: "Du når folkepensionsalderen, og så ophører retten til fleksløntilskud (LAB § 116).",
    StopReason.OTHER: "",
}
SETTLED_BY_END = (TaskKind.END_GRANT, TaskKind.EXPIRING, TaskKind.LOST_RIGHT, TaskKind.CEILING)


@dataclass(frozen=True)
class LastPayment:
    """The last month of a grant: kroner as far as they can be worked out, and what to say about them."""

    month: Month
    pay_date: date
    subsidy: Decimal | None
    is_paid: bool
    is_whole_month: bool
    sentence: str


def last_payment(grant: Grant, last_day: date) -> LastPayment:
    """The payment of the month the grant ends in, as it stands or as it would be with what is known now.

    A part of a month is shown in proportion to its calendar days: a proposal that a person decides (Q2).
    """
    month = Month.of(last_day)
    whole = last_day == month.last_day and grant.first_day <= month.first_day
    paid = Decision.objects.filter(grant=grant.pk, benefit_month=month, outcome=Outcome.PAID).order_by("sequence")
    subsidy = last.subsidy if (last := paid.last()) else _worked_out(grant, last_day)
    sentence = _sentence(month, subsidy, is_paid=last is not None, is_whole=whole)
    return LastPayment(month, last_bank_day(month), subsidy, last is not None, whole, sentence)


def draft_letter(grant: Grant, last_day: date, stop_reason: str, note: str = "") -> Draft:
    """The decision letter. It can be changed before it is sent."""
    payment = last_payment(grant, last_day)
    why = WHY[StopReason(stop_reason)] or note
    money = f"Den sidste udbetaling er for {long_month(payment.month)} og kommer {day_name(payment.pay_date)}."
    paragraphs = [
        f"Vi har afgjort, at dit fleksløntilskud ophører. Sidste dag er {day_name(last_day)}.",
        f"Begrundelse: {why}",
        f"{money} {payment.sentence}",
        "Får du løn eller ændres din løn bagefter, genberegner vi måneden og skriver til dig.",
        COMPLAINT_GUIDE,
    ]
    return Draft(LetterKind.END, "citizen", "Dit fleksløntilskud ophører", framed(grant, paragraphs))


def end(
    grant: Grant,
    last_day: date,
    stop_reason: str,
    note: str,
    user: User,
    now: datetime,
    letter: Draft | None = None,
) -> Letter:
    """End the grant and send the decision. Months from its end on that were decided are calculated again.

    ``letter``: as the person has seen and perhaps changed it; else the draft.
    """
    _check(grant, last_day, stop_reason, note)
    label = StopReason(stop_reason).label
    reason = f"{label}. {note}".strip().rstrip(".")
    with transaction.atomic():
        row = held(grant)
        if row.stop_reason and row.last_day and row.last_day <= localdate(now):
            raise Refused(f"Sagen er allerede afsluttet {day_name(row.last_day)}.")
        letter = letter or draft_letter(row, last_day, stop_reason, note)
        row.last_day, row.stop_reason = last_day, stop_reason
        saved(row, user, reason)
        task = Task.objects.open().filter(grant=row, kind=TaskKind.END_GRANT).first()
        written = write_letter(row, replace(letter, kind=LetterKind.END), user, now, task=task)
        close_open(row, SETTLED_BY_END, f"Bevillingen er afsluttet: {reason}", user, now)
        _close_later_months(row, last_day, user, now)
        changed(row, Month.of(last_day), None, f"Bevillingen ophører {day_name(last_day)}: {reason}", user, now)
        return written


def reopen(grant: Grant, reason: str, user: User, now: datetime, last_day: date | None = None) -> Grant:
    """Take the end back, with a reason. Months that nobody has decided meanwhile become a task."""
    reason = said(reason, "Skriv, hvorfor bevillingen genåbnes.")
    with transaction.atomic():
        row = held(grant)
        if row.last_day is None:
            raise Refused("Bevillingen har ingen slutdato og kan ikke genåbnes.")
        if last_day is not None and last_day <= row.last_day:
            raise Refused("Den nye slutdato skal ligge efter den gamle.")
        later = Grant.objects.filter(citizen=row.citizen_id, first_day__gt=row.last_day).exclude(pk=row.pk)
        if later.exists():
            raise Refused(f"Borgeren har fået en ny bevilling, sag {later.first()}. Den gamle kan ikke genåbnes.")
        ended, row.last_day = row.last_day, last_day
        row.stop_reason = StopReason.EXPIRED if last_day else ""
        saved(row, user, f"Genåbnet: {reason}")
        changed(row, Month.of(ended), None, f"Bevillingen er genåbnet: {reason}", user, now)
        _missing_months(row, Month.of(ended + timedelta(days=1)), user, now)
        return row


def propose_end(grant: Grant, why: str, user: User, now: datetime) -> Task:
    """A task to end the grant. One stands at a time."""
    standing = Task.objects.open().filter(grant=grant.pk, kind=TaskKind.END_GRANT).first()
    today = localdate(now)
    return standing or open_task(
        grant.citizen, grant, TaskKind.END_GRANT, Month.of(today), why, due=today, questions=[], event=why, user=user,
        now=now, priority=20,
    )  # fmt: skip


def _check(grant: Grant, last_day: date, stop_reason: str, note: str) -> None:
    if stop_reason not in StopReason.values:
        raise Refused("Vælg en stopårsag.")
    if last_day < grant.first_day:
        raise Refused(f"Sidste dag kan ikke ligge før bevillingens første dag, {day_name(grant.first_day)}.")
    if stop_reason == StopReason.OTHER:
        said(note, "Skriv begrundelsen i noten, når stopårsagen er “Andet”: den står i brevet til borgeren.")


def _worked_out(grant: Grant, last_day: date) -> Decimal | None:
    """The month's subsidy if it ended so; None when its rates or its income are not there yet."""
    month = Month.of(last_day)
    facts = replace(gather([grant.pk], month)[grant.pk], grant_last_day=last_day)
    try:
        rates = rates_for(month)
        whole = propose(facts, rates)
        first = max(facts.grant_first_day, month.first_day)
        if not any(one.month == facts.income_month for one in facts.reports):
            return None
        if not whole.subsidy or (first == month.first_day and last_day == month.last_day):
            return whole.subsidy
        return partial_month.propose(basis_of(facts), rates, *partial_month.calendar_days(first, last_day)).subsidy
    except (NoRates, CalculationError):
        return None


def _sentence(month: Month, subsidy: Decimal | None, *, is_paid: bool, is_whole: bool) -> str:
    if subsidy is None:
        return f"Beløbet beregner vi, når din løn for {long_month(month - 1)} er indberettet."
    if is_paid and is_whole:
        return f"Tilskuddet for måneden er {hele_kr(subsidy)} kr. før skat."
    if is_paid:
        return f"Tilskuddet for hele måneden var {hele_kr(subsidy)} kr. før skat. Vi beregner måneden igen."
    share = "" if is_whole else " for den del af måneden, du har ret til tilskud"
    return f"Med det, vi ved nu, er tilskuddet {hele_kr(subsidy)} kr. før skat{share}."


def _close_later_months(grant: Grant, last_day: date, user: User, now: datetime) -> None:
    """Open tasks of months after the end ask nothing any more."""
    later = Task.objects.open().filter(grant=grant, benefit_month__gt=Month.of(last_day), kind=TaskKind.INCOME)
    for task in later:
        closed(task, f"Bevillingen er ophørt {day_name(last_day)}", user, now, TaskState.REPLACED)


def _missing_months(grant: Grant, first: Month, user: User, now: datetime) -> None:
    """A task that names the months without a decision since the end, up to the last one that has been run."""
    newest = grant.municipality.runs.order_by("benefit_month").last()
    if newest is None:
        return
    known = set(Decision.objects.filter(grant=grant).values_list("benefit_month", flat=True))
    span = [first + number for number in range(first.until(newest.benefit_month) + 1)]
    missing = [month for month in span if month not in known]
    if not missing:
        return
    message = f"Bevillingen er genåbnet. Beregn {months_listed(missing)}: de har ingen afgørelse."
    today, months = localdate(now), [str(month) for month in missing]
    open_task(
        grant.citizen, grant, TaskKind.FOLLOW_UP, Month.of(today), message, due=today,
        questions=[Question(MONTHS_MISSING, message, {"måneder": months})], event="Bevilling genåbnet", user=user,
        now=now,
    )  # fmt: skip
