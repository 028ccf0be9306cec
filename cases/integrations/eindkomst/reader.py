"""Read answers of both wrappers, a person at a time, with bounded memory."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from cases.integrations.eindkomst import names
from cases.integrations.eindkomst.alike import Shapes
from cases.integrations.eindkomst.names import UnreadableAnswer, local
from cases.integrations.eindkomst.person import PERSON, person_of
from cases.integrations.eindkomst.reports import ErrorAnswer, PersonAnswer

BYTES_BETWEEN_PERSONS = 32 * 1024 * 1024
"""No more than this between two persons: the memory a hostile file can take."""
READ_AT_ONCE = 256 * 1024
LINES_AT_ONCE = 10_000
"""More line breaks than this are not put together into one text, which the parser would refuse."""

_ROOTS = {f"{{{ns}}}IndkomstOplysningPersonHent_O" for ns in (names.SKAT, names.KOMBIT)}
_ENVELOPES = {f"{{{ns}}}Envelope" for ns in (names.SOAP, names.SOAP_12)}
_WATCHED = (
    f"{{*}}{PERSON}",
    "{*}HovedOplysningerSvar",
    "{*}Fault",
    "{*}IndkomstOplysningVirksomhedSamling",
    "{*}IndkomstOplysningPersonHent_O",
)


def read_answer(source: BinaryIO | bytes) -> Answer:
    """An answer to iterate over: gives a PersonAnswer for each person.

    UnreadableAnswer (a Danish sentence, with the line where it is known) from the iteration when the file cannot be
    read further, ErrorAnswer when it is eIndkomst's error; the good persons before it have been given by then.
    """
    return Answer(io.BytesIO(source) if isinstance(source, bytes) else source)


def read_person(raw: bytes) -> PersonAnswer:
    """Read a person's stored element again. UnreadableAnswer when it is not one."""
    element = names.parse_whole(raw)
    if local(element) != PERSON:
        raise UnreadableAnswer("Det gemte råsvar er ikke en person fra et eIndkomst-svar.")
    return person_of(element, 1, raw)


