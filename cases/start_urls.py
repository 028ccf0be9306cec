"""Addresses of Kom i gang."""

from django.urls import path

from cases.views import start

urlpatterns = [
    path("", start.get_started, name="get_started"),
    path("sager/", start.case_import, name="import_cases"),
    path("skyggemaaned/", start.shadow_months, name="shadow_months"),
    path("skyggemaaned/<int:pk>/", start.shadow_page, name="shadow_month"),
    path("skyggemaaned/<int:pk>/videre/", start.shadow_go_on, name="shadow_go_on"),
    path("skyggemaaned/<int:pk>/forskelle.csv", start.shadow_csv, name="shadow_csv"),
]
