"""Addresses of runs, payments, reports and the audit page."""

from django.urls import include, path

from cases.views import audit, automation, income_files, payments, reports, rule_catalogue, runs, samples

urlpatterns = [
    path("koersler/", runs.run_list, name="runs"),
    path("koersler/indtaegter/", income_files.income_files, name="income_files"),
    path("koersler/indtaegter/hent/", income_files.fetch, name="fetch_income"),
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
    path("rapporter/kontrolrapport.<slug:ending>", reports.control_file, name="control_file"),
    path("rapporter/automatik/", automation.page, name="automation"),
    path("rapporter/automatik/automatik.<slug:ending>", automation.file, name="automation_file"),
    path("rapporter/stikproever/", samples.sample_list, name="samples"),
    path("rapporter/stikproever/traek/", samples.draw_now, name="draw_sample"),
    path("rapporter/stikproever/<int:pk>/", samples.judge_item, name="sample_item"),
    path("rapporter/stikproever/<int:pk>/kontrol/", samples.redraw, name="redraw_sample"),
    path("rapporter/regler/", rule_catalogue.page, name="rule_catalogue"),
    path("rapporter/regler/regelkatalog.<slug:ending>", rule_catalogue.file, name="rule_catalogue_file"),
    path("revision/", audit.audit, name="audit"),
]
