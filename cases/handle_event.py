"""From one event of the jobcentre to exactly what follows from it: tasks, processes, notices.

First it is planned (``plan``, which writes nothing): a deed for each thing, with the sentence that the event's row
keeps. Then the event is stored and the deeds are done (``carry_out``). Annex 2's letters on our own case are carried
out, on another benefit's case they are told as a notice (open question Q36).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cases import starts
from cases.event_tasks import ask_person, close_new_case_tasks, grant_days
from cases.integrations.jobcentre import JobcentreMessage, events
from cases.models import (
    Citizen,
    EventKind,
    Grant,
    JobcentreEvent,
    Municipality,
    NoticeKind,
    Process,
    ProcessKind,
    ProcessState,
    TaskKind,
    User,
)
from cases.notices import make_notice, months_since
from cases.refused import Refused
from rules.case_rules import (
    IN_FLEKSJOB,
    MILITARY_SERVICE,
    OLD_SCHEME,
    OLD_SCHEME_SELF_EMPLOYED,
    ORDINARY_JOB,
    RESOURCE_COURSES,
    SELF_EMPLOYED,
    SICK,
)
from rules.target_groups import OUR_CASE, UNHANDLED, Group, group, shift

SOURCE = "Jobcentret"
FLEKSJOB_CODE = 4
"""Group type LAB § 6.9 (formerly 2.7), fleksjobberettiget."""

ALWAYS_RECALCULATED = frozenset(
    {(SICK, course) for course in RESOURCE_COURSES}
    | {(course, IN_FLEKSJOB) for course in RESOURCE_COURSES}
    | {(SICK, IN_FLEKSJOB)}
)
"""INF2-INF4: these shifts make a manual recalculation of our case also where annex 2 has no R (Q36)."""

LETTERS = {
    "A": "afslut bevilling",
    "R": "genberegn",
    "RG": "genberegn den hidtidige sag",
    "N": "opret ny sag",
}
NOTED = {
    (EventKind.ACTIVITY, OLD_SCHEME): "end_grant",
    (EventKind.ACTIVITY, OLD_SCHEME_SELF_EMPLOYED): "end_grant",
    (EventKind.ACTIVITY, SELF_EMPLOYED): "end_grant",
    (EventKind.ACTIVITY, ORDINARY_JOB): "stop_grant",
    (EventKind.ABSENCE, MILITARY_SERVICE): "stop_grant",
}
"""Activities and absences that raise a concern (ELI2-ELI5, SAT9, SAT10), and the process their notice points to."""


@dataclass(frozen=True)
class Standing:
    """Whom an event is about, as it stands: the citizen (None: not known here), the case, a start-up under way."""

    municipality: Municipality
    citizen: Citizen | None = None
    grant: Grant | None = None
    starting: bool = False

    @property
    def concerns_us(self) -> bool:
        return self.grant is not None or self.starting


@dataclass(frozen=True)
class Deed:
    """One thing to do about an event: what, and the sentence that says it. ``act`` None: only the sentence."""

    act: Callable[[JobcentreEvent, Standing, Deed, User, datetime], None] | None
    text: str
    kind: Any = None
    points_to: str = ""


def standing_of(municipality: Municipality, citizen: Citizen | None, day: date | None) -> Standing:
    """The citizen's case on that day or after it; an ended one is no case (annex 2: "hvis sagen eksisterer")."""
    if citizen is None:
        return Standing(municipality)
    grants = [one for one in citizen.grants.order_by("first_day") if not (day and one.last_day and one.last_day < day)]
    open_states = (ProcessState.RUNNING, ProcessState.WAITING)
    starting = Process.objects.filter(citizen=citizen, kind=ProcessKind.START_UP, state__in=open_states)
    return Standing(municipality, citizen, grants[0] if grants else None, starting.exists())


def brings_citizen(message: JobcentreMessage) -> bool:
    """Whether an indstilling to this benefit on somebody unknown has what a new citizen needs: a name."""
    if message.kind != EventKind.RECOMMENDATION or not str(message.payload.get("navn") or "").strip():
        return False
    found = _recommended(message.payload)
    return found is not None and found.case == OUR_CASE


def plan(message: JobcentreMessage, standing: Standing) -> tuple[Deed, ...]:
    """What follows from the event for a case that stands so. Writes nothing."""
    return tuple(_PLANS[message.kind](message.payload, message, standing))


def carry_out(deeds: tuple[Deed, ...], event: JobcentreEvent, standing: Standing, user: User, now: datetime) -> None:
    """Do what was planned. What is refused becomes a task with the refusal's sentence: nothing is lost in silence."""
    for deed in deeds:
        if deed.act is None:
            continue
        try:
            with transaction.atomic():
                deed.act(event, standing, deed, user, now)
        except Refused as refused:
            why = f"Kunne ikke gøres: {refused} {deed.text}"
            _task(event, standing, Deed(_task, why, TaskKind.UNHANDLED), user, now)


