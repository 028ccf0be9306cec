"""Write answers as eIndkomst does, in both wrappers: for the stub server and the demo's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from cases.integrations.eindkomst.names import (
    DIRECT,
    DIRECT_CONTEXT,
    FIELD_PREFIX,
    KOMBIT,
    KOMBIT_CONTEXT,
    PREFIXES,
    SOAP,
    WRAPPERS,
)
from cases.integrations.eindkomst.reports import PersonAnswer, RegisterReport
from rules.income_codes import NEW_BLOCK, RegisterField

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
_LEVELS = {"11000": 1, "16000": 2, "16002": 4}
_PARENTS = {1: "11000", 2: "16000", 3: "16001"}


def write_answer(
    persons: Iterable[PersonAnswer],
    wrapper: str = DIRECT,
    *,
    transaction: str = "",
    created: datetime | None = None,
    soap: bool | None = None,
) -> bytes:
    """A whole answer. ``soap``: with a SOAP envelope; by default only the direct wrapper has one.

    ``created`` and ``transaction`` come from the caller: nothing here reads a clock. No persons gives an answer
    without IndkomstPersonUddata.
    """
    return "".join(answer_parts(persons, wrapper, transaction=transaction, created=created, soap=soap)).encode()


def answer_parts(
    persons: Iterable[PersonAnswer],
    wrapper: str = DIRECT,
    *,
    transaction: str = "",
    created: datetime | None = None,
    soap: bool | None = None,
) -> Iterator[str]:
    """``write_answer`` a person at a time, for files that are not to stand in memory."""
    prefix = outer_prefix(wrapper)
    yield _opening(wrapper, soap)
    yield _header(wrapper, transaction, created, "")
    empty = True
    for person in persons:
        if empty:
            yield f"<{prefix}:IndkomstPersonUddata><e:IndkomstOplysningPersonSamling>\n"
            empty = False
        yield write_person(person)
    if not empty:
        yield f"</e:IndkomstOplysningPersonSamling></{prefix}:IndkomstPersonUddata>"
    yield _closing(wrapper, soap)


def write_error(
    code: str,
    text: str,
    wrapper: str = DIRECT,
    *,
    transaction: str = "",
    created: datetime | None = None,
    soap: bool | None = None,
) -> bytes:
    """eIndkomst's error body."""
    if wrapper == DIRECT:
        fault = (
            f"<k:FejlStruktur><k:FejlIdentifikator>{escape(code)}</k:FejlIdentifikator>"
            f"<k:FejlTekst>{escape(text)}</k:FejlTekst></k:FejlStruktur>"
        )
    else:
        fault = (
            f"<k:SvarReaktion><k:Fejl><k:FejlId>{escape(code)}</k:FejlId>"
            f"<k:FejlTekst>{escape(text)}</k:FejlTekst></k:Fejl></k:SvarReaktion>"
        )
    parts = (_opening(wrapper, soap), _header(wrapper, transaction, created, fault), _closing(wrapper, soap))
    return "".join(parts).encode()


def outer_prefix(wrapper: str) -> str:
    """ "e" for the direct service, "p" for SF0770_A; ValueError on any other wrapper."""
    if wrapper not in WRAPPERS:
        raise ValueError(f"Ukendt svarform '{wrapper}'. Brug {' eller '.join(WRAPPERS)}.")
    return "e" if wrapper == DIRECT else "p"


def namespaces(wrapper: str, prefixes: dict[str, str]) -> str:
    """The namespace declarations of the outer element."""
    own = {"k": DIRECT_CONTEXT} if wrapper == DIRECT else {"p": KOMBIT, "k": KOMBIT_CONTEXT}
    return "".join(f" xmlns:{prefix}={quoteattr(address)}" for prefix, address in (prefixes | own).items())


def with_envelope(body: str) -> str:
    return f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Header/><soap:Body>{body}</soap:Body></soap:Envelope>'


def _opening(wrapper: str, soap: bool | None) -> str:
    prefix = outer_prefix(wrapper)
    revision = "" if wrapper == DIRECT else ' revision="r5123"'
    start = f"<{prefix}:IndkomstOplysningPersonHent_O{namespaces(wrapper, PREFIXES)}{revision}>\n"
    return DECLARATION + (with_envelope("\0").partition("\0")[0] if _soap(wrapper, soap) else "") + start


def _closing(wrapper: str, soap: bool | None) -> str:
    end = f"</{outer_prefix(wrapper)}:IndkomstOplysningPersonHent_O>"
    return end + (with_envelope("\0").partition("\0")[2] if _soap(wrapper, soap) else "") + "\n"


def _soap(wrapper: str, soap: bool | None) -> bool:
    return wrapper == DIRECT if soap is None else soap


def _header(wrapper: str, transaction: str, created: datetime | None, reaction: str) -> str:
    if wrapper == DIRECT:
        time = f"<k:TransaktionTid>{created:%Y-%m-%dT%H:%M:%S}</k:TransaktionTid>" if created else ""
        inside = (
            f"<k:TransaktionIdentifikator>{escape(transaction)}</k:TransaktionIdentifikator>"
            "<k:ServiceIdentifikator>IndkomstOplysningPersonHent</k:ServiceIdentifikator>"
            f"{time}<k:SvarStruktur>{reaction}</k:SvarStruktur>"
        )
    else:
        time = f"<k:TransaktionsTid>{created:%Y-%m-%dT%H:%M:%SZ}</k:TransaktionsTid>" if created else ""
        inside = f"<k:TransaktionsId>{escape(transaction)}</k:TransaktionsId>{time}{reaction}"
    return f"<k:HovedOplysningerSvar>{inside}</k:HovedOplysningerSvar>\n"


