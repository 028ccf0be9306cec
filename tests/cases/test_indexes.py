"""Each main list has an index that gives its rows, or its sums, without reading the table. Proven by EXPLAIN.

With no rows PostgreSQL would rather read a whole table or any index that is empty as well, as its newest statistics
happen to be. So here it is told that a table and sorting are dear, and it sees no other index of that table: what is
left is whether the index fits the list at all. tests/benchmarks/pages.py shows what it chooses with 100,000 citizens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Sum
from django.test import RequestFactory

from cases.models import (
    AccessLog,
    Citizen,
    Decision,
    Grant,
    IncomeReport,
    Municipality,
    Notice,
    Payment,
    PaymentBatch,
    PaymentEvent,
    PaymentStatus,
    Role,
    Task,
    User,
)
from cases.month_figures import stamps_of
from cases.months_there import months_there
from cases.release_payments import due_payments
from cases.views.batches import sums_by_kind
from cases.views.tasks import filtered, ordered
from tests.cases.builders import NOVEMBER, TODAY, make_municipality, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="EXPLAIN as PostgreSQL writes it"),
]


@pytest.fixture
def home() -> Municipality:
    return make_municipality()


@pytest.fixture
def user(home: Municipality) -> User:
    return make_user("aase", Role.CASEWORKER, home)


@pytest.fixture(autouse=True)
def _only_indexes() -> None:
    dear("seqscan", "bitmapscan")


def dear(*ways: str) -> None:
    """The ways PostgreSQL is to keep from."""
    with connection.cursor() as cursor:
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = off")


def only(index: str) -> None:
    """Hide the table's other indexes from PostgreSQL until the test is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = (indexrelid = %s::regclass)"
            " WHERE indrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = %s::regclass)",
            [index, index],
        )


def plan_of(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}")
        return "\n".join(row[0] for row in cursor.fetchall())


def inbox(user: User, query: str = "") -> Any:
    request = RequestFactory().get(f"/opgaver/{query}")
    request.user = user
    return ordered(filtered(Task.objects.visible_to(user), request, TODAY), request)[:51]


Lists = dict[str, tuple[str, Callable[[Municipality, User], Any]]]
SORTED: Lists = {
    "inbox": ("inbox", lambda home, user: inbox(user)),
    "inbox, late": ("inbox", lambda home, user: inbox(user, "?vis=haster")),
    "inbox, solved": ("task_solved", lambda home, user: inbox(user, "?vis=loeste")),
    "one's own desk": ("desk", lambda home, user: Task.objects.open().filter(assigned_to=user)[:51]),
    "citizens by name": (
        "citizen_by_name",
        lambda home, user: Citizen.objects.visible_to(user).order_by("sort_key", "id")[:51],
    ),
    "who looked at a citizen": (
        "access_by_citizen",
        lambda home, user: AccessLog.objects.filter(citizen=1).order_by("-happened_at", "-id")[:300],
    ),
    "what a user looked at": (
        "access_by_user",
        lambda home, user: AccessLog.objects.filter(user=user).order_by("-happened_at", "-id")[:300],
    ),
    "every look": (
        "access_by_time",
        lambda home, user: AccessLog.objects.visible_to(user).order_by("-happened_at", "-id")[:51],
    ),
    "notices": (
        "open_notices",
        lambda home, user: Notice.objects.visible_to(user).filter(answered_at__isnull=True)[:51],
    ),
}
FOUND: Lists = {
    "case by number": ("one_case_per_number", lambda home, user: Grant.objects.of(home).filter(number="0999-00001")),
    "a case's decisions": (
        "one_decision_per_sequence",
        lambda home, user: Decision.objects.filter(grant=1).order_by("-benefit_month", "-sequence")[:24],
    ),
    "a case's reports": (
        "report_by_citizen_month",
        lambda home, user: IncomeReport.objects.filter(citizen=1, month__gte=NOVEMBER - 24).order_by("month"),
    ),
    "a citizen's payments": (
        "one_payment_per_sequence",
        lambda home, user: Payment.objects.filter(citizen=1, benefit_month=NOVEMBER),
    ),
    "to be paid": ("payment_waiting", lambda home, user: due_payments(home, TODAY)),
    "refused payments": (
        "payment_waiting",
        lambda home, user: Payment.objects.of(home).filter(status=PaymentStatus.FAILED),
    ),
}
COVERED: Lists = {
    "a month's payments and their sums": (
        "payment_by_month",
        lambda home, user: (
            Payment.objects.of(home)
            .filter(benefit_month=NOVEMBER)
            .order_by()
            .values("status")
            .annotate(count=Count("*"), subsidies=Sum("subsidy"), payable=Sum("payable_before_tax"))
        ),
    ),
    "a month's decisions": (
        "decision_by_month",
        lambda home, user: (
            Decision.objects.of(home)
            .filter(benefit_month=NOVEMBER)
            .order_by()
            .values("outcome", "decided_by")
            .annotate(count=Count("*"), subsidies=Sum("subsidy"))
        ),
    ),
    "a month's tasks by state": (
        "task_by_month",
        lambda home, user: (
            Task.objects.of(home)
            .filter(benefit_month=NOVEMBER)
            .order_by()
            .values("kind", "state")
            .annotate(count=Count("*"))
        ),
    ),
}


@pytest.mark.parametrize("name", SORTED)
def test_a_list_comes_from_its_index_in_order(name: str, home: Municipality, user: User) -> None:
    dear("sort", "incremental_sort")
    index, rows = SORTED[name]
    only(index)
    plan = rows(home, user).explain()
    assert index in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("name", FOUND)
def test_a_few_rows_are_found_by_their_index(name: str, home: Municipality, user: User) -> None:
    index, rows = FOUND[name]
    only(index)
    plan = rows(home, user).explain()
    assert index in plan
    assert "Index Cond" in plan
    assert "Seq Scan" not in plan


def test_a_lists_sums_are_read_from_the_lines_index_alone(home: Municipality) -> None:
    only("lines_of_payment")
    plan = sums_by_kind(PaymentBatch(pk=1, municipality=home)).explain()
    assert "Index Only Scan using lines_of_payment" in plan


@pytest.mark.parametrize("name", COVERED)
def test_a_month_is_counted_without_its_table(name: str, home: Municipality, user: User) -> None:
    index, rows = COVERED[name]
    only(index)
    assert f"Index Only Scan using {index}" in rows(home, user).explain()


def test_the_months_there_are_leap_through_the_index(home: Municipality, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as queries:
        assert months_there(Decision, [home.pk]) == []
    only("decision_by_month")
    plan = plan_of(queries.captured_queries[0]["sql"])
    assert "decision_by_month" in plan
    assert "Seq Scan" not in plan


def test_stamps_are_read_from_indexes_alone(home: Municipality, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2) as queries:
        assert stamps_of(home, NOVEMBER - 35, NOVEMBER) == {}
    only("decision_by_month")
    only("task_by_month")
    for query in queries.captured_queries:
        assert "Index Only Scan" in plan_of(query["sql"])


def test_the_events_of_a_citizens_payments_are_found_without_their_table(home: Municipality) -> None:
    only("events_of_payment")
    found = PaymentEvent.objects.filter(payment__citizen=1).order_by().values_list("happened_at", "pk")
    assert "Index Only Scan using events_of_payment" in found.explain()
