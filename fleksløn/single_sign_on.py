"""Single sign-on, off unless the environment says otherwise. Secrets are never in a file of the project."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
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


SAML_NEEDED = ("METADATA", "URL", "KEY", "CERTIFICATE", "ROLE_DOMAIN")


def saml_settings(environment: Any = os.environ) -> dict[str, Any]:
    """The settings of djangosaml2 for OIOSAML 3; only the name, empty, where FLEKSLON_SAML_METADATA is not set."""
    if not environment.get("FLEKSLON_SAML_METADATA"):
        return {"SAML_NAME": "", "SAML_ROLE_DOMAIN": "", "SAML_KLE": ""}
    values = {name: environment.get(f"FLEKSLON_SAML_{name}", "") for name in SAML_NEEDED}
    missing = [f"FLEKSLON_SAML_{name}" for name, value in values.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"SAML er slået til, men der mangler {', '.join(missing)}.")
    if not find_spec("djangosaml2") or not shutil.which("xmlsec1"):
        raise ImproperlyConfigured("SAML kræver requirements-saml.txt og programmet xmlsec1.")
    return {
        "SAML_NAME": environment.get("FLEKSLON_SAML_NAME", "Log ind med din kommunale bruger"),
        "SAML_ROLE_DOMAIN": values["ROLE_DOMAIN"].rstrip("/"),
        "SAML_KLE": environment.get("FLEKSLON_SAML_KLE", "32.00"),
        "SAML_CONFIG": _service_provider(values, environment.get("FLEKSLON_SAML_ENTITY", values["URL"])),
        "SAML_IGNORE_LOGOUT_ERRORS": True,
        "SAML_ACS_FAILURE_RESPONSE_FUNCTION": "cases.views.single_sign_on.saml_failed",
        "SAML_DEFAULT_BINDING": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
        "ACS_DEFAULT_REDIRECT_URL": "/",
        "SAML_CSP_HANDLER": "",
    }


def _service_provider(values: dict[str, str], entity: str) -> dict[str, Any]:
    """What pysaml2 is told: signed requests by rsa-sha256, signed assertions demanded, encrypted ones read."""
    keys = {"key_file": values["KEY"], "cert_file": values["CERTIFICATE"]}
    acs = f"{values['URL'].rstrip('/')}/log-ind/saml/svar/"
    return {
        "entityid": entity,
        "xmlsec_binary": shutil.which("xmlsec1"),
        "allow_unknown_attributes": True,
        "metadata": {"local": [str(Path(values["METADATA"]))]},
        "service": {
            "sp": {
                "name": "Fleksløn",
                "endpoints": {"assertion_consumer_service": [(acs, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")]},
                "name_id_format": ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"],
                "authn_requests_signed": True,
                "want_assertions_signed": True,
                "want_response_signed": False,
                "allow_unsolicited": False,
                "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            }
        },
        **keys,
        "encryption_keypairs": [keys],
    }
