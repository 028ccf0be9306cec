"""The README's test command: style, types, arrows, then the suite on SQLite and on PostgreSQL.

Environment: FLEKSLON_CI=1 runs the slow tests as well (kills, whole months, every page in a browser) and makes a
missing PostgreSQL server an error; DATABASE_URL replaces our own cluster.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.postgres import binaries, cluster

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "-q", "."),
    ("mypy",),
    ("lint-imports",),
    ("djlint", "templates", "--lint", "--quiet"),
)
PYTEST = ("-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
ALL = bool(os.environ.get("FLEKSLON_CI"))
FIRST_ENGINE = () if ALL else ("-m", "not slow")
SECOND_ENGINE = ("-m", "engine" if ALL else "engine and not slow")
"""What knows no database would be the same tests over again."""


def main(arguments: list[str]) -> int:
    failed = [" ".join(check) for check in CHECKS if not _passes(check)]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    failed += _suite("SQLite", environment, [*FIRST_ENGINE, *arguments])
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        failed += _suite("PostgreSQL", {**environment, "DATABASE_URL": given}, [*SECOND_ENGINE, *arguments])
    elif binaries():
        with cluster() as url:
            failed += _suite("PostgreSQL", {**environment, "DATABASE_URL": url}, [*SECOND_ENGINE, *arguments])
    else:
        print("PostgreSQL: skipped, no server is installed (apt-get install postgresql)")
        failed += ["PostgreSQL"] if ALL else []
    print("Failed: " + ", ".join(failed) if failed else "Everything passed.")
    return 1 if failed else 0


def _passes(check: tuple[str, ...]) -> bool:
    program = os.path.join(os.path.dirname(sys.executable), check[0])
    return subprocess.run([program, *check[1:]], check=False).returncode == 0


def _suite(engine: str, environment: dict[str, str], arguments: list[str]) -> list[str]:
    begun = time.monotonic()
    print(f"--- {engine}", flush=True)
    code = subprocess.run([sys.executable, *PYTEST, *arguments], env=environment, check=False).returncode
    print(f"--- {engine}: {time.monotonic() - begun:.0f} s", flush=True)
    return [engine] if code else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
