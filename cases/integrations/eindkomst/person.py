"""Read one person's element: the reports in it, or the sentence that says why it cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache

from lxml import etree

from cases.integrations.eindkomst import names
from cases.integrations.eindkomst.names import local
from cases.integrations.eindkomst.reports import PersonAnswer, RegisterReport
from rules.code_tables import NUMBER, number_fault
from rules.income_codes import NEW_BLOCK, RegisterField

PERSON = "IndkomstOplysningPersonStruktur"


class _Fault(Exception):  # noqa: N818
    """Why one person cannot be used."""


def person_of(element: etree._Element, index: int, raw: bytes | None = None) -> PersonAnswer:
    stored = etree.tostring(element, encoding="UTF-8", with_tail=False) if raw is None else raw
    return read_steps(child_text(element, CPR), child_text(element, REFERENCE), steps(element), stored, index)


def read_steps(cpr: str, reference: str, told: Iterable[Step], raw: bytes, index: int) -> PersonAnswer:
    """A person from what its element tells (``steps``)."""
    try:
        reports = _Reports().read(told)
    except _Fault as fault:
        sentence = f"Person nr. {index} (CPR {cpr[:20] or 'mangler'}) {fault}. Personens indtægter er ikke indlæst."
        return PersonAnswer(cpr[:20], reference, (), raw, sentence, index)
    return PersonAnswer(cpr, reference, reports, raw, None, index)


CPR = f"{{{names.CPR}}}PersonCivilRegistrationIdentifier"
REFERENCE = f"{{{names.PREFIXES['ref']}}}IndkomstOplysningAdgangReferenceNummerIdentifikator"


def child_text(element: etree._Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


class _Reports:
    """Follows a person's elements in document order: every value follows what it belongs to."""

    def __init__(self) -> None:
        self.found: list[RegisterReport] = []
        self.se_number = ""
        self._new_pay_period()

    def read(self, told: Iterable[Step]) -> tuple[RegisterReport, ...]:
        for handler, text in told:
            handler(self, text)
        self._close_pay_period()
        return tuple(self.found)

    def cpr(self, text: str) -> None:
        if len(text) != 10 or not (text.isascii() and text.isdigit()):
            raise _Fault("har ikke et CPR-nummer på ti cifre")

    def company(self, _: str) -> None:
        self._close_pay_period()
        self.se_number = ""

    def se(self, text: str) -> None:
        self.se_number = text

    def pay_period(self, _: str) -> None:
        self._close_pay_period()
        if not self.se_number:
            raise _Fault("har en indberetning uden virksomhedens SE-nummer")
        self.open = True

    def set_own_id(self, text: str) -> None:
        self.own_id = text

    def set_employee(self, text: str) -> None:
        self.employee_number = text

    def set_start(self, text: str) -> None:
        self.start = _date(text, "lønperiodens første dag")

    def set_end(self, text: str) -> None:
        self.end = _date(text, "lønperiodens sidste dag")

    def set_duration(self, text: str) -> None:
        self.duration = text

    def set_pay_date(self, text: str) -> None:
        self.pay_date = _date(text, "dispositionsdatoen")

    def level_1(self, _: str) -> None:
        """Each form on level 1 (11000) is a report of its own."""
        self._close_report()
        self.fields = []

    def level_2(self, _: str) -> None:
        self.level_3(_)
        self.blocks += 1
        if self.blocks > 1 and self.fields is not None:
            self.fields.append(NEW_BLOCK)

    def level_3(self, _: str) -> None:
        """A form without a number may not pass for the one before it."""
        self._expect_no_value()
        self.form = ""

    def set_form(self, text: str) -> None:
        self.form = text

    def set_field(self, text: str) -> None:
        if self.number:
            self._expect_no_value()
        self.number = _field_number(text[:64], self.form)

    def set_value(self, text: str) -> None:
        if not self.number or not self.form or self.fields is None:
            raise _Fault(f"har en værdi uden feltnummer eller blanketnummer efter blanket {self.form or 'uden nummer'}")
        if not NUMBER.match(text) and (fault := number_fault(self.form, self.number, text)):
            raise _Fault(f"har en indberetning fra SE {self.se_number}, hvor {fault}")
        self.fields.append((self.form, self.number, text))
        self.number = ""

    def _expect_no_value(self) -> None:
        if self.number:
            raise _Fault(f"har felt {self.number} på blanket {self.form} uden en værdi")

    def _new_pay_period(self) -> None:
        self.open = False
        self.own_id = self.employee_number = self.duration = self.form = self.number = ""
        self.start: date | None = None
        self.end: date | None = None
        self.pay_date: date | None = None
        self.fields: list[RegisterField] | None = None
        self.blocks = 0
        self.written = 0

    def _close_report(self) -> None:
        self._expect_no_value()
        if self.fields is None:
            return
        start, end = _period(self.start, self.end, self.duration)
        self.found.append(
            RegisterReport(
                self.se_number, self.own_id, start, end, self.employee_number, self.pay_date, tuple(self.fields)
            )
        )
        self.written += 1
        self.blocks = 0
        self.fields = None
        self.form = self.number = ""

    def _close_pay_period(self) -> None:
        """A pay period without any form is kept as a report without felter."""
        if self.open:
            if self.fields is None and not self.written:
                self.fields = []
            self._close_report()
        self._new_pay_period()


_Handler = Callable[[_Reports, str], None]
Step = tuple[_Handler, str]
"""What to do about an element, and its text; "" for the elements that only hold others."""

