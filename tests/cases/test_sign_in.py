"""Signing in: lock-out, one-time codes, time-outs, and what is asked of roles. All that is said is Danish."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases import one_time_codes
from cases.access import client_address
from cases.models import Role, User
from tests.cases.builders import make_municipality, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "hemmelig-og-lang"


@pytest.fixture
def aase() -> User:
    return make_user("aase", Role.CASEWORKER, make_municipality())


def sign_in(client: Client, password: str = PASSWORD, name: str = "aase", **extra: Any) -> Any:
    return client.post(reverse("login"), {"username": name, "password": password}, **extra)


def code_of(device: TOTPDevice, later: int = 0) -> str:
    """The code the app shows now, or so many steps later."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time() + later * device.step
    return f"{totp.token():06d}"


def with_code(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="Prøve", confirmed=True)


# --- lock-out -----------------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_the_right_one_does_not_help(client: Client, aase: User) -> None:
    for _ in range(4):
        page = sign_in(client, "forkert")
        assert page.status_code == 200
        assert "passer ikke sammen" in page.content.decode()
    for password in ("forkert", PASSWORD):
        page = sign_in(client, password)
        assert page.status_code == 429
        assert "låst i 15 minutter" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert sign_in(Client(), REMOTE_ADDR="10.0.0.7").status_code == 302


def test_a_right_password_forgets_the_wrong_ones(client: Client, aase: User) -> None:
    for _ in range(3):
        for _ in range(3):
            sign_in(client, "forkert")
        assert sign_in(client).status_code == 302
        client.logout()


def test_an_attempt_keeps_no_password(client: Client, aase: User) -> None:
    sign_in(client, "min-hemmelige-kode")
    kept = repr(AccessAttempt.objects.values_list())
    assert "aase" in kept
    assert "min-hemmelige-kode" not in kept


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "1.1.1.1, 8.8.8.8", "1.1.1.1"),
        (2, "1.1.1.1", "9.9.9.9"),
    ],
)
def test_nobody_chooses_the_address_they_come_from(proxies: int, forwarded: str, expected: str, settings: Any) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="9.9.9.9")
    assert client_address(request) == expected


def test_passwords_are_hashed_slowly_and_short_ones_refused(settings: Any) -> None:
    from fleksløn import settings as wiring

    settings.PASSWORD_HASHERS = wiring.PASSWORD_HASHERS
    assert make_password("x").startswith("scrypt$")


def test_a_user_changes_the_password_and_a_short_one_is_refused_in_danish(client: Client, aase: User) -> None:
    client.force_login(aase)
    fields = {"old_password": PASSWORD, "new_password1": "kort", "new_password2": "kort"}
    page = client.post(reverse("change_password"), fields).content.decode()
    assert "mindst 12 tegn" in page
    fields |= {"new_password1": "en-hel-anden-sten", "new_password2": "en-hel-anden-sten"}
    assert client.post(reverse("change_password"), fields).status_code == 302
    aase.refresh_from_db()
    assert aase.check_password("en-hel-anden-sten")


# --- one-time codes -----------------------------------------------------------------------------------------


def test_a_code_is_set_up_with_its_first_code_and_the_backup_codes_are_shown_once(client: Client, aase: User) -> None:
    client.force_login(aase)
    page = client.get(reverse("set_up_code")).content.decode()
    assert 'src="data:image/svg+xml' in page
    device = TOTPDevice.objects.get(user=aase)
    assert one_time_codes.key_in_words(device) in page
    wrong = client.post(reverse("set_up_code"), {"code": "000000"})
    assert wrong.status_code == 422
    assert "Koden passer ikke" in wrong.content.decode()
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    shown = client.post(reverse("set_up_code"), {"code": code_of(device)}).content.decode()
    assert len(re.findall(r"<li><code>\w{8}</code></li>", shown)) == StaticToken.objects.count() == 10
    assert client.get(reverse("tasks")).status_code == 200
    assert "Slå engangskode fra" in client.get(reverse("my_access")).content.decode()
    assert aase.history.first().history_change_reason == "Engangskode slået til"


def test_the_password_alone_opens_nothing_for_who_has_a_code(client: Client, aase: User) -> None:
    device = with_code(aase)
    sign_in(client)
    for name in ("overview", "tasks", "cases", "my_access", "change_password", "search", "set_up_code"):
        answer = client.get(reverse(name))
        assert answer.status_code == 302, name
    assert client.post(reverse("switch_off_code"))["Location"].startswith(reverse("one_time_code"))
    assert TOTPDevice.objects.filter(user=aase, confirmed=True).exists()
    asked = client.get(reverse("tasks"))["Location"]
    assert asked == f"{reverse('one_time_code')}?next={reverse('tasks')}"
    answer = client.post(reverse("one_time_code"), {"code": code_of(device), "next": reverse("tasks")})
    assert answer["Location"] == reverse("tasks")
    assert client.get(reverse("tasks")).status_code == 200


