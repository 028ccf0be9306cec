"""A report as a file: CSV, spreadsheet or PDF of the same tables."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from cases.pdf import PdfUnavailable
from cases.presenters.charts import Chart
from cases.report_pdf import report_pdf
from cases.tables import Sheet, as_csv, as_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = (("pdf", "PDF"), ("xlsx", "regneark"), ("csv", "CSV"))


def file_of(
    request: HttpRequest, sheet: Sheet, name: str, ending: str, back: str, charts: Sequence[Chart] = ()
) -> HttpResponse:
    """The report in the form that the address ends in; back to its page with a sentence when PDF cannot be made."""
    if ending == "csv":
        body, kind = as_csv(sheet).encode(), "text/csv; charset=utf-8"
    elif ending == "xlsx":
        body, kind = as_xlsx(sheet), XLSX
    elif ending == "pdf":
        try:
            body, kind = report_pdf(sheet, charts), "application/pdf"
        except PdfUnavailable as missing:
            messages.error(request, str(missing))
            return redirect(back)
    else:
        raise Http404
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
