"""The payment specification (udbetalingsspecifikation): what a citizen needs to check one month's subsidy.

Built from the frozen decision alone: facts, steps and rates stand in its row, and so does last month's. Names
and addresses are read when it is made; the issued letter keeps its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.timezone import localdate

from cases.bank_days import last_bank_day
from cases.models import Decision, Municipality, Outcome, Payment, names_of_employers
from cases.models.accounts import SYSTEM_USERNAME
from cases.specification_changes import Side, changes
from cases.templatetags.danish import day_name, hele_kr, month_name
from rules.basis import ceiling_of, holiday_pay
from rules.dated_rules import RULES, in_force
from rules.facts import ZERO, Facts, Report
from rules.frozen import thaw
from rules.money import danish
from rules.months import Month
from rules.rates import Rates
from rules.start_up import ceiling_month
from rules.step_texts import BENEFITS

TEMPLATE_VERSION = "1"
MOST_EMPLOYERS = 8
LEFT_OUT = "regnes ikke med"
WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")

DRAFT = "Udkast. Brevet er ikke sendt, og beløbet kan nå at blive ændret."
PROPOSAL = "Forslag. Sagen er ikke afgjort, og beløbet kan blive ændret."


@dataclass(frozen=True)
class SumLine:
    """A line of the sum. ``amount`` and ``last``: kroner this month and last month; None leaves the cell empty."""

    text: str
    law: str
    amount: Decimal | None
    last: Decimal | None
    is_total: bool = False


@dataclass(frozen=True)
class IncomeLine:
    """What one employer (or payer of a benefit) has reported, kroner. ``note`` says what was done with it."""

    name: str
    pay: Decimal
    pension: Decimal
    hours: Decimal | None
    note: str = ""

    @property
    def total(self) -> Decimal:
        return self.pay + self.pension


@dataclass(frozen=True)
class SpecificationContext:
    """Everything the letter says, ready to be shown as HTML, PDF or text."""

    mark: str
    municipality: Municipality
    sender: str
    citizen_name: str
    address: str
    case_number: str
    month: Month
    headline: str
    tax_sentence: str
    lines: tuple[SumLine, ...]
    last_month: Month | None
    changes: tuple[str, ...]
    incomes: tuple[IncomeLine, ...]
    income: Decimal
    contributions: tuple[str, ...]
    decided: str
    written: date

    @property
    def title(self) -> str:
        return f"Dit fleksløntilskud for {month_name(self.month)}"

    @property
    def income_month(self) -> Month:
        return self.month - 1


def context_for(payment: Payment, *, draft: bool = True) -> SpecificationContext:
    """The letter of one payment. Nothing in it depends on rows that change later, but names and addresses."""
    context = context_of(payment.decision, payment.pay_date, DRAFT if draft else "")
    return replace(context, headline=_further(payment)) if payment.sequence > 1 else context


def _further(payment: Payment) -> str:
    """A further payment of a month says what is new and what the month is in all."""
    day = f"{WEEKDAYS[payment.pay_date.weekday()]} den {day_name(payment.pay_date)}"
    more, all_ = hele_kr(payment.payable_before_tax), hele_kr(payment.decision.payable_before_tax)
    month = month_name(payment.benefit_month)
    return f"Du får {more} kr. mere på din NemKonto {day}. I alt får du {all_} kr. for {month}."


def context_of(decision: Decision, pay_date: date | None = None, mark: str = PROPOSAL) -> SpecificationContext:
    """The letter of a decision, also of one that still waits for a person (then marked as a proposal)."""
    facts = thaw(Facts, decision.facts)
    now, last = side_of(decision, facts), _last_month(decision, facts)
    grant, citizen, municipality = decision.grant, decision.grant.citizen, decision.municipality
    month = decision.benefit_month
    return SpecificationContext(
        mark=mark,
        municipality=municipality,
        sender=municipality.unit or municipality.name,
        citizen_name=citizen.name,
        address="Adressen er beskyttet" if citizen.is_protected else citizen.address,
        case_number=grant.number,
        month=month,
        headline=_headline(decision, pay_date or last_bank_day(month)),
        tax_sentence=_tax_sentence(decision),
        lines=tuple(_sum_lines(now, last)),
        last_month=month - 1 if last else None,
        changes=tuple(changes(now, last)),
        incomes=tuple(_income_lines(facts)),
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


def _last_month(decision: Decision, facts: Facts) -> Side | None:
    """Last month as it stood when this month was decided; only the total when another system paid it."""
    month = decision.benefit_month - 1
    row = (
        Decision.objects.filter(
            grant=decision.grant_id, benefit_month=month, outcome=Outcome.PAID, decided_at__lte=decision.decided_at
        )
        .order_by("-sequence")
        .first()
    )
    if row is not None:
        return side_of(row, thaw(Facts, row.facts))
    paid = next((one for one in facts.paid_subsidies if one.month == month), None)
    return Side(month=month, subsidy=paid.amount) if paid else None


def _headline(decision: Decision, pay_date: date) -> str:
    if not decision.payable_before_tax:
        return f"Du får ikke fleksløntilskud for {month_name(decision.benefit_month)}: beløbet er 0 kr."
    day = f"{WEEKDAYS[pay_date.weekday()]} den {day_name(pay_date)}"
    return f"Du får {hele_kr(decision.payable_before_tax)} kr. på din NemKonto {day}."


def _tax_sentence(decision: Decision) -> str:
    return "Beløbet er før skat. Vi trækker skat efter dit skattekort." if decision.payable_before_tax else ""


# --- the sum -----------------------------------------------------------------------------------------------


def _sum_lines(now: Side, last: Side | None) -> Iterable[SumLine]:
    """The steps of both months beside each other, with the subsidy and the payment as totals."""
    before = dict(last.by_key) if last else {}
    rows = [(key, step, before.pop(key, None)) for key, step in now.by_key.items()]
    gone = [(key, step) for key, step in before.items() if step[2]]
    below = [row for row in rows if row[0] == "extra_atp"]
    above = [row for row in rows if row[0] != "extra_atp"]
    for key, (text, law, amount), then in above:
        if key == "rounding":
            yield from _only_last(gone)
            gone = []
            if not amount and not (then and then[2]):
                continue
        empty = key == "income"
        yield SumLine(text, law, None if empty else amount, None if empty else _amount(then, last))
    yield from _only_last(gone)
    yield SumLine("Dit fleksløntilskud", "", now.subsidy, last.subsidy if last else None, is_total=True)
    for _, (text, law, amount), then in below:
        yield SumLine(text, law, amount, _amount(then, last))
    yield SumLine("Til udbetaling før skat", "", now.payable, last.payable if last else None, is_total=True)


def _only_last(gone: Sequence[tuple[str, tuple[str, str, Decimal]]]) -> Iterable[SumLine]:
    """Steps that last month had and this month has not."""
    for key, (text, law, amount) in gone:
        if key != "extra_atp":
            yield SumLine(f"Kun sidste måned: {text}", law, ZERO, amount)


def _amount(step: tuple[str, str, Decimal] | None, last: Side | None) -> Decimal | None:
    if last is None or not last.steps:
        return None
    return step[2] if step else ZERO


# --- the incomes -------------------------------------------------------------------------------------------


def _income_lines(facts: Facts) -> Iterable[IncomeLine]:
    """One line an employer; the smallest together when there are many; then holiday pay and benefits."""
    month = facts.income_month
    reports = [one for one in facts.reports if one.month == month]
    names = names_of_employers({one.se_number for one in reports})
    lines = [
        _income_line(_name(se, names), group, note)
        for (se, note), group in _grouped(reports, in_force(RULES, facts.benefit_month).counted_incomes).items()
    ]
    yield from _at_most(sorted(lines, key=lambda line: (bool(line.note), -line.total, line.name)))
    if holiday := holiday_pay(facts, month):
        yield IncomeLine("Feriegodtgørelse før skat", holiday, ZERO, None, _holiday_note(holiday))
    for (kind, se), group in _benefits(reports).items():
        payer = names.get(se) or f"udbetaler med SE-nummer {se}"
        name = f"{BENEFITS.get(kind, kind).capitalize()} fra {payer}"
        yield IncomeLine(name, sum((one.amount for one in group), ZERO), ZERO, None, "trækkes fra i tilskuddet")


def _grouped(reports: Iterable[Report], counted: frozenset[str]) -> dict[tuple[str, str], list[Report]]:
    """Reports of pay by employer and by what was done with them."""
    groups: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        if report.role == "wage":
            groups.setdefault((report.se_number, _treatment(report, counted)), []).append(report)
    return groups


def _benefits(reports: Iterable[Report]) -> dict[tuple[str, str], list[Report]]:
    groups: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        if report.role == "benefit" and report.treatment != "leave_out":
            groups.setdefault((report.kind, report.se_number), []).append(report)
    return groups


def _treatment(report: Report, counted: frozenset[str]) -> str:
    if report.treatment == "leave_out" or report.kind not in counted:
        return LEFT_OUT
    return "rettet af kommunen" if report.treatment == "correct" else ""


def _income_line(name: str, reports: Sequence[Report], note: str) -> IncomeLine:
    hours = [one.paid_hours for one in reports if one.paid_hours is not None]
    return IncomeLine(
        name=name,
        pay=sum((one.amount for one in reports), ZERO),
        pension=sum((one.own_pension + one.employer_pension for one in reports), ZERO),
        hours=sum(hours, ZERO) if hours else None,
        note=note,
    )


def _at_most(lines: list[IncomeLine]) -> list[IncomeLine]:
    """A page holds some employers; what is over is added up in one line."""
    if len(lines) <= MOST_EMPLOYERS:
        return lines
    shown, rest = lines[: MOST_EMPLOYERS - 1], lines[MOST_EMPLOYERS - 1 :]
    counted = [line for line in rest if line.note != LEFT_OUT]
    return [
        *shown,
        IncomeLine(
            name=f"{len(counted)} andre arbejdsgivere",
            pay=sum((line.pay for line in counted), ZERO),
            pension=sum((line.pension for line in counted), ZERO),
            hours=sum((line.hours or ZERO for line in counted), ZERO),
        ),
    ]


def _name(se_number: str, names: dict[str, str]) -> str:
    if not se_number:
        return "Oplyst til kommunen"
    return names.get(se_number) or f"Arbejdsgiver med SE-nummer {se_number}"


def _holiday_note(amount: Decimal) -> str:
    return "ferie, du har holdt" if amount > 0 else "optjent, tæller først, når du holder ferie"


# --- the rest ----------------------------------------------------------------------------------------------


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
    unit = f"{municipality.unit}, {municipality.name}" if municipality.unit else municipality.name
    return f"Afgørelsen er truffet af en sagsbehandler i {unit}."


def figures(context: SpecificationContext) -> set[str]:
    """Every amount that the letter must show: what tests look for in the PDF's text."""
    amounts = [line.amount for line in context.lines] + [line.last for line in context.lines]
    amounts += [amount for line in context.incomes for amount in (line.pay, line.pension, line.total)]
    texts = re.findall(r"-?\d[\d.]*,\d\d", " ".join(line.text for line in context.lines))
    return {danish(amount) for amount in amounts if amount is not None} | set(texts) | {danish(context.income)}
