"""Automation over time, every figure counted again from the raw rows by other means."""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import month_figures
from cases.automation import Automation, automation
from cases.jobs import count_figures
from cases.models import Job, Municipality, Role, Run, Task, TaskState, User
from cases.presenters.charts import Series, columns_chart, share_bar
from cases.tables import Column
from rules.months import Month
from tests.cases import specimens as s

pytestmark = pytest.mark.django_db

FIRST, LAST = s.NOVEMBER - 2, s.NOVEMBER
EACH = 8


@pytest.fixture
def of() -> Municipality:
    return s.municipality()


def settle(task: Task, by: User, state: str, hours: int, seconds: int = 1) -> None:
    task.state, task.closed_by = state, by
    task.closed_at = task.created_at + timedelta(hours=hours, seconds=seconds)
    task.save()


def random_month(of: Municipality, month: Month, people: list[User], dice: random.Random) -> None:
    """Cases that pass, wait, lapse, are replaced, or are closed by somebody, each after some hours."""
    for number in range(EACH):
        case = s.grant(of, f"{month} {number}")
        for employer in dice.sample([s.BAKER, s.CAFE], dice.randrange(3)):
            Job.objects.create(grant=case, se_number=employer, first_day=(month - 1 - dice.randrange(2)).last_day)
        what = dice.choice(["paid", "waiting", "by hand", "by hand", "replaced", "lapsed"])
        if what == "paid":
            s.paid(case, month, dice.choice(["9300", "10250.50"]))
            continue
        s.stopped(case, month)
        task = case.tasks.get()
        if what == "waiting":
            continue
        if what == "by hand":
            person = dice.choice(people)
            settle(task, person, dice.choice([TaskState.ACCEPTED, TaskState.CORRECTED]), dice.randrange(300))
        else:
            person = User.objects.system()
            settle(task, person, TaskState.REPLACED, 1)
        if what != "lapsed":
            reports = [s.wage(month - n, "9000") for n in (3, 2, 1)]
            s.save(case, s.facts(month, *reports, paid=("18900", "18900")), person, sequence=2)


@pytest.fixture(params=range(2))
def found(of: Municipality, request: Any) -> Automation:
    """Three random months; a month before and another municipality that must not be counted."""
    dice = random.Random(request.param)
    people = [s.user(name, Role.CASEWORKER, of=of) for name in ("aase", "bo")]
    for month in (FIRST - 1, FIRST, FIRST + 1, LAST):
        random_month(of, month, people, dice)
    random_month(s.municipality("0998", "Anden"), LAST, people, dice)
    return automation(of, FIRST, LAST, s.NOW, "Karen")


def rows(query: str, *values: object) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [dict(zip([one[0] for one in cursor.description], row, strict=True)) for row in cursor.fetchall()]


def raw_items(of: Municipality) -> dict[tuple[int, int], dict[str, Any]]:
    """Every citizen's month, looked through row by row."""
    system = rows("SELECT id FROM cases_user WHERE username = 'system'")[0]["id"]
    decisions = rows(
        "SELECT d.*, g.citizen_id FROM cases_decision d JOIN cases_grant g ON g.id = d.grant_id "
        "WHERE d.municipality_id = %s ORDER BY d.sequence", of.pk,
    )  # fmt: skip
    newest = {(one["grant_id"], one["benefit_month"]): one for one in decisions}
    tasks = rows(
        "SELECT t.*, g.citizen_id FROM cases_task t JOIN cases_grant g ON g.id = t.grant_id "
        "WHERE t.municipality_id = %s AND t.kind = 'income' AND t.state <> 'replaced' ORDER BY t.closed_at", of.pk,
    )  # fmt: skip
    items: dict[tuple[int, int], dict[str, Any]] = {}
    for one in newest.values():
        paid = one["outcome"] == "paid"
        automatic = paid and one["decided_by_id"] == system
        kind = "automatic" if automatic else "hand" if paid else "lapsed"
        items[one["citizen_id"], one["benefit_month"]] = {"kind": kind, "kroner": one["subsidy"] if paid else 0}
    for one in tasks:
        item = items[one["citizen_id"], one["benefit_month"]]
        if one["state"] in ("open", "waiting"):
            item.update(kind="waiting", kroner=one["proposed"])
        else:
            item["kind"] = "automatic" if one["closed_by_id"] == system else "hand"
    return {key: item for key, item in items.items() if FIRST.index <= key[1] <= LAST.index}


