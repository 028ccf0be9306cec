"""Every look at a citizen is written: pages, lists, sums, the admin; kept when the page fails; bounded."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from cases import access
from cases.access import log_access, log_list
from cases.change_log import Query, changes
from cases.models import AccessLog, Citizen, EventKind, Grant, JobcentreEvent, Look, Notice, Role, Task, User
from tests.cases.builders import NOVEMBER, NOW, TODAY, changed, give, make_case, make_municipality, make_user, ordinary
from tests.cases.builders import run as run_month

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Any:
    return make_municipality()


@pytest.fixture
def month(home: Any) -> list[Grant]:
    """A month with a payment and two tasks; a notice and an event for the first citizen."""
    grants = [make_case(home, number) for number in range(3)]
    for number, grant in enumerate(grants):
        give(grant, ordinary() if number == 0 else changed(ordinary(), 0, amount="30000.00"))
    run_month(home)
    Notice.objects.create(
        municipality=home,
        citizen=grants[0].citizen,
        grant=grants[0],
        kind="new_job",
        text="Prøve",
        noticed_on=TODAY,
        created_at=NOW,
    )
    JobcentreEvent.objects.create(
        municipality=home, citizen=grants[0].citizen, external_id="e1", kind=EventKind.UNKNOWN, received_at=NOW,
        imported_at=NOW, effective_date=TODAY, payload={},
    )  # fmt: skip
    return grants


def signed_in(name: str, role: Role, of: Any) -> Client:
    client = Client()
    client.force_login(make_user(name, role, of))
    return client


def looks(**narrow: Any) -> list[tuple[str, str]]:
    return list(AccessLog.objects.filter(**narrow).order_by("id").values_list("action", "kind"))


# --- every page ---------------------------------------------------------------------------------------------


def plain_addresses(patterns: Any = None, prefix: str = "/") -> list[str]:
    """Every address of the portal without a number in it, from the table of addresses."""
    found: list[str] = []
    for one in patterns or get_resolver().url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            found += plain_addresses(one.url_patterns, path)
        elif isinstance(one, URLPattern) and "<" not in path and "(" not in path:
            found.append(path)
    return [path for path in found if "log-ud" not in path and not path.startswith("/administration/")]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.CASEWORKER])
def test_every_page_that_shows_a_name_has_logged_that_citizen(home: Any, month: list[Grant], role: Role) -> None:
    """Generated from the table of addresses: a new list that forgets to log fails here."""
    client, shown = signed_in("nogen", role, home), 0
    for path in plain_addresses():
        answer = client.get(path)
        is_text = not answer.streaming and answer["Content-Type"].startswith("text/")
        text = answer.content.decode() if is_text else ""
        seen = {grant.citizen_id for grant in month if re.search(rf"{grant.citizen.name}\b", text)}
        if answer.status_code == 200 and seen:
            shown += 1
            logged = set(AccessLog.objects.values_list("citizen_id", flat=True))
            assert seen <= logged, path
    assert shown >= 4


@pytest.mark.parametrize(
    ("name", "action", "seen"),
    [
        ("tasks", "Liste: Opgaver", 2),
        ("cases", "Liste: Sager", 3),
        ("payments", "Liste: Udbetalinger", 1),
        ("notices", "Liste: Adviser", 1),
        ("events", "Liste: Hændelser", 1),
        ("overview", "Liste: Overblik", 2),
    ],
)
def test_a_list_is_a_look_at_each_on_it_once_an_hour(
    home: Any, month: list[Grant], name: str, action: str, seen: int
) -> None:
    karen = signed_in("karen", Role.COORDINATOR, home)
    for _ in range(3):
        assert karen.get(reverse(name)).status_code == 200
    assert looks() == [(action, Look.LIST)] * seen


def test_the_list_is_logged_again_after_an_hour_and_by_another(home: Any, month: list[Grant]) -> None:
    karen = make_user("karen", Role.COORDINATOR, home)
    ids = [grant.citizen_id for grant in month]
    log_list(karen, ids, "Sager")
    log_list(karen, [*ids, None], "Sager")
    assert AccessLog.objects.count() == 3
    log_list(make_user("bo", Role.CASEWORKER, home), ids, "Sager")
    assert AccessLog.objects.count() == 6
    access_time = timezone.now() + timedelta(minutes=61)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access.timezone, "now", lambda: access_time)
        log_list(karen, ids[:1], "Sager")
    assert AccessLog.objects.count() == 7


def test_a_list_costs_few_queries(home: Any, month: list[Grant], django_assert_num_queries: Any) -> None:
    """What is logged already, the citizens, and one write (with its ids and its transaction)."""
    karen = make_user("karen", Role.COORDINATOR, home)
    with django_assert_num_queries(7) as few:
        log_list(karen, [month[0].citizen_id], "Sager")
    with django_assert_num_queries(len(few)):
        log_list(karen, [grant.citizen_id for grant in month], "Opgaver")


def test_the_sums_that_follow_what_is_typed_are_logged(home: Any, month: list[Grant]) -> None:
    aase = signed_in("aase", Role.CASEWORKER, home)
    grant, task = month[0], Task.objects.first()
    for _ in range(2):
        aase.post(reverse("calculator_sum"), {"sag": grant.pk, "month": str(NOVEMBER)})
        aase.post(reverse("live_sum", args=[task.pk]))
    assert looks() == [("Beregner, prøvet", Look.PAGE), ("Opgave, prøvet", Look.PAGE)]


# --- kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "address"),
    [
        ("cases.views.case.essentials", "/sager/{grant}/"),
        ("cases.views.payments.context_for", "/udbetalinger/{payment}/"),
        ("cases.views.tasks.WorkbenchPage", "/opgaver/{task}/"),
        ("cases.views.calculator._sum", "/beregner/?sag={grant}"),
        ("cases.views.tasks.filter_choices", "/opgaver/"),
        ("cases.views.payments.render", "/udbetalinger/"),
    ],
)
def test_the_look_is_kept_when_the_page_fails_afterwards(
    home: Any, month: list[Grant], monkeypatch: pytest.MonkeyPatch, broken: str, address: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the page fails")

    monkeypatch.setattr(broken, fail)
    client = signed_in("aase", Role.CASEWORKER, home)
    client.raise_request_exception = False
    task = Task.objects.first()
    payment = month[0].payments.first()
    answer = client.get(address.format(grant=month[0].pk, task=task.pk, payment=payment.pk))
    assert answer.status_code == 500
    assert AccessLog.objects.exists()


def test_requests_in_one_transaction_would_lose_the_log_and_are_refused(settings: Any) -> None:
    assert not [one for one in run_checks() if one.id == "cases.E001"]
    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = True
    try:
        assert [one for one in run_checks() if one.id == "cases.E001"]
    finally:
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False


# --- what stands out ----------------------------------------------------------------------------------------


def test_a_look_at_oneself_and_at_a_protected_citizen_is_marked(home: Any) -> None:
    own, protected, other = (make_case(home, number).citizen for number in range(3))
    Citizen.objects.filter(pk=protected.pk).update(is_protected=True)
    protected.refresh_from_db()
    aase = make_user("aase", Role.CASEWORKER, home)
    aase.own_cpr = own.cpr
    aase.save()
    for citizen in (own, protected, other):
        log_access(aase, citizen, "Sagen")
    log_list(aase, [own.pk, protected.pk, other.pk], "Sager")
    marks = list(AccessLog.objects.order_by("id").values_list("citizen", "is_own", "is_protected"))
    expected = [(own.pk, True, False), (protected.pk, False, True), (other.pk, False, False)]
    assert sorted(marks[:3]) == sorted(marks[3:]) == sorted(expected)


def test_a_users_own_cpr_number_is_never_shown_in_the_list_of_changes(home: Any) -> None:
    aase = make_user("aase", Role.CASEWORKER, home)
    aase.own_cpr = "1704781236"
    aase.save()
    text = str(changes(Query((home.pk,), settings_only=True)))
    assert "1704781236" not in text
    assert "eget CPR-nummer" in text


# --- protected address --------------------------------------------------------------------------------------


@pytest.fixture
def hidden(month: list[Grant]) -> Grant:
    citizen = month[0].citizen
    citizen.address, citizen.is_protected = "Skjulestedet 7", False
    citizen.save()
    citizen.is_protected = True
    citizen.save()
    return month[0]


def test_a_protected_address_takes_a_click_and_a_reason_and_is_logged(home: Any, hidden: Grant) -> None:
    aase = signed_in("aase", Role.CASEWORKER, home)
    page = aase.get(reverse("case", args=[hidden.pk])).content.decode()
    assert "Skjulestedet" not in page
    assert reverse("address", args=[hidden.pk]) in page
    form = aase.get(reverse("address", args=[hidden.pk]))
    assert "Skjulestedet" not in form.content.decode()
    refused = aase.post(reverse("address", args=[hidden.pk]), {"reason": " "})
    assert refused.status_code == 422
    assert "Skjulestedet" not in refused.content.decode()
    shown = aase.post(reverse("address", args=[hidden.pk]), {"reason": "Brev om møde sendes på papir"})
    assert "Skjulestedet 7" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    row = AccessLog.objects.get(kind=Look.ADDRESS)
    assert (row.purpose, row.is_protected) == ("Begrundelse: Brev om møde sendes på papir", True)


def test_an_auditor_and_a_neighbour_do_not_get_a_protected_address(home: Any, hidden: Grant) -> None:
    address = reverse("address", args=[hidden.pk])
    assert signed_in("rikke", Role.AUDITOR, home).post(address, {"reason": "x"}).status_code == 403
    assert signed_in("niels", Role.CASEWORKER, make_municipality("0998")).get(address).status_code == 404
    assert not AccessLog.objects.exists()


def test_a_protected_address_is_on_no_page_of_the_case_and_in_no_history(home: Any, hidden: Grant) -> None:
    """Also not in the versions from before it was protected, nor in the admin."""
    rikke = signed_in("rikke", Role.AUDITOR, home)
    citizen = hidden.citizen
    first = citizen.history.filter(is_protected=False).exclude(address="").get()
    pages = [
        *(f"{reverse('case', args=[hidden.pk])}?fane={tab}" for tab in ("historik", "maaneder", "breve", "adviser")),
        reverse("admin:cases_citizen_history", args=[citizen.pk]),
        reverse("admin:cases_citizen_change", args=[citizen.pk]),
        reverse("admin:cases_citizen_simple_history", args=[citizen.pk, first.pk]),
    ]
    for page in pages:
        answer = rikke.get(page)
        assert answer.status_code == 200, page
        assert "Skjulestedet" not in answer.content.decode(), page
    assert ("Administration: borger, tidligere udgave", Look.PAGE) in looks()


def test_an_address_that_is_not_protected_stands_on_the_case(home: Any, month: list[Grant]) -> None:
    User.objects.system()
    Citizen.objects.filter(pk=month[1].citizen_id).update(address="Åbenvej 3")
    page = signed_in("aase", Role.CASEWORKER, home).get(reverse("case", args=[month[1].pk])).content.decode()
    assert "Åbenvej 3" in page
