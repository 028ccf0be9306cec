"""GDPR: the citizen's own extract, the report of looks, and what is told about the automatic treatment."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from cases import pdf
from cases.access import log_access, log_list
from cases.information_duty import automation_of, information
from cases.insight import AUTOMATIC, BY_A_PERSON, LEFT_TO_A_PERSON, extract
from cases.insight_document import as_text
from cases.models import AccessLog, Article, Assessment, Citizen, Grant, Look, Municipality, Role, User
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


@pytest.fixture
def aase(of: Municipality) -> User:
    return s.user("aase", Role.CASEWORKER, of=of)


@pytest.fixture
def grant(of: Municipality, aase: User) -> Grant:
    """A month by itself, one that a person decided, one that waits; a note, and looks by two employees."""
    s.settings(of, full_automation=True, include_income_automatically=True)
    case = s.grant(of)
    case.wage_ceilings.create(amount="31250.50", first_day=s.NOW.date(), source="Ansættelsesbrev")
    s.paid(case, s.NOVEMBER - 2)
    s.save(case, s.facts(s.NOVEMBER - 1, s.wage(s.NOVEMBER - 2, "9300"), paid=("0", "0")), by=aase)
    s.stopped(case)
    case.journal.create(text="Borgeren ringede", written_at=s.NOW, written_by=aase)
    log_access(aase, case.citizen, "Sag, Måneder")
    log_list(aase, [case.citizen_id], "Sager")
    return case


def signed_in(role: Role, of: Municipality, name: str = "nogen") -> Client:
    client = Client()
    client.force_login(s.user(name, role, of=of))
    return client


def test_every_decision_says_whether_it_was_fully_automatic(grant: Grant) -> None:
    document = extract(grant.citizen, s.NOW)
    decisions = next(one for one in document.sections if one.title == "Afgørelser")
    assert [row[-1] for row in decisions.rows] == [AUTOMATIC, BY_A_PERSON, LEFT_TO_A_PERSON]
    assert decisions.lines[0].startswith("1 af 3 afgørelser er truffet fuldautomatisk")


def test_the_extract_has_all_that_is_stored_and_no_employee(grant: Grant, aase: User) -> None:
    text = as_text(extract(grant.citizen, s.NOW))
    for part in (
        "Åse Holm", grant.citizen.cpr_with_dash, "Enghavevej 4", grant.number, "31.250,50 kr.", "Ansættelsesbrev",
        "Borgeren ringede", "Sag, Måneder", "Liste: Sager", "Behandling af sag om fleksløntilskud", "november 2026",
        "artikel 15",
    ):  # fmt: skip
        assert part in text, part
    assert not re.search(r"\bAase\b|\baase\b", text)


def test_a_protected_address_is_not_in_the_extract(grant: Grant) -> None:
    Citizen.objects.filter(pk=grant.citizen_id).update(is_protected=True)
    grant.citizen.refresh_from_db()
    text = as_text(extract(grant.citizen, s.NOW))
    assert "Enghavevej" not in text
    assert "Beskyttet. Den står ikke i dette brev." in text


def test_as_many_queries_for_many_rows(grant: Grant, aase: User, django_assert_max_num_queries: Any) -> None:
    for month in range(3, 9):
        s.paid(grant, s.NOVEMBER - month)
    for _ in range(20):
        log_access(aase, grant.citizen, "Sag, Måneder")
    with django_assert_max_num_queries(30):
        extract(grant.citizen, s.NOW)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR])
def test_the_pages_and_files_open_and_each_is_a_look(grant: Grant, of: Municipality, role: Role) -> None:
    client = signed_in(role, of)
    before = AccessLog.objects.count()
    page = client.get(reverse("insight", args=[grant.citizen_id]))
    assert "Hvornår og hvorfor der er set på dig" in page.content.decode()
    looks = client.get(reverse("insight_kind", args=[grant.citizen_id, "opslag"])).content.decode()
    assert "Sag, Måneder" in looks
    assert "Borgeren ringede" not in looks
    text = client.get(reverse("insight_file", args=[grant.citizen_id, "alt", "txt"]))
    assert "Indsigt, artikel 15" in text.content.decode()  # the look at the page a moment ago
    assert re.search(r'filename="alt-\d+\.txt"', text["Content-Disposition"])
    assert AccessLog.objects.count() == before + 3
    assert AccessLog.objects.filter(kind=Look.EXPORT, purpose__contains="artikel 15").count() == 1
    assert client.get(reverse("insight_file", args=[grant.citizen_id, "alt", "exe"])).status_code == 404
    assert client.get(reverse("insight_kind", args=[grant.citizen_id, "andet"])).status_code == 404


def test_another_municipality_gets_nothing(grant: Grant) -> None:
    client = signed_in(Role.COORDINATOR, s.municipality("0998", "Anden Kommune"))
    for name, args in (("insight", []), ("insight_kind", ["opslag"]), ("insight_file", ["alt", "txt"])):
        assert client.get(reverse(name, args=[grant.citizen_id, *args])).status_code == 404
    assert client.get(reverse("duty"), {"kommune": "0999"}).status_code == 403


@pytest.mark.skipif(not pdf.is_available(), reason="no Pango")
def test_the_pdf_is_accessible_and_has_the_same_words(grant: Grant, of: Municipality) -> None:
    answer = signed_in(Role.CASEWORKER, of).get(reverse("insight_file", args=[grant.citizen_id, "alt", "pdf"]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "da"
        assert len(document.pages) >= 1


def assess(of: Municipality, applies: str, version: int = 1) -> None:
    Assessment.objects.create(
        municipality=of, article=Article.ARTICLE_22, version=version, text="Sådan", applies=applies,
        author=s.user(f"jurist{version}", Role.COORDINATOR, of=of), written_at=s.NOW, assessed={},
    )  # fmt: skip


def automatic_part(of: Municipality) -> str:
    document = information(of, s.NOW)
    return " ".join(next(one for one in document.sections if one.title == "Automatisk behandling").lines)


def test_full_automation_and_article_22_decide_what_is_told(of: Municipality, grant: Grant) -> None:
    assert "artikel 22" not in automatic_part(of)
    assert "ikke taget stilling" in automation_of(of, s.NOW).warning
    assess(of, "yes")
    assert "den 12.11.2026 vurderet, at det er automatiske afgørelser" in automatic_part(of)
    assert automation_of(of, s.NOW).warning == ""
    assess(of, "no", 2)
    assert "artikel 22 ikke gælder" in automatic_part(of)
    page = signed_in(Role.CASEWORKER, of).get(reverse("duty")).content.decode()
    assert "artikel 22 ikke gælder" in page
    assert "Datatilsynet" in page


def test_without_full_automation_a_person_sees_every_month(of: Municipality) -> None:
    s.settings(of, full_automation=False)
    assess(of, "yes")
    assert automatic_part(of) == "En medarbejder ser hver måned, før der udbetales."
    assert automation_of(of, s.NOW).warning == ""


def test_the_warning_stands_on_the_page(of: Municipality, grant: Grant) -> None:
    page = signed_in(Role.COORDINATOR, of).get(reverse("duty")).content.decode()
    assert "ikke taget stilling til, om GDPR artikel 22 gælder" in page
    text = signed_in(Role.COORDINATOR, of, "to").get(reverse("duty_file", args=["txt"])).content.decode()
    assert "ikke taget stilling" not in text
