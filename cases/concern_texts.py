"""The words of a concern, whatever table its code is in: the income rules, the process's, and our own."""

from __future__ import annotations

from dataclasses import dataclass

from rules.concerns import CONCERNS
from rules.income_rules import BY_CODE
from rules.start_up import REGULATION


@dataclass(frozen=True)
class ConcernWords:
    """``message``: the official sentence. ``process``: the sub-process it points to. ``acceptable``: an answer is
    enough (else the missing thing must be put right first).
    """

    code: str
    message: str
    help: str
    law: str
    process: str = ""
    acceptable: bool = True


def words_of(code: str) -> ConcernWords:
    """The words of a code; KeyError for one that is in no table."""
    if code in BY_CODE:
        rule = BY_CODE[code]
        return ConcernWords(code, rule.message, rule.help, rule.law, "Indtægter", rule.acceptable)
    if code == REGULATION.code:
        return ConcernWords(code, REGULATION.message, REGULATION.help, REGULATION.law, "Indtægter")
    text = CONCERNS[code]
    return ConcernWords(code, text.message, text.explanation, text.law, text.process)
