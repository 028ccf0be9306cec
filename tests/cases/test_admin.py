"""Administration: every model, every role, another municipality's rows; history in Danish; nothing escalates."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cases.admin.case_data import LoggedMixin
from cases.models import (
    AccessLog,
    Citizen,
    Employer,
    Membership,
    Municipality,
    MunicipalParameters,
    NationalRates,
    PaymentSettings,
    RetentionPeriod,
    Role,
    SampleSetting,
    User,
)
from tests.cases import specimens as s
from tests.cases.builders import pays

pytestmark = pytest.mark.django_db

ADMINS = dict(admin.site._registry.items())
CASE_DATA = [model for model, one in ADMINS.items() if isinstance(one, LoggedMixin)]
SETTINGS = [model for model in ADMINS if model not in CASE_DATA]
EDITS = {
    Role.COORDINATOR: {MunicipalParameters, PaymentSettings, RetentionPeriod, SampleSetting},
    Role.ADMINISTRATOR: {
        MunicipalParameters,
        PaymentSettings,
        RetentionPeriod,
        SampleSetting,
        User,
        Municipality,
        Employer,
    },
    Role.AUDITOR: set(),
    Role.CASEWORKER: set(),
}


def names(models: Any) -> list[str]:
    return [model.__name__ for model in models]


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


@pytest.fixture
def other() -> Municipality:
    return s.municipality("0998", "Anden Kommune")


@pytest.fixture
def rows(of: Municipality, other: Municipality) -> None:
    """Something of everything in both municipalities."""
    s.employers()
    for one in (of, other):
        s.settings(one)
        pays(one)
        SampleSetting.objects.create(municipality=one, valid_from=date(2026, 1, 1), percent=5)
        RetentionPeriod.objects.create(
            municipality=one, kind="looks", years=5, valid_from=date(2026, 1, 1), reason="Kassationsplan 2026"
        )
        s.user(f"bruger{one.code}", Role.CASEWORKER, of=one)
        case = s.grant(one, f"Borger i {one.name}")
        case.jobs.create(se_number=s.BAKER, first_day=case.first_day)
        case.wage_ceilings.create(amount=Decimal(30000), first_day=case.first_day, source="oplyst")
        s.paid(case)
        s.stopped(s.grant(one, f"Stoppet i {one.name}"))


def signed_in(client: Client, role: Role, of: Municipality | None) -> User:
    person = s.user(f"{role.value}-admin", role, of=of)
    client.force_login(person)
    return person


# --- who sees what ------------------------------------------------------------------------------------------


def test_only_what_belongs_here_is_registered() -> None:
    assert {one._meta.app_label for one in ADMINS} == {"cases"}
    assert set(SETTINGS) == {
        MunicipalParameters,
        User,
        Municipality,
        Employer,
        NationalRates,
        PaymentSettings,
        RetentionPeriod,
        SampleSetting,
    }


@pytest.mark.parametrize("model", CASE_DATA, ids=names(CASE_DATA))
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_no_case_data_for_administrators_and_coordinators(
    model: Any, role: Role, client: Client, of: Municipality, rows: None
) -> None:
    signed_in(client, role, of)
    assert client.get(address(model, "changelist")).status_code == 403
    row = model._base_manager.first()
    if row is not None:
        assert client.get(address(model, "change", row.pk)).status_code in (403, 404)
        assert client.get(address(model, "history", row.pk)).status_code in (403, 404)


def test_an_administrator_of_all_sees_no_case_data_either(client: Client, rows: None) -> None:
    signed_in(client, Role.ADMINISTRATOR, None)
    for model in CASE_DATA:
        assert client.get(address(model, "changelist")).status_code == 403


def test_a_superuser_without_roles_sees_no_case_data(client: Client, rows: None) -> None:
    client.force_login(User.objects.create_superuser("rod", password="hemmelig-nok-1"))
    for model in CASE_DATA:
        assert client.get(address(model, "changelist")).status_code == 403
    assert client.get(address(User, "changelist")).status_code == 200


def test_caseworkers_do_not_get_in(client: Client, of: Municipality) -> None:
    signed_in(client, Role.CASEWORKER, of)
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.status_code == 403


def test_strangers_go_to_the_one_login_page(client: Client) -> None:
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("login"))


@pytest.mark.parametrize("model", CASE_DATA, ids=names(CASE_DATA))
def test_an_auditor_sees_own_rows_and_changes_none(
    model: Any, client: Client, of: Municipality, other: Municipality, rows: None
) -> None:
    signed_in(client, Role.AUDITOR, of)
    answer = client.get(address(model, "changelist"))
    assert answer.status_code == 200
    assert "Anden Kommune" not in answer.content.decode()
    path = ADMINS[model].municipality_path
    shown = set(answer.context_data["cl"].queryset.values_list(path, flat=True))
    assert shown <= {of.pk}
    for foreign in model._base_manager.filter(**{path: other.pk})[:1]:
        assert client.get(address(model, "change", foreign.pk)).status_code == 404
        assert client.get(address(model, "history", foreign.pk)).status_code in (302, 404)
    for own in model._base_manager.filter(**{path: of.pk})[:1]:
        assert client.get(address(model, "change", own.pk)).status_code == 200
        assert client.post(address(model, "change", own.pk), {}).status_code == 403
        assert client.post(address(model, "delete", own.pk), {"post": "yes"}).status_code == 403
    assert client.get(address(model, "add")).status_code == 403


@pytest.mark.parametrize("model", SETTINGS, ids=names(SETTINGS))
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_edits_settings(
    model: Any, role: Role, client: Client, of: Municipality, other: Municipality, rows: None
) -> None:
    signed_in(client, role, of)
    sees = not (model is User and role == Role.COORDINATOR)
    assert client.get(address(model, "changelist")).status_code == (200 if sees else 403)
    path = ADMINS[model].municipality_path
    own = model._base_manager.filter(**({path: of.pk} if path else {})).first()
    page = client.get(address(model, "change", own.pk))
    assert page.status_code == (200 if sees else 403)
    if sees:
        assert ('name="_save"' in page.content.decode()) == (model in EDITS[role])
    assert client.post(address(model, "delete", own.pk), {"post": "yes"}).status_code == 403
    if path:
        foreign = model._base_manager.filter(**{path: other.pk}).first()
        assert client.get(address(model, "change", foreign.pk)).status_code in (403, 404)
        assert client.post(address(model, "change", foreign.pk), {}).status_code in (403, 404)
        assert client.get(address(model, "history", foreign.pk)).status_code in (403, 404)


def test_citizens_are_never_searched_in_an_address() -> None:
    assert not [model for model in CASE_DATA if ADMINS[model].search_fields]
    assert not [model for model in ADMINS if ADMINS[model].show_full_result_count]


# --- looks and history --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["change", "history"])
def test_an_auditors_look_is_logged(page: str, client: Client, of: Municipality, rows: None) -> None:
    person = signed_in(client, Role.AUDITOR, of)
    citizen = Citizen.objects.of(of).first()
    client.get(address(Citizen, page, citizen.pk))
    (row,) = AccessLog.objects.all()
    assert (row.user, row.citizen, row.purpose) == (person, citizen, "Revision og tilsyn")


def test_a_list_of_citizens_is_a_look_at_each(client: Client, of: Municipality, rows: None) -> None:
    signed_in(client, Role.AUDITOR, of)
    client.get(address(Citizen, "changelist"))
    assert AccessLog.objects.count() == Citizen.objects.of(of).count()


def test_history_is_danish_with_before_and_after(client: Client, of: Municipality) -> None:
    row = s.settings(of, note="Fra start")
    signed_in(client, Role.COORDINATOR, of)
    client.post(address(MunicipalParameters, "change", row.pk), change(row, percent_below="12,5"))
    page = client.get(address(MunicipalParameters, "history", row.pk)).content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Procent under: 15 → 12,5" in text
    assert "Coordinator-Admin Prøve" in text or "Coordinator-admin Prøve" in text
    assert "Vi prøver" in text
    assert "Ændret" in text
    assert not re.search(r"\b(Changed|Created|Comment|None|Object|History)\b", text)
    assert "style=" not in page
    version = client.get(
        reverse("admin:cases_municipalparameters_simple_history", args=[row.pk, row.history.first().pk])
    )
    assert version.status_code == 200
    assert "Gendan" not in version.content.decode()


# --- the municipality's settings ----------------------------------------------------------------------------


def change(row: MunicipalParameters, **values: str) -> dict[str, str]:
    return {
        "valid_from": "01.01.2024",
        "percent_below": "15",
        "percent_above": "15",
        "subsidy_drop_percent": "5",
        "note": "Vi prøver",
        **values,
    }


def test_a_new_row_of_settings_begins_as_the_newest_stands(client: Client, of: Municipality) -> None:
    s.settings(of, percent_below=Decimal("12.5"), full_automation=True)
    signed_in(client, Role.ADMINISTRATOR, of)
    form = client.get(address(MunicipalParameters, "add")).context["adminform"].form
    stands = {name: form[name].value() for name in ("percent_below", "full_automation", "valid_from", "note")}
    assert stands == {"percent_below": Decimal("12.5"), "full_automation": True, "valid_from": None, "note": None}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_a_percentage_is_changed_and_the_history_says_by_whom_and_why(
    role: Role, client: Client, of: Municipality
) -> None:
    row = s.settings(of)
    person = signed_in(client, role, of)
    answer = client.post(address(MunicipalParameters, "change", row.pk), change(row, percent_above="10,25"))
    assert answer.status_code == 302
    newest, first = row.history.all()
    assert (newest.percent_above, first.percent_above) == (Decimal("10.25"), Decimal(15))
    assert (newest.history_user, newest.history_change_reason) == (person, "Vi prøver")


@pytest.mark.parametrize("value", ["-1", "100,01", "mange"])
def test_a_percentage_outside_0_to_100_is_refused(value: str, client: Client, of: Municipality) -> None:
    row = s.settings(of)
    signed_in(client, Role.COORDINATOR, of)
    answer = client.post(address(MunicipalParameters, "change", row.pk), change(row, percent_below=value))
    assert answer.status_code == 200
    assert "percent_below" in answer.context["adminform"].form.errors
    row.refresh_from_db()
    assert row.percent_below == 15


@pytest.mark.parametrize(("old", "new"), [("", ""), ("Vi prøver", "Vi prøver")])
def test_a_change_needs_a_reason_of_its_own(old: str, new: str, client: Client, of: Municipality) -> None:
    row = s.settings(of, note=old)
    signed_in(client, Role.COORDINATOR, of)
    answer = client.post(address(MunicipalParameters, "change", row.pk), change(row, percent_below="9", note=new))
    assert "note" in answer.context["adminform"].form.errors


def test_settings_are_made_for_the_own_municipality_only(client: Client, of: Municipality, other: Municipality) -> None:
    signed_in(client, Role.COORDINATOR, of)
    values = change(MunicipalParameters(), valid_from="01.01.2027")
    page = address(MunicipalParameters, "add")
    assert client.post(page, {**values, "municipality": other.pk}).status_code == 200
    assert not MunicipalParameters.objects.exists()
    assert client.post(page, {**values, "municipality": of.pk}).status_code == 302
    assert MunicipalParameters.objects.get().municipality == of


def test_months_already_decided_are_told(client: Client, of: Municipality) -> None:
    row = s.settings(of)
    s.paid(s.grant(of))
    signed_in(client, Role.COORDINATOR, of)
    answer = client.post(address(MunicipalParameters, "change", row.pk), change(row, percent_below="9"), follow=True)
    assert "allerede beregnet" in answer.content.decode()


# --- the rates ----------------------------------------------------------------------------------------------


def rates(**values: str) -> dict[str, str]:
    return {
        "valid_from": "01.01.2027", "valid_to": "31.12.2027", "base_amount": "22.000,00", "threshold": "18000",
        "reduction_below_percent": "30", "reduction_above_percent": "55", "extra_atp_percent": "5",
        "extra_atp_max": "500", "ordinary_atp_per_hour": "1,23", "ordinary_atp_full": "297",
        "mandatory_pension_percent": "2,4", "source": "Satsvejledning 2027", **values,
    }  # fmt: skip


def test_next_years_rates_are_entered_by_the_administrator_of_all(client: Client) -> None:
    person = signed_in(client, Role.ADMINISTRATOR, None)
    assert client.post(address(NationalRates, "add"), rates()).status_code == 302
    row = NationalRates.objects.get(valid_from="2027-01-01")
    assert (row.base_amount, row.mandatory_pension_percent) == (Decimal(22000), Decimal("2.40"))
    assert row.sources["threshold"] == "Satsvejledning 2027"
    assert row.history.get().history_user == person


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR])
def test_nobody_of_a_municipality_enters_rates(role: Role, client: Client, of: Municipality) -> None:
    signed_in(client, role, of)
    assert client.post(address(NationalRates, "add"), rates()).status_code == 403
    row = NationalRates.objects.first()
    assert client.post(address(NationalRates, "change", row.pk), rates()).status_code == 403


def test_a_rate_that_a_decision_has_used_is_never_edited(client: Client, of: Municipality) -> None:
    s.paid(s.grant(of))
    signed_in(client, Role.ADMINISTRATOR, None)
    used = NationalRates.objects.get(valid_from="2026-01-01")
    page = client.get(address(NationalRates, "change", used.pk)).content.decode()
    assert "november 2026 (1 afgørelser). Rækken kan derfor ikke ændres" in page
    assert 'name="_save"' not in page
    assert client.post(address(NationalRates, "change", used.pk), rates()).status_code == 403
    unused = NationalRates.objects.get(valid_from="2025-01-01")
    assert 'name="_save"' in client.get(address(NationalRates, "change", unused.pk)).content.decode()


def test_sources_and_derived_figures_are_readable(client: Client, of: Municipality) -> None:
    s.paid(s.grant(of))
    signed_in(client, Role.AUDITOR, of)
    row = NationalRates.objects.get(valid_from="2026-01-01")
    page = client.get(address(NationalRates, "change", row.pk)).content.decode()
    assert "21.600,00 kr." in page
    assert "Udledt: " in page
    assert "{&#x27;" not in page


def test_a_row_that_replaces_lists_the_months_it_hits(client: Client, of: Municipality) -> None:
    s.paid(s.grant(of))
    signed_in(client, Role.ADMINISTRATOR, None)
    new = rates(valid_from="01.10.2026", valid_to="31.12.2026")
    refused = client.post(address(NationalRates, "add"), new)
    assert "november 2026 (1 afgørelser)" in refused.context["adminform"].form.errors["hits_known"][0]
    taken = client.post(address(NationalRates, "add"), {**new, "hits_known": "on"}, follow=True)
    assert "november 2026 (1 afgørelser)" in taken.content.decode()
    assert NationalRates.objects.filter(valid_from="2026-10-01").exists()


@pytest.mark.parametrize(("name", "day"), [("valid_from", "02.01.2027"), ("valid_to", "30.12.2027")])
def test_rates_cover_whole_months(name: str, day: str, client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR, None)
    answer = client.post(address(NationalRates, "add"), rates(**{name: day}))
    assert name in answer.context["adminform"].form.errors


# --- users --------------------------------------------------------------------------------------------------


def roles(*rows: tuple[int | str, str], before: int = 0, **values: str) -> dict[str, str]:
    """A user form with its roles, each as (municipality, role)."""
    form = {
        "memberships-TOTAL_FORMS": str(len(rows)),
        "memberships-INITIAL_FORMS": str(before),
        "memberships-MIN_NUM_FORMS": "0",
        "memberships-MAX_NUM_FORMS": "1000",
        **values,
    }
    for at, (municipality, role) in enumerate(rows):
        form |= {f"memberships-{at}-municipality": str(municipality), f"memberships-{at}-role": role}
    return form


NEW = {"username": "ny", "password1": "et-langt-kodeord-7", "password2": "et-langt-kodeord-7"}


def test_an_administrator_makes_a_user_with_a_role(client: Client, of: Municipality) -> None:
    person = signed_in(client, Role.ADMINISTRATOR, of)
    answer = client.post(address(User, "add"), roles((of.pk, Role.CASEWORKER), **NEW))
    assert answer.status_code == 302
    made = User.objects.get(username="ny")
    assert made.municipality_ids(Role.CASEWORKER) == [of.pk]
    assert made.check_password("et-langt-kodeord-7")
    assert not made.is_staff
    assert not made.is_superuser
    assert made.memberships.get().history.get().history_user == person


@pytest.mark.parametrize("where", ["other", "none"])
def test_nobody_is_given_a_role_elsewhere(where: str, client: Client, of: Municipality, other: Municipality) -> None:
    signed_in(client, Role.ADMINISTRATOR, of)
    municipality = other.pk if where == "other" else ""
    answer = client.post(address(User, "add"), roles((municipality, Role.ADMINISTRATOR), **NEW))
    assert answer.status_code == 200
    assert not User.objects.filter(username="ny").exists()


def test_a_user_without_a_role_is_not_made(client: Client, of: Municipality) -> None:
    signed_in(client, Role.ADMINISTRATOR, of)
    answer = client.post(address(User, "add"), roles(**NEW))
    assert "Giv brugeren mindst én rolle." in answer.content.decode()


def test_nobody_changes_their_own_roles_or_flags(client: Client, of: Municipality) -> None:
    me = signed_in(client, Role.ADMINISTRATOR, of)
    form = roles((of.pk, Role.CASEWORKER), username=me.username, is_superuser="on", is_staff="on")
    client.post(address(User, "change", me.pk), form)
    me.refresh_from_db()
    assert list(me.memberships.values_list("role", flat=True)) == [Role.ADMINISTRATOR]
    assert (me.is_superuser, me.is_staff, me.is_active) == (False, False, True)


def test_a_user_shared_with_another_municipality_keeps_name_password_and_access(
    client: Client, of: Municipality, other: Municipality
) -> None:
    """Else one could take over the other municipality's user by giving a new password."""
    shared = s.user("delt", Role.CASEWORKER, of=of)
    Membership.objects.create(user=shared, municipality=other, role=Role.COORDINATOR)
    signed_in(client, Role.ADMINISTRATOR, of)
    password = reverse("admin:auth_user_password_change", args=[shared.pk])
    assert client.get(password).status_code == 403
    assert client.post(password, {"password1": "overtaget-nu-9", "password2": "overtaget-nu-9"}).status_code == 403
    mine = shared.memberships.get(municipality=of)
    form = roles((of.pk, Role.AUDITOR), before=1, username="andet", first_name="Andet")
    client.post(
        address(User, "change", shared.pk), {**form, "memberships-0-id": mine.pk, "memberships-0-user": shared.pk}
    )
    shared = User.objects.get(pk=shared.pk)
    assert (shared.username, shared.first_name, shared.is_active) == ("delt", "Delt", True)
    assert shared.check_password("hemmelig-nok-1")
    assert set(shared.memberships.values_list("municipality__code", "role")) == {
        ("0999", Role.AUDITOR), ("0998", Role.COORDINATOR),
    }  # fmt: skip