_STARTS: dict[tuple[str, str], _Handler] = {
    (names.SKAT, "IndberetningPligtigVirksomhed"): _Reports.company,
    (names.SKAT, "LoenPeriodeOplysningStruktur"): _Reports.pay_period,
    (names.SKAT, "AngivelseNiveau1"): _Reports.level_1,
    (names.SKAT, "AngivelseNiveau2"): _Reports.level_2,
    (names.SKAT, "AngivelseNiveau3"): _Reports.level_3,
    (names.SKAT, "AngivelseNiveau4"): _Reports.level_3,
}
_VALUES: dict[tuple[str, str], _Handler] = {
    (names.SE, "VirksomhedSENummerIdentifikator"): _Reports.se,
    (names.PREFIXES["ang"], "AngivelseVirksomhedEgenIdentifikator"): _Reports.set_own_id,
    (names.PREFIXES["emp"], "AnsaettelseforholdMedarbejderIdentifikator"): _Reports.set_employee,
    (names.START, "StartDate"): _Reports.set_start,
    (names.END, "EndDate"): _Reports.set_end,
    (names.PREFIXES["grp"], "IndkomstPersonGruppeDispositionDato"): _Reports.set_pay_date,
    (names.PREFIXES["bla"], "BlanketNummerIdentifikator"): _Reports.set_form,
    (names.PREFIXES["fel"], "BlanketFeltNummerIdentifikator"): _Reports.set_field,
    (names.PREFIXES["ind"], "AngivelseFeltIndholdTekst"): _Reports.set_value,
}
_VISITED = (*(f"{{*}}{name}" for _, name in (*_STARTS, *_VALUES)), "{*}DurationMeasure")
_START_HANDLERS = {f"{{{namespace}}}{name}": handler for (namespace, name), handler in _STARTS.items()}
_VALUE_HANDLERS = {f"{{{namespace}}}{name}": handler for (namespace, name), handler in _VALUES.items()}
_XKOM = "{http://rep.oio.dk/xkom.dk/"
"""The standard names of intervals exist in several dated namespaces with the same meaning."""
_XKOM_HANDLERS = {
    "StartDate": _Reports.set_start,
    "EndDate": _Reports.set_end,
    "DurationMeasure": _Reports.set_duration,
}
_PERIOD_PARENTS = ("AngivelsePeriode", "DateInterval")
_PARENTS: dict[_Handler, tuple[str, ...]] = {
    _Reports.se: ("IndberetningPligtigVirksomhed",),
    **dict.fromkeys(_XKOM_HANDLERS.values(), _PERIOD_PARENTS),
}
"""Elsewhere these names say something else."""


def steps(person: etree._Element) -> Iterator[Step]:
    """What a person's element tells, in document order. _Fault (from the iteration) when it cannot be used.

    Only the names above are visited (lxml filters them in C); a known name in an unknown namespace is a fault,
    because a value that is passed over would make the income wrong in silence.
    """
    if person.tag != f"{{{names.SKAT}}}{PERSON}":
        raise _Fault(f"står i et ukendt navnerum ({person.tag[:80]})")
    yield _Reports.cpr, child_text(person, CPR)
    for element in person.iter(*_VISITED):
        tag = element.tag
        if start := _START_HANDLERS.get(tag):
            yield start, ""
        elif value := _VALUE_HANDLERS.get(tag) or _of_an_interval(element):
            parents = _PARENTS.get(value)
            if parents is None or local(element.getparent()) in parents:
                yield value, _text(element)
        else:
            raise _Fault(f"har '{local(element)}' i et ukendt navnerum ({tag[1:80]})")


def _of_an_interval(element: etree._Element) -> _Handler | None:
    return _XKOM_HANDLERS.get(local(element)) if element.tag.startswith(_XKOM) else None


@lru_cache(maxsize=2048)
def _field_number(identifier: str, form: str) -> str:
    """The felt's three digits; an identifier of another form than the known one stays whole."""
    if not (identifier.isascii() and identifier.isdigit()):
        raise _Fault(f"har et felt med nummeret '{identifier[:40]}' på blanket {form}, som ikke er et tal")
    known = len(identifier) <= 3 or (len(identifier) == 18 and identifier.startswith(names.FIELD_PREFIX))
    return identifier[-3:].zfill(3) if known else identifier


def _text(element: etree._Element) -> str:
    if len(element):
        raise _Fault(f"har elementer inde i '{local(element)}', hvor der skal stå en værdi")
    return (element.text or "").strip()


_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T[0-9:.]+)?(Z|[+-]\d{2}:\d{2})?\Z", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,4})D)?\Z", re.ASCII)


@lru_cache(maxsize=2048)
def _date(text: str, what: str) -> date | None:
    if not text:
        return None
    try:
        if found := _DATE.match(text):
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    raise _Fault(f"har en indberetning, hvor {what} er '{text[:40]}', som ikke er en dato")


def _period(start: date | None, end: date | None, duration: str) -> tuple[date | None, date | None]:
    """Both ends of a pay period. A length that cannot be read leaves the one date, which a person must judge."""
    if start and end and end < start:
        raise _Fault(f"har en indberetning, hvor lønperioden slutter {end} før den begynder {start}")
    found = _DURATION.match(duration)
    if found and any(found.groups()) and (start is None) != (end is None):
        months = int(found[1] or 0) * 12 + int(found[2] or 0)
        days = int(found[3] or 0)
        try:
            if start:
                return start, _moved(start, months) + timedelta(days=days - 1)
            if end:
                return _moved(end + timedelta(days=1), -months) - timedelta(days=days), end
        except (ValueError, OverflowError):
            pass
    return start, end


def _moved(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
