"""The portal's addresses. No CPR number ever stands in one."""

from django.contrib.auth import views as auth
from django.urls import path

urlpatterns = [
    path("log-ind/", auth.LoginView.as_view(template_name="registration/login.html"), name="login"),
    path("log-ud/", auth.LogoutView.as_view(), name="logout"),
]
