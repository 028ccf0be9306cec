"""The portal's addresses. No name and no CPR number ever stands in one."""

from django.urls import include, path

from cases.views import calculator, case, overview, saved_views, search, tasks

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("overblik/automatik/", overview.automation, name="overview_automation"),
    path("", include("cases.health_urls")),
    path("", include("cases.sign_in_urls")),
    path("soeg/", search.search, name="search"),
    path("opgaver/", tasks.inbox, name="tasks"),
    path("opgaver/visninger/", saved_views.save, name="save_view"),
    path("opgaver/visninger/<int:pk>/fjern/", saved_views.remove, name="remove_view"),
    path("opgaver/naeste/", tasks.take_next, name="take_next"),
    path("opgaver/fordel/", tasks.assign_selected, name="assign_selected"),
    path("opgaver/<int:pk>/", tasks.workbench, name="task"),
    path("opgaver/<int:pk>/beregning/", tasks.live_sum, name="live_sum"),
    path("opgaver/<int:pk>/tag/", tasks.take, name="take"),
    path("sager/", case.case_list, name="cases"),
    path("sager/<int:pk>/", case.case_page, name="case"),
    path("", include("cases.process_urls")),
    path("", include("cases.insight_urls")),
    path("sager/<int:pk>/<slug:part>/", case.edit_part, name="new_part"),
    path("sager/<int:pk>/<slug:part>/<int:part_pk>/", case.edit_part, name="edit_part"),
    path("beregner/", calculator.calculator, name="calculator"),
    path("beregner/sum/", calculator.live, name="calculator_sum"),
    path("", include("cases.post_urls")),
    path("", include("cases.report_urls")),
    path("", include("cases.rehearse_urls")),
    path("", include("cases.adjust_urls")),
    path("hjaelp/", include("cases.guide_urls")),
    path("kom-i-gang/", include("cases.start_urls")),
]
