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
        page.get_by_role("group", name="Kender borgeren ikke oplysningen?").get_by_label("Nej").check()


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
    page.get_by_role("link", name="Udbetalingsspecifikation (PDF)").wait_for()
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


def pages_of(page: Any) -> list[str]:
    """Every address of the caseworker's pages, one task and one case for all."""
    page.goto("/opgaver/")
    task = page.locator("tbody th a").first.get_attribute("href")
    page.goto("/sager/")
    case = page.locator("tbody th a").first.get_attribute("href")
    tabs = ("maaneder", "indtaegter", "job", "perioder", "processer", "adviser", "breve", "noter", "historik", "opslag")
    forms = (f"{case}loenloft/", f"{case}job/", f"{case}handling/ferie/")
    return ["/", "/opgaver/", task, "/sager/", *(f"{case}?fane={tab}" for tab in tabs), *forms, "/beregner/", "/soeg/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(sign_in: SignIn, theme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = sign_in("karen", width=width, color_scheme=theme)
    for address in pages_of(page):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(one["id"], one["nodes"][0]["html"]) for one in found])
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, address


def test_an_administrator_sees_settings_and_no_citizen(sign_in: SignIn) -> None:
    page = sign_in("adam")
    menu = page.get_by_role("navigation", name="Hovedmenu")
    assert menu.get_by_role("link", name="Opgaver").count() == 0
    menu.get_by_role("link", name="Administration").click()
    page.get_by_role("heading", name="Administration").wait_for()
    assert page.goto("/sager/").status == 403
