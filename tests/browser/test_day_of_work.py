"""A day of work in a real Chromium: twenty things of every kind, from the inbox to the payment, without the admin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import run_python, served
from tests.browser.walker import Seen, Walker

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SignIn = Callable[..., Any]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal with one case for every kind of task (make_day)."""
    folder = tmp_path_factory.mktemp("day")
    run_python(folder, "-m", "tests.browser.make_day")
    with served(folder) as address:
        yield address


def open_task(page: Any, name: str, kind: str = "") -> None:
    """A task from the inbox, by the kind's filter and the citizen's name."""
    page.goto(f"/opgaver/?slags={kind}")
    page.get_by_role("row").filter(has_text=name).get_by_role("link", name=name).click()
    page.locator("form#work").wait_for()


def press(page: Any, name: str, answer: str | re.Pattern[str] = "") -> None:
    page.get_by_role("button", name=name, exact=True).click()
    if answer:
        page.get_by_text(answer).first.wait_for()


def follow(page: Any, name: str) -> None:
    """A link, and not the same words in the menu that is closed."""
    page.get_by_role("link", name=name, exact=True).locator("visible=true").first.click()


def fill(page: Any, fields: dict[str, str]) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)


def accept_month(page: Any, name: str, note: str = "Set efter") -> None:
    """Accept a month; where the subsidy falls, the three questions are answered first."""
    if page.get_by_role("heading", name="Partshøring").count():
        page.get_by_role("group", name="Er oplysningen ny for borgeren?").get_by_label("Nej").check()
    page.get_by_label("Note", exact=True).fill(note)
    press(page, "Godkend og beregn", re.compile(f"Godkendt: .* kr. udbetales .* til {name}"))


def test_months_are_accepted_corrected_heard_and_asked_about(sign_in: SignIn) -> None:
    page = sign_in("aase")
    open_task(page, "Ida Højlund", "income")
    accept_month(page, "Ida Højlund")

    open_task(page, "Bent Lavesen", "income")
    page.get_by_text("Ret, medtag eller lad ude").first.click()
    form = page.locator("fieldset.correct").first
    form.get_by_label("Beløb, der tæller").fill("12.000,00")
    page.get_by_text("Efter rettelserne er der").wait_for()
    form.get_by_label("Begrundelse").fill("Lønseddel fra borgeren")
    accept_month(page, "Bent Lavesen")

    open_task(page, "Ole Loftløs", "income")
    ceiling = page.get_by_role("group", name="Skriv lønloftet")
    fill(ceiling, {"Lønloft pr. måned": "35.000", "Gælder fra": "1.1.2026", "Kilde": "Oplyst af arbejdsgiveren"})
    press(page, "Gem lønloft", "Lønloftet er skrevet på sagen")
    accept_month(page, "Ole Loftløs")

    open_task(page, "Per Manuel", "income")
    page.get_by_label("Note", exact=True).fill("Ringet til borgeren")
    press(page, "Godkend og beregn", "Sagen mangler: Honorar fra udlandet")
    page.get_by_label("Ingen i måneden").check()
    accept_month(page, "Per Manuel")

    open_task(page, "Eva Fjorten", "income")
    follow(page, "Spørg arbejdsgiveren")
    press(page, "Gør brevet klar til print", "print det under Breve på sagen")
    page.goto("/opgaver/?vis=afventer")
    page.get_by_role("link", name="Eva Fjorten").click()
    page.locator(".head h1 a").click()
    page.get_by_role("link", name="Breve").click()
    page.get_by_text("Vi mangler oplysninger til fleksløntilskud").first.click()
    follow(page, "Registrér svar")
    fill(page, {"Svar": "Hver 14. dag", "Hvordan kom svaret?": "Mail fra arbejdsgiveren"})
    press(page, "Gem svar", "Svaret er gemt på sagen")
    open_task(page, "Eva Fjorten", "income")
    accept_month(page, "Eva Fjorten")