def write_person(person: PersonAnswer) -> str:
    """One IndkomstOplysningPersonStruktur, from the reports (not from ``raw``), a line for each report."""
    reference = (
        f"<ref:IndkomstOplysningAdgangReferenceNummerIdentifikator>{escape(person.reference)}"
        "</ref:IndkomstOplysningAdgangReferenceNummerIdentifikator>"
        if person.reference
        else ""
    )
    companies = "".join(
        _company(se_number, list(reports)) for se_number, reports in groupby(person.reports, lambda one: one.se_number)
    )
    return (
        "<e:IndkomstOplysningPersonStruktur>"
        f"<cpr:PersonCivilRegistrationIdentifier>{escape(person.cpr)}</cpr:PersonCivilRegistrationIdentifier>"
        f"{reference}<e:IndkomstOplysningSamling>{companies}</e:IndkomstOplysningSamling>"
        "</e:IndkomstOplysningPersonStruktur>\n"
    )


def _company(se_number: str, reports: list[RegisterReport]) -> str:
    return (
        "<e:IndberetningPligtigVirksomhed>"
        "<e:IndberetningPligtigVirksomhedStruktur><e:IndberetningPligtigVirksomhed>"
        f"<vir:VirksomhedSENummerIdentifikator>{escape(se_number)}</vir:VirksomhedSENummerIdentifikator>"
        "</e:IndberetningPligtigVirksomhed></e:IndberetningPligtigVirksomhedStruktur>"
        f"<e:IndkomstLoenPeriodeSamling>{''.join(map(_report, reports))}</e:IndkomstLoenPeriodeSamling>"
        "</e:IndberetningPligtigVirksomhed>"
    )


def _report(report: RegisterReport) -> str:
    employee, pay_date = report.employee_number, report.pay_date
    employee = (
        f"<emp:AnsaettelseforholdMedarbejderIdentifikator>{escape(employee)}"
        "</emp:AnsaettelseforholdMedarbejderIdentifikator>"
        if employee
        else ""
    )
    paid = (
        f"<grp:IndkomstPersonGruppeDispositionDato>{pay_date}</grp:IndkomstPersonGruppeDispositionDato>"
        if pay_date
        else ""
    )
    return (
        "\n<e:LoenPeriodeOplysningStruktur>"
        f"<ang:AngivelseVirksomhedEgenIdentifikator>{escape(report.own_id)}</ang:AngivelseVirksomhedEgenIdentifikator>"
        f"<e:AngivelsePeriodeStruktur><ang:AngivelsePeriode>{_dates(report.period_start, report.period_end)}"
        f"</ang:AngivelsePeriode></e:AngivelsePeriodeStruktur>{employee}{paid}{_forms(report.fields)}"
        "</e:LoenPeriodeOplysningStruktur>"
    )


def _dates(start: date | None, end: date | None) -> str:
    first = f"<sta:StartDate>{start}</sta:StartDate>" if start else ""
    return first + (f"<slu:EndDate>{end}</slu:EndDate>" if end else "")


def _forms(fields: tuple[RegisterField, ...]) -> str:
    """The nested AngivelseNiveau1..4 from the flat felter: each form on its own level."""
    if not fields:
        return ""
    parts = ["<e:AngivelseBlanketIndholdStruktur><e:AngivelseOplysningSamling>"]
    level = 0
    for form, lines in _by_form(fields):
        wanted = _LEVELS.get(form, 3)
        while level >= wanted:
            parts.append(_level_end(level))
            level -= 1
        for between in range(level + 1, wanted):
            parts.append(_level_start(between, _PARENTS[between], ()))
        level = wanted
        parts.append(_level_start(level, form, lines))
    parts.extend(_level_end(one) for one in range(level, 0, -1))
    parts.append("</e:AngivelseOplysningSamling></e:AngivelseBlanketIndholdStruktur>")
    return "".join(parts)


def _by_form(fields: tuple[RegisterField, ...]) -> list[tuple[str, list[RegisterField]]]:
    """Felter that stand together on one form; NEW_BLOCK begins a 16000 of its own."""
    groups: list[tuple[str, list[RegisterField]]] = []
    for field in fields:
        if field == NEW_BLOCK:
            groups.append(("16000", []))
        elif groups and groups[-1][0] == field[0]:
            groups[-1][1].append(field)
        else:
            groups.append((field[0], [field]))
    return groups


def _level_start(level: int, form: str, lines: Iterable[RegisterField]) -> str:
    below = "" if level == 4 else "<e:UnderAngivelseSamling>"
    felter = "".join(map(_field, lines))
    felter = f"<e:AngivelseFeltSamling>{felter}</e:AngivelseFeltSamling>" if felter else ""
    number = f"<bla:BlanketNummerIdentifikator>{escape(form)}</bla:BlanketNummerIdentifikator>"
    return f"<e:AngivelseNiveau{level}>{number}{felter}{below}"


def _level_end(level: int) -> str:
    return ("" if level == 4 else "</e:UnderAngivelseSamling>") + f"</e:AngivelseNiveau{level}>"


def _field(field: RegisterField) -> str:
    number = FIELD_PREFIX + field[1] if len(field[1]) == 3 else field[1]
    return (
        "<e:AngivelseFeltIndholdStruktur><e:BlanketFeltEnhedStruktur>"
        f"<fel:BlanketFeltNummerIdentifikator>{number}</fel:BlanketFeltNummerIdentifikator>"
        "<enh:FeltEnhedTypeKode>0</enh:FeltEnhedTypeKode></e:BlanketFeltEnhedStruktur>"
        f"<ind:AngivelseFeltIndholdTekst>{escape(field[2])}</ind:AngivelseFeltIndholdTekst>"
        "</e:AngivelseFeltIndholdStruktur>"
    )
