"""The letter about a difference (efterregulering): old, new and difference per month, why, and how it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cases.letters import COMPLAINT_GUIDE, Draft, framed
from cases.models import Adjustment, AdjustmentReason, Grant, LetterKind, SettleBy
from cases.presenters.words import joined, long_month
from cases.templatetags.danish import hele_kr, kr

WHY = {
    AdjustmentReason.INCOME: "Din løn eller en anden indtægt er ændret, efter at vi udbetalte tilskuddet "
    "(bekendtgørelse 227/2024 § 4, stk. 4).",
    AdjustmentReason.SPREAD: "Du har fået løn, som dækker flere måneder. Den skal fordeles ligeligt på de måneder "
    "(bekendtgørelse 227/2024 § 3, stk. 4).",
    AdjustmentReason.HOLIDAY: "Vi har fået nye oplysninger om din ferie eller dine feriepenge "
    "(bekendtgørelse 227/2024 §§ 6 og 10).",
    AdjustmentReason.BENEFIT: "Vi har fået nye oplysninger om en anden ydelse, som trækkes fra i tilskuddet "
    "(LAB § 124, stk. 3-4).",
    AdjustmentReason.EXPECTED: "De første måneder blev beregnet efter din forventede løn. Nu kender vi den løn, du har "
    "fået (bekendtgørelse 227/2024 § 4, stk. 2).",
    AdjustmentReason.WITHHELD: "Vi har ikke fået oplysninger, som du vidste, at du skulle give os (LAB § 125).",
    AdjustmentReason.AUTHORITY: "Vi har lavet en fejl i beregningen.",
    AdjustmentReason.OTHER: "",
}
"""The reason as the citizen reads it. "Andet" is written by the person."""


def draft_letter(
    grant: Grant,
    rows: Sequence[Adjustment],
    reason: str,
    settle_by: str,
    monthly: Decimal | None = None,
    note: str = "",
) -> Draft:
    """The decision letter of these adjustments. It can be changed before it is sent."""
    months = joined(long_month(row.benefit_month) for row in rows)
    total = sum((row.payable_difference for row in rows), Decimal(0))
    why = WHY.get(AdjustmentReason(reason), "") or note
    paragraphs = [
        f"Vi har beregnet dit fleksløntilskud igen for {months}.",
        "\n".join(_line(row) for row in rows),
        *([f"Begrundelse: {why}"] if why else []),
        how(settle_by, total, monthly),
        COMPLAINT_GUIDE,
    ]
    return Draft(LetterKind.DIFFERENCE, "citizen", "Efterregulering af dit fleksløntilskud", framed(grant, paragraphs))


def _line(row: Adjustment) -> str:
    """Marts 2026: du har fået 18.000 kr., det rigtige er 17.700 kr. Forskellen er -300 kr. …"""
    atp = f", heraf {hele_kr(abs(row.extra_atp_difference))} kr. i ekstra ATP" if row.extra_atp_difference else ""
    word = "for meget" if row.difference < 0 else "for lidt"
    return (
        f"{long_month(row.benefit_month).capitalize()}: tilskuddet var {hele_kr(row.old_subsidy)} kr., og det rigtige "
        f"er {hele_kr(row.new_subsidy)} kr. Du har fået {hele_kr(abs(row.difference))} kr. {word} (før skat){atp}."
    )


def how(settle_by: str, total: Decimal, monthly: Decimal | None) -> str:
    """What happens to the money, in one or two sentences. ``total``: signed kroner before tax, after extra ATP."""
    amount = f"{hele_kr(abs(total))} kr."
    if settle_by == SettleBy.NEXT:
        return (
            f"Vi trækker {amount} (før skat) i din næste udbetaling. Er den mindre end beløbet, trækker vi resten i de "
            "følgende. Det står på din specifikation."
        )
    if settle_by == SettleBy.SPREAD:
        most = kr(monthly or Decimal(0)).removesuffix(",00")
        return f"Vi trækker {amount} (før skat) i dine kommende udbetalinger, højst {most} kr. om måneden."
    if settle_by == SettleBy.CLAIM:
        return (
            f"Du skal betale {amount} (før skat) tilbage (LAB § 125). Du får en opkrævning. Kan du ikke betale på én "
            "gang, kan vi aftale en ordning."
        )
    return f"Vi kræver ikke de {amount} tilbage. Du skal ikke gøre noget."
