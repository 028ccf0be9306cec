"""From the jobcentre's file to tasks, processes and notices: annex 2 cell by cell, and each other kind of event."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases import handle_event, starts
from cases.consistency import faults
from cases.event_tasks import open_case, settle
from cases.import_cases import import_cases
from cases.import_events import EventsImported, import_events
from cases.integrations.jobcentre import write_envelope, write_events
from cases.models import (
    Citizen,
    Grant,
    Job,
    JobcentreEvent,
    Municipality,
    Notice,
    NoticeKind,
    Process,
    ProcessState,
    Role,
    Task,
    TaskKind,
    TaskState,
    User,
    birth_date_of,
)
from cases.models.process import ProcessKind, Stage
from cases.refused import Conflict, Refused
from tests.cases.builders import CPR, NOVEMBER, NOW, cpr, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).parents[2] / "rules" / "data" / "target_group_shifts.csv"
ROWS = {int(row["number"]): row for row in csv.DictReader(TABLE.read_text("utf-8").splitlines(), delimiter=";")}
OURS = {7, 10}
"""Sick while in fleksjob, and in fleksjob: the two groups that have the fleksløntilskud case (Q36)."""
ALWAYS_RECALCULATED = {(7, 17), (7, 12), (17, 10), (12, 10), (7, 10)}
STRANGER = "2309641447"


@pytest.fixture
def municipality() -> Municipality:
    return make_municipality()


@pytest.fixture
def recalculated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Grant, str]]:
    """Every recalculation that is asked for: the case, and the months."""
    asked: list[tuple[Grant, str]] = []
    monkeypatch.setattr(
        starts, "recalculate", lambda grant, first, last, **_: asked.append((grant, f"{first}..{last}"))
    )
    return asked


def shift(number: int, to: int, *, who: str = CPR, **changes: Any) -> dict[str, Any]:
    before, after = ROWS.get(number), ROWS.get(to)
    return {
        "haendelse_id": f"s-{who}-{number}-{to}",
        "type": "MAALGRUPPESKIFT",
        "personnummer": who,
        "fra_maalgruppe_type_kode": int(before["code"]) if before else 99,
        "fra_maalgruppe_status": before["status"] if before else "findes ikke",
        "til_maalgruppe_type_kode": int(after["code"]) if after else 99,
        "til_maalgruppe_status": after["status"] if after else "findes ikke",
        "virkningsdato": "2026-10-05",
        "modtaget": "2026-10-06T09:14:00+02:00",
        "kilde": "fil",
        **changes,
    }


def happening(type_name: str, *, who: str = CPR, id_: str = "", **fields: Any) -> dict[str, Any]:
    return {
        "haendelse_id": id_ or f"{type_name}-{who}",
        "type": type_name,
        "personnummer": who,
        "virkningsdato": "2026-11-01",
        "modtaget": "2026-11-02T08:00:00+01:00",
        "kilde": "fil",
        **fields,
    }


def recommendation(*, who: str = CPR, start: str | None = "2026-11-01", **fields: Any) -> dict[str, Any]:
    return happening(
        "INDSTILLING",
        who=who,
        **{
            "maalgruppe_type_kode": 4,
            "maalgruppe_status": "I fleksjob",
            "bevilling_startdato": start,
            "bevilling_slutdato": None,
            **fields,
        },
    )


def read_in(*payloads: dict[str, Any], data: bytes = b"", **options: Any) -> EventsImported:
    source = io.BytesIO(data or write_events(payloads))
    return import_events(source, "fil.json", user=User.objects.system(), now=options.pop("now", NOW), **options)


def make_citizen(municipality: Municipality, number: str = CPR) -> Citizen:
    return Citizen.objects.create(
        municipality=municipality, cpr=number, name="Ærø Øst", birth_date=birth_date_of(number)
    )


def tasks_of(citizen: Citizen) -> list[str]:
    return sorted(Task.objects.filter(citizen=citizen).values_list("kind", flat=True)) + sorted(
        Task.objects.filter(grant__citizen=citizen, citizen=None).values_list("kind", flat=True)
    )


# --- annex 2, cell by cell --------------------------------------------------------------------------------------------


def letters_of(number: int, to: int) -> list[str]:
    cell = ROWS[number][str(to)]
    return [] if cell == "-" else cell.split("+")


def expected(number: int, to: int, *, has_case: bool) -> tuple[list[str], int, str]:
    """The tasks, the recalculations and the other system's letters of a cell, read anew here (Q36)."""
    tasks, told, recalculations = [], [], 0
    for letter in letters_of(number, to):
        side = number if letter in ("A", "RG") else to
        if letter == "O":
            tasks.append(TaskKind.FOLLOW_UP.value)
        elif letter == "x":
            tasks.append(TaskKind.UNHANDLED.value)
        elif side not in OURS:
            told.append(letter)
        elif letter == "A" and has_case:
            tasks.append(TaskKind.END_GRANT.value)
        elif letter == "N" and not has_case:
            tasks.append(TaskKind.NEW_CASE.value)
        elif letter in ("R", "RG") and has_case:
            recalculations = 1
    if has_case and (number, to) in ALWAYS_RECALCULATED:
        recalculations = 1
    return sorted(tasks), recalculations, "+".join(told)