def test_a_fall_is_heard_and_then_upheld_or_changed(sign_in: SignIn) -> None:
    page = sign_in("aase")
    open_task(page, "Maja Fald", "income")
    page.get_by_text(re.compile("Tilskuddet falder med 2.000 kr.")).first.wait_for()
    for question in ("Er oplysningen ny for borgeren?", "Er ændringen mere end uvæsentlig?"):
        page.get_by_role("group", name=question).get_by_label("Ja").check()
    press(page, "Godkend og beregn", "Godkendt:")
    open_task(page, "Maja Fald", "follow_up")
    follow(page, "Afslut partshøringen")
    fill(page, {"Begrundelse (står i brevet)": "Lønnen er rigtig"})
    page.get_by_label("Udfald").select_option("uphold")
    press(page, "Afslut partshøringen", "Borgeren har frist til")
    page.goto("/opgaver/?slags=follow_up")
    page.get_by_role("link", name="Maja Fald").click()
    page.locator(".head h1 a").click()
    page.get_by_role("link", name="Breve").click()
    page.get_by_text("Vi vil høre dig om dit fleksløntilskud").first.click()
    follow(page, "Registrér svar")
    fill(page, {"Svar": "Jeg er enig", "Hvordan kom svaret?": "Telefon"})
    press(page, "Gem svar", "Svaret er gemt på sagen")
    open_task(page, "Maja Fald", "follow_up")
    follow(page, "Afslut partshøringen")
    page.get_by_label("Udfald").select_option("uphold")
    fill(page, {"Begrundelse (står i brevet)": "Lønnen er rigtig"})
    press(page, "Afslut partshøringen", "Afgørelsen er fastholdt")


def test_a_start_up_from_the_indstilling_to_the_case(sign_in: SignIn) -> None:
    page = sign_in("aase")
    open_task(page, "Nora Nystart", "start_up")
    press(page, "Gennemfør trin 4", "Bemærk, at der ikke er registreret")
    fill(page, {"Bevillingens første dag": "1.11.2026"})
    page.get_by_label("Jeg har taget stilling").check()
    press(page, "Gennemfør trin 4", "Trinnet er gennemført")
    for link, fields, button in (
        (
            "Visitation og refusion",
            {"Visitationsdato": "20.10.2026", "Status": "I fleksjob", "Kilde": "Jobcentret"},
            "Gem visitation",
        ),
        ("Lønloft", {"Lønloft pr. måned": "38.000", "Gælder fra": "1.11.2026", "Kilde": "Mail"}, "Gem lønloft"),
        (
            "Forventet løn",
            {"Forventet løn pr. måned": "11.000", "Dokumentation": "Kontrakt"},
            "Gem forventet løn",
        ),
    ):
        follow(page, link)
        fill(page, fields)
        if link == "Visitation og refusion":
            page.get_by_label("Målgruppe").select_option(index=1)
        press(page, button)
        page.get_by_role("heading", name="Nora Nystart").wait_for()
    press(page, "Gennemfør trin 7", "Opstart er gennemført")
    page.locator(".head h1 a").click()
    page.get_by_text("38.000,00 kr. fra 01.11.2026").wait_for()
    page.get_by_text("11.000,00 kr.").first.wait_for()


def test_a_new_case_is_started_gone_back_in_and_refused(sign_in: SignIn) -> None:
    page = sign_in("aase")
    open_task(page, "Ikke kendt her", "new_case")
    fill(page, {"Borgerens navn": "Bo Uden Navn", "Bevilling fra": "1.11.2026"})
    press(page, "Start sagen", "Opstarten er begyndt")
    page.get_by_text("Husk, at du kan tage stilling til borgers lønloft.").first.wait_for()
    page.get_by_text("Gå til trin").first.click()
    page.get_by_label("Hvorfor går du tilbage?").fill("Forkert person")
    press(page, "Gå til trin", "Tilbage til Trin")
    page.get_by_label("Afgørelse", exact=True).select_option("refused")
    fill(page, {"Begrundelse": "Borgeren er ikke i fleksjob"})
    press(page, "Gem afgørelse", "Afgørelse: afslag")
    press(page, "Gennemfør trin 4", "Opstart er afslået")


