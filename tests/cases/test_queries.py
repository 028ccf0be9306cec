"""As many queries for fifty as for five: from the register's answers to the frozen letters, and on each main page."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import issue_specifications
from cases.change_log import Query, changes
from cases.consistency import faults
from cases.issue_specifications import issue_block
from cases.models import (
    Adjustment,
    Citizen,
    Decision,
    Grant,
    IssuedDocument,
    Municipality,
    Payment,
    Process,
    Role,
    Run,
    Settlement,
    Task,
    User,
)
from cases.models.task import NEW_PAY
from cases.recalculated_months import look_at
from cases.release_payments import prepare_batch, release_batch
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    OCTOBER,
    Pay,
    answer,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    pays,
    read_in,
    run,
)

pytestmark = pytest.mark.django_db

PAY_DAY = NOVEMBER.last_day


def counted(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def owed(decision: Decision, user: User) -> Adjustment:
    """A paid month that is worth 300 kr. more."""
    grant = decision.grant
    process = Process.objects.create(
        municipality_id=grant.municipality_id, citizen_id=grant.citizen_id, grant=grant, kind="FLEX_BEREGN",
        state="done", stage="7", event="Prøve", started_at=NOW, started_by=user,
    )  # fmt: skip
    look = look_at(decision)
    return Adjustment.objects.create(
        municipality_id=grant.municipality_id, grant=grant, process=process, benefit_month=decision.benefit_month,
        sequence=1, decision=decision, old_subsidy=decision.subsidy, new_subsidy=decision.subsidy + 300,
        difference=300, payable_difference=300, steps=[], fingerprint=look.decided.fingerprint, rules_version="1",
        made_at=NOW, made_by=user, reason="Prøve", **look.decided.frozen,
    )  # fmt: skip


def month_to_letters(code: str, cases: int) -> dict[str, int]:
    """A municipality of so many cases, each with something owed from October, through its November: queries by step."""
    home = make_municipality(code)
    pays(home)
    first, second = (make_user(f"{name}{code}", Role.COORDINATOR, home) for name in ("bo", "karen"))
    at = int(code) * 100
    grants = [make_case(home, at + number, months=(OCTOBER - 2, OCTOBER - 1)) for number in range(cases)]
    read_in(answer(*((grant, ordinary(upto=OCTOBER - 1)) for grant in grants)), f"{code}-1.xml")
    run(home, OCTOBER)
    for decision in Decision.objects.of(home).select_related("grant"):
        owed(decision, first)
    found = {
        "import": counted(lambda: read_in(answer(*((grant, ordinary(months=1)) for grant in grants)), f"{code}-2.xml")),
        "run": counted(lambda: run(home)),
        "list": counted(lambda: prepare_batch(home, PAY_DAY, first, NOW)),
    }
    batch = home.batches.get()
    found["file"] = counted(lambda: release_batch(batch, second, NOW))
    ids = sorted(batch.payments.values_list("pk", flat=True))
    found["letters"] = counted(lambda: issue_block(batch.pk, second, NOW, ids[0], ids[-1]))
    found["history"] = counted(lambda: changes(Query((home.pk,), limit=5000)))
    assert Payment.objects.of(home).filter(benefit_month=NOVEMBER, adjustment=Decimal(300)).count() == cases
    assert Settlement.objects.filter(payment__municipality=home).count() == cases
    assert IssuedDocument.objects.filter(municipality=home, payment__benefit_month=NOVEMBER).count() == cases
    found["corrections"] = counted(lambda: read_in(corrected(grants), f"{code}-3.xml"))
    again = Process.objects.of(home).filter(event=NEW_PAY)
    assert again.filter(state="done", adjustments__benefit_month=NOVEMBER).count() == -(-cases // 2)
    assert again.filter(state="waiting", task__isnull=False).count() == cases // 2
    return found


def corrected(grants: list[Grant]) -> bytes:
    """More pay for a month that is paid: a little passes by itself, and much is a task."""
    some = [Pay(OCTOBER, amount, own_id="mere", hours="5.00") for amount in ("1000.00", "6000.00")]
    return answer(*((grant, [some[at % 2]]) for at, grant in enumerate(grants)))


def test_no_query_per_person_from_the_import_to_the_frozen_letters_and_the_corrections(monkeypatch: Any) -> None:
    """Besides a job in the queue for each 25 letters that are to be drawn (both months are in the list)."""
    jobs: list[Any] = []
    monkeypatch.setattr(issue_specifications, "async_task", lambda *_, **__: jobs.append(1))
    few, asked = month_to_letters("0101", 5), len(jobs)
    assert month_to_letters("0102", 50) == few
    assert (asked, len(jobs) - asked) == (1, 4)


def tasks_replaced(code: str, cases: int) -> int:
    """As many cases wait for pay of the two months before; the queries of reading it, which decides them all anew."""
    home = make_municipality(code)
    grants = [make_case(home, int(code) * 100 + number) for number in range(cases)]
    read_in(answer(*((grant, ordinary(months=1)) for grant in grants)), f"{code}-1.xml")
    run(home)
    tasks = Task.objects.of(home)
    assert tasks.filter(state="open").count() == cases
    found = counted(lambda: read_in(answer(*((grant, ordinary()) for grant in grants)), f"{code}-2.xml"))
    assert set(tasks.values_list("state", "version")) == {("replaced", 2)}
    assert not any(faults())
    return found


def test_no_query_per_task_that_a_new_decision_replaces() -> None:
    assert tasks_replaced("0103", 4) == tasks_replaced("0104", 40)


# --- the pages ---------------------------------------------------------------------------------------------


@pytest.fixture
def home() -> Municipality:
    home = make_municipality()
    pays(home)
    return home


def grow(home: Municipality, first: int, cases: int) -> None:
    """More cases, decided; every second is stopped, for its pay has doubled."""
    grants = [make_case(home, first + number) for number in range(cases)]
    read_in(
        answer(*((one, ordinary(amount="9000.00" if at % 2 else "12000.00")) for at, one in enumerate(grants))),
        f"{first}.xml",
    )
    for at, one in enumerate(grants):
        if at % 2 == 0:
            read_in(answer((one, ordinary(months=1, amount="30000.00"))), f"{first}-{at}.xml")
    run(home)


PAGES: dict[str, Callable[[], str]] = {
    "overview": lambda: reverse("overview"),
    "overview, automation": lambda: reverse("overview_automation"),
    "inbox": lambda: reverse("tasks"),
    "inbox, solved": lambda: reverse("tasks") + "?vis=loeste",
    "cases": lambda: reverse("cases"),
    "case": lambda: reverse("case", args=[Grant.objects.first().pk]),
    "case, history": lambda: reverse("case", args=[Grant.objects.first().pk]) + "?fane=historik",
    "workbench": lambda: reverse("task", args=[Task.objects.first().pk]),
    "runs": lambda: reverse("runs"),
    "run": lambda: reverse("run", args=[Run.objects.first().pk]),
    "payments": lambda: reverse("payments"),
    "payment lists": lambda: reverse("batches"),
    "adjustments": lambda: reverse("adjustments"),
    "notices": lambda: reverse("notices"),
    "events": lambda: reverse("events"),
    "report": lambda: reverse("reports"),
    "automation": lambda: reverse("automation"),
    "samples": lambda: reverse("samples"),
    "revision": lambda: reverse("audit"),
}


def test_a_page_asks_as_often_however_many_rows(client: Client, home: Municipality) -> None:
    user = make_user("karen", Role.COORDINATOR, home)
    user.memberships.create(municipality=home, role=Role.AUDITOR)
    client.force_login(user)
    grow(home, 0, 6)
    client.get(PAGES["case"]())  # so that the overview has a case that was opened last
    few = {name: queries_of(client, page()) for name, page in PAGES.items()}
    grow(home, 6, 14)
    many = {name: queries_of(client, page()) for name, page in PAGES.items()}
    assert many == few
    assert {name: count for name, count in few.items() if count > MOST.get(name, 28)} == {}


def queries_of(client: Client, address: str) -> int:
    """The second time: what is counted once and kept is there, and the looks of the hour are logged."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


