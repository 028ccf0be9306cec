"""Retention: one logged door out of the tables that only grow, by the municipality's own periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import guards
from cases.access import log_access
from cases.consistency import faults
from cases.models import (
    AccessLog,
    Citizen,
    Decision,
    Grant,
    JobcentreEvent,
    Municipality,
    PaymentFile,
    RetentionCut,
    RetentionKind,
    RetentionLog,
    RetentionPeriod,
    Role,
    Task,
    User,
)
from cases.refused import Refused
from cases.release_payments import prepare_batch, release_batch
from cases.retention import apply, try_out
from cases.seals import seal
from tests.cases.builders import NOW, give, make_case, make_municipality, make_user, ordinary, pays, run

pytestmark = pytest.mark.django_db

LATER = datetime(2037, 2, 1, 12, tzinfo=UTC)
TODAY = LATER.date()


@pytest.fixture
def home() -> Municipality:
    """One citizen whose case ended with 2026, and one whose case runs; both decided, looked at, and sealed."""
    home = make_municipality()
    gone = make_case(home, number=1, last_day=date(2026, 12, 31))
    stays = make_case(home, number=2)
    for grant in (gone, stays):
        give(grant, ordinary())
    run(home)
    ceiling = gone.wage_ceilings.get()
    ceiling._change_reason = "Slettet før tid"
    ceiling.delete()
    log_access(make_user("aase", Role.CASEWORKER, home), gone.citizen, "Sag")
    seal(NOW)
    return home


@pytest.fixture
def karen(home: Municipality) -> User:
    return make_user("karen", Role.COORDINATOR, home)


def period(home: Municipality, *kinds: str, years: int = 5) -> None:
    for kind in kinds:
        RetentionPeriod.objects.create(
            municipality=home, kind=kind, years=years, valid_from=date(2026, 1, 1), reason="Kassationsplan 2026"
        )


def everything() -> str:
    """All that stands in any table of ours, as text."""
    text = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text += [str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]) for row in cursor]
    return "\n".join(text)


def test_without_a_period_nothing_is_deleted(home: Municipality, karen: User) -> None:
    before = everything()
    assert apply(home, TODAY, karen, LATER) == []
    assert list(try_out(home, TODAY)) == []
    assert everything() == before


def test_a_citizen_whose_case_is_over_goes_whole_and_nobody_else(home: Municipality, karen: User) -> None:
    gone, stays = (Grant.objects.get(citizen__cpr=cpr).citizen for cpr in home_cprs())
    log_entry_of(gone, karen)
    period(home, RetentionKind.CITIZENS, RetentionKind.LOOKS)
    kept = Decision.objects.exclude(grant__citizen=gone).values_list("fingerprint", flat=True).get()
    tried = {one.kind: one for one in try_out(home, TODAY)}
    assert gone.cpr in everything()
    logs = {log.kind: log for log in apply(home, TODAY, karen, LATER)}
    left = everything()
    assert gone.cpr not in left
    assert gone.name not in left
    assert list(Citizen.objects.all()) == [stays]
    assert Decision.objects.get().fingerprint == kept
    assert not apps.get_model("cases", "HistoricalWageCeiling").objects.filter(grant__citizen=gone.pk).exists()
    log = logs[RetentionKind.CITIZENS]
    assert (log.subjects, log.made_by, log.years, log.before) == (1, karen, 5, date(2032, 2, 1))
    assert (log.rows["cases_decision"], log.rows["cases_citizen"], log.rows["cases_payment"]) == (1, 1, 1)
    assert logs[RetentionKind.LOOKS].rows == tried[RetentionKind.LOOKS].rows
    assert list(faults()) == [], "the seals hold although rows have left them"
    assert apply(home, TODAY, karen, LATER) == []


def home_cprs() -> list[str]:
    return list(Citizen.objects.order_by("pk").values_list("cpr", flat=True))


def log_entry_of(citizen: Citizen, user: User) -> None:
    from django.contrib.admin.models import CHANGE, LogEntry

    LogEntry.objects.log_actions(user.pk, Citizen.objects.filter(pk=citizen.pk), CHANGE)


def test_a_second_deletion_cuts_the_same_stretch_again(home: Municipality, karen: User) -> None:
    period(home, RetentionKind.LOOKS)
    grant = Grant.objects.order_by("pk").last()
    for year in (2033, 2035):
        at = datetime(year, 1, 1, tzinfo=UTC)
        AccessLog.objects.create(
            municipality=home, citizen=grant.citizen, user=karen, happened_at=at, action="Sag", purpose="Prøve"
        )
    seal(LATER)
    for year in (2037, 2039, 2041):
        now = datetime(year, 2, 1, tzinfo=UTC)
        apply(home, now.date(), karen, now)
        seal(now)
        assert list(faults()) == []
    assert not AccessLog.objects.exists()
    assert RetentionCut.objects.filter(seal__table="cases_accesslog").count() == 3


def test_a_changed_row_stops_the_deletion_and_stays_found(home: Municipality, karen: User) -> None:
    period(home, RetentionKind.CITIZENS, RetentionKind.LOOKS)
    with guards.guards_lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_decision SET subsidy = subsidy + 100")
    with pytest.raises(Refused, match=r"cases_decision .* er ændret.*Intet er slettet"):
        apply(home, TODAY, karen, LATER)
    assert Citizen.objects.count() == 2
    assert not RetentionLog.objects.filter(kind=RetentionKind.CITIZENS).exists()


# --- who waits ---------------------------------------------------------------------------------------------


def test_a_citizen_waits_for_looks_and_payment_files(home: Municipality, karen: User) -> None:
    pays(home, four_eyes=False)
    batch = prepare_batch(home, date(2026, 11, 30), karen, NOW)
    release_batch(batch, karen, NOW)
    period(home, RetentionKind.CITIZENS)
    (found,) = try_out(home, TODAY)
    assert (found.subjects, found.waiting) == (0, {"venter på udbetalingsfiler": 1, "venter på opslagsloggen": 1})
    assert apply(home, TODAY, karen, LATER) == []
    period(home, RetentionKind.LOOKS, RetentionKind.PAYMENT_FILES)
    kinds = [log.kind for log in apply(home, TODAY, karen, LATER)]
    assert kinds == [RetentionKind.PAYMENT_FILES, RetentionKind.LOOKS, RetentionKind.CITIZENS]
    assert not PaymentFile.objects.exists()
    assert list(faults()) == []


OPEN = {
    "a case that runs again": lambda grant: make_grant_again(grant),
    "an open task": lambda grant: make_task(grant),
    "a case that ended lately": lambda grant: Grant.objects.filter(pk=grant.pk).update(last_day=date(2033, 1, 1)),
}


def make_grant_again(grant: Grant) -> None:
    Grant.objects.create(municipality=grant.municipality, citizen=grant.citizen, number="igen", first_day=TODAY)


def make_task(grant: Grant) -> None:
    Task.objects.create(
        municipality=grant.municipality, citizen=grant.citizen, grant=grant, kind="follow_up", event="X",
        benefit_month="2026-12", headline="Åben", priority=1, due_date=TODAY, created_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("what", OPEN)
def test_what_is_still_open_keeps_the_citizen(what: str, home: Municipality, karen: User) -> None:
    period(home, RetentionKind.CITIZENS, RetentionKind.LOOKS)
    OPEN[what](Grant.objects.get(last_day__isnull=False))
    found = {one.kind: one.subjects for one in try_out(home, TODAY)}
    assert found[RetentionKind.CITIZENS] == 0


def test_events_of_nobody_here_go_by_their_own_period(home: Municipality, karen: User) -> None:
    JobcentreEvent.objects.create(
        municipality=home, external_id="h1", kind="AKTIVITET", received_at=NOW, imported_at=NOW, origin="Prøve",
        payload={"personnummer": "2309641447"},
    )  # fmt: skip
    period(home, RetentionKind.STRANGERS)
    (log,) = apply(home, TODAY, karen, LATER)
    assert log.rows == {"cases_jobcentreevent": 1}
    assert "2309641447" not in everything()


# --- the door ----------------------------------------------------------------------------------------------


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="Fortiden kan ikke ændres"), transaction.atomic(), connection.cursor() as c:
        c.execute(statement)


def open_door(home: Municipality, user: User, **changes: Any) -> RetentionLog:
    return RetentionLog.objects.create(
        municipality=home, kind="looks", years=1, reason="x", before=TODAY, subjects=0, rows={}, sha256="0" * 64,
        made_at=NOW, made_by=user, **changes,
    )  # fmt: skip


def test_nobody_goes_through_the_door_without_a_mark_that_stays(home: Municipality, karen: User) -> None:
    refused("DELETE FROM cases_accesslog")
    open_door(home, karen, closed_at=NOW)
    refused("DELETE FROM cases_accesslog")
    log = open_door(home, karen)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_accesslog")
    found = [one for one in faults() if one.startswith(("Sletninger", "Segl"))]
    assert any(f"sletning {log.pk} står åben" in one for one in found)
    assert any("cases_accesslog" in one for one in found), "what went without a cut is missed"
    for table in ("cases_retentionlog", "cases_seal"):
        refused(f"DELETE FROM {table}")
    refused("UPDATE cases_decision SET subsidy = subsidy + 1")
    models.QuerySet(RetentionLog).filter(pk=log.pk).update(closed_at=LATER)
    refused("UPDATE cases_retentionlog SET closed_at = NULL")
    refused("UPDATE cases_retentionlog SET subjects = 7")


# --- the command and the page ------------------------------------------------------------------------------


def test_the_command_tries_out_and_deletes_by_a_named_person(home: Municipality, karen: User, capsys: Any) -> None:
    call_command("apply_retention", "--dry-run", "--as-of", "2037-02-01")
    assert "ingen slettefrister" in capsys.readouterr().out
    period(home, *RetentionKind.values)
    before = everything()
    call_command("apply_retention", "--dry-run", "--as-of", "2037-02-01")
    out = capsys.readouterr().out
    assert "Opslagsloggen fra før 1. februar 2032 (5 år): 1 ville blive slettet, 1 rækker." in out
    assert everything() == before
    for options in ([], ["--by", "findes-ikke"], ["--by", "aase"], ["--by", "karen", "--as-of", "2099-01-01"]):
        with pytest.raises(CommandError):
            call_command("apply_retention", *options)
    assert everything() == before
    old = timezone.now() - timedelta(days=6 * 366)
    AccessLog.objects.create(
        municipality=home, citizen=Citizen.objects.first(), user=karen, happened_at=old, action="Sag", purpose="Prøve"
    )
    call_command("apply_retention", "--by", "karen")
    assert "1 slettet, 1 rækker" in capsys.readouterr().out
    assert RetentionLog.objects.get().made_by == karen


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.AUDITOR, 200), (Role.COORDINATOR, 200), (Role.CASEWORKER, 403), (Role.ADMINISTRATOR, 403)],
)
def test_the_page_shows_periods_and_deletions_of_ones_own_municipality(
    role: Role, status: int, home: Municipality, karen: User, client: Client
) -> None:
    period(home, RetentionKind.LOOKS)
    apply(home, TODAY, karen, LATER)
    other = make_municipality("0998")
    client.force_login(make_user("rikke", role, home))
    answer = client.get(reverse("retention"), {"proev": 1})
    assert answer.status_code == status
    if status == 200:
        assert "Kassationsplan 2026" in answer.content.decode()
        assert "cases_accesslog: 1" in answer.content.decode()
        assert other.name not in answer.content.decode()
        client.force_login(make_user("niels", role, other))
        assert "Kassationsplan 2026" not in client.get(reverse("retention")).content.decode()
