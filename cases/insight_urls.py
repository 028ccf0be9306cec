"""Addresses of insight: what is known about a citizen, who looked, and a protected address."""

from django.urls import path

from cases.views import address, alarms

urlpatterns = [
    path("sager/<int:pk>/adresse/", address.address, name="address"),
    path("revision/kontrol/", alarms.alarm_list, name="alarms"),
    path("revision/kontrol/<int:pk>/", alarms.alarm, name="alarm"),
]
