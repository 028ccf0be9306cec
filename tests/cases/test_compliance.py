"""Lovlighed: what each rule is set to and since when, and the assessments that a changed setting makes old."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError
from django.test import Client

from cases.assessments import (
    article_22,
    article_22_warning,
    assess,
    must_be_renewed,
    settings_to_assess,
    standing,
)
from cases.compliance import Line, more_automatic, sections
from cases.models import Article, Municipality, MunicipalParameters, Role, User
from cases.pdf import is_available
from cases.refused import Conflict, Refused
from cases.rule_settings import confirm_setting, propose_setting
from cases.signed import saved
from rules.compliance import TOPICS, touched
from rules.concerns import CONCERNS
from rules.income_rules import BY_CODE
from tests.cases.builders import NOVEMBER, NOW, make_municipality, make_user

pytestmark = pytest.mark.django_db
NOV_1 = date(2026, 11, 1)


@pytest.fixture
def municipality() -> Municipality:
    return make_municipality()


@pytest.fixture
def karen(municipality: Municipality) -> User:
    return make_user("karen", Role.COORDINATOR, municipality)


@pytest.fixture
def adam(municipality: Municipality) -> User:
    return make_user("adam", Role.ADMINISTRATOR, municipality)


def line(owner: Municipality, code: str) -> Line:
    return next(one for section in sections(owner, NOVEMBER) for one in section.lines if one.code == code)


def set_figures(owner: Municipality, user: User, day: date, **changes: Any) -> None:
    figures = {"include_income_automatically": True, "full_automation": True, **changes}
    saved(MunicipalParameters(municipality=owner, valid_from=day, note="Aftalt", **figures), user, "Aftalt")


def written(owner: Municipality, user: User, article: str = Article.HEARING, **more: Any) -> Any:
    return assess(owner, article, "Vi har vurderet det.", user, NOW, **more)


def test_every_rule_of_annex_1_and_every_rule_of_ours_stands_once(municipality: Municipality) -> None:
    codes = [one.code for section in sections(municipality, NOVEMBER) for one in section.lines]
    assert sorted(codes) == sorted({*CONCERNS, *BY_CODE})


def test_the_careful_set_up_is_not_beyond_itself(municipality: Municipality) -> None:
    assert more_automatic(sections(municipality, NOVEMBER)) == []
    assert line(municipality, "INC27").value == "stopper, når tilskuddet falder mere end 5 %"


def test_while_automatic_inclusion_is_off_every_report_is_a_task() -> None:
    off = make_municipality(include_income_automatically=False)
    assert line(off, "INC1").value.startswith("spørges ikke, mens automatisk medtagning er slået fra")
    assert line(off, "INC5").value == line(off, "INC1").value
    assert line(off, "INC24").value == "stopper altid"


def test_a_wider_limit_is_said_to_be_more_automatic_with_day_person_and_reason(
    municipality: Municipality, karen: User
) -> None:
    set_figures(municipality, karen, date(2026, 3, 1), subsidy_drop_percent=Decimal(10), percent_above=Decimal(25))
    set_figures(municipality, karen, date(2026, 6, 1), subsidy_drop_percent=Decimal(10), percent_above=Decimal(20))
    set_figures(municipality, karen, date(2026, 12, 1), subsidy_drop_percent=Decimal(50))
    drop, above = line(municipality, "INC27"), line(municipality, "INC4")
    assert (drop.since, drop.by) == (date(2026, 3, 1), "Karen: Aftalt")
    assert drop.more_automatic == "Mere automatisk end notatets forsigtige opsætning på 5 %."
    assert (above.since, above.value) == (
        date(2026, 6, 1),
        "stopper, når indtægten ligger mere end 20 % over gennemsnittet",
    )
    assert "Notatet nævner ingen procent" in above.more_automatic
    assert [one.code for one in more_automatic(sections(municipality, NOVEMBER))] == ["INC27", "INC4"]
    assert drop.topics == ("partshoering", "begrundelse")


def test_a_weakened_rule_names_both_persons(municipality: Municipality, karen: User, adam: User) -> None:
    setting = propose_setting(municipality, "MUN11", "note", valid_from=NOV_1, reason="Få", user=karen, now=NOW)
    assert line(municipality, "MUN11").more_automatic == ""
    confirm_setting(setting, "Enig", adam, NOW)
    found = line(municipality, "MUN11")
    assert (found.since, found.by) == (NOV_1, "Karen og Adam: Få")
    assert found.more_automatic == "Mildere end reglens egen indstilling: stopper, over 2.000 kr."
    assert "skoen" in found.topics


def test_an_assessment_is_versioned_and_a_changed_setting_makes_it_old(municipality: Municipality, karen: User) -> None:
    first = written(municipality, karen)
    assert (first.version, must_be_renewed(first, settings_to_assess(municipality, NOW))) == (1, False)
    set_figures(municipality, karen, date(2027, 1, 1), subsidy_drop_percent=Decimal(10))
    assert must_be_renewed(first, settings_to_assess(municipality, NOW))
    second = written(municipality, karen)
    assert (second.version, must_be_renewed(second, settings_to_assess(municipality, NOW))) == (2, False)
    in_january = NOW + timedelta(days=60)
    assert not must_be_renewed(second, settings_to_assess(municipality, in_january))
    assert must_be_renewed(first, settings_to_assess(municipality, in_january))
    assert standing(municipality) == {Article.HEARING: second}


def test_an_assessment_is_never_changed(municipality: Municipality, karen: User) -> None:
    row = written(municipality, karen)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_assessment SET text = 'Noget andet' WHERE id = %s", [row.pk])


def test_article_22_is_not_assessed_until_somebody_says_so(municipality: Municipality, karen: User) -> None:
    assert article_22(municipality) == "not_assessed"
    assert "ikke vurderet, om GDPR artikel 22 gælder" in article_22_warning(municipality, NOW)
    written(municipality, karen, Article.ARTICLE_22, applies="yes")
    assert (article_22(municipality), article_22_warning(municipality, NOW)) == ("yes", "")
    written(municipality, karen, Article.ARTICLE_22, applies="no")
    assert article_22(municipality) == "no"
    assert article_22(make_municipality("0998")) == "not_assessed"


def test_without_full_automation_nothing_is_missing(karen: User) -> None:
    assert article_22_warning(make_municipality("0998", full_automation=False), NOW) == ""


def test_what_cannot_be_written_is_refused(municipality: Municipality, karen: User) -> None:
    with pytest.raises(Refused, match="Skriv vurderingen"):
        assess(municipality, Article.REASONS, " ", karen, NOW)
    with pytest.raises(Refused, match="Vælg, om artikel 22"):
        assess(municipality, Article.ARTICLE_22, "Ja", karen, NOW, applies="måske")
    with pytest.raises(Refused, match="fagkoordinator eller administrator"):
        written(municipality, make_user("rikke", Role.AUDITOR, municipality))
    written(municipality, karen, version=0)
    with pytest.raises(Conflict, match="En anden har skrevet"):
        written(municipality, karen, version=0)


def test_the_page_the_article_and_the_roles(municipality: Municipality, karen: User, client: Client) -> None:
    client.force_login(karen)
    page = client.get("/lovlighed/").content.decode()
    assert "Ingen regel er sat mere automatisk" in page
    assert page.count("ikke vurderet</span>") == len(TOPICS)
    answer = client.post("/lovlighed/artikel-22/", {"text": "Den gælder.", "applies": "yes", "version": "0"})
    assert answer.status_code == 302
    assert "Ja, artikel 22 gælder" in client.get("/lovlighed/").content.decode()
    stale = client.post("/lovlighed/artikel-22/", {"text": "Min tekst", "applies": "no", "version": "0"})
    assert stale.status_code == 422
    assert "Min tekst" in stale.content.decode()
    assert client.get("/lovlighed/findes-ikke/").status_code == 404
    client.force_login(make_user("rikke", Role.AUDITOR, municipality))
    assert "Skriv en ny version" not in client.get("/lovlighed/artikel-22/").content.decode()
    client.force_login(make_user("bo", Role.CASEWORKER, municipality))
    assert client.get("/lovlighed/").status_code == 403


@pytest.mark.skipif(not is_available() or shutil.which("pdftotext") is None, reason="Pango or poppler is missing")
def test_the_pdf_says_what_the_page_says_and_is_accessible(
    municipality: Municipality, karen: User, client: Client, tmp_path: Path
) -> None:
    set_figures(municipality, karen, date(2026, 1, 1), subsidy_drop_percent=Decimal(10))
    written(municipality, karen, Article.ARTICLE_22, applies="no")
    client.force_login(karen)
    answer = client.get("/lovlighed/notat.pdf")
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True)
    text = " ".join(made.stdout.decode().split())
    for words in (
        "Nej, artikel 22 gælder ikke",
        "Vi har vurderet det.",
        "forsigtige opsætning på 5 %",
        "MUN14",
        "SAT10",
    ):
        assert words in text
    path = tmp_path / "lovlighed.pdf"
    path.write_bytes(answer.content)
    report = pytest.importorskip("pdfua").validate(str(path))
    assert [one for one in report.findings if one.severity.name == "ERROR"] == []


def test_each_topic_is_touched_by_a_rule_and_is_a_choice() -> None:
    assert [topic.word for topic in TOPICS] == list(Article.values)
    assert {word for code in BY_CODE for word in touched(code)} == {topic.word for topic in TOPICS}
