"""What comes of a party hearing: upheld, or a corrected decision with an extra payment of the difference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.choose_settlement import ask
from cases.handle_task import Added, Correction, decide_now, pass_concerns, write_corrections
from cases.letters import COMPLAINT_GUIDE, Draft, framed, write_letter
from cases.models import Adjustment, Decision, LetterKind, Outcome, PartyHearing, Payment, Task, TaskKind, User
from cases.open_task import HEARING, settle
from cases.party_hearing import CHANGED, UPHELD, open_hearing
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.save_decisions import Act, Case, save_decisions
from cases.signed import said, saved
from cases.templatetags.danish import day_name, hele_kr
from rules.income_rules import BY_CODE


def uphold(hearing: PartyHearing, note: str, user: User, now: datetime) -> PartyHearing:
    """The lower amount stands. Refused before the deadline while the citizen has not answered."""
    note = said(note, "Skriv, hvorfor afgørelsen fastholdes.")
    with transaction.atomic():
        hearing = open_hearing(hearing)
        if not hearing.answer and hearing.deadline and localdate(now) <= hearing.deadline:
            raise Refused(f"Borgeren har frist til {day_name(hearing.deadline)} og har ikke svaret endnu.")
        heard = "Tak for dit svar." if hearing.answer else "Vi har ikke fået svar fra dig."
        words = f"{heard} Vi fastholder afgørelsen. Begrundelse: {note}"
        return _close(hearing, UPHELD, note, words, user, now)


def change(
    hearing: PartyHearing,
    note: str,
    user: User,
    now: datetime,
    corrections: Sequence[Correction] = (),
    added: Sequence[Added] = (),
) -> Decision | None:
    """The citizen was right: a corrected decision, and the difference as a further payment of the month.

    None when nothing was paid by this hearing's task (a recalculation), or when the month has been adjusted
    since: then the adjustment carries the difference.
    """
    note = said(note, "Skriv, hvorfor afgørelsen ændres.")
    with transaction.atomic():
        hearing = open_hearing(hearing)
        decision = None if _settled_elsewhere(hearing) else _correct(hearing, note, user, now, corrections, added)
        amount = f" Vi udbetaler {hele_kr(_extra(decision))} kr. mere (før skat)." if decision else ""
        words = f"Tak for dit svar. Vi har ændret afgørelsen.{amount} Begrundelse: {note}"
        _close(hearing, CHANGED, note, words, user, now)
        ask(hearing.grant, user, now)
        return decision


def _settled_elsewhere(hearing: PartyHearing) -> bool:
    task = hearing.task
    later = Adjustment.objects.filter(
        grant=hearing.grant_id, benefit_month=task.benefit_month, made_at__gte=hearing.asked_at
    )
    return task.kind != TaskKind.INCOME or later.exists()


def _correct(
    hearing: PartyHearing,
    note: str,
    user: User,
    now: datetime,
    corrections: Sequence[Correction],
    added: Sequence[Added],
) -> Decision:
    """Decide the month anew with the corrected facts; refused when it is not worth more than what was paid."""
    task = Task.objects.select_for_update().get(pk=hearing.task_id)
    before = Decision.objects.filter(grant=task.grant_id, benefit_month=task.benefit_month).latest("sequence")
    write_corrections(task, user, corrections, added)
    shown = decide_now(task)
    if stuck := [BY_CODE[one.code] for one in shown.concerns if not BY_CODE[one.code].acceptable]:
        raise Refused(f"{stuck[0].message}. {stuck[0].help}")
    pass_concerns(task, shown.concerns, user, note, now)
    decided = decide_now(task)
    if decided.outcome != Outcome.PAID:
        raise Refused("Der er kommet nye undringsårsager. Se måneden efter, og prøv igen.")
    if decided.calculation.subsidy <= before.subsidy:
        raise Refused("Måneden er ikke mere værd end det udbetalte. Ret oplysningerne, eller fasthold afgørelsen.")
    number = Payment.objects.filter(citizen=task.grant.citizen_id, benefit_month=task.benefit_month).count() + 1
    case = Case(
        task.grant_id, task.grant.citizen_id, task.municipality_id, decided, before.subsidy, before.pk,
        before.sequence + 1, paid=before, payment_number=number,
    )  # fmt: skip
    decision = save_decisions([case], Act(task.benefit_month, user, now, f"Partshøring: {note}", before.run))[0]
    task.final, task.version = decision.subsidy, task.version + 1
    saved(task, user, f"Ændret efter partshøring: {note}")
    return decision


def _extra(decision: Decision) -> object:
    return decision.payment.payable_before_tax


def _close(hearing: PartyHearing, outcome: str, note: str, words: str, user: User, now: datetime) -> PartyHearing:
    """Close the hearing and its follow-up, and tell the citizen."""
    month = hearing.task.benefit_month
    subject = f"Vores afgørelse om dit fleksløntilskud for {long_month(month)}"
    body = framed(hearing.grant, [words, COMPLAINT_GUIDE])
    write_letter(hearing.grant, Draft(LetterKind.OTHER, "citizen", subject, body), user, now, task=hearing.task)
    hearing.outcome, hearing.closed_at = outcome, now
    settle(hearing.grant, month, HEARING, note, user, now)
    return saved(hearing, user, note)
