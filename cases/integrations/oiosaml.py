"""What a sign-in by the fælleskommunal SAML profile says: OIOSAML 3 (and 2) attributes, and the list of privileges.

Attribute names, namespaces and the privileges' form: interfaces.md section G (OIO Basic Privilege Profile 1.0 and 1.2).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

NAMESPACES = ("http://itst.dk/oiosaml/basic_privilege_profile", "http://digst.dk/oiosaml/basic_privilege_profile")
SCOPE = "urn:dk:gov:saml:cvrNumberIdentifier:"
LONGEST = 256 * 1024

_ROLE = re.compile(r"(?P<domain>https?://[^/\s]+)/roles/usersystemrole/(?P<role>[\w-]+)/\d+\Z", re.ASCII)
_CLAIMS = "https://data.gov.dk/model/core/eid/"
_NAMES: dict[str, tuple[str, ...]] = {
    "privileges": (
        f"{_CLAIMS}privilegesIntermediate",
        "dk:gov:saml:attribute:Privileges_intermediate",
    ),
    "level": ("https://data.gov.dk/concept/core/nsis/loa", "dk:gov:saml:attribute:AssuranceLevel"),
    "cvr": (f"{_CLAIMS}professional/cvr", "dk:gov:saml:attribute:CvrNumberIdentifier"),
    "uuid": (f"{_CLAIMS}professional/uuid/persistent",),
    "first_name": (f"{_CLAIMS}firstName", "urn:oid:2.5.4.42"),
    "last_name": (f"{_CLAIMS}lastName", "urn:oid:2.5.4.4"),
    "full_name": (f"{_CLAIMS}fullName", "urn:oid:2.5.4.3"),
    "email": (f"{_CLAIMS}email", "urn:oid:0.9.2342.19200300.100.1.3"),
}
_SUBSTANTIAL = {"substantial", "high", "3", "4"}
"""NSIS levels by name; OIOSAML 2 counts from 1 to 4, of which 3 is the least that NSIS calls Substantial."""


class Unacceptable(Exception):  # noqa: N818 - the module's word
    """The sign-in cannot be used. The text is a Danish sentence for the user, without personal data."""


@dataclass(frozen=True)
class Privilege:
    """One role in one organisation. ``constraints``: values by the constraint's name, e.g. ``KLE``."""

    domain: str
    role: str
    cvr: str
    constraints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SignIn:
    """Who signs in, by the identity provider's lasting id, and with what."""

    subject: str
    cvr: str
    first_name: str
    last_name: str
    email: str
    privileges: tuple[Privilege, ...]


def read_sign_in(attributes: Mapping[str, Sequence[str]], name_id: str = "") -> SignIn:
    """The sign-in in the assertion's attributes. Unacceptable below Substantial, without id or CVR number."""

    def first(name: str) -> str:
        found = (values[0].strip() for key in _NAMES[name] if (values := attributes.get(key)))
        return next(found, "")

    if first("level").lower().rsplit("/", 1)[-1] not in _SUBSTANTIAL:
        raise Unacceptable("Log ind med sikringsniveau Betydelig eller højere. Din kommune kan hjælpe dig.")
    subject, cvr = first("uuid") or name_id.strip(), first("cvr")
    if not subject or not re.fullmatch(r"\d{8}", cvr, re.ASCII):
        raise Unacceptable("Kommunens login sagde ikke, hvem du er, eller hvor du er ansat.")
    given, family = first("first_name"), first("last_name")
    if not given and not family:
        given, _, family = first("full_name").rpartition(" ")
    return SignIn(subject, cvr, given, family, first("email"), tuple(read_privileges(first("privileges"))))


def read_privileges(attribute: str) -> list[Privilege]:
    """The privileges in the base64 text of the attribute; none in an empty one. Unacceptable when it is damaged."""
    if not attribute.strip():
        return []
    root = _root(attribute)
    found = []
    for group in root.iter("PrivilegeGroup"):
        scope = group.get("Scope", "")
        constraints: dict[str, tuple[str, ...]] = {}
        for one in group.iter("Constraint"):
            name = one.get("Name", "").rstrip("/").rsplit("/constraints/", 1)[-1].split("/")[0]
            constraints[name] = (*constraints.get(name, ()), (one.text or "").strip())
        for one in group.iter("Privilege"):
            role = _ROLE.match((one.text or "").strip())
            if role and scope.startswith(SCOPE):
                found.append(Privilege(role["domain"], role["role"], scope.removeprefix(SCOPE), constraints))
    return found


def _root(attribute: str) -> etree._Element:
    damaged = Unacceptable("Listen over dine roller kan ikke læses. Sig det til din administrator.")
    if len(attribute) > LONGEST:
        raise damaged
    try:
        data = base64.b64decode("".join(attribute.split()), validate=True)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(data, parser)
    except (binascii.Error, ValueError, etree.XMLSyntaxError) as error:
        raise damaged from error
    is_list = root.tag in {f"{{{space}}}PrivilegeList" for space in NAMESPACES}
    if not is_list or root.getroottree().docinfo.doctype:
        raise damaged
    return root
