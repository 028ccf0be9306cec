"""eIndkomst: answers and requests of both wrappers (direct and SF0770_A), bytes <-> dataclasses."""

from cases.integrations.eindkomst.client import EIndkomstClient, LiveAdapter, ServiceUnavailable
from cases.integrations.eindkomst.names import DIRECT, PURPOSE, SF0770A, SUBSCRIPTION, WRAPPERS, UnreadableAnswer
from cases.integrations.eindkomst.reader import Answer, read_answer, read_person
from cases.integrations.eindkomst.reports import ErrorAnswer, PersonAnswer, RegisterReport
from cases.integrations.eindkomst.requests import (
    IncomeRequest,
    PersonQuery,
    ReadRequest,
    can_be_asked,
    read_request,
    write_request,
)
from cases.integrations.eindkomst.writer import answer_parts, write_answer, write_error

__all__ = [
    "DIRECT",
    "PURPOSE",
    "SF0770A",
    "SUBSCRIPTION",
    "WRAPPERS",
    "Answer",
    "EIndkomstClient",
    "ErrorAnswer",
    "IncomeRequest",
    "LiveAdapter",
    "PersonAnswer",
    "PersonQuery",
    "ReadRequest",
    "RegisterReport",
    "ServiceUnavailable",
    "UnreadableAnswer",
    "answer_parts",
    "can_be_asked",
    "read_answer",
    "read_person",
    "read_request",
    "write_answer",
    "write_error",
    "write_request",
]
