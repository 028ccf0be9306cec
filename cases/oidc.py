"""Sign-in by OpenID Connect: the library's flow, our users and roles."""

from __future__ import annotations

from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from requests import RequestException

from cases.models import User
from cases.refused import Refused
from cases.single_sign_on import Identity, user_of


class OidcBackend(OIDCAuthenticationBackend):
    """Who the provider says it is. A refusal leaves its sentence on the request (``sign_on_fault``)."""

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> User | None:
        if request is None or "nonce" not in kwargs:
            return None
        try:
            return super().authenticate(request, **kwargs)
        except RequestException:
            request.sign_on_fault = "Kommunens login svarer ikke. Prøv igen om lidt."
            return None

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """Signature and nonce by the library, and that the token was made for us by that provider."""
        try:
            payload = super().verify_token(token, **kwargs)
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise SuspiciousOperation("The token is too old, or it cannot be read.") from error
        audience = payload.get("aud")
        ours = settings.OIDC_RP_CLIENT_ID in (audience if isinstance(audience, list) else [audience])
        if not ours or payload.get("iss") != settings.OIDC_ISSUER:
            raise SuspiciousOperation("The token is another application's, or another provider's.")
        return payload

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User | None:
        claims = {**payload, **self.get_userinfo(access_token, id_token, payload)}
        if claims.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("The claims are about somebody else.")
        try:
            return user_of(identity_of(claims), settings.OIDC_MUNICIPALITIES)
        except Refused as refused:
            self.request.sign_on_fault = str(refused)
            return None


def identity_of(claims: dict[str, Any]) -> Identity:
    """A role reads ``sagsbehandler`` (in the provider's only municipality) or ``sagsbehandler:0999``."""
    listed = claims.get(settings.OIDC_ROLES_CLAIM) or []
    texts = [listed] if isinstance(listed, str) else [one for one in listed if isinstance(one, str)]
    home = settings.OIDC_MUNICIPALITIES[0] if len(settings.OIDC_MUNICIPALITIES) == 1 else ""
    roles = {(name, where or home) for name, _, where in (text.partition(":") for text in texts)}
    return Identity(
        f"oidc:{claims.get('sub')}",
        str(claims.get("given_name") or ""),
        str(claims.get("family_name") or claims.get("name") or ""),
        str(claims.get("email") or ""),
        frozenset(roles),
    )
