"""The acts that are open on a payment, by its status, with the sentences people read."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Payment, PaymentStatus


@dataclass(frozen=True)
class PaymentAct:
    """``lead``: what it means. ``button``: the word on it. ``done``: what is said afterwards."""

    word: str
    title: str
    lead: str
    button: str
    done: str


ACTS = {
    one.word: one
    for one in (
        PaymentAct(
            "hold",
            "Hold udbetalingen tilbage",
            "Beløbet kommer ikke med på en udbetalingsliste, før du slipper det igen. Er listen gjort klar, tages "
            "udbetalingen af den.",
            "Hold tilbage",
            "Udbetalingen holdes tilbage og kommer ikke med på en liste.",
        ),
        PaymentAct(
            "let_on",
            "Slip udbetalingen",
            "Udbetalingen er godkendt igen og kommer med på den næste liste.",
            "Slip udbetalingen",
            "Udbetalingen er godkendt igen og kommer med på den næste liste.",
        ),
        PaymentAct(
            "reverse",
            "Tilbagefør udbetalingen",
            "Brug det, når pengene ikke skulle være sendt og ikke når frem til borgeren. Det modsatte beløb kommer "
            "med på den næste liste. Har borgeren fået pengene, skal de kræves tilbage eller modregnes (LAB § 125).",
            "Tilbagefør",
            "Udbetalingen er tilbageført. Det modsatte beløb kommer med på den næste liste.",
        ),
        PaymentAct(
            "repeat",
            "Udbetal beløbet igen",
            "Samme beløb kommer med på den næste liste som en ny udbetaling. Det kan kun gøres én gang.",
            "Udbetal igen",
            "Beløbet er sat til udbetaling igen og kommer med på den næste liste.",
        ),
    )
}

OPEN = {
    PaymentStatus.APPROVED: ("hold",),
    PaymentStatus.HELD: ("let_on",),
    PaymentStatus.RELEASED: ("reverse",),
    PaymentStatus.POSTED: ("reverse",),
    PaymentStatus.FAILED: ("repeat",),
    PaymentStatus.REVERSED: ("repeat",),
}


def acts_of(payment: Payment) -> list[PaymentAct]:
    """What may be done to the payment now."""
    words = OPEN[PaymentStatus(payment.status)]
    if "reverse" in words and (payment.reverses_id or not payment.payable_before_tax):
        return []
    if "repeat" in words and Payment.objects.filter(repeats=payment).exists():
        return []
    return [ACTS[word] for word in words]


def related(payment: Payment) -> list[tuple[str, Payment]]:
    """The payments it is tied to: (sentence, payment)."""
    found = [
        ("Tilbagefører udbetalingen af", payment.reverses),
        ("Udbetaler igen, hvad der ikke nåede frem af", payment.repeats),
        ("Er tilbageført med", Payment.objects.filter(reverses=payment).first()),
        ("Sat til udbetaling igen:", Payment.objects.filter(repeats=payment).first()),
    ]
    return [(text, other) for text, other in found if other is not None]
