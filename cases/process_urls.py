"""Addresses of acts, processes, notices, events and municipal rules."""

from django.urls import path

from cases.views import acts, ask, complaint_file, municipal_rules, notices, open_by_hand

urlpatterns = [
    path("sager/opret/", open_by_hand.open_case, name="open_case"),
    path("sager/<int:pk>/handling/<slug:word>/", acts.act, name="act"),
    path("sager/<int:pk>/handling/<slug:word>/beregning/", acts.act_sum, name="act_sum"),
    path("sager/<int:pk>/handling/<slug:word>/<int:part_pk>/", acts.act, name="act_part"),
    path("sager/<int:pk>/handling/<slug:word>/<int:part_pk>/beregning/", acts.act_sum, name="act_part_sum"),
    path("opgaver/<int:pk>/spoerg/<str:code>/", ask.letter, name="ask"),
    path("klager/<int:pk>/beregning.json", complaint_file.calculation, name="complaint_calculation"),
    path("adviser/", notices.notice_list, name="notices"),
    path("adviser/<int:pk>/", notices.answer, name="answer_notice"),
    path("haendelser/", notices.event_list, name="events"),
    path("regler/", municipal_rules.rule_list, name="rules"),
    path("regler/<slug:code>/", municipal_rules.rule, name="rule"),
]
