"""Money let go: prepared by one, released by another, controlled against the file; answers read back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from cases import payment_control, release_payments
from cases.consistency import faults
from cases.hold_payment import hold_payment, let_on, repeat_payment, reverse_payment
from cases.integrations.posting_status import FailedPosting, write_status
from cases.models import (
    BatchState,
    Municipality,
    Payment,
    PaymentBatch,
    PaymentEvent,
    PaymentFile,
    PaymentStatus,
    PostingFile,
    Profile,
    Role,
    User,
)
from cases.read_posting_status import mark_posted, match, read_posting_status
from cases.refused import Refused
from cases.release_payments import cancel_batch, day_warning, due_payments, prepare_batch, release_batch, suggested_day
from tests.cases.builders import NOW, TODAY, give, make_case, make_municipality, make_user, ordinary, pays, run
from tests.cases.payment_file_reader import persons_and_oere

pytestmark = pytest.mark.django_db

PAY_DAY = date(2026, 11, 30)
CASES = 4


@pytest.fixture
def home() -> Municipality:
    """Four citizens with a decided November, and a municipality that can pay."""
    home = make_municipality()
    for number in range(CASES):
        give(make_case(home, number), ordinary(amount=f"{12000 + number}.00"))
    run(home)
    assert Payment.objects.filter(status=PaymentStatus.APPROVED).count() == CASES
    pays(home)
    return home


@pytest.fixture
def first(home: Municipality) -> User:
    return make_user("bo", Role.CASEWORKER, home)


@pytest.fixture
def second(home: Municipality) -> User:
    return make_user("karen", Role.COORDINATOR, home)


@pytest.fixture
def released(home: Municipality, first: User, second: User) -> PaymentBatch:
    return release_batch(prepare_batch(home, PAY_DAY, first, NOW), second, NOW)


def statuses() -> Counter[str]:
    return Counter(Payment.objects.values_list("status", flat=True))


def line_of(payment: Payment, **changes: Any) -> FailedPosting:
    line = FailedPosting(
        1, "ANDEN", payment.citizen.cpr, payment.pk, int(payment.payable_before_tax), payment.pay_date, "RJ00",
        "Kontoen er lukket", "B-1",
    )  # fmt: skip
    return replace(line, **changes)


def answered(home: Municipality, user: User, *lines: FailedPosting, name: str = "status.csv") -> PostingFile:
    return read_posting_status(home, name, write_status(lines), user, NOW)


# --- preparing and releasing ---------------------------------------------------------------------------------


def test_what_is_approved_is_let_go_in_one_list(home: Municipality, released: PaymentBatch, second: User) -> None:
    wanted = Counter(
        (payment.citizen.cpr, int(payment.payable_before_tax * 100))
        for payment in Payment.objects.select_related("citizen")
    )
    assert persons_and_oere(bytes(released.file.body)) == wanted
    assert (released.count, released.total) == (CASES, sum(one.payable_before_tax for one in Payment.objects.all()))
    assert statuses() == {PaymentStatus.RELEASED: CASES}
    assert set(PaymentEvent.objects.filter(status="released").values_list("by", "note")) == {
        (second.pk, "Frigivet i Udbetalingsliste 1")
    }
    assert list(faults()) == []


def test_the_one_who_prepared_does_not_release(home: Municipality, second: User) -> None:
    batch = prepare_batch(home, PAY_DAY, second, NOW)
    with pytest.raises(Refused, match="Du har selv gjort listen klar"):
        release_batch(batch, second, NOW)
    assert statuses() == {PaymentStatus.APPROVED: CASES}
    home.payment_settings.update(four_eyes=False)
    release_batch(batch, second, NOW)
    assert statuses() == {PaymentStatus.RELEASED: CASES}


def test_started_twice_pays_once(home: Municipality, first: User, second: User) -> None:
    batch = prepare_batch(home, PAY_DAY, first, NOW)
    assert prepare_batch(home, PAY_DAY, first, NOW) == batch
    release_batch(batch, second, NOW)
    with pytest.raises(Refused, match="allerede frigivet af Karen"):
        release_batch(batch, second, NOW)
    with pytest.raises(Refused, match="Ingen godkendte udbetalinger"):
        prepare_batch(home, PAY_DAY, first, NOW)
    assert PaymentFile.objects.count() == PaymentBatch.objects.count() == 1


def test_what_is_approved_later_comes_with_the_prepared_list_or_the_next(
    home: Municipality, first: User, second: User
) -> None:
    batch = prepare_batch(home, PAY_DAY, first, NOW)
    give(make_case(home, 9), ordinary())
    run(home)
    assert prepare_batch(home, PAY_DAY, first, NOW).count == CASES + 1
    release_batch(batch, second, NOW)
    give(make_case(home, 10), ordinary())
    run(home)
    later = release_batch(prepare_batch(home, PAY_DAY, first, NOW), second, NOW)
    assert (later.number, later.count) == (2, 1)
    references = b"".join(bytes(one.body) for one in PaymentFile.objects.all()).decode().split("&16")[1:]
    assert len({one[:20] for one in references}) == CASES + 2, "no reference is used twice on a pay day"


def test_a_list_given_up_leaves_the_payments_approved(home: Municipality, first: User, second: User) -> None:
    batch = prepare_batch(home, PAY_DAY, first, NOW)
    with pytest.raises(Refused, match=r"allerede gjort klar til udbetaling 30\. november 2026"):
        prepare_batch(home, date(2026, 11, 27), first, NOW)
    cancel_batch(batch, first, NOW)
    assert due_payments(home, PAY_DAY).count() == CASES
    with pytest.raises(Refused, match="er fortrudt"):
        release_batch(batch, second, NOW)
    assert prepare_batch(home, PAY_DAY, first, NOW).number == 2
    assert list(faults()) == []


@pytest.mark.parametrize("profile", Profile.values)
def test_both_profiles_carry_the_same_persons_and_oere(
    home: Municipality, first: User, second: User, profile: str
) -> None:
    settings = home.payment_settings.get()
    settings.profile = profile
    settings.save()
    batch = release_batch(prepare_batch(home, PAY_DAY, first, NOW), second, NOW)
    assert persons_and_oere(bytes(batch.file.body)).total() == CASES
    assert list(faults()) == []


def test_a_file_with_another_sum_is_not_let_go(
    home: Municipality, first: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = prepare_batch(home, PAY_DAY, first, NOW)

    def one_too_few(sender: Any, lines: Any, made_on: date) -> bytes:
        return payment_control_write(sender, lines[1:], made_on)

    payment_control_write = payment_control.write_file
    monkeypatch.setattr(payment_control, "write_file", one_too_few)
    with pytest.raises(Refused, match="Kontrolsummen stemmer ikke: listen har 4 udbetalinger og filen 3"):
        release_batch(batch, second, NOW)
    assert statuses() == {PaymentStatus.APPROVED: CASES}
    assert not PaymentFile.objects.exists()


def test_a_fault_at_the_very_end_moves_nothing(
    home: Municipality, first: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = prepare_batch(home, PAY_DAY, first, NOW)

    def broken(*_: Any) -> None:
        raise RuntimeError("worker killed")

    monkeypatch.setattr(release_payments, "issue", broken)
    with pytest.raises(RuntimeError):
        release_batch(batch, second, NOW)
    batch.refresh_from_db()
    assert (batch.state, statuses()) == (BatchState.PREPARED, {PaymentStatus.APPROVED: CASES})
    assert not PaymentFile.objects.exists()


def test_nothing_is_paid_without_settings_or_beside_another_system(home: Municipality, first: User) -> None:
    home.payment_settings.update(pays_from_other_system=True)
    with pytest.raises(Refused, match="udbetaler fra et andet system"):
        prepare_batch(home, PAY_DAY, first, NOW)
    home.payment_settings.update(pays_from_other_system=False, valid_from=date(2027, 1, 1))
    with pytest.raises(Refused, match="har ingen udbetalingsindstillinger"):
        prepare_batch(home, PAY_DAY, first, NOW)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 11, 10), "er forbi"),
        (date(2026, 11, 28), "ikke en bankdag"),
        (date(2026, 12, 24), "ikke en bankdag"),
    ],
)
def test_the_pay_day_is_a_bank_day_to_come(home: Municipality, first: User, day: date, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        prepare_batch(home, day, first, NOW)


def test_a_prepared_list_whose_day_has_passed_is_not_released(home: Municipality, first: User, second: User) -> None:
    batch = prepare_batch(home, PAY_DAY, first, NOW)
    with pytest.raises(Refused, match="er forbi"):
        release_batch(batch, second, datetime(2026, 12, 1, 8, tzinfo=UTC))
    assert statuses() == {PaymentStatus.APPROVED: CASES}


@pytest.mark.parametrize(
    ("today", "word"),
    [
        (date(2026, 11, 26), ""),
        (date(2026, 11, 27), "den næste bankdag"),
        (date(2026, 11, 29), "den næste bankdag"),
        (PAY_DAY, "i dag"),
    ],
)
def test_a_close_pay_day_is_warned_of(today: date, word: str) -> None:
    warning = day_warning(PAY_DAY, today)
    assert word in warning
    assert bool(warning) == bool(word)


def test_the_suggested_day_is_the_months_or_the_first_safe_one(home: Municipality) -> None:
    assert suggested_day(home, TODAY) == PAY_DAY
    assert suggested_day(home, PAY_DAY) == date(2026, 12, 2)


def test_a_late_payment_gets_the_day_it_is_paid_on(home: Municipality, first: User, second: User) -> None:
    late = datetime(2026, 12, 1, 8, tzinfo=UTC)
    day = suggested_day(home, late.date())
    release_batch(prepare_batch(home, day, first, late), second, late)
    assert set(Payment.objects.values_list("pay_date", flat=True)) == {day} == {date(2026, 12, 3)}


def test_zero_is_released_and_stands_in_no_file(first: User, second: User, home: Municipality) -> None:
    grant = make_case(home, 20, paid="0")
    give(grant, ordinary(amount="70000.00"))
    run(home)
    nothing = Payment.objects.get(grant=grant)
    assert nothing.payable_before_tax == 0
    batch = release_batch(prepare_batch(home, PAY_DAY, first, NOW), second, NOW)
    nothing.refresh_from_db()
    assert (nothing.status, nothing.batch) == (PaymentStatus.RELEASED, batch)
    assert persons_and_oere(bytes(batch.file.body)).total() == batch.count == CASES


# --- one payment ---------------------------------------------------------------------------------------------


def test_a_held_payment_leaves_its_list_and_comes_with_the_next(home: Municipality, first: User, second: User) -> None:
    batch = prepare_batch(home, PAY_DAY, first, NOW)
    payment = Payment.objects.first()
    with pytest.raises(Refused, match="Skriv, hvorfor"):
        hold_payment(payment, " ", first, NOW)
    assert hold_payment(payment, "Borgeren er måske fraflyttet", first, NOW).status == PaymentStatus.HELD
    batch = release_batch(batch, second, NOW)
    assert batch.count == CASES - 1
    with pytest.raises(Refused, match="Ingen godkendte"):
        prepare_batch(home, PAY_DAY, first, NOW)
    let_on(payment, "Borgeren bor her", first, NOW)
    assert prepare_batch(home, PAY_DAY, first, NOW).total == payment.payable_before_tax
    with pytest.raises(Refused, match="frigivet og kan ikke holdes"):
        hold_payment(Payment.objects.filter(status="released").first(), "For sent", first, NOW)
    assert list(faults()) == []


def test_a_reversal_is_a_payment_with_the_opposite_amount(
    home: Municipality, released: PaymentBatch, first: User, second: User
) -> None:
    payment = released.payments.first()
    back = reverse_payment(payment, "Udbetalt til en forkert", first, NOW)
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.REVERSED
    assert (back.payable_before_tax, back.origin) == (-payment.payable_before_tax, payment)
    batch = release_batch(prepare_batch(home, PAY_DAY, first, NOW), second, NOW)
    wanted = {(payment.citizen.cpr, -int(payment.payable_before_tax * 100)): 1}
    assert persons_and_oere(bytes(batch.file.body)) == wanted
    for wrong in (payment, back):
        with pytest.raises(Refused, match="kan ikke tilbageføres"):
            reverse_payment(Payment.objects.get(pk=wrong.pk), "Igen", first, NOW)
    assert list(faults()) == []


def test_approved_payments_are_neither_reversed_nor_repeated(home: Municipality, first: User) -> None:
    payment = Payment.objects.first()
    with pytest.raises(Refused, match="godkendt og kan ikke tilbageføres"):
        reverse_payment(payment, "Fortrudt", first, NOW)
    with pytest.raises(Refused, match="godkendt og kan ikke udbetales igen"):
        repeat_payment(payment, "Igen", first, NOW)


# --- the answer ----------------------------------------------------------------------------------------------


def test_the_status_file_marks_exactly_those(home: Municipality, released: PaymentBatch, second: User) -> None:
    one, two, *rest = released.payments.select_related("citizen").order_by("id")
    file = answered(home, second, line_of(one), line_of(two, row=2, invoice=0))
    assert (file.failed, file.posted, file.unknown) == (2, len(rest), 0)
    assert set(Payment.objects.filter(status="failed")) == {one, two}
    assert set(Payment.objects.filter(status="posted")) == set(rest)
    assert one.events.last().note == "RJ00 Kontoen er lukket"
    released.refresh_from_db()
    assert released.state == BatchState.ANSWERED
    with pytest.raises(Refused, match="allerede læst ind"):
        answered(home, second, line_of(one), line_of(two, row=2, invoice=0))
    assert list(faults()) == []


def test_a_line_nobody_knows_is_counted_and_told(home: Municipality, released: PaymentBatch, second: User) -> None:
    one = released.payments.select_related("citizen").first()
    strangers = [
        line_of(one, cpr="0909091234"),
        line_of(one, invoice=0, amount=1),
        line_of(one, invoice=0, due=date(2026, 10, 30)),
    ]
    file = answered(home, second, *strangers)
    assert (file.failed, file.posted, file.unknown) == (0, CASES, 3)
    assert [found.payment_id for found in match(home, strangers)] == [None] * 3


def test_a_later_failure_of_what_counted_as_posted_is_marked(
    home: Municipality, released: PaymentBatch, second: User
) -> None:
    one, two, *_ = released.payments.select_related("citizen").order_by("id")
    answered(home, second, line_of(one))
    file = answered(home, second, line_of(one), line_of(two, row=2), name="senere.csv")
    assert (file.failed, file.posted) == (1, 0)
    assert set(Payment.objects.filter(status="failed")) == {one, two}
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"due": date(2062, 11, 30)}, "ingen frigivet liste udbetales så sent"),
        ({"amount": 10**13}, "ikke er hele kroner"),
    ],
)
def test_a_wrong_file_changes_nothing(
    home: Municipality, released: PaymentBatch, second: User, change: dict, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        answered(home, second, line_of(released.payments.first(), **change))
    assert statuses() == {PaymentStatus.RELEASED: CASES}
    assert not PostingFile.objects.exists()


def test_another_municipalitys_payment_is_not_touched(home: Municipality, released: PaymentBatch) -> None:
    other = make_municipality("0998")
    karl = make_user("karl", Role.COORDINATOR, other)
    line = line_of(released.payments.select_related("citizen").first())
    with pytest.raises(Refused, match="ingen frigivet liste"):
        answered(other, karl, line)
    assert [one.payment_id for one in match(other, [line])] == [None]
    assert statuses() == {PaymentStatus.RELEASED: CASES}


def test_a_list_without_failures_is_posted_by_a_persons_word(
    home: Municipality, released: PaymentBatch, second: User
) -> None:
    assert mark_posted(released, second, NOW).state == BatchState.ANSWERED
    assert statuses() == {PaymentStatus.POSTED: CASES}
    with pytest.raises(Refused, match="bogført"):
        mark_posted(PaymentBatch.objects.get(), second, NOW)


def test_a_failed_payment_is_sent_once_more_and_once_only(
    home: Municipality, released: PaymentBatch, first: User, second: User
) -> None:
    one = released.payments.select_related("citizen").first()
    answered(home, second, line_of(one))
    one.refresh_from_db()
    again = repeat_payment(one, "Ny konto", first, NOW)
    with pytest.raises(Refused, match="allerede sat til udbetaling igen"):
        repeat_payment(one, "Ny konto", first, NOW)
    batch = release_batch(prepare_batch(home, PAY_DAY, first, NOW), second, NOW)
    assert [row.pk for row in batch.payments.all()] == [again.pk]
    assert again.origin == one
    mark_posted(batch, second, NOW)
    gone = Payment.objects.filter(citizen=one.citizen, status="posted").aggregate(sum=models.Sum("payable_before_tax"))
    assert gone["sum"] == one.payable_before_tax
    assert list(faults()) == []


# --- behind the program's back --------------------------------------------------------------------------------


def test_the_check_sees_a_status_moved_without_its_event(home: Municipality, released: PaymentBatch) -> None:
    models.QuerySet(Payment).filter(pk=released.payments.first().pk).update(status="posted")
    assert any("anden status end sin seneste hændelse" in fault for fault in faults())


def test_the_check_sees_a_payment_put_on_a_released_list(home: Municipality, released: PaymentBatch) -> None:
    give(make_case(home, 9), ordinary())
    run(home)
    models.QuerySet(Payment).filter(status="approved").update(batch=released)
    found = "\n".join(faults())
    assert "filen betaler andre personer eller beløb end listen" in found
    assert "uden at være frigivet" in found
    assert released.total < sum((one.payable_before_tax for one in released.payments.all()), Decimal(0))
