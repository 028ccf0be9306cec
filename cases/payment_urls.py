"""Addresses of payment lists, their files and answers, the acts on one payment, and the export for KY."""

from django.urls import path

from cases.views import batches, payment_acts, payment_export

urlpatterns = [
    path("udbetalinger/lister/", batches.batch_list, name="batches"),
    path("udbetalinger/lister/klar/", batches.prepare, name="prepare_batch"),
    path("udbetalinger/lister/status/", batches.read_status, name="read_posting_status"),
    path("udbetalinger/lister/status/<int:pk>/", batches.status_page, name="posting_status"),
    path("udbetalinger/lister/<int:pk>/", batches.batch_page, name="batch"),
    path("udbetalinger/lister/<int:pk>/handling/", batches.act, name="batch_act"),
    path("udbetalinger/lister/<int:pk>/fil/", batches.payment_file, name="payment_file"),
    path("udbetalinger/lister/<int:pk>/ydelsesindeks.xml", batches.ydelsesindeks, name="ydelsesindeks"),
    path("udbetalinger/<int:pk>/handling/", payment_acts.act, name="payment_act"),
    path("udbetalinger/eksport/", payment_export.export_page, name="decision_export"),
    path("udbetalinger/eksport/<str:kind>/", payment_export.export_file, name="decision_export_file"),
]
