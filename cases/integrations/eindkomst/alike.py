"""Persons whose elements differ in their texts only: the parser reads the first of each kind, a split reads the rest.

An answer is written by a program, so most persons of a file have one of a few dozen shapes. What an element of a shape
tells, and how it is kept, is learnt from the parser and proved on the person it is learnt from. A person is read by
its shape only when every other byte than its texts is as it was there, and the texts are plain: so the parser would
have read it in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from lxml import etree

from cases.integrations.eindkomst import names
from cases.integrations.eindkomst.person import CPR, REFERENCE, child_text, read_steps, steps
from cases.integrations.eindkomst.reports import PersonAnswer

SHAPES = 500
LONGEST = 64 * 1024
"""So many shapes of so many characters are remembered for a file: the memory they can take."""

_TEXT = re.compile(r">([^<>\n]+)<")
_MARK = re.compile(r"@(\d+)@")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the texts of an element go. ``kept``: what ``raw`` has around them."""

    kept: tuple[str, ...]
    handlers: tuple[Any, ...]
    of_handlers: Any
    cpr: int
    reference: int

    def read(self, texts: list[str], index: int) -> PersonAnswer:
        raw = [""] * (2 * len(texts) + 1)
        raw[::2], raw[1::2] = self.kept, texts
        told = [*texts, ""]
        return read_steps(
            told[self.cpr],
            told[self.reference],
            zip(self.handlers, self.of_handlers(told), strict=True),
            "".join(raw).encode(),
            index,
        )


class Shapes:
    """The shapes met under one parent element of a file."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], _Shape] = {}
        self._parent: etree._Element | None = None

    def read(self, source: bytes, index: int) -> PersonAnswer | None:
        """The person in these bytes; None when the parser must read them."""
        if not source.isascii():
            return None
        parts = _TEXT.split(source.decode())
        shape = self._known.get(tuple(parts[::2]))
        return shape.read(parts[1::2], index) if shape and _are_plain(parts[1::2]) else None

    def learn(self, source: bytes, element: etree._Element, person: PersonAnswer) -> None:
        """Remember the shape of a person that the parser has just read from these bytes."""
        parent = element.getparent()
        if parent is not self._parent:  # other namespaces may be in force there
            self._known.clear()
            self._parent = parent
        if not source or person.error or not source.isascii() or len(source) > LONGEST:
            return
        parts = _TEXT.split(source.decode())
        if len(self._known) < SHAPES and parent is not None and _are_plain(parts[1::2]):
            shape = _shape_of(parts, parent.nsmap)
            if shape and shape.read(parts[1::2], person.index) == person:
                self._known[tuple(parts[::2])] = shape


def _are_plain(texts: list[str]) -> bool:
    """Whether these texts stand for themselves in XML: printable, without entities and without space around them."""
    together = f"|{'|'.join(texts)}|"
    return together.isprintable() and "&" not in together and "| " not in together and " |" not in together


def _shape_of(parts: list[str], namespaces: Mapping[str | None, str]) -> _Shape | None:
    """The shape of an element, given as texts with the rest around them: parsed with a number for each text."""
    count = len(parts) // 2
    marked = list(parts)
    marked[1::2] = [f">@{number}@<" for number in range(count)]
    around = etree.tostring(etree.Element("around", nsmap=namespaces)).decode().removesuffix("/>")
    try:
        parser = etree.XMLParser(**names.PARSER_OPTIONS)
        element = etree.fromstring(f"{around}>{''.join(marked)}</around>", parser)[0]
    except etree.XMLSyntaxError:
        return None
    kept = _MARK.split(etree.tostring(element, encoding="unicode", with_tail=False))
    if kept[1::2] != [str(number) for number in range(count)]:
        return None
    places = {"": -1, **{f"@{number}@": number for number in range(count)}}
    told = list(steps(element))
    wanted = [text for _, text in told] + [child_text(element, CPR), child_text(element, REFERENCE)]
    if any(text not in places for text in wanted):
        return None
    *of_handlers, cpr, reference = (places[text] for text in wanted)
    handlers = tuple(handler for handler, _ in told)
    return _Shape(tuple(kept[::2]), handlers, itemgetter(*of_handlers), cpr, reference)