class Answer:
    """An answer being read. ``wrapper``, ``transaction`` and ``notices`` (advis) are known while iterating."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.wrapper = ""
        self.transaction = ""
        self.notices: list[str] = []
        self._errors: list[ErrorAnswer] = []
        self._is_answer = False

    def __iter__(self) -> Iterator[PersonAnswer]:
        head = _first_bytes(self._source)
        _check_root(head)
        source = _PersonByPerson(head, self._source)
        parsing = etree.iterparse(source, ("end",), tag=_WATCHED, **names.PARSER_OPTIONS)
        shapes = Shapes() if _is_utf_8(head) else None
        try:
            for _, element in parsing:
                _check_namespaces(parsing.error_log)
                if local(element) == PERSON:
                    standing = source.take_parsed()
                    person = person_of(element, source.persons)
                    if shapes:
                        shapes.learn(standing, element, person)
                    yield person
                    _drop(element)
                    if shapes:
                        yield from _alike(source, shapes)
                else:
                    self._take(element)
        except etree.XMLSyntaxError as error:
            raise UnreadableAnswer(names.syntax_sentence(error, parsing.error_log)) from error
        if self._errors:
            raise self._errors[0]
        if not self._is_answer:
            raise UnreadableAnswer("SOAP-svaret indeholder intet svar fra eIndkomst. Hent det igen.")

    def _take(self, element: etree._Element) -> None:
        """The parts of an answer that are not persons."""
        name = local(element)
        if name == "IndkomstOplysningPersonHent_O":
            self._is_answer = element.tag in _ROOTS
        elif name == "Fault":
            code = _first_text(element, "{*}faultcode", "{*}Value")
            self._errors.append(ErrorAnswer(code, _first_text(element, "{*}faultstring", "{*}Text")))
        elif name == "HovedOplysningerSvar":
            self._take_header(element)
        else:
            raise UnreadableAnswer(
                "Svaret er slået op på en virksomhed og har ingen personer. Bed eIndkomst om et svar på personer."
            )

    def _take_header(self, header: etree._Element) -> None:
        self.wrapper = names.SF0770A if f"{{{names.KOMBIT_CONTEXT}}}" in header.tag else names.DIRECT
        self.transaction = _first_text(header, "{*}TransaktionIdentifikator", "{*}TransaktionsId")
        for fault in header.iter("{*}FejlStruktur", "{*}Fejl"):
            code = _first_text(fault, "{*}FejlIdentifikator", "{*}FejlId")
            self._errors.append(ErrorAnswer(code, _first_text(fault, "{*}FejlTekst")))
        for notice in header.iter("{*}AdvisStruktur", "{*}Advis"):
            code = _first_text(notice, "{*}AdvisIdentifikator", "{*}AdvisId")
            self.notices.append(f"{code}: {_first_text(notice, '{*}AdvisTekst')}")


class _PersonByPerson(io.RawIOBase):
    """The source as the parser gets it: each time to the end of the next person, so that the next can be looked at.

    And an end to how much may pass without a person in it.
    """

    def __init__(self, head: bytes, source: BinaryIO) -> None:
        self._data, self._at = head, 0
        self._source = source
        self._left = BYTES_BETWEEN_PERSONS
        self._ends = self._parsed = self.persons = 0
        self._lines_passed = 0
        self._given = self._end = b""

    def read(self, size: int = -1) -> bytes:
        if self._at == len(self._data):
            self._data, self._at = self._source.read(READ_AT_ONCE), 0
        end = _PERSON_ENDS.search(self._data, self._at)
        self._given = self._data[self._at : end.end() if end else len(self._data)]
        self._at += len(self._given)
        if end:
            self._ends += 1
            self._end = end[0]
        self._left -= len(self._given)
        if self._left < 0:
            megabytes = BYTES_BETWEEN_PERSONS // 1024 // 1024
            raise UnreadableAnswer(f"Filen har over {megabytes} MB uden en hel person og er afvist.")
        lines, self._lines_passed = self._lines_passed, 0
        return b"\n" * lines + self._given  # so that the parser knows which line it is at

    def take_parsed(self) -> bytes:
        """The parser has given a person: its bytes. Empty when they are not known for sure."""
        self._parsed += 1
        self._take()
        end = _PERSON_ENDS.search(self._given)
        start = self._given.rfind(b"<" + end[1]) if end else -1
        return self._given[start:] if start >= 0 and self._ends == self._parsed else b""

    def take(self, passed: bytes) -> None:
        """A person was read without the parser."""
        self._at += len(passed)
        self._lines_passed += passed.count(b"\n")
        self._take()

    def _take(self) -> None:
        self._left = BYTES_BETWEEN_PERSONS
        self.persons += 1

    def next_person(self) -> bytes:
        """The next person as it stands, with the white space before it, when it stands whole right after the last.

        Empty when not, and when the parser may be elsewhere than at the end of a person (in a comment that has one).
        """
        if self._ends != self._parsed or self._lines_passed > LINES_AT_ONCE:
            return b""
        end = self._data.find(self._end, self._at)
        if end < 0 and len(self._data) - self._at < READ_AT_ONCE:
            self._data, self._at = self._data[self._at :] + self._source.read(READ_AT_ONCE), 0
            end = self._data.find(self._end)
        return self._data[self._at : end + len(self._end)] if end >= 0 else b""


_PERSON_ENDS = re.compile(rb"</((?:[\w.-]+:)?" + PERSON.encode() + rb")>")


def _alike(source: _PersonByPerson, shapes: Shapes) -> Iterator[PersonAnswer]:
    """The persons that follow and that the parser need not read."""
    while passed := source.next_person():
        person = shapes.read(passed.lstrip(b" \t\r\n"), source.persons + 1)
        if person is None:
            return
        source.take(passed)
        yield person


def _check_namespaces(log: etree._ListErrorLog) -> None:
    """lxml tells of an undeclared prefix only at the end, after elements without a namespace have been given."""
    for entry in log:
        if entry.level_name == "ERROR":
            raise UnreadableAnswer(names.syntax_sentence(None, (entry,)))


def _first_bytes(source: BinaryIO) -> bytes:
    head = b""
    while len(head) < names.HEAD_BYTES and (more := source.read(names.HEAD_BYTES - len(head))):
        head += more
    return head


def _is_utf_8(head: bytes) -> bool:
    """Whether ASCII stands for itself in the file: in some other encodings it does not."""
    said = _ENCODING.match(head)
    return said is None or said[1].upper() == b"UTF-8"


_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.-]+)""")


def _check_root(head: bytes) -> None:
    if not head.strip():
        raise UnreadableAnswer("Filen er tom. Hent svaret fra eIndkomst igen.")
    root = names.refuse_doctype(head)
    if root is None:
        raise UnreadableAnswer("Filen er ikke et svar fra eIndkomst: den begynder ikke med XML.")
    if root.tag in _ROOTS or root.tag in _ENVELOPES:
        return
    if local(root) == "IndkomstOplysningPersonHent_I":
        raise UnreadableAnswer("Filen er en forespørgsel til eIndkomst, ikke et svar. Vælg svarfilen.")
    raise UnreadableAnswer(
        f"Filen er XML, men ikke et svar fra eIndkomst: den begynder med '{local(root)[:60]}'. "
        "Vælg en fil med IndkomstOplysningPersonHent_O."
    )


def _drop(element: etree._Element) -> None:
    """Forget a person that has been given, and what stood before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _first_text(element: etree._Element, *tags: str) -> str:
    return next(((found.text or "").strip() for found in element.iter(*tags)), "")