def test_another_municipalitys_role_is_not_taken_away(client: Client, of: Municipality, other: Municipality) -> None:
    shared = s.user("delt", Role.CASEWORKER, of=of)
    theirs = Membership.objects.create(user=shared, municipality=other, role=Role.COORDINATOR)
    signed_in(client, Role.ADMINISTRATOR, of)
    form = roles((of.pk, Role.CASEWORKER), before=1)
    form |= {"memberships-0-id": str(theirs.pk), "memberships-0-user": str(shared.pk), "memberships-0-DELETE": "on"}
    client.post(address(User, "change", shared.pk), form)
    assert Membership.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("above", ["superuser", "national", "system"])
def test_nobody_above_is_touched(above: str, client: Client, of: Municipality) -> None:
    if above == "system":
        person = User.objects.system()
    else:
        person = s.user("over", Role.ADMINISTRATOR, of=None if above == "national" else of)
        person.is_superuser = above == "superuser"
        person.save()
    if above != "superuser":
        Membership.objects.create(user=person, municipality=of, role=Role.CASEWORKER)
    signed_in(client, Role.ADMINISTRATOR, of)
    assert 'name="_save"' not in client.get(address(User, "change", person.pk)).content.decode()
    assert client.post(address(User, "change", person.pk), roles(username="x")).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[person.pk])).status_code == 403


def test_a_user_is_deactivated_with_history(client: Client, of: Municipality) -> None:
    person = s.user("stopper", Role.CASEWORKER, of=of)
    me = signed_in(client, Role.ADMINISTRATOR, of)
    held = person.memberships.get()
    form = roles((of.pk, Role.CASEWORKER), before=1, username="stopper", first_name="Stopper", last_name="Prøve")
    answer = client.post(
        address(User, "change", person.pk), {**form, "memberships-0-id": held.pk, "memberships-0-user": person.pk}
    )
    assert answer.status_code == 302
    newest = person.history.first()
    assert (newest.is_active, newest.history_user) == (False, me)


@pytest.mark.parametrize("number", ["1234567", "123456789", "1234567A"])
def test_an_employers_number_has_eight_digits(number: str, client: Client, of: Municipality) -> None:
    signed_in(client, Role.ADMINISTRATOR, of)
    assert client.post(address(Employer, "add"), {"se_number": number, "name": "X"}).status_code == 200
    assert client.post(address(Employer, "add"), {"se_number": "12345678", "name": "X"}).status_code == 302
