"""Addresses of adjustments and claims."""

from django.urls import path

from cases.views import adjustments

urlpatterns = [path("efterreguleringer/", adjustments.adjustment_list, name="adjustments")]
