"""Headers on every answer, and what is asked of a session before a page is shown."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.one_time_codes import device_of, is_demanded

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
"""Chromium holds form-action against a redirect as well, so signing out at a provider needs its origin there."""


def content_security_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """A strict policy without inline script or style, and no copies of citizens' pages in caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = " ".join([POLICY, *settings.SIGN_ON_ORIGINS])
        response.headers.setdefault("Content-Security-Policy", policy)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def size_limit(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Refuses what is too large by its stated length, before a byte of it is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        stated = request.headers.get("Content-Length") or "0"
        has_file = (request.content_type or "").startswith("multipart/")
        limit = settings.FILE_LIMIT if has_file else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not stated.isdecimal() or len(stated) > len(str(limit)) + 1 or int(stated) > limit:
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware


LOCAL_BACKEND = "django.contrib.auth.backends.ModelBackend"
TOUCH_SECONDS = 60
WITHOUT_CODE = ("login", "logout", "one_time_code", "set_up_code")


def session_time_out(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Signs out who has been idle too long, or signed in for a whole working day.

    A page that asks for news by itself (htmx, GET) is not somebody at work.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = int(time.time()), request.session
            idle = now - session.setdefault("seen", now)
            if idle > settings.IDLE_SECONDS or now - session.setdefault("began", now) > settings.SESSION_SECONDS:
                logout(request)
                messages.info(request, "Du er logget ud, fordi der er gået for lang tid. Log ind igen.")
                return _to_sign_in(request)
            if idle > TOUCH_SECONDS and not (request.method == "GET" and request.headers.get("HX-Request")):
                session["seen"] = now
        return get_response(request)

    return middleware


def second_factor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """After the password: the one-time code of those who have one, and setting it up where the role demands one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not user.is_verified() and _is_local(request):
            free = {reverse(name) for name in WITHOUT_CODE}
            if request.path not in free and not request.path.startswith("/static/"):
                if device_of(user):
                    return redirect_to_login(request.get_full_path(), reverse("one_time_code"))
                if is_demanded(user):
                    return redirect("set_up_code")
        return get_response(request)

    return middleware


def _is_local(request: HttpRequest) -> bool:
    """Signed in with a password here, and not by the municipality's identity provider."""
    return request.session.get(BACKEND_SESSION_KEY) == LOCAL_BACKEND


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; of a part of a page (htmx) the whole page goes there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("login")})
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


class CompressPages(GZipMiddleware):
    """Pages travel compressed, with Django's random padding against BREACH; files that are packed already do not."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return (
            super().process_response(request, response)
            if kind in ("text/html", "text/javascript", "image/svg+xml")
            else response
        )
