"""Addresses of the guide."""

from django.urls import path

from cases.views import guide

urlpatterns = [
    path("", guide.index, name="guide"),
    path("ordliste/", guide.glossary, name="glossary"),
    path("rundvisning/", guide.tour, name="tour"),
    path("regler/", guide.rule_list, name="rule_helps"),
    path("regler/<str:code>/", guide.rule, name="rule_help"),
    path("<slug:slug>/", guide.chapter, name="chapter"),
]
