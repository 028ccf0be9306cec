"""The municipality's legal assessment as an accessible PDF for the file."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from cases.pdf import STATIC, page_pdf


def compliance_pdf(page: dict[str, Any]) -> bytes:
    """PDF/UA-1 of what the page says. Raises PdfUnavailable without Pango."""
    style = (STATIC / "compliance_print.css").read_text(encoding="utf-8")
    return page_pdf(render_to_string("compliance/print.html", page), style)
