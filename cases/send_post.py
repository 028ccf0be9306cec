"""Send issued letters by Digital Post: nobody gets a letter twice, and every letter ends where a person can see it.

A try is counted before it is made. While the letter is handed over its row says SENDING; a worker killed there leaves
it so, and it becomes UNKNOWN: it is never sent again by itself, for nobody knows whether it arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from cases.integrations.digital_post import DigitalPost, Rejected, Unavailable, Uncertain, digital_post
from cases.integrations.memo import LABEL_LENGTH, Memo, MemoFile, file_name
from cases.models import Delivery, DeliveryState, User
from cases.refused import Refused
from cases.signed import saved

MAX_ATTEMPTS = 5
BROKEN_OFF_AFTER = timedelta(minutes=10)
CASE_SYSTEM = "Fleksløn"
BROKEN_OFF = "Afsendelsen blev afbrudt. Brevet kan være sendt: se efter i Digital Post, før du sender det igen."
NOT_SIGNED_UP = "Borgeren er ikke tilmeldt Digital Post"
NO_CVR = "Kommunens CVR-nummer mangler. Skriv det i Administration, Kommuner."


def configured() -> DigitalPost:
    """Digital Post as this installation is set up. Unavailable with what is missing."""
    return digital_post(
        settings.DIGITAL_POST_URL,
        certificate=settings.DIGITAL_POST_CERTIFICATE,
        agreement=settings.DIGITAL_POST_AGREEMENT,
    )


def send_waiting(
    post: DigitalPost, user: User, now: datetime, *, first: int = 0, last: int | None = None
) -> Counter[str]:
    """Send the waiting letters that are drawn, of documents in the id range; how many ended in which state.

    Stops with Unavailable when the service does not answer: the rest wait, and no try of theirs is counted.
    """
    settle_broken_off(user, now)
    done: Counter[str] = Counter()
    for delivery_id in _waiting(first, last):
        state = deliver(delivery_id, post, user, now)
        if state:
            done[state] += 1
    return done


def _waiting(first: int, last: int | None, size: int = 500) -> Iterator[int]:
    """Ids of what waits, a page at a time: each id once."""
    rows = Delivery.objects.filter(
        state=DeliveryState.WAITING, document__file__isnull=False, document_id__gte=first
    ).order_by("document_id")
    if last is not None:
        rows = rows.filter(document_id__lte=last)
    while page := list(rows.values_list("document_id", "id")[:size]):
        yield from (id_ for _, id_ in page)
        rows = rows.filter(document_id__gt=page[-1][0])


def deliver(delivery_id: int, post: DigitalPost, user: User, now: datetime) -> str:
    """Try one letter; its new state, or "" when another worker has it. Unavailable is counted and passed on."""
    delivery = _counted(delivery_id, user, now)
    if delivery is None:
        return ""
    if delivery.state == DeliveryState.FAILED:
        return delivery.state
    document = delivery.document
    try:
        if not document.municipality.cvr:
            return _moved(delivery, DeliveryState.WAITING, DeliveryState.FAILED, NO_CVR, user)
        if not post.takes_digital_post(document.citizen.cpr):
            return _moved(delivery, DeliveryState.WAITING, DeliveryState.ON_PAPER, NOT_SIGNED_UP, user)
        memo = memo_of(delivery)
        if not _moved(delivery, DeliveryState.WAITING, DeliveryState.SENDING, "", user):
            return ""
        post.send(memo, now)
    except Unavailable as error:
        _moved(delivery, delivery.state, DeliveryState.WAITING, str(error), user)
        raise
    except (Rejected, ValueError) as error:
        return _moved(delivery, delivery.state, DeliveryState.FAILED, str(error), user)
    except Uncertain as error:
        return _moved(delivery, DeliveryState.SENDING, DeliveryState.UNKNOWN, str(error), user)
    return _moved(delivery, DeliveryState.SENDING, DeliveryState.SENT, "", user)


def _counted(delivery_id: int, user: User, now: datetime) -> Delivery | None:
    """The row with this try counted, or given up; None when it does not wait any more."""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("document__municipality", "document__citizen", "document__payment__grant")
            .select_related("document__letter__grant", "document__file")
            .filter(pk=delivery_id, state=DeliveryState.WAITING)
            .first()
        )
        if delivery is None:
            return None
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = DeliveryState.FAILED
            delivery.error = f"Opgivet efter {MAX_ATTEMPTS} forsøg. {delivery.error}"[:300]
            return saved(delivery, user, "Opgivet")
        delivery.attempts += 1
        delivery.tried_at = now
        return saved(delivery, user, f"Forsøg {delivery.attempts}")


def _moved(delivery: Delivery, from_: str, to: str, error: str, user: User) -> str:
    """Move the row when it still stands as it did; its new state, or "" when somebody else has moved it."""
    with transaction.atomic():
        row = Delivery.objects.select_for_update().filter(pk=delivery.pk, state=from_).first()
        if row is None:
            return ""
        row.state, row.error = to, error[:300]
        saved(row, user, DeliveryState(to).label)
    delivery.state = to
    return to


def memo_of(delivery: Delivery) -> Memo:
    """The message: the PDF as it was issued, and the same letter as text. No address stands in it."""
    document = delivery.document
    grant = document.payment.grant if document.payment_id else document.letter.grant
    month = f"-{document.payment.benefit_month}" if document.payment_id else ""
    name = file_name(f"{'specifikation' if document.payment_id else 'brev'}{month}")
    return Memo(
        uuid=delivery.message_uuid,
        message_id=f"{grant.number}-{document.pk}",
        label=document.title[:LABEL_LENGTH],
        sender_cvr=document.municipality.cvr,
        sender_label=document.municipality.name,
        recipient_cpr=document.citizen.cpr,
        case_id=grant.number,
        case_system=CASE_SYSTEM,
        created=document.issued_at,
        files=(
            MemoFile(f"{name}.pdf", "application/pdf", bytes(document.file.body)),
            MemoFile(f"{name}.txt", "text/plain", document.text.encode()),
        ),
    )


def settle_broken_off(user: User, now: datetime) -> int:
    """Letters whose sending was broken off (a worker was killed) wait for a person; how many."""
    stale = Delivery.objects.filter(state=DeliveryState.SENDING, tried_at__lt=now - BROKEN_OFF_AFTER)
    moved = [_moved(one, DeliveryState.SENDING, DeliveryState.UNKNOWN, BROKEN_OFF, user) for one in stale]
    return len([one for one in moved if one])


# --- what a person does -------------------------------------------------------------------------------------

_TROUBLE = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
ACTS = {
    "igen": (_TROUBLE, DeliveryState.WAITING, "Send igen"),
    "papir": ((*_TROUBLE, DeliveryState.WAITING), DeliveryState.ON_PAPER, "Send på papir"),
    "sendt": ((DeliveryState.UNKNOWN,), DeliveryState.SENT, "Det er sendt"),
    "lagt-i-post": ((DeliveryState.ON_PAPER,), DeliveryState.PRINTED, "Det er lagt i posten"),
}
"""Word in the form: from which states, to which, and the button's text."""


def act_on(deliveries: QuerySet[Delivery], word: str, user: User) -> int:
    """Do one of ACTS with those of the rows it fits; how many. The message keeps its number at a new try."""
    if word not in ACTS:
        raise Refused("Vælg, hvad der skal ske med brevene.")
    from_, to, label = ACTS[word]
    with transaction.atomic():
        rows = list(deliveries.filter(state__in=from_).select_for_update(of=("self",)).order_by("id"))
        for row in rows:
            row.state, row.error = to, "" if to != DeliveryState.ON_PAPER else row.error
            row.attempts = 0 if to == DeliveryState.WAITING else row.attempts
            saved(row, user, label)
    return len(rows)


def acts_of(state: str) -> list[tuple[str, str]]:
    """What can be done with a letter in the state: word and button."""
    return [(word, label) for word, (from_, _, label) in ACTS.items() if state in from_]
