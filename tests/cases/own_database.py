"""A database of its own on the engine under test, for what other processes must open: workers, kills, commands."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CITIZENS = 600
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
import io
from django.utils import timezone
from cases.demo.municipality import demo_municipality
from cases.demo.past import pay_before
from cases.demo.rows import make_rows
from cases.import_income import import_income
from cases.models import User
from rules.months import Month
demo = demo_municipality("0999", {citizens}, Month(2026, 10), 5)
owner = make_rows(demo, timezone.now())
for month in demo.months:
    import_income(io.BytesIO(demo.answers(month)), str(month), user=User.objects.system(), now=timezone.now())
pay_before(owner, Month(2026, 11), timezone.now())
"""


class Copies:
    """Databases that are ready to be copied, by what was done in them; gone when the session ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="flekslon-copies-"))
        self.made: dict[str, str] = {}

    def fill(self, environment: dict[str, str], code: str) -> None:
        """Run the code in the database, or take the copy of the one where it has been run."""
        name = self.made.get(code)
        if name is None:
            done = manage(environment, "shell", "-c", code)
            assert done.returncode == 0, done.stderr
            self.made[code] = name = f"ready_{os.getpid()}_{len(self.made)}"
            self._copy(database_of(environment), name if connection.vendor == "postgresql" else self.folder / name)
        elif connection.vendor == "postgresql":
            _on_the_server(f"DROP DATABASE {database_of(environment)}")
            self._copy(name, database_of(environment))
        else:
            self._copy(self.folder / name, database_of(environment))

    def _copy(self, source: Any, target: Any) -> None:
        if connection.vendor == "postgresql":
            _on_the_server(f"CREATE DATABASE {target} TEMPLATE {source}")
            return
        read, written = sqlite3.connect(source), sqlite3.connect(target)
        read.backup(written)
        read.close()
        written.close()

    def drop(self) -> None:
        shutil.rmtree(self.folder)
        for name in self.made.values() if connection.vendor == "postgresql" else ():
            _on_the_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


COPIES: list[Copies] = []


@pytest.fixture(scope="session")
def copies() -> Iterator[Copies]:
    made = Copies()
    COPIES.append(made)
    yield made
    made.drop()


@pytest.fixture
def environment(tmp_path: Path, copies: Copies) -> Iterator[dict[str, str]]:
    """The environment of a new and empty database on the engine under test."""
    base = {**os.environ, "FLEKSLON_LOCAL": str(tmp_path), "PYTHONUTF8": "1"}
    if connection.vendor == "sqlite":
        yield {**base, "DATABASE_URL": f"sqlite:///{tmp_path / 'worker.sqlite3'}"}
        return
    name = f"worker_{os.getpid()}_{random.randrange(10**6)}"
    server = connection.settings_dict
    password = f":{server['PASSWORD']}" if server["PASSWORD"] else ""
    _on_the_server(f"CREATE DATABASE {name}")
    yield {
        **base,
        "DATABASE_URL": f"postgres://{server['USER']}{password}@{server['HOST']}:{server['PORT'] or 5432}/{name}",
    }
    _on_the_server(f"DROP DATABASE {name} WITH (FORCE)")


def _on_the_server(sql: str) -> None:
    with _opened("postgres") as admin:
        admin.execute(sql)


def _opened(name: str) -> Any:
    import psycopg

    server = connection.settings_dict
    return psycopg.connect(
        host=server["HOST"], port=server["PORT"] or 5432, user=server["USER"], password=server["PASSWORD"] or None,
        dbname=name, autocommit=True,
    )  # fmt: skip


def database_of(environment: dict[str, str]) -> str:
    """Its name on the server, or the path of its file."""
    path = urlsplit(environment["DATABASE_URL"]).path
    return path.removeprefix("/") if connection.vendor == "postgresql" else path


def one_value(environment: dict[str, str], sql: str) -> Any:
    """Asked beside Django: starting a program to ask costs a second."""
    opened = _opened(database_of(environment)) if connection.vendor == "postgresql" else sqlite3.connect(
        database_of(environment), timeout=20
    )  # fmt: skip
    try:
        return opened.execute(sql).fetchone()[0]
    finally:
        opened.close()


def manage(environment: dict[str, str], *arguments: str, **options: Any) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, **options
    )


def fill(environment: dict[str, str], code: str) -> None:
    """The database as it is when the code has been run in it, once for the session."""
    COPIES[-1].fill(environment, code)


def prepare(environment: dict[str, str], citizens: int = CITIZENS) -> None:
    """Citizens and incomes, nothing decided yet."""
    fill(environment, PREPARE.format(citizens=citizens))


def digest(environment: dict[str, str]) -> str:
    """The digest of all decisions and payments, when the consistency check finds nothing."""
    done = manage(environment, "check_consistency", "--digest")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[0]


def run_is_done(environment: dict[str, str]) -> bool:
    return bool(one_value(environment, "SELECT state FROM cases_run") == "done")
