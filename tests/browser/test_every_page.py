"""Every page of the portal and the admin, as each role, in a real Chromium: wide and narrow, light and dark.

A page is right when it is not wider than the window, axe finds nothing, the console (and with it the content policy)
is silent, nothing is asked of another host, no English word stands on it, and it weighs less than 150 kB over the wire,
with an empty cache, as production serves it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT, served
from tests.browser.words import ENGLISH

pytestmark = pytest.mark.browser

HEAVIEST = 150_000
"""Bytes over the wire for one page with all it needs."""
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PRODUCTION = {"FLEKSLON_ENV": "production", "FLEKSLON_SECRET_KEY": "only-for-this-walk" * 4}
LETTERS = re.compile(r"[a-zæøå]+")
SEEN_TEXT = """() => [document.body.innerText, document.title,
  ...[...document.querySelectorAll("[title],[aria-label],[placeholder],[alt]")].flatMap((one) =>
    ["title", "aria-label", "placeholder", "alt"].map((name) => one.getAttribute(name) || "")),
  ...[...document.querySelectorAll("option, input[type=submit], summary, .visually-hidden")].map(
    (one) => one.value && one.type === "submit" ? one.value : one.textContent)].join("\\n")"""
IN_CODE = """() => [...document.querySelectorAll("code, pre, kbd")].map((one) => one.textContent).join(" ")"""
"""Commands and field names are what they are."""
SKELETON = """() => [...new Set([...document.querySelectorAll("body *")].map((one) =>
  [one.parentElement.tagName, one.tagName, one.className, one.getAttributeNames()].join()))].sort().join(";")"""
"""The kinds of elements of a page. Two pages of the same kinds are the same to axe."""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Walker:
    """A signed-in Chromium that looks at a page from all sides and collects what is wrong with it."""

    def __init__(self, browser: Any, base: str, cookie: str, session: str, examined: set[str]) -> None:
        from axe_playwright_python.sync_playwright import Axe

        self.base, self.axe, self.faults, self.bytes = base, Axe(), [], 0
        self.address, self.examines, self.examined = "", False, examined
        self.on_page: dict[str, str] = {}
        self.context = browser.new_context(
            base_url=base, extra_http_headers={"X-Forwarded-Proto": "https"}, reduced_motion="reduce"
        )
        self.context.add_cookies([{"name": cookie, "value": session, "url": base}] if session else [])
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complain(f"script: {error}"))
        self.page.on("request", self._asked)
        wire = self.context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on(
            "Network.requestWillBeSent", lambda asked: self.on_page.update({asked["requestId"]: asked["documentURL"]})
        )
        wire.on("Network.loadingFinished", self._weigh)

    def look(self, address: str) -> bool:
        """Whether the role may see the page; faults are kept for the end."""
        page, self.bytes, self.address = self.page, 0, address
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(WIDE)
        try:
            answer = page.goto(address)
        except Exception as refused:
            if "ERR_HTTP_RESPONSE_CODE_FAILURE" in str(refused):  # 405 without a page: a form that only posts
                return False
            raise
        is_page = "text/html" in answer.headers.get("content-type", "") and page.url == self.base + address
        if answer.status in (403, 404, 405) or not is_page:
            return False
        if answer.status != 200:
            self._complain(f"status {answer.status}")
        if page.locator("[hx-trigger=load]").count():
            page.wait_for_load_state("networkidle")
        if self.bytes > HEAVIEST:
            self._complain(f"{self.bytes:,} bytes")
        self._read()
        self._from_all_sides()
        return True

    def _from_all_sides(self) -> None:
        """1440 and 390 px; by axe in light and dark, unless a page of the same kinds of elements has been examined."""
        page, kinds = self.page, self.page.evaluate(SKELETON)
        is_new = kinds not in self.examined
        self.examined.add(kinds)
        self._measure("1440")
        if is_new:
            self._examine("1440 light")
            page.emulate_media(color_scheme="dark")
            self._examine("1440 dark", ["color-contrast"])
        page.set_viewport_size(NARROW)
        self._measure("390")
        if is_new:
            self._examine("390 dark")
            page.emulate_media(color_scheme="light")
            self._examine("390 light", ["color-contrast"])

    def close(self) -> None:
        self.context.close()

    def _measure(self, how: str) -> None:
        if wider := self.page.evaluate(TOO_WIDE):
            self._complain(f"{how}: {wider} px wider than the window")

    def _examine(self, how: str, rules: list[str] | None = None) -> None:
        options = {"preload": False, **({"runOnly": {"type": "rule", "values": rules}} if rules else {})}
        self.examines = True
        found = self.axe.run(self.page, options=options).response["violations"]
        self.examines = False
        for one in found:
            self._complain(f"{how}: {one['id']}: {one['nodes'][0]['html'][:200]}")

    def _read(self) -> None:
        text = self.page.evaluate(SEEN_TEXT)
        code = LETTERS.findall(self.page.evaluate(IN_CODE).lower())
        english = sorted(ENGLISH.intersection(LETTERS.findall(text.lower())).difference(code))
        if english:
            self._complain(f"English: {', '.join(english)}")

    def _weigh(self, event: dict[str, Any]) -> None:
        if self.on_page.get(event["requestId"]) == self.base + self.address:
            self.bytes += int(event["encodedDataLength"])

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:")):
            self._complain(f"asked {request.url}")

    def _hear(self, message: Any) -> None:
        """What the page says; not what axe itself does to it, and not that a role may not see it."""
        if message.type in ("error", "warning") and not self.examines and "status of 40" not in message.text:
            self._complain(f"console: {message.text}")

    def _complain(self, what: str) -> None:
        self.faults.append(f"{self.address} {what}")


@contextmanager
def furnished(folder: Path) -> Iterator[dict[str, Any]]:
    """The demo as production serves it, with a row behind every address."""
    demo = ["manage.py", "demo", "--no-serve", "--citizens", "20", "--months", "2"]
    environment = {**os.environ, "FLEKSLON_LOCAL": str(folder), "PYTHONUTF8": "1",
                   "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}", **PRODUCTION}  # fmt: skip
    with served(folder, demo, production=PRODUCTION) as address:
        told = subprocess.run([sys.executable, "-m", "tests.browser.addresses"], cwd=ROOT, env=environment,
                              capture_output=True, text=True)  # fmt: skip
        assert told.returncode == 0, told.stderr
        yield {"base": address, **json.loads(told.stdout)}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with furnished(tmp_path_factory.mktemp("every_page")) as found:
        yield found


def walk(browser: Any, house: dict[str, Any], user: str, examined: set[str]) -> tuple[set[str], list[str]]:
    """The names of the addresses that the user may see, and what is wrong with their pages."""
    walker = Walker(browser, house["base"], house["cookie"], house["sessions"].get(user, ""), examined)
    asked = house["addresses"] if user in house["sessions"] else {"login": house["addresses"]["login"]}
    seen = {name for name, found in asked.items() for address in found if walker.look(address)}
    walker.close()
    return seen, [f"{user}: {fault}" for fault in walker.faults]


@pytest.mark.slow
def test_every_page_as_every_role(browser: Any, house: dict[str, Any]) -> None:
    every, faults, examined = set(), [], set()
    for user in ("nobody", "karen", "aase", "rikke", "adam", "nanna"):
        seen, wrong = walk(browser, house, user, examined)
        every |= seen
        faults += wrong
    assert not faults, "\n".join(faults)
    shown = {name for name, found in house["addresses"].items() if found and not name.startswith("admin:")}
    assert not (unseen := shown - every), f"nobody saw {sorted(unseen)}"
