"""The files that a person reads in by hand: which importer reads them, and what it says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from cases.control_lines import import_control_lines
from cases.import_events import EventsImported, import_events
from cases.import_holiday_pay import HolidayPayImported, import_holiday_pay
from cases.import_income import import_income
from cases.models import Municipality, User


@dataclass(frozen=True)
class Told:
    """What came of a file: a sentence with its counts, what is worth knowing, and what could not be read."""

    sentence: str
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    is_whole: bool = True
    """False: the file could not be read to its end."""


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``endings``: what its name ends with; ``about``: where it comes from and what it does here."""

    title: str
    endings: str
    about: str
    read: Callable[..., Any]


def read_by_hand(
    kind: str, source: BinaryIO, name: str, *, municipality: Municipality, user: User, now: datetime
) -> Told:
    """Read a file for one municipality: nothing is written in another. What could be read is kept; again is nothing.

    KeyError when there is no such kind.
    """
    found = KINDS[kind].read(source, name, user=user, now=now, municipality=municipality)
    faults = (*found.faults, *filter(None, [found.unreadable]))
    return Told(f"{name}: {found.said}", tuple(_notes(found)), faults, is_whole=not found.unreadable)


def _notes(found: Any) -> list[str]:
    if isinstance(found, EventsImported):
        sentences = [f"{id_}: {sentence}" for id_, _, sentences in found.outcomes for sentence in sentences]
        return [*sentences, *found.without_citizen, *found.unknown]
    return found.without_citizen if isinstance(found, HolidayPayImported) else []


def _control_lines(source: BinaryIO, name: str, **signed: Any) -> Any:
    return import_control_lines(source.read(), name, **signed)


KINDS = {
    "indtaegter": Kind(
        "Svar fra eIndkomst",
        ".xml",
        "Løn og ydelser, direkte fra Skat eller gennem SF0770A. Borgere uden sag her bliver ikke gemt.",
        import_income,
    ),
    "haendelser": Kind(
        "Hændelser fra jobcenteret",
        ".json,.xml",
        "Indstillinger, ophør og skift. Hver hændelse starter den proces, den skal.",
        import_events,
    ),
    "feriepenge": Kind(
        "Feriepenge fra FerieKonto",
        ".csv",
        "Udbetalte feriepenge. Hver udbetaling giver et advis og en genberegning.",
        import_holiday_pay,
    ),
    "kontrol": Kind(
        "Årlige kontroloplysninger (R75)",
        ".csv",
        "Renter, udbytte og andet fra årsopgørelsen. Linjerne står på sagen.",
        _control_lines,
    ),
}
