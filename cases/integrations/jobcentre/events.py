"""One event of the jobcentre as a value, checked field by field.

Every event has ``haendelse_id``, ``type``, ``personnummer``, ``virkningsdato``, ``modtaget`` (with or without time
zone; without, Danish time) and ``kilde``. Besides these, by type:

- MAALGRUPPESKIFT: ``fra_/til_maalgruppe_type_kode`` (number), ``fra_/til_maalgruppe_status`` (text or null)
- INDSTILLING, KONTAKTFORLOEB_AENDRET: ``maalgruppe_type_kode``, ``maalgruppe_status``, ``bevilling_startdato`` and
  ``bevilling_slutdato`` (date or null); an INDSTILLING on somebody new may carry ``navn`` and ``adresse``
- AKTIVITET: ``aktivitet``; FRAVAER: ``fravaer``; both may carry ``slutdato``
- NYT_JOB: ``arbejdsgiver_se`` (eight digits), ``timer_pr_uge`` (number or null)

What else stands in the object is kept. Another type is an unknown one: kept whole, never judged.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from cases.integrations.reading import Fault, day, has_unstorable, is_cpr, is_se, shown

SHIFT = "MAALGRUPPESKIFT"
RECOMMENDATION = "INDSTILLING"
ACTIVITY = "AKTIVITET"
ABSENCE = "FRAVAER"
NEW_JOB = "NYT_JOB"
COURSE_CHANGED = "KONTAKTFORLOEB_AENDRET"
UNKNOWN = "UKENDT"

DANISH_TIME = ZoneInfo("Europe/Copenhagen")
LONGEST_ID = 60
LONGEST_TEXT = 200
_UNJUDGED = {"haendelse_id", "modtaget", "kilde", "kuvert"}
"""Fields that may differ between two messages of the same event."""


@dataclass(frozen=True, slots=True)
class JobcentreMessage:
    """An event as it was received. ``error``: a Danish sentence when it cannot be used.

    ``payload`` is flat with the JSON form's names, also from an envelope, whose text stands in ``kuvert``.
    ``recipients``: the CVR numbers that an envelope is for. ``index`` counts from 1 in the file.
    """

    external_id: str
    kind: str
    type_name: str
    cpr: str
    effective: date | None
    received: datetime | None
    origin: str
    payload: dict[str, Any] = field(hash=False)
    index: int = 1
    recipients: tuple[str, ...] = ()
    error: str | None = None


def message_of(payload: dict[str, Any], index: int, recipients: tuple[str, ...] = ()) -> JobcentreMessage:
    """The event in an object of the JSON form. Never raises: what is wrong stands in ``error``."""
    type_name = payload.get("type") if isinstance(payload.get("type"), str) else ""
    kind = type_name if type_name in KINDS else UNKNOWN
    values: dict[str, Any] = {"cpr": "", "effective": None, "received": None}
    error = None
    try:
        _check_texts(payload)
        for name, value in _common(payload, strict=kind != UNKNOWN):
            values[name] = value
        if kind != UNKNOWN:
            KINDS[kind](payload)
    except Fault as fault:
        error = f"Hændelse nr. {index} ({shown(type_name or 'uden type')}, id {shown(_id(payload))}): {fault}."
    origin = payload.get("kilde")
    return JobcentreMessage(
        external_id=_id(payload),
        kind=kind,
        type_name=shown(type_name),
        **values,
        origin=shown(origin) if isinstance(origin, str) and origin else "fil",
        payload=payload,
        index=index,
        recipients=recipients,
        error=error,
    )


def faulty(index: int, sentence: str) -> JobcentreMessage:
    """Something in the file that is no event at all."""
    return JobcentreMessage("", UNKNOWN, "", "", None, None, "", {}, index, (), f"Hændelse nr. {index} {sentence}.")


def same_meaning(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two messages with the same id say the same; the form, the sender and the time may differ."""
    return _meaning(one) == _meaning(other)


def _meaning(payload: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: _plain(value)
        for key, value in payload.items()
        if key not in _UNJUDGED and value is not None and value != ""
    }


def _plain(value: Any) -> str:
    return value.strip() if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _id(payload: Mapping[str, Any]) -> str:
    """The event's id; a hash of it when it is too long, of the content when there is none."""
    own = payload.get("haendelse_id")
    text = str(own).strip().casefold() if isinstance(own, str | int) and not isinstance(own, bool) else ""
    if not text:
        content = {key: value for key, value in payload.items() if key not in _UNJUDGED}
        return f"indhold:{_hash(json.dumps(content, sort_keys=True))}"
    return text if len(text) <= LONGEST_ID else f"id:{_hash(text)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:48]


