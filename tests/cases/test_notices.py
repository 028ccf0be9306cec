"""Notices: dated, with source and event; answered once, by a named person, with a note or by their process."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases import starts
from cases.import_holiday_pay import HolidayPayImported, import_holiday_pay
from cases.integrations.feriekonto import HolidayLine, write_payments
from cases.models import Grant, HolidayPayment, Municipality, Notice, NoticeKind, Process, ProcessState, Role, User
from cases.models.process import Stage
from cases.notices import (
    PROCESSES,
    acknowledge,
    answer_by_recalculation,
    answer_with_job,
    answered_by,
    make_notice,
    proposed_job,
)
from cases.refused import Conflict, Refused
from tests.cases.builders import CPR, NOW, OTHER_SE, SE, cpr, make_case, make_municipality, make_user
from tests.cases.test_import_events import happening, make_citizen, paid_case, read_in, shift

pytestmark = pytest.mark.django_db

LATE = NOW + timedelta(days=1)
LINE = HolidayLine(2, CPR, date(2026, 10, 1), date(2026, 10, 12), Decimal(5), Decimal("2310.50"), True, "33088566")


@pytest.fixture
def municipality() -> Municipality:
    return make_municipality()


@pytest.fixture
def user(municipality: Municipality) -> User:
    return make_user("bo", Role.CASEWORKER, municipality)


def new_job(**fields: Any) -> Notice:
    read_in(happening("NYT_JOB", **{"arbejdsgiver_se": "87654321", "timer_pr_uge": 15, **fields}))
    return Notice.objects.get(kind=NoticeKind.NEW_JOB)


def pay_in(*lines: HolidayLine, data: bytes = b"", **options: Any) -> HolidayPayImported:
    source = io.BytesIO(data or write_payments(lines))
    now = options.pop("now", LATE)
    return import_holiday_pay(source, "ferie.csv", user=User.objects.system(), now=now, **options)


# --- answering --------------------------------------------------------------------------------------------------------


def test_a_notice_is_acknowledged_once_by_a_named_person_with_a_note(municipality: Municipality, user: User) -> None:
    make_case(municipality)
    notice = new_job()
    with pytest.raises(Refused, match="note"):
        acknowledge(notice, " \n", user, NOW)
    done = acknowledge(notice, "Kendt: står i bevillingen", user, NOW)
    assert (done.answered_by, done.answered_at, done.note) == (user, NOW, "Kendt: står i bevillingen")
    assert done.history.first().history_user == user
    with pytest.raises(Conflict, match="allerede kvitteret af Bo"):
        acknowledge(notice, "Jeg også", user, NOW)
    assert read_in(happening("NYT_JOB", arbejdsgiver_se="87654321", timer_pr_uge=15)).known == 1
    assert Notice.objects.get().answered_by == user


def test_a_notice_is_answered_by_the_process_it_points_to(municipality: Municipality, user: User) -> None:
    make_case(municipality)
    notice = new_job()
    with pytest.raises(Refused):
        answered_by(notice, "findes ikke", user, NOW)
    assert answered_by(notice, "holidays", user, NOW).note == "Startet: Ferie"
    with pytest.raises(Conflict):
        answered_by(notice, "holidays", user, NOW)


def test_a_notice_stops_nothing(municipality: Municipality) -> None:
    grant = paid_case(municipality)
    read_in(happening("NYT_JOB", arbejdsgiver_se="87654321"))
    assert not grant.tasks.exists()
    assert not Process.objects.exists()


def test_a_shift_is_answered_by_a_recalculation(municipality: Municipality, user: User) -> None:
    paid_case(municipality)
    read_in(shift(7, 10), now=LATE)
    notice = Notice.objects.get(kind=NoticeKind.SHIFT)
    process = answer_by_recalculation(notice, user, LATE + timedelta(hours=1))
    assert process == Process.objects.get(), "the manual one that is open is joined"
    notice.refresh_from_db()
    assert (notice.answered_by, notice.note) == (user, "Startet: Genberegning")


def test_a_notice_without_a_case_cannot_be_answered_by_a_process(municipality: Municipality, user: User) -> None:
    make_citizen(municipality)
    read_in(happening("SANKTION"))
    with pytest.raises(Refused, match="ingen sag"):
        answer_by_recalculation(Notice.objects.get(), user, NOW)
    assert Notice.objects.get().answered_by is None


def test_a_new_job_is_proposed_and_made_by_a_person(municipality: Municipality, user: User) -> None:
    grant = make_case(municipality)
    notice = new_job()
    job = proposed_job(notice)
    assert (job.se_number, job.first_day, job.agreed_hours) == ("87654321", date(2026, 11, 1), Decimal("65.00"))
    row = answer_with_job(notice, replace(job, first_day=date(2026, 11, 2)), user, NOW)
    assert (row.grant, row.se_number, row.first_day, row.is_fleksjob) == (grant, "87654321", date(2026, 11, 2), True)
    assert row.history.get().history_user == user
    notice.refresh_from_db()
    assert (notice.answered_by, notice.note) == (user, "Startet: Nyt job på sagen, SE 87654321")
    with pytest.raises(Conflict):
        answer_with_job(notice, job, user, NOW)
    assert grant.jobs.count() == 2


@pytest.mark.parametrize(("hours", "monthly"), [(None, None), ("12.5", "54.17"), (37, "160.33")])
def test_weekly_hours_become_monthly_ones(hours: Any, monthly: str | None, municipality: Municipality) -> None:
    make_case(municipality)
    assert proposed_job(new_job(timer_pr_uge=hours)).agreed_hours == (Decimal(monthly) if monthly else None)


def test_a_job_that_stands_there_or_has_no_number_is_not_made(municipality: Municipality, user: User) -> None:
    make_case(municipality)
    notice = new_job(arbejdsgiver_se=SE)
    job = proposed_job(notice)
    with pytest.raises(Refused, match="allerede"):
        answer_with_job(notice, job, user, NOW)
    for wrong in ("", "123", "abcdefgh"):
        with pytest.raises(Refused, match="otte cifre"):
            answer_with_job(notice, replace(job, se_number=wrong), user, NOW)
    assert Notice.objects.get().answered_by is None
    assert answer_with_job(notice, replace(job, se_number=OTHER_SE), user, NOW).se_number == OTHER_SE


def test_another_notice_proposes_no_job(municipality: Municipality) -> None:
    make_case(municipality)
    read_in(happening("SANKTION"))
    with pytest.raises(Refused, match="nyt job"):
        proposed_job(Notice.objects.get())


def test_who_may_see_it_is_the_municipality(municipality: Municipality, user: User) -> None:
    make_case(municipality)
    new_job()
    neighbour = make_user("niels", Role.CASEWORKER, make_municipality("0998"))
    assert Notice.objects.visible_to(user).count() == 1
    assert Notice.objects.visible_to(neighbour).count() == 0


def test_every_process_a_notice_points_to_has_its_words(municipality: Municipality) -> None:
    from cases import handle_event

    assert set(handle_event.NOTED.values()) <= set(PROCESSES)


# --- holiday pay ------------------------------------------------------------------------------------------------------


def test_holiday_pay_is_a_notice_and_a_manual_recalculation_with_rec2(municipality: Municipality) -> None:
    grant = paid_case(municipality)
    result = pay_in(LINE)
    assert (result.new, result.exit_code) == (1, 0)
    payment = HolidayPayment.objects.get()
    assert (payment.days, payment.net_amount, payment.imported_at) == (Decimal(5), Decimal("2310.50"), LATE)
    notice = Notice.objects.get()
    assert (notice.kind, notice.points_to, notice.holiday_payment, notice.grant, notice.source) == (
        NoticeKind.HOLIDAY_PAY,
        "holidays",
        payment,
        grant,
        "FerieKonto",
    )
    assert notice.text.startswith("Feriepenge fra FerieKonto: 2.310,50")
    assert "5 feriedage fra 12.10.2026" in notice.text
    process = Process.objects.get()
    assert (process.state, process.stage) in (
        (ProcessState.WAITING, Stage.INFORMATION),
        (ProcessState.WAITING, Stage.RATE),
    )
    concern = process.task.concerns.get(code="REC2")
    assert concern.message == "husk at hæve lønloft"


def test_the_same_file_twice_changes_nothing_and_a_new_line_joins_the_open_task(municipality: Municipality) -> None:
    paid_case(municipality)
    pay_in(LINE)
    again = pay_in(LINE, LINE, now=LATE + timedelta(days=1))
    assert (again.new, again.known) == (0, 2)
    assert (HolidayPayment.objects.count(), Notice.objects.count(), Process.objects.count()) == (1, 1, 1)
    other = pay_in(LINE, replace(LINE, first_day=date(2026, 10, 20)), now=LATE + timedelta(days=1))
    assert (other.new, other.known) == (1, 1)
    assert (Notice.objects.count(), Process.objects.count()) == (2, 1)


def test_a_payment_years_back_or_ahead_is_still_asked_about(municipality: Municipality) -> None:
    paid_case(municipality)
    pay_in(replace(LINE, first_day=date(2027, 3, 1)))
    assert Process.objects.get().state == ProcessState.WAITING


def test_who_has_no_case_or_is_not_known(municipality: Municipality) -> None:
    make_citizen(municipality)
    make_case(municipality, 5, last_day=date(2026, 9, 30))
    result = pay_in(LINE, replace(LINE, cpr=cpr(5)), replace(LINE, cpr=cpr(77)))
    assert (result.new, result.without_case, result.exit_code) == (2, 2, 0)
    assert len(result.without_citizen) == 1
    assert cpr(77) in result.without_citizen[0]
    assert not Notice.objects.exists()


def test_a_citizen_of_two_municipalities_needs_the_municipality_named(
    municipality: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starts, "recalculate", lambda *_, **__: None)
    other = make_municipality("0998")
    make_case(municipality)
    there = make_case(other)
    assert "--municipality" in pay_in(LINE).faults[0]
    assert not HolidayPayment.objects.exists()
    assert pay_in(LINE, municipality=other).new == 1
    assert Notice.objects.get().municipality == there.municipality


def test_a_bad_line_is_told_and_the_good_ones_are_kept(
    municipality: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Grant] = []
    monkeypatch.setattr(starts, "recalculate", lambda grant, *_, **__: asked.append(grant))
    grant = make_case(municipality)
    result = pay_in(data=write_payments([replace(LINE, net_amount=Decimal(0)), LINE]))
    assert (result.exit_code, result.new) == (1, 1)
    assert "Række 2" in result.faults[0]
    assert asked == [grant]

    def fail(*_: Any, **__: Any) -> None:
        raise ValueError

    monkeypatch.setattr(starts, "recalculate", fail)
    broken = pay_in(replace(LINE, days=Decimal(4)))
    assert "programfejl" in broken.faults[0]
    assert (HolidayPayment.objects.count(), Notice.objects.count()) == (1, 1)


def test_the_command_and_its_exit_codes(municipality: Municipality, capsys: Any, tmp_path: Path) -> None:
    paid_case(municipality)
    path = tmp_path / "ferie.csv"
    path.write_bytes(write_payments([LINE, replace(LINE, cpr=cpr(77))]))

    def command(*arguments: str) -> tuple[int, str, str]:
        try:
            call_command("import_holiday_pay", *arguments)
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        except CommandError as refused:
            return refused.returncode, "", str(refused)
        return code, *capsys.readouterr()

    code, out, _ = command(str(path), "--dry-run", "--municipality", "0999")
    assert code == 0
    assert "2 udbetalinger læst, 1 nye (0 uden sag), 0 kendt i forvejen, 1 uden borger (ikke gemt), 0 med fejl" in out
    assert not HolidayPayment.objects.exists()
    assert command(str(path))[0] == 0
    assert HolidayPayment.objects.count() == 1
    path.write_bytes(write_payments([LINE]).replace(b"33088566", b"3308856"))
    code, _, err = command(str(path))
    assert code == 1
    assert "udbetaler_se" in err
    path.write_bytes(b"a;b")
    assert command(str(path))[0] == 2
    assert command("findes-ikke.csv")[0] == 2
    assert command(str(path), "--municipality", "1234")[0] == 2


def test_make_notice_is_dated_the_day_it_came_danish_time(municipality: Municipality) -> None:
    grant = make_case(municipality)
    notice = make_notice(
        grant.citizen, grant, NoticeKind.SHIFT, "x" * 400, source="y" * 100, user=User.objects.system(),
        now=NOW.replace(hour=23, minute=30),
    )  # fmt: skip
    assert notice.noticed_on == date(2026, 11, 12)
    assert (len(notice.text), len(notice.source)) == (300, 60)
