"""The main ways through the portal in a real Chromium, and every page looked at by axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SignIn = Callable[..., Any]
TODAYS_TASK = "INC4"


def open_task(page: Any, code: str) -> None:
    """The first open task of a rule, through the inbox's filter."""
    page.goto(f"/opgaver/?aarsag={code}")
    page.locator("tbody th a").first.click()
    page.get_by_role("heading", name="Du skal tage stilling til").wait_for()


def answer_hearing(page: Any) -> None:
    """Where less is paid than before, the three questions are answered first."""
    if page.get_by_role("heading", name="Partshøring").count():
        page.get_by_role("group", name="Er oplysningen ny for borgeren?").get_by_label("Nej").check()


def test_a_caseworker_takes_the_next_task_corrects_it_and_finds_the_specification(sign_in: SignIn) -> None:
    page = sign_in("aase")
    page.get_by_role("button", name="Tag næste opgave").click()
    page.get_by_role("heading", name="Du skal tage stilling til").wait_for()
    open_task(page, TODAYS_TASK)
    before = page.locator("#promise").inner_text()
    page.get_by_text("Ret, medtag eller lad ude").first.click()
    form = page.locator("fieldset.correct").first
    form.get_by_label("Beløb, der tæller").fill("12.000,00")
    page.get_by_text("Efter rettelserne er der").wait_for()
    assert form.get_by_label("Behandling").input_value() == "correct"
    promised = page.locator("#promise").inner_text()
    assert promised != before
    form.get_by_label("Begrundelse").fill("Lønseddel fra borgeren")
    page.get_by_label("Note").fill("Bonus hører til en anden måned")
    page.wait_for_load_state("networkidle")
    answer_hearing(page)
    page.get_by_role("button", name="Godkend og beregn").click()
    page.get_by_text(f"Godkendt: {promised}").wait_for()
    page.get_by_text("rettet: Lønseddel fra borgeren").wait_for()
    page.get_by_role("link", name="Specifikation (PDF)").wait_for()
    page.get_by_role("link", name="Se måneden på sagen").click()
    page.get_by_text("Fleksløntilskud", exact=True).wait_for()


def test_two_people_in_one_task_lose_nothing(sign_in: SignIn) -> None:
    aase, bo = sign_in("aase"), sign_in("bo")
    open_task(aase, "INC27")
    bo.goto(aase.url)
    bo.get_by_text(re.compile("Åse .* har også opgaven åben")).wait_for()
    aase.get_by_label("Note").fill("Åse var her")
    aase.get_by_role("button", name="Gem", exact=True).click()
    aase.get_by_text("Gemt. Opgaven er stadig åben.").wait_for()
    bo.get_by_label("Note").fill("Bos egen note")
    bo.get_by_role("button", name="Gem", exact=True).click()
    bo.get_by_text("En anden har ændret opgaven").wait_for()
    assert bo.get_by_label("Note").input_value() == "Bos egen note"
    bo.get_by_text(re.compile("Åse .* har taget opgaven")).wait_for()


def test_keys_lead_to_search_and_inbox(sign_in: SignIn) -> None:
    page = sign_in("karen")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.get_by_role("heading", name="Opgaver").wait_for()
    name = page.locator("tbody th a").first.inner_text()
    page.keyboard.press("/")
    page.keyboard.type(name.lower())
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Sag 0999-")).first.wait_for()
    assert name.split()[0].lower() not in page.url.lower()


def test_without_javascript_a_task_is_solved_all_the_same(sign_in: SignIn) -> None:
    page = sign_in("bo", java_script_enabled=False)
    page.goto("/opgaver/?aarsag=INC3")
    if not page.locator("tbody th a").count():
        page.goto("/opgaver/?aarsag=INC29")
    page.locator("tbody th a").first.click()
    answer_hearing(page)
    page.get_by_role("button", name="Godkend og beregn").click()
    page.get_by_text(re.compile("Godkendt: ")).wait_for()


def test_the_calculator_answers_while_one_types(sign_in: SignIn) -> None:
    page = sign_in("aase")
    page.goto("/beregner/")
    page.get_by_label("Løn før skat").fill("10.000")
    page.get_by_text("løn 10.000,00 kr.").wait_for()