@pytest.mark.parametrize("has_case", [True, False])
def test_every_one_of_the_361_cells_makes_exactly_its_tasks(
    has_case: bool, municipality: Municipality, recalculated: list[tuple[Grant, str]]
) -> None:
    cells = [(number, to) for number in ROWS for to in ROWS]
    assert len(cells) == 361
    who = {cell: cpr(position + 1) for position, cell in enumerate(cells)}
    for position, cell in enumerate(cells, start=1):
        if has_case:
            make_case(municipality, position, paid=None)
        else:
            make_citizen(municipality, who[cell])
    result = read_in(*[shift(*cell, who=number) for cell, number in who.items()])
    assert (result.new, result.exit_code, result.without_citizen) == (361, 0, [])

    asked = defaultdict(int)
    for grant, _ in recalculated:
        asked[grant.citizen.cpr] += 1
    notices = defaultdict(list)
    for notice in Notice.objects.select_related("citizen"):
        notices[notice.citizen.cpr].append(notice)
    tasks = defaultdict(list)
    for number, kind in Task.objects.values_list("citizen__cpr", "kind"):
        tasks[number].append(kind)
    wrong = []
    for cell, number in who.items():
        told = [one.text.split(": ")[1] for one in notices[number] if one.kind == NoticeKind.OTHER_SYSTEM]
        found = (sorted(tasks[number]), asked[number], "".join(told))
        if found != expected(*cell, has_case=has_case):
            wrong.append((cell, letters_of(*cell), found))
    assert wrong == []
    assert all(one.grant_id is not None for one in Notice.objects.all()) is has_case
    outcomes = {event.external_id: event.outcome for event in JobcentreEvent.objects.all()}
    assert all(outcomes.values()), "each event says what it led to, also when that is nothing"


def test_the_task_stands_on_the_case_with_the_shift_in_words(municipality: Municipality) -> None:
    grant = make_case(municipality)
    read_in(shift(10, 1))
    task = Task.objects.get()
    assert (task.kind, task.grant, task.citizen, task.event) == (
        TaskKind.END_GRANT,
        grant,
        grant.citizen,
        "IN_JC_MAALGRUPPESKIFT",
    )
    assert "I fleksjob" in task.headline
    assert "LAB 6.2 Kontanthjælp" in task.headline
    assert "05.10.2026" in task.headline
    question = task.concerns.get()
    assert (question.code, question.numbers["external_id"]) == ("EVT1", "s-1704781236-10-1")
    assert task.history.get().history_user == User.objects.system()


def test_a_new_case_for_somebody_the_municipality_does_not_know_says_that_the_name_is_missing(
    municipality: Municipality,
) -> None:
    result = read_in(shift(1, 10, who=STRANGER), shift(1, 17, who=STRANGER), shift(99, 10, who=STRANGER))
    task = Task.objects.get()
    assert (task.kind, task.citizen, task.grant) == (TaskKind.NEW_CASE, None, None)
    assert "navnet mangler" in task.concerns.get().message
    assert len(result.without_citizen) == 3
    assert JobcentreEvent.objects.filter(citizen=None).count() == 3


@pytest.mark.parametrize(("number", "to"), [(10, 99), (99, 10), (99, 99)])
def test_an_unknown_group_is_a_task_not_handled(number: int, to: int, municipality: Municipality) -> None:
    grant = make_case(municipality)
    read_in(shift(number, to))
    assert tasks_of(grant.citizen) == [TaskKind.UNHANDLED]
    assert "findes ikke i tabellen" in Task.objects.get().concerns.get().message
    assert "kode 99" in Task.objects.get().concerns.get().message


