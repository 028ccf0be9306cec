"""Backup and restore: the copy is a whole one, and a month that was at work when it was made is finished in it."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from cases.hold_payment import hold_payment
from cases.models import Payment, Role
from cases.nightly_control import check_and_seal
from tests.cases.builders import NOW, give, make_case, make_municipality, make_user, ordinary, run
from tests.cases.own_database import ROOT, digest, manage, prepare
from tests.postgres import binaries

CITIZENS = 500
MONTH = "2026-11"


# --- the copy ----------------------------------------------------------------------------------------------


@pytest.fixture
def restored(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a new database, for the copy."""
    if connection.vendor == "sqlite":
        yield {**environment, "DATABASE_URL": f"sqlite:///{tmp_path / 'restored' / 'copy.sqlite3'}"}
        return
    name = f"restored_{os.getpid()}_{random.randrange(10**6)}"
    url = environment["DATABASE_URL"]
    new = f"{url.rsplit('/', 1)[0]}/{name}"
    postgres("psql", url, "-q", "-c", f"CREATE DATABASE {name}")
    yield {**environment, "DATABASE_URL": new}
    postgres("psql", url, "-q", "-c", f"DROP DATABASE {name} WITH (FORCE)")


def postgres(program: str, *arguments: str) -> None:
    subprocess.run([str(binaries() / program), *arguments], check=True, capture_output=True, text=True)


def copy(source: dict[str, str], target: dict[str, str], folder: Path) -> None:
    """As the README says it."""
    if connection.vendor == "sqlite":
        done = manage(source, "backup", target["DATABASE_URL"].removeprefix("sqlite:///"))
        assert done.returncode == 0, done.stderr
        return
    dump = str(folder / "flekslon.dump")
    postgres("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", source["DATABASE_URL"])
    postgres("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={target['DATABASE_URL']}", dump)


def counted(where: dict[str, str]) -> int:
    """The decisions that another process has committed, asked for at once."""
    ask = "SELECT count(*) FROM cases_decision"
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(where["DATABASE_URL"].removeprefix("sqlite:///"), timeout=20)) as database:
            return database.execute(ask).fetchone()[0]
    import psycopg

    with psycopg.connect(where["DATABASE_URL"]) as database:
        return database.execute(ask).fetchone()[0]


@pytest.mark.slow
def test_a_copy_made_while_a_run_works_is_whole_and_can_finish_the_month(
    environment: dict[str, str], restored: dict[str, str], tmp_path: Path
) -> None:
    prepare(environment, CITIZENS)
    assert manage(environment, "check_consistency", "--seal").returncode == 0
    working = subprocess.Popen(
        [sys.executable, "manage.py", "run_month", MONTH, "--processes", "1"],
        env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        while not counted(environment):
            assert working.poll() is None, "the run was over before the copy was made"
            time.sleep(0.02)
        os.killpg(working.pid, signal.SIGSTOP)
        copy(environment, restored, tmp_path)
        os.killpg(working.pid, signal.SIGCONT)
        assert working.wait(300) == 0
    finally:
        if working.poll() is None:
            os.killpg(working.pid, signal.SIGKILL)
    digest(restored)
    assert 0 < counted(restored) <= counted(environment)
    whole = digest(environment)
    assert manage(restored, "run_month", MONTH, "--processes", "1").returncode == 0
    assert digest(restored) == whole
    replayed = manage(restored, "replay", "--year", "2026", "--processes", "1")
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout.startswith(f"{counted(environment)} beregnet igen"), replayed.stdout


@pytest.mark.django_db(transaction=True)
def test_a_copy_never_overwrites_and_is_its_owners_alone(tmp_path: Path) -> None:
    target = tmp_path / "kopi" / "flekslon.sqlite3"
    if connection.vendor != "sqlite":
        with pytest.raises(CommandError, match="pg_dump"):
            call_command("backup", str(target))
        return
    call_command("backup", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    size = target.stat().st_size
    assert size > 100_000
    with pytest.raises(CommandError, match="findes allerede"):
        call_command("backup", str(target))
    assert target.stat().st_size == size
    with pytest.raises(CommandError, match="kan ikke skrives"):
        call_command("backup", "/proc/findes-ikke/kopi.sqlite3")


# --- the program's own role on PostgreSQL ------------------------------------------------------------------

ATTACKS = [
    "ALTER TABLE cases_decision DISABLE TRIGGER ALL",
    "DROP TRIGGER guard_update_cases_decision ON cases_decision",
    "CREATE OR REPLACE FUNCTION flekslon_past_is_fixed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica",
    "TRUNCATE cases_accesslog",
    "DELETE FROM cases_decision",
    "DELETE FROM cases_historicalcitizen",
    "UPDATE cases_decision SET subsidy = subsidy + 1",
    "UPDATE cases_payment SET status = 'posted'",
    "DROP TABLE cases_seal",
]


@pytest.mark.django_db
def test_the_programs_role_works_and_cannot_lift_the_guards(capsys: pytest.CaptureFixture[str]) -> None:
    if connection.vendor != "postgresql":
        with pytest.raises(CommandError, match="SQLite har ingen roller"):
            call_command("grants", "flekslon_app")
        return
    with pytest.raises(CommandError, match="rollenavn"):
        call_command("grants", "app; DROP TABLE cases_seal")
    call_command("grants", "flekslon_test_app")
    lines = capsys.readouterr().out
    execute(connection, f"CREATE ROLE flekslon_test_app; {lines} SET LOCAL ROLE flekslon_test_app")
    municipality = make_municipality()
    give(make_case(municipality), ordinary())
    run(municipality)
    hold_payment(Payment.objects.get(), "Prøve", make_user("aase", Role.CASEWORKER, municipality), NOW)
    assert check_and_seal(NOW) == []
    execute(connection, "SET CONSTRAINTS ALL IMMEDIATE")
    for attack in ATTACKS:
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(connection, attack)
    execute(connection, "RESET ROLE")


def execute(where: BaseDatabaseWrapper, sql: str) -> None:
    with where.cursor() as cursor:
        cursor.execute(sql)
