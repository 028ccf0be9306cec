"""The guide: every chapter for every role, every link in it, and every rule with its example and limit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.guide.chapters import CHAPTERS
from cases.guide.glossary import GLOSSARY
from cases.guide.rules import ALL_CODES
from cases.models import NationalRates, Role, Task
from cases.text import sort_key
from rules.concerns import CONCERNS
from rules.income_rules import BY_CODE
from tests.cases.builders import changed, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

CHAPTER_FILES = Path(settings.BASE_DIR) / "templates" / "guide"
LINK = re.compile(r'href="(/[^"#]*)')


@pytest.fixture
def home() -> Any:
    return make_municipality("0999", percent_below=20)


def signed_in(role: Role, municipality: Any) -> Client:
    client = Client()
    client.force_login(make_user(role.value, role, municipality))
    return client


def pages() -> list[str]:
    names = [reverse(name) for name in ("guide", "glossary", "tour", "rule_helps")]
    return names + [reverse("chapter", args=[one.slug]) for one in CHAPTERS]


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().split("<main", 1)[1]


@pytest.mark.parametrize("role", list(Role))
def test_every_link_in_the_guide_opens_for_who_reads_it(home: Any, role: Role) -> None:
    client = signed_in(role, home)
    links: dict[str, str] = {}
    for page in pages():
        links |= {link.replace("&amp;", "&"): page for link in LINK.findall(body(client, page))}
    assert len(links) > len(pages())
    for link, page in links.items():
        assert client.get(link).status_code == 200, f"{link} in {page}"


def test_a_national_administrator_reads_the_rules_own_limits() -> None:
    client = signed_in(Role.ADMINISTRATOR, None)
    assert "Reglernes egne grænser" in body(client, reverse("rule_helps"))
    assert NationalRates.objects.exists()


def test_every_rule_has_a_page_with_a_worked_example_in_danish(home: Any) -> None:
    client = signed_in(Role.CASEWORKER, home)
    for code in ALL_CODES:
        text = body(client, reverse("rule_help", args=[code]))
        assert "Et eksempel" in text
        assert not re.search(r"\d{4}-\d{2}-\d{2}|None|Decimal", re.sub(r'href="[^"]*"', "", text)), code
        assert ("Forslaget til november 2026" in text) is (code in BY_CODE)


def test_no_rule_and_no_concern_is_left_out() -> None:
    assert {*BY_CODE, *CONCERNS, "REC20"} == set(ALL_CODES)


def test_the_limit_shown_is_the_municipalitys_and_so_is_the_examples(home: Any) -> None:
    text = body(signed_in(Role.CASEWORKER, home), reverse("rule_help", args=["INC3"]))
    assert "20 %" in text
    assert "grænsen er -20 %" in text
    assert "19.800,00" in text


def test_a_rule_that_does_not_exist_is_not_found(home: Any) -> None:
    client = signed_in(Role.AUDITOR, home)
    assert client.get("/hjaelp/regler/INC999/").status_code == 404
    assert client.get("/hjaelp/findes-ikke/").status_code == 404


def test_the_reason_of_a_task_links_to_its_rule(home: Any) -> None:
    grant = make_case(home)
    give(grant, changed(ordinary(), 0, amount="16000.00"))
    run(home)
    text = body(signed_in(Role.CASEWORKER, home), reverse("task", args=[Task.objects.get().pk]))
    assert reverse("rule_help", args=["INC4"]) in text


def test_every_chapter_has_its_text_and_every_text_its_chapter() -> None:
    files = {path.stem for path in (CHAPTER_FILES / "chapters").glob("*.html")}
    assert files == {one.slug for one in CHAPTERS}


def test_every_page_the_guide_names_is_there() -> None:
    names = {
        name
        for path in CHAPTER_FILES.rglob("*.html")
        for name in re.findall(r'{% vej "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert {"tasks", "runs", "payments"} < names
    for name in names:
        reverse(name)


def test_the_glossary_is_in_danish_order_and_has_no_word_twice() -> None:
    words = [word for word, _ in GLOSSARY]
    assert words == sorted(set(words), key=sort_key)