def test_a_recalculation_with_a_ceiling_changed_on_the_way(sign_in: SignIn) -> None:
    page = sign_in("bo")
    open_task(page, "Rie Genberegn", "recalculation")
    follow(page, "Lønloft")
    fill(page, {"Lønloft pr. måned": "29.000", "Gælder fra": "1.1.2026", "Kilde": "Rettet af arbejdsgiveren"})
    page.get_by_text("Udbetalte måneder, der ændres").wait_for()
    page.get_by_text("-1.000").first.wait_for()
    press(page, "Gem lønloft", "Lønloftet er 29.000,00 kr.")
    page.get_by_text("-1.000").first.wait_for()
    while page.get_by_role("button", name=re.compile("Gennemfør trin")).count():
        for box in page.get_by_label("Jeg har taget stilling").all():
            box.check()
        if page.get_by_role("heading", name="Partshøring").count():
            page.get_by_role("group", name="Er oplysningen ny for borgeren?").get_by_label("Nej").check()
        page.get_by_label("Note", exact=True).fill("Modregnes næste måned")
        page.get_by_role("button", name=re.compile("Gennemfør trin")).click()
        page.wait_for_load_state()
        assert not page.locator(".notice.error").count(), page.locator(".notice.error").inner_text()
    page.get_by_role("heading", name="Efterreguleret").wait_for()


def test_follow_ups_each_settled_by_its_own_act(sign_in: SignIn) -> None:
    page = sign_in("aase")
    open_task(page, "Finn Klager", "follow_up")
    follow(page, "Vurdér klagen igen")
    fill(page, {"Genvurdering": "Beregningen er rigtig"})
    page.get_by_label("Udfald").select_option("upheld_and_sent")
    press(page, "Gem", "Klagen er afsluttet")

    open_task(page, "Sara Slut", "end_grant")
    follow(page, "Afslut bevilling")
    fill(page, {"Sidste dag": "30.11.2026"})
    page.get_by_label("Stopårsag").select_option("job_ended")
    press(page, "Vis brevet")
    assert "ophører" in page.get_by_label("Brevets tekst").input_value()
    press(page, "Afslut bevillingen og send brevet", "Bevillingen ophører 30. november 2026")

    open_task(page, "Tove Mistet", "lost_right")
    for question in ("Er borgeren stadig ansat i fleksjobbet?", "Er borgeren stadig uden ret til ydelsen?"):
        page.get_by_role("group", name=question).get_by_label("Ja").check()
    page.get_by_label("Note", exact=True).fill("Talt med borgeren")
    press(page, "Gem svar og luk opgaven", "Svarene er gemt")

    open_task(page, "Poul Pension", "pension")
    follow(page, "Læs og send brevet")
    press(page, "Send brevet", "Brevet er sendt")


def test_follow_ups_settled_by_a_note_or_a_confirmation(sign_in: SignIn) -> None:
    page = sign_in("bo")
    open_task(page, "Ulla Udløb", "expiring")
    page.get_by_label("Note", exact=True).fill("Jobcentret forlænger")
    press(page, "Luk opgaven med noten", "Opgaven er lukket med din note")

    open_task(page, "Leif Loft", "ceiling")
    follow(
        page, "Bekræft lønloftet" if page.get_by_role("link", name="Bekræft lønloftet").count() else "Bekræft lønloft"
    )
    fill(page, {"Hvem har bekræftet det, og hvornår?": "Arbejdsgiveren i dag"})
    press(page, "Lønloftet er stadig rigtigt", "er bekræftet")

    open_task(page, "Mona Ukendt", "unhandled")
    page.get_by_label("Note", exact=True).fill("Aftalt med jobcentret")
    press(page, "Luk opgaven med noten", "Opgaven er lukket med din note")


