"""A report as an accessible PDF: its tables on A4, with the page numbers of a file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.template.loader import render_to_string

from cases.pdf import STATIC, page_pdf
from cases.presenters.charts import Chart
from cases.tables import Sheet


def report_pdf(sheet: Sheet, charts: Sequence[Chart] = ()) -> bytes:
    """The report's charts and tables as PDF/UA-1. Raises PdfUnavailable without Pango."""
    text = render_to_string("reports/file.html", {"sheet": sheet, "charts": charts})
    return page_pdf(text, _style())


@cache
def _style() -> str:
    return (STATIC / "report_file.css").read_text(encoding="utf-8")
