"""The benchmark measures what it says: every case through the real import and the real run, on either engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

pytestmark = pytest.mark.slow


def test_a_small_country_is_measured_and_its_database_is_gone(tmp_path: Path) -> None:
    settings = connection.settings_dict
    environment = {**os.environ, "FLEKSLON_LOCAL": str(tmp_path), "PYTHONUTF8": "1"}
    if connection.vendor == "sqlite":
        environment.pop("DATABASE_URL", None)
    else:
        where = f"{settings['USER']}@{settings['HOST']}:{settings['PORT']}"
        environment["DATABASE_URL"] = f"postgres://{where}/postgres"
    done = subprocess.run(
        [sys.executable, "manage.py", "benchmark", "--cases", "60"],
        env=environment, cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["engine"], found["cases"]) == (connection.vendor, 60)
    assert 50 <= found["decisions"] <= 60
    assert 0 < found["payments"] < found["decisions"]
    assert found["floor_seconds"] >= 0
    assert set(found["seconds"]) >= {"import", "decide", "write"}
    assert not list(tmp_path.glob("*benchmark*"))
