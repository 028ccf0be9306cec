"""eIndkomst: answers and requests of both wrappers (direct and SF0770_A), bytes <-> dataclasses."""

from cases.integrations.eindkomst.names import DIRECT, PURPOSE, SF0770A, SUBSCRIPTION, WRAPPERS, UnreadableAnswer
from cases.integrations.eindkomst.reader import Answer, read_answer, read_person
from cases.integrations.eindkomst.reports import ErrorAnswer, PersonAnswer, RegisterReport

__all__ = [
    "DIRECT",
    "PURPOSE",
    "SF0770A",
    "SUBSCRIPTION",
    "WRAPPERS",
    "Answer",
    "ErrorAnswer",
    "PersonAnswer",
    "RegisterReport",
    "UnreadableAnswer",
    "read_answer",
    "read_person",
]
