"""A throw-away PostgreSQL cluster of our own, on a socket and a free port of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder with initdb and postgres; None where no server is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*folders, *([Path(on_path).parent] if on_path else [])]
    return next((one for one in candidates if (one / "initdb").exists() and (one / "postgres").exists()), None)


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster's DATABASE_URL. As user postgres when root (the server refuses to run as root)."""
    folder = binaries()
    if folder is None:
        raise FileNotFoundError("no PostgreSQL server is installed")
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="flekslon-pg-", ignore_cleanup_errors=True) as home:
        if user:
            shutil.chown(home, user)
        data, port = Path(home) / "data", _free_port()
        _run(folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", user=user)
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c max_connections=60 -c fsync=off"
        _run(folder / "pg_ctl", "-D", data, "-o", options, "-l", f"{home}/log", "-w", "start", user=user)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(folder / "pg_ctl", "-D", data, "-m", "immediate", "stop", user=user)


def _run(*command: object, user: str | None) -> None:
    home = "/tmp" if user else None
    subprocess.run([str(part) for part in command], user=user, cwd=home, check=True, stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
