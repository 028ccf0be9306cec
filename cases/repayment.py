"""Claims for repayment (tilbagebetalingskrav): raised, sent to collection, paid or dropped. LAB § 125; BEK 783/2025."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases.models import Adjustment, AdjustmentReason, ClaimState, Faith, RepaymentClaim, User
from cases.refused import Refused
from cases.settle import settled_of
from cases.signed import said, saved

LAPSES_AFTER_YEARS = 3  # LAB § 125, stk. 5
GROUND_BAD_FAITH = "LAB § 125: modtaget mod bedre vidende"
GROUND_SPREAD = "LAB § 125, stk. 3: løn for flere måneder, som ikke kunne modregnes"
NEXT_STATES = {
    ClaimState.OPEN: (ClaimState.SENT, ClaimState.PAID, ClaimState.DROPPED),
    ClaimState.SENT: (ClaimState.PAID, ClaimState.DROPPED),
}
"""What a claim may become; paid and dropped are final."""


def ground_of(reason: str, faith: str) -> str:
    """The paragraph a claim stands on; refused when there is none."""
    if faith == Faith.BAD:
        return GROUND_BAD_FAITH
    if reason == AdjustmentReason.SPREAD:
        return GROUND_SPREAD
    raise Refused("Der er ingen hjemmel til at kræve beløbet tilbage, når borgeren har handlet i god tro (LAB § 125).")


def raise_claim(
    row: Adjustment, amount: Decimal, reason: str, faith: str, note: str, user: User, now: datetime
) -> RepaymentClaim:
    """Claim what is left of an adjustment, kroner before tax. A claim that was dropped is raised again."""
    ground = ground_of(reason, faith)
    claim = RepaymentClaim.objects.select_for_update().filter(adjustment=row).first()
    claim = claim or RepaymentClaim(adjustment=row, grant_id=row.grant_id)
    claim.amount, claim.ground, claim.faith, claim.state = amount, ground, faith, ClaimState.OPEN
    claim.note, claim.made_at, claim.made_by = note.strip()[:300] or ground, now, user
    return saved(claim, user, claim.note)


def lapses_on(claim: RepaymentClaim) -> date:
    """The day the claim lapses: three years after it was raised (LAB § 125, stk. 5)."""
    made = localdate(claim.made_at)
    try:
        return made.replace(year=made.year + LAPSES_AFTER_YEARS)
    except ValueError:
        return date(made.year + LAPSES_AFTER_YEARS, 3, 1)


def claims_of(rows: QuerySet[RepaymentClaim]) -> list[RepaymentClaim]:
    """Claims with ``left`` (kroner before tax that are still claimed) and ``lapses``, the newest first."""
    found = list(rows.select_related("adjustment", "grant__citizen", "made_by").order_by("-id"))
    settled = settled_of(one.adjustment_id for one in found)
    for one in found:
        row = one.adjustment
        rest = settled.get(row.pk, Decimal(0)) - row.payable_difference
        one.left = {ClaimState.OPEN: rest, ClaimState.SENT: one.amount}.get(ClaimState(one.state), Decimal(0))
        one.lapses = lapses_on(one)
        one.moves = one.state in NEXT_STATES
    return found


def left_of_claim(claim: RepaymentClaim) -> Decimal:
    """What is left to claim: the citizen may have got right, or something may have been settled."""
    row = claim.adjustment
    return settled_of([row.pk]).get(row.pk, Decimal(0)) - row.payable_difference


def move(claim: RepaymentClaim, state: str, note: str, user: User, now: datetime) -> RepaymentClaim:
    """Send it to collection, mark it as paid, or drop it, with a note. Sent and paid claims are not settled here.

    Refused for a step that is not there, and when nothing is left to claim.
    """
    note = said(note, "Skriv, hvad der er sket.")
    with transaction.atomic():
        Adjustment.objects.select_for_update().get(pk=claim.adjustment_id)
        claim = RepaymentClaim.objects.select_for_update().get(pk=claim.pk)
        if state not in NEXT_STATES.get(ClaimState(claim.state), ()):
            raise Refused(f"Kravet er {claim.get_state_display().lower()} og kan ikke ændres til det.")
        left = left_of_claim(claim) if claim.state == ClaimState.OPEN else claim.amount
        if state != ClaimState.DROPPED and left <= 0:
            raise Refused("Der er ikke mere at kræve: borgeren har fået ret siden. Frafald kravet.")
        claim.amount = claim.amount if state == ClaimState.DROPPED else left
        claim.state, claim.note = state, note[:300]
        return saved(claim, user, note)


def lapse(today: date, user: User, now: datetime) -> int:
    """Claims that are three years old lapse by themselves. How many."""
    waiting = RepaymentClaim.objects.filter(state__in=[ClaimState.OPEN, ClaimState.SENT])
    old = [one for one in waiting.filter(made_at__year__lte=today.year - LAPSES_AFTER_YEARS) if lapses_on(one) <= today]
    for claim in old:
        move(claim, ClaimState.DROPPED, "Bortfaldet: kravet er mere end tre år gammelt (LAB § 125, stk. 5)", user, now)
    return len(old)
