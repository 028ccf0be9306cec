"""Addresses of insight: what is known about a citizen, who looked, and a protected address."""

from django.urls import path

from cases.views import address

urlpatterns = [
    path("sager/<int:pk>/adresse/", address.address, name="address"),
]
