"""Addresses of runs, payments, reports and the audit page."""

from django.urls import include, path

from cases.views import audit, payments, reports, runs

urlpatterns = [
    path("koersler/", runs.run_list, name="runs"),
    path("koersler/start/", runs.start, name="start_run"),
    path("koersler/<int:pk>/", runs.run_page, name="run"),
    path("koersler/<int:pk>/fremdrift/", runs.run_progress, name="run_progress"),
    path("koersler/<int:pk>/luk/", runs.close, name="close_month"),
    path("", include("cases.payment_urls")),
    path("udbetalinger/", payments.payment_list, name="payments"),
    path("udbetalinger/<int:pk>/", payments.payment_page, name="payment"),
    path("udbetalinger/<int:pk>/specifikation.pdf", payments.specification_pdf, name="specification_pdf"),
    path("udbetalinger/<int:pk>/specifikation.txt", payments.specification_text, name="specification_text"),
    path("afgoerelser/<int:pk>/brev/", payments.decision_preview, name="decision_preview"),
    path("rapporter/", reports.control, name="reports"),
    path("rapporter/kontrolrapport.csv", reports.control_csv, name="control_csv"),
    path("revision/", audit.audit, name="audit"),
]
