"""A portal that really runs, on a database of its own with the demo in it, and a real Chromium."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("FLEKSLON_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
DEMO = ("manage.py", "demo", "--no-serve", "--citizens", "20", "--months", "2")
PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's database and files, made once for all processes that test. They are only copied."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            run_python(folder, *DEMO)
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="module")
def demo_copy(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, for one module to change."""
    return shutil.copytree(demo, tmp_path_factory.mktemp("portal") / "demo")


@pytest.fixture(scope="module")
def portal(demo_copy: Path) -> Iterator[str]:
    """The address of a portal with the demo's citizens."""
    with served(demo_copy) as address:
        yield address


def run_python(folder: Path, *arguments: str, **environment: str) -> str:
    """What Python says when it runs these arguments on the folder's database."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=_environment(folder, environment), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    database = f"sqlite:///{folder / 'portal.sqlite3'}"
    return {**os.environ, "FLEKSLON_LOCAL": str(folder), "DATABASE_URL": database, "PYTHONUTF8": "1", **more}


@contextmanager
def served(folder: Path, production: Mapping[str, str] | None = None) -> Iterator[str]:
    """A portal that runs on the folder's database.

    ``production``: the environment in which it is served as for real, by gunicorn and with collected, compressed files.
    """
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    serve = ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    if production:
        run_python(folder, "manage.py", "collectstatic", "--no-input", **production)
        serve = ["-m", "gunicorn", "fleksløn.wsgi", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
    environment = _environment(folder, production or {})
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


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    """What a browser keeps of those who have signed in, by name: each signs in once."""
    return {}


@pytest.fixture
def sign_in(browser: Any, portal: str, signed_in: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Signs a demo user in and gives the page. Whatever the console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(name: str, width: int = 1440, height: int = 900, **options: Any) -> Any:
        options |= {"base_url": portal, "viewport": {"width": width, "height": height}}
        context = browser.new_context(**options, storage_state=signed_in.get(name))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if portal not in request.url else None)
        if name in signed_in:
            page.goto("/")
        else:
            fill_in_login(page, name)
        page.get_by_role("heading", name="Overblik").wait_for()
        signed_in[name] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def fill_in_login(page: Any, name: str) -> None:
    page.goto("/log-ind/")
    page.get_by_label("Brugernavn").fill(name)
    page.get_by_label("Adgangskode", exact=True).fill("flekslon-demo")
    page.get_by_role("button", name="Log ind").click()


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
