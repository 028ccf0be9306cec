"""Prøv indstillinger: what other settings would have done, and that the next month does just that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import localdate

from cases import jobs, rehearse_setting
from cases.consistency import faults
from cases.handle_task import Correction, accept, proposal, seen
from cases.models import (
    Decision,
    Grant,
    IncomeReport,
    Municipality,
    MunicipalParameters,
    Role,
    RuleSetting,
    SettingTrial,
    Task,
    TrialState,
    User,
    parameters_for,
)
from cases.refused import Refused
from cases.rehearse_setting import (
    APPROVED,
    AUTOMATIC,
    CORRECTED,
    NEVER_STOPPED,
    OPEN,
    STOPPED,
    ask,
    decided_months,
    is_stuck,
    settings_today,
    work_trial,
)
from cases.setting_proposals import confirm, is_same, propose, reject, withdraw
from rules.months import Month
from rules.parameters import CAREFUL, Parameters, RuleMode
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    OTHER_SE,
    Pay,
    answer,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    read_in,
    run,
)

pytestmark = pytest.mark.django_db

DECEMBER = Month(2026, 12)
DEC_1 = date(2026, 12, 1)
WIDE = replace(CAREFUL, percent_below=Decimal(40), percent_above=Decimal(40), subsidy_drop_percent=Decimal(30))
PATTERNS = ("12000 12000 12000", "12000 12000 14500", "12000 12000 9000", "9000 9000 22000", "12000 12000 13100")
"""Pay of the three months: steady, 20 % up, a quarter down, far too high, a small rise."""


@pytest.fixture
def municipality() -> Municipality:
    return make_municipality()


@pytest.fixture
def karen(municipality: Municipality) -> User:
    return make_user("karen", Role.COORDINATOR, municipality)


@pytest.fixture
def adam(municipality: Municipality) -> User:
    return make_user("adam", Role.ADMINISTRATOR, municipality)


def cases(owner: Municipality, month: Month, offset: int = 0) -> list[Grant]:
    """One case a pattern and one with two employers, as they are when ``month`` is to be run."""
    persons = []
    for number, pattern in enumerate((*PATTERNS, PATTERNS[0]), start=1):
        grant = make_case(owner, number + offset, months=(month - 2, month - 1))
        pays = [Pay(month - 3 + at, amount) for at, amount in enumerate(pattern.split())]
        if number > len(PATTERNS):
            pays.append(Pay(month - 1, "1500", se=OTHER_SE))
        persons.append((grant, pays))
    read_in(answer(*persons))
    return [grant for grant, _ in persons]


def trial(owner: Municipality, chosen: Parameters, user: User, months: int = 1) -> SettingTrial:
    asked = ask(owner, chosen, months, user, NOW)
    work_trial(asked.pk, lambda: NOW)
    asked.refresh_from_db()
    return asked


def counts(found: SettingTrial) -> dict[str, int]:
    return found.result["months"][0]


def sides(found: SettingTrial) -> list[tuple[str, str]]:
    """(side, what became of it) of each case that changes side."""
    return sorted((one[3], one[5]) for one in found.result["changed"])


def test_a_setting_changed_for_real_gives_next_month_what_its_rehearsal_said(
    municipality: Municipality, karen: User, adam: User
) -> None:
    """The same data a month later: cases whose pay and paid subsidies are those of November's cases, moved on."""
    november = cases(municipality, NOVEMBER)
    run(municipality)
    chosen = replace(WIDE, rule_modes=(RuleMode("MUN2", "stop", None, Decimal(14_000)),))
    tried = trial(municipality, chosen, karen)
    sent = propose(tried, DEC_1, "Færre tomme opgaver", karen, NOW)
    assert parameters_for(municipality, DECEMBER) == parameters_for(municipality, NOVEMBER)
    confirm(sent, "Set på de sager, der skifter side", adam, NOW)
    december = cases(municipality, DECEMBER, offset=50)
    run(municipality, DECEMBER)
    outcomes = dict(Decision.objects.filter(benefit_month=DECEMBER).values_list("grant", "outcome"))
    really = [outcomes[grant.pk] for grant in december]
    assert Counter(really) == {"paid": counts(tried)["chosen"], "task": len(december) - counts(tried)["chosen"]}
    changed = {one[1]: one[3] for one in tried.result["changed"]}
    before = dict(Decision.objects.filter(benefit_month=NOVEMBER).values_list("grant", "outcome"))
    said = [
        {AUTOMATIC: "paid", STOPPED: "task"}[changed[grant.pk]] if grant.pk in changed else before[grant.pk]
        for grant in november
    ]
    assert really == said
    assert {"paid", "task"} == set(really)
    assert sum(Decision.objects.filter(grant__in=december, outcome="paid").values_list("subsidy", flat=True)) == (
        Decimal(tried.result["kroner"]["chosen"])
    )
    assert list(faults()) == []


