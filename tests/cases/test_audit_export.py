"""Revision pages through everything and gives all of it as files: scoped, logged, without protected addresses."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cases import audit_export
from cases.access import log_access
from cases.change_log import Place, Query, all_pages, page
from cases.models import AccessLog, Citizen, ControlRun, Grant, Look, Membership, Municipality, ReplayAlarm, Role
from cases.replay import Scope, record, replay
from cases.write_many import write_history
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


@pytest.fixture
def rikke(client: Client, of: Municipality) -> Client:
    client.force_login(s.user("rikke", Role.AUDITOR, of=of))
    return client


@pytest.fixture
def many(of: Municipality) -> list[Grant]:
    """Seven cases, and a bulk write that gives thirty-five history rows the same second."""
    grants = [s.grant(of, f"Nr. {number}") for number in range(7)]
    aase, now = s.user("aase", Role.CASEWORKER, of=of), timezone.now()
    for round_ in range(5):
        for grant in grants:
            grant.needs_manual = f"runde {round_}"
        write_history(grants, kind="~", user=aase, reason="Samtidig", now=now)
    return grants


def search(client: Client, **asked: Any) -> Any:
    return client.post(reverse("audit"), asked)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig")), delimiter=";"))


def key(change: Any) -> tuple[Any, ...]:
    return change.when, change.what, change.subject, change.kind, change.fields


@pytest.mark.parametrize("size", [3, 50])
def test_the_pages_together_are_the_whole_list_once(of: Municipality, many: list[Grant], size: int) -> None:
    """Also when a bulk write gave many rows the same time."""
    for grant in many:
        s.paid(grant)
    whole = page(Query((of.pk,), limit=10_000)).changes
    assert len(whole) >= 7 * 5 + 14
    paged = [one for part in all_pages(Query((of.pk,)), size) for one in part]
    assert list(map(key, paged)) == list(map(key, whole))


def test_a_place_survives_the_form_and_nonsense_is_the_first_page() -> None:
    place = Place(s.NOW, 3, 17)
    assert Place.parse(str(place)) == place
    for text in ("", "x", "2026-11-12 1 2", "2026-11-12T07:30:00+00:00 1", "2026-11-12T07:30:00+00:00 a b"):
        assert Place.parse(text) is None


def test_the_page_goes_to_the_end_and_back(rikke: Client, many: list[Grant], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.views.audit.LIMIT", 10)
    bo = s.user("bo", Role.CASEWORKER, of=many[0].municipality)
    for grant in many * 4:
        log_access(bo, grant.citizen, "Sagen")
    seen, asked, looks = 0, {"what": "both"}, 0
    for _ in range(20):
        context = search(rikke, **asked).context
        seen += len(context["changes"])
        if context["changes_older"] is None:
            break
        asked["changes_after"] = str(context["changes_older"])
    assert seen == sum(len(part) for part in all_pages(Query((many[0].municipality_id,))))
    asked, known = {"what": "access", "looks": "pages"}, AccessLog.objects.filter(kind=Look.PAGE).count()
    for _ in range(20):
        context = search(rikke, **asked).context
        looks += len(context["lookups"])
        if context["looks_older"] is None:
            break
        asked["looks_after"] = str(context["looks_older"])
    assert looks == known == 28


def test_what_is_written_once_is_in_the_list_as_well(rikke: Client, of: Municipality) -> None:
    grant = s.grant(of)
    s.paid(grant)
    grant.journal.create(text="Talt med borgeren", written_at=s.NOW, written_by=s.user("aase", Role.CASEWORKER, of=of))
    found = {one.what: one for one in search(rikke, words=grant.number).context["changes"]}
    assert {"Afgørelse", "Udbetalingshændelse", "Journalnote"} <= found.keys()
    assert found["Afgørelse"].kind == "Skrevet"
    assert found["Udbetalingshændelse"].subject == f"Sag {grant.number}"


def test_only_the_table_that_is_asked_for(rikke: Client, many: list[Grant]) -> None:
    s.paid(many[0])
    assert {one.what for one in search(rikke, table="Decision").context["changes"]} == {"Afgørelse"}
    assert search(rikke, table="Findes ikke").context.get("changes") is None


def test_the_csv_holds_every_change_with_both_sides(rikke: Client, of: Municipality, many: list[Grant]) -> None:
    answer = search(rikke, export="changes")
    assert answer["Content-Disposition"].startswith('attachment; filename="revision-aendringer-')
    head, *rows = lines(answer)
    assert head == list(audit_export.CHANGES_HEAD)
    changed = [row for row in rows if row[9] == "Samtidig"]
    assert {(row[7], row[8]) for row in changed} >= {("runde 0", "runde 1"), ("runde 3", "runde 4")}
    assert len(changed) == 35
    assert {row[5] for row in changed} == {grant.citizen.name for grant in many}


def test_an_export_is_a_look_at_each_citizen_in_it(rikke: Client, many: list[Grant]) -> None:
    body(search(rikke, export="changes"))
    looks = AccessLog.objects.filter(action="Revision: udtræk af ændringer", kind=Look.EXPORT)
    assert set(looks.values_list("citizen", flat=True)) == {grant.citizen_id for grant in many}
    assert looks.count() == len(many)


def test_the_workbook_has_both_lists_as_text(rikke: Client, many: list[Grant]) -> None:
    many[0].needs_manual = '=HYPERLINK("http://x";"y")\x07'
    many[0].save()
    log_access(s.user("bo", Role.CASEWORKER, of=many[0].municipality), many[0].citizen, "Sagen")
    answer = search(rikke, export="xlsx")
    book = load_workbook(io.BytesIO(body(answer)))
    assert book.sheetnames == ["Ændringer", "Opslag"]
    rows = list(book["Ændringer"].iter_rows())
    assert len(rows) == 1 + len(lines(search(rikke, export="changes"))[1:])
    cells = [cell for row in rows for cell in row if cell.value and str(cell.value).startswith("=HYPERLINK")]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert any(row[3].value == "Sagen" for row in book["Opslag"].iter_rows())


def test_a_formula_in_the_csv_is_quoted(rikke: Client, many: list[Grant]) -> None:
    many[0].needs_manual = "=1+1"
    many[0].save()
    assert "'=1+1" in {row[8] for row in lines(search(rikke, export="changes"))}


def test_too_much_for_a_workbook_is_said(rikke: Client, many: list[Grant], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_export, "MOST_IN_WORKBOOK", 10)
    answer = search(rikke, export="xlsx")
    assert answer.status_code == 422
    assert "Der er flere end 10 rækker. Vælg en kortere periode, eller hent filen som CSV." in answer.content.decode()


def test_no_export_has_a_protected_address_and_none_another_municipality(rikke: Client, of: Municipality) -> None:
    person = s.citizen(of)
    person.address = "Skjulestedet 7"
    person.save()
    person.is_protected = True
    person.save()
    stranger = s.citizen(s.municipality("0998", "Anden Kommune"), "Frida Fremmed")
    log_access(s.user("bo", Role.CASEWORKER, of=stranger.municipality), stranger, "Sagen")
    for export in ("changes", "looks", "xlsx"):
        data = body(search(rikke, export=export))
        text = data.decode("utf-8-sig") if export != "xlsx" else str(
            [cell.value for sheet in load_workbook(io.BytesIO(data)) for row in sheet.iter_rows() for cell in row]
        )  # fmt: skip
        assert "Skjulestedet" not in text
        assert "Frida" not in text


def test_looks_that_stand_out_are_found(rikke: Client, of: Municipality) -> None:
    own, protected, other = s.citizen(of, "Egen"), s.citizen(of, "Skjult"), s.citizen(of, "Anden")
    Citizen.objects.filter(pk=protected.pk).update(is_protected=True)
    protected.refresh_from_db()
    aase = s.user("aase", Role.CASEWORKER, of=of)
    aase.own_cpr = own.cpr
    aase.save()
    for one in (own, protected, other):
        log_access(aase, one, "Sagen")
    for which, citizen in (("own", own), ("protected", protected)):
        answer = search(rikke, what="access", looks=which, user=aase.pk)
        assert [one.citizen for one in answer.context["lookups"]] == [citizen]
    assert "sig selv" in search(rikke, what="access", looks="own").content.decode()


def test_a_page_far_down_takes_no_more_queries_than_the_first(of: Municipality, many: list[Grant]) -> None:
    query = Query((of.pk,), limit=4)
    at = None
    for _ in range(6):
        at = page(query, at).older
    with _counted() as few:
        page(query)
    with _counted() as deep:
        page(query, at)
    assert len(deep) <= len(few) + 2


def _counted() -> Any:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


# --- the page of controls -----------------------------------------------------------------------------------


@pytest.fixture
def alarm(of: Municipality) -> ReplayAlarm:
    from tests.cases.test_replay import behind_the_back, lower_step

    decision = s.paid(s.grant(of))
    behind_the_back(type(decision), decision.pk, **lower_step(decision))
    (row,) = record(replay(Scope()), Scope(), s.user("aase", Role.CASEWORKER, of=of), s.NOW + timedelta(days=1))
    return row


def test_the_alarms_are_listed_with_the_step_and_logged(rikke: Client, alarm: ReplayAlarm) -> None:
    assert "1 alarm" in rikke.get(reverse("audit")).content.decode()
    text = rikke.get(reverse("alarms")).content.decode()
    assert "Rækken er ændret uden om programmet" in text
    assert "trin 1" in text
    assert "Genafspilning" in text
    assert ControlRun.objects.get().faults == 1
    one = rikke.get(reverse("alarm", args=[alarm.pk])).content.decode()
    assert "En fagkoordinator skriver svaret" in one
    assert set(AccessLog.objects.values_list("action", flat=True)) == {"Liste: Alarmer", "Alarm"}


def test_a_coordinator_answers_and_an_auditor_and_a_neighbour_do_not(
    rikke: Client, of: Municipality, alarm: ReplayAlarm
) -> None:
    address = reverse("alarm", args=[alarm.pk])
    assert rikke.post(address, {"answer": "x"}).status_code == 403
    karen = Client()
    karen.force_login(s.user("karen", Role.COORDINATOR, of=of))
    assert karen.post(address, {"answer": " "}).status_code == 422
    assert karen.post(address, {"answer": "Rettet af driften"}).status_code == 302
    alarm.refresh_from_db()
    assert alarm.answer == "Rettet af driften"
    niels = Client()
    user = s.user("niels", Role.COORDINATOR, of=s.municipality("0998", "Anden Kommune"))
    assert Membership.objects.filter(user=user).count() == 1
    niels.force_login(user)
    assert niels.get(address).status_code == 404
    assert "trin 1" not in niels.get(reverse("alarms")).content.decode()
