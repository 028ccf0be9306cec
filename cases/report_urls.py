"""Addresses of runs, payments, reports and the audit page."""

urlpatterns = []
