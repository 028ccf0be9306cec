"""The README's pictures of the main pages. `python -m tests.browser.pictures [ADDRESS]` puts them beside this file.

Without an address it makes the demo and serves it. All citizens on them are invented.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser.conftest import CHROMIUM, fill_in_login, run_python, served

FOLDER = Path(__file__).parent / "pictures"
WINDOW = {"width": 1440, "height": 900}


def first_task(page: Any, code: str) -> None:
    """The first open task with a reason, or the first at all."""
    page.goto(f"/opgaver/?aarsag={code}")
    if not page.locator("tbody th a").count():
        page.goto("/opgaver/")
    page.locator("tbody th a").first.click()


def visit(address: str) -> Callable[[Any], None]:
    return lambda page: page.goto(address)


PICTURES: tuple[tuple[str, str, Callable[[Any], None]], ...] = (
    ("overblik", "light", visit("/")),
    ("opgave", "light", lambda page: first_task(page, "INC4")),
    ("sag", "light", visit("/sager/1/")),
    ("udbetalingslister", "light", visit("/udbetalinger/lister/")),
    ("automatik", "dark", visit("/rapporter/automatik/")),
    ("proev-indstillinger", "light", visit("/proev-indstillinger/")),
)
"""(file, theme, how to get there), as the coordinator."""


def take(base: str) -> None:
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(base_url=base, viewport=WINDOW)
        fill_in_login(page, "karen")
        page.get_by_role("heading", name="Overblik").wait_for()
        for name, theme, go in PICTURES:
            page.emulate_media(color_scheme=theme)
            go(page)
            page.wait_for_load_state("networkidle")
            shrink(page.screenshot(), FOLDER / f"{name}.png")
        chromium.close()


def shrink(picture: bytes, path: Path) -> None:
    """A page has few colours: a palette is a third of the size and looks the same."""
    from PIL import Image

    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64).save(path, optimize=True)


def main() -> None:
    if len(sys.argv) > 1:
        take(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        run_python(Path(folder), "manage.py", "demo", "--no-serve", "--citizens", "80", "--months", "3")
        with served(Path(folder)) as base:
            take(base)


if __name__ == "__main__":
    main()
