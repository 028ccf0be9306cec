"""The invented municipality: nobody real, the same from the same seed, honest files, and the right share of oddity."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise

import pytest

from cases.demo import AWKWARD_KINDS, PASSING_KINDS, DemoMunicipality, demo_municipality
from cases.demo.events import demo_events
from cases.demo.incomes import KINDS, last_weekday, month_pay
from cases.demo.population import cpr_checksum, cvr_checksum, make_cpr
from cases.integrations.eindkomst import DIRECT, SF0770A, RegisterReport, can_be_asked, read_answer
from cases.integrations.feriekonto import read_payments
from cases.integrations.jobcentre import KINDS as KINDS_OF_EVENTS
from cases.integrations.jobcentre import UNKNOWN, read_events
from rules.decision import decide
from rules.facts import Facts, Job, PaidSubsidy, Report, WageCeiling
from rules.income_codes import classify
from rules.months import Month
from rules.parameters import Parameters
from rules.rates import published_rates, rates_on
from rules.target_groups import shift

LAST = Month(2026, 10)
MONTHS = 16


@pytest.fixture(scope="module")
def municipality() -> DemoMunicipality:
    return demo_municipality("0999", 300, LAST, MONTHS, seed=7)


def test_the_same_seed_gives_the_same_municipality(municipality):
    again = demo_municipality("0999", 300, LAST, MONTHS, seed=7)
    assert again == municipality
    assert again.answers(LAST) == municipality.answers(LAST)
    assert demo_municipality("0999", 300, LAST, MONTHS, seed=8).citizens != municipality.citizens
    assert not {one.cpr for one in demo_municipality("0998", 300, LAST, MONTHS, seed=7).citizens} & {
        one.cpr for one in municipality.citizens
    }


def test_no_number_can_belong_to_anybody(municipality):
    for citizen in municipality.citizens:
        assert cpr_checksum(citizen.cpr) != 0
        assert can_be_asked(citizen.cpr)
        assert citizen.cpr[:6] == f"{citizen.birth_date:%d%m%y}"
        assert citizen.cpr[:4] != "0101"
        assert (citizen.cpr[6] in "0123") == (citizen.birth_date.year < 2000)
    numbers = [one.se_number for one in municipality.employers] + [municipality.se_number]
    assert all(len(number) == 8 and cvr_checksum(number) != 0 for number in numbers)
    assert len({one.cpr for one in municipality.citizens}) == 300
    with pytest.raises(ValueError, match=r"1\. januar"):
        make_cpr(None, municipality.citizens[0].birth_date.replace(month=1, day=1))


def test_some_are_near_interesting_ages(municipality):
    ages = [Month.of(citizen.birth_date).until(LAST) / 12 for citizen in municipality.citizens]
    near_forty = sum(39.4 <= age <= 40.6 for age in ages)
    near_pension = sum(66 <= age <= 67.1 for age in ages)
    assert 6 <= near_forty <= 25
    assert 6 <= near_pension <= 15
    assert all(18 <= age <= 67.1 for age in ages)


def test_the_files_hold_what_the_plan_says_in_alternating_forms(municipality):
    wrappers = []
    for month in municipality.months:
        answer = read_answer(municipality.answers(month))
        found = list(answer)
        wrappers.append(answer.wrapper)
        assert [(one.cpr, one.reports) for one in found] == [
            (one.cpr, one.reports) for one in municipality.persons(month)
        ]
        assert not [one.error for one in found if one.error]
        assert {report.pay_date for one in found for report in one.reports} == {last_weekday(month)}
    assert set(wrappers) == {DIRECT, SF0770A}
    assert all(first != second for first, second in pairwise(wrappers))
    with pytest.raises(ValueError, match="ingen indtægter"):
        municipality.answers(LAST + 1)


def test_every_kind_is_there(municipality):
    planned = Counter(kind for citizen in municipality.citizens for _, kind in citizen.plan)
    assert set(planned) == set(KINDS) == set(AWKWARD_KINDS) | set(PASSING_KINDS)
    assert any(citizen.wage_ceiling is None for citizen in municipality.citizens)
    assert any(citizen.tax_percent is None for citizen in municipality.citizens)
    assert any(Month.of(citizen.job_first_day) in municipality.months for citizen in municipality.citizens)
    assert any(citizen.job_first_day.day == 15 for citizen in municipality.citizens)
    assert any(citizen.protected_address for citizen in municipality.citizens)


def test_ordinary_pay_moves_little(municipality):
    for citizen in municipality.citizens[:50]:
        for month in municipality.months[-5:]:
            if Month.of(citizen.job_first_day) < month:
                pay = month_pay(citizen, month, municipality.seed)
                assert abs(pay.gross - citizen.gross_wage * 100) <= citizen.gross_wage * Decimal("1.01")


def test_too_few_are_refused():
    for citizens, months in ((0, 3), (3, 0)):
        with pytest.raises(ValueError, match="mindst"):
            demo_municipality("0999", citizens, LAST, months)
    tiny = demo_municipality("0999", 1, LAST, 1)
    assert len(tiny.citizens) == len(tiny.months) == 1
    assert list(read_answer(tiny.answers(LAST))) is not None


def _rules_report(report: RegisterReport, known_ids: Counter[str]) -> list[Report]:
    """A register report as gather.py gives it to the rules, without a database."""
    found = classify(report.fields, report.se_number)
    sign = -1 if found.is_reversal else 1
    paid = Month.of(report.pay_date)
    place = {"se_number": report.se_number, "role": found.role, "pay_date": report.pay_date}
    place |= {"period_start": report.period_start, "period_end": report.period_end}
    place |= {"month": Month.of(report.period_end) if found.is_correction else paid}
    main = Report(
        **place,
        kind=found.kind,
        amount=sign * found.amount,
        own_pension=sign * found.own_pension,
        employer_pension=sign * found.employer_pension,
        paid_hours=found.paid_hours,
        hours_fault=found.hours_fault,
        net_holiday_pay=found.net_holiday_pay,
        must_judge=found.must_judge,
        unknown=found.unknown,
        reversal_fault="uden original" if found.is_reversal and known_ids[report.own_id] < 2 else "",
        corrected_in=paid if found.is_correction else None,
    )
    beside = [Report(**place, kind="b_income", amount=sign * found.b_income)] if found.b_income else []
    return [main, *beside]


def _shares(municipality: DemoMunicipality) -> dict[Month, tuple[set[str], set[str]]]:
    """By income month: who is due, and who passes, when the tasks of the months before have been accepted."""
    reports: dict[str, list[Report]] = defaultdict(list)
    for month in municipality.months:
        for person in municipality.persons(month):
            ids = Counter(one.own_id for one in person.reports)
            reports[person.cpr] += [part for one in person.reports for part in _rules_report(one, ids)]
    on = Parameters(include_income_automatically=True, full_automation=True)
    paid: dict[tuple[str, Month], PaidSubsidy] = {}
    found: dict[Month, tuple[set[str], set[str]]] = {}
    for month in municipality.months[-5:]:
        due, passed = found.setdefault(month, (set(), set()))
        rates = rates_on(month + 1, published_rates())
        for citizen in municipality.citizens:
            if citizen.grant_first_day > (month + 1).last_day:
                continue
            before = (paid.get((citizen.cpr, month - 1)), paid.get((citizen.cpr, month)))
            ceiling = (WageCeiling(citizen.wage_ceiling, citizen.ceiling_first_day),) if citizen.wage_ceiling else ()
            facts = Facts(
                benefit_month=month + 1,
                grant_first_day=citizen.grant_first_day,
                grant_last_day=citizen.grant_last_day,
                birth_date=citizen.birth_date,
                reports=tuple(one for one in reports[citizen.cpr] if month - 12 <= one.month <= month),
                jobs=(Job(citizen.employer_se, True, citizen.job_first_day),),
                wage_ceilings=ceiling,
                paid_subsidies=tuple(one for one in before if one),
                tax_percent=citizen.tax_percent,
            )
            decision = decide(facts, rates, on)
            paid[citizen.cpr, month + 1] = PaidSubsidy(month + 1, decision.calculation.subsidy)
            due.add(citizen.cpr)
            if decision.outcome == "paid":
                passed.add(citizen.cpr)
    return {month: found[month] for month in municipality.months[-3:]}


def test_about_three_in_four_pass_by_themselves_each_month_and_the_others_are_the_planned(municipality):
    stopped_months: Counter[str] = Counter()
    for month, (due, passed) in _shares(municipality).items():
        assert 0.70 <= len(passed) / len(due) <= 0.80, (month, len(passed), len(due))
        stopped = due - passed
        stopped_months.update(stopped)
        assert len(stopped ^ (municipality.awkward[month] & due)) <= 0.02 * len(due)
    assert sum(months == 1 for months in stopped_months.values()) > len(stopped_months) / 2, "mostly others each month"


# --- events and holiday pay -------------------------------------------------------------------------------------------


def test_events_of_every_kind_are_the_same_each_time_and_their_files_are_good(municipality):
    made = demo_events(municipality, LAST + 1)
    assert made == demo_events(municipality, LAST + 1)
    assert made.files != demo_events(municipality, LAST).files
    messages = [message for _, content in made.files for message in read_events(content)]
    assert [one.error for one in messages if one.error] == []
    assert len(messages) == made.count == len({one.external_id for one in messages})
    assert {one.kind for one in messages} == {*KINDS_OF_EVENTS, UNKNOWN}
    assert [name.endswith(".xml") for name, _ in made.files] == [False, True]
    asked = {shift(*_ends(one)).letters for one in messages if one.kind == "MAALGRUPPESKIFT"}
    assert {("x",), ("A",), ("R",), ("RG",), ("O",), ("N",)} <= asked


def _ends(message):
    names = ("fra_maalgruppe_type_kode", "fra_maalgruppe_status", "til_maalgruppe_type_kode", "til_maalgruppe_status")
    return [message.payload.get(name) for name in names]


def test_events_are_about_citizens_with_an_ordinary_month_or_about_invented_new_ones(municipality):
    made = demo_events(municipality, LAST + 1)
    people = {one.cpr: one for one in municipality.citizens}
    messages = [message for _, content in made.files for message in read_events(content)]
    lines = list(read_payments(made.payments[1]))
    new = [one.cpr for one in messages if one.cpr not in people]
    assert len(new) == len(set(new)) == 4
    assert all(cpr_checksum(cpr) != 0 for cpr in new)
    old = [one.cpr for one in [*messages, *lines] if one.cpr in people]
    assert len(old) == len(set(old)), "one thing each"
    assert not set(old) & municipality.awkward[LAST]
    assert not any(people[cpr].plan for cpr in old)
    assert lines
    assert all(one.error is None for one in lines)
    starts = [one.payload["bevilling_startdato"] for one in messages if one.kind == "INDSTILLING"]
    assert sorted(map(str, starts)) == ["2026-12-01", "2026-12-01", "None"]


def test_a_tiny_municipality_has_as_many_events_as_it_has_citizens():
    made = demo_events(demo_municipality("0998", 10, LAST, MONTHS), LAST + 1)
    assert made.count >= 4
    assert list(read_payments(made.payments[1]))
