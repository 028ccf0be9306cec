"""GDPR: what is known about a citizen (art. 15), and who looked and why.

No employee's name stands in it (Datatilsynet 2024: the citizen may see when and for what purpose), and no protected
address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.utils.timezone import localtime

from cases.information_duty import why
from cases.insight_document import InsightDocument, Section, made_at
from cases.models import (
    AccessLog,
    Adjustment,
    Citizen,
    Complaint,
    ControlLine,
    Decision,
    HolidayPayment,
    IncomeReport,
    IssuedDocument,
    JobcentreEvent,
    JournalNote,
    Letter,
    Look,
    Notice,
    Outcome,
    PartyHearing,
    Payment,
    Task,
    names_of_employers,
)
from cases.models.accounts import SYSTEM_USERNAME
from cases.presenters.words import day, long_month
from cases.templatetags.danish import kr

AUTOMATIC = "Fuldautomatisk"
BY_A_PERSON = "Af en medarbejder"
LEFT_TO_A_PERSON = "Beregnet automatisk, lagt til en medarbejder"


def extract(citizen: Citizen, now: datetime) -> InsightDocument:
    """Everything that is stored about the citizen, in a fixed number of queries."""
    parts: tuple[Callable[[Citizen], Section], ...] = (
        _person, _grants, _ceilings, _periods, _decisions, _payments, _adjustments, _incomes, _tasks, _letters,
        _notes, _complaints, _events, _control, _looks,
    )  # fmt: skip
    return InsightDocument(
        "Indsigt i oplysninger om dig",
        "Det er de oplysninger, kommunen har om dig i sagen om fleksløntilskud (databeskyttelsesforordningens "
        "artikel 15).",
        citizen.municipality,
        f"{citizen.name}, CPR-nummer {citizen.cpr_with_dash}",
        made_at(now),
        (*why(citizen.municipality, now), *(part(citizen) for part in parts)),
    )


def looks_report(citizen: Citizen, now: datetime) -> InsightDocument:
    """When and for what the citizen was looked up."""
    return InsightDocument(
        "Opslag på dig",
        "Her står, hvornår og til hvilket formål medarbejdere og systemet har set oplysninger om dig.",
        citizen.municipality,
        f"{citizen.name}, CPR-nummer {citizen.cpr_with_dash}",
        made_at(now),
        (_looks(citizen),),
    )


def _person(citizen: Citizen) -> Section:
    address = "Beskyttet. Den står ikke i dette brev." if citizen.is_protected else citizen.address or "Ikke oplyst"
    tax = f"{citizen.tax_percent} %" if citizen.tax_percent is not None else "Ikke oplyst"
    rows = (
        ("Navn", citizen.name),
        ("CPR-nummer", citizen.cpr_with_dash),
        ("Fødselsdato", day(citizen.birth_date)),
        ("Adresse", address),
        ("Navne- og adressebeskyttelse", "Ja" if citizen.is_protected else "Nej"),
        ("Trækprocent", tax),
        ("Skattekort", citizen.get_tax_card_display() or "Ikke oplyst"),
        ("Du har bedt om, at et menneske afgør hver måned", "Ja" if citizen.wants_human else "Nej"),
    )
    return Section("Dig", head=("Oplysning", "Indhold"), rows=rows)


def _grants(citizen: Citizen) -> Section:
    rows = []
    for grant in citizen.grants.prefetch_related("jobs").order_by("first_day"):
        until = day(grant.last_day) or "løbende"
        text = f"{until}{f' ({grant.get_stop_reason_display()})' if grant.stop_reason else ''}"
        rows.append((grant.number, "Bevilling", day(grant.first_day), text, grant.needs_manual))
        for job in grant.jobs.all():
            kind = "Fleksjob" if job.is_fleksjob else "Andet job"
            rows.append((grant.number, kind, day(job.first_day), day(job.last_day) or "løbende", f"SE {job.se_number}"))
    return Section("Bevilling og job", head=("Sag", "Hvad", "Fra", "Til", "Bemærkning"), rows=tuple(rows))


def _ceilings(citizen: Citizen) -> Section:
    rows = tuple(
        (day(one.first_day), f"{kr(one.amount)} kr.", one.source)
        for grant in citizen.grants.prefetch_related("wage_ceilings")
        for one in grant.wage_ceilings.all()
    )
    return Section("Lønloft", head=("Fra", "Pr. måned", "Kilde"), rows=rows)


def _periods(citizen: Citizen) -> Section:
    rows = tuple(
        (one.get_kind_display(), one.get_benefit_display(), day(one.first_day), day(one.last_day), one.note)
        for grant in citizen.grants.prefetch_related("periods")
        for one in grant.periods.all()
    )
    return Section("Ferie, andre ydelser og stop", head=("Hvad", "Ydelse", "Fra", "Til", "Kilde"), rows=rows)


def how_decided(outcome: str, username: str) -> str:
    """Whether a decision was fully automatic: paid by the system without a person. What the extract must always say."""
    if username != SYSTEM_USERNAME:
        return BY_A_PERSON
    return AUTOMATIC if outcome == Outcome.PAID else LEFT_TO_A_PERSON


def _decisions(citizen: Citizen) -> Section:
    columns = (
        "benefit_month", "sequence", "decided_at", "outcome", "income", "subsidy", "payable_before_tax",
        "decided_by__username",
    )  # fmt: skip
    found = Decision.objects.filter(grant__citizen=citizen).order_by("benefit_month", "sequence").values_list(*columns)
    rows = tuple(
        (
            long_month(month), str(number), f"{localtime(at):%d.%m.%Y}", f"{kr(income)} kr.", f"{kr(subsidy)} kr.",
            f"{kr(payable)} kr.", how_decided(outcome, by),
        )
        for month, number, at, outcome, income, subsidy, payable, by in found
    )  # fmt: skip
    count = Counter(row[-1] for row in rows)
    lines = (
        f"{count[AUTOMATIC]} af {len(rows)} afgørelser er truffet fuldautomatisk: ingen medarbejder har set sagen.",
        "Du kan altid bede om, at et menneske ser på en afgørelse.",
    )
    head = ("Måned", "Nr.", "Afgjort", "Indtægt", "Tilskud", "Før skat", "Hvordan")
    return Section("Afgørelser", lines, head, rows)


def _payments(citizen: Citizen) -> Section:
    rows = tuple(
        (
            long_month(one.benefit_month),
            day(one.pay_date),
            f"{kr(one.payable_before_tax)} kr.",
            one.get_status_display(),
        )
        for one in Payment.objects.filter(citizen=citizen).order_by("benefit_month", "sequence")
    )
    return Section("Udbetalinger", head=("Måned", "Dag", "Før skat", "Status"), rows=rows)


def _adjustments(citizen: Citizen) -> Section:
    found = Adjustment.objects.filter(grant__citizen=citizen).order_by("benefit_month", "sequence")
    columns = ("benefit_month", "made_at", "old_subsidy", "new_subsidy", "difference", "reason")
    rows = tuple(
        (long_month(month), f"{localtime(at):%d.%m.%Y}", f"{kr(old)} kr.", f"{kr(new)} kr.", f"{kr(more)} kr.", why)
        for month, at, old, new, more, why in found.values_list(*columns)
    )
    head = ("Måned", "Beregnet", "Udbetalt", "Rigtigt", "Forskel", "Hvorfor")
    return Section("Efterreguleringer", head=head, rows=rows)


def _incomes(citizen: Citizen) -> Section:
    reports = list(IncomeReport.objects.filter(citizen=citizen).order_by("month", "pay_date", "id"))
    names = names_of_employers({one.se_number for one in reports})
    rows = tuple(
        (
            long_month(one.month), names.get(one.se_number) or f"SE {one.se_number}", f"{kr(one.amount)} kr.",
            f"{kr(one.own_pension + one.employer_pension)} kr.",
            f"{kr(one.paid_hours)}" if one.paid_hours is not None else "", day(one.pay_date),
        )
        for one in reports
    )  # fmt: skip
    head = ("Måned", "Fra", "Beløb", "Pension", "Løntimer", "Udbetalt")
    lines = ("Kilde: indkomstregisteret (eIndkomst).",)
    return Section("Indtægter", lines, head, rows)


def _tasks(citizen: Citizen) -> Section:
    found = Task.objects.filter(grant__citizen=citizen).order_by("created_at")
    rows = tuple(
        (f"{localtime(one.created_at):%d.%m.%Y}", long_month(one.benefit_month), one.headline, one.get_state_display())
        for one in found
    )
    return Section("Det, en medarbejder er bedt om at se på", head=("Dag", "Måned", "Hvad", "Status"), rows=rows)


def _letters(citizen: Citizen) -> Section:
    issued = IssuedDocument.objects.filter(citizen=citizen).order_by("issued_at").values_list("issued_at", "title")
    letters = Letter.objects.filter(grant__citizen=citizen, document=None).order_by("id")
    hearings = PartyHearing.objects.filter(grant__citizen=citizen).order_by("id")
    rows = [(f"{localtime(at):%d.%m.%Y}", title, "") for at, title in issued]
    rows += [
        (f"{localtime(one.sent_at):%d.%m.%Y}" if one.sent_at else "ikke sendt", one.subject, one.answer)
        for one in letters
    ]
    rows += [(f"{localtime(one.asked_at):%d.%m.%Y}", "Partshøring", one.answer) for one in hearings]
    return Section("Breve, spørgsmål og partshøringer", head=("Dag", "Hvad", "Svar"), rows=tuple(rows))


def _notes(citizen: Citizen) -> Section:
    found = JournalNote.objects.filter(grant__citizen=citizen).order_by("id").values_list("written_at", "text")
    rows = tuple((f"{localtime(at):%d.%m.%Y}", text) for at, text in found)
    return Section("Notater", head=("Dag", "Notat"), rows=rows)


def _complaints(citizen: Citizen) -> Section:
    rows = tuple(
        (day(one.received_on), one.text, one.get_outcome_display(), one.reassessment)
        for one in Complaint.objects.filter(payment__citizen=citizen).order_by("id")
    )
    return Section("Klager", head=("Modtaget", "Klagen", "Resultat", "Genvurdering"), rows=rows)


def _events(citizen: Citizen) -> Section:
    rows = [
        (f"{localtime(one.received_at):%d.%m.%Y}", one.get_kind_display(), one.origin)
        for one in JobcentreEvent.objects.filter(citizen=citizen).order_by("received_at")
    ]
    rows += [
        (day(one.noticed_on), one.text, one.source) for one in Notice.objects.filter(citizen=citizen).order_by("id")
    ]
    rows += [
        (day(one.first_day), f"Feriepenge, {kr(one.net_amount)} kr. netto", "FerieKonto")
        for one in HolidayPayment.objects.filter(citizen=citizen).order_by("id")
    ]
    return Section("Beskeder fra andre", head=("Dag", "Hvad", "Kilde"), rows=tuple(rows))


def _control(citizen: Citizen) -> Section:
    found = ControlLine.objects.filter(citizen=citizen).order_by("year", "code").values_list("year", "text", "amount")
    rows = tuple((str(year), text, f"{kr(amount)} kr.") for year, text, amount in found)
    return Section("Årsoplysninger fra skat (R75)", head=("År", "Felt", "Beløb"), rows=rows)


def _looks(citizen: Citizen) -> Section:
    """Each look at the citizen's own pages; the lists they stood in are counted by day."""
    found = (
        AccessLog.objects.filter(citizen=citizen).order_by("pk").values_list("happened_at", "kind", "action", "purpose")
    )
    rows: dict[tuple[str, ...], int] = {}
    for at, kind, action, purpose in found.iterator(2000):
        moment = f"{localtime(at):%d.%m.%Y}" if kind == Look.LIST else f"{localtime(at):%d.%m.%Y kl. %H:%M}"
        key = (moment, action, purpose)
        rows[key] = rows.get(key, 0) + 1
    lines = (
        "Navne på medarbejdere står her ikke. “Liste” betyder, at du stod som en linje blandt andre; "
        "den skrives højst én gang i timen for hver medarbejder.",
    )
    shown = tuple((*key, str(count)) for key, count in rows.items())
    return Section("Hvornår og hvorfor der er set på dig", lines, ("Hvornår", "Hvad", "Formål", "Antal"), shown)
