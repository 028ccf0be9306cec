"""HTML to accessible PDF (PDF/UA-1): the specification on one page, other letters on as many as they need.

The rest of the portal works without Pango.
"""

from __future__ import annotations

import atexit
import base64
import threading
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from cases.specification_parts import SpecificationContext

STATIC = Path(__file__).parent / "static" / "cases"
FONTS = {400: "ibm-plex-sans-latin-400-normal.woff2", 600: "ibm-plex-sans-latin-600-normal.woff2"}
DENSITIES = ("", "tight", "tighter", "tightest")
MISSING = (
    "PDF kan ikke laves på denne maskine. Installér Pango: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. Resten af portalen virker."
)

_lock = threading.Lock()


class PdfUnavailable(RuntimeError):  # noqa: N818 - it is a state of the machine
    """Pango is not installed; the message says in Danish what to install."""


@dataclass(frozen=True)
class _Engine:
    """WeasyPrint with the parsed style and fonts, which are shared by all letters. Only used under the lock:
    a FontConfiguration shared between threads corrupts memory."""

    html: Any
    style: Any
    fonts: Any
    fetcher: Any

    def render(self, text: str) -> Any:
        page = self.html(string=text, url_fetcher=self.fetcher)
        return page.render(stylesheets=[self.style], font_config=self.fonts, pdf_variant="pdf/ua-1")


def specification_pdf(context: SpecificationContext) -> bytes:
    """The letter on one A4 page: the same context gives the same bytes. Raises PdfUnavailable without Pango."""
    return _pdf("specification/letter.html", context, DENSITIES)


def letter_pdf(context: Any) -> bytes:
    """An ordinary letter (issue_letter.LetterContext) on A4 pages. Raises PdfUnavailable without Pango."""
    return _pdf("specification/plain.html", context, ("",))


def _pdf(template: str, context: Any, densities: tuple[str, ...]) -> bytes:
    """The first density that fits one page, else the last."""
    with _lock, warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # said when libharfbuzz-subset is missing
        engine = _engine()
        for density in densities:
            document = engine.render(render_to_string(template, {"letter": context, "density": density}))
            if len(document.pages) == 1:
                break
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", finisher=_add_scopes)
    return pdf


def _add_scopes(_: Any, pdf: Any) -> None:
    """Say of each header cell whether it heads its column (the first row) or its row: WeasyPrint does not."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH" and "ID" in element:
            _, row, _ = element["ID"].string.split("-")
            element["A"]["Scope"] = "/Column" if row == "0" else "/Row"


def is_available() -> bool:
    """Whether this machine can make PDF."""
    try:
        with _lock:
            _engine()
    except PdfUnavailable:
        return False
    return True


@cache
def _engine() -> _Engine:
    """Imported at the first letter: it takes most of a second, and fails where Pango is missing."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PdfUnavailable(MISSING) from error
    fonts, fetcher = FontConfiguration(), URLFetcher(allowed_protocols=["data"])
    style = CSS(string=_font_faces() + _style(), font_config=fonts, url_fetcher=fetcher)
    return _Engine(HTML, style, fonts, fetcher)


atexit.register(_engine.cache_clear)  # WeasyPrint complains when its fonts outlive the modules they use


def _style() -> str:
    return (STATIC / "specification.css").read_text(encoding="utf-8")


def _font_faces() -> str:
    """The project's font inside the style, so that the bytes do not depend on the machine's fonts."""
    return "".join(
        f'@font-face {{ font-family: "Plex"; font-weight: {weight}; '
        f'src: url("data:font/woff2;base64,{base64.b64encode((STATIC / "fonts" / name).read_bytes()).decode()}"); }}\n'
        for weight, name in FONTS.items()
    )


def page_pdf(text: str, style: str) -> bytes:
    """Any other HTML with its own style, in the same fonts, as PDF/UA-1. Raises PdfUnavailable without Pango."""
    with _lock, warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        engine = _engine()
        from weasyprint import CSS

        own = CSS(string=_font_faces() + style, font_config=engine.fonts, url_fetcher=engine.fetcher)
        page = engine.html(string=text, url_fetcher=engine.fetcher)
        document = page.render(stylesheets=[own], font_config=engine.fonts, pdf_variant="pdf/ua-1")
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", finisher=_add_scopes)
    return pdf
