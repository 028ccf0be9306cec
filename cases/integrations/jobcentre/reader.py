"""Read a file of events: our JSON (a list or one object), or envelopes of the Beskedfordeler."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from cases.integrations.jobcentre.envelope import messages_of
from cases.integrations.jobcentre.events import JobcentreMessage, faulty, message_of
from cases.integrations.reading import FAULTS_TOLD, UnreadableFile, whole

FILE_BYTES = 32 * 1024 * 1024
EVENT_CHARACTERS = 64 * 1024
DEPTH = 20
_MARKS = re.compile(r'\\.|["\[\]{},]', re.DOTALL)
_BLANK = " \t\r\n"
_LONGEST_INT = 15


def read_events(source: BinaryIO | bytes) -> Iterator[JobcentreMessage]:
    """The file's events in its order, the faulty ones with their sentence.

    UnreadableFile (a Danish sentence) when the file cannot be read further; the good events before it were given.
    """
    data = whole(io.BytesIO(source) if isinstance(source, bytes) else source, FILE_BYTES)
    messages = messages_of(data) if _looks_like_xml(data) else _json_messages(_text(data))
    faults = 0
    for message in messages:
        faults += message.error is not None
        if faults > FAULTS_TOLD:
            raise UnreadableFile(f"Over {FAULTS_TOLD} hændelser i filen har fejl. Resten er ikke læst.")
        yield message


def _looks_like_xml(data: bytes) -> bool:
    """Whether the first character is <, in UTF-8 or UTF-16, with or without byte order mark."""
    return data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"<"


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        raise UnreadableFile("Filen er i tegnsættet UTF-16. Gem den som UTF-8, og prøv igen.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"Filen er ikke i tegnsættet UTF-8 (byte {error.start}). Gem den som UTF-8, og prøv igen."
        ) from None


def _json_messages(text: str) -> Iterator[JobcentreMessage]:
    for index, part in enumerate(_parts(text), start=1):
        yield _message(part, index)


def _message(part: str | None, index: int) -> JobcentreMessage:
    if part is None:
        return faulty(index, f"fylder over {EVENT_CHARACTERS // 1024} KB eller har over {DEPTH} lag og er afvist")
    try:
        found = json.loads(
            part, object_pairs_hook=_object, parse_float=str, parse_int=_integer, parse_constant=_no_number
        )
    except _TwiceError as twice:
        return faulty(index, f"har feltet '{twice}' to gange")
    except ValueError as error:
        return faulty(index, f"er ikke JSON ({str(error)[:80]})")
    if not isinstance(found, dict):
        return faulty(index, "er ikke et objekt med felter")
    return message_of(found, index)


class _TwiceError(Exception):
    """A key stands twice in an object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1)[:40].encode(errors="replace").decode())
    return found


def _integer(text: str) -> int | str:
    """A number that no column holds stays a text."""
    return int(text) if len(text) <= _LONGEST_INT else text


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} er ikke et tal")


def _parts(text: str) -> Iterator[str | None]:
    """The elements of the list one by one, unread; None for one that is too big or too deep.

    They are cut out by brackets and quotes alone, so that a broken one does not take the next with it.
    """
    start = _next_sign(text, 0)
    if text[start : start + 1] == "{":
        yield text[start:] if len(text) - start <= EVENT_CHARACTERS and _depth_is_fine(text) else None
        return
    if text[start : start + 1] != "[":
        raise UnreadableFile("Filen er ikke en liste af hændelser: den begynder hverken med [ eller {.")
    yield from _elements(text, start + 1)


def _elements(text: str, begin: int) -> Iterator[str | None]:
    depth, deepest, in_text, first = 0, 0, False, True
    for found in _MARKS.finditer(text, begin):
        mark = found[0]
        if in_text:
            in_text = mark != '"'
        elif mark == '"':
            in_text = True
        elif mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth and mark in "]}":
            depth -= 1
        elif not depth and mark in ",]":
            fits = found.start() - begin <= EVENT_CHARACTERS and deepest <= DEPTH
            part = text[begin : found.start()].strip(_BLANK) if fits else None
            if mark == "," or part or part is None or not first:
                yield part
            if mark == "]":
                return _nothing_after(text, found.end())
            begin, deepest, first = found.end(), 0, False
    raise UnreadableFile("Filen er afbrudt: listen slutter ikke med ]. Hent den igen.")


def _nothing_after(text: str, at: int) -> None:
    if _next_sign(text, at) < len(text):
        raise UnreadableFile("Der står noget efter listen af hændelser. Det er ikke læst.")


def _depth_is_fine(text: str) -> bool:
    depth, in_text = 0, False
    for found in _MARKS.finditer(text):
        mark = found[0]
        if mark == '"':
            in_text = not in_text
        elif not in_text and mark in "[{":
            depth += 1
            if depth > DEPTH:
                return False
        elif not in_text and mark in "]}":
            depth -= 1
    return True


def _next_sign(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at
