"""The payment specification (udbetalingsspecifikation): what a citizen needs to check one month's subsidy.

Built from frozen rows alone: the decision's facts, steps and rates, last month's, and what the payment settles. Names
and addresses are read when it is made; an issued letter has them frozen (``frozen`` and ``thawed``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.timezone import localdate

from cases.bank_days import coming_pay_day
from cases.models import Decision, Municipality, Outcome, Payment
from cases.models.accounts import SYSTEM_USERNAME
from cases.specification_changes import Side, changes
from cases.specification_incomes import income_lines
from cases.specification_known import Known, Settled, known_for
from cases.specification_parts import Office, SpecificationContext
from cases.specification_sum import Paid, sum_lines
from cases.templatetags.danish import day_name, hele_kr, med_fortegn, month_name
from rules.basis import ceiling_of
from rules.facts import ZERO, Facts
from rules.frozen import freeze, thaw
from rules.money import danish
from rules.rates import Rates
from rules.start_up import ceiling_month

TEMPLATE_VERSION = "specifikation-2"
MOST_SETTLED_SENTENCES = 2
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")

DRAFT = "Udkast. Brevet er ikke sendt, og beløbet kan nå at blive ændret."
PROPOSAL = "Forslag. Sagen er ikke afgjort, og beløbet kan blive ændret."


def frozen(context: SpecificationContext) -> dict[str, Any]:
    """The whole letter as JSON values: what an issued document keeps."""
    values: dict[str, Any] = freeze(context)
    return values


def thawed(values: dict[str, Any]) -> SpecificationContext:
    """An issued letter again. Nothing is read but its own values."""
    context: SpecificationContext = thaw(SpecificationContext, values)
    return context


def context_for(payment: Payment, *, draft: bool = True, known: Known | None = None) -> SpecificationContext:
    """The letter of one payment with a decision. ``known``: read for many letters at once; else for this one."""
    decision = payment.decision
    known = known or known_for([decision], [payment])
    settled = known.settled.get(payment.pk, ())
    if sum((one.amount for one in settled), ZERO) != payment.adjustment:
        settled = (Settled(None, payment.adjustment),)
    already = decision.payable_before_tax - (payment.payable_before_tax - payment.adjustment)
    paid = Paid(already, settled, known.last_settled.get(decision.pk, ZERO), payment.payable_before_tax)
    context = _context(decision, known, paid, DRAFT if draft else "")
    return replace(
        context,
        headline=_headline(payment, payment.expected_day(localdate())),
        tax_sentence=_tax_sentence(payment.payable_before_tax),
        changes=(*context.changes, *_settled_sentences(settled)),
    )


def context_of(decision: Decision) -> SpecificationContext:
    """The letter of a decision without a payment yet: marked as a proposal."""
    known = known_for([decision])
    payable = decision.payable_before_tax
    paid = Paid(ZERO, (), known.last_settled.get(decision.pk, ZERO), payable)
    context = _context(decision, known, paid, PROPOSAL)
    day = coming_pay_day(decision.benefit_month, localdate())
    headline = _paid_sentence(payable, day) if payable else _nothing(decision)
    return replace(context, headline=headline, tax_sentence=_tax_sentence(payable))


def _context(decision: Decision, known: Known, paid: Paid, mark: str) -> SpecificationContext:
    """All but the headline."""
    facts = known.facts[decision.pk]
    now, last = side_of(decision, facts), _last_month(decision, known)
    grant, citizen, municipality = decision.grant, decision.grant.citizen, decision.municipality
    month = decision.benefit_month
    return SpecificationContext(
        mark=mark,
        municipality=Office(municipality.name, municipality.unit, municipality.address, municipality.phone),
        sender=municipality.unit or municipality.name,
        citizen_name=citizen.name,
        address="Adressen er beskyttet" if citizen.is_protected else citizen.address,
        case_number=grant.number,
        month=month,
        headline="",
        tax_sentence="",
        lines=tuple(sum_lines(now, last, paid)),
        last_month=month - 1 if last else None,
        changes=tuple(changes(now, last)),
        incomes=tuple(income_lines(facts, known.names)),
        income=decision.income,
        contributions=tuple(_contributions(decision)),
        decided=_decided(decision, municipality),
        written=localdate(decision.decided_at),
    )


def as_text(context: SpecificationContext) -> str:
    """The letter as plain text, with the same figures."""
    return render_to_string("specification/letter.txt", {"letter": context}).strip() + "\n"


def side_of(decision: Decision, facts: Facts) -> Side:
    """One month as the comparison sees it."""
    steps = tuple((text, law, Decimal(amount)) for text, law, amount in decision.steps)
    return Side(
        month=decision.benefit_month,
        income=decision.income,
        subsidy=decision.subsidy,
        extra_atp=decision.extra_atp,
        payable=decision.payable_before_tax,
        steps=steps,
        rates=thaw(Rates, decision.rates),
        ceiling=ceiling_of(facts, ceiling_month(facts)),
    )


def _last_month(decision: Decision, known: Known) -> Side | None:
    """Last month as it stood when this month was decided; only the total when another system paid it."""
    row = known.last.get(decision.pk)
    if row is not None:
        return side_of(row, thaw(Facts, row.facts))
    month = decision.benefit_month - 1
    paid = next((one for one in known.facts[decision.pk].paid_subsidies if one.month == month), None)
    return Side(month=month, subsidy=paid.amount) if paid else None


# --- the sentences -----------------------------------------------------------------------------------------


def _headline(payment: Payment, day: date) -> str:
    """What comes and when. A further payment of a month says what is new and what the month is in all."""
    decision, payable = payment.decision, payment.payable_before_tax
    if not payable:
        return _nothing(decision, payment.adjustment)
    if payment.sequence == 1:
        return _paid_sentence(payable, day)
    all_, month = hele_kr(decision.payable_before_tax), month_name(payment.benefit_month)
    return f"{_paid_sentence(payable, day, ' mere')} I alt får du {all_} kr. for {month}."


def _paid_sentence(amount: Decimal, day: date, more: str = "") -> str:
    return f"Du får {hele_kr(amount)} kr.{more} på din NemKonto {WEEKDAYS[day.weekday()]} den {day_name(day)}."


def _nothing(decision: Decision, adjustment: Decimal = ZERO) -> str:
    month = month_name(decision.benefit_month)
    if adjustment:
        return f"Du får ikke udbetalt noget for {month}, fordi vi har modregnet {hele_kr(-adjustment)} kr."
    return f"Du får ikke fleksløntilskud for {month}: beløbet er 0 kr."


def _tax_sentence(payable: Decimal) -> str:
    return "Beløbet er før skat. Vi trækker skat efter dit skattekort." if payable else ""


def _settled_sentences(settled: Sequence[Settled]) -> Iterable[str]:
    """Each month that is settled: what is taken or paid, why, and what is left. Many months in one sentence."""
    if len(settled) > MOST_SETTLED_SENTENCES:
        sum_, left = sum((one.amount for one in settled), ZERO), sum((one.rest for one in settled), ZERO)
        yield f"Vi har efterreguleret {len(settled)} tidligere måneder med {med_fortegn(sum_)} kr. i alt.{_left(left)}"
        return
    for one in settled:
        month, amount = month_name(one.month) or "tidligere måneder", hele_kr(abs(one.amount))
        why = f" Grunden er: {one.reason[:1].lower()}{one.reason[1:]}." if one.reason else ""
        did = "Vi har modregnet" if one.amount < 0 else "Du får"
        more = "som du har fået for meget" if one.amount < 0 else "som du har fået for lidt"
        yield f"{did} {amount} kr., {more} for {month}.{why}{_left(one.rest)}"


def _left(rest: Decimal) -> str:
    return f" Der er {hele_kr(abs(rest))} kr. tilbage, som vi afregner senere." if rest else ""


def _contributions(decision: Decision) -> Iterable[str]:
    if decision.extra_atp:
        yield f"Ekstra ATP {hele_kr(decision.extra_atp)} kr. er trukket fra dit tilskud og går til din ATP (LAB § 137)."
    if decision.ordinary_atp:
        yield f"Kommunen betaler {hele_kr(decision.ordinary_atp)} kr. til din ATP oven i tilskuddet (LAB § 138)."
    elif decision.ordinary_atp is None:
        yield "Kommunen betaler også til din ATP. Beløbet kan først beregnes, når dine løntimer er oplyst (LAB § 138)."
    if decision.mandatory_pension:
        amount = hele_kr(decision.mandatory_pension)
        yield f"Staten betaler {amount} kr. til din obligatoriske pension oven i tilskuddet (LAB § 138 b)."


def _decided(decision: Decision, municipality: Municipality) -> str:
    if decision.outcome != Outcome.PAID:
        return "Sagen venter på en sagsbehandler."
    if decision.decided_by.username == SYSTEM_USERNAME:
        return (
            "Afgørelsen er beregnet automatisk ud fra de oplysninger, din arbejdsgiver har givet til Skattestyrelsen."
        )
    who = decision.decided_by.get_full_name() or "en sagsbehandler"
    unit = f"{municipality.unit}, {municipality.name}" if municipality.unit else municipality.name
    return f"Afgørelsen er truffet af {who}, {unit}."


def figures(context: SpecificationContext) -> set[str]:
    """Every amount that the letter must show: what tests look for in the PDF's text."""
    amounts = [line.amount for line in context.lines] + [line.last for line in context.lines]
    amounts += [amount for line in context.incomes for amount in (line.pay, line.pension, line.total)]
    texts = re.findall(r"-?\d[\d.]*,\d\d", " ".join(line.text for line in context.lines))
    return {danish(amount) for amount in amounts if amount is not None} | set(texts) | {danish(context.income)}
