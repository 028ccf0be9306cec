"""The jobcentre's events: our own JSON and the Beskedfordeler's envelope (SF1461), bytes <-> dataclasses.

SF1690 itself is not public: the JSON and the envelope's payload are our own form (documented in ``events``).
"""

from cases.integrations.jobcentre.events import KINDS, UNKNOWN, JobcentreMessage, same_meaning
from cases.integrations.jobcentre.reader import read_events
from cases.integrations.jobcentre.writer import write_envelope, write_events

__all__ = [
    "KINDS",
    "UNKNOWN",
    "JobcentreMessage",
    "read_events",
    "same_meaning",
    "write_envelope",
    "write_events",
]