def test_a_pair_that_is_not_handled_yet_is_a_task_too(
    municipality: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rules import target_groups

    monkeypatch.setitem(target_groups._LETTERS, (10, 8), ("x",))
    grant = make_case(municipality)
    read_in(shift(10, 8))
    assert tasks_of(grant.citizen) == [TaskKind.UNHANDLED]
    assert "ikke håndteret endnu" in Task.objects.get().concerns.get().message


def test_a_case_that_ended_before_the_shift_is_no_case_and_one_that_ends_after_is(
    municipality: Municipality, recalculated: list[tuple[Grant, str]]
) -> None:
    ended = make_case(municipality, 1, last_day=date(2026, 10, 4))
    ending = make_case(municipality, 2, last_day=date(2026, 10, 5))
    read_in(shift(10, 1, who=ended.citizen.cpr), shift(10, 1, who=ending.citizen.cpr))
    read_in(shift(12, 10, who=ended.citizen.cpr), shift(12, 10, who=ending.citizen.cpr))
    assert tasks_of(ended.citizen) == [TaskKind.NEW_CASE]
    assert tasks_of(ending.citizen) == [TaskKind.END_GRANT]


def test_another_shift_of_the_same_kind_joins_the_open_task(municipality: Municipality) -> None:
    grant = make_case(municipality)
    read_in(shift(10, 1), now=NOW - timedelta(days=40))
    read_in(shift(10, 3), shift(10, 4), shift(7, 2))
    task = Task.objects.get(kind=TaskKind.END_GRANT)
    assert [one.code for one in task.concerns.all()] == ["EVT1", "EVT2", "EVT3", "EVT4"]
    assert task.version == 4
    assert grant.tasks.count() == 1


def test_a_shift_that_only_recalculates_tells_of_itself(
    municipality: Municipality, recalculated: list[tuple[Grant, str]]
) -> None:
    """Seed, annex 1: "Dertil kommer der også advis fra Jobcentret om målgruppeskift"."""
    grant = make_case(municipality)
    read_in(shift(10, 7))
    notice = Notice.objects.get()
    assert (notice.kind, notice.points_to, notice.grant) == (NoticeKind.SHIFT, "lost_right", grant)
    assert recalculated == [(grant, "2026-10..2026-11")]


def paid_case(municipality: Municipality) -> Grant:
    grant = make_case(municipality)
    give(grant, ordinary())
    run(municipality)
    return grant


@pytest.mark.parametrize(
    ("number", "to", "code"),
    [(7, 17, "INF2"), (7, 12, "INF2"), (17, 10, "INF3"), (12, 10, "INF3"), (7, 10, "INF4")],
)
def test_sickness_and_resource_courses_make_the_recalculation_manual(
    number: int, to: int, code: str, municipality: Municipality
) -> None:
    grant = paid_case(municipality)
    read_in(shift(number, to), now=NOW + timedelta(days=1))
    process = Process.objects.get(kind=ProcessKind.RECALCULATION)
    assert (process.state, process.stage, process.source) == (
        ProcessState.WAITING,
        Stage.INFORMATION,
        JobcentreEvent.objects.get(),
    )
    assert process.task.kind == TaskKind.RECALCULATION
    assert code in process.task.concerns.values_list("code", flat=True)
    assert process.grant == grant


def test_another_shift_recalculates_by_itself(municipality: Municipality) -> None:
    paid_case(municipality)
    read_in(shift(10, 7), now=NOW + timedelta(days=1))
    process = Process.objects.get(kind=ProcessKind.RECALCULATION)
    assert (process.state, process.task) == (ProcessState.DONE, None)


def test_two_shifts_in_one_file_are_both_news_though_the_first_passes_by_itself(municipality: Municipality) -> None:
    paid_case(municipality)
    late = NOW + timedelta(days=1)
    read_in(shift(10, 7), shift(7, 17, modtaget="2026-10-07T09:00:00+02:00"), now=late)
    states = list(Process.objects.order_by("id").values_list("state", flat=True))
    assert states == [ProcessState.DONE, ProcessState.WAITING]


# --- idempotent -------------------------------------------------------------------------------------------------------


def everything() -> dict[str, int]:
    return {
        model.__name__: model.objects.count()
        for model in (JobcentreEvent, Task, Notice, Process, Citizen, Grant, Job, Task.history.model)
    }


def all_kinds() -> list[dict[str, Any]]:
    return [
        shift(10, 1),
        shift(7, 10),
        happening("AKTIVITET", aktivitet="Ordinært job"),
        happening("FRAVAER", fravaer="Værnepligt"),
        happening("NYT_JOB", arbejdsgiver_se="87654321", timer_pr_uge=15),
        happening(
            "KONTAKTFORLOEB_AENDRET", maalgruppe_type_kode=4, maalgruppe_status="I fleksjob",
            bevilling_startdato=None, bevilling_slutdato="2026-12-31",
        ),
        happening("SANKTION"),
        recommendation(who=STRANGER, navn="Ny Borger"),
    ]  # fmt: skip


def test_the_same_file_twice_changes_nothing_and_neither_does_the_envelope(municipality: Municipality) -> None:
    paid_case(municipality)
    first = read_in(*all_kinds())
    before = everything()
    assert (first.new, first.known) == (8, 0)
    again = read_in(*all_kinds(), now=NOW + timedelta(days=2))
    assert (again.new, again.known, again.exit_code) == (0, 8, 0)
    for payload in all_kinds():
        enveloped = read_in(data=write_envelope(payload, municipality.cvr or "12345678"), municipality=municipality)
        assert (enveloped.new, enveloped.faults) == (0, []) if payload["type"] != "SANKTION" else enveloped.known == 1
    assert everything() == before


def test_the_envelope_first_and_the_json_after_is_one_event(municipality: Municipality) -> None:
    grant = make_case(municipality)
    read_in(data=write_envelope(shift(10, 1), "12345678"))
    assert read_in(shift(10, 1)).known == 1
    event = JobcentreEvent.objects.get()
    assert (event.citizen, event.origin, event.payload["til_maalgruppe_type_kode"]) == (
        grant.citizen,
        "Beskedfordeler",
        1,
    )


def test_the_same_id_with_another_meaning_is_told_and_not_used(municipality: Municipality) -> None:
    make_case(municipality)
    read_in(shift(10, 1))
    result = read_in({**shift(10, 1), "virkningsdato": "2026-10-20"})
    assert result.exit_code == 1
    assert "andet indhold" in result.faults[0]
    assert JobcentreEvent.objects.get().effective_date == date(2026, 10, 5)


def test_the_same_event_twice_in_one_file_is_one(municipality: Municipality) -> None:
    make_case(municipality)
    result = read_in(shift(10, 1), shift(10, 1))
    assert (result.new, result.known) == (1, 1)


def test_a_dry_run_tells_what_would_happen_and_keeps_nothing(municipality: Municipality) -> None:
    paid_case(municipality)
    before = everything()
    result = read_in(*all_kinds(), dry_run=True)
    assert (result.new, result.exit_code) == (8, 0)
    assert any("Skal bevillingen afsluttes?" in line for _, _, lines in result.outcomes for line in lines)
    assert everything() == before


# --- whose event it is ------------------------------------------------------------------------------------------------


def test_one_municipality_never_gets_anothers_event(municipality: Municipality) -> None:
    other = make_municipality("0998")
    there = make_case(other)
    read_in(shift(10, 1))
    assert Task.objects.get().municipality == other
    assert JobcentreEvent.objects.get().municipality == other
    assert there.tasks.count() == 1


def test_a_citizen_of_two_municipalities_or_of_none_needs_the_municipality_named(municipality: Municipality) -> None:
    other = make_municipality("0998")
    make_case(municipality)
    make_case(other)
    both = read_in(shift(10, 1))
    nobody = read_in(shift(10, 1, who=STRANGER))
    for result in (both, nobody):
        assert result.exit_code == 1
        assert "--municipality" in result.faults[0]
    assert not JobcentreEvent.objects.exists()
    assert read_in(shift(10, 1), municipality=other).new == 1
    assert read_in(shift(10, 1, who=STRANGER), municipality=other).new == 1
    assert set(JobcentreEvent.objects.values_list("municipality", flat=True)) == {other.pk}


def test_an_envelope_says_whose_it_is(municipality: Municipality) -> None:
    other = make_municipality("0998")
    Municipality.objects.filter(id=municipality.pk).update(cvr="11111111")
    Municipality.objects.filter(id=other.pk).update(cvr="22222222")
    here, there = make_case(municipality), make_case(other)
    read_in(data=write_envelope(shift(10, 1), "22222222"))
    assert (here.tasks.count(), there.tasks.count()) == (0, 1)
    wrong = read_in(data=write_envelope(shift(10, 17), "22222222"), municipality=municipality)
    assert "ikke til" in wrong.faults[0]
    assert here.tasks.count() == 0


# --- indstilling ------------------------------------------------------------------------------------------------------


def test_an_indstilling_opens_a_start_up_that_passes_stage_4_by_itself(municipality: Municipality) -> None:
    citizen = make_citizen(municipality)
    read_in(recommendation(bevilling_slutdato="2027-10-31"))
    process = Process.objects.get()
    assert (process.kind, process.citizen, process.source) == (
        ProcessKind.START_UP,
        citizen,
        JobcentreEvent.objects.get(),
    )
    assert process.award_reason == "Jobcenteret har indstillet Borger til LAB 2.7 - Fleksjobberettiget"
    assert (process.first_day, process.last_day, process.stage) == (date(2026, 11, 1), date(2027, 10, 31), Stage.RATE)
    assert process.grant.get_stop_reason_display() == "Bevilling udløbet"


def test_without_a_start_date_it_stops_and_a_changed_contact_course_brings_it(municipality: Municipality) -> None:
    make_citizen(municipality)
    read_in(recommendation(start=None))
    process = Process.objects.get()
    assert (process.stage, process.state) == (Stage.ELIGIBILITY, ProcessState.WAITING)
    assert "ELI1" in process.task.concerns.values_list("code", flat=True)
    changed = {**recommendation(start="2026-11-03"), "type": "KONTAKTFORLOEB_AENDRET", "haendelse_id": "ny"}
    read_in(changed, now=NOW + timedelta(hours=1))
    process.refresh_from_db()
    assert (process.first_day, process.stage) == (date(2026, 11, 3), Stage.RATE)
    assert Process.objects.count() == 1


def test_on_somebody_new_it_needs_a_name(municipality: Municipality) -> None:
    read_in(recommendation(who=STRANGER, navn="Åse Ny", adresse="Vej 1"))
    citizen = Citizen.objects.get()
    assert (citizen.cpr, citizen.name, citizen.address, citizen.birth_date) == (
        STRANGER,
        "Åse Ny",
        "Vej 1",
        date(1964, 9, 23),
    )
    assert Process.objects.get().citizen == citizen
    assert JobcentreEvent.objects.get().citizen == citizen
    assert citizen.history.get().history_user == User.objects.system()


@pytest.mark.parametrize("name", [None, "", "  "])
def test_without_a_name_it_is_a_task_that_says_so_and_opens_the_case(
    name: str | None, municipality: Municipality
) -> None:
    result = read_in(recommendation(who=STRANGER, navn=name))
    task = Task.objects.get()
    assert (task.kind, task.event, Process.objects.exists()) == (TaskKind.NEW_CASE, "IN_JC_INDSTILLING", False)
    assert "navnet mangler" in task.concerns.get().message
    assert len(result.without_citizen) == 1
    user = make_user("bo", Role.CASEWORKER, municipality)
    with pytest.raises(Refused, match="navn"):
        open_case(task, user, NOW)
    process = open_case(task, user, NOW, name="Åse Ny", version=task.version)
    assert (process.citizen.cpr, process.first_day, process.started_by) == (STRANGER, date(2026, 11, 1), user)
    task.refresh_from_db()
    assert (task.state, task.citizen, task.closed_by) == (TaskState.ACCEPTED, process.citizen, user)
    with pytest.raises(Conflict):
        open_case(task, user, NOW, name="Igen")


def test_a_number_without_a_date_is_told_and_nothing_is_kept(municipality: Municipality) -> None:
    result = read_in(recommendation(who="9999999999", navn="Ny"))
    assert "begynder ikke med en dato" in result.faults[0]
    assert not Citizen.objects.exists()
    assert not JobcentreEvent.objects.exists()


def test_who_has_a_case_gets_a_notice_and_no_second_case(municipality: Municipality) -> None:
    grant = make_case(municipality)
    read_in(recommendation())
    assert not Process.objects.exists()
    notice = Notice.objects.get()
    assert (notice.kind, notice.grant, notice.points_to) == (NoticeKind.COURSE, grant, "visitation")


@pytest.mark.parametrize(
    ("code", "status", "what"),
    [(4, "Visiteret til fleksjob", "notice"), (1, "Kontanthjælp", "notice"), (77, "x", "task"), (4, None, "start")],
)
def test_an_indstilling_to_something_else_starts_nothing_here(
    code: int, status: str | None, what: str, municipality: Municipality
) -> None:
    make_citizen(municipality)
    read_in(recommendation(maalgruppe_type_kode=code, maalgruppe_status=status))
    found = {"notice": Notice, "task": Task, "start": Process}[what].objects.get()
    assert Process.objects.exists() is (what == "start")
    if what == "task":
        assert found.kind == TaskKind.UNHANDLED
    if what == "notice":
        assert found.kind == NoticeKind.OTHER_SYSTEM


def test_an_indstilling_replaces_the_task_that_asked_for_the_case(municipality: Municipality) -> None:
    citizen = make_citizen(municipality)
    read_in(shift(1, 10))
    assert tasks_of(citizen) == [TaskKind.NEW_CASE]
    read_in(recommendation())
    assert Task.objects.get(kind=TaskKind.NEW_CASE).state == TaskState.REPLACED
    assert Process.objects.get().citizen == citizen
    read_in(shift(2, 10))
    assert Task.objects.filter(kind=TaskKind.NEW_CASE).count() == 1


def test_what_is_refused_becomes_a_task_with_the_refusal(
    municipality: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Refused("Det går ikke.")

    monkeypatch.setattr(starts, "start_up", refuse)
    citizen = make_citizen(municipality)
    assert read_in(recommendation()).exit_code == 0
    assert tasks_of(citizen) == [TaskKind.UNHANDLED]
    assert "Det går ikke." in Task.objects.get().concerns.get().message


def test_a_program_error_takes_only_its_own_event_with_it(
    municipality: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyError("x")

    one, other = make_case(municipality, 1), make_case(municipality, 2)
    monkeypatch.setattr(starts, "recalculate", fail)
    result = read_in(shift(10, 7, who=one.citizen.cpr), shift(10, 1, who=other.citizen.cpr))
    assert result.exit_code == 1
    assert "programfejl (KeyError)" in result.faults[0]
    assert [event.citizen for event in JobcentreEvent.objects.all()] == [other.citizen]
    assert not one.tasks.exists()
    monkeypatch.undo()
    again = read_in(shift(10, 7, who=one.citizen.cpr), shift(10, 1, who=other.citizen.cpr))
    assert (again.new, again.known, again.exit_code) == (1, 1, 0)


# --- activities, absence, jobs, the unknown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "points_to"),
    [
        ({"aktivitet": "Ordinært job"}, "stop_grant"),
        ({"aktivitet": "  ORDINÆRT  job "}, "stop_grant"),
        ({"aktivitet": "Fleksjob (Gl. ordning)"}, "end_grant"),
        ({"aktivitet": "Fleksjob for selvstændige (Gl. ordning)"}, "end_grant"),
        ({"aktivitet": "Fleksjob midlertidigt for selvstændige"}, "end_grant"),
        ({"fravaer": "Værnepligt"}, "stop_grant"),
        ({"aktivitet": "Værnepligt"}, None),
        ({"fravaer": "Ordinært job"}, None),
        ({"aktivitet": "Virksomhedspraktik"}, None),
        ({"fravaer": "Ferie"}, None),
    ],
)
def test_an_activity_that_raises_a_concern_is_told_and_all_are_kept(
    fields: dict[str, str], points_to: str | None, municipality: Municipality
) -> None:
    grant = make_case(municipality)
    read_in(happening("AKTIVITET" if "aktivitet" in fields else "FRAVAER", **fields))
    assert [(one.kind, one.points_to, one.grant) for one in Notice.objects.all()] == (
        [(NoticeKind.ACTIVITY, points_to, grant)] if points_to else []
    )
    assert JobcentreEvent.objects.get().outcome != []
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (happening("AKTIVITET", aktivitet="Ordinært job"), "ELI4"),
        (happening("AKTIVITET", aktivitet="Fleksjob (Gl. ordning)"), "ELI2"),
        (happening("AKTIVITET", aktivitet="Fleksjob for selvstændige (Gl. ordning)"), "ELI3"),
        (happening("AKTIVITET", aktivitet="Fleksjob midlertidigt for selvstændige"), "ELI5"),
    ],
)
def test_an_activity_before_the_indstilling_stops_the_start_up(
    payload: dict[str, Any], code: str, municipality: Municipality
) -> None:
    make_citizen(municipality)
    read_in(payload, recommendation(modtaget="2026-11-03T08:00:00+01:00"))
    process = Process.objects.get()
    assert process.stage == Stage.ELIGIBILITY
    assert list(process.task.concerns.values_list("code", flat=True)) == [code]


