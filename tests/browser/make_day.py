"""The database of a day of work: one case for every kind of task, made through the use-cases. Run as a program.

Laid out around the day of tests.settings, which the test that starts this program gives it.
"""

from __future__ import annotations

import io
import os
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

PASSWORD = "flekslon-demo"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    make_day()


def make_day() -> None:
    from cases.models import Role
    from tests.cases import builders as b

    home = b.make_municipality()
    for name, first, role in (
        ("aase", "Åse", Role.CASEWORKER),
        ("bo", "Bo", Role.CASEWORKER),
        ("karen", "Karen", Role.COORDINATOR),
        ("kim", "Kim", Role.COORDINATOR),
    ):
        user = b.make_user(name, role, home)
        user.first_name = first
        user.set_password(PASSWORD)
        user.save()
    _incomes(home)
    b.run(home)
    _afterwards(home)


def _incomes(home: Any) -> None:
    """Cases that the run stops, each for its own reason, and some that pass."""
    from django.utils import timezone

    from tests.cases import builders as b

    low, high = b.changed(b.ordinary(), 0, amount="8000.00"), b.changed(b.ordinary(), 0, amount="16000.00")
    fourteen = b.changed(b.ordinary(), 0, period=(date(2026, 10, 1), date(2026, 10, 14)))
    for number, name, pays, options in (
        (1, "Ida Højlund", high, {"paid": "16800"}),
        (2, "Bent Lavesen", low, {"paid": "18000"}),
        (3, "Maja Fald", b.ordinary(), {"paid": "20000"}),
        (4, "Ole Loftløs", b.ordinary(), {"ceiling": None, "paid": "18000"}),
        (5, "Eva Fjorten", fourteen, {"paid": "18000"}),
        (6, "Per Manuel", b.ordinary(), {"paid": "18000"}),
    ):
        grant = _case(home, number, name, **options)
        b.give(grant, pays)
        if name == "Per Manuel":
            grant.needs_manual = "Honorar fra udlandet"
            grant.save()
    options = _ending_soon(timezone.localdate())
    for number in range(7, 20):
        b.give(_case(home, number, NAMES[number], paid="18000", **options.get(number, {})), b.ordinary())


NAMES = {
    7: "Rie Genberegn", 8: "Finn Klager", 9: "Hans Hverdag", 10: "Sara Slut", 11: "Tove Mistet", 12: "Poul Pension",
    13: "Ulla Udløb", 14: "Leif Loft", 15: "Nina Nytjob", 16: "Frida Ferie", 17: "Sven Skift", 18: "Mona Ukendt",
    19: "Åge Advis",
}  # fmt: skip


def _ending_soon(today: date) -> dict[int, dict[str, Any]]:
    """Folkepension in two months (67 years for those born 1955-1962: rules.pension_age), and a grant's last day."""
    soon = today + timedelta(days=60)
    born = soon.replace(year=soon.year - 67, day=min(soon.day, 28))
    return {12: {"cpr_number": f"{born:%d%m%y}1236"}, 13: {"last_day": soon}}


def _case(home: Any, number: int, name: str, **options: Any) -> Any:
    from tests.cases import builders as b

    grant = b.make_case(home, number, **options)
    grant.citizen.name = name
    grant.citizen.save()
    return grant


def _afterwards(home: Any) -> None:
    """What has happened since the run: events, letters, complaints, and what the portal watches by itself."""
    from django.utils import timezone

    from cases import complaints, end_grant, follow_ups, lost_right, notices
    from cases.import_events import import_events
    from cases.integrations.jobcentre import write_events
    from cases.models import Grant, HolidayPayment, NoticeKind, Payment, User, WageCeiling
    from cases.recalculate import recalculate
    from tests.cases import builders as b

    now, today, user = timezone.now(), timezone.localdate(), User.objects.get(username="karen")
    of = {one.citizen.name: one for one in Grant.objects.select_related("citizen")}
    recalculate(of["Rie Genberegn"], b.NOVEMBER, b.NOVEMBER, event="Ny lønseddel", user=user, now=now, by_hand=True)
    paid = Payment.objects.filter(grant=of["Finn Klager"]).first()
    complaints.register_complaint(paid, max(today, timezone.localdate(paid.created_at)), "For lidt", user, now)
    end_grant.propose_end(of["Sara Slut"], "Jobcentret: fleksjobbet er ophørt", user, now)
    lost = lost_right.Lost("sickness", today.replace(day=1), Decimal(1000), "Brev fra Udbetaling Danmark")
    lost_right.register_lost_right(of["Tove Mistet"], lost, user, now)
    WageCeiling.objects.exclude(grant=of["Leif Loft"]).update(first_day=today.replace(month=1, day=1))
    follow_ups.daily(today, now)
    payment = HolidayPayment.objects.create(
        citizen=of["Frida Ferie"].citizen, key="prøve", requested_on=today, first_day=date(2026, 10, 12), days=5,
        net_amount=Decimal(2500), tax_withheld=True, payer_se="30060946", imported_at=now,
    )  # fmt: skip
    notices.make_notice(
        of["Frida Ferie"].citizen, of["Frida Ferie"], NoticeKind.HOLIDAY_PAY, "Feriepenge udbetalt: 2.500,00 kr.",
        points_to="holidays", source="FerieKonto", holiday_payment=payment, user=user, now=now,
    )  # fmt: skip
    notices.make_notice(
        of["Åge Advis"].citizen, of["Åge Advis"], NoticeKind.OTHER_SYSTEM, "Opgave i andet system: ledighedsydelse",
        source="Jobcentret", user=user, now=now,
    )  # fmt: skip
    result = import_events(io.BytesIO(write_events(list(_events(of, today)))), "dagen.json", user=user, now=now)
    assert not result.faults, result.faults


def _events(of: dict[str, Any], today: date) -> Any:
    base = {"modtaget": f"{today}T07:00:00+01:00", "kilde": "fil", "virkningsdato": f"{today.replace(day=1)}"}
    new = {**base, "type": "INDSTILLING", "maalgruppe_type_kode": 4, "maalgruppe_status": "I fleksjob"}
    new |= {"bevilling_startdato": None, "bevilling_slutdato": None}
    yield {**new, "haendelse_id": "d1", "personnummer": STRANGERS[0], "navn": "Nora Nystart"}
    yield {**new, "haendelse_id": "d5", "personnummer": STRANGERS[1]}
    yield {
        **base, "haendelse_id": "d2", "type": "NYT_JOB", "personnummer": of["Nina Nytjob"].citizen.cpr,
        "arbejdsgiver_se": "70000037", "timer_pr_uge": 10,
    }  # fmt: skip
    yield {
        **base, "haendelse_id": "d3", "type": "MAALGRUPPESKIFT", "personnummer": of["Mona Ukendt"].citizen.cpr,
        "fra_maalgruppe_type_kode": 99, "fra_maalgruppe_status": "ukendt", "til_maalgruppe_type_kode": 98,
        "til_maalgruppe_status": "ukendt",
    }  # fmt: skip
    yield {**base, "haendelse_id": "d4", "type": "NOGET_NYT", "personnummer": of["Sven Skift"].citizen.cpr}


STRANGERS = ("2309641447", "1203711235")

if __name__ == "__main__":
    main()
