"""Looks at a page from all sides: wide and narrow, light and dark.

A page is right when it is not wider than the window, axe finds nothing, the console (and with it the content policy)
is silent, nothing is asked of another host, no English word stands on it, and (where files are served as in production)
it weighs less than 150 kB over the wire, with an empty cache.
"""

from __future__ import annotations

import hashlib
import http.client
import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.browser.words import ENGLISH

HEAVIEST = 150_000
"""Bytes over the wire for one page with all it needs."""
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LETTERS = re.compile(r"[a-zæøå]+")
HEADER = re.compile(r'<header class="top">.*?</header>', re.S)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
CACHED_HEADERS = 300
"""What the headers of a file weigh that the browser has kept from an earlier page, as Chromium itself counts them."""
LOOK = """() => {
  const named = ["title", "aria-label", "placeholder", "alt"];
  const of = (selector) => [...document.querySelectorAll(selector)];
  const words = [document.body.innerText, document.title,
    ...named.flatMap((name) => of(`[${name}]`).map((one) => one.getAttribute(name))),
    ...of("option, input[type=submit], summary, .visually-hidden").map(
      (one) => one.value && one.type === "submit" ? one.value : one.textContent)];
  const asked = performance.getEntriesByType("resource");
  return {
    text: words.join("\\n"),
    code: of("code, pre, kbd").map((one) => one.textContent).join(" "),
    page: performance.getEntriesByType("navigation")[0].transferSize,
    files: asked.map((one) => [one.name, one.encodedBodySize]),
  };
}"""
"""All that is read and all that is asked for. Commands and field names (code) are what they are."""
KIND = """const call = (one) => `${one.tagName}.${one.getAttribute("class") || ""}`;
  const kind = (one) => `${call(one.parentElement)} ${call(one)} ${one.getAttributeNames()}`;
  const all = [...document.querySelectorAll("body *")];"""
SHAPE = f"""() => {{ {KIND}
  return {{ wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
           kinds: [...new Set(all.map(kind))].sort() }};
}}"""
"""How much wider than the window, and the kinds of elements: what stands in what, with which attributes."""
AXE = f"""async ([fresh, rules]) => {{ {KIND}
  const wanted = new Set(fresh);
  const nodes = all.filter((one) => wanted.delete(kind(one)));
  const where = fresh ? {{ include: nodes }} : document;
  const only = rules ? {{ runOnly: {{ type: "rule", values: rules }} }} : {{}};
  const found = await axe.run(where, {{ preload: false, resultTypes: ["violations"], ...only }});
  return found.violations.map((one) => `${{one.id}}: ${{one.nodes[0].html.slice(0, 200)}}`);
}}"""
"""By axe: the first element of each of these kinds with what is in it, or the whole page; by some rules or all."""
OF_A_PAGE = [
    "aria-valid-attr-value", "button-name", "duplicate-id-aria", "empty-table-header", "heading-order", "label",
    "landmark-one-main", "link-name", "page-has-heading-one", "region", "scrollable-region-focusable", "select-name",
]  # fmt: skip
"""What may be wrong with a page although each of its elements is of a kind that is right elsewhere."""
CONTRAST = ["color-contrast"]


class Seen:
    """What has been looked at, by whatever role: a page that is the same in all but its header is looked at once,
    and axe examines each kind of element once."""

    def __init__(self) -> None:
        self.pages: set[bytes] = set()
        self.shapes: set[frozenset[str]] = set()
        self.kinds: set[str] = set()


