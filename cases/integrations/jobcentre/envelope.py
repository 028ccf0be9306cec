"""Envelopes of KOMBIT's Beskedfordeler (SF1461, urn:oio:besked:kuvert:1.0), read as suspiciously as they come.

The envelope is public; the payload's form and the message types' UUIDs are not. A payload in our own namespace is an
event with the JSON form's names in CamelCase; anything else is an event of an unknown type, kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from cases.integrations.jobcentre.events import JobcentreMessage, faulty, message_of
from cases.integrations.reading import UnreadableFile

ENVELOPE = "urn:oio:besked:kuvert:1.0"
SAGDOK = "urn:oio:sagdok:3.0.0"
PAYLOAD = "urn:example:fleksloen:jobcenter:1"
CPR_URN = "urn:oio:cpr-nr:"
CVR_URN = "urn:oio:cvr-nr:"

FILE_BYTES = 8 * 1024 * 1024
ENVELOPE_BYTES = 64 * 1024
_PIECE = 4096
_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_DOCTYPE = "Filen har en DOCTYPE-erklæring og er afvist af sikkerhedsgrunde. Bed afsenderen om en uden."


def messages_of(data: bytes) -> Iterator[JobcentreMessage]:
    """Every Haendelsesbesked of the file, alone or inside something else (SOAP, REST delivery)."""
    if len(data) > FILE_BYTES:
        raise UnreadableFile(f"Filen er over {FILE_BYTES // 1024 // 1024} MB og er afvist. Del den i flere filer.")
    _refuse_doctype(data)
    try:
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(_broken(error)) from None
    _check_document(root)
    found = list(root.iter(_name("Haendelsesbesked")))
    if not found:
        name = etree.QName(root).localname[:60]
        raise UnreadableFile(f"Filen er XML, men har ingen Haendelsesbesked: den begynder med '{name}'.")
    for index, element in enumerate(found, start=1):
        yield _message(element, index)


def _refuse_doctype(data: bytes) -> None:
    """Entities and bombs need a DOCTYPE; a message never has one. Stops at the root's start tag."""
    parser = etree.XMLPullParser(("start",), **_OPTIONS)
    try:
        for at in range(0, len(data), _PIECE):
            parser.feed(data[at : at + _PIECE])
            first = next(iter(parser.read_events()), None)
            if first is not None:
                return _check_document(first[1])
    except (etree.XMLSyntaxError, ValueError) as error:
        if b"<!DOCTYPE" in data.replace(b"\0", b""):
            raise UnreadableFile(_DOCTYPE) from None
        raise UnreadableFile(_broken(error)) from None
    return None


def _check_document(root: etree._Element) -> None:
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise UnreadableFile(_DOCTYPE)


def _broken(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    detail = str(getattr(error, "msg", None) or error).partition(", line ")[0][:120]
    return f"Filen kan ikke læses som XML fra {f'linje {line}' if line else 'begyndelsen'} ({detail})."


def _message(element: etree._Element, index: int) -> JobcentreMessage:
    raw = etree.tostring(element, encoding="unicode", with_tail=False)
    if len(raw.encode()) > ENVELOPE_BYTES:
        return faulty(index, f"fylder over {ENVELOPE_BYTES // 1024} KB og er afvist")
    numbers = _urns(element, CPR_URN, "ObjektId")
    if len(numbers) > 1:
        return faulty(index, "vedrører flere personnumre")
    try:
        content = _content(element)
    except _TwiceError as twice:
        return faulty(index, f"har feltet '{twice}' to gange")
    payload = {
        "virkningsdato": _first(element, f".//{_name('GyldighedFra')}/*")[:10] or None,
        **content,
        "haendelse_id": _first(element, f"{_name('BeskedId')}/*"),
        "personnummer": next(iter(numbers), None),
        "modtaget": _received(element),
        "kilde": "Beskedfordeler",
        "kuvert": raw,
    }
    recipients = tuple(sorted(_urns(element, CVR_URN, "TilladtModtager")))
    return message_of(payload, index, recipients)


class _TwiceError(Exception):
    """A field stands twice in the payload."""


def _content(element: etree._Element) -> dict[str, Any]:
    """The payload's fields with the JSON form's names. Of an unknown payload only its name."""
    payloads = [one for data in element.iter(_name("Beskeddata")) for one in data]
    if len(payloads) != 1:
        return {"type": f"{len(payloads)} indhold"}
    name = etree.QName(payloads[0])
    if name.namespace != PAYLOAD:
        return {"type": f"{{{name.namespace or ''}}}{name.localname}"}
    found: dict[str, Any] = {"type": _snake(name.localname).upper()}
    for field in payloads[0]:
        key = _snake(etree.QName(field).localname)
        if key in found:
            raise _TwiceError(key[:40])
        found[key] = _value(key, field)
    return found


def _value(key: str, field: etree._Element) -> Any:
    """A field's text; a code as a number, an empty one as nothing, one with elements inside as their text."""
    text = ("".join(field.itertext()) if len(field) == 0 else etree.tostring(field, encoding="unicode")).strip()
    if key.endswith("_kode") and re.fullmatch(r"-?[0-9]{1,9}", text):
        return int(text)
    return text or None


def _received(element: etree._Element) -> str | None:
    for name in ("Dannelsestidspunkt", "Registreringstidspunkt"):
        if text := _first(element, f".//{_name(name)}/*"):
            return text
    return None


def _urns(element: etree._Element, prefix: str, parent: str) -> set[str]:
    found = set()
    for one in element.iter(_name(parent)):
        text = _first(one, "*")
        if text.startswith(prefix):
            found.add(text.removeprefix(prefix))
    return found


def _first(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _name(local: str) -> str:
    return f"{{{ENVELOPE}}}{local}"


def _snake(camel: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", camel).casefold()