def test_military_service_is_a_reminder_in_the_next_recalculation(municipality: Municipality) -> None:
    paid_case(municipality)
    late = NOW + timedelta(days=1)
    read_in(happening("FRAVAER", fravaer="Værnepligt", slutdato="2027-02-28"), shift(7, 10), now=late)
    process = Process.objects.get()
    from cases.processes import look

    assert "SAT10" in [one.code for one in look(process, late).concerns]


def test_a_new_job_is_told_and_the_job_is_not_made_by_itself(municipality: Municipality) -> None:
    grant = make_case(municipality)
    read_in(happening("NYT_JOB", arbejdsgiver_se="87654321", timer_pr_uge=15))
    notice = Notice.objects.get()
    assert (notice.kind, notice.points_to, notice.grant) == (NoticeKind.NEW_JOB, "job", grant)
    assert notice.text == "Nyt job hos SE 87654321 pr. 01.11.2026, 15 timer om ugen."
    assert (notice.source, notice.event, notice.noticed_on) == (
        "Jobcentret",
        JobcentreEvent.objects.get(),
        date(2026, 11, 11),
    )
    assert grant.jobs.count() == 1


@pytest.mark.parametrize(
    "payload",
    [
        happening("AKTIVITET", aktivitet="Ordinært job"),
        happening("NYT_JOB", arbejdsgiver_se="87654321"),
        happening("KONTAKTFORLOEB_AENDRET", maalgruppe_type_kode=4),
    ],
)
def test_who_has_no_case_gets_nothing_but_the_event_is_kept(
    payload: dict[str, Any], municipality: Municipality
) -> None:
    citizen = make_citizen(municipality)
    result = read_in(payload)
    assert (result.new, result.exit_code) == (1, 0)
    assert JobcentreEvent.objects.get().citizen == citizen
    assert not Notice.objects.exists()
    assert not Task.objects.exists()


