"""A handful of pages without a browser: Danish words only, nothing inline, nothing from elsewhere, and light.

The whole of it, in a real Chromium, is ``tests/browser/test_every_page.py``.
"""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from cases.models import Role, Task
from tests.browser.words import ENGLISH
from tests.cases.builders import changed, give, make_case, make_municipality, make_user, ordinary, run

pytestmark = pytest.mark.django_db

HEAVIEST = 150_000
SOURCES = re.compile(r'<(?:script|link|img)\b[^>]*\b(?:src|href)="([^"]+)"')
INLINE = re.compile(r"<style\b|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)(?![^>]*application/json)")
FONTS = sorted((Path(__file__).parents[2] / "cases/static/cases/fonts").glob("*.woff2"))


@pytest.fixture
def pages() -> dict[str, str]:
    """The main pages of a coordinator, with one stopped and one paid case, by address."""
    home = make_municipality()
    stopped, passed = make_case(home, paid="18000"), make_case(home, 1, paid="18000")
    give(stopped, changed(ordinary(), 0, amount="16000.00"))
    give(passed, ordinary())
    run(home)
    client = Client()
    client.force_login(make_user("karen", Role.COORDINATOR, home))
    case = reverse("case", args=[passed.pk])
    addresses = [
        reverse("overview"), reverse("tasks"), reverse("task", args=[Task.objects.get().pk]), case,
        f"{case}?fane=job", f"{case}?fane=historik", reverse("payments"), reverse("rules"), reverse("admin:index"),
        reverse("admin:cases_municipalparameters_changelist"), reverse("admin:cases_municipalparameters_add"),
    ]  # fmt: skip
    return {address: client.get(address).content.decode() for address in addresses}


def test_every_word_is_danish(pages: dict[str, str]) -> None:
    for address, page in pages.items():
        seen = re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]*>", " ", page, flags=re.S)
        named = " ".join(re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]*)"', page))
        words = set(re.findall(r"[a-zæøå]+", html.unescape(f"{seen} {named}").lower()))
        assert words & ENGLISH == set(), address
        assert len(words) > 20, address


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages: dict[str, str]) -> None:
    for address, page in pages.items():
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)(?![^>]*application/json)", page), (
            address
        )
        assert {one for one in SOURCES.findall(page) if not one.startswith(("/", "data:"))} == set(), address


def test_a_page_with_all_it_needs_is_light(pages: dict[str, str]) -> None:
    fonts = sum(font.stat().st_size for font in FONTS)
    for address, page in pages.items():
        files = {one.removeprefix("/static/") for one in SOURCES.findall(page) if one.startswith("/static/")}
        needed = [Path(finders.find(one)).read_bytes() for one in files]
        weight = fonts + len(gzip.compress(page.encode())) + sum(len(gzip.compress(one)) for one in needed)
        assert weight < HEAVIEST, (address, weight)


def test_the_workbench_has_the_months_as_a_picture_and_a_table_by_employer(pages: dict[str, str]) -> None:
    page = next(page for address, page in pages.items() if address.startswith("/opgaver/") and 'id="work"' in page)
    assert page.count('<rect class="e0') == 3
    assert "Indtægter med pension efter arbejdsgiver og måned" in page
    assert 'hx-post="' in page


def test_no_posted_form_is_checked_by_the_browser_in_its_own_language() -> None:
    found = [
        (page.name, form)
        for page in (Path(__file__).parents[2] / "templates").rglob("*.html")
        for form in re.findall(r"<form(?:[^>%]|%(?!\})|%\})*>", page.read_text("utf-8"))
        if 'method="post"' in form
    ]
    assert [one for one in found if "novalidate" not in one[1]] == []