class Walker:
    """A signed-in Chromium that looks at a page from all sides and collects what is wrong with it."""

    def __init__(
        self, browser: Any, base: str, cookie: str, session: str, seen: Seen, heaviest: int = HEAVIEST
    ) -> None:
        self.base, self.seen, self.faults, self.heaviest = base, seen, list[str](), heaviest
        self.address, self.examines, self.has_header = "", False, False
        self.headers = {"X-Forwarded-Proto": "https", "Cookie": f"{cookie}={session}"}
        self.context = browser.new_context(
            base_url=base, extra_http_headers={"X-Forwarded-Proto": "https"}, reduced_motion="reduce", viewport=WIDE
        )
        self.context.add_cookies([{"name": cookie, "value": session, "url": base}] if session else [])
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complain(f"script: {error}"))

    def look(self, address: str) -> bool:
        """Whether the role may see the page; faults are kept for the end."""
        self.address = address
        html = self._ask()
        if html is None:
            return False
        content = hashlib.sha256(TOKEN.sub("", HEADER.sub("", html)).encode()).digest()
        if content not in self.seen.pages or not self.has_header:
            self.seen.pages.add(content)
            self.has_header = True
            self._open()
        return True

    def _ask(self) -> str | None:
        """The page as the server gives it; None for what the role may not see, and for what is no page."""
        asked = http.client.HTTPConnection(self.base.removeprefix("http://"))
        asked.request("GET", self.address, headers=self.headers)
        answer = asked.getresponse()
        html = answer.read().decode(errors="replace")
        asked.close()
        if answer.status in (301, 302, 403, 404, 405) or "text/html" not in answer.headers["Content-Type"]:
            return None
        if answer.status != 200:
            self._complain(f"status {answer.status}")
        return html

    def _open(self) -> None:
        page = self.page
        page.goto(self.address)
        if page.locator("[hx-trigger=load]").count():
            page.wait_for_load_state("networkidle")
        self._read(page.evaluate(LOOK))
        self._from_all_sides()

    def _read(self, found: dict[str, Any]) -> None:
        """English words, files of other hosts, and the weight with an empty cache."""
        code = LETTERS.findall(found["code"].lower())
        english = sorted(ENGLISH.intersection(LETTERS.findall(found["text"].lower())).difference(code))
        if english:
            self._complain(f"English: {', '.join(english)}")
        for name, _ in found["files"]:
            if not name.startswith((self.base, "data:")):
                self._complain(f"asked {name}")
        weight = found["page"] + sum(size + CACHED_HEADERS for _, size in found["files"])
        if weight > self.heaviest:
            self._complain(f"{weight:,} bytes")

    def _from_all_sides(self) -> None:
        """1440 and 390 px, light and dark."""
        self._examine("1440", ("light", "dark"))
        self.page.set_viewport_size(NARROW)
        self._examine("390", ("dark", "light"))
        self.page.set_viewport_size(WIDE)

    def _examine(self, how: str, themes: tuple[str, str]) -> None:
        """By axe, unless a page of just the same kinds has been; new kinds of elements by all rules, in both themes."""
        shape = self.page.evaluate(SHAPE)
        if shape["wider"]:
            self._complain(f"{how}: {shape['wider']} px wider than the window")
        kinds = frozenset(shape["kinds"])
        if kinds in self.seen.shapes:
            return
        self.seen.shapes.add(kinds)
        fresh = sorted(kinds - self.seen.kinds)
        self.seen.kinds |= kinds
        self.page.emulate_media(color_scheme=themes[0])
        self._axe(f"{how} {themes[0]}", None, OF_A_PAGE)
        if fresh:
            self._axe(f"{how} {themes[0]}", fresh, None)
            self.page.emulate_media(color_scheme=themes[1])
            self._axe(f"{how} {themes[1]}", fresh, CONTRAST)

    def _axe(self, how: str, kinds: list[str] | None, rules: list[str] | None) -> None:
        self.examines = True
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        for fault in self.page.evaluate(AXE, [kinds, rules]):
            self._complain(f"{how}: {fault}")
        self.examines = False

    def close(self) -> None:
        self.context.close()

    def _hear(self, message: Any) -> None:
        """What the page says; not what axe itself does to it."""
        if message.type in ("error", "warning") and not self.examines:
            self._complain(f"console: {message.text}")

    def _complain(self, what: str) -> None:
        self.faults.append(f"{self.address} {what}")
