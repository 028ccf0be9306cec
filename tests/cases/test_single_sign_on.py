"""Single sign-on against a real (local) identity provider: roles and municipality from claims, and nothing more."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from cases.models import Membership, Municipality, Role, User
from cases.one_time_codes import device_of
from fleksløn.single_sign_on import OIDC_NEEDED, oidc_settings
from tests.cases.builders import make_municipality, make_user

pytestmark = pytest.mark.django_db

CLIENT, SECRET = "flekslon", "hemmelig-hos-udbyderen"
PERSON = {"sub": "u-17", "given_name": "Åse", "family_name": "Ærlig", "email": "aase@kommune.example"}


class Provider(ThreadingHTTPServer):
    """An OpenID Connect provider: authorisation codes with PKCE, signed id tokens, user info, keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {**PERSON, "roles": ["sagsbehandler"]}
        self.token: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.signs_with = self.key
        self.userinfo: dict[str, Any] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def sign_in(self, address: str) -> dict[str, str]:
        """What the person does at the provider: the code and state that the browser brings back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return {"code": "kode-1", "state": self.asked["state"]}

    def id_token(self) -> str:
        payload = {"iss": self.url, "aud": CLIENT, "nonce": self.asked["nonce"], **self.claims, **self.token}
        return jwt.encode(payload, self.signs_with, algorithm="RS256", headers={"kid": "1"})

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "1", "alg": "RS256", "use": "sig"}]}


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        made = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        good = (sent["client_secret"], made) == (SECRET, self.server.asked["code_challenge"])
        if good and sent["code"] == "kode-1":
            self._say({"access_token": "adgang", "id_token": self.server.id_token(), "token_type": "Bearer"})
        else:
            self._say({"error": "invalid_grant"}, 400)

    def do_GET(self) -> None:
        if self.path == "/keys":
            self._say(self.server.keys())
        else:
            self._say(self.server.claims if self.server.userinfo is None else self.server.userinfo)

    def _say(self, what: Any, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing on the screen of a test."""


@pytest.fixture
def home() -> Municipality:
    municipality = make_municipality("0999")
    Municipality.objects.filter(pk=municipality.pk).update(cvr="12345678")
    make_municipality("0998")
    return municipality


@pytest.fixture
def provider(settings: Any, home: Municipality) -> Iterator[Provider]:
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        environment = {
            "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET, "ISSUER": server.url, "AUTHORIZATION": f"{server.url}/ask",
            "TOKEN": f"{server.url}/token", "USERINFO": f"{server.url}/me", "JWKS": f"{server.url}/keys",
            "MUNICIPALITIES": "0999", "LOGOUT": f"{server.url}/out",
        }  # fmt: skip
        for name, value in oidc_settings({f"FLEKSLON_OIDC_{k}": v for k, v in environment.items()}).items():
            setattr(settings, name, value)
        settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "cases.oidc.OidcBackend"]
        yield server
        server.shutdown()
        thread.join()


def come_in(provider: Provider, client: Client | None = None, **brought: str) -> tuple[Client, Any]:
    client = client or Client()
    address = client.get(reverse("oidc_begin"), {"next": reverse("tasks")})["Location"]
    back = {**provider.sign_in(address), **brought}
    return client, client.get(reverse("oidc_callback"), back)


def said(client: Client) -> str:
    return client.get(reverse("login")).content.decode()


def test_without_single_sign_on_there_is_no_door_and_no_button(client: Client) -> None:
    assert client.get(reverse("oidc_begin")).status_code == 404
    assert client.get(reverse("oidc_callback"), {"code": "x", "state": "y"}).status_code == 404
    assert "gennem din kommune" not in said(client)


def test_somebody_comes_in_with_the_role_of_the_claims(provider: Provider, home: Municipality) -> None:
    client, answer = come_in(provider)
    assert answer["Location"] == reverse("tasks")
    assert client.get(reverse("tasks")).status_code == 200
    user = User.objects.get(external_id="oidc:u-17")
    assert (str(user), user.is_staff, user.is_superuser, user.has_usable_password()) == (
        "Åse Ærlig",
        False,
        False,
        False,
    )
    assert list(user.memberships.values_list("municipality__code", "role")) == [("0999", "caseworker")]
    assert user.history.first().history_user == User.objects.system()
    page = client.get(reverse("my_access")).content.decode()
    assert "Roller styres" in page or "roller styres" in page
    assert "Skift adgangskode" not in page