def test_todays_settings_give_what_happened(municipality: Municipality, karen: User) -> None:
    cases(municipality, NOVEMBER)
    run(municipality)
    found = trial(municipality, settings_today(municipality, NOW), karen)
    month = counts(found)
    assert month["cases"] == 6
    assert month["actual"] == month["today"] == month["chosen"] == month["careful"] == 2
    assert found.result["changed"] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(subsidy) FROM cases_decision WHERE outcome = 'paid'")
        (oere,) = cursor.fetchone()
    assert Decimal(found.result["kroner"]["today"]) == Decimal(int(oere)) / 100


def test_what_a_person_made_of_the_stopped_cases_stands_beside_those_that_would_slip_through(
    municipality: Municipality, karen: User
) -> None:
    too_high, too_low, several = (make_case(municipality, number, paid="17000") for number in (1, 2, 3))
    read_in(
        answer(
            (too_high, [*ordinary(months=3)[1:], Pay(NOVEMBER - 1, "14500")]),
            (too_low, [*ordinary(months=3)[1:], Pay(NOVEMBER - 1, "10000")]),
            (several, [*ordinary(), Pay(NOVEMBER - 1, "1500", se=OTHER_SE)]),
        )
    )
    run(municipality)
    accept_as_it_is(Task.objects.get(grant=too_low), karen)
    report = IncomeReport.objects.get(citizen=too_high.citizen, month=NOVEMBER - 1)
    corrections = [Correction(report.pk, "correct", Decimal(13_000), reason="Lønseddel")]
    accept_as_it_is(Task.objects.get(grant=too_high), karen, corrections)
    found = trial(municipality, WIDE, karen)
    assert sides(found) == [(AUTOMATIC, APPROVED), (AUTOMATIC, CORRECTED)]
    wrong = next(one for one in found.result["changed"] if one[5] == CORRECTED)
    final = Decision.objects.filter(grant=too_high).latest("sequence").subsidy
    assert (wrong[1], Decimal(wrong[6])) == (too_high.pk, final)
    assert Decimal(wrong[4]) == Decision.objects.filter(grant=too_high).earliest("sequence").subsidy != final
    assert counts(found)["chosen"] == 2
    assert found.result["reasons"]["chosen"] == {"INC7": 1}


def accept_as_it_is(task: Task, user: User, corrections: Sequence[Correction] = ()) -> None:
    on_screen = seen(proposal(task, corrections))
    accept(task, user, corrections=corrections, note="Set", seen=on_screen, version=task.version, now=NOW)


def test_a_stricter_setting_shows_what_it_would_stop(municipality: Municipality, karen: User) -> None:
    cases(municipality, NOVEMBER)
    run(municipality)
    found = trial(municipality, replace(CAREFUL, percent_above=Decimal(5)), karen)
    assert sides(found) == [(STOPPED, NEVER_STOPPED)]
    found = trial(municipality, replace(CAREFUL, full_automation=False), karen)
    assert [counts(found)["chosen"], sides(found)] == [0, [(STOPPED, NEVER_STOPPED)] * 2]


def test_a_task_that_nobody_has_finished_is_said_to_be_open(municipality: Municipality, karen: User) -> None:
    cases(municipality, NOVEMBER)
    run(municipality)
    found = trial(municipality, WIDE, karen)
    assert (AUTOMATIC, OPEN) in sides(found)
    assert {became for _, became in sides(found)} == {OPEN}


def test_with_nothing_decided_there_is_nothing_to_try(municipality: Municipality, karen: User) -> None:
    with pytest.raises(Refused, match="Der er ingen måneder at prøve på"):
        ask(municipality, WIDE, 3, karen, NOW)