def test_an_administrator_sees_settings_and_no_citizen(sign_in: SignIn) -> None:
    page = sign_in("adam")
    menu = page.get_by_role("navigation", name="Hovedmenu")
    assert menu.get_by_role("link", name="Opgaver").count() == 0
    menu.get_by_role("link", name="Administration").click()
    page.get_by_role("heading", name="Administration").wait_for()
    assert page.goto("/sager/").status == 403


def said_at(page: Any, field: str) -> str:
    """What stands at the field that has the focus, with what was typed still in it; no browser checks by itself."""
    assert page.evaluate("[...document.forms].every((form) => form.noValidate)")
    wrong = page.locator(f"[name={field}][aria-invalid=true]")
    wrong.wait_for()
    page.wait_for_function("name => document.activeElement.name === name", arg=field)
    told = (page.locator(f"#{one}") for one in str(wrong.get_attribute("aria-describedby")).split())
    return f"{wrong.input_value()}: {' '.join(one.inner_text() for one in told)}"


def test_a_browser_in_english_says_in_danish_what_is_missing_or_wrong(sign_in: SignIn, browser: Any) -> None:
    page = sign_in("karen", locale="en-US")
    page.goto("/udbetalinger/lister/")
    page.get_by_label("Udbetalingsdag").fill("i morgen")
    page.get_by_role("button", name="Gør listen klar").click()
    help_ = "En bankdag. Alt, der er godkendt til da, kommer med."
    assert said_at(page, "pay_date") == f"i morgen: {help_} Skriv en dato som 03.11.2026."
    page.goto("/beregner/")
    page.get_by_label("Løn før skat").fill("tusind")
    page.get_by_role("button", name="Beregn", exact=True).click()
    assert said_at(page, "wage") == "tusind: Uden pension Skriv et tal, fx 15.140,00."

    page.goto("/administration/cases/municipalparameters/add/")
    page.get_by_label("Gælder fra").fill("32.13.2026")
    page.get_by_label("Procent under").fill("")
    page.get_by_role("button", name="Gem", exact=True).click()
    assert said_at(page, "valid_from") == "32.13.2026: Indtast en gyldig dato."
    page.get_by_text("Dette felt er påkrævet.").first.wait_for()

    outside = browser.new_page(base_url=page.url.split("/administration")[0], locale="en-US")
    outside.goto("/log-ind/")
    outside.get_by_label("Brugernavn").fill("karen")
    outside.get_by_role("button", name="Log ind").click()
    assert said_at(outside, "password") == ": Skriv din adgangskode."
    assert outside.get_by_label("Brugernavn").input_value() == "karen"
    outside.close()


def solve_the_oldest(page: Any) -> None:
    """What the page itself asks for: a hearing is upheld with a reason, a month is accepted."""
    hearing = page.get_by_role("link", name="Afslut partshøringen")
    if hearing.count():
        hearing.click()
        page.get_by_label("Udfald").select_option(label="Fasthold afgørelsen")
        page.get_by_label("Begrundelse (står i brevet)").fill("Lønsedlen viser, at beløbet er rigtigt.")
        page.get_by_role("button", name="Afslut partshøringen").click()
    else:
        answer_hearing(page)
        page.get_by_role("button", name="Godkend og beregn").click()


def test_a_new_caseworker_solves_the_oldest_task_and_finds_the_letter_in_four_pages(sign_in: SignIn) -> None:
    page, pages = sign_in("bo"), list[str]()
    page.on("framenavigated", lambda frame: pages.append(frame.url))
    page.get_by_role("link", name="Den ældste").click()
    page.get_by_role("heading", name="Du skal tage stilling til").wait_for()
    solve_the_oldest(page)
    page.get_by_text(re.compile("Afgørelsen er fastholdt|Godkendt: ")).wait_for()
    page.get_by_role("link", name=re.compile("^(Dit fleksløntilskud for|Udbetalingsspecifikation)")).first.wait_for()
    assert len(pages) <= 4, pages