def test_roles_follow_the_provider_at_every_sign_in(provider: Provider, home: Municipality) -> None:
    come_in(provider)
    provider.claims = {**PERSON, "roles": ["fagkoordinator:0999", "revision:12345678"], "family_name": "Nyt Navn"}
    come_in(provider)
    user = User.objects.get(external_id="oidc:u-17")
    assert set(user.memberships.values_list("role", flat=True)) == {"coordinator", "auditor"}
    assert user.last_name == "Nyt Navn"
    gone = Membership.history.filter(history_type="-", user=user).get()
    assert (gone.role, gone.history_change_reason) == ("caseworker", "Log ind gennem kommunen")


@pytest.mark.parametrize(
    "roles",
    [[], ["skraldemand"], ["sagsbehandler:0998"], ["administrator:"], ["sagsbehandler:99999999"], {"a": 1}, [1, None]],
)
def test_no_role_here_means_no_entrance(provider: Provider, roles: Any) -> None:
    provider.claims = {**PERSON, "roles": roles, "is_superuser": True, "is_staff": True}
    client, answer = come_in(provider)
    if roles == ["administrator:"]:
        user = User.objects.get(external_id="oidc:u-17")
        assert not user.is_national
        assert not user.is_superuser
        return
    assert answer["Location"] == reverse("login")
    assert "Du har ingen rolle i Fleksløn" in said(client)
    assert not User.objects.filter(external_id="oidc:u-17").exists()


def test_a_local_user_of_the_same_name_or_address_is_not_taken_over(provider: Provider, home: Municipality) -> None:
    local = make_user("u-17", Role.ADMINISTRATOR, home)
    User.objects.filter(pk=local.pk).update(email=PERSON["email"])
    client, _ = come_in(provider)
    assert int(client.session["_auth_user_id"]) != local.pk


def test_a_deactivated_user_stays_out(provider: Provider) -> None:
    come_in(provider)
    User.objects.filter(external_id="oidc:u-17").update(is_active=False)
    client, answer = come_in(provider)
    assert answer["Location"] == reverse("login")
    assert "Din bruger er lukket" in said(client)


def test_a_forged_or_foreign_token_is_refused(provider: Provider) -> None:
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    tries: list[dict[str, Any]] = [
        {"signs_with": forger},
        {"token": {"aud": "en-anden"}},
        {"token": {"iss": "https://ond.example"}},
        {"token": {"nonce": "en-anden"}},
        {"token": {"exp": 1}},
        {"userinfo": {**PERSON, "sub": "en-anden", "roles": ["fagkoordinator"]}},
    ]
    for changes in tries:
        before = {name: getattr(provider, name) for name in changes}
        for name, value in changes.items():
            setattr(provider, name, value)
        client, answer = come_in(provider)
        assert answer["Location"] == reverse("login"), changes
        assert "_auth_user_id" not in client.session, changes
        for name, value in before.items():
            setattr(provider, name, value)
    assert not User.objects.filter(external_id="oidc:u-17").exists()


def test_an_answer_nobody_asked_for_is_refused(provider: Provider) -> None:
    for brought in ({"state": "opfundet"}, {"code": "gættet"}, {"error": "access_denied"}):
        client, answer = come_in(provider, **brought)
        assert answer["Location"] == reverse("login"), brought
        assert "_auth_user_id" not in client.session
    assert Client().get(reverse("oidc_callback"), {"code": "kode-1", "state": "x"})["Location"] == reverse("login")


def test_a_provider_that_does_not_answer_is_told(provider: Provider, settings: Any) -> None:
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"
    client, answer = come_in(provider)
    assert answer["Location"] == reverse("login")
    assert "Kommunens login svarer ikke" in said(client)


def test_signing_out_signs_out_of_the_provider_too(provider: Provider, settings: Any) -> None:
    client, _ = come_in(provider)
    answer = client.post(reverse("logout"))
    assert answer["Location"].startswith(f"{provider.url}/out?id_token_hint=ey")
    assert "_auth_user_id" not in client.session
    assert provider.url in client.get(reverse("login")).headers["Content-Security-Policy"]


def test_the_providers_own_check_is_enough(provider: Provider, settings: Any) -> None:
    settings.CODE_ROLES = ["caseworker"]
    client, _ = come_in(provider)
    assert client.get(reverse("tasks")).status_code == 200
    assert device_of(User.objects.get(external_id="oidc:u-17")) is None


def test_half_a_set_up_is_refused_at_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="FLEKSLON_OIDC_ISSUER"):
        oidc_settings({"FLEKSLON_OIDC_CLIENT_ID": "x"})
    assert len(OIDC_NEEDED) == 8
    assert oidc_settings({})["OIDC_NAME"] == ""
