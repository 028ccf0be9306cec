"""Kom i gang: the checklist reads what is there, the case file is tried and saved, and the shadow month is exact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import shadow_month
from cases.models import (
    AccessLog,
    CaseFile,
    Decision,
    Grant,
    Payment,
    Role,
    ShadowMonth,
    Task,
    User,
    WageCeiling,
)
from cases.readiness import checklist
from cases.refused import Refused
from tests.cases.builders import (
    CPR,
    NOVEMBER,
    NOW,
    SE,
    TODAY,
    changed,
    cpr,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    run,
)

pytestmark = pytest.mark.django_db

HEADING = "cpr;navn;bevilling_fra;arbejdsgiver_se;loenloft\n"
SUBSIDY = 18_000
"""21.600 - 30 % of 12.000, whole kroner."""


@pytest.fixture
def home() -> Any:
    return make_municipality("0999")


def karen(municipality: Any) -> Client:
    client = Client()
    client.force_login(make_user("karen", Role.COORDINATOR, municipality))
    return client


def upload(text: str, name: str = "fil.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def compared(municipality: Any, text: str) -> ShadowMonth:
    """A shadow month worked to its end."""
    shadow = shadow_month.start(municipality, NOVEMBER, text.encode(), "betalt.csv", User.objects.system(), NOW)
    shadow_month.work(shadow, NOW)
    return shadow


def row_of(shadow: ShadowMonth, grant: Grant) -> Any:
    return shadow.cases.get(grant=grant)


# --- the checklist ------------------------------------------------------------------------------------------


def standing(municipality: Any) -> dict[str, bool]:
    return {one.title: one.is_done for one in checklist(municipality, TODAY)}


def test_the_checklist_follows_what_is_there(home: Any) -> None:
    before = standing(home)
    assert before["Satserne er indtastet"]
    assert not before["Sagerne er læst ind"]
    assert not before["Indtægterne er hentet"]
    assert not before["Der er en bruger i hver rolle"]
    for role in Role:
        make_user(role.value, role, home)
    grant = make_case(home)
    give(grant, ordinary())
    run(home)
    compared(home, f"sagsnummer;tilskud\n{grant.number};18000\n")
    after = standing(home)
    wanted = (
        "Sagerne er læst ind", "Indtægterne er hentet", "Der er en bruger i hver rolle", "Lønlofterne er med",
        "En skyggemåned er sammenlignet", "En kørsel er gennemført", "Automatikken er tændt", "Jobbene er med",
    )  # fmt: skip
    assert [title for title in wanted if not after[title]] == []
    WageCeiling.objects.update(first_day=date(2030, 1, 1))
    assert not standing(home)["Lønlofterne er med"]


def test_the_checklist_asks_as_little_for_many_cases(home: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        make_case(home, number)
    with django_assert_max_num_queries(24):
        checklist(home, TODAY)


@pytest.mark.parametrize(("role", "status"), [(Role.COORDINATOR, 200), (Role.ADMINISTRATOR, 200), (Role.AUDITOR, 403)])
def test_who_reads_the_checklist(home: Any, role: Role, status: int) -> None:
    client = Client()
    client.force_login(make_user("en", role, home))
    assert client.get(reverse("get_started")).status_code == status
    expected = 200 if role == Role.COORDINATOR else 403
    assert client.get(reverse("import_cases")).status_code == expected
    assert client.get(reverse("shadow_months")).status_code == expected


# --- the case file ------------------------------------------------------------------------------------------


def test_a_case_file_is_tried_then_saved_and_the_file_is_gone(home: Any) -> None:
    client = karen(home)
    text = HEADING + f"{CPR};Åse Ærlig;01.01.2020;{SE};32000\n{cpr(4)};;01.01.2020;12;1\n"
    page = client.post(reverse("import_cases"), {"act": "try", "file": upload(text)}).content.decode()
    assert "intet er gemt" in page
    assert "Række 3, kolonne navn: skal udfyldes" in page
    assert not Grant.objects.exists()
    page = client.post(reverse("import_cases"), {"act": "save"}, follow=True).content.decode()
    assert "1 sager er oprettet" in page
    grant = Grant.objects.get()
    assert grant.citizen.name == "Åse Ærlig"
    assert grant.history.get().history_user.username == "karen"
    assert not CaseFile.objects.exists()
    assert "Filen er ikke længere her" in client.post(reverse("import_cases"), {"act": "save"}).content.decode()


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (None, "Vælg en fil først."),
        (b"  ", "Filen er tom."),
        (b"\x00\x01\x02", "Filen er ikke en CSV-fil."),
        (b"navn\nx", "mangler cpr, bevilling_fra, arbejdsgiver_se"),
    ],
)
def test_a_bad_case_file_is_refused_with_a_sentence(home: Any, file: bytes | None, sentence: str) -> None:
    sent = {"act": "try"} | ({"file": SimpleUploadedFile("f.csv", file)} if file is not None else {})
    answer = karen(home).post(reverse("import_cases"), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not CaseFile.objects.exists()


def test_a_file_tried_for_one_municipality_is_not_saved_in_another(home: Any) -> None:
    client = karen(home)
    client.post(
        reverse("import_cases"),
        {"act": "try", "file": upload(HEADING + f"{CPR};Åse;01.01.2020;{SE};1\n")},
    )
    other = make_municipality("0998")
    User.objects.get(username="karen").memberships.create(municipality=other, role=Role.COORDINATOR)
    answer = client.post(reverse("import_cases"), {"act": "save", "kommune": "0998"})
    assert answer.status_code == 422
    assert not Grant.objects.exists()


# --- the shadow month ---------------------------------------------------------------------------------------


def test_a_shadow_month_compares_to_the_krone_and_writes_no_decision(home: Any) -> None:
    same, other, absent = (make_case(home, number) for number in range(3))
    for grant in (same, other, absent):
        give(grant, ordinary())
    shadow = compared(home, f"sagsnummer;tilskud\n{same.number};18.000,00\n{other.number};17999\nukendt-7;1200\n")
    found = [(one.reference, one.outcome, one.paid, one.computed, one.difference) for one in shadow.cases.all()]
    assert found == [
        (absent.number, "only_here", None, SUBSIDY, SUBSIDY),
        ("ukendt-7", "only_paid", 1200, None, -1200),
        (other.number, "differs", 17999, SUBSIDY, 1),
        (same.number, "same", SUBSIDY, SUBSIDY, 0),
    ]
    assert [model.objects.count() for model in (Decision, Payment, Task)] == [0, 0, 0]
    figures = shadow_month.summary(shadow)
    assert (figures["total"], figures["same"], figures["waiting"], figures["computed_sum"]) == (4, 1, 0, 3 * SUBSIDY)


def test_the_computed_amount_is_what_the_run_then_decides(home: Any) -> None:
    grants = [make_case(home, number) for number in range(4)]
    for number, grant in enumerate(grants):
        give(grant, changed(ordinary(), 0, amount=f"{9000 + 1500 * number}.00"))
    shadow = compared(home, f"sagsnummer;tilskud\n{grants[0].number};1\n")
    run(home)
    decided = dict(Decision.objects.values_list("grant", "subsidy"))
    assert {one.grant_id: one.computed for one in shadow.cases.all()} == decided


@pytest.mark.parametrize(
    ("paid", "sentence"),
    [
        ("17500", "Filens beløb er efter ekstra ATP"),
        ("17999,50", "Forskellen er afrunding"),
        ("0", "Der er betalt 0 kr."),
        ("15000", "svarer til, at lønnen var 10.000 kr. højere (30 % af den)"),
    ],
)
def test_a_difference_is_explained_by_what_gives_exactly_the_paid_amount(home: Any, paid: str, sentence: str) -> None:
    grant = make_case(home)
    give(grant, ordinary())
    case = row_of(compared(home, f"sagsnummer;tilskud\n{grant.number};{paid}\n"), grant)
    assert sentence in case.explanation[0]
    assert sum(Decimal(amount) for _, _, amount in case.steps) == case.computed - 500


def test_the_report_the_ceiling_and_the_wrong_months_wage_are_found(home: Any) -> None:
    low, moved, more = make_case(home, 0, ceiling="20000"), make_case(home, 1), make_case(home, 2)
    give(more, [*ordinary(), changed(ordinary(), 0, amount="2000.00", own_id="ekstra")[0]])
    give(low, ordinary())
    give(moved, changed(ordinary(), 1, amount="14000.00"))
    shadow = compared(home, f"sagsnummer;tilskud\n{low.number};18000\n{moved.number};17400\n{more.number};18000\n")
    assert "Uden indberetningen på 2.000,00 kr. fra SE" in row_of(shadow, more).explanation[0]
    assert "Uden lønloft giver beregningen det betalte" in row_of(shadow, low).explanation[0]
    assert "Lønnen for september 2026 i stedet for oktober 2026" in row_of(shadow, moved).explanation[0]


def test_a_case_left_out_of_the_run_says_why_and_cpr_finds_a_case(home: Any) -> None:
    ended = make_case(home, 1, last_day=date(2026, 9, 30))
    here = make_case(home, 2)
    give(here, ordinary())
    shadow = compared(home, f"cpr;tilskud\n{ended.citizen.cpr};9000\n{here.citizen.cpr};18000\n{cpr(9)};5\n")
    assert "Bevillingen er ophørt" in row_of(shadow, ended).explanation[0]
    assert row_of(shadow, here).outcome == "same"
    assert shadow.cases.get(grant=None).reference == "række 4"


def test_what_a_person_would_have_been_asked_stands_below(home: Any) -> None:
    grant = make_case(home, ceiling=None)
    give(grant, ordinary())
    case = row_of(compared(home, f"sagsnummer;tilskud\n{grant.number};16000\n"), grant)
    assert not case.is_automatic
    assert "INC24" in case.explanation[-1]


def test_bad_rows_are_told_and_the_good_ones_compared(home: Any) -> None:
    grant = make_case(home)
    give(grant, ordinary())
    shadow = compared(
        home, f"sagsnummer;cpr;tilskud\n{grant.number};;18000\n{grant.number};;1\n;12;5\n;;5\nx;;abc\ny;;\n"
    )
    assert [fault.split(":")[0] for fault in shadow.faults] == [
        "Række 4, kolonne cpr", "Række 5, kolonne sagsnummer", "Række 6, kolonne tilskud", "Række 7, kolonne tilskud",
        "Række 3",
    ]  # fmt: skip
    assert shadow.cases.count() == 1
    with pytest.raises(Refused, match="Filen har ingen rækker"):
        compared(home, "sagsnummer;tilskud\n")


def test_a_comparison_that_was_broken_off_goes_on(home: Any) -> None:
    grant = make_case(home)
    give(grant, ordinary())
    shadow = shadow_month.start(home, NOVEMBER, b"sagsnummer;tilskud\nx;1\n", "f", User.objects.system(), NOW)
    assert shadow_month.summary(shadow)["waiting"] == 1
    karen(home).post(reverse("shadow_go_on", args=[shadow.pk]))
    assert shadow_month.summary(shadow)["waiting"] == 0


def test_as_few_queries_for_many_cases_as_for_one(home: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        give(make_case(home, number), ordinary())
    with django_assert_max_num_queries(40):
        compared(home, "sagsnummer;tilskud\nx;1\n")


def test_the_page_and_the_file_show_it_and_each_look_is_logged(home: Any) -> None:
    grant = make_case(home)
    give(grant, ordinary())
    client = karen(home)
    sent = {"maaned": str(NOVEMBER), "file": upload(f"sagsnummer;tilskud\n{grant.number};15000\n=1+1;3\n")}
    page = client.post(reverse("shadow_months"), sent, follow=True)
    shadow = ShadowMonth.objects.get()
    assert "+3.000" in page.content.decode()
    assert AccessLog.objects.filter(citizen=grant.citizen, action="Skyggemåned").count() == 1
    text = client.get(reverse("shadow_csv", args=[shadow.pk])).content.decode("utf-8-sig")
    assert f"{grant.number};Forskel;15000,00;18000,00;3000,00;ja;" in text
    assert "'=1+1;" in text
    assert grant.citizen.cpr not in text + page.content.decode()
    assert AccessLog.objects.filter(citizen=grant.citizen, action="Skyggemåned som fil").count() == 1
    stranger = Client()
    stranger.force_login(make_user("niels", Role.COORDINATOR, make_municipality("0998")))
    for name in ("shadow_month", "shadow_csv"):
        assert stranger.get(reverse(name, args=[shadow.pk])).status_code == 404
    assert stranger.post(reverse("shadow_go_on", args=[shadow.pk])).status_code == 404
