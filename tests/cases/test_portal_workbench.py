"""The workbench: what a person types, what the sum becomes, and that nothing typed is lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.bank_days import coming_pay_day
from cases.models import AddedIncome, Adjustment, Decision, IncomeTreatment, Payment, Role, Task, User, WageCeiling
from cases.recalculate import recalculate
from cases.templatetags.danish import day_name
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    OCTOBER,
    SE,
    Pay,
    changed,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    run,
)

pytestmark = pytest.mark.django_db

HIGH = changed(ordinary(), 0, amount="16000.00")


@pytest.fixture
def home() -> Any:
    return make_municipality("0999")


@pytest.fixture
def aase(home: Any) -> Client:
    client = Client()
    client.force_login(make_user("aase", Role.CASEWORKER, home))
    return client


def stopped(home: Any, pays: list[Pay] = HIGH, **case: Any) -> Task:
    grant = make_case(home, **case)
    give(grant, pays)
    run(home)
    return Task.objects.get(grant=grant)


def address(task: Task) -> str:
    return reverse("task", args=[task.pk])


def hidden(client: Client, task: Task) -> dict[str, str]:
    """What the page posts back: the version and what was seen."""
    page = client.get(address(task)).content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("version", "seen")}


def october(task: Task) -> int:
    return task.grant.citizen.reports.get(month=OCTOBER).pk


def correction(task: Task, amount: str, reason: str = "Lønseddel") -> dict[str, str]:
    name = f"report-{october(task)}"
    return {f"{name}-action": "correct", f"{name}-amount": amount, f"{name}-reason": reason}


def test_the_button_says_what_it_does_before_it_does_it(home: Any, aase: Client) -> None:
    task = stopped(home, paid="16800")
    page = aase.get(address(task)).content.decode()
    day = day_name(coming_pay_day(task.benefit_month, timezone.localdate()))
    assert f"16.300 kr. udbetales {day}" in page
    answer = aase.post(address(task), {**hidden(aase, task), "act": "accept", "note": "Passer"}, follow=True)
    assert f"Godkendt: 16.300 kr. udbetales {day} til Åse Ærlig 0." in answer.content.decode()
    payment = Payment.objects.get()
    assert payment.payable_before_tax == 16300
    assert f"udbetales {day} · godkendt" in aase.get(address(task)).content.decode()
    task.refresh_from_db()
    assert (task.state, task.note) == ("accepted", "Passer")


def test_the_sum_follows_what_is_typed_and_nothing_is_written(home: Any, aase: Client) -> None:
    task = stopped(home)
    answer = aase.post(reverse("live_sum", args=[task.pk]), correction(task, "12.500,00", ""))
    text = answer.content.decode()
    assert "30 % af 12.500,00 kr." in text
    assert "17.350 kr. udbetales" in text
    assert 'id="promise" hx-swap-oob="true"' in text
    assert not IncomeTreatment.objects.exists()


def test_a_number_that_cannot_be_read_is_said_in_danish(home: Any, aase: Client) -> None:
    task = stopped(home)
    answer = aase.post(reverse("live_sum", args=[task.pk]), correction(task, "12,5O"))
    assert "Beløb, der tæller: Skriv et tal, fx 15.140,00." in answer.content.decode()


def test_an_amount_alone_means_correct(home: Any, aase: Client) -> None:
    task = stopped(home)
    typed = {f"report-{october(task)}-amount": "12500", f"report-{october(task)}-reason": "Lønseddel"}
    aase.post(address(task), {**hidden(aase, task), **typed, "act": "save", "note": ""})
    treatment = IncomeTreatment.objects.get()
    assert (treatment.action, treatment.amount) == ("correct", Decimal(12500))


def test_accepting_a_correction_that_was_not_seen_is_a_conflict_and_keeps_what_was_typed(
    home: Any, aase: Client
) -> None:
    task = stopped(home)
    posted = {**hidden(aase, task), **correction(task, "12.500,00"), "act": "accept", "note": "Talt med borgeren"}
    answer = aase.post(address(task), posted)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Tallene er ændret, siden du åbnede opgaven" in page
    assert 'value="12.500,00"' in page
    assert 'value="Talt med borgeren"' in page
    assert not IncomeTreatment.objects.exists()
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    assert "Tilskuddet falder med" in page
    again = {**posted, "seen": seen}
    asked = aase.post(address(task), again)
    assert asked.status_code == 422
    assert "Svar på de tre spørgsmål om partshøring" in asked.content.decode()
    hearing = {"hearing-unknown": "nej", "hearing-significant": "ja", "hearing-detriment": "ja"}
    assert aase.post(address(task), {**again, **hearing}).status_code == 302
    assert Decision.objects.latest("sequence").subsidy == 21600 - Decimal("0.30") * 12500


def test_somebody_else_saved_first(home: Any, aase: Client) -> None:
    task = stopped(home)
    mine = hidden(aase, task)
    other = Client()
    other.force_login(make_user("bo", Role.CASEWORKER, home))
    other.post(address(task), {**hidden(other, task), "act": "save", "note": "Bos note"})
    answer = aase.post(address(task), {**mine, "act": "save", "note": "Åses note"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "En anden har ændret opgaven" in page
    assert 'value="Åses note"' in page
    assert "Bo har taget opgaven" in page
    task.refresh_from_db()
    assert task.note == "Bos note"


def test_a_correction_without_reason_is_marked_and_still_calculated(home: Any, aase: Client) -> None:
    task = stopped(home)
    answer = aase.post(
        address(task), {**hidden(aase, task), **correction(task, "12.500,00", ""), "act": "save", "note": ""}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Skriv, hvorfor du retter indtægten." in page
    assert "30 % af 12.500,00 kr." in page


def test_a_missing_ceiling_is_typed_where_it_is_missing(home: Any, aase: Client) -> None:
    task = stopped(home, ordinary(), ceiling=None)
    page = aase.get(address(task)).content.decode()
    assert "Kan ikke godkendes endnu: der er intet lønloft for måneden." in page
    assert 'value="01.10.2026"' in page
    posted = {**hidden(aase, task), "act": "ceiling", "note": "Min note", "ceiling-source": "Mail"}
    wrong = aase.post(address(task), {**posted, "ceiling-amount": "x", "ceiling-first_day": "i går"})
    assert wrong.status_code == 422
    assert "Skriv en dato som 03.11.2026." in wrong.content.decode()
    late = aase.post(address(task), {**posted, "ceiling-amount": "34.000", "ceiling-first_day": "1.11.2026"})
    assert "Det er oktober 2026, der regnes på. Skriv senest 31.10.2026." in late.content.decode()
    assert not WageCeiling.objects.exists()
    right = {**posted, "ceiling-amount": "34.000", "ceiling-first_day": "1/1 2026"}
    page = aase.post(address(task), right, follow=True).content.decode()
    assert "Lønloftet er skrevet på sagen" in page
    assert 'value="Min note"' in page
    ceiling = WageCeiling.objects.get()
    assert (ceiling.amount, ceiling.history.get().history_user.username) == (34000, "aase")


def test_a_ceiling_typed_from_back_in_time_calculates_the_paid_months_again(
    home: Any, aase: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = make_case(home, ceiling="40000", paid="18000", months=(NOVEMBER - 3, NOVEMBER - 2))
    give(grant, ordinary(months=5, upto=OCTOBER - 1))
    run(home, OCTOBER)
    give(grant, [Pay(OCTOBER, "16000.00")])
    run(home)
    task = Task.objects.get(benefit_month=NOVEMBER)
    monkeypatch.setattr("cases.views.workbench_page.timezone.now", lambda: NOW)
    posted = {**hidden(aase, task), "act": "ceiling", "ceiling-source": "Mail", "ceiling-amount": "29.700"}
    assert aase.post(address(task), {**posted, "ceiling-first_day": "1.9.2026"}).status_code == 302
    adjusted = Adjustment.objects.get()
    assert (adjusted.benefit_month, adjusted.difference, adjusted.made_by.username) == (OCTOBER, -300, "aase")
    task.refresh_from_db()
    assert (task.is_open, task.assigned_to.username) == (True, "aase")


def test_accepting_without_the_ceiling_is_refused_with_what_to_do(home: Any, aase: Client) -> None:
    task = stopped(home, ordinary(), ceiling=None)
    answer = aase.post(address(task), {**hidden(aase, task), "act": "accept", "note": ""})
    assert answer.status_code == 422
    assert "Få lønloftet oplyst af arbejdsgiveren, og skriv det på sagen." in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_missing_tax_percent_is_typed_where_it_is_missing(home: Any, aase: Client) -> None:
    net = (("16200", "176", "900.00"),)
    pays = changed(ordinary(), 0, extra=net)
    task = stopped(home, pays, tax_percent=None)
    assert "Gem trækprocent" in aase.get(address(task)).content.decode()
    answer = aase.post(address(task), {**hidden(aase, task), "act": "tax", "note": "", "tax-tax_percent": "38"})
    assert answer.status_code == 302
    task.grant.citizen.refresh_from_db()
    assert task.grant.citizen.tax_percent == 38


def test_an_income_is_added_with_its_source(home: Any, aase: Client) -> None:
    task = stopped(home, ordinary(upto=OCTOBER - 1))
    typed = {"added-kind": "wage", "added-amount": "12.000", "added-paid_hours": "60,5", "added-se_number": "12345674"}
    posted = {**hidden(aase, task), **typed, "act": "save", "note": ""}
    assert aase.post(address(task), posted).status_code == 422
    assert aase.post(address(task), {**posted, "added-source": "Lønseddel"}).status_code == 302
    income = AddedIncome.objects.get()
    assert (income.amount, income.paid_hours, income.month) == (12000, Decimal("60.5"), OCTOBER)


def test_waiting_needs_a_note_and_leaves_the_task_waiting(home: Any, aase: Client) -> None:
    task = stopped(home)
    posted = {**hidden(aase, task), "act": "wait"}
    assert aase.post(address(task), {**posted, "note": " "}).status_code == 422
    assert aase.post(address(task), {**posted, "note": "Spurgt arbejdsgiver"}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.assigned_to.username) == ("waiting", "aase")


def test_who_else_has_the_task_open_is_told(home: Any, aase: Client) -> None:
    task = stopped(home)
    other = Client()
    other.force_login(make_user("bo", Role.CASEWORKER, home))
    other.get(address(task))
    assert "Bo har også opgaven åben" in aase.get(address(task)).content.decode()
    assert "Bo har også opgaven åben" not in other.get(address(task)).content.decode()


def test_without_javascript_the_sum_is_calculated_again_by_a_button(home: Any, aase: Client) -> None:
    task = stopped(home)
    page = aase.post(address(task), {**hidden(aase, task), **correction(task, "12.500,00"), "act": "try"})
    assert page.status_code == 200
    assert "17.350 kr. udbetales" in page.content.decode()
    assert not IncomeTreatment.objects.exists()


def by_hand(grant: Any) -> Task:
    """A recalculation that a person wants to go through."""
    user = User.objects.get(username="aase")
    process = recalculate(grant, NOVEMBER, NOVEMBER, event="Lønseddel", user=user, now=NOW, by_hand=True)
    assert process is not None
    return process.task


def test_a_paid_month_stands_beside_what_would_be_paid_now(home: Any, aase: Client) -> None:
    grant = make_case(home, paid="18000")
    give(grant, ordinary())
    run(home)
    AddedIncome.objects.create(grant=grant, month=OCTOBER, kind="wage", se_number=SE, amount=1000, source="Lønseddel")
    task = by_hand(grant)
    page = aase.get(address(task)).content.decode()
    for words in ("Genberegning", "Trin 7 - Vurdér ydelse og sats", "18.000", "17.700", "-300"):
        assert words in page
    codes = re.findall(r'name="tick" value="([A-Z0-9]+)"', page)
    hearing = {"hearing-unknown": "nej", "hearing-significant": "ja", "hearing-detriment": "ja"}
    done = {"act": "complete", "version": task.version, "tick": codes, "note": "Modregnes i december", **hearing}
    for _ in range(3):
        answer = aase.post(address(task), done)
        assert answer.status_code == 302, answer.content.decode()
        task.refresh_from_db()
        if not task.is_open:
            break
        page = aase.get(address(task)).content.decode()
        done = {**done, "version": task.version, "tick": re.findall(r'name="tick" value="([A-Z0-9]+)"', page)}
    assert task.state == "accepted"
    page = aase.get(address(task)).content.decode()
    assert "Efterreguleret" in page
    assert "-300" in page


def test_a_program_error_says_what_to_do_and_is_not_tried_again(
    home: Any, aase: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise RuntimeError("prøvefejl")

    monkeypatch.setattr("cases.run_month.decide", breaks)
    monkeypatch.setattr("cases.handle_task.decide", breaks)
    task = stopped(home)
    page = aase.get(address(task)).content.decode()
    assert "Programmet kunne ikke beregne sagen" in page
    assert "prøvefejl" in page
    assert aase.post(address(task), {"act": "accept"}).status_code == 422
    assert aase.get(reverse("tasks")).status_code == 200


def test_the_calculator_follows_and_answers_in_danish(home: Any, aase: Client) -> None:
    task = stopped(home)
    figures = {"month": "2026-11", "wage": "10.000", "wage_ceiling": "30.000"}
    text = aase.post(reverse("calculator_sum"), figures).content.decode()
    assert "30 % af 10.000,00 kr." in text
    assert "Ret de felter" in aase.post(reverse("calculator_sum"), {**figures, "wage": "ti"}).content.decode()
    beside = aase.get(f"{reverse('calculator')}?sag={task.grant_id}").content.decode()
    assert "Sagen nu" in beside
    assert 'value="16.000,00"' in beside
    early = aase.post(reverse("calculator_sum"), {**figures, "month": "2012-01"}).content.decode()
    assert "Vælg en gyldig valgmulighed" in early or "Ret de felter" in early


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 11), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 30)),
        (date(2026, 12, 31), date(2027, 1, 29)),
    ],
)
def test_a_month_decided_late_is_paid_on_the_next_pay_day(today: date, day: date) -> None:
    """31 December is no bank day."""
    assert coming_pay_day(NOVEMBER, today) == day
