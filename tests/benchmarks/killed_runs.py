"""Kill a month's run at random moments, run it again, and compare with the undisturbed one. Exit 1 when one differs.

    python -m tests.benchmarks.killed_runs [runs, default 20] [citizens, default 1000]

Each run has a database of its own (a copy of one made once; SQLite), is killed with SIGKILL, group and all, one to
three times, and then run to its end.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cases.own_database import PREPARE, ROOT

RUN = [sys.executable, "manage.py", "run_month", "2026-11", "--processes", "2"]


def main(runs: int, citizens: int) -> int:
    chance = random.Random(20)
    with tempfile.TemporaryDirectory(prefix="flekslon-kill-") as folder:
        start = Path(folder) / "start.sqlite3"
        _manage(start, "shell", "-c", PREPARE.format(citizens=citizens))
        undisturbed = _copy(start, "undisturbed")
        begun = time.monotonic()
        _manage(undisturbed, *RUN[2:])
        seconds = time.monotonic() - begun
        expected, different, kills = _digest(undisturbed), 0, 0
        for number in range(runs):
            database = _copy(start, str(number))
            for _ in range(chance.randint(1, 3)):
                kills += _killed(database, chance.uniform(0.3, 1) * seconds)
            _manage(database, *RUN[2:])
            different += _digest(database) != expected
            database.unlink()
    print(f"{runs} kørsler, {kills} gange afbrudt med SIGKILL: {different} med et andet resultat end den uforstyrrede.")
    return 1 if different else 0


def _environment(database: Path) -> dict[str, str]:
    local = database.with_suffix("")
    return {**os.environ, "FLEKSLON_LOCAL": str(local), "DATABASE_URL": f"sqlite:///{database}", "PYTHONUTF8": "1"}


def _copy(start: Path, name: str) -> Path:
    return Path(shutil.copy(start, start.with_name(f"{name}.sqlite3")))


def _manage(database: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=_environment(database), cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _killed(database: Path, after: float) -> int:
    process = subprocess.Popen(
        RUN, env=_environment(database), cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(after)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return int(running)


def _digest(database: Path) -> str:
    return _manage(database, "check_consistency", "--digest").splitlines()[0]


if __name__ == "__main__":
    sys.exit(main(*(int(one) for one in sys.argv[1:])) if len(sys.argv) == 3 else main(20, 1000))