def test_notices_are_answered_by_their_process_or_by_a_note(sign_in: SignIn) -> None:
    page = sign_in("bo")
    page.goto("/opgaver/")
    page.get_by_role("link", name=re.compile("Adviser")).click()
    page.get_by_text("Nyt job hos SE 70000037").click()
    follow(page, "Nyt job på sagen")
    press(page, "Gem job", "Jobbet er skrevet på sagen")
    page.goto("/adviser/")
    page.get_by_text("Feriepenge udbetalt").click()
    follow(page, "Ferie")
    press(page, "Gem ferie", "Ferien er skrevet på sagen")
    page.goto("/adviser/")
    page.get_by_role("link", name=re.compile("Opgave i andet system")).click()
    press(page, "Kvittér", "Skriv i noten")
    page.get_by_label("Note", exact=True).fill("Sendt videre")
    press(page, "Kvittér", "Advisen er kvitteret")
    page.get_by_role("link", name=re.compile("Hændelser")).click()
    page.get_by_role("rowheader", name="Ukendt hændelse").wait_for()


def test_keys_move_in_the_inbox_and_accept_asks_first(sign_in: SignIn) -> None:
    page = sign_in("karen")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.get_by_role("heading", name="Adviser").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.get_by_role("heading", name="Opgaver").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("tr.chosen-row input:checked").count() == 1
    page.get_by_label("Frist", exact=True).fill("30.11.2026")
    page.get_by_label("Prioritet", exact=True).select_option("haster")
    press(page, "Planlæg", "1 opgave planlagt")
    page.locator(".mark.bad", has_text="haster").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.locator("form#work").wait_for()
    page.keyboard.press("a")
    page.get_by_text("Tryk a igen").wait_for()
    page.get_by_label("Note", exact=True).wait_for()


def test_two_coordinators_weaken_a_rule_together(sign_in: SignIn) -> None:
    karen, kim = sign_in("karen"), sign_in("kim")
    karen.goto("/regler/MUN11/")
    karen.get_by_label("Virkning").select_option("note")
    karen.get_by_label("Begrundelse").fill("Vi ser dem i kontrolrapporten")
    press(karen, "Gem", "Det gælder, når en anden har bekræftet det")
    kim.goto("/regler/")
    follow(kim, "Se forslaget")
    kim.get_by_label("Hvorfor bekræfter du?").fill("Enig")
    press(kim, "Bekræft", "Ændringen er bekræftet og gælder")


UNCOMPRESSED = 1_000_000
PAGES = (
    "/opgaver/", "/adviser/", "/haendelser/?vis=alle", "/regler/", "/regler/MUN11/", "/sager/7/?fane=processer",
    "/sager/19/?fane=adviser", "/sager/8/?fane=klager", "/sager/8/?fane=noter", "/sager/8/?fane=r75",
    "/sager/3/?fane=breve", "/sager/11/?fane=perioder", "/sager/8/handling/note/", "/sager/8/handling/ferie/",
    "/sager/8/handling/loenloft/", "/sager/8/handling/afslut/", "/sager/8/handling/visitation/",
)  # fmt: skip


def test_the_tasks_of_the_day_look_right(sign_in: SignIn, browser: Any, portal: str) -> None:
    page = sign_in("karen")
    tasks = []
    for inbox in ("/opgaver/?vis=loeste", "/opgaver/"):
        page.goto(inbox)
        tasks += [link.get_attribute("href") for link in page.locator("tbody th a").all()[:12]]
    (session,) = (one for one in page.context.cookies() if one["name"] == "sessionid")
    walker = Walker(browser, portal, session["name"], session["value"], Seen(), UNCOMPRESSED)
    for address in (*PAGES, *tasks):
        assert walker.look(address), address
    walker.close()
    assert not walker.faults, "\n".join(walker.faults)
