"""Acts, processes, notices, letters and rules: who gets in, what is logged, and what pressing the button does."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import complaints, journal, lost_right, notices
from cases.acts import ACTS, acts_for
from cases.letters import Draft, write_letter
from cases.models import (
    AccessLog,
    Adjustment,
    ControlLine,
    Grant,
    JobcentreEvent,
    JournalNote,
    Letter,
    Notice,
    NoticeKind,
    PartyHearing,
    Payment,
    Period,
    Role,
    RuleSetting,
    Task,
    User,
    WageCeiling,
)
from cases.open_task import Question, open_task
from cases.processes import start_up
from cases.recalculate import recalculate
from rules.concerns import CONCERNS
from tests.cases.adjustments import claim_on
from tests.cases.builders import NOVEMBER, NOW, changed, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

HIGH = changed(ordinary(), 0, amount="16000.00")


@pytest.fixture
def home() -> Any:
    return make_municipality("0999")


@pytest.fixture
def karen(home: Any) -> User:
    return make_user("karen", Role.COORDINATOR, home)


@pytest.fixture
def grant(home: Any) -> Grant:
    """A case with a paid month; another one is stopped."""
    passed, stopped = make_case(home, 1), make_case(home)
    give(passed, ordinary())
    give(stopped, HIGH)
    run(home)
    return passed


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def things(grant: Grant, karen: User) -> dict[str, int]:
    """One row of each kind that an act can be about."""
    now = timezone.now()
    citizen, payment = grant.citizen, Payment.objects.get(grant=grant)
    lost = lost_right.Lost("sickness", date(2026, 11, 1), Decimal(1000), "Brev")
    period = lost_right.register_lost_right(grant, lost, karen, now)
    until = timezone.localdate(now) + timedelta(days=20)
    letter = write_letter(grant, Draft("question", "citizen", "Spørgsmål", "Tekst", until), karen, now)
    complaint = complaints.register_complaint(payment, timezone.localdate(now), "For lidt", karen, now)
    task = Task.objects.filter(grant=grant).first()
    assert task is not None
    hearing = PartyHearing.objects.create(
        grant=grant, task=task, unknown_to_citizen=True, is_significant=True, to_detriment=True, change=-100,
        held=100, deadline=until, asked_at=now, asked_by=karen, letter=letter,
    )  # fmt: skip
    line = ControlLine.objects.create(
        citizen=citizen, key="k", year=2025, code="20", text="Løn", amount=1200, imported_at=now
    )
    income = grant.added_incomes.create(month=NOVEMBER - 1, kind="wage", amount=10, source="Prøve")
    return {
        "periods": period.pk, "letters": letter.pk, "complaints": complaint.pk, "hearings": hearing.pk,
        "claims": claim_on(grant, karen).pk,
        "control_lines": line.pk, "added_incomes": income.pk, "reports": citizen.reports.first().pk,
    }  # fmt: skip


def act_addresses(grant: Grant, things: dict[str, int]) -> list[str]:
    """The page of every act."""
    whole = [reverse("act", args=[grant.pk, word]) for word, form in ACTS.items() if not form.part]
    parts = [(word, things[form.part]) for word, form in ACTS.items() if form.part]
    return [*whole, *(reverse("act_part", args=[grant.pk, word, row]) for word, row in parts)]


@pytest.fixture
def notice(grant: Grant, karen: User) -> Notice:
    return notices.make_notice(
        grant.citizen, grant, NoticeKind.HOLIDAY_PAY, "Feriepenge udbetalt", points_to="holidays", source="FerieKonto",
        user=karen, now=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def tasks(home: Any, grant: Grant, karen: User) -> list[Task]:
    """A start-up, a recalculation and a question, each with its page."""
    other = make_case(home, 2, last_day=date(2025, 12, 31))
    start = start_up(other.citizen, event="Indstilling", user=karen, now=NOW)
    again = recalculate(grant, NOVEMBER, NOVEMBER, event="Lønseddel", user=karen, now=NOW, by_hand=True)
    question = open_task(
        grant.citizen, grant, "end_grant", NOVEMBER, "Skal bevillingen afsluttes?", due=date(2026, 12, 1),
        questions=[Question("EVT1", "Skal bevillingen afsluttes?")], event="Prøve", user=karen, now=NOW,
    )  # fmt: skip
    assert again is not None
    return [start.task, again.task, question]


def test_every_act_has_a_page_with_its_sum_and_is_logged(grant: Grant, karen: User, things: dict[str, int]) -> None:
    client = client_of(karen)
    for number, address in enumerate(act_addresses(grant, things), start=1):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200, address
        assert "Åse Ærlig 1" in page
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), address
        assert grant.citizen.cpr not in page
        assert AccessLog.objects.filter(citizen=grant.citizen, user=karen).count() == number


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_another_municipality_reaches_nothing(
    grant: Grant, things: dict[str, int], notice: Notice, tasks: list[Task], role: Role
) -> None:
    stranger = client_of(make_user("niels", role, make_municipality("0998")))
    looks = AccessLog.objects.count()
    addresses = [
        *act_addresses(grant, things),
        *(reverse("task", args=[task.pk]) for task in tasks),
        reverse("ask", args=[tasks[2].pk, "EVT1"]),
        reverse("answer_notice", args=[notice.pk]),
        reverse("complaint_calculation", args=[things["complaints"]]),
        f"{reverse('rules')}?kommune=0999",
        f"{reverse('rule', args=['MUN1'])}?kommune=0999",
    ]
    for address in addresses:
        for answer in (stranger.get(address), stranger.post(address, {"act": "complete", "note": "x"})):
            assert answer.status_code in (403, 404, 405), address
            assert "Ærlig" not in answer.content.decode()
    for name in ("notices", "events", "tasks"):
        assert "Ærlig" not in stranger.get(reverse(name)).content.decode()
    assert AccessLog.objects.count() == looks


def test_an_auditor_reads_tasks_and_lists_and_writes_nothing(
    home: Any, grant: Grant, things: dict[str, int], notice: Notice, tasks: list[Task]
) -> None:
    rikke = client_of(make_user("rikke", Role.AUDITOR, home))
    for task in tasks:
        page = rikke.get(reverse("task", args=[task.pk]))
        assert page.status_code == 200
        assert 'name="act"' not in page.content.decode()
        assert rikke.post(reverse("task", args=[task.pk]), {"act": "complete"}).status_code == 403
    assert rikke.get(reverse("notices")).status_code == 200
    for address in (*act_addresses(grant, things), reverse("answer_notice", args=[notice.pk]), reverse("rules")):
        assert rikke.get(address).status_code == 403, address
        assert rikke.post(address).status_code == 403, address


def test_a_part_of_another_case_is_not_found_through_ones_own(
    grant: Grant, karen: User, things: dict[str, int]
) -> None:
    other = Grant.objects.exclude(pk=grant.pk).get()
    for word, form in ACTS.items():
        if form.part:
            assert (
                client_of(karen).get(reverse("act_part", args=[other.pk, word, things[form.part]])).status_code == 404
            )


def test_the_sum_follows_the_form_and_writes_nothing(grant: Grant, karen: User) -> None:
    typed = {"amount": "29.000", "first_day": "1.1.2026", "source": "Arbejdsgiveren"}
    before = WageCeiling.history.count()
    answer = client_of(karen).post(reverse("act_sum", args=[grant.pk, "loenloft"]), typed)
    text = " ".join(answer.content.decode().split())
    assert "17.000" in text
    assert "-1.000 kr. (-5,6 %)" in text
    assert "Udbetalte måneder, der ændres" in text
    assert WageCeiling.history.count() == before
    assert not Adjustment.objects.exists()


def test_a_ceiling_is_kept_and_the_paid_month_is_recalculated(grant: Grant, karen: User) -> None:
    typed = {"amount": "29.000", "first_day": "1.1.2026", "source": "Arbejdsgiveren"}
    answer = client_of(karen).post(reverse("act", args=[grant.pk, "loenloft"]), typed, follow=True)
    assert "Lønloftet er 29.000,00 kr. fra 1. januar 2026." in answer.content.decode()
    row = WageCeiling.history.filter(grant_id=grant.pk, amount=29000).first()
    assert (row.history_user, row.history_change_reason) == (karen, "Arbejdsgiveren")


def test_a_ceiling_is_worked_out_from_the_hourly_pay(grant: Grant, karen: User) -> None:
    typed = {"hourly": "200", "first_day": "1.10.2026", "source": "Overenskomst"}
    client_of(karen).post(reverse("act", args=[grant.pk, "loenloft"]), typed)
    assert WageCeiling.objects.get(grant=grant, first_day=date(2026, 10, 1)).amount == Decimal("32066.60")


def test_without_javascript_the_sum_is_asked_for(grant: Grant, karen: User) -> None:
    typed = {"amount": "29.000", "first_day": "1.1.2026", "source": "Arbejdsgiveren", "try": "1"}
    page = client_of(karen).post(reverse("act", args=[grant.pk, "loenloft"]), typed).content.decode()
    assert "-1.000 kr. (-5,6 %)" in " ".join(page.split())
    assert not WageCeiling.objects.filter(amount=29000).exists()


def test_the_frozen_calculation_of_a_complaint_is_a_file(karen: User, things: dict[str, int]) -> None:
    answer = client_of(karen).get(reverse("complaint_calculation", args=[things["complaints"]]))
    assert Decimal(answer.json()["tilskud"]) == 18000
    assert "attachment" in answer["Content-Disposition"]


def test_a_refusal_keeps_what_was_typed(grant: Grant, karen: User) -> None:
    typed = {"first_day": "5.11.2026", "last_day": "1.11.2026", "reason": "Værnepligt"}
    answer = client_of(karen).post(reverse("act", args=[grant.pk, "stop"]), typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Perioden slutter, før den begynder" in page
    assert 'value="Værnepligt"' in page
    assert not Period.objects.filter(kind="stop").exists()


def test_a_notice_is_answered_by_its_act_or_by_a_note_once(grant: Grant, karen: User, notice: Notice) -> None:
    client = client_of(karen)
    typed = {"first_day": "2.11.2026", "last_day": "3.11.2026", "paid_by": "employer", "source": "Borgeren"}
    assert client.post(f"{reverse('act', args=[grant.pk, 'ferie'])}?advis={notice.pk}", typed).status_code == 302
    notice.refresh_from_db()
    assert (notice.answered_by, notice.note) == (karen, "Startet: Ferie")
    again = client.post(reverse("answer_notice", args=[notice.pk]), {"act": "acknowledge", "note": "Set"})
    assert again.status_code == 409
    assert "allerede kvitteret" in again.content.decode()


def test_a_note_is_written_and_shown(grant: Grant, karen: User) -> None:
    client = client_of(karen)
    client.post(reverse("act", args=[grant.pk, "note"]), {"text": "Talt med borgeren"})
    assert JournalNote.objects.get().written_by == karen
    assert "Talt med borgeren" in client.get(f"{reverse('case', args=[grant.pk])}?fane=noter").content.decode()


def test_every_new_tab_of_a_case_opens(grant: Grant, karen: User, things: dict[str, int], notice: Notice) -> None:
    journal.write_note(grant, "Note", karen, timezone.now())
    client = client_of(karen)
    for tab in ("processer", "adviser", "noter", "klager", "r75", "breve", "perioder", "indtaegter"):
        answer = client.get(f"{reverse('case', args=[grant.pk])}?fane={tab}")
        assert answer.status_code == 200, tab
        assert grant.citizen.cpr not in answer.content.decode()


def test_a_start_up_shows_what_is_missing_and_takes_the_date(tasks: list[Task], karen: User) -> None:
    client, address = client_of(karen), reverse("task", args=[tasks[0].pk])
    page = client.get(address).content.decode()
    for words in (
        CONCERNS["ELI1"].message,
        "Trin 4 - Afgør berettigelse",
        "Det mangler",
        "LAB 2.7 - Fleksjobberettiget",
    ):
        assert words in page
    assert client.post(address, {"act": "complete", "version": tasks[0].version}).status_code == 422
    done = {"act": "complete", "version": tasks[0].version, "tick": "ELI1", "filled-ELI1": "1.11.2026"}
    assert client.post(address, done).status_code == 302
    page = client.get(address).content.decode()
    assert "Gennemfør trin 7" in page
    assert f"{reverse('act', args=[tasks[0].citizen.grants.latest('id').pk, 'visitation'])}?opgave=" in page


def test_somebody_else_saved_first(tasks: list[Task], karen: User) -> None:
    address = reverse("task", args=[tasks[1].pk])
    answer = client_of(karen).post(address, {"act": "complete", "version": tasks[1].version - 1, "note": "Min note"})
    assert answer.status_code == 409
    assert "En anden har ændret opgaven" in answer.content.decode()
    assert 'value="Min note"' in answer.content.decode()


def test_a_letter_made_from_a_concern_is_changed_and_sent(home: Any, grant: Grant, karen: User) -> None:
    task = Task.objects.get(kind="income")
    client, address = client_of(karen), reverse("ask", args=[task.pk, "INC4"])
    page = client.get(address).content.decode()
    assert "højere, end den plejer" in page
    deadline = timezone.localdate() + timedelta(days=14)
    typed = {"subject": "Din løn", "deadline": f"{deadline:%d.%m.%Y}", "body": "Er det rigtigt?"}
    assert client.post(address, typed).status_code == 302
    task.refresh_from_db()
    letter = Letter.objects.get()
    assert (task.state, letter.body, letter.sent_by) == ("waiting", "Er det rigtigt?", karen)
    answer = client.post(
        reverse("act_part", args=[task.grant_id, "svar", letter.pk]), {"answer": "Ja", "source": "Telefon"}
    )
    assert answer.status_code == 302
    task.refresh_from_db()
    assert task.state == "open"


def test_a_rule_is_proposed_by_one_and_confirmed_by_another(home: Any, karen: User) -> None:
    first, second = client_of(karen), client_of(make_user("kim", Role.COORDINATOR, home))
    address = reverse("rule", args=["MUN11"])
    typed = {"act": "propose", "mode": "off", "valid_from": f"{timezone.localdate():%d.%m.%Y}", "reason": "Prøve"}
    assert first.post(address, typed).status_code == 302
    row = RuleSetting.objects.get()
    confirm = {"act": "confirm", "setting": row.pk, "reason": "Enig"}
    assert first.post(address, confirm).status_code == 422
    assert "venter på en anden" in second.get(reverse("rules")).content.decode()
    assert second.post(address, confirm).status_code == 302
    row.refresh_from_db()
    assert row.confirmed_by.username == "kim"
    assert client_of(make_user("aase", Role.CASEWORKER, home)).get(address).status_code == 403


def test_several_tasks_get_a_due_date_and_a_priority(tasks: list[Task], karen: User) -> None:
    client = client_of(karen)
    typed = {"task": [task.pk for task in tasks], "act": "plan", "due": "24.12.2026", "priority": "haster"}
    assert "3 opgaver planlagt" in client.post(reverse("assign_selected"), typed, follow=True).content.decode()
    assert set(Task.objects.filter(pk__in=typed["task"]).values_list("due_date", "priority")) == {
        (date(2026, 12, 24), 0)
    }
    assert (
        "Frist: Skriv en dato"
        in client.post(reverse("assign_selected"), {**typed, "due": "i morgen"}, follow=True).content.decode()
    )


def test_an_unknown_event_is_listed(home: Any, karen: User) -> None:
    JobcentreEvent.objects.create(
        municipality=home, external_id="x", kind="UKENDT", received_at=NOW, payload={}, origin="fil", imported_at=NOW
    )
    assert "Ukendt hændelse" in client_of(karen).get(reverse("events")).content.decode()


def test_two_people_in_one_task_are_told_of_each_other(home: Any, tasks: list[Task], karen: User) -> None:
    bo = client_of(make_user("bo", Role.CASEWORKER, home))
    for task in tasks:
        client_of(karen).get(reverse("task", args=[task.pk]))
        assert "Karen har også opgaven åben" in bo.get(reverse("task", args=[task.pk])).content.decode()


@pytest.mark.parametrize("code", [code for code, text in CONCERNS.items() if text.process])
def test_every_concern_with_a_sub_process_leads_to_it(code: str) -> None:
    assert acts_for(code, CONCERNS[code].process)
