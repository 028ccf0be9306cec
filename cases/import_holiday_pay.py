"""Read FerieKonto's payments: each stored once, with a notice and a manual recalculation (REC2)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from cases import starts
from cases.handle_event import standing_of
from cases.integrations.feriekonto import HolidayLine, read_payments
from cases.integrations.reading import Fault, UnreadableFile
from cases.models import Citizen, Grant, HolidayPayment, Municipality, NoticeKind, User
from cases.notices import make_notice, months_since
from cases.refused import Refused
from cases.templatetags.danish import kr

log = logging.getLogger(__name__)
SOURCE = "FerieKonto"


@dataclass
class HolidayPayImported:
    """What a file gave. ``unreadable``: why it could not be read to its end; what came before it is kept.

    ``without_citizen``: payments to people the municipality does not know are told and not stored.
    """

    name: str
    read: int = 0
    new: int = 0
    known: int = 0
    without_case: int = 0
    without_citizen: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unreadable: str = ""

    @property
    def exit_code(self) -> int:
        return 2 if self.unreadable else 1 if self.faults else 0

    @property
    def said(self) -> str:
        return (
            f"{self.read} udbetalinger læst, {self.new} nye ({self.without_case} uden sag), {self.known} kendt i "
            f"forvejen, {len(self.without_citizen)} uden borger (ikke gemt), {len(self.faults)} med fejl."
        )


def import_holiday_pay(
    source: BinaryIO,
    name: str,
    *,
    user: User,
    now: datetime,
    municipality: Municipality | None = None,
    dry_run: bool = False,
) -> HolidayPayImported:
    """Read one file. Good lines are kept also when others fail or the file breaks off.

    municipality: needed only where several have the citizen. ``dry_run`` does all of it and takes it back.
    """
    result = HolidayPayImported(name)
    lines = list(_good(source, result))
    if dry_run:
        with transaction.atomic():
            _take_all(lines, result, municipality, user, now)
            transaction.set_rollback(True)
    else:
        _take_all(lines, result, municipality, user, now)
    return result


def _good(source: BinaryIO, result: HolidayPayImported) -> Iterator[HolidayLine]:
    try:
        for line in read_payments(source):
            result.read += 1
            if line.error:
                result.faults.append(f"{result.name}: {line.error}")
            else:
                yield line
    except UnreadableFile as error:
        result.unreadable = f"{result.name}: {error}"


def _take_all(
    lines: list[HolidayLine],
    result: HolidayPayImported,
    municipality: Municipality | None,
    user: User,
    now: datetime,
) -> None:
    for line in lines:
        place = f"{result.name}: Række {line.row} (CPR {line.cpr})"
        try:
            with transaction.atomic():
                _take(line, place, result, municipality, user, now)
        except (Fault, Refused) as fault:
            result.faults.append(f"{place}: {fault}")
        except Exception as error:
            log.exception("Holiday pay, row %s", line.row)
            result.faults.append(
                f"{place}: programfejl ({type(error).__name__}). Rækken er ikke indlæst: indlæs filen igen, når fejlen "
                "er rettet."
            )


def _take(
    line: HolidayLine,
    place: str,
    result: HolidayPayImported,
    municipality: Municipality | None,
    user: User,
    now: datetime,
) -> None:
    citizen = _citizen(line, municipality)
    if citizen is None:
        result.without_citizen.append(f"{place}: kendes ikke. Udbetalingen er ikke gemt.")
        return
    if HolidayPayment.objects.filter(citizen=citizen, key=line.key).exists():
        result.known += 1
        return
    payment = _store(line, citizen, now)
    grant = standing_of(citizen.municipality, citizen, line.first_day).grant
    if grant:
        _tell(payment, grant, user, now)
    result.new += 1
    result.without_case += grant is None


def _citizen(line: HolidayLine, municipality: Municipality | None) -> Citizen | None:
    rows = Citizen.objects.select_for_update().filter(cpr=line.cpr)
    found = list(rows.of(municipality) if municipality else rows)
    if len(found) > 1:
        raise Fault("kendes i flere kommuner. Angiv kommunen med --municipality")
    return found[0] if found else None


def _store(line: HolidayLine, citizen: Citizen, now: datetime) -> HolidayPayment:
    return HolidayPayment.objects.create(
        citizen=citizen,
        key=line.key,
        requested_on=line.requested_on,
        first_day=line.first_day,
        days=line.days,
        net_amount=line.net_amount,
        tax_withheld=line.tax_withheld,
        payer_se=line.payer_se,
        imported_at=now,
    )


def _tell(payment: HolidayPayment, grant: Grant, user: User, now: datetime) -> None:
    """The notice that points to the holiday process, and the recalculation that waits for it (annex 1)."""
    taxed = "efter skat" if payment.tax_withheld else "uden skat trukket"
    days = f"{payment.days:.2f}".replace(".", ",").removesuffix(",00")
    text = (
        f"Feriepenge fra FerieKonto: {kr(payment.net_amount)} {taxed} for {days} feriedage fra "
        f"{payment.first_day:%d.%m.%Y} (SE {payment.payer_se})."
    )
    make_notice(
        grant.citizen, grant, NoticeKind.HOLIDAY_PAY, text, points_to="holidays", source=SOURCE,
        holiday_payment=payment, user=user, now=now,
    )  # fmt: skip
    first, last = months_since(payment.first_day, now)
    starts.recalculate(grant, first, last, event=text[:200], user=user, now=now)
