"""Every reason to wonder (undringsårsag) of the seed's annex 1, with its exact sentence and our plain words.

The sentences stand in rules/data/concerns.csv letter by letter, slips included. One of them names the system it was
written for; ``_own_name`` is the only place where that is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rules.code_tables import read_table

KINDS = ("blocking", "checkmark", "mandatory", "required", "optional")
NEVER_STOPS = frozenset({"optional", "note"})
RUNS = {"FLEX_OPSTART": "start_up", "FLEX_BEREGN": "recalculation"}
"""Kind of process to the word in ``ConcernText.runs_in``; the third word is "month", the monthly run."""

SYSTEM_NAME = "Fleksløn"
_NAMED_IN_THE_SEED = "KY"
_NAMES_THE_SYSTEM = "SAT7"


@dataclass(frozen=True, slots=True)
class ConcernText:
    """One row of concerns.csv.

    stage: "4", "6", "7", "month" or "recalculation"; runs_in: "month", "start_up", "recalculation"; kind: how it is
    answered (KINDS); message: the official sentence; process: the sub-process it points to, or ""; explanation:
    our own words below it.
    """

    code: str
    stage: str
    runs_in: tuple[str, ...]
    kind: str
    message: str
    process: str
    law: str
    explanation: str

    @property
    def process_stage(self) -> str:
        """The stage a process stops at: the recalculation's own concerns belong to stage 6, where the case's
        information is put right ("f.eks. at hæve lønloftet"); "" for a concern of the monthly run.
        """
        return {"month": "", "recalculation": "6"}.get(self.stage, self.stage)


def _text(row: Mapping[str, str]) -> ConcernText:
    changed = {"runs_in": tuple(row["runs_in"].split(", ")), "message": _own_name(row["code"], row["message"])}
    values: dict[str, Any] = {**row, **changed}
    return ConcernText(**values)


def _own_name(code: str, message: str) -> str:
    """The sentence as it is, but for the one that names the system it was written for."""
    return message.replace(_NAMED_IN_THE_SEED, SYSTEM_NAME) if code == _NAMES_THE_SYSTEM else message


def kind_stops(kind: str) -> bool:
    """Whether a concern of this kind holds a process until a person has answered: reminders and notes never do."""
    return kind not in NEVER_STOPS


CONCERNS: Mapping[str, ConcernText] = MappingProxyType({row["code"]: _text(row) for row in read_table("concerns.csv")})