MOST = {"case": 30, "case, history": 37, "workbench": 47}
"""The pages above that ask more than 28 times, on both engines."""


def test_a_search_writes_its_looks_together(client: Client, home: Municipality) -> None:
    client.force_login(make_user("aase", Role.CASEWORKER, home))
    grow(home, 0, 3)
    client.get(reverse("search"))  # a session's first page notes that somebody is at work
    found = [counted(lambda: client.post(reverse("search"), {"words": "ærlig"}))]
    grow(home, 3, 9)
    found.append(counted(lambda: client.post(reverse("search"), {"words": "ærlig"})))
    assert Citizen.objects.count() == 12
    assert found[0] == found[1]


def test_a_list_sorts_its_keys_and_not_its_rows(client: Client, home: Municipality) -> None:
    client.force_login(make_user("karen", Role.COORDINATOR, home))
    grow(home, 0, 4)
    for name in ("cases", "tasks", "payments"):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        (sorted_,) = [one["sql"] for one in queries if one["sql"].endswith("LIMIT 51")]
        assert "," not in sorted_.split(" FROM ")[0]


def test_a_list_is_not_counted(client: Client, home: Municipality) -> None:
    """No list asks how many rows it has; the sums of a month's payments come from an index alone."""
    client.force_login(make_user("karen", Role.COORDINATOR, home))
    grow(home, 0, 4)
    for name in ("cases", "tasks", "notices", "events", "samples"):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        whole = [one["sql"] for one in queries if one["sql"].upper().startswith('SELECT COUNT(*) AS "__COUNT"')]
        assert [one for one in whole if "cases_grant" in one or "cases_payment" in one or "cases_decision" in one] == []
