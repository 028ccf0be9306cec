"""Who gets in, and the log of who looked at whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cases.models import READERS, WRITERS, AccessLog, Citizen, Role, User
from cases.write_many import write_many

PURPOSE = "Behandling af sag om fleksløntilskud"
REGISTER_PURPOSE = "Formål 171: aktiv beskæftigelsesindsats, fleksløntilskud"

View = Callable[..., HttpResponse]


def log_access(user: User, citizen: Citizen, action: str, purpose: str = PURPOSE, now: datetime | None = None) -> None:
    """Write that a user looked at a citizen. Every view, letter and export that shows one calls this."""
    AccessLog.objects.create(
        municipality_id=citizen.municipality_id,
        citizen=citizen,
        user=user,
        happened_at=now or timezone.now(),
        action=action,
        purpose=purpose,
    )


def log_many(user: User, citizens: QuerySet, action: str, now: datetime, purpose: str = PURPOSE) -> None:
    """The same for every citizen in a file or a list that leaves the portal. One insert, however many."""
    with transaction.atomic():
        write_many(
            [
                AccessLog(
                    municipality_id=municipality,
                    citizen_id=id_,
                    user=user,
                    happened_at=now,
                    action=action,
                    purpose=purpose,
                )
                for id_, municipality in citizens.order_by().values_list("id", "municipality_id")
            ]
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
