"""Addresses of insight: what is known about a citizen, who looked, and a protected address."""

from django.urls import path

from cases.views import address, alarms, insight, retention

urlpatterns = [
    path("sager/<int:pk>/adresse/", address.address, name="address"),
    path("borgere/<int:pk>/indsigt/", insight.insight, name="insight"),
    path("borgere/<int:pk>/indsigt/<slug:kind>/", insight.insight, name="insight_kind"),
    path("borgere/<int:pk>/indsigt/<slug:kind>.<slug:form>", insight.insight, name="insight_file"),
    path("oplysningspligt/", insight.duty, name="duty"),
    path("oplysningspligt.<slug:form>", insight.duty, name="duty_file"),
    path("revision/kontrol/", alarms.alarm_list, name="alarms"),
    path("revision/sletning/", retention.retention, name="retention"),
    path("revision/kontrol/<int:pk>/", alarms.alarm, name="alarm"),
]
