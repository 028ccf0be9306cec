"""Addresses of the settings that are tried and proposed, and of the municipality's legal assessment."""

from django.urls import path

from cases.views import compliance, rehearse

urlpatterns = [
    path("proev-indstillinger/", rehearse.try_settings, name="try_settings"),
    path("proev-indstillinger/<int:pk>/", rehearse.trial_page, name="setting_trial"),
    path("proev-indstillinger/<int:pk>/fremdrift/", rehearse.trial_progress, name="setting_trial_progress"),
    path("proev-indstillinger/<int:pk>/igen/", rehearse.try_again, name="setting_trial_again"),
    path("proev-indstillinger/<int:pk>/foreslaa/", rehearse.propose, name="propose_settings"),
    path("proev-indstillinger/forslag/<int:pk>/", rehearse.proposal, name="setting_proposal"),
    path("lovlighed/", compliance.compliance, name="compliance"),
    path("lovlighed/notat.pdf", compliance.compliance_file, name="compliance_pdf"),
    path("lovlighed/<slug:article>/", compliance.assessment, name="assessment"),
]