def _common(payload: Mapping[str, Any], *, strict: bool) -> Iterator[tuple[str, Any]]:
    """The fields that every event has. An unknown event keeps those that can be read."""
    for name, key, read in _COMMON:
        try:
            yield name, read(payload.get(key))
        except Fault:
            if strict:
                raise


def _read_cpr(value: Any) -> str:
    text = value.replace("-", "").strip() if isinstance(value, str) else ""
    if not is_cpr(text):
        raise Fault(f"personnummer er '{shown(value)}', som ikke har ti cifre")
    return text


def _read_effective(value: Any) -> date:
    return day(value, "virkningsdato")


def _read_received(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        if found and 1990 <= found.year <= 2150:
            return found if found.tzinfo else found.replace(tzinfo=DANISH_TIME)
    except ValueError:
        pass
    raise Fault(f"modtaget er '{shown(value)}', som ikke er et tidspunkt (skrevet 2026-11-30T09:14:00+01:00)")


_COMMON: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("cpr", "personnummer", _read_cpr),
    ("effective", "virkningsdato", _read_effective),
    ("received", "modtaget", _read_received),
)


def _check_texts(value: Any) -> None:
    """Every text of the event can be stored."""
    if isinstance(value, str):
        if has_unstorable(value):
            raise Fault("har et tegn, der ikke kan gemmes (NUL eller et halvt tegn)")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key)
            _check_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner)


def _shift(payload: Mapping[str, Any]) -> None:
    for end in ("fra", "til"):
        _number(payload, f"{end}_maalgruppe_type_kode")
        _text(payload, f"{end}_maalgruppe_status", needed=False)


def _course(payload: Mapping[str, Any]) -> None:
    """The contact course's target group and grant period; the start may be missing (ELI1)."""
    _number(payload, "maalgruppe_type_kode")
    for name in ("maalgruppe_status", "navn", "adresse"):
        _text(payload, name, needed=False)
    first, last = (_day_or_none(payload, f"bevilling_{end}dato") for end in ("start", "slut"))
    if first and last and last < first:
        raise Fault("bevilling_slutdato ligger før bevilling_startdato")


def _activity(payload: Mapping[str, Any]) -> None:
    _text(payload, "aktivitet")
    _day_or_none(payload, "slutdato")


def _absence(payload: Mapping[str, Any]) -> None:
    _text(payload, "fravaer")
    _day_or_none(payload, "slutdato")


def _new_job(payload: Mapping[str, Any]) -> None:
    number = payload.get("arbejdsgiver_se")
    if not (isinstance(number, str) and is_se(number)):
        raise Fault(f"arbejdsgiver_se er '{shown(number)}', som ikke er otte cifre")
    weekly_hours(payload)


def weekly_hours(payload: Mapping[str, Any]) -> Decimal | None:
    """The agreed hours a week of a NYT_JOB. Fault when they are no number between 0 and 100."""
    given = payload.get("timer_pr_uge")
    if given is None or given == "":
        return None
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    try:
        hours = Decimal(text) if re.fullmatch(r"[0-9]{1,3}([.][0-9]{1,4})?", text) else None
    except InvalidOperation:
        hours = None
    if hours is None or not 0 < hours <= 100:
        raise Fault(f"timer_pr_uge er '{shown(given)}', som ikke er et timetal")
    return hours


def _number(payload: Mapping[str, Any], name: str) -> None:
    value = payload.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not -9999 <= value <= 9999:
        raise Fault(f"{name} er '{shown(value)}', som ikke er en kode (et tal)")


def _text(payload: Mapping[str, Any], name: str, *, needed: bool = True) -> None:
    value = payload.get(name)
    if value is None and not needed:
        return
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or (needed and not value.strip()):
        raise Fault(f"{name} er '{shown(value)}', som ikke er en tekst på højst {LONGEST_TEXT} tegn")


def _day_or_none(payload: Mapping[str, Any], name: str) -> date | None:
    value = payload.get(name)
    return None if value is None else day(value, name)


KINDS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    SHIFT: _shift,
    RECOMMENDATION: _course,
    COURSE_CHANGED: _course,
    ACTIVITY: _activity,
    ABSENCE: _absence,
    NEW_JOB: _new_job,
}
"""Each known type and the check of its own fields."""
