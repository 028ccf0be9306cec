"""Letters: made from a concern and its numbers, sent with a deadline, answered with a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases import ask, follow_ups, letters
from cases.models import Employer, Letter, Role, Task, User
from cases.refused import Conflict, Refused
from tests.cases.builders import (
    NOW,
    OTHER_SE,
    TODAY,
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


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


def stopped(municipality: Any, pays: list[Pay]) -> Task:
    grant = make_case(municipality, paid="16800")
    give(grant, pays)
    run(municipality)
    return Task.objects.get(grant=grant)


@pytest.fixture
def task(municipality: Any) -> Task:
    return stopped(municipality, changed(ordinary(), 0, amount="16000.00"))


def test_the_letter_to_the_citizen_has_the_question_the_numbers_and_the_deadline(task: Task) -> None:
    draft = ask.draft(task, "INC4", "citizen", TODAY)
    assert draft.deadline == date(2026, 11, 25)
    assert draft.body.startswith("Kære Åse Ærlig 0\n\nDu får fleksløntilskud fra Kommune 0999.")
    assert "Din løn i oktober 2026 er højere, end den plejer." in draft.body
    assert "Oktober 16.000,00 kr., gennemsnit af august og september 2026 12.000,00 kr., +33,3 %" in draft.body
    assert "Svar os senest 25. november 2026." in draft.body
    assert draft.subject == "Vi mangler oplysninger til fleksløntilskud for november 2026"


def test_the_letter_to_the_employer_has_neither_cpr_nor_the_citizens_figures(task: Task) -> None:
    body = ask.draft(task, "INC4", "employer", TODAY).body
    assert body.startswith("Til arbejdsgiveren\n\nÅse Ærlig 0 får fleksløntilskud")
    assert task.grant.citizen.cpr not in body
    assert "Det har vi set" not in body
    assert "Er den rigtig" in body


def test_several_employers_are_named(municipality: Any) -> None:
    Employer.objects.create(se_number=OTHER_SE, name="Bageren")
    pays = [*ordinary(), Pay(ordinary()[0].month, "500.00", se=OTHER_SE, hours="3.00")]
    body = ask.draft(stopped(municipality, pays), "INC7", "citizen", TODAY).body
    assert "Bageren" in body


def test_a_concern_without_words_of_its_own_keeps_the_official_sentence(task: Task) -> None:
    row = task.concerns.get()
    row.code, row.message = "XYZ1", "Noget skal afklares."
    row.save()
    assert "Noget skal afklares. Vil du hjælpe os" in ask.draft(task, "XYZ1", "citizen", TODAY).body
    with pytest.raises(Refused, match="ikke den undringsårsag"):
        ask.draft(task, "INC4", "citizen", TODAY)


def test_asking_sends_the_letter_and_the_task_waits(task: Task, aase: User) -> None:
    letter = ask.ask(task, ask.draft(task, "INC4", "citizen", TODAY), aase, NOW, task.version)
    task.refresh_from_db()
    assert (task.state, task.assigned_to, letter.sent_by, letter.task) == ("waiting", aase, aase, task)
    assert task.history.first().history_change_reason == "Afventer svar fra borger senest 25. november 2026"
    with pytest.raises(Conflict):
        ask.ask(task, ask.draft(task, "INC4", "citizen", TODAY), aase, NOW, task.version - 1)


@pytest.mark.parametrize("change", [{"deadline": TODAY}, {"deadline": None}, {"body": " "}, {"recipient": "x"}])
def test_a_letter_that_cannot_be_sent_is_refused(task: Task, aase: User, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        ask.ask(task, replace(ask.draft(task, "INC4", "citizen", TODAY), **change), aase, NOW)
    assert not Letter.objects.exists()


def test_the_answer_is_kept_with_its_source_and_the_task_is_open_again(task: Task, aase: User) -> None:
    letter = ask.ask(task, ask.draft(task, "INC4", "citizen", TODAY), aase, NOW)
    with pytest.raises(Refused, match="hvordan svaret kom"):
        letters.register_answer(letter, "Bonus", " ", aase, NOW)
    letters.register_answer(letter, "Bonus", "Telefon", aase, NOW)
    letter.refresh_from_db()
    task.refresh_from_db()
    assert (letter.answer, letter.answer_source, letter.answered_by, task.state) == ("Bonus", "Telefon", aase, "open")
    with pytest.raises(Refused, match="allerede registreret"):
        letters.register_answer(letter, "Igen", "Telefon", aase, NOW)


def test_a_deadline_that_passes_without_an_answer_puts_the_task_back_once(task: Task, aase: User) -> None:
    letter = ask.ask(task, ask.draft(task, "INC4", "citizen", TODAY), aase, NOW)
    system, late = User.objects.system(), letter.deadline + timedelta(days=1)
    assert follow_ups.unanswered_letters(letter.deadline, system, NOW) == 0
    assert follow_ups.unanswered_letters(late, system, NOW) == 1
    assert follow_ups.unanswered_letters(late, system, NOW) == 0
    task.refresh_from_db()
    assert task.state == "open"


def test_a_letter_is_sent_once(task: Task, aase: User) -> None:
    draft = letters.Draft("other", "citizen", "Hej", "Tekst")
    letter = letters.write_letter(task.grant, draft, aase, NOW, send_now=False)
    with pytest.raises(Refused, match="ikke sendt endnu"):
        letters.register_answer(letter, "x", "x", aase, NOW)
    assert letters.send(letter, aase, NOW, body="Ny tekst").body == "Ny tekst"
    with pytest.raises(Refused, match="allerede sendt"):
        letters.send(letter, aase, NOW)


def test_two_weeks_end_on_a_bank_day() -> None:
    assert ask.answer_by(date(2026, 12, 11)) == date(2026, 12, 28)
    assert isinstance(NOW, datetime)
