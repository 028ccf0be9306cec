"""Signing in: the one-time code after the password, and the page about one's own access."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import one_time_codes
from cases.middleware import LOCAL_BACKEND
from cases.refused import Refused


class SignIn(LoginView):
    """User name and password; locked by django-axes after too many faults."""

    template_name = "registration/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, oidc=settings.OIDC_NAME, saml=settings.SAML_NAME)


def locked(request: HttpRequest, *_: Any) -> HttpResponse:
    """After too many faults, whatever the password is."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "registration/locked.html", {"minutes": minutes}, status=429)


class ChangePassword(PasswordChangeView):
    """A new password; the other sessions of the user are signed out by it."""

    template_name = "registration/password.html"
    success_url = reverse_lazy("my_access")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Adgangskoden er skiftet.")
        return super().form_valid(form)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def one_time_code(request: HttpRequest) -> HttpResponse:
    """The code after the password."""
    after = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, request.is_secure()):
        after = "/"
    if request.user.is_verified() or not one_time_codes.device_of(request.user):
        return redirect(after)
    fault = ""
    if request.method == "POST":
        try:
            one_time_codes.verify(request, request.POST.get("code", ""))
            return redirect(after)
        except Refused as refused:
            fault = str(refused)
    status = 422 if fault else 200
    return render(request, "registration/code.html", {"next": after, "fault": fault}, status=status)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def set_up_code(request: HttpRequest) -> HttpResponse:
    """Scan the picture, type the first code, and see the back-up codes once."""
    user, fault = request.user, ""
    if one_time_codes.device_of(user):
        return redirect("my_access")
    if request.method == "POST":
        try:
            codes = one_time_codes.confirm(request, request.POST.get("code", ""))
            return render(request, "registration/backup_codes.html", {"codes": codes})
        except Refused as refused:
            fault = str(refused)
    device = one_time_codes.start(user)
    context = {
        "picture": one_time_codes.picture(device),
        "key": one_time_codes.key_in_words(device),
        "fault": fault,
        "demanded": one_time_codes.is_demanded(user),
    }
    return render(request, "registration/set_up_code.html", context, status=422 if fault else 200)


@require_safe
def my_access(request: HttpRequest) -> HttpResponse:
    """One's own roles, password and one-time code."""
    context = {
        "roles": request.user.memberships.select_related("municipality").order_by("municipality__code", "role"),
        "has_code": one_time_codes.device_of(request.user) is not None,
        "demanded": one_time_codes.is_demanded(request.user),
        "is_local": request.session.get("_auth_user_backend") == LOCAL_BACKEND,
    }
    return render(request, "registration/my_access.html", context)


@require_POST
def switch_off_code(request: HttpRequest) -> HttpResponse:
    """Without a code from now on, when no role demands one. The session has just shown one."""
    if one_time_codes.is_demanded(request.user):
        messages.error(request, "Din rolle kræver engangskode. Den kan ikke slås fra.")
    else:
        one_time_codes.switch_off(request.user, request.user)
        messages.success(request, "Engangskoden er slået fra.")
    return redirect("my_access")


@require_POST
def new_backup_codes(request: HttpRequest) -> HttpResponse:
    """Ten new back-up codes, shown once."""
    if not one_time_codes.device_of(request.user):
        return redirect("my_access")
    return render(request, "registration/backup_codes.html", {"codes": one_time_codes.new_backup_codes(request.user)})
