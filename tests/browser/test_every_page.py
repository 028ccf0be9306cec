"""Every page of the portal and the admin, as each role, in a real Chromium (tests.browser.walker: what is right)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import run_python, served
from tests.browser.walker import Seen, Walker

pytestmark = pytest.mark.browser

PRODUCTION = {"FLEKSLON_ENV": "production", "FLEKSLON_SECRET_KEY": "only-for-this-walk" * 4}


@pytest.fixture(scope="module")
def house(demo_copy: Path) -> Iterator[dict[str, Any]]:
    """The demo as production serves it, with a row behind every address."""
    told = run_python(demo_copy, "-m", "tests.browser.addresses", **PRODUCTION)
    with served(demo_copy, PRODUCTION) as base:
        yield {"base": base, **json.loads(told)}


def walk(browser: Any, house: dict[str, Any], user: str, seen: Seen) -> tuple[set[str], list[str]]:
    """The names of the addresses that the user may see, and what is wrong with their pages."""
    walker = Walker(browser, house["base"], house["cookie"], house["sessions"].get(user, ""), seen)
    asked = house["addresses"] if user in house["sessions"] else {"login": house["addresses"]["login"]}
    shown = {name for name, found in asked.items() for address in found if walker.look(address)}
    walker.close()
    return shown, [f"{user}: {fault}" for fault in walker.faults]


@pytest.mark.slow
def test_every_page_as_every_role(browser: Any, house: dict[str, Any]) -> None:
    every, faults, seen = set(), [], Seen()
    for user in ("nobody", "karen", "aase", "rikke", "adam", "nanna"):
        shown, wrong = walk(browser, house, user, seen)
        every |= shown
        faults += wrong
    assert not faults, "\n".join(faults)
    shown = {name for name, found in house["addresses"].items() if found and not name.startswith("admin:")}
    assert not (unseen := shown - every), f"nobody saw {sorted(unseen)}"
