"""Sign-in by SAML against a local identity provider, where djangosaml2 and xmlsec1 are installed (else skipped).

The roles' mapping is tried everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from cases.integrations.oiosaml import Privilege, SignIn
from cases.models import Municipality, User
from cases.saml import SamlBackend, identity_of, is_kept
from fleksløn.single_sign_on import saml_settings
from tests.cases.builders import make_municipality
from tests.cases.test_oiosaml import OURS, attributes

ROOT = Path(__file__).resolve().parents[2]
CVR = "12345678"
HAS_SAML = bool(find_spec("djangosaml2")) and bool(shutil.which("xmlsec1"))


@pytest.fixture(autouse=True)
def _set_up(settings: Any) -> None:
    settings.SAML_ROLE_DOMAIN, settings.SAML_KLE = OURS, "32.00"


@pytest.mark.parametrize(
    ("constraints", "is_given"),
    [
        ({}, True),
        ({"KLE": ("32.00.*",)}, True),
        ({"KLE": ("32.*", "27.00")}, True),
        ({"KLE": ("32.00",)}, True),
        ({"KLE": ("32",)}, True),
        ({"KLE": ("27.00.*",)}, False),
        ({"KLE": ("3",)}, False),
        ({"orgenhed": ("a-b-c",)}, False),
        ({"KLE": ("32.00.*",), "foelsomhed": ("1",)}, False),
    ],
)
def test_a_constraint_that_cannot_be_kept_takes_its_role_away(constraints: dict[str, Any], is_given: bool) -> None:
    assert is_kept(Privilege(OURS, "sagsbehandler", CVR, constraints)) == is_given


def test_another_systems_roles_are_not_ours() -> None:
    theirs = Privilege("http://andet.example.dk", "fagkoordinator", CVR)
    assert identity_of(SignIn("u", CVR, "Åse", "Ærlig", "", (theirs,))).roles == frozenset()


@pytest.mark.django_db
def test_the_scope_is_the_municipality() -> None:
    make_municipality("0999")
    Municipality.objects.update(cvr=CVR)
    make_municipality("0998")
    request = RequestFactory().get("/")
    user = SamlBackend().authenticate(request, session_info={"ava": attributes()})
    assert user is not None
    held = set(user.memberships.values_list("municipality__code", "role"))
    assert held == {("0999", "caseworker"), ("0999", "auditor")}
    Municipality.objects.update(cvr="87654321")
    assert SamlBackend().authenticate(request, session_info={"ava": attributes()}) is None
    assert "Du har ingen rolle" in request.sign_on_fault
    assert User.objects.filter(external_id="saml:uuid-1").count() == 1


@pytest.mark.django_db
def test_a_low_level_is_refused() -> None:
    request = RequestFactory().get("/")
    low = attributes(**{"https://data.gov.dk/concept/core/nsis/loa": ["Low"]})
    assert SamlBackend().authenticate(request, session_info={"ava": low}) is None
    assert "Betydelig" in request.sign_on_fault


def test_half_a_set_up_is_refused_at_the_start() -> None:
    assert saml_settings({})["SAML_NAME"] == ""
    with pytest.raises(ImproperlyConfigured, match="FLEKSLON_SAML_KEY"):
        saml_settings({"FLEKSLON_SAML_METADATA": "/x"})


@pytest.mark.slow
@pytest.mark.skipif(not HAS_SAML, reason="djangosaml2 (requirements-saml.txt) and xmlsec1 are an extra")
def test_a_whole_sign_in_against_a_local_identity_provider(tmp_path: Path) -> None:
    """In a process of its own: the settings of SAML are read when the program starts."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cases.saml_provider", str(tmp_path)],
        cwd=ROOT, env={**os.environ, "FLEKSLON_LOCAL": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "signed in as 0999 caseworker" in done.stdout
