"""Addresses for machines."""

from django.urls import path

from cases.views import health

urlpatterns = [
    path("sund/", health.alive, name="alive"),
    path("klar/", health.ready, name="ready"),
    path("maalinger/", health.figures, name="metrics"),
]
