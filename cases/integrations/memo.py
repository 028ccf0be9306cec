"""MeMo 1.2, the message form of Digital Post, and the kombi_request that hands it to SF1601: writer and reader.

Element order and names by digitaliser.dk (MeMo) and digitaliseringskataloget.dk (SF1601).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from lxml import etree

from cases.integrations.reading import UnreadableFile, is_cpr, shown

NAMESPACE = "https://DigitalPost.dk/MeMo-1"
VERSION = "1.2"
DIGITAL_POST = "Digital Post"
LABEL_LENGTH = 256
FILE_BYTES = 100 * 1024 * 1024

_M = f"{{{NAMESPACE}}}"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\r\n]')
_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": True,
    "remove_comments": True,
}


@dataclass(frozen=True)
class MemoFile:
    """One form of the letter. ``name`` without the characters that Digital Post refuses; ``kind`` a media type."""

    name: str
    kind: str
    body: bytes


@dataclass(frozen=True)
class Memo:
    """A message to one citizen. ``files`` are forms of the same letter, the one to be shown first.

    ``created``: aware time; written in UTC. ``sender_cvr``: 8 digits. ``recipient_cpr``: 10 digits.
    """

    uuid: UUID
    message_id: str
    label: str
    sender_cvr: str
    sender_label: str
    recipient_cpr: str
    case_id: str
    case_system: str
    created: datetime
    files: tuple[MemoFile, ...]


def file_name(text: str) -> str:
    """A name Digital Post takes: forbidden characters become hyphens."""
    return _FORBIDDEN.sub("-", text)


def write_memo(memo: Memo) -> bytes:
    """The message alone. ValueError when a number, the label or a file name is not as MeMo wants it."""
    return _bytes(_message(memo))


def write_kombi(memo: Memo) -> bytes:
    """The request that SF1601 takes: how to send, and the message."""
    root = etree.Element("kombi_request")
    etree.SubElement(root, "KombiValgKode").text = DIGITAL_POST
    root.append(_message(memo))
    return _bytes(root)


def read_memo(data: bytes) -> Memo:
    """A message, alone or in a kombi_request. UnreadableFile with a Danish sentence when it is not one."""
    root = _parsed(data)
    message = root if root.tag == f"{_M}Message" else root.find(f"{_M}Message")
    if message is None:
        raise UnreadableFile(f"Filen er ikke en MeMo: den begynder med '{shown(etree.QName(root).localname)}'.")
    if message.get("memoVersion") != VERSION:
        raise UnreadableFile(f"MeMo-version '{shown(message.get('memoVersion'))}' kendes ikke; vi bruger {VERSION}.")
    try:
        memo = _memo(message)
        _check(memo)
    except (ValueError, binascii.Error) as error:
        raise UnreadableFile(f"MeMo'en kan ikke læses: {error}") from error
    return memo


# --- writing ------------------------------------------------------------------------------------------------


def _check(memo: Memo) -> None:
    if not is_cpr(memo.recipient_cpr):
        raise ValueError("modtagerens CPR-nummer er ikke ti cifre")
    if not re.fullmatch(r"[0-9]{8}", memo.sender_cvr):
        raise ValueError("afsenderens CVR-nummer er ikke otte cifre")
    if not memo.label or len(memo.label) > LABEL_LENGTH:
        raise ValueError(f"overskriften skal være på 1-{LABEL_LENGTH} tegn")
    if not memo.files:
        raise ValueError("der er ingen fil")
    for file in memo.files:
        if not file.name or _FORBIDDEN.search(file.name):
            raise ValueError(f"filnavnet '{shown(file.name)}' har tegn, som Digital Post ikke tager")


def _message(memo: Memo) -> etree._Element:
    _check(memo)
    root = etree.Element(f"{_M}Message", nsmap={"memo": NAMESPACE}, memoVersion=VERSION)
    _header(_child(root, "MessageHeader"), memo)
    body = _child(root, "MessageBody")
    _child(body, "createdDateTime", memo.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    document = _child(body, "MainDocument")
    for file in memo.files:
        element = _child(document, "File")
        _child(element, "encodingFormat", file.kind)
        _child(element, "filename", file.name)
        _child(element, "language", "da")
        _child(element, "content", base64.b64encode(file.body).decode())
    return root


def _header(header: etree._Element, memo: Memo) -> None:
    _child(header, "messageType", "DIGITALPOST")
    _child(header, "messageUUID", str(memo.uuid))
    _child(header, "messageID", memo.message_id)
    _child(header, "label", memo.label)
    _child(header, "mandatory", "false")
    _child(header, "legalNotification", "false")
    sender = _child(header, "Sender")
    _child(sender, "senderID", memo.sender_cvr)
    _child(sender, "idType", "CVR")
    _child(sender, "label", memo.sender_label)
    recipient = _child(header, "Recipient")
    _child(recipient, "recipientID", memo.recipient_cpr)
    _child(recipient, "idType", "CPR")
    case = _child(_child(header, "ContentData"), "CaseID")
    _child(case, "caseID", memo.case_id)
    _child(case, "caseSystem", memo.case_system)


def _child(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{_M}{name}")
    element.text = text
    return element


def _bytes(root: etree._Element) -> bytes:
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data


# --- reading ------------------------------------------------------------------------------------------------


def _parsed(data: bytes) -> etree._Element:
    if len(data) > FILE_BYTES:
        raise UnreadableFile(f"Beskeden er over {FILE_BYTES // 1024 // 1024} MB og er afvist.")
    try:
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"Filen er ikke gyldig XML: {shown(error)}.") from None
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile("Filen har en DOCTYPE-erklæring og er afvist af sikkerhedsgrunde.")
    return root


def _memo(message: etree._Element) -> Memo:
    if _text(message, "MessageHeader/Sender/idType") != "CVR":
        raise ValueError("afsenderen er ikke et CVR-nummer")
    if _text(message, "MessageHeader/Recipient/idType") != "CPR":
        raise ValueError("modtageren er ikke et CPR-nummer")
    return Memo(
        uuid=UUID(_text(message, "MessageHeader/messageUUID")),
        message_id=_text(message, "MessageHeader/messageID"),
        label=_text(message, "MessageHeader/label"),
        sender_cvr=_text(message, "MessageHeader/Sender/senderID"),
        sender_label=_text(message, "MessageHeader/Sender/label"),
        recipient_cpr=_text(message, "MessageHeader/Recipient/recipientID"),
        case_id=_text(message, "MessageHeader/ContentData/CaseID/caseID"),
        case_system=_text(message, "MessageHeader/ContentData/CaseID/caseSystem"),
        created=datetime.fromisoformat(_text(message, "MessageBody/createdDateTime")).astimezone(UTC),
        files=tuple(
            MemoFile(
                _text(file, "filename"),
                _text(file, "encodingFormat"),
                base64.b64decode(_text(file, "content"), validate=True),
            )
            for file in message.iterfind(_path("MessageBody/MainDocument/File"))
        ),
    )


def _path(path: str) -> str:
    return "/".join(f"{_M}{part}" for part in path.split("/"))


def _text(element: etree._Element, path: str) -> str:
    found = element.find(_path(path))
    if found is None or not (found.text or "").strip():
        raise ValueError(f"{path.rsplit('/', 1)[-1]} mangler")
    return str(found.text).strip()
