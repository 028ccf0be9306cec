"""Revision: every change with before and after and why, every look; scoped, logged, and nothing to change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.access import log_access
from cases.change_log import TRACKED, Query, changes
from cases.models import AccessLog, Grant, Municipality, Role
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


@pytest.fixture
def rikke(client: Client, of: Municipality) -> Client:
    client.force_login(s.user("rikke", Role.AUDITOR, of=of))
    return client


@pytest.fixture
def ceiling(of: Municipality) -> Any:
    """A wage ceiling that Åse corrected, with a reason."""
    aase = s.user("aase", Role.CASEWORKER, of=of)
    row = s.grant(of).wage_ceilings.create(amount=Decimal(30000), first_day=s.NOW.date(), source="arbejdsgiver")
    row.amount, row._history_user, row._change_reason = Decimal("31250.50"), aase, "Ny overenskomst"
    row.save()
    return row


def search(client: Client, **asked: Any) -> Any:
    return client.post(reverse("audit"), asked)


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_a_change_shows_who_before_after_and_why(rikke: Client, ceiling: Any) -> None:
    found = search(rikke, words="åse holm").context["changes"]
    change = next(one for one in found if one.kind == "Ændret")
    assert (change.who, change.what, change.why) == ("Aase Prøve", "Lønloft", "Ny overenskomst")
    (field,) = change.fields
    assert (field.name, field.before, field.after) == ("lønloft pr. måned", "30.000,00 kr.", "31.250,50 kr.")


def test_every_table_with_history_is_searched() -> None:
    """A model with history that is not in the list would be a hole in the audit."""
    from django.apps import apps

    with_history = {one for one in apps.get_app_config("cases").get_models() if hasattr(one, "history")}
    assert with_history == {one.model for one in TRACKED}


def test_search_by_cpr_case_number_and_user(rikke: Client, ceiling: Any) -> None:
    citizen = ceiling.grant.citizen
    for words in (citizen.cpr, citizen.cpr_with_dash, ceiling.grant.number):
        assert search(rikke, words=words).context["citizen"] == citizen
    aase = ceiling.history.first().history_user
    assert {one.who for one in search(rikke, user=aase.pk).context["changes"]} == {"Aase Prøve"}


def test_search_by_time(rikke: Client, ceiling: Any) -> None:
    today = timezone.localdate()
    assert search(rikke, first=today, last=today).context["changes"]
    assert not search(rikke, last=today - timedelta(days=1)).context["changes"]
    assert "ligger før" in text_of(search(rikke, first=today, last=today - timedelta(days=1)))


def test_several_citizens_give_a_choice_and_none_a_sentence(rikke: Client, of: Municipality) -> None:
    first, second = s.citizen(of, "Anna Holm"), s.citizen(of, "Bo Holm")
    answer = search(rikke, words="holm")
    assert answer.context["citizens"] == [first, second]
    assert "changes" not in answer.context
    assert search(rikke, citizen=second.pk).context["citizen"] == second
    assert "Ingen borger passer" in text_of(search(rikke, words="findes ikke"))


def test_looks_are_listed_and_the_search_is_one_itself(rikke: Client, ceiling: Any) -> None:
    citizen = ceiling.grant.citizen
    log_access(ceiling.history.first().history_user, citizen, "Sagen")
    answer = search(rikke, words=citizen.cpr, what="access")
    assert [one.action for one in answer.context["lookups"]] == ["Sagen"]
    assert "changes" not in answer.context
    newest = AccessLog.objects.first()
    assert (newest.user.username, newest.citizen, newest.purpose) == ("rikke", citizen, "Revision og tilsyn")


def test_the_first_page_has_settings_and_no_citizens(rikke: Client, of: Municipality, ceiling: Any) -> None:
    s.settings(of)
    answer = rikke.get(reverse("audit"))
    assert "Kommunens indstillinger" in text_of(answer)
    assert not any(one.citizen for one in answer.context["changes"])
    assert not AccessLog.objects.exists()


def test_another_municipality_is_not_searched(client: Client, ceiling: Any) -> None:
    client.force_login(s.user("fremmed", Role.AUDITOR, of=s.municipality("0998", "Anden Kommune")))
    citizen = ceiling.grant.citizen
    assert search(client, words=citizen.cpr).context["citizens"] == []
    assert not [one for one in search(client).context["changes"] if one.citizen]
    assert "Ingen borger passer" in text_of(search(client, citizen=citizen.pk))
    assert not search(client, what="access").context["lookups"]


@pytest.mark.parametrize(("role", "status"), [(Role.COORDINATOR, 200), (Role.CASEWORKER, 403)])
def test_coordinators_may_read_and_caseworkers_not(role: Role, status: int, client: Client, of: Municipality) -> None:
    client.force_login(s.user("nogen", role, of=of))
    assert client.get(reverse("audit")).status_code == status


def test_a_protected_address_is_not_in_the_list(of: Municipality) -> None:
    person = s.citizen(of)
    person.is_protected, person.address = True, "Hemmelig Vej 1"
    person.save()
    shown = [field.after for change in changes(Query((of.pk,), person.pk)) for field in change.fields]
    assert "beskyttet" in shown
    assert "Hemmelig Vej 1" not in shown


def test_a_login_is_no_change(of: Municipality, client: Client) -> None:
    """simple_history writes a row at each sign-in, with nothing that is tracked changed."""
    person = s.user("aase", Role.CASEWORKER, of=of)
    person.save(update_fields=["last_login"])
    assert [one.kind for one in changes(Query((of.pk,), settings_only=True)) if one.what == "Bruger"] == ["Oprettet"]


def test_deleted_rows_are_listed(of: Municipality) -> None:
    person = s.user("bo", Role.CASEWORKER, of=of)
    person.memberships.get().delete()
    assert "Slettet" in [one.kind for one in changes(Query((of.pk,), settings_only=True)) if one.what == "Rolle"]


def test_as_few_queries_for_many_changes(of: Municipality, django_assert_max_num_queries: Any) -> None:
    for n in range(20):
        case: Grant = s.grant(of, f"Nr. {n}")
        case.needs_manual = "mangler lønseddel"
        case.save()
    with django_assert_max_num_queries(60):
        assert len(changes(Query((of.pk,), limit=60))) == 60
