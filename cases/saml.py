"""Sign-in by the fælleskommunal SAML profile: the library checks the assertion, we read who it is and what they may.

A role is given where its scope is a municipality here. A constraint that we cannot keep takes its role away instead of
being forgotten: Fleksløn divides its cases by municipality, and is one task (KLE), so only those two can be kept.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from cases.integrations.oiosaml import Privilege, SignIn, Unacceptable, read_sign_in
from cases.models import User
from cases.refused import Refused
from cases.single_sign_on import Identity, user_of


class SamlBackend(ModelBackend):
    """Called by djangosaml2 with a checked assertion. A refusal leaves its sentence on the request."""

    def authenticate(
        self, request: HttpRequest | None, session_info: dict[str, Any] | None = None, **_: Any
    ) -> User | None:
        if request is None or session_info is None:
            return None
        try:
            sign_in = read_sign_in(session_info["ava"], getattr(session_info.get("name_id"), "text", "") or "")
            return user_of(identity_of(sign_in))
        except (Refused, Unacceptable) as refused:
            request.sign_on_fault = str(refused)
            return None


def identity_of(sign_in: SignIn) -> Identity:
    roles = frozenset((one.role, one.cvr) for one in sign_in.privileges if is_kept(one))
    return Identity(f"saml:{sign_in.subject}", sign_in.first_name, sign_in.last_name, sign_in.email, roles)


def is_kept(privilege: Privilege) -> bool:
    """Whether the role is one of ours and every constraint on it is one that we keep."""
    others = set(privilege.constraints) - {"KLE"}
    tasks = privilege.constraints.get("KLE", ())
    if privilege.domain != settings.SAML_ROLE_DOMAIN or others:
        return False
    return not tasks or any(map(_covers_our_task, tasks))


def _covers_our_task(pattern: str) -> bool:
    """Whether a KLE number or pattern (32.00.*, 32.*) covers the task that Fleksløn is set up as."""
    if pattern.endswith("*"):
        return f"{settings.SAML_KLE}.".startswith(pattern.rstrip("*"))
    return pattern == settings.SAML_KLE or settings.SAML_KLE.startswith(f"{pattern}.")
