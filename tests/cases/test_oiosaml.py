"""The privilege list of OIOSAML: the published samples, damaged ones, and what a sign-in must say to be let in."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cases.integrations.oiosaml import Privilege, Unacceptable, read_privileges, read_sign_in

LIST = """<?xml version='1.0' encoding='UTF-8'?>
<bpp:PrivilegeList xmlns:bpp="http://itst.dk/oiosaml/basic_privilege_profile">
  <PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:12345678">
    <Privilege>http://fleksloen.example.dk/roles/usersystemrole/sagsbehandler/1</Privilege>
    <Constraint Name="http://sts.kombit.dk/constraints/KLE/1">32.00.*</Constraint>
  </PrivilegeGroup>
  <PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:12345678">
    <Privilege>http://fleksloen.example.dk/roles/usersystemrole/revision/1</Privilege>
  </PrivilegeGroup>
</bpp:PrivilegeList>"""
ATTRIBUTE = (
    "PD94bWwgdmVyc2lvbj0nMS4wJyBlbmNvZGluZz0nVVRGLTgnPz4KPGJwcDpQcml2aWxlZ2VMaXN0IHhtbG5zOmJwcD0iaHR0cDovL2l0c3QuZGsv"
    "b2lvc2FtbC9iYXNpY19wcml2aWxlZ2VfcHJvZmlsZSI+PFByaXZpbGVnZUdyb3VwIFNjb3BlPSJ1cm46ZGs6Z292OnNhbWw6Y3ZyTnVtYmVySWRl"
    "bnRpZmllcjoxMjM0NTY3OCI+PFByaXZpbGVnZT5odHRwOi8vZmxla3Nsb2VuLmV4YW1wbGUuZGsvcm9sZXMvdXNlcnN5c3RlbXJvbGUvc2Fnc2Jl"
    "aGFuZGxlci8xPC9Qcml2aWxlZ2U+PENvbnN0cmFpbnQgTmFtZT0iaHR0cDovL3N0cy5rb21iaXQuZGsvY29uc3RyYWludHMvS0xFLzEiPjMyLjAw"
    "Lio8L0NvbnN0cmFpbnQ+PC9Qcml2aWxlZ2VHcm91cD48UHJpdmlsZWdlR3JvdXAgU2NvcGU9InVybjpkazpnb3Y6c2FtbDpjdnJOdW1iZXJJZGVu"
    "dGlmaWVyOjEyMzQ1Njc4Ij48UHJpdmlsZWdlPmh0dHA6Ly9mbGVrc2xvZW4uZXhhbXBsZS5kay9yb2xlcy91c2Vyc3lzdGVtcm9sZS9yZXZpc2lv"
    "bi8xPC9Qcml2aWxlZ2U+PC9Qcml2aWxlZ2VHcm91cD48L2JwcDpQcml2aWxlZ2VMaXN0Pg=="
)
"""sample_bpp_attribute.txt as an identity provider sends it."""
EID = "https://data.gov.dk/model/core/eid/"
LOA = "https://data.gov.dk/concept/core/nsis/loa"
OURS = "http://fleksloen.example.dk"


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def attributes(**changes: Any) -> dict[str, list[str]]:
    found = {
        LOA: ["Substantial"],
        f"{EID}professional/uuid/persistent": ["uuid-1"],
        f"{EID}professional/cvr": ["12345678"],
        f"{EID}firstName": ["Åse"],
        f"{EID}lastName": ["Ærlig"],
        f"{EID}privilegesIntermediate": [ATTRIBUTE],
    }
    return {name: value for name, value in {**found, **changes}.items() if value is not None}


@pytest.mark.parametrize("text", [ATTRIBUTE, encoded(LIST), f"\n {ATTRIBUTE[:76]}\r\n{ATTRIBUTE[76:]} "])
def test_the_samples_are_read(text: str) -> None:
    assert read_privileges(text) == [
        Privilege(OURS, "sagsbehandler", "12345678", {"KLE": ("32.00.*",)}),
        Privilege(OURS, "revision", "12345678"),
    ]


def test_the_newer_namespace_and_no_privileges_at_all() -> None:
    newer = LIST.replace("http://itst.dk/", "http://digst.dk/")
    assert len(read_privileges(encoded(newer))) == 2
    assert read_privileges("") == []


@pytest.mark.parametrize(
    "text",
    [
        "%%%",
        encoded("ikke xml"),
        encoded(b"\x00\xff" * 50),
        encoded("<andet/>"),
        encoded('<!DOCTYPE x [<!ENTITY a "b">]>' + LIST.split("?>")[1]),
        encoded('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
        "A" * 400_000,
        ATTRIBUTE[:-9],
    ],
)
def test_a_damaged_list_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Unacceptable, match="Listen over dine roller kan ikke læses"):
        read_privileges(text)


def test_a_sign_in_of_either_version_is_read() -> None:
    found = read_sign_in(attributes())
    assert (found.subject, found.cvr, found.first_name, found.last_name) == ("uuid-1", "12345678", "Åse", "Ærlig")
    old = {
        "dk:gov:saml:attribute:AssuranceLevel": ["3"],
        "dk:gov:saml:attribute:CvrNumberIdentifier": ["12345678"],
        "dk:gov:saml:attribute:Privileges_intermediate": [ATTRIBUTE],
        "urn:oid:2.5.4.3": ["Åse von Ærlig"],
    }
    found = read_sign_in(old, "C=DK,O=12345678,CN=Åse,Serial=uuid-2")
    assert (found.first_name, found.last_name, len(found.privileges)) == ("Åse von", "Ærlig", 2)


@pytest.mark.parametrize("level", [None, ["Low"], ["2"], [""], [], ["substantial-ish"]])
def test_below_substantial_nobody_gets_in(level: Any) -> None:
    with pytest.raises(Unacceptable, match="sikringsniveau Betydelig"):
        read_sign_in(attributes(**{LOA: level}))


@pytest.mark.parametrize("missing", [f"{EID}professional/uuid/persistent", f"{EID}professional/cvr"])
def test_without_an_id_or_a_cvr_number_nobody_gets_in(missing: str) -> None:
    with pytest.raises(Unacceptable, match="sagde ikke, hvem du er"):
        read_sign_in(attributes(**{missing: None}))
