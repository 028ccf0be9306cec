"""Every address x every role x another municipality's rows: 403 or 404, never data, and nothing is changed.

The addresses are read from the program's own table; who gets in stands in tests/cases/doors.py. An address without a
row there fails the first test, which says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cases.models import Citizen, Grant, Role, User
from tests.cases.builders import make_user
from tests.cases.doors import ADMIN, DOORS, THINGS, Door, World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

PAGES_OF_A_MODEL = ("changelist", "add", "history", "delete", "change", "simple_history")
MEMBERS = (*Role.values, "national", "nobody", "anonymous")
"""The roles, an administrator of no municipality, a user without any role, and somebody who has not signed in."""
PUSHED = {"act": "accept", "note": "x", "kommune": "0999", "words": "Ærlig", "what": "both", "first": "", "last": ""}
"""What a stranger sends: the words of our own forms, asking for the other municipality."""
SHUT = (403, 404, 405)
ALWAYS_TO_SIGN_IN = ("logout", "admin:login", "admin:logout")


# --- the table ----------------------------------------------------------------------------------------------


def named_addresses(patterns: list[Any] | None = None, space: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every address in the program's table."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from named_addresses(one.url_patterns, inner)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}", str(one.pattern)


def is_of_a_model(name: str) -> bool:
    return name.startswith(("admin:cases_", "admin:auth_user_password_change"))


def is_catch_all(name: str) -> bool:
    """The admin's own redirects: an old form of the change page, and adding a slash."""
    return name == "admin:None"


def test_every_address_has_a_row_that_says_who_gets_in() -> None:
    known = {name: route for name, route in named_addresses() if not is_of_a_model(name) and not is_catch_all(name)}
    missing = [f'    "{name}": Door(READERS, ...),   # {route}' for name, route in known.items() if name not in DOORS]
    assert not missing, (
        "New addresses: write in tests/cases/doors.py who gets in and what they are about:\n" + "\n".join(missing)
    )
    gone = sorted(DOORS.keys() - known.keys())
    assert not gone, f"These addresses are gone: take their rows out of tests/cases/doors.py: {gone}"


def test_every_parameter_of_an_address_is_about_something() -> None:
    for name, route in named_addresses():
        door = DOORS.get(name)
        if door and not door.every:
            parameters = re.findall(r"<(?:\w+:)?(\w+)>", route)
            assert len(door.about) == len(parameters), (
                f'"{name}" has the parameters {parameters}: name one of THINGS in tests/cases/doors.py for each.'
            )
            assert set(door.about) <= set(THINGS), name


def test_every_model_of_the_admin_has_a_row() -> None:
    registered = {model._meta.model_name for model in admin.site._registry}
    assert registered == set(ADMIN), "Write in ADMIN of tests/cases/doors.py who sees the new models of the admin."


# --- the addresses of a municipality -------------------------------------------------------------------------


def portal_addresses(world: World) -> Iterator[tuple[str, Door, str]]:
    """Name, row and address."""
    for name, door in DOORS.items():
        for arguments in door.arguments(world):
            yield name, door, reverse(name, args=arguments)


def rows_of(model: Any, world: World) -> Any:
    """The model's rows of this municipality; all of them for what belongs to no municipality."""
    path = admin.site._registry[model].municipality_path
    return model._base_manager.filter(**{path: world.municipality.pk}) if path else model._base_manager.all()


def admin_addresses(world: World) -> Iterator[tuple[Any, str, str]]:
    """Model, page and address. The test fails where ``make_world`` has no row to try."""
    for model in admin.site._registry:
        row = rows_of(model, world).order_by("pk").first()
        assert row is not None, f"make_world (tests/cases/doors.py) must make a row of {model.__name__}."
        for page in PAGES_OF_A_MODEL:
            if page == "simple_history" and not hasattr(model, "history"):
                continue
            version = model.history.filter(id=row.pk).first() if page == "simple_history" else None
            arguments = {"changelist": (), "add": (), "simple_history": (row.pk, getattr(version, "pk", 1))}
            yield model, page, admin_address(model, page, *arguments.get(page, (row.pk,)))


def admin_address(model: Any, page: str, *arguments: Any) -> str:
    return reverse(f"admin:cases_{model._meta.model_name}_{page}", args=arguments)


def has_own_rows(model: Any) -> bool:
    """Whether the rows belong to a municipality: employers and rates are for all to see."""
    return bool(admin.site._registry[model].municipality_path)


# --- who is who ---------------------------------------------------------------------------------------------


def person(role: str, world: World) -> Client:
    """Somebody with the role in the world's municipality."""
    client = Client()
    if role == "national":
        client.force_login(make_user("landet", Role.ADMINISTRATOR, None))
    elif role == "nobody":
        client.force_login(User.objects.create_user("ingen", password="hemmelig-og-lang"))
    elif role != "anonymous":
        client.force_login(make_user(f"en-{role}", Role(role), world.municipality))
    return client


def _sign_in_again(client: Client, role: str) -> None:
    """After an address that signs out."""
    if role != "anonymous" and "_auth_user_id" not in client.session:
        client.force_login(User.objects.get(username={"national": "landet", "nobody": "ingen"}.get(role, f"en-{role}")))


@pytest.fixture
def home() -> World:
    return make_world("0999", "Åse Ærlig")


@pytest.fixture
def away() -> World:
    return make_world("0998", "Niels Nabo")


def secrets(world: World) -> list[str]:
    """What must never reach another municipality: names, CPR numbers in both forms, and case numbers."""
    citizens = Citizen.objects.filter(municipality=world.municipality)
    numbers = [form for one in citizens for form in (one.cpr, one.cpr_with_dash, one.name)]
    return [*numbers, *Grant.objects.filter(municipality=world.municipality).values_list("number", flat=True)]


