"""Single sign-on, off unless the environment says otherwise. Secrets are never in a file of the project."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

OIDC_NEEDED = ("CLIENT_ID", "CLIENT_SECRET", "ISSUER", "AUTHORIZATION", "TOKEN", "USERINFO", "JWKS", "MUNICIPALITIES")


def oidc_settings(environment: Any = os.environ) -> dict[str, Any]:
    """The settings of OpenID Connect; only the name, empty, where FLEKSLON_OIDC_CLIENT_ID is not set."""
    if not environment.get("FLEKSLON_OIDC_CLIENT_ID"):
        return {"OIDC_NAME": "", "OIDC_LOGOUT": "", "SIGN_ON_ORIGINS": []}
    values = {name: environment.get(f"FLEKSLON_OIDC_{name}", "") for name in OIDC_NEEDED}
    missing = [f"FLEKSLON_OIDC_{name}" for name, value in values.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"OpenID Connect er slået til, men der mangler {', '.join(missing)}.")
    logout = environment.get("FLEKSLON_OIDC_LOGOUT", "")
    return {
        "OIDC_NAME": environment.get("FLEKSLON_OIDC_NAME", "Log ind gennem kommunen"),
        "OIDC_RP_CLIENT_ID": values["CLIENT_ID"],
        "OIDC_RP_CLIENT_SECRET": values["CLIENT_SECRET"],
        "OIDC_ISSUER": values["ISSUER"],
        "OIDC_OP_AUTHORIZATION_ENDPOINT": values["AUTHORIZATION"],
        "OIDC_OP_TOKEN_ENDPOINT": values["TOKEN"],
        "OIDC_OP_USER_ENDPOINT": values["USERINFO"],
        "OIDC_OP_JWKS_ENDPOINT": values["JWKS"],
        "OIDC_LOGOUT": logout,
        "OIDC_MUNICIPALITIES": values["MUNICIPALITIES"].split(","),
        "OIDC_ROLES_CLAIM": environment.get("FLEKSLON_OIDC_ROLES_CLAIM", "roles"),
        "OIDC_RP_SIGN_ALGO": "RS256",
        "OIDC_RP_SCOPES": environment.get("FLEKSLON_OIDC_SCOPES", "openid profile email"),
        "OIDC_USE_PKCE": True,
        "OIDC_STORE_ID_TOKEN": True,
        "OIDC_TIMEOUT": 10,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "oidc_callback",
        "SIGN_ON_ORIGINS": [f"{part.scheme}://{part.netloc}" for part in [urlsplit(logout)] if part.netloc],
    }