# --- what each kind of event asks for --------------------------------------------------------------------------------


def _shift(payload: Mapping[str, Any], message: JobcentreMessage, standing: Standing) -> Iterator[Deed]:
    """Annex 2, letter by letter."""
    ends = [(payload[f"{end}_maalgruppe_type_kode"], payload.get(f"{end}_maalgruppe_status")) for end in ("fra", "til")]
    asked = shift(*ends[0], *ends[1])
    what = f"Målgruppeskift {_on(message)} fra {_label(*ends[0])} til {_label(*ends[1])}."
    if not asked.letters:
        yield Deed(None, f"{what} Ingen handling (automatisk behandling).")
    recalculated = False
    for action in asked.actions:
        if action.ours:
            recalculated |= action.letter in ("R", "RG")
            yield _own(action.letter, what, standing, known=asked.is_known)
    if (asked.from_group, asked.to_group) in ALWAYS_RECALCULATED and not recalculated and standing.grant:
        yield Deed(_recalculate, f"Genberegning: tag stilling til mistet ret. {what}")
    yield from _told(what, [one for one in asked.actions if not one.ours], standing)
    if standing.grant and (recalculated or (asked.from_group, asked.to_group) in ALWAYS_RECALCULATED):
        yield Deed(_notice, what, NoticeKind.SHIFT, "lost_right")


def _own(letter: str, what: str, standing: Standing, *, known: bool) -> Deed:
    """A letter on our own case."""
    if letter == "N":
        return _new_case(what, standing)
    if letter == "O" or letter == UNHANDLED:
        if standing.citizen is None:
            return Deed(None, f"{what} Borgeren kendes ikke i kommunen.")
        if letter == "O":
            return Deed(_task, f"Følg op på sagen. {what}", TaskKind.FOLLOW_UP)
        why = "er ikke håndteret endnu" if known else "findes ikke i tabellen over målgrupper"
        return Deed(_task, f"Ikke håndteret: skiftet {why}. {what}", TaskKind.UNHANDLED)
    if standing.grant is None:
        return Deed(None, f"{what} Der er ingen sag om fleksløntilskud: ikke {LETTERS[letter]}.")
    if letter == "A":
        return Deed(_task, f"Skal bevillingen afsluttes? {what}", TaskKind.END_GRANT)
    return Deed(_recalculate, f"Genberegning. {what}")


def _new_case(what: str, standing: Standing) -> Deed:
    if standing.grant:
        return Deed(None, f"{what} Der er allerede en sag om fleksløntilskud.")
    if standing.starting:
        return Deed(None, f"{what} Opstart er allerede i gang.")
    unknown = "" if standing.citizen else " Borgeren kendes ikke: navnet mangler."
    return Deed(_task, f"Opret en ny sag.{unknown} {what}", TaskKind.NEW_CASE)


def _told(what: str, actions: list[Any], standing: Standing) -> Iterator[Deed]:
    """Letters on another benefit's case: a notice with the same letters."""
    if not actions:
        return
    letters = "+".join(one.letter for one in actions)
    each = ", ".join(f"{LETTERS[one.letter]} ({one.case or 'ingen ydelse her'})" for one in actions)
    act = _notice if standing.citizen else None
    yield Deed(act, f"Opgave i andet system: {letters}: {each}. {what}", NoticeKind.OTHER_SYSTEM)


def _recommendation(payload: Mapping[str, Any], message: JobcentreMessage, standing: Standing) -> Iterator[Deed]:
    """The jobcentre's indstilling opens a start-up (seed, annex 1, step 4)."""
    what = f"Indstilling fra jobcentret {_on(message)}{_grant_period(payload)}."
    found = _recommended(payload)
    if found is None:
        label = _label(payload["maalgruppe_type_kode"], payload.get("maalgruppe_status"))
        act = _task if standing.citizen else None
        yield Deed(act, f"Ikke håndteret: {label} findes ikke i tabellen over målgrupper. {what}", TaskKind.UNHANDLED)
    elif found.case != OUR_CASE:
        act = _notice if standing.citizen else None
        yield Deed(act, f"Opgave i andet system: {what} {found.label}.", NoticeKind.OTHER_SYSTEM)
    elif standing.starting:
        yield Deed(_start_up, f"{what} Opstarten, der er i gang, får de nye oplysninger.")
    elif standing.grant:
        yield Deed(_notice, f"{what} Borgeren har allerede sag {standing.grant}.", NoticeKind.COURSE, "visitation")
    elif standing.citizen is None:
        yield _new_case(what, standing)
    else:
        yield Deed(_start_up, f"Opstart af sag. {what}")


def _recommended(payload: Mapping[str, Any]) -> Group | None:
    """The target group; fleksjobberettiget without a status is in fleksjob, since it is recommended to this benefit."""
    code, status = payload["maalgruppe_type_kode"], payload.get("maalgruppe_status")
    return group(code, "I fleksjob" if code == FLEKSJOB_CODE and not (status or "").strip() else status)


