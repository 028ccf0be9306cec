"""Ask the citizen or the employer: a letter made from a concern and its numbers, a deadline, and the answer.

The answer comes in by ``letters.register_answer``; the task waits meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from cases.bank_days import is_bank_day
from cases.letters import RECIPIENTS, Draft, framed, write_letter
from cases.models import Letter, LetterKind, Task, TaskConcern, TaskState, User, names_of_employers
from cases.open_task import held_task
from cases.presenters.concerns import numbers_in_words
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.signed import saved
from cases.templatetags.danish import day_name
from rules.income_rules import BY_CODE

ANSWER_DAYS = 14
"""Our own choice: two weeks, and then to the next bank day."""

TO_CITIZEN: Mapping[str, str] = {
    "INC1": "Vi kan ikke se løn til dig i alle de måneder, vi sammenligner med. Har du fået løn, som ikke står her?",
    "INC2": "Vi kan ikke se nogen løn til dig i {income_month}. Har du fået løn for måneden? Send gerne din lønseddel.",
    "INC3": "Din løn i {income_month} er lavere, end den plejer. Er det rigtigt, og hvad er grunden?",
    "INC4": "Din løn i {income_month} er højere, end den plejer. Er det rigtigt, og hvad er grunden? "
    "Dækker lønnen flere måneder, så skriv hvilke.",
    "INC5": "Din arbejdsgiver har ikke oplyst, hvor mange timer du har fået løn for i {income_month}. "
    "Hvor mange timer står på din lønseddel?",
    "INC6": "Din løn i {income_month} dækker 14 dage. Får du løn hver 14. dag, og hvilke dage dækker den?",
    "INC7": "Du har fået løn fra mere end én arbejdsgiver i {income_month}. "
    "Er du stadig ansat begge steder, og siden hvornår?",
    "INC8": "Du har fået feriepenge, som vi skal omregne til beløbet før skat. Send en lønseddel, der viser beløbet.",
    "INC24": "Vi mangler at vide, hvad lønnen er på fuld tid i dit job.",
    "INC33": "Du har fået feriepenge udbetalt. Hvilke dage har du holdt eller skal du holde ferie?",
    "INC39": "Dit fleksjob ser ikke ud til at vare hele måneden. Hvornår begyndte eller sluttede det?",
    "INC40": "Du har fået løn fra en arbejdsgiver, som vi ikke kender. Har du fået nyt job, og fra hvilken dag?",
    "REC1": "Du har fået løn fra mere end én arbejdsgiver. Er du stadig ansat begge steder, og siden hvornår?",
    "REC2": "Du har fået feriepenge udbetalt. Hvilke dage har du holdt eller skal du holde ferie?",
    "REC3": "Vi kan se, at du har fået sygedagpenge eller barselsdagpenge. Hvilke dage var du væk fra dit arbejde?",
    "ELI1": "Vi mangler at vide, hvilken dag dit fleksjob begyndte.",
}
TO_EMPLOYER: Mapping[str, str] = {
    "INC2": "Der er ikke indberettet løn for {income_month}. Er der udbetalt løn, og hvornår indberettes den?",
    "INC3": "Den indberettede løn for {income_month} er lavere, end den plejer. Er den rigtig?",
    "INC4": "Den indberettede løn for {income_month} er højere, end den plejer. Er den rigtig, "
    "og dækker den flere måneder?",
    "INC5": "Løntimerne for {income_month} mangler eller er ikke brugbare. Hvor mange timer er der betalt løn for?",
    "INC6": "Lønnen for {income_month} dækker 14 dage. Hvilken lønperiode bruger I?",
    "INC8": "I har indberettet feriepenge for {income_month} efter skat. Hvad er beløbet før skat? "
    "Send gerne lønsedlen.",
    "INC24": "Vi mangler jeres oplysning om lønloftet: lønnen på fuld tid og almindelige vilkår i samme job, "
    "med tillæg og pension (LAB § 123, stk. 3).",
    "INC35": "Løntimerne for {income_month} mangler. Hvor mange timer er der betalt løn for?",
    "INC39": "Hvornår begyndte eller sluttede ansættelsen?",
    "FOL5": "Er lønloftet, I har oplyst, stadig rigtigt: lønnen på fuld tid og almindelige vilkår i samme job?",
    "SAT5": "Vi mangler jeres oplysning om lønloftet: lønnen på fuld tid og almindelige vilkår i samme job, "
    "med tillæg og pension (LAB § 123, stk. 3).",
}


def draft(task: Task, code: str, recipient: str, today: date) -> Draft:
    """The letter that this concern of the task asks for. It can be changed before it is sent."""
    if recipient not in RECIPIENTS:
        raise Refused("Vælg, om brevet er til borgeren eller arbejdsgiveren.")
    concern = task.concerns.filter(code=code).first()
    if concern is None or task.grant is None:
        raise Refused("Opgaven har ikke den undringsårsag.")
    to_employer, until = recipient == "employer", answer_by(today)
    month = long_month(task.benefit_month)
    who = f"{task.grant.citizen.name} får" if to_employer else "Du får"
    about = f"{who} fleksløntilskud fra {task.municipality.name}. Vi er ved at beregne tilskuddet for {month}."
    paragraphs = [about, _question(task, concern, to_employer)]
    if not to_employer and (numbers := numbers_of(concern)):
        paragraphs.append(f"Det har vi set: {numbers}")
    paragraphs.append(f"Svar os senest {day_name(until)}. Svar på dette brev, eller ring til os.")
    if not to_employer:
        paragraphs.append("Hører vi ikke fra dig, afgør vi sagen ud fra de oplysninger, vi har.")
    subject = f"Vi mangler oplysninger til fleksløntilskud for {month}"
    body = framed(task.grant, paragraphs, to_employer=to_employer)
    return Draft(LetterKind.QUESTION, recipient, subject, body, until)


def ask(task: Task, letter: Draft, user: User, now: datetime, version: int | None = None) -> Letter:
    """Send the letter; the task waits for the answer until the deadline."""
    if letter.deadline is None:
        raise Refused("Sæt en svarfrist.")
    with transaction.atomic():
        task = held_task(task, version)
        if task.grant is None:
            raise Refused("Opgaven har ingen sag at skrive om.")
        written = write_letter(task.grant, letter, user, now, task=task)
        to = RECIPIENTS[letter.recipient].lower()
        task.state, task.assigned_to = TaskState.WAITING, task.assigned_to or user
        task.touched_at, task.version = task.touched_at or now, task.version + 1
        saved(task, user, f"Afventer svar fra {to} senest {day_name(letter.deadline)}")
        return written


def answer_by(today: date) -> date:
    """Two weeks ahead, on a bank day."""
    day = today + timedelta(days=ANSWER_DAYS)
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def numbers_of(concern: TaskConcern) -> str:
    """The concern's numbers as a sentence of a letter; "" when it has none."""
    if concern.code not in BY_CODE:
        return ""
    found = concern.numbers.get("details", ())
    names = names_of_employers([text[3:11] for text in found if text.startswith("SE ")])
    numbers, details = numbers_in_words(concern.code, concern.numbers, names)
    shown = [text.replace(" · ", ", ").rstrip(".") for text in (numbers, *details) if text]
    return "; ".join(shown) + "." if shown else ""


def _question(task: Task, concern: TaskConcern, to_employer: bool) -> str:
    """The concern put as a question; one we have no words for keeps its official sentence."""
    words = (TO_EMPLOYER if to_employer else TO_CITIZEN).get(concern.code)
    if words is None:
        ask_for = "Vil I hjælpe os med at afklare det?" if to_employer else "Vil du hjælpe os med at afklare det?"
        return f"{concern.message.rstrip('.')}. {ask_for}"
    return words.format(income_month=long_month(task.benefit_month - 1))