def test_a_wrong_code_makes_the_next_one_wait_and_a_code_works_once(client: Client, aase: User) -> None:
    device = with_code(aase)
    sign_in(client)
    code = code_of(device)
    wrong = f"{(int(code) + 1) % 1000000:06d}"
    assert "Koden passer ikke" in client.post(reverse("one_time_code"), {"code": wrong}).content.decode()
    waits = client.post(reverse("one_time_code"), {"code": code})
    assert "For mange forkerte koder" in waits.content.decode()
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post(reverse("one_time_code"), {"code": code}).status_code == 302
    other = Client()
    sign_in(other)
    assert other.post(reverse("one_time_code"), {"code": code}).status_code == 422


def test_a_backup_code_works_once(aase: User) -> None:
    with_code(aase)
    codes = one_time_codes.new_backup_codes(aase)
    assert not StaticToken.objects.filter(token__in=codes)  # a copy of the database opens nothing
    code = codes[0]
    for expected in (302, 422):
        client = Client()
        sign_in(client)
        assert client.post(reverse("one_time_code"), {"code": f" {code.upper()} "}).status_code == expected


def test_the_code_page_leads_nowhere_else(client: Client, aase: User) -> None:
    device = with_code(aase)
    sign_in(client)
    answer = client.post(reverse("one_time_code"), {"code": code_of(device), "next": "https://ond.example/"})
    assert answer["Location"] == "/"


def test_a_role_that_demands_a_code_gets_no_further_without(client: Client, aase: User, settings: Any) -> None:
    settings.CODE_ROLES = ["caseworker"]
    client.force_login(aase)
    assert client.get(reverse("tasks"))["Location"] == reverse("set_up_code")
    assert "Din rolle kræver" in client.get(reverse("set_up_code")).content.decode()
    device = TOTPDevice.objects.get(user=aase)
    client.post(reverse("set_up_code"), {"code": code_of(device)})
    assert client.get(reverse("tasks")).status_code == 200
    client.post(reverse("switch_off_code"))
    assert one_time_codes.device_of(aase) is not None


def test_an_administrator_resets_the_code_of_a_lost_telephone(aase: User, client: Client) -> None:
    municipality = aase.memberships.get().municipality
    adam = make_user("adam", Role.ADMINISTRATOR, municipality)
    with_code(aase)
    client.force_login(adam)
    page = reverse("admin:cases_user_change", args=[aase.pk])
    assert "Nulstil engangskoden" in client.get(page).content.decode()
    one = aase.memberships.get()
    roles = {
        "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": one.pk,
        "memberships-0-user": aase.pk, "memberships-0-municipality": municipality.pk, "memberships-0-role": one.role,
    }  # fmt: skip
    values = {"username": "aase", "first_name": "Åse", "is_active": "on", "reset_code": "on", **roles}
    assert client.post(page, values).status_code == 302
    assert one_time_codes.device_of(aase) is None
    reasons = [row.history_change_reason for row in aase.history.all()]
    assert "Engangskode slået fra" in reasons


# --- time-outs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "is_out"), [(59, False), (61, True)])
def test_an_idle_session_is_signed_out_with_a_sentence(client: Client, aase: User, minutes: int, is_out: bool) -> None:
    client.force_login(aase)
    _age(client, seen=minutes * 60)
    answer = client.get(reverse("tasks"), follow=True)
    assert ("Log ind på Fleksløn" in answer.content.decode()) == is_out
    assert ("Du er logget ud" in answer.content.decode()) == is_out


def test_nobody_is_signed_in_for_ever(client: Client, aase: User) -> None:
    client.force_login(aase)
    _age(client, began=10 * 3600 + 1)
    assert client.get(reverse("tasks")).status_code == 302


def test_a_page_that_asks_by_itself_is_nobody_at_work(client: Client, aase: User) -> None:
    client.force_login(aase)
    _age(client, seen=1800)
    before = client.session["seen"]
    client.get(reverse("runs"), headers={"HX-Request": "true"})
    assert client.session["seen"] == before
    client.get(reverse("runs"))
    assert client.session["seen"] > before
    _age(client, seen=3700)
    gone = client.get(reverse("runs"), headers={"HX-Request": "true"})
    assert gone["HX-Redirect"] == reverse("login")


def _age(client: Client, **seconds: int) -> None:
    client.get(reverse("overview"))
    session = client.session
    for name, ago in seconds.items():
        session[name] = int(time.time()) - ago
    session.save()


def test_the_checks_of_the_libraries_say_nothing() -> None:
    call_command("check", fail_level="WARNING")
