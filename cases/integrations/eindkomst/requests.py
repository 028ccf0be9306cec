"""Requests to eIndkomst: what is asked, written and read in both wrappers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape

from lxml import etree

from cases.integrations.eindkomst.names import (
    CPR,
    DIRECT,
    END,
    INTERVAL,
    KOMBIT_CONTEXT,
    PURPOSE,
    SE,
    SF0770A,
    SKAT,
    SOAP,
    SOAP_12,
    START,
    SUBSCRIPTION,
    UnreadableAnswer,
    local,
    parse_whole,
    skat_class,
)
from cases.integrations.eindkomst.writer import DECLARATION, namespaces, outer_prefix, with_envelope
from rules.months import Month

PREFIXES = {
    "e": SKAT,
    "abo": skat_class("abonnenttype"),
    "abm": skat_class("abonnementtype"),
    "adg": skat_class("adgangformaaltype"),
    "med": skat_class("indkomstoplysningadgangmedarbejderidentifikator"),
    "ref": skat_class("indkomstoplysningadgangreferencenummer"),
    "fra": skat_class("soegeaarmaanedfrakode"),
    "til": skat_class("soegeaarmaanedtilkode"),
    "vir": SE,
    "cpr": CPR,
    "int": INTERVAL,
    "sta": START,
    "slu": END,
}


@dataclass(frozen=True, slots=True)
class PersonQuery:
    """One person to ask about: by months of the disposal date (finds later corrections), or by pay period.

    ``reference``: our own case number, which comes back in the answer. ``se_number`` limits to one employer.
    """

    cpr: str
    reference: str = ""
    first_month: Month | None = None
    last_month: Month | None = None
    period_start: date | None = None
    period_end: date | None = None
    se_number: str = ""


@dataclass(frozen=True, slots=True)
class IncomeRequest:
    """A whole request. ``se_number``: the municipality's own. Code 171 is the purpose fleksløntilskud."""

    persons: tuple[PersonQuery, ...]
    se_number: str
    transaction: str
    sent_at: datetime
    subscriber_type: str = "1"
    subscription: str = SUBSCRIPTION
    purpose: str = PURPOSE
    employee: str = ""


def write_request(request: IncomeRequest, wrapper: str = DIRECT, *, soap: bool | None = None) -> bytes:
    """The request as XML. ``soap``: with an envelope; by default only the direct wrapper has one here.

    ValueError (Danish) when a person cannot be asked about: replacement numbers (day + 60) are refused by eIndkomst.
    """
    prefix = outer_prefix(wrapper)
    revision = "" if wrapper == DIRECT else ' revision="r5123"'
    body = (
        f"<{prefix}:IndkomstOplysningPersonHent_I{namespaces(wrapper, PREFIXES)}{revision}>"
        f"{_header(request, wrapper)}<{prefix}:IndkomstOplysningPersonInddata>{_access(request)}"
        f"<e:IndkomstOplysningValg><e:IndkomstPersonSamling>{''.join(map(_person, request.persons))}"
        f"</e:IndkomstPersonSamling></e:IndkomstOplysningValg></{prefix}:IndkomstOplysningPersonInddata>"
        f"</{prefix}:IndkomstOplysningPersonHent_I>"
    )
    wrapped = wrapper == DIRECT if soap is None else soap
    return (DECLARATION + (with_envelope(body) if wrapped else body) + "\n").encode()


def can_be_asked(cpr: str) -> bool:
    """Whether eIndkomst takes the number: ten digits with a day of 01 to 31 (a replacement number has day + 60)."""
    return len(cpr) == 10 and cpr.isascii() and cpr.isdigit() and 1 <= int(cpr[:2]) <= 31


def _header(request: IncomeRequest, wrapper: str) -> str:
    if wrapper == DIRECT:
        return (
            f"<k:HovedOplysninger><k:TransaktionIdentifikator>{escape(request.transaction)}"
            f"</k:TransaktionIdentifikator><k:TransaktionTid>{request.sent_at:%Y-%m-%dT%H:%M:%S}"
            "</k:TransaktionTid></k:HovedOplysninger>"
        )
    return (
        f"<k:HovedOplysninger><k:TransaktionsId>{escape(request.transaction)}</k:TransaktionsId>"
        f"<k:TransaktionsTid>{request.sent_at:%Y-%m-%dT%H:%M:%SZ}</k:TransaktionsTid></k:HovedOplysninger>"
    )


def _access(request: IncomeRequest) -> str:
    employee = (
        f"<med:IndkomstOplysningAdgangMedarbejderIdentifikator>{escape(request.employee)}"
        "</med:IndkomstOplysningAdgangMedarbejderIdentifikator>"
        if request.employee
        else ""
    )
    return (
        f"<e:AbonnentAdgangStruktur><abo:AbonnentTypeKode>{escape(request.subscriber_type)}</abo:AbonnentTypeKode>"
        f"<abm:AbonnementTypeKode>{escape(request.subscription)}</abm:AbonnementTypeKode>"
        f"<adg:AdgangFormaalTypeKode>{escape(request.purpose)}</adg:AdgangFormaalTypeKode></e:AbonnentAdgangStruktur>"
        "<e:AbonnentStruktur><e:AbonnentVirksomhedStruktur><e:AbonnentVirksomhed>"
        f"<vir:VirksomhedSENummerIdentifikator>{escape(request.se_number)}</vir:VirksomhedSENummerIdentifikator>"
        f"</e:AbonnentVirksomhed></e:AbonnentVirksomhedStruktur>{employee}</e:AbonnentStruktur>"
    )


