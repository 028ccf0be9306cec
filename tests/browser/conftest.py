"""A portal that really runs, on a database of its own with the demo in it, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("FLEKSLON_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
CITIZENS, MONTHS = "60", "2"
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal with the demo's citizens."""
    demo = ["manage.py", "demo", "--no-serve", "--citizens", CITIZENS, "--months", MONTHS]
    with served(tmp_path_factory.mktemp("portal"), demo) as address:
        yield address


@contextmanager
def served(folder: Path, make: list[str], production: dict[str, str] | None = None) -> Iterator[str]:
    """A portal that runs on the database which the arguments to Python make.

    ``production``: the environment in which it is served as for real, by gunicorn and with collected, compressed files.
    """
    environment = {
        **os.environ,
        "FLEKSLON_LOCAL": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "PYTHONUTF8": "1",
    }
    made = subprocess.run([sys.executable, *make], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    serve = ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    if production:
        environment |= production
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input"]
        subprocess.run(collect, cwd=ROOT, env=environment, capture_output=True, check=True)
        serve = ["-m", "gunicorn", "fleksløn.wsgi", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen([sys.executable, *serve], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"{address}/sund/")
            yield address
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for the module; skipped where none is installed, unless CI demands it."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("FLEKSLON_CI"):
            pytest.fail("Chromium is not installed, and FLEKSLON_CI demands it.")
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def sign_in(browser: Any, portal: str) -> Iterator[Callable[..., Any]]:
    """Signs a demo user in and gives the page. Whatever the console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(name: str, width: int = 1440, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(base_url=portal, viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if portal not in request.url else None)
        page.goto("/log-ind/")
        page.get_by_label("Brugernavn").fill(name)
        page.get_by_label("Adgangskode").fill("flekslon-demo")
        page.get_by_role("button", name="Log ind").click()
        page.get_by_role("heading", name="Overblik").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _is_complaint(message: Any) -> bool:
    """Errors and warnings, but not that a page said 4xx: the tests ask for those on purpose."""
    return message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)