def test_counts_and_kroner_of_each_month(found: Automation, of: Municipality) -> None:
    counts: Counter[tuple[int, str]] = Counter()
    oere: Counter[tuple[int, str]] = Counter()
    for (_, month), item in raw_items(of).items():
        counts[month, item["kind"]] += 1
        oere[month, item["kind"]] += item["kroner"]
    assert [one.month for one in found.months] == [FIRST, FIRST + 1, LAST]
    for one in found.months:
        at = one.month.index
        kinds = ("automatic", "hand", "waiting", "lapsed")
        assert (one.automatic, one.by_hand, one.waiting, one.lapsed) == tuple(counts[at, kind] for kind in kinds)
        assert one.total == EACH
        assert one.share == round(Decimal(100 * counts[at, "automatic"]) / EACH, 1)
        kroner = (one.automatic_kroner, one.by_hand_kroner, one.waiting_kroner)
        assert tuple(int(100 * amount) for amount in kroner) == tuple(oere[at, kind] for kind in kinds[:3])


def test_first_reasons_and_what_was_corrected(found: Automation, of: Municipality) -> None:
    concerns = rows(
        "SELECT c.code, c.position, t.benefit_month, t.state "
        "FROM cases_taskconcern c JOIN cases_task t ON t.id = c.task_id "
        "WHERE t.municipality_id = %s AND t.kind = 'income' AND t.state <> 'replaced'", of.pk,
    )  # fmt: skip
    mine = [one for one in concerns if FIRST.index <= one["benefit_month"] <= LAST.index]
    first = Counter((one["code"], one["benefit_month"]) for one in mine if one["position"] == 1)
    assert {(code, m.index): n for code, months in found.first_reasons for m, n in months.items()} == dict(first)
    done = [one for one in mine if one["state"] in ("accepted", "corrected")]
    assert {one.code: one.closed for one in found.concerns if one.closed} == dict(Counter(one["code"] for one in done))
    corrected = Counter(one["code"] for one in done if one["state"] == "corrected")
    assert {one.code: one.corrected for one in found.concerns if one.corrected} == dict(corrected)


