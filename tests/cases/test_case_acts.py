"""Acts on a case: history with user and reason, refusals in sentences, and what is calculated again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases import changed as changes
from cases import incomes
from cases.benefits import check_grant, register_benefit
from cases.consistency import faults
from cases.end_grant import end, last_payment, propose_end, reopen
from cases.handle_task import Added, Correction
from cases.holidays import Holiday, from_payment, parts, register_holiday
from cases.journal import write_note
from cases.models import (
    AddedIncome,
    Adjustment,
    Decision,
    Grant,
    HolidayPayment,
    IncomeTreatment,
    JournalNote,
    Letter,
    Period,
    Role,
    Task,
    User,
    Visitation,
    WageCeiling,
)
from cases.periods import removed_period
from cases.refused import Refused
from cases.set_ceiling import computed, confirm_ceiling, proposed_raise, raise_for_holiday, set_ceiling
from cases.stop_grant import resume, stop
from cases.tax_card import choose_tax_card, set_tax_percent
from cases.visitation import Visited, set_grant_period, set_visitation
from rules.months import Month
from tests.cases.builders import (
    NOVEMBER,
    NOW,
    OCTOBER,
    TODAY,
    give,
    make_case,
    make_municipality,
    make_user,
    ordinary,
    run,
)

pytestmark = pytest.mark.django_db

SOURCE = "Arbejdsgiver, 3. november 2026"


@pytest.fixture
def municipality() -> Any:
    return make_municipality()


@pytest.fixture
def aase(municipality: Any) -> User:
    return make_user("aase", Role.CASEWORKER, municipality)


@pytest.fixture
def grant(municipality: Any) -> Grant:
    return make_case(municipality)


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Month, Month | None, str]]:
    """What was asked to be calculated again, in place of doing it."""
    found: list[tuple[Month, Month | None, str]] = []

    def record(grant: Any, first: Month, last: Month | None, event: str, *_: Any) -> None:
        found.append((first, last, event))

    for name in ("visitation", "tax_card", "stop_grant", "end_grant", "periods"):
        monkeypatch.setattr(f"cases.{name}.changed", record)
    monkeypatch.setattr(changes, "changed", record)
    return found


def signed(row: Any) -> tuple[Any, Any]:
    newest = row.history.first()
    return newest.history_user, newest.history_change_reason


# --- the wage ceiling --------------------------------------------------------------------------------------


def test_a_ceiling_is_signed_and_touches_the_months_until_the_next(grant: Grant, aase: User, touched: Any) -> None:
    set_ceiling(grant, Decimal(38000), date(2026, 9, 1), SOURCE, aase, NOW)
    row = set_ceiling(grant, Decimal(36000), date(2026, 6, 1), SOURCE, aase, NOW)
    assert signed(row) == (aase, SOURCE)
    assert [one[:2] for one in touched] == [(OCTOBER, None), (Month(2026, 7), Month(2026, 9))]


@pytest.mark.parametrize(("amount", "source"), [(0, SOURCE), (-1, SOURCE), (30000, " ")])
def test_a_ceiling_without_pay_or_source_is_refused(grant: Grant, aase: User, amount: int, source: str) -> None:
    with pytest.raises(Refused):
        set_ceiling(grant, Decimal(amount), TODAY, source, aase, NOW)
    assert WageCeiling.objects.count() == 1


def test_the_same_day_corrects_the_ceiling(grant: Grant, aase: User, touched: Any) -> None:
    row = set_ceiling(grant, Decimal(39000), grant.first_day, SOURCE, aase, NOW)
    assert WageCeiling.objects.get() == row
    assert row.history.count() == 2


def test_a_changed_ceiling_settles_a_paid_month_as_an_adjustment(municipality: Any, aase: User) -> None:
    grant = make_case(municipality, ceiling="29000", paid="17000")
    give(grant, ordinary())
    run(municipality)
    paid = Decision.objects.get()
    assert paid.subsidy == 17000
    set_ceiling(grant, Decimal(40000), OCTOBER.first_day, SOURCE, aase, NOW)
    adjustment = Adjustment.objects.get()
    assert (adjustment.old_subsidy, adjustment.new_subsidy, adjustment.difference) == (17000, 18000, 1000)
    assert Decision.objects.get() == paid
    assert list(faults()) == []


def test_the_municipality_computes_only_with_an_hourly_pay() -> None:
    assert computed([Decimal(200)], NOVEMBER) == Decimal("32066.60")
    with pytest.raises(Refused, match="spørg arbejdsgiveren"):
        computed([], NOVEMBER)


def test_confirming_a_ceiling_leaves_the_amount(grant: Grant, aase: User) -> None:
    row = confirm_ceiling(grant, SOURCE, aase, NOW)
    assert (row.amount, signed(row)) == (40000, (aase, f"Bekræftet: {SOURCE}"))
    WageCeiling.objects.all().delete()
    with pytest.raises(Refused, match="intet lønloft"):
        confirm_ceiling(grant, SOURCE, aase, NOW)


# --- holiday -----------------------------------------------------------------------------------------------


def holiday(**changes: Any) -> Holiday:
    """A week in October, 5.000 kr. net from FerieKonto, tax 38 %."""
    given = {
        "first_day": date(2026, 10, 5), "last_day": date(2026, 10, 9), "paid_by": "feriekonto", "source": "FerieKonto",
        "net": Decimal(5000), "tax_percent": Decimal(38),
    }  # fmt: skip
    return Holiday(**{**given, **changes})


def test_feriekonto_money_is_grossed_up_with_percent_and_source(grant: Grant, aase: User, touched: Any) -> None:
    (row,) = register_holiday(grant, holiday(), aase, NOW)
    assert row.amount == Decimal("8765.78")
    assert row.note == "FerieKonto; netto 5.000,00 kr., trækprocent 38 %"
    assert signed(row) == (aase, "FerieKonto")
    assert touched[0][:2] == (NOVEMBER, NOVEMBER)


def test_a_payslips_gross_amount_goes_before(grant: Grant) -> None:
    assert parts(holiday(gross=Decimal(9000)))[0].amount == 9000


def test_money_that_cannot_be_grossed_up_is_refused(grant: Grant, aase: User) -> None:
    with pytest.raises(Refused, match="trækprocenten"):
        register_holiday(grant, holiday(tax_percent=None), aase, NOW)
    assert not Period.objects.exists()


def test_a_holiday_over_the_turn_of_a_month_is_one_period_in_each_by_days_held() -> None:
    found = parts(
        holiday(first_day=date(2026, 9, 28), last_day=date(2026, 10, 9), gross=Decimal(10000), days_covered=Decimal(20))
    )
    assert [(one.first_day, one.last_day) for one in found] == [
        (date(2026, 9, 28), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 9)),
    ]
    assert [one.amount for one in found] == [Decimal(1500), Decimal(3500)]


def test_more_days_than_the_money_covers_is_refused() -> None:
    with pytest.raises(Refused, match="Der kan ikke holdes 5 dage"):
        parts(holiday(days_covered=Decimal(3)))


def test_ledighedsydelse_takes_weekdays_that_are_no_public_holidays(grant: Grant, aase: User, touched: Any) -> None:
    easter = holiday(first_day=date(2026, 4, 1), last_day=date(2026, 4, 10), paid_by="unemployment", net=None)
    (row,) = register_holiday(grant, easter, aase, NOW)
    assert row.days == 5
    assert row.amount is None


def test_ledighedsydelse_and_paid_holiday_are_at_most_25_days_a_holiday_year(
    grant: Grant, aase: User, touched: Any
) -> None:
    paid = holiday(first_day=date(2026, 9, 1), last_day=date(2026, 9, 30), paid_by="employer", net=None)
    register_holiday(grant, paid, aase, NOW)
    late = holiday(paid_by="unemployment", net=None)
    with pytest.raises(Refused, match="højst dække 3 dage og ikke 5"):
        register_holiday(grant, late, aase, NOW)
    next_year = holiday(first_day=date(2027, 9, 6), last_day=date(2027, 9, 10), paid_by="unemployment", net=None)
    assert register_holiday(grant, next_year, aase, NOW)[0].days == 5


def test_employers_holiday_has_no_amount_and_overlaps_are_refused(grant: Grant, aase: User, touched: Any) -> None:
    (row,) = register_holiday(grant, holiday(paid_by="employer"), aase, NOW)
    assert (row.amount, row.days) == (None, None)
    with pytest.raises(Refused, match=r"overlapper ferie fra 5\. oktober 2026"):
        register_holiday(grant, holiday(), aase, NOW)
    assert Period.objects.count() == 1


def test_feriekontos_payment_proposes_its_days_and_never_guesses_a_gross(grant: Grant) -> None:
    payment = HolidayPayment(
        citizen=grant.citizen, requested_on=TODAY, first_day=date(2026, 10, 8), days=Decimal(3),
        net_amount=Decimal("1405.50"), tax_withheld=True, payer_se="33088566",
    )  # fmt: skip
    proposed = from_payment(payment)
    assert (proposed.last_day, proposed.net, proposed.tax_percent) == (date(2026, 10, 12), Decimal("1405.50"), 38)
    payment.tax_withheld = False
    with pytest.raises(Refused, match="nettobeløb eller bruttobeløbet"):
        parts(from_payment(payment))


def test_the_raise_of_the_ceiling_is_proposed_for_that_month_only(grant: Grant, aase: User, touched: Any) -> None:
    assert proposed_raise(grant, OCTOBER) is None
    register_holiday(grant, holiday(gross=Decimal(9000)), aase, NOW)
    proposed = proposed_raise(grant, OCTOBER)
    assert (proposed.ceiling, proposed.proposed, proposed.is_done) == (40000, 49000, False)
    raise_for_holiday(grant, OCTOBER, proposed.proposed, "Feriepenge", aase, NOW)
    amounts = list(WageCeiling.objects.values_list("first_day", "amount"))
    assert amounts[1:] == [(OCTOBER.first_day, 49000), (NOVEMBER.first_day, 40000)]
    again = proposed_raise(grant, OCTOBER)
    assert (again.ceiling, again.proposed, again.is_done) == (40000, 49000, True)
    raise_for_holiday(grant, OCTOBER, Decimal(48000), "Rettet", aase, NOW)
    assert WageCeiling.objects.count() == 3


def test_a_raise_that_raises_nothing_is_refused(grant: Grant, aase: User) -> None:
    with pytest.raises(Refused, match="højere"):
        raise_for_holiday(grant, OCTOBER, Decimal(40000), "x", aase, NOW)


# --- stop, tax card, visitation ----------------------------------------------------------------------------


def test_a_stop_leaves_the_month_out_and_ends_when_it_is_resumed(municipality: Any, grant: Grant, aase: User) -> None:
    give(grant, ordinary())
    period = stop(grant, NOVEMBER.first_day, None, "Værnepligt", aase, NOW)
    run(municipality)
    assert not Decision.objects.exists()
    with pytest.raises(Refused, match="overlapper"):
        stop(grant, date(2027, 1, 1), None, "Igen", aase, NOW)
    resume(period, date(2026, 12, 1), "Hjemsendt", aase, NOW)
    period.refresh_from_db()
    assert (period.last_day, signed(period)) == (date(2026, 11, 30), (aase, "Hjemsendt"))
    with pytest.raises(Refused, match="kun begynde igen"):
        resume(period, date(2027, 3, 1), "For sent", aase, NOW)


def test_resuming_from_the_first_day_takes_the_stop_back(grant: Grant, aase: User, touched: Any) -> None:
    period = stop(grant, NOVEMBER.first_day, None, "Fejl", aase, NOW)
    resume(period, NOVEMBER.first_day, "Forkert borger", aase, NOW)
    assert not Period.objects.exists()
    assert Period.history.first().history_change_reason == "Forkert borger"
    assert list(faults()) == []


def test_a_period_is_removed_only_with_a_reason(grant: Grant, aase: User, touched: Any) -> None:
    (row,) = register_holiday(grant, holiday(), aase, NOW)
    with pytest.raises(Refused, match="hvorfor"):
        removed_period(row, "", aase, NOW)
    removed_period(row, "Tastefejl", aase, NOW)
    assert not Period.objects.exists()


def test_tax_card_and_tax_percent(grant: Grant, aase: User, touched: Any) -> None:
    citizen = choose_tax_card(grant.citizen, "secondary", "Borgeren, telefon", aase, NOW)
    assert (citizen.tax_card, signed(citizen)) == ("secondary", (aase, "Borgeren, telefon"))
    assert touched == []
    set_tax_percent(citizen, 40, "Skattekort", aase, NOW)
    assert touched[0][:2] == (NOVEMBER, NOVEMBER)
    with pytest.raises(Refused):
        choose_tax_card(citizen, "x", "x", aase, NOW)
    with pytest.raises(Refused):
        set_tax_percent(citizen, 100, "x", aase, NOW)


def visited(**changes: Any) -> Visited:
    given = {"visited_on": TODAY, "group": "LAB 2.7", "status": "I fleksjob", "first_day": TODAY, "source": "Jobcenter"}
    return Visited(**{**given, **changes})


def test_visitation_is_kept_and_the_same_day_is_corrected(grant: Grant, aase: User) -> None:
    set_visitation(grant, visited(), aase, NOW)
    row = set_visitation(grant, visited(refusion_category="Flekstilskud"), aase, NOW)
    assert Visitation.objects.get() == row
    assert (row.refusion_category, signed(row)) == ("Flekstilskud", (aase, "Jobcenter"))
    with pytest.raises(Refused, match="fremtiden"):
        set_visitation(grant, visited(visited_on=date(2027, 1, 1)), aase, NOW)
    with pytest.raises(Refused, match="slutter"):
        set_visitation(grant, visited(last_day=date(2026, 1, 1)), aase, NOW)


def test_the_grants_period_is_corrected_and_never_overlaps_another(
    municipality: Any, grant: Grant, aase: User, touched: Any
) -> None:
    changed = set_grant_period(grant, date(2020, 2, 1), date(2027, 1, 31), "Jobcenter", aase, NOW)
    assert (changed.stop_reason, touched[0][0]) == ("expired", Month(2020, 1))
    Grant.objects.create(municipality=municipality, citizen=grant.citizen, number="ny", first_day=date(2027, 2, 1))
    with pytest.raises(Refused, match="overlapper sag ny"):
        set_grant_period(grant, date(2020, 2, 1), None, "Jobcenter", aase, NOW)


# --- incompatible benefits ---------------------------------------------------------------------------------


def test_an_incompatible_benefit_is_refused_on_entry_with_both_periods(grant: Grant, aase: User) -> None:
    both = r"Førtidspension fra 1\. oktober 2026 uden slutdato .* bevillingen fra 1\. januar 2020"
    with pytest.raises(Refused, match=both):
        register_benefit(grant, "disability_pension", OCTOBER.first_day, None, None, "KP", aase, NOW)
    assert not Period.objects.exists()


def test_a_benefit_that_is_set_off_or_outside_the_grant_is_kept(grant: Grant, aase: User, touched: Any) -> None:
    days = (OCTOBER.first_day, OCTOBER.last_day)
    assert register_benefit(grant, "sickness_benefit", *days, Decimal(4000), "NemRefusion", aase, NOW).pk
    before = (date(2019, 1, 1), date(2019, 12, 31))
    assert register_benefit(grant, "disability_pension", *before, None, "KP", aase, NOW).pk
    with pytest.raises(Refused, match="Førtidspension"):
        check_grant(grant, date(2019, 6, 1), None)
    with pytest.raises(Refused, match="Vælg ydelsen"):
        register_benefit(grant, "x", *days, None, "x", aase, NOW)


# --- the end -----------------------------------------------------------------------------------------------


def test_the_last_payment_of_a_whole_month_is_worked_out(grant: Grant) -> None:
    give(grant, ordinary())
    found = last_payment(grant, NOVEMBER.last_day)
    assert (found.subsidy, found.is_paid, found.pay_date) == (18000, False, date(2026, 11, 30))
    assert "18.000 kr. før skat" in found.sentence


def test_the_last_payment_of_a_part_of_a_month_is_proposed_by_days(grant: Grant) -> None:
    give(grant, ordinary())
    found = last_payment(grant, date(2026, 11, 15))
    assert (found.subsidy, found.is_whole_month) == (21600 / 2 - 3600, False)


def test_a_month_whose_pay_is_not_there_yet_has_no_amount(grant: Grant) -> None:
    assert last_payment(grant, date(2026, 12, 31)).subsidy is None


def test_ending_a_grant_writes_letter_reason_and_closes_the_task(municipality: Any, grant: Grant, aase: User) -> None:
    give(grant, ordinary())
    task = propose_end(grant, "Jobcentret: ordinært job", aase, NOW)
    assert propose_end(grant, "Igen", aase, NOW) == task
    letter = end(grant, NOVEMBER.last_day, "job_ended", "Fyret", aase, NOW)
    grant.refresh_from_db()
    assert (grant.last_day, grant.stop_reason) == (NOVEMBER.last_day, "job_ended")
    assert signed(grant) == (aase, "Jobbet er ophørt. Fyret")
    assert "Sidste dag er 30. november 2026" in letter.body
    assert "18.000 kr. før skat" in letter.body
    assert "klage til os inden fire uger" in letter.body
    assert letter.sent_by == aase
    assert not Task.objects.open().exists()


@pytest.mark.parametrize(
    ("last_day", "reason", "note"),
    [(TODAY, "x", "x"), (date(2019, 1, 1), "moved", "x"), (TODAY, "other", "")],
)
def test_an_end_that_cannot_be_is_refused(grant: Grant, aase: User, last_day: date, reason: str, note: str) -> None:
    with pytest.raises(Refused):
        end(grant, last_day, reason, note, aase, NOW)
    assert not Letter.objects.exists()


def test_an_ended_case_is_not_ended_again_but_reopened_with_a_reason(
    municipality: Any, grant: Grant, aase: User
) -> None:
    give(grant, ordinary())
    end(grant, date(2026, 10, 31), "moved", "", aase, NOW)
    with pytest.raises(Refused, match="allerede afsluttet"):
        end(grant, date(2026, 9, 30), "moved", "", aase, NOW)
    run(municipality)
    with pytest.raises(Refused, match="hvorfor"):
        reopen(grant, "", aase, NOW)
    row = reopen(grant, "Flytning fortrudt", aase, NOW)
    assert (row.last_day, row.stop_reason, signed(row)) == (None, "", (aase, "Genåbnet: Flytning fortrudt"))
    task = Task.objects.open().get()
    assert task.headline == "Bevillingen er genåbnet. Beregn november 2026: de har ingen afgørelse."


def test_a_case_with_a_newer_grant_is_not_reopened(municipality: Any, grant: Grant, aase: User) -> None:
    end(grant, date(2026, 10, 31), "moved", "", aase, NOW)
    Grant.objects.create(municipality=municipality, citizen=grant.citizen, number="ny", first_day=date(2026, 11, 5))
    with pytest.raises(Refused, match="ny bevilling"):
        reopen(grant, "x", aase, NOW)


def test_a_journal_note_is_written_once(grant: Grant, aase: User) -> None:
    write_note(grant, " Talt med borgeren ", aase, NOW)
    note = JournalNote.objects.get()
    assert (note.text, note.written_by) == ("Talt med borgeren", aase)
    with pytest.raises(Refused):
        write_note(grant, "", aase, NOW)


# --- incomes -----------------------------------------------------------------------------------------------


def test_incomes_are_added_corrected_and_taken_back_with_a_reason(
    grant: Grant, aase: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = []
    monkeypatch.setattr(incomes, "changed", lambda *given: found.append(given[1:3]))
    give(grant, ordinary())
    added = incomes.add_income(grant, OCTOBER, Added("sideline", "", Decimal(500), None, "Borgeren"), aase, NOW)
    assert signed(added) == (aase, "Borgeren")
    report = grant.citizen.reports.get(month=OCTOBER)
    row = incomes.treat(grant, Correction(report.pk, "leave_out", reason="Udlæg"), aase, NOW)
    assert (incomes.treat(grant, Correction(report.pk, "include", reason="Løn"), aase, NOW).pk, signed(row)) == (
        row.pk,
        (aase, "Løn"),
    )
    incomes.take_back(added, "Dobbelt", aase, NOW)
    assert AddedIncome.history.first().history_change_reason == "Dobbelt"
    assert found == [(NOVEMBER, NOVEMBER)] * 4
    assert list(faults()) == []


def test_an_income_without_reason_kind_or_of_another_case_is_refused(grant: Grant, aase: User) -> None:
    other = make_case(grant.municipality, 5)
    give(other, ordinary())
    report = other.citizen.reports.first()
    refused = [
        lambda: incomes.add_income(grant, OCTOBER, Added("wage", "", Decimal(1), None, ""), aase, NOW),
        lambda: incomes.add_income(grant, OCTOBER, Added("x", "", Decimal(1), None, "x"), aase, NOW),
        lambda: incomes.add_income(grant, OCTOBER, Added("wage", "", Decimal(0), None, "x"), aase, NOW),
        lambda: incomes.treat(grant, Correction(report.pk, "leave_out", reason="x"), aase, NOW),
        lambda: incomes.treat(other, Correction(report.pk, "leave_out", reason=" "), aase, NOW),
        lambda: incomes.treat(other, Correction(report.pk, "x", reason="x"), aase, NOW),
        lambda: incomes.proposed_gross(report, None),
    ]
    for act in refused:
        with pytest.raises(Refused):
            act()
    assert not IncomeTreatment.objects.exists()