def told(answer: Any) -> str:
    """Everything the answer says: its body, its address and its messages. A PDF says its bytes."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{answer.headers.get('Location', '')} {body.decode('utf-8', 'replace')} {answer.cookies.output()}"


def is_shut(answer: Any) -> bool:
    """Refused, not there, a method the address does not know, or sent to sign in."""
    to_sign_in = (reverse("login"), reverse("admin:login"))
    return answer.status_code in SHUT or (answer.status_code == 302 and answer["Location"].startswith(to_sign_in))


def digest(world: World) -> dict[str, list[Any]]:
    """Every row of the municipality, to see that nothing was changed or added."""
    found = {}
    for model in apps.get_app_config("cases").get_models():
        path = getattr(model, "municipality_path", None)
        if path and path.split("__")[0] in {field.name for field in model._meta.get_fields()}:
            rows = model._base_manager.filter(**{path: world.municipality.pk})
            found[model.__name__] = sorted(map(repr, rows.values_list()))
    found["roles"] = sorted(map(repr, world.municipality.memberships.values_list()))
    found["municipality"] = list(type(world.municipality).objects.filter(pk=world.municipality.pk).values_list())
    return found


# --- the doors ----------------------------------------------------------------------------------------------


def test_another_municipality_gets_nothing_and_changes_nothing(home: World, away: World) -> None:
    """Every address with the home municipality's rows, asked and pushed by everybody from elsewhere."""
    hidden, before = secrets(home), digest(home)
    for role in MEMBERS:
        client = person(role, away)
        for name, _, address in portal_addresses(home):
            for answer in _asked_and_pushed(client, address, home):
                _shows_nothing(answer, address, hidden)
                if DOORS[name].is_about_a_row:
                    assert is_shut(answer), f"{address}: {role} from elsewhere got {answer.status_code}"
            _sign_in_again(client, role)
    assert digest(home) == before


def _asked_and_pushed(client: Client, address: str, home: World) -> Iterator[Any]:
    asked = {"kommune": "0999", "sag": home.grant.pk, "opgave": home.task.pk, "advis": home.rows["notice"]}
    chosen = {"sag": home.grant.pk, "tasks": [home.task.pk], "citizen": home.grant.citizen_id}
    yield client.get(address, asked)
    yield client.post(address, {**PUSHED, **chosen})


def _shows_nothing(answer: Any, address: str, hidden: list[str]) -> None:
    text = told(answer)
    assert not [one for one in hidden if one in text], f"{address} shows another municipality's citizens"


def test_the_admin_shows_nothing_of_another_municipality(home: World, away: World) -> None:
    hidden, before = secrets(home), digest(home)
    for role in MEMBERS:
        client = person(role, away)
        for model, page, address in admin_addresses(home):
            rules_all = role == "national" and Role.ADMINISTRATOR in ADMIN[model._meta.model_name]
            pushed = page in ("change", "delete", "changelist")
            for answer in (client.get(address), *([client.post(address, {"post": "yes"})] if pushed else [])):
                _shows_nothing(answer, address, hidden)
                if page not in ("changelist", "add") and has_own_rows(model) and not rules_all:
                    assert is_shut(answer), f"{address}: {role} from elsewhere got {answer.status_code}"
    assert digest(home) == before


def test_each_door_opens_for_exactly_those_the_table_names(home: World) -> None:
    """In the own municipality; what a role may not open is shut before anything is shown."""
    hidden = secrets(home)
    for role in (*Role.values, "nobody", "anonymous"):
        client = person(role, home)
        for name, door, address in portal_addresses(home):
            answer = client.post(address) if door.post else client.get(address)
            shut = is_shut(answer) and not (answer.status_code == 302 and name in ALWAYS_TO_SIGN_IN)
            assert shut != (role in door.roles), f"{address}: {role} got {answer.status_code}"
            if shut:
                _shows_nothing(answer, address, hidden)
            _sign_in_again(client, role)


def test_each_page_of_the_admin_opens_for_exactly_those_the_table_names(home: World) -> None:
    hidden = secrets(home)
    for role in (*Role.values, "nobody", "anonymous"):
        client = person(role, home)
        for model, page, address in admin_addresses(home):
            answer = client.get(address)
            sees = role in ADMIN[model._meta.model_name]
            if page in ("changelist", "change"):
                assert (answer.status_code == 200) == sees, f"{address}: {role} got {answer.status_code}"
            if not sees:
                assert is_shut(answer), f"{address}: {role} got {answer.status_code}"
                _shows_nothing(answer, address, hidden)


def test_the_password_page_of_a_user_elsewhere_is_shut(home: World, away: World) -> None:
    client = person(Role.ADMINISTRATOR, away)
    address = reverse("admin:auth_user_password_change", args=[home.user.pk])
    for answer in (client.get(address), client.post(address, {"password1": "x" * 20, "password2": "x" * 20})):
        assert answer.status_code in SHUT
    assert User.objects.get(pk=home.user.pk).check_password("hemmelig-og-lang")


def test_an_odd_number_in_an_address_is_no_fault_of_ours(home: World) -> None:
    """Never a fault: neither for digits that Python counts as such, nor for numbers no database holds."""
    client = person(Role.COORDINATOR, home)
    for number in ("²", "9" * 30, "-1"):
        asked = dict.fromkeys(("side", "sag", "opgave", "advis", "maaned", "aar", "kommune"), number)
        for _, door, address in portal_addresses(home):
            if not door.post:
                assert client.get(address, asked).status_code < 500, address
                assert client.get(re.sub(r"/\d+/", f"/{number}/", address)).status_code < 500, address
