"""Persons read by the shape of their element: always the same as the parser reads them, whatever stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from cases.integrations.eindkomst import WRAPPERS, PersonAnswer, reader, write_answer
from cases.integrations.eindkomst.alike import Shapes
from tests.cases.test_eindkomst import outcome, wage

FIFTH = "1203850005"
PLAIN = [
    PersonAnswer(f"120385{number:04d}", "SAG-1", (wage(own_id=f"L {number}"), wage(own_id="M"))) for number in range(9)
]
START, END = "<e:IndkomstOplysningPersonStruktur>", "</e:IndkomstOplysningPersonStruktur>"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the persons that the parser was asked for."""
    numbers: list[int] = []
    original = reader.person_of

    def counting(element: Any, index: int) -> PersonAnswer:
        numbers.append(index)
        return original(element, index)

    monkeypatch.setattr(reader, "person_of", counting)
    return numbers


def by_the_parser(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[PersonAnswer], str]:
    with monkeypatch.context() as patch:
        patch.setattr(Shapes, "read", lambda *_: None)
        return outcome(data)


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("soap", [True, False])
def test_the_parser_reads_the_first_of_each_shape(
    wrapper: str, soap: bool, parsed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = [*PLAIN, PersonAnswer("2508791226", "", (wage(),)), *PLAIN, PersonAnswer("2508791227", "", (wage(),))]
    data = write_answer(persons, wrapper, soap=soap)
    found, sentence = outcome(data)
    assert (parsed, sentence) == ([1, 10], "")
    assert [(one.cpr, one.reports) for one in found] == [(one.cpr, one.reports) for one in persons]
    assert [one.index for one in found] == list(range(1, 21))
    assert (found, "") == by_the_parser(data, monkeypatch)


def in_fifth(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        before, found, after = text.partition(FIFTH)
        assert old in found + after
        return before + (found + after).replace(old, new, 1)

    return change


def before_fifth(new: str, at_the_end: str = "") -> Callable[[str], str]:
    """Something between the fourth and the fifth person (and after the last)."""

    def change(text: str) -> str:
        before, found, after = text.partition(FIFTH)
        head, start, tail = before.rpartition(START)
        ahead, last, end = (start + tail + found + after).rpartition(END)
        return head + new + ahead + last + at_the_end + end

    return change


def hidden(opening: str, closing: str) -> Callable[[str], str]:
    """The fourth person's end stands where it is no end, and so does the fifth person."""

    def change(text: str) -> str:
        at = text.index(FIFTH)
        start = text.rindex(START, 0, at)
        end = text.index(END, at) + len(END)
        return text[:start] + opening + END + "\n" + text[start:end] + closing + text[end:]

    return change


AMOUNT = ">100.00<"
CHANGES: dict[str, Callable[[str], str]] = {
    "entity": in_fifth(">L 5<", ">L&amp;5<"),
    "number of a character": in_fifth(AMOUNT, ">1&#48;0.00<"),
    "unknown entity": in_fifth(">L 5<", ">L&nbsp;5<"),
    "bare ampersand": in_fifth(">L 5<", ">L&5<"),
    "danish letters": in_fifth(">L 5<", ">Løn på 5<"),
    "no character": in_fifth(">L 5<", ">L\x01\x7f5<"),
    "end of a CDATA": in_fifth(">L 5<", ">L]]>5<"),
    "CDATA": in_fifth(AMOUNT, "><![CDATA[100.00]]><"),
    "comment": in_fifth(AMOUNT, ">1<!-- < -->00.00<"),
    "instruction": in_fifth(AMOUNT, ">1<?a b?>00.00<"),
    "space around": in_fifth(AMOUNT, "> 100.00\n<"),
    "only space": in_fifth(AMOUNT, ">  <"),
    "empty": in_fifth(AMOUNT, "><"),
    "element in a value": in_fifth(AMOUNT, ">100<b>.</b>00<"),
    "text between": in_fifth("<e:IndkomstOplysningSamling>", "løs<e:IndkomstOplysningSamling>"),
    "no date": in_fifth(">2026-11-30<", ">2026-11-31<"),
    "no amount": in_fifth(AMOUNT, ">hundrede<"),
    "no CPR": in_fifth(FIFTH, "12038500"),
    "other SE": in_fifth(">55512344<", ">55512345<"),
    "unclosed": in_fifth(END, "</e:Andet>"),
    "unknown prefix": in_fifth("<e:IndkomstOplysningSamling>", "<q:IndkomstOplysningSamling>"),
    "attribute": in_fifth("<e:IndkomstOplysningSamling>", '<e:IndkomstOplysningSamling a="1">'),
    "other namespace": in_fifth("<e:IndkomstOplysningSamling>", '<e:IndkomstOplysningSamling xmlns:e="http://x">'),
    "line breaks": lambda text: text.replace("><", ">\n<"),
    "line breaks, then broken off": lambda text: text.replace("><", ">\n<")[:-400],
    "returns": lambda text: text.replace("\n", "\r\n"),
    "broken between": before_fifth("<!"),
    "comment between": before_fifth("<!-- a -->"),
    "in a comment": hidden("<!--", "-->"),
    "in a CDATA": hidden("<x><![CDATA[", "]]></x>"),
    "in a comment in a person": in_fifth(AMOUNT, f"><!-- {START}{END} -->100.00<"),
    "in a person": in_fifth(AMOUNT, f">100.00{START}{END}<"),
    "elsewhere": before_fifth('</e:IndkomstOplysningPersonSamling><e:Andet xmlns:e="http://x">', "<!-- -->"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_the_fifth_person_is_read_as_the_parser_reads_it(
    name: str, parsed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = write_answer(PLAIN, WRAPPERS[0]).decode()
    text = CHANGES[name](plain)
    assert text != plain
    found = outcome(text.encode())
    assert found == by_the_parser(text.encode(), monkeypatch)
    assert len(parsed) < len(found[0]) * 2, "some persons of the first reading were alike"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-7", "utf-16", "utf-8"])
def test_other_encodings_are_left_to_the_parser(
    encoding: str, parsed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = write_answer(PLAIN, WRAPPERS[0]).decode()
    text = re.sub(r"^<\?xml[^>]*>", f'<?xml version="1.0" encoding="{encoding}"?>', text).replace(">L 5<", ">L+AOY-<")
    found = outcome(text.encode("ascii" if encoding == "utf-7" else encoding))
    assert (len(parsed) < len(PLAIN)) == (encoding == "utf-8")
    assert found == by_the_parser(text.encode("ascii" if encoding == "utf-7" else encoding), monkeypatch)
