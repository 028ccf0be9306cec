"""A second reader of the payment file, by regular expressions over the whole text. It shares no code with the first."""

from __future__ import annotations

import re
from collections import Counter

PAID = re.compile(
    r"^\d{3}G68\d{5}(?:\d{4})?\d{2}1&02\d{4}&0300(?:&070{18})?&08(?P<oere>\d{11})&09(?P<sign>[+-])&1002"
    r"&11(?:0000)?(?P<cpr>\d{10})&12(?P<day>\d{8})&16(?P<reference>\d{18,20})&17(?P<invoice>\d{20})&40[^&!\\]*\r?$",
    re.MULTILINE,
)
POSTED = re.compile(
    r"&112(?P<oere>\d{12})(?P<sign>[ -])&113D&114\d{4}&117(?P<reference>\d{18,20})&13202&133(?P<cpr>\d{10})&"
)


def persons_and_oere(body: bytes) -> Counter[tuple[str, int]]:
    """How often each (CPR, øre) stands in the file; postings and payments must say the same, or it is an error."""
    text = body.decode("utf-8")
    paid = Counter((one["cpr"], _oere(one, "-")) for one in PAID.finditer(text))
    posted = Counter((one["cpr"], _oere(one, "-")) for one in POSTED.finditer(text))
    lines = text.count("\n") - 2
    if paid != posted or lines != 2 * paid.total() or f"SLUTD{lines:05}" not in text:
        raise AssertionError("the two kinds of lines differ, or a line was not understood")
    references = [one["reference"] for one in PAID.finditer(text)]
    if len(set(references)) != len(references):
        raise AssertionError("a reference is used twice")
    return paid


def _oere(found: re.Match[str], minus: str) -> int:
    return int(found["oere"]) * (-1 if found["sign"] == minus else 1)