@pytest.mark.parametrize(("last", "points_to"), [("2026-12-31", "end_grant"), (None, "visitation")])
def test_a_changed_contact_course_is_told_on_the_case(
    last: str | None, points_to: str, municipality: Municipality
) -> None:
    make_case(municipality)
    read_in(happening("KONTAKTFORLOEB_AENDRET", maalgruppe_type_kode=4, bevilling_slutdato=last))
    assert (Notice.objects.get().kind, Notice.objects.get().points_to) == (NoticeKind.COURSE, points_to)


def test_an_unknown_type_is_kept_and_listed_and_told_where_there_is_a_citizen(municipality: Municipality) -> None:
    grant = make_case(municipality)
    result = read_in(happening("SANKTION"), {"haendelse_id": "u", "type": "TILKENDEGIVELSE", "x": [1]})
    assert [event.kind for event in JobcentreEvent.objects.order_by("id")] == ["UKENDT", "UKENDT"]
    assert len(result.unknown) == 2
    assert "SANKTION" in " ".join(result.unknown)
    assert "TILKENDEGIVELSE" in " ".join(result.unknown)
    assert Notice.objects.get().grant == grant
    assert JobcentreEvent.objects.get(external_id="u").payload["x"] == [1]


# --- received since the case was last handled (Q35) -------------------------------------------------------------------


