"""The doors of single sign-on. Where none is set up they are not there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

OIDC_BACKEND = "cases.oidc.OidcBackend"
NOT_NOW = "Log ind gennem kommunen lykkedes ikke. Prøv igen."


@login_not_required
def oidc_begin(request: HttpRequest) -> HttpResponse:
    """Off to the municipality's provider."""
    _only_if(settings.OIDC_NAME)
    return OIDCAuthenticationRequestView.as_view()(request)


@login_not_required
def oidc_callback(request: HttpRequest) -> HttpResponse:
    """Back from it. What went wrong is told on the sign-in page."""
    _only_if(settings.OIDC_NAME)
    try:
        return _Callback.as_view()(request)
    except SuspiciousOperation:
        return _failed(request)


class _Callback(OIDCAuthenticationCallbackView):
    def login_failure(self) -> HttpResponse:
        return _failed(self.request)


def _failed(request: HttpRequest) -> HttpResponse:
    messages.error(request, getattr(request, "sign_on_fault", NOT_NOW))
    return redirect("login")


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Out of Fleksløn; and out of the provider for those who came from there."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = request.session.get("oidc_id_token", "")
        came_from_there = request.session.get(BACKEND_SESSION_KEY) == OIDC_BACKEND
        answer = super().post(request, *args, **kwargs)
        if came_from_there and settings.OIDC_LOGOUT:
            back = request.build_absolute_uri(reverse("login"))
            asked = {"id_token_hint": token, "post_logout_redirect_uri": back}
            return redirect(f"{settings.OIDC_LOGOUT}?{urlencode(asked)}")
        return answer


@login_not_required
def saml_begin(request: HttpRequest) -> HttpResponse:
    """Off to the fælleskommunal Context Handler."""
    return _saml("LoginView")(request)


@csrf_exempt
@login_not_required
def saml_answer(request: HttpRequest) -> HttpResponse:
    """Its answer: posted from there, so its signature is what is trusted, not a token of ours."""
    return _saml("AssertionConsumerServiceView")(request)


@login_not_required
def saml_metadata(request: HttpRequest) -> HttpResponse:
    """What the Context Handler must know about us."""
    return _saml("MetadataView")(request)


def saml_failed(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """What djangosaml2 does when an answer cannot be used."""
    return _failed(request)


def _saml(name: str) -> Any:
    """A view of djangosaml2, which is an extra: it is not installed where SAML is off."""
    _only_if(settings.SAML_NAME)
    from djangosaml2 import views

    return getattr(views, name).as_view()


def _only_if(is_on: object) -> None:
    if not is_on:
        raise Http404
