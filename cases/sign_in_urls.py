"""Addresses of sign-in and of one's own access."""

from django.contrib.auth import views as auth
from django.urls import path

from cases.views import sign_in

urlpatterns = [
    path("log-ind/", sign_in.SignIn.as_view(), name="login"),
    path("log-ind/kode/", sign_in.one_time_code, name="one_time_code"),
    path("log-ud/", auth.LogoutView.as_view(), name="logout"),
    path("min-adgang/", sign_in.my_access, name="my_access"),
    path("min-adgang/adgangskode/", sign_in.ChangePassword.as_view(), name="change_password"),
    path("min-adgang/kode/", sign_in.set_up_code, name="set_up_code"),
    path("min-adgang/kode/fra/", sign_in.switch_off_code, name="switch_off_code"),
    path("min-adgang/kode/reserve/", sign_in.new_backup_codes, name="new_backup_codes"),
]