def test_received_is_what_the_file_says_but_never_in_the_future(municipality: Municipality) -> None:
    make_case(municipality)
    read_in(shift(1, 2, modtaget="2026-10-06T09:14:00+02:00"), shift(2, 1, modtaget="2030-01-01T00:00:00"))
    received = dict(JobcentreEvent.objects.values_list("external_id", "received_at"))
    assert received["s-1704781236-1-2"] == datetime.fromisoformat("2026-10-06T09:14:00+02:00")
    assert received["s-1704781236-2-1"] == NOW


def test_an_event_that_lay_in_the_folder_while_the_case_was_handled_is_news(municipality: Municipality) -> None:
    paid_case(municipality)
    read_in(shift(10, 7), now=NOW + timedelta(days=1))
    assert Process.objects.get().state == ProcessState.DONE
    read_in(shift(7, 10, modtaget="2026-10-06T10:00:00+02:00"), now=NOW + timedelta(days=2))
    newest = Process.objects.first()
    assert newest.state == ProcessState.WAITING
    assert "INF4" in newest.task.concerns.values_list("code", flat=True)


# --- a person settles the tasks ---------------------------------------------------------------------------------------


def test_a_task_of_an_event_is_settled_with_a_note(municipality: Municipality) -> None:
    make_case(municipality)
    read_in(shift(10, 1))
    task, user = Task.objects.get(), make_user("bo", Role.CASEWORKER, municipality)
    with pytest.raises(Refused, match="note"):
        settle(task, "  ", user, NOW)
    with pytest.raises(Conflict):
        settle(task, "Talt med jobcentret", user, NOW, version=task.version + 1)
    done = settle(task, "Talt med jobcentret: bevillingen fortsætter", user, NOW, version=task.version)
    assert (done.state, done.closed_by, done.note) == (
        TaskState.ACCEPTED,
        user,
        "Talt med jobcentret: bevillingen fortsætter",
    )
    assert done.concerns.get().answered_by == user
    assert done.history.first().history_user == user
    with pytest.raises(Conflict):
        settle(task, "Igen", user, NOW)
    assert read_in(shift(10, 3)).new == 1
    assert Task.objects.open().get().kind == TaskKind.END_GRANT