def test_another_municipalitys_cases_are_not_tried(municipality: Municipality, karen: User) -> None:
    cases(municipality, NOVEMBER)
    other = make_municipality("0998")
    cases(other, NOVEMBER, offset=100)
    run(municipality)
    run(other)
    assert trial(municipality, WIDE, karen).result["cases"] == 6
    assert decided_months(municipality) == [NOVEMBER]


def test_a_trial_without_a_worker_is_seen_to_be_stuck(municipality: Municipality, karen: User) -> None:
    cases(municipality, NOVEMBER)
    run(municipality)
    asked = ask(municipality, WIDE, 1, karen, NOW)
    assert not is_stuck(asked, NOW + timedelta(seconds=30))
    assert is_stuck(asked, NOW + timedelta(minutes=5))
    work_trial(asked.pk, lambda: NOW)
    work_trial(asked.pk, lambda: datetime(2027, 1, 1, tzinfo=UTC))
    asked.refresh_from_db()
    assert (asked.state, asked.finished_at) == (TrialState.DONE, NOW)


@pytest.fixture
def done(municipality: Municipality, karen: User) -> SettingTrial:
    cases(municipality, NOVEMBER)
    run(municipality)
    return trial(municipality, WIDE, karen)


def test_nobody_confirms_an_own_proposal(done: SettingTrial, karen: User, adam: User) -> None:
    sent = propose(done, DEC_1, "Prøvet", karen, NOW)
    with pytest.raises(Refused, match="En anden skal bekræfte det"):
        confirm(sent, "Ja", karen, NOW)
    with pytest.raises(Refused, match="Skriv, hvorfor du bekræfter"):
        confirm(sent, " ", adam, NOW)
    assert confirm(sent, "Enig", adam, NOW).state == "confirmed"
    row = MunicipalParameters.objects.get(valid_from=DEC_1)
    assert (row.note, row.history.get().history_user) == ("Prøvet", adam)
    assert "foreslået af Karen, bekræftet af Adam" in row.history.get().history_change_reason
    with pytest.raises(Refused, match="allerede besvaret: bekræftet"):
        confirm(sent, "Igen", adam, NOW)


def test_a_proposal_says_no_or_is_taken_back_and_changes_nothing(done: SettingTrial, karen: User, adam: User) -> None:
    before = parameters_for(done.municipality, DECEMBER)
    reject(propose(done, DEC_1, "Prøvet", karen, NOW), "For vidt", adam, NOW)
    withdraw(propose(done, DEC_1, "Prøvet", karen, NOW), "", karen, NOW)
    with pytest.raises(Refused, match="Kun den, der lavede forslaget"):
        withdraw(propose(done, DEC_1, "Prøvet", karen, NOW), "", adam, NOW)
    assert parameters_for(done.municipality, DECEMBER) == before


def test_a_proposal_whose_ground_has_moved_is_not_confirmed(done: SettingTrial, karen: User, adam: User) -> None:
    sent = propose(done, DEC_1, "Prøvet", karen, NOW)
    MunicipalParameters.objects.create(municipality=done.municipality, valid_from=date(2026, 11, 15))
    with pytest.raises(Refused, match="tallene passer ikke længere"):
        confirm(sent, "Enig", adam, NOW)


def test_what_cannot_begin_or_changes_nothing_is_refused(done: SettingTrial, karen: User) -> None:
    with pytest.raises(Refused, match="tidligst ændres fra den første i denne måned"):
        propose(done, date(2026, 10, 31), "Prøvet", karen, NOW)
    with pytest.raises(Refused, match="Skriv, hvorfor"):
        propose(done, DEC_1, "", karen, NOW)
    with pytest.raises(Refused, match="fagkoordinator eller administrator"):
        propose(done, DEC_1, "Prøvet", make_user("bo", Role.CASEWORKER, done.municipality), NOW)
    same = trial(done.municipality, settings_today(done.municipality, NOW), karen)
    with pytest.raises(Refused, match="allerede gælder"):
        propose(same, DEC_1, "Prøvet", karen, NOW)
    assert is_same(CAREFUL, replace(CAREFUL, rule_modes=(RuleMode("MUN1", "note"),)))


