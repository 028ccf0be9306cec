"""The rule catalogue: every code once, with its words, and no rule without law, sentence or test."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Municipality, Role, TaskConcern
from cases.rule_catalogue import catalogue
from cases.rule_settings import propose_setting
from cases.tables import as_csv
from rules.catalogue import CATALOGUE, GROUPS
from rules.concerns import CONCERNS
from rules.income_rules import BY_CODE
from rules.registry import IncompleteRuleError
from tests.cases import specimens as s

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["code", "title", "law", "message", "help"])
def test_a_rule_without_its_words_cannot_exist(name: str) -> None:
    with pytest.raises(IncompleteRuleError, match=name):
        replace(BY_CODE["INC3"], **{name: " "})


def test_a_rule_without_a_test_cannot_exist() -> None:
    with pytest.raises(IncompleteRuleError, match="mangler test"):
        replace(BY_CODE["INC3"], test=None)


def test_every_code_of_every_registry_is_there_once() -> None:
    assert set(CATALOGUE) == {*BY_CODE, *CONCERNS, "REC20"}
    assert {one.group for one in CATALOGUE.values()} <= set(GROUPS)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_entry_has_law_message_and_a_test_that_names_it(code: str) -> None:
    one = CATALOGUE[code]
    assert all(text.strip() for text in (one.title, one.law, one.message, one.help))
    files = [*(TESTS / "rules").glob("test_*.py"), *(TESTS / "cases").glob("test_*.py")]
    others = [path for path in files if path.name not in ("test_concerns.py", Path(__file__).name)]
    assert any(f'"{code}"' in path.read_text(encoding="utf-8") for path in others), f"no test tries {code}"


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


@pytest.mark.django_db
def test_hits_of_the_month_counted_again_by_sql(of: Municipality) -> None:
    for number in range(3):
        s.stopped(s.grant(of, f"Nr. {number}"))
    s.stopped(s.grant(of, "Før"), s.NOVEMBER - 1)
    s.stopped(s.grant(s.municipality("0998"), "Fremmed"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.code FROM cases_taskconcern c JOIN cases_task t ON t.id = c.task_id "
            "WHERE t.municipality_id = %s AND t.benefit_month = %s AND t.state <> 'replaced'",
            [of.pk, s.NOVEMBER.index],
        )
        expected = Counter(row[0] for row in cursor.fetchall())
    rows = catalogue(of, s.NOVEMBER, s.NOW).rows
    assert {row.entry.code: row.hits for row in rows if row.hits} == dict(expected)
    assert TaskConcern.objects.count() > sum(expected.values())


@pytest.mark.django_db
def test_it_shows_default_and_what_is_set_here(of: Municipality) -> None:
    def rows() -> dict[str, Any]:
        return {row.entry.code: row for row in catalogue(of, s.NOVEMBER, s.NOW).rows}

    assert (rows()["INC3"].default, rows()["INC3"].here) == ("stopper, 15 %", "som standard")
    assert rows()["INC37"].default == "stopper, fuld automatik er slået fra"
    s.settings(of, percent_below="7.5", full_automation=True)
    karen = s.user("karen", Role.COORDINATOR, of=of)
    words = {"valid_from": s.NOVEMBER.first_day, "reason": "Prøve", "user": karen, "now": s.NOW}
    propose_setting(of, "MUN2", "stop", low="1000", high="30000", **words)
    assert rows()["INC3"].here == "7,5 %"
    assert rows()["INC37"].here == "fuld automatik er slået til"
    assert rows()["MUN2"].here == "stopper, under 1.000 kr., over 30.000 kr."
    assert (rows()["SAT2"].default, rows()["SAT2"].here) == ("vises, stopper aldrig", "")


@pytest.mark.django_db
def test_page_and_files_hold_every_code(of: Municipality, client: Client) -> None:
    client.force_login(s.user("rikke", Role.AUDITOR, of=of))
    page = client.get(reverse("rule_catalogue")).content.decode()
    text = as_csv(catalogue(of, s.NOVEMBER, s.NOW).sheet())
    for code, one in CATALOGUE.items():
        assert f'id="{code}"' in page
        assert f"\n{code};" in text
        assert one.message.partition(",")[0] in text
    assert client.get(reverse("rule_catalogue_file", args=["pdf"])).status_code in (200, 302)