def test_half_and_nine_in_ten_were_answered_within(found: Automation, of: Municipality) -> None:
    for one in found.months:
        tasks = Task.objects.of(of).filter(benefit_month=one.month, state__in=("accepted", "corrected"))
        hours = sorted(int((task.closed_at - task.created_at).total_seconds()) // 3600 for task in tasks)
        if not hours:
            assert (one.half_within, one.most_within) == (None, None)
            continue
        expected = [hours[math.ceil(len(hours) * share / 100) - 1] for share in (50, 90)]
        assert [one.half_within, one.most_within] == expected


def test_employers_by_the_fleksjob_of_the_income_month(found: Automation, of: Municipality) -> None:
    jobs = rows(
        "SELECT g.citizen_id, j.se_number, j.first_day FROM cases_job j JOIN cases_grant g ON g.id = j.grant_id "
        "WHERE g.municipality_id = %s", of.pk,
    )  # fmt: skip
    expected: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (citizen, month), item in raw_items(of).items():
        last = str((Month.from_index(month) - 1).last_day)
        at = {one["se_number"] for one in jobs if one["citizen_id"] == citizen and str(one["first_day"]) <= last}
        for number in at or {""}:
            place = expected[number]
            place[0 if item["kind"] == "automatic" else 1] += 1
            place[2] += item["kroner"]
    assert {
        one.se_number: [one.automatic, one.others, int(100 * one.kroner)] for one in found.employers
    } == dict(expected)  # fmt: skip


def test_as_few_queries_for_many_as_for_one(of: Municipality) -> None:
    s.stopped(s.grant(of))
    with CaptureQueriesContext(connection) as few:
        automation(of, FIRST, LAST, s.NOW)
    for number in range(EACH):
        s.paid(s.grant(of, f"Nr. {number}"), FIRST)
    with CaptureQueriesContext(connection) as many:
        automation(of, FIRST, LAST, s.NOW)
    assert len(many) == len(few) <= 20


def test_a_month_is_counted_again_when_something_of_it_changes_and_only_then(of: Municipality) -> None:
    s.stopped(s.grant(of))
    automation(of, FIRST, LAST, s.NOW)
    with CaptureQueriesContext(connection) as kept:
        assert automation(of, FIRST, LAST, s.NOW).months[-1].total == 1
    assert not any("WITH decided" in one["sql"] for one in kept)
    s.paid(s.grant(of, "Ny"), LAST)
    assert automation(of, FIRST, LAST, s.NOW).months[-1].total == 2
    Task.objects.update(state=TaskState.ACCEPTED, closed_by=User.objects.system(), closed_at=s.NOW)
    assert automation(of, FIRST, LAST, s.NOW).months[-1].waiting == 0


def test_a_large_month_is_counted_by_the_worker_and_the_page_says_so(
    client: Client, of: Municipality, monkeypatch: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(month_figures, "WHILE_YOU_WAIT", 0)
    monkeypatch.setattr(month_figures, "async_task", lambda *job, **_: asked.append(job))
    s.paid(s.grant(of), LAST)
    assert automation(of, LAST, LAST, s.NOW).not_counted == ["november 2026"]
    assert automation(of, LAST, LAST, s.NOW).months[0].total == 0
    assert asked == [("cases.jobs.count_figures", of.pk, str(LAST), str(LAST))]
    count_figures(*asked[0][1:])
    now = automation(of, LAST, LAST, s.NOW)
    assert (now.not_counted, now.oldest, now.months[0].total) == ([], None, 1)
    s.paid(s.grant(of, "Ny"), LAST)
    late = automation(of, LAST, LAST, s.NOW)
    assert (late.oldest is not None, late.months[0].total) == (True, 1)


# --- Charts ----------------------------------------------------------------------------------------------------


def test_stacked_columns_fill_the_axis() -> None:
    labels = [("sep", "2026", "september 2026"), ("okt", "", "oktober 2026")]
    series = [Series("Automatisk", "auto", (75, 50)), Series("Udestår", "wait", (25, None))]
    chart = columns_chart("Andel", labels, series, unit="%", top=100)
    heights = [float(box.height) for box in chart.boxes]
    assert heights == [112.5, 37.5, 75.0]
    assert float(chart.boxes[1].y) + 37.5 == pytest.approx(float(chart.boxes[0].y))
    assert [line.text for line in chart.lines] == ["25 %", "50 %", "75 %", "100 %"]
    assert chart.boxes[0].text == "september 2026: Automatisk 75 %"
    assert "oktober 2026: Automatisk 50 %." in chart.label


@pytest.mark.parametrize(
    ("highest", "end"), [(7, "8"), (10, "10"), (11, "20"), (95, "100"), (412, "500"), (3_500_000, "4 mio.")]
)
def test_the_axis_ends_at_a_round_number(highest: int, end: str) -> None:
    chart = columns_chart("T", [("a", "", "a")], [Series("A", "auto", (highest,))])
    assert chart.lines[-1].text == end


def test_a_chart_of_nothing_has_no_boxes() -> None:
    assert columns_chart("T", [], [Series("A", "auto", ())]).boxes == ()
    assert share_bar("T", [("A", "auto", 0)]).boxes[0].width == "0.000%"


def test_many_months_have_fewer_labels() -> None:
    labels = [("jan", "", f"{at}") for at in range(36)]
    assert len(columns_chart("T", labels, [Series("A", "auto", (1,) * 36)]).labels) == 12


def test_the_page_has_a_table_for_each_chart_and_no_style_attribute(
    client: Client, of: Municipality, found: Automation
) -> None:
    karen = s.user("karen", Role.COORDINATOR, of=of)
    for month in (FIRST - 1, LAST):
        Run.objects.create(municipality=of, benefit_month=month, started_at=s.NOW, started_by=karen)
    client.force_login(karen)
    page = client.get(reverse("automation"), {"antal": "3"}).content.decode()
    assert page.count("<figure") == 3
    assert page.count("<table") == 7
    assert " style=" not in page
    assert all(re.fullmatch(r"[\d.]+%?", width) for width in re.findall(r'<rect[^>]* width="([^"]*)"', page))
    for month in found.months:
        assert Column("", "kroner").shown(month.automatic_kroner) in page
