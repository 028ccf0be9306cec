"""Users who come by single sign-on: their name and their roles are what the municipality's provider says, each time.

Nobody becomes a superuser or an administrator of no municipality this way, nobody takes over a local user (users are
found by the provider's lasting id, never by name or e-mail), and no provider speaks for another municipality.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction

from cases.models import Membership, Municipality, Role, User
from cases.refused import Refused
from cases.signed import removed, saved

REASON = "Log ind gennem kommunen"
ROLES = {
    "sagsbehandler": Role.CASEWORKER,
    "fagkoordinator": Role.COORDINATOR,
    "administrator": Role.ADMINISTRATOR,
    "systemadministrator": Role.ADMINISTRATOR,
    "revision": Role.AUDITOR,
}
"""The names of our roles at the providers (brugersystemroller)."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """``subject``: the provider's lasting id, with the provider's kind in front (oidc:..., saml:...).

    ``roles``: names of ``ROLES``, each with the municipality's code or CVR number.
    """

    subject: str
    first_name: str
    last_name: str
    email: str
    roles: frozenset[tuple[str, str]]


@transaction.atomic
def user_of(identity: Identity, only: Collection[str] = ()) -> User:
    """The user, made or brought up to date. ``only``: codes of the municipalities the provider speaks for (empty: all).

    Refused without a role here, and for a user who has been deactivated here.
    """
    granted = set(_granted(identity.roles, only))
    if not granted:
        raise Refused("Du har ingen rolle i Fleksløn. Din kommune kan give dig en.")
    system = User.objects.system()
    user = User.objects.select_for_update().filter(external_id=identity.subject).first()
    if user is not None and not user.is_active:
        raise Refused("Din bruger er lukket. Din administrator kan åbne den igen.")
    user = _named(user, identity, system)
    _give(user, granted, system)
    return user


def _granted(roles: Iterable[tuple[str, str]], only: Collection[str]) -> Iterable[tuple[int, Role]]:
    for name, where in roles:
        role = ROLES.get(name.lower())
        municipality = _municipality(where)
        if role is None or municipality is None or (only and municipality.code not in only):
            logger.warning("A role from single sign-on was left out: %s", "unknown role" if role is None else "place")
        else:
            yield municipality.pk, role


def _municipality(where: str) -> Municipality | None:
    if len(where) == 8:
        return Municipality.objects.filter(cvr=where).first()
    return Municipality.objects.filter(code=where).first()


def _named(user: User | None, identity: Identity, system: User) -> User:
    names = {
        "first_name": identity.first_name[:150], "last_name": identity.last_name[:150], "email": identity.email[:254],
    }  # fmt: skip
    if user is None:
        user = User(username=identity.subject[:150], external_id=identity.subject, **names)
        user.set_unusable_password()
        return saved(user, system, REASON)
    if any(getattr(user, name) != value for name, value in names.items()):
        for name, value in names.items():
            setattr(user, name, value)
        saved(user, system, REASON)
    return user


def _give(user: User, granted: set[tuple[int, Role]], system: User) -> None:
    """Exactly these roles; what changed stands in the history."""
    held = {(one.municipality_id, one.role): one for one in user.memberships.all()}
    for key in held.keys() - granted:
        removed(held[key], system, REASON)
    for municipality_id, role in granted - held.keys():
        saved(Membership(user=user, municipality_id=municipality_id, role=role), system, REASON)