def test_a_proposal_about_a_rule_writes_the_rule_alone(municipality: Municipality, karen: User, adam: User) -> None:
    cases(municipality, NOVEMBER)
    run(municipality)
    loose = replace(CAREFUL, rule_modes=(RuleMode("MUN11", "note"),))
    confirm(propose(trial(municipality, loose, karen), DEC_1, "Få bonusser", karen, NOW), "Enig", adam, NOW)
    assert MunicipalParameters.objects.count() == 1
    row = RuleSetting.objects.get()
    assert (row.code, row.mode, row.proposed_by, row.confirmed_by) == ("MUN11", "note", karen, adam)
    assert parameters_for(municipality, DECEMBER).rule_modes == (RuleMode("MUN11", "note", None, Decimal(2000)),)


def form_of(chosen: Parameters, **changes: str) -> dict[str, str]:
    """What the page posts for these settings."""
    data = {"months": "1"}
    for name in ("percent_below", "percent_above", "subsidy_drop_percent"):
        data[name] = str(getattr(chosen, name)).replace(".", ",")
    data |= {name: "on" for name in ("include_income_automatically", "full_automation") if getattr(chosen, name)}
    return data | changes


def test_the_pages_from_trial_to_confirmation(
    municipality: Municipality, karen: User, adam: User, client: Client
) -> None:
    grants = cases(municipality, NOVEMBER)
    client.force_login(karen)
    assert "Der er ingen måneder at prøve på" in client.get("/proev-indstillinger/").content.decode()
    run(municipality)
    assert 'value="5' in client.get("/proev-indstillinger/?start=notat").content.decode()
    answer = client.post("/proev-indstillinger/", form_of(WIDE))
    page = client.get(answer["Location"]).content.decode()
    for text in ("Det, der skete", "Notatets forsigtige (5 %)", "ikke behandlet endnu", grants[1].citizen.name):
        assert text in page
    refused = client.post(f"{answer['Location']}foreslaa/", {"valid_from": "01.12.2020", "reason": "Prøvet"})
    assert "tidligst ændres fra den første i denne måned" in refused.content.decode()
    day = f"{localdate() + timedelta(days=40):%d.%m.%Y}"
    sent = client.post(f"{answer['Location']}foreslaa/", {"valid_from": day, "reason": "Prøvet"})
    assert "Træk forslaget tilbage" in client.get(sent["Location"]).content.decode()
    assert client.post(sent["Location"], {"act": "confirm", "reason": "Selv"}).status_code == 422
    client.force_login(adam)
    assert "Karen foreslår nye indstillinger" in client.get("/").content.decode()
    assert grants[1].citizen.name not in client.get(answer["Location"]).content.decode()
    assert client.post(sent["Location"], {"act": "confirm", "reason": "Enig"}).status_code == 302
    assert MunicipalParameters.objects.count() == 2
    assert "foreslår nye indstillinger" not in client.get("/").content.decode()
    client.force_login(make_user("niels", Role.COORDINATOR, make_municipality("0998")))
    for address in (answer["Location"], sent["Location"]):
        assert client.get(address).status_code == 404


def test_a_wrong_figure_is_said_at_its_field(municipality: Municipality, karen: User, client: Client) -> None:
    cases(municipality, NOVEMBER)
    run(municipality)
    client.force_login(karen)
    answer = client.post("/proev-indstillinger/", form_of(WIDE, percent_above="tyve", low_MUN2="9", high_MUN2="8"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Skriv et tal, fx 15.140,00." in page
    assert "Den nedre grænse er højere end den øvre." in page
    assert not SettingTrial.objects.exists()


def test_many_decisions_go_to_the_worker_and_the_page_shows_how_far(
    municipality: Municipality, karen: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases(municipality, NOVEMBER)
    run(municipality)
    queued: list[int] = []
    monkeypatch.setattr(rehearse_setting, "SMALL", 2)
    monkeypatch.setattr(rehearse_setting, "async_task", lambda name, pk, group: queued.append(pk))
    client.force_login(karen)
    address = client.post("/proev-indstillinger/", form_of(WIDE))["Location"]
    assert "0 af 6 afgørelser er prøvet" in client.get(address).content.decode()
    assert "HX-Refresh" not in client.get(f"{address}fremdrift/")
    jobs.work_trial(queued[0])
    assert client.get(f"{address}fremdrift/")["HX-Refresh"] == "true"
    assert "Notatets forsigtige" in client.get(address).content.decode()
