"""A whole sign-in by SAML with an identity provider of pysaml2: ``python -m tests.cases.saml_provider FOLDER``.

Sets the environment, starts the program, and goes the browser's way: our request, the provider's signed answer, our
door.
Needs requirements-saml.txt and xmlsec1; test_saml.py runs it where they are.
"""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

URL, IDP = "http://testserver", "http://idp.example/metadata"


def key_pair(folder: Path, name: str) -> tuple[str, str]:
    """Files of a key and its own certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begun = datetime.datetime(2020, 1, 1)
    certificate = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
        .not_valid_before(begun).not_valid_after(begun.replace(year=2090)).sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / f"{name}.key", folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    files[0].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    files[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return str(files[0]), str(files[1])


def provider_config(folder: Path, name: str = "idp") -> dict[str, Any]:
    key, certificate = key_pair(folder, name)
    redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    return {
        "entityid": IDP,
        "service": {
            "idp": {
                "endpoints": {"single_sign_on_service": [("http://idp.example/sso", redirect)]},
                "policy": {"default": {"attribute_restrictions": None, "lifetime": {"minutes": 5}}},
            }
        },
        "key_file": key, "cert_file": certificate, "xmlsec_binary": "/usr/bin/xmlsec1",
    }  # fmt: skip


def main(folder: Path) -> None:
    import shutil

    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.server import Server

    config = {**provider_config(folder), "xmlsec_binary": shutil.which("xmlsec1")}
    (folder / "idp.xml").write_text(str(entity_descriptor(IdPConfig().load({**config}))))
    key, certificate = key_pair(folder, "sp")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "fleksløn.settings", "FLEKSLON_HOSTS": "testserver",
        "DATABASE_URL": f"sqlite:///{folder / 'saml.sqlite3'}", "FLEKSLON_SAML_METADATA": str(folder / "idp.xml"),
        "FLEKSLON_SAML_URL": URL, "FLEKSLON_SAML_KEY": key, "FLEKSLON_SAML_CERTIFICATE": certificate,
        "FLEKSLON_SAML_ROLE_DOMAIN": "http://fleksloen.example.dk",
    }  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from cases.models import Municipality, User

    call_command("migrate", verbosity=0)
    Municipality.objects.create(code="0999", name="Prøvekøbing", cvr="12345678")
    metadata = Client().get("/log-ind/saml/metadata/").content
    (folder / "sp.xml").write_bytes(metadata)
    forger = {**provider_config(folder, "forger"), "xmlsec_binary": config["xmlsec_binary"]}
    servers = {
        name: Server(config=IdPConfig().load({**one, "metadata": {"local": [str(folder / "sp.xml")]}}))
        for name, one in (("real", config), ("forger", forger))
    }
    refused(servers["forger"], "a forged signature")
    refused(servers["real"], "a low level", level="Low")
    refused(servers["real"], "an unsigned assertion", signed=False)
    refused(servers["real"], "an unasked-for answer", asked=False)
    assert not User.objects.filter(external_id__isnull=False).exists()
    client, answer = come_in(servers["real"])
    assert answer.status_code == 302, answer.content
    assert answer["Location"] == "/opgaver/", answer["Location"]
    assert client.get("/opgaver/").status_code == 200
    user = User.objects.get(external_id="saml:uuid-1")
    for one in user.memberships.order_by("role"):
        print("signed in as", one.municipality.code, one.role)


def come_in(server: Any, level: str = "Substantial", signed: bool = True, asked: bool = True) -> tuple[Any, Any]:
    """Our request, what the provider answers, and what our door says to it."""
    import base64

    from django.test import Client
    from saml2 import BINDING_HTTP_REDIRECT

    from tests.cases.test_oiosaml import LOA, attributes

    client = Client()
    gone = client.get("/log-ind/saml/", {"next": "/opgaver/"})
    sent = {name: values[0] for name, values in parse_qs(urlsplit(gone["Location"]).query).items()}
    request = server.parse_authn_request(sent["SAMLRequest"], BINDING_HTTP_REDIRECT)
    arguments = server.response_args(request.message)
    if not asked:
        arguments["in_response_to"] = "id-opfundet"
    identity = attributes(**{LOA: [level]})
    made = server.create_authn_response(
        identity, userid="uuid-1", sign_assertion=signed, sign_response=False,
        authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": IDP},
        **{name: value for name, value in arguments.items() if name != "binding"},
    )  # fmt: skip
    answer = base64.b64encode(str(made).encode()).decode()
    return client, client.post(
        "/log-ind/saml/svar/", {"SAMLResponse": answer, "RelayState": sent.get("RelayState", "")}
    )


def refused(server: Any, what: str, **changes: Any) -> None:
    client, answer = come_in(server, **changes)
    assert "_auth_user_id" not in client.session, what
    assert answer.status_code in (302, 400, 403), (what, answer.status_code)
    print("refused", what, answer.status_code)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
