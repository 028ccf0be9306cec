"""Who gets in, and the log of who looked at whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cases.models import READERS, WRITERS, AccessLog, Citizen, Look, Role, User
from cases.write_many import write_many

PURPOSE = "Behandling af sag om fleksløntilskud"
REGISTER_PURPOSE = "Formål 171: aktiv beskæftigelsesindsats, fleksløntilskud"

LIST_AGAIN_AFTER = timedelta(hours=1)

View = Callable[..., HttpResponse]


def log_access(
    user: User,
    citizen: Citizen,
    action: str,
    purpose: str = PURPOSE,
    now: datetime | None = None,
    kind: str = Look.PAGE,
) -> None:
    """Write that a user looked at a citizen. Every view, letter and export that shows one calls this, before it
    shows anything: the row is kept when the page fails afterwards.
    """
    _look(user, citizen, action, purpose, now or timezone.now(), kind).save()


def log_many(
    user: User,
    citizens: Iterable[int | None],
    action: str,
    purpose: str = PURPOSE,
    kind: str = Look.EXPORT,
    now: datetime | None = None,
) -> None:
    """A look at each of many citizens (by id), written together."""
    ids, now = {id_ for id_ in citizens if id_ is not None}, now or timezone.now()
    known = Citizen.objects.filter(pk__in=ids).only("municipality_id", "cpr", "is_protected").order_by("pk")
    with transaction.atomic():
        write_many([_look(user, one, action, purpose, now, kind) for one in known])


def log_list(user: User, citizens: Iterable[int | None], name: str, purpose: str = PURPOSE) -> None:
    """The look at each citizen on a page of a list; at most one an hour for the same user, citizen and list.

    A list that is loaded all day would else drown the looks that matter (Datatilsynet 2024: when, and for what).
    """
    ids = {id_ for id_ in citizens if id_ is not None}
    action = f"Liste: {name}"[:60]
    since = timezone.now() - LIST_AGAIN_AFTER
    seen = AccessLog.objects.filter(user=user, citizen__in=ids, action=action, happened_at__gte=since)
    log_many(user, ids - set(seen.values_list("citizen_id", flat=True)), action, purpose, Look.LIST)


def log_again(user: User, citizen: Citizen, action: str) -> None:
    """A look that goes on (a sum that follows what is typed): at most one row an hour."""
    since = timezone.now() - LIST_AGAIN_AFTER
    if not AccessLog.objects.filter(user=user, citizen=citizen, action=action[:60], happened_at__gte=since).exists():
        log_access(user, citizen, action)


def _look(user: User, citizen: Citizen, action: str, purpose: str, now: datetime, kind: str) -> AccessLog:
    return AccessLog(
        municipality_id=citizen.municipality_id,
        citizen_id=citizen.pk,
        user=user,
        happened_at=now,
        action=action[:60],
        purpose=purpose[:200],
        kind=kind,
        is_own=bool(user.own_cpr) and user.own_cpr == citizen.cpr,
        is_protected=citizen.is_protected,
    )


def only(*roles: Role) -> Callable[[View], View]:
    """A view for users with one of the roles in some municipality; which rows they see is visible_to's job.

    ``roles`` on the view tells the guide whom a link to it helps.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_role(*roles):
                raise PermissionDenied("Din rolle giver ikke adgang til siden.")
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


reader = only(*READERS)
writer = only(*WRITERS)
coordinator = only(Role.COORDINATOR)


def client_address(request: HttpRequest) -> str:
    """Where a request comes from: what our own outermost proxy saw. What the client itself writes is not believed."""
    seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    proxies = settings.PROXIES
    return seen[-proxies] if proxies and len(seen) >= proxies else request.META.get("REMOTE_ADDR", "")
