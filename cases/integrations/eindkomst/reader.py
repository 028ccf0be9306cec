"""Read answers of both wrappers, a person at a time, with bounded memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from cases.integrations.eindkomst import names
from cases.integrations.eindkomst.names import UnreadableAnswer, local
from cases.integrations.eindkomst.person import PERSON, person_of
from cases.integrations.eindkomst.reports import ErrorAnswer, PersonAnswer

BYTES_BETWEEN_PERSONS = 32 * 1024 * 1024
"""No more than this between two persons: the memory a hostile file can take."""

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
        limited = _Limited(head, self._source)
        count = 0
        parsing = etree.iterparse(limited, ("end",), tag=_WATCHED, **names.PARSER_OPTIONS)
        try:
            for _, element in parsing:
                _check_namespaces(parsing.error_log)
                if local(element) == PERSON:
                    count += 1
                    yield person_of(element, count)
                    _drop(element)
                    limited.allow()
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


class _Limited(io.RawIOBase):
    """The source with its first bytes put back, and an end to how much may pass without a person in it."""

    def __init__(self, head: bytes, source: BinaryIO) -> None:
        self._head = head
        self._source = source
        self._left = BYTES_BETWEEN_PERSONS

    def allow(self) -> None:
        self._left = BYTES_BETWEEN_PERSONS

    def read(self, size: int = -1) -> bytes:
        data, self._head = (self._head, b"") if self._head else (self._source.read(names.HEAD_BYTES), b"")
        self._left -= len(data)
        if self._left < 0:
            megabytes = BYTES_BETWEEN_PERSONS // 1024 // 1024
            raise UnreadableAnswer(f"Filen har over {megabytes} MB uden en hel person og er afvist.")
        return data


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