def test_a_month_cannot_be_settled_with_a_note(municipality: Municipality) -> None:
    grant = make_case(municipality, ceiling=None)
    give(grant, ordinary())
    run(municipality)
    user = make_user("bo", Role.CASEWORKER, municipality)
    with pytest.raises(Refused, match="proces"):
        settle(Task.objects.get(benefit_month=NOVEMBER), "Nej", user, NOW)
    with pytest.raises(Refused, match="ny sag"):
        open_case(Task.objects.get(benefit_month=NOVEMBER), user, NOW, name="x")


def test_a_new_case_is_opened_for_a_known_citizen(municipality: Municipality) -> None:
    citizen = make_citizen(municipality)
    read_in(shift(1, 10))
    user = make_user("bo", Role.CASEWORKER, municipality)
    process = open_case(Task.objects.get(), user, NOW, first_day=date(2026, 10, 5))
    assert (process.citizen, process.first_day) == (citizen, date(2026, 10, 5))


# --- the command ------------------------------------------------------------------------------------------------------


def command(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    try:
        call_command("import_events", *arguments)
        code = 0
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    except CommandError as refused:
        return refused.returncode, "", str(refused)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_tells_and_its_exit_code_says(municipality: Municipality, capsys: Any, tmp_path: Path) -> None:
    make_case(municipality)
    path = tmp_path / "jobcenter.json"
    path.write_bytes(write_events([shift(10, 1), happening("SANKTION", who=STRANGER)]))
    code, out, err = command(capsys, str(path), "--dry-run")
    assert (code, err) == (0, "")
    assert not JobcentreEvent.objects.exists()
    code, out, _ = command(capsys, str(path))
    assert code == 0
    assert "2 hændelser læst, 2 nye, 0 kendt i forvejen, 1 uden borger, 1 af ukendt type, 0 med fejl" in out
    assert "Skal bevillingen afsluttes?" in out
    assert STRANGER in out
    code, out, _ = command(capsys, str(path))
    assert "0 nye, 2 kendt" in out

    path.write_bytes(json.dumps([shift(10, 17), {**shift(10, 1), "virkningsdato": None}]).encode())
    code, out, err = command(capsys, str(path))
    assert code == 1
    assert "nr. 2" in err
    path.write_bytes(write_events([shift(10, 2)])[:-3])
    code, _, err = command(capsys, str(path))
    assert code == 2
    assert "jobcenter.json" in err
    assert command(capsys, "findes-ikke.json")[0] == 2
    assert command(capsys, str(path), "--municipality", "1234")[0] == 2


def test_a_drop_folder_is_read_file_by_file_by_name(municipality: Municipality, capsys: Any, tmp_path: Path) -> None:
    make_case(municipality)
    assert command(capsys, str(tmp_path))[0] == 0
    (tmp_path / "2.xml").write_bytes(write_envelope(shift(10, 1), "12345678"))
    (tmp_path / "1.json").write_bytes(write_events([shift(10, 1), shift(10, 3)]))
    (tmp_path / "noter.txt").write_text("ikke en hændelse")
    code, out, _ = command(capsys, str(tmp_path))
    assert code == 0
    assert out.index("1.json: 2 hændelser læst, 2 nye") < out.index("2.xml: 1 hændelser læst, 0 nye, 1 kendt")


def test_a_broken_file_keeps_the_events_before_the_break(municipality: Municipality) -> None:
    make_case(municipality)
    data = write_events([shift(10, 1), shift(10, 17)])
    result = read_in(data=data[: data.rindex(b"haendelse_id")])
    assert (result.exit_code, result.new) == (2, 1)


def test_handle_event_knows_every_kind() -> None:
    from cases.integrations.jobcentre import KINDS, UNKNOWN

    assert set(handle_event._PLANS) == {*KINDS, UNKNOWN}


# --- events that came before their citizen --------------------------------------------------------------------


CASE_FILE = f"cpr;navn;bevilling_fra;arbejdsgiver_se\n{STRANGER};Åse Ny;2026-10-01;10010017\n".encode()


def test_events_are_linked_when_the_case_is_read_in_and_put_to_a_person(municipality: Municipality) -> None:
    course = happening("KONTAKTFORLOEB_AENDRET", who=STRANGER, maalgruppe_type_kode=4, bevilling_slutdato=None)
    read_in(shift(7, 17, who=STRANGER), course, recommendation(who=STRANGER, navn=""))
    assert JobcentreEvent.objects.filter(citizen=None).count() == 3
    new_case = Task.objects.get(kind=TaskKind.NEW_CASE)
    import_cases(CASE_FILE, municipality, User.objects.system(), save=False, now=NOW)
    assert JobcentreEvent.objects.filter(citizen=None).count() == 3
    import_cases(CASE_FILE, municipality, User.objects.system(), save=True, now=NOW)
    grant = Grant.objects.get()
    assert set(JobcentreEvent.objects.values_list("citizen", flat=True)) == {grant.citizen_id}
    new_case.refresh_from_db()
    assert (new_case.state, new_case.citizen) == (TaskState.REPLACED, grant.citizen)
    follow_up = Task.objects.get(kind=TaskKind.FOLLOW_UP)
    asked = [one.message for one in follow_up.concerns.order_by("position")]
    assert follow_up.grant == grant
    assert all("før borgeren var oprettet" in one for one in asked)
    assert any("Genberegning" in one for one in asked)
    assert any("kontaktforløbet" in one for one in asked)
    assert list(faults()) == []


def test_another_municipalitys_events_and_other_numbers_are_left_alone(municipality: Municipality) -> None:
    other = make_municipality("0998")
    read_in(shift(10, 12, who=STRANGER), municipality=other)
    read_in(shift(10, 12, who=cpr(77)), municipality=municipality)
    import_cases(CASE_FILE, municipality, User.objects.system(), save=True, now=NOW)
    assert JobcentreEvent.objects.filter(citizen=None).count() == 2
    assert not Task.objects.filter(kind=TaskKind.FOLLOW_UP).exists()


def test_events_are_linked_when_a_start_up_brings_the_citizen(municipality: Municipality) -> None:
    read_in(shift(10, 12, who=STRANGER))
    read_in(recommendation(who=STRANGER, navn="Åse Ny"))
    citizen = Citizen.objects.get()
    assert set(JobcentreEvent.objects.values_list("citizen", flat=True)) == {citizen.pk}
    assert Process.objects.get().citizen == citizen
