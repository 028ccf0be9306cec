"""Addresses of sign-in and of one's own access."""

from django.urls import path

from cases.views import sign_in, single_sign_on

urlpatterns = [
    path("log-ind/", sign_in.SignIn.as_view(), name="login"),
    path("log-ind/kode/", sign_in.one_time_code, name="one_time_code"),
    path("log-ind/kommune/", single_sign_on.oidc_begin, name="oidc_begin"),
    path("log-ind/kommune/svar/", single_sign_on.oidc_callback, name="oidc_callback"),
    path("log-ind/saml/", single_sign_on.saml_begin, name="saml2_login"),
    path("log-ind/saml/svar/", single_sign_on.saml_answer, name="saml2_acs"),
    path("log-ind/saml/metadata/", single_sign_on.saml_metadata, name="saml2_metadata"),
    path("log-ud/", single_sign_on.SignOut.as_view(), name="logout"),
    path("min-adgang/", sign_in.my_access, name="my_access"),
    path("min-adgang/adgangskode/", sign_in.ChangePassword.as_view(), name="change_password"),
    path("min-adgang/kode/", sign_in.set_up_code, name="set_up_code"),
    path("min-adgang/kode/fra/", sign_in.switch_off_code, name="switch_off_code"),
    path("min-adgang/kode/reserve/", sign_in.new_backup_codes, name="new_backup_codes"),
]
