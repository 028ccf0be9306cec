"""Write events: for the demo and for tests, in the two forms that the reader knows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from cases.integrations.jobcentre.envelope import CPR_URN, CVR_URN, ENVELOPE, PAYLOAD, SAGDOK

_HEAD = {"haendelse_id", "type", "personnummer", "modtaget", "kilde"}
_TYPE = "00000000-0000-4000-8000-000000000001"
"""Made up: the Beskedfordeler's own type UUIDs are not public."""


def write_events(payloads: Iterable[Mapping[str, Any]]) -> bytes:
    """A list of events in our JSON form."""
    return json.dumps(list(payloads), ensure_ascii=False, indent=1).encode()


def write_envelope(payload: Mapping[str, Any], recipient_cvr: str) -> bytes:
    """One event in an envelope. The time of sending is Danish time, as the envelope has no zone."""
    root = _element(None, ENVELOPE, "Haendelsesbesked", nsmap={"b": ENVELOPE, "s": SAGDOK})
    _id(_element(root, ENVELOPE, "BeskedId"), "UUIDIdentifikator", payload["haendelse_id"])
    _element(root, ENVELOPE, "BeskedVersion", "1.0")
    cover = _element(root, ENVELOPE, "Beskedkuvert")
    filters = _element(cover, ENVELOPE, "Filtreringsdata")
    _id(_element(filters, ENVELOPE, "Beskedtype"), "UUIDIdentifikator", _TYPE)
    _id(_element(filters, ENVELOPE, "TilladtModtager"), "URNIdentifikator", CVR_URN + recipient_cvr)
    about = _element(filters, ENVELOPE, "RelateretObjekt")
    _id(_element(about, ENVELOPE, "ObjektId"), "URNIdentifikator", CPR_URN + payload["personnummer"])
    _id(_element(about, ENVELOPE, "ObjektType"), "UUIDIdentifikator", _TYPE)
    delivery = _element(cover, ENVELOPE, "Leveranceinformation")
    _id(_element(delivery, ENVELOPE, "Dannelsestidspunkt"), "TidsstempelDatoTid", payload["modtaget"][:19])
    content = _element(_element(root, ENVELOPE, "Beskeddata"), PAYLOAD, _camel(payload["type"]), nsmap={"j": PAYLOAD})
    for name, value in payload.items():
        if name not in _HEAD:
            _element(content, PAYLOAD, _camel(name), "" if value is None else str(value))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _element(
    parent: etree._Element | None, namespace: str, name: str, text: str | None = None, nsmap: dict | None = None
) -> etree._Element:
    tag = f"{{{namespace}}}{name}"
    made = etree.Element(tag, nsmap=nsmap) if parent is None else etree.SubElement(parent, tag, nsmap=nsmap)
    made.text = text
    return made


def _id(parent: etree._Element, name: str, text: str) -> None:
    _element(parent, SAGDOK, name, text)


def _camel(snake: str) -> str:
    return "".join(word.capitalize() for word in snake.casefold().split("_"))