def _person(query: PersonQuery) -> str:
    if not can_be_asked(query.cpr):
        raise ValueError(f"eIndkomst kan ikke spørges om CPR {query.cpr}: dagen i nummeret skal være 01 til 31.")
    reference = (
        f"<ref:IndkomstOplysningAdgangReferenceNummerIdentifikator>{escape(query.reference)}"
        "</ref:IndkomstOplysningAdgangReferenceNummerIdentifikator>"
        if query.reference
        else ""
    )
    employer = (
        "<e:IndberetningPligtigVirksomhedStruktur><e:IndberetningPligtigVirksomhed>"
        f"<vir:VirksomhedSENummerIdentifikator>{escape(query.se_number)}</vir:VirksomhedSENummerIdentifikator>"
        "</e:IndberetningPligtigVirksomhed></e:IndberetningPligtigVirksomhedStruktur>"
        if query.se_number
        else ""
    )
    return (
        "<e:PersonIndkomstSoegeStruktur>"
        f"<cpr:PersonCivilRegistrationIdentifier>{query.cpr}</cpr:PersonCivilRegistrationIdentifier>"
        f"{reference}{employer}{_search(query)}</e:PersonIndkomstSoegeStruktur>"
    )


def _search(query: PersonQuery) -> str:
    found = ""
    if query.period_start and query.period_end:
        found += (
            f"<e:SoegePeriodeLukketStruktur><int:DateInterval><sta:StartDate>{query.period_start}</sta:StartDate>"
            f"<slu:EndDate>{query.period_end}</slu:EndDate></int:DateInterval></e:SoegePeriodeLukketStruktur>"
        )
    if query.first_month and query.last_month:
        found += (
            f"<e:SoegeAarMaanedLukketStruktur><fra:SoegeAarMaanedFraKode>{_code(query.first_month)}"
            f"</fra:SoegeAarMaanedFraKode><til:SoegeAarMaanedTilKode>{_code(query.last_month)}"
            "</til:SoegeAarMaanedTilKode></e:SoegeAarMaanedLukketStruktur>"
        )
    return found


def _code(month: Month) -> str:
    return f"{month.year:04d}{month.number:02d}"


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A request that was read, and the form it came in: the answer must have the same."""

    request: IncomeRequest
    wrapper: str
    soap: bool


def read_request(data: bytes) -> ReadRequest:
    """Read a request of either wrapper. UnreadableAnswer with a Danish sentence when it is not one."""
    root = parse_whole(data)
    soap = root.tag in (f"{{{SOAP}}}Envelope", f"{{{SOAP_12}}}Envelope")
    asked = next(root.iter("{*}IndkomstOplysningPersonHent_I"), None)
    if asked is None:
        raise UnreadableAnswer("Forespørgslen mangler IndkomstOplysningPersonHent_I.")
    header = next(asked.iter("{*}HovedOplysninger"), asked)
    wrapper = SF0770A if header.tag == f"{{{KOMBIT_CONTEXT}}}HovedOplysninger" else DIRECT
    try:
        request = _request(asked)
    except ValueError as error:
        raise UnreadableAnswer(f"Forespørgslen kan ikke læses: {error}") from error
    return ReadRequest(request, wrapper, soap)


def _request(asked: etree._Element) -> IncomeRequest:
    persons = tuple(_query(person) for person in asked.iter("{*}PersonIndkomstSoegeStruktur"))
    if not persons:
        raise ValueError("den spørger ikke om nogen person.")
    subscriber = next(asked.iter("{*}AbonnentStruktur"), asked)
    return IncomeRequest(
        persons=persons,
        se_number=_found(subscriber, "VirksomhedSENummerIdentifikator"),
        transaction=_found(asked, "TransaktionIdentifikator", "TransaktionsId"),
        sent_at=datetime.fromisoformat(_found(asked, "TransaktionTid", "TransaktionsTid").replace("Z", "")),
        subscriber_type=_found(asked, "AbonnentTypeKode"),
        subscription=_found(asked, "AbonnementTypeKode"),
        purpose=_found(asked, "AdgangFormaalTypeKode"),
        employee=_found(subscriber, "IndkomstOplysningAdgangMedarbejderIdentifikator"),
    )


def _query(person: etree._Element) -> PersonQuery:
    start, end = _found(person, "StartDate"), _found(person, "EndDate")
    first, last = _found(person, "SoegeAarMaanedFraKode"), _found(person, "SoegeAarMaanedTilKode")
    return PersonQuery(
        cpr=_found(person, "PersonCivilRegistrationIdentifier"),
        reference=_found(person, "IndkomstOplysningAdgangReferenceNummerIdentifikator"),
        first_month=Month.parse(f"{first[:4]}-{first[4:]}") if first else None,
        last_month=Month.parse(f"{last[:4]}-{last[4:]}") if last else None,
        period_start=date.fromisoformat(start) if start else None,
        period_end=date.fromisoformat(end) if end else None,
        se_number=_found(person, "VirksomhedSENummerIdentifikator"),
    )


def _found(element: etree._Element, *wanted: str) -> str:
    """The text of the first element with one of the names, in any namespace: a request is only read by the stub."""
    return next((local_text for one in element.iter() if local(one) in wanted and (local_text := _own(one))), "")


def _own(element: etree._Element) -> str:
    return (element.text or "").strip()