def _course_changed(payload: Mapping[str, Any], message: JobcentreMessage, standing: Standing) -> Iterator[Deed]:
    """A start-up under way takes the new dates over (a missing start is ELI1); a case gets a notice."""
    what = f"Jobcentret har ændret kontaktforløbet {_on(message)}{_grant_period(payload)}."
    if standing.starting:
        yield Deed(_start_up, f"{what} Opstarten, der er i gang, får de nye oplysninger.")
    elif standing.grant:
        last = payload.get("bevilling_slutdato")
        differs = last is not None and last != str(standing.grant.last_day)
        yield Deed(_notice, what, NoticeKind.COURSE, "end_grant" if differs else "visitation")
    else:
        yield _no_case(what)


def _activity(payload: Mapping[str, Any], message: JobcentreMessage, standing: Standing) -> Iterator[Deed]:
    """An activity or an absence: told when it raises a concern, else only kept."""
    name = payload["aktivitet" if message.kind == EventKind.ACTIVITY else "fravaer"]
    last = payload.get("slutdato")
    what = f"{EventKind(message.kind).label} {_on(message)}{f' til {_day(last)}' if last else ''}: {name}."
    plain = " ".join(name.split()).casefold()
    points_to = next((to for (kind, one), to in NOTED.items() if kind == message.kind and one.casefold() == plain), "")
    if not points_to:
        yield Deed(None, f"{what} Giver ingen undringsårsag.")
    elif standing.concerns_us:
        yield Deed(_notice, what, NoticeKind.ACTIVITY, points_to)
    else:
        yield _no_case(what)


def _new_job(payload: Mapping[str, Any], message: JobcentreMessage, standing: Standing) -> Iterator[Deed]:
    hours = events.weekly_hours(payload)
    worked = f", {str(hours).replace('.', ',')} timer om ugen" if hours else ""
    what = f"Nyt job hos SE {payload['arbejdsgiver_se']} {_on(message)}{worked}."
    yield Deed(_notice, what, NoticeKind.NEW_JOB, "job") if standing.concerns_us else _no_case(what)


def _unknown(payload: Mapping[str, Any], message: JobcentreMessage, standing: Standing) -> Iterator[Deed]:
    what = f"Ukendt hændelse: {message.type_name or 'uden type'}. Den er gemt, men ikke behandlet."
    yield Deed(_notice if standing.citizen else None, what, NoticeKind.UNHANDLED)


_PLANS: dict[str, Callable[[Mapping[str, Any], JobcentreMessage, Standing], Iterator[Deed]]] = {
    events.SHIFT: _shift,
    events.RECOMMENDATION: _recommendation,
    events.COURSE_CHANGED: _course_changed,
    events.ACTIVITY: _activity,
    events.ABSENCE: _activity,
    events.NEW_JOB: _new_job,
    events.UNKNOWN: _unknown,
}


def _no_case(what: str) -> Deed:
    return Deed(None, f"{what} Borgeren har ingen sag om fleksløntilskud.")


def _label(code: int, status: str | None) -> str:
    found = group(code, status)
    return found.label if found else f"ukendt målgruppe (kode {code}, {status or 'uden status'})"


def _grant_period(payload: Mapping[str, Any]) -> str:
    first, last = payload.get("bevilling_startdato"), payload.get("bevilling_slutdato")
    if not first and not last:
        return ", uden bevillingsperiode"
    begin = f"fra {_day(first)}" if first else "uden startdato"
    return f", bevilling {begin}{f' til {_day(last)}' if last else ''}"


def _on(message: JobcentreMessage) -> str:
    return f"pr. {_day(str(message.effective))}"


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}"


# --- doing it --------------------------------------------------------------------------------------------------------


def _task(event: JobcentreEvent, standing: Standing, deed: Deed, user: User, now: datetime) -> None:
    grant = None if deed.kind == TaskKind.NEW_CASE else standing.grant
    ask_person(event, standing.citizen, grant, deed.kind, deed.text, user, now)


def _notice(event: JobcentreEvent, standing: Standing, deed: Deed, user: User, now: datetime) -> None:
    make_notice(
        standing.citizen, standing.grant, deed.kind, deed.text, points_to=deed.points_to, source=SOURCE, event=event,
        user=user, now=now,
    )  # fmt: skip


def _recalculate(event: JobcentreEvent, standing: Standing, deed: Deed, user: User, now: datetime) -> None:
    first, last = months_since(event.effective_date, now)
    starts.recalculate(standing.grant, first, last, event=deed.text[:200], source=event, user=user, now=now)


def _start_up(event: JobcentreEvent, standing: Standing, deed: Deed, user: User, now: datetime) -> None:
    first, last = grant_days(event.payload)
    close_new_case_tasks(standing.citizen, "Jobcentret har indstillet: opstart er begyndt", user, now)
    starts.start_up(
        standing.citizen, event=deed.text[:200], source=event, first_day=first, last_day=last, user=user, now=now
    )
