"""A payment list beside the file it becomes: the same persons and øre, or it is not let go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils.timezone import localdate

from cases.integrations.payment_file import (
    ControlSums,
    PaidLine,
    Sender,
    TooManyLines,
    control_sums,
    read_file,
    write_file,
)
from cases.integrations.reading import UnreadableFile
from cases.models import BatchState, Municipality, PaymentBatch, PaymentSettings
from cases.refused import Refused
from cases.templatetags.danish import day_name, month_name

IN_FILE = ~Q(payable_before_tax=Decimal(0))
"""0 kr. is released with its list and stands in no file."""


def settings_for(municipality: Municipality, day: date) -> PaymentSettings:
    """How the municipality pays on the day. Refused when nothing is entered, or another system pays."""
    found = PaymentSettings.objects.of(municipality).in_force(day).first()
    if found is None:
        raise Refused(
            f"{municipality.name} har ingen udbetalingsindstillinger, der gælder {day_name(day)}. Konto, "
            "organisationsenhed og maskinnummer skal stå under Indstillinger, før en udbetalingsfil kan dannes."
        )
    if found.pays_from_other_system:
        raise Refused(
            f"{municipality.name} udbetaler fra et andet system (KY). "
            "Hent eksporten af indtægter og afgørelser i stedet."
        )
    return found


@dataclass(frozen=True)
class Control:
    """A list beside its file: the sums of both, and the file's bytes."""

    in_list: ControlSums
    in_file: ControlSums
    body: bytes
    agrees: bool


def control(batch: PaymentBatch, now: datetime) -> Control:
    """The file as it would be written now, read again. Refused when it cannot be written or read."""
    settings = settings_for(batch.municipality, batch.pay_date)
    lines = _lines(batch)
    try:
        body = write_file(_sender(settings), lines, localdate(now))
        read = read_file(body, settings.profile)
    except TooManyLines:
        raise Refused(f"En udbetalingsfil kan højst have 49.999 udbetalinger, og listen har {len(lines)}.") from None
    except UnreadableFile as fault:
        raise Refused(f"Udbetalingsfilen kan ikke dannes: {fault}") from None
    in_list = ControlSums(batch.count, batch.total)
    same = read == lines and control_sums(lines) == in_list == control_sums(read)
    return Control(in_list, control_sums(read), body, same)


def _lines(batch: PaymentBatch) -> list[PaidLine]:
    """The list's payments as the file has them, by case number. Running numbers go on within a pay day."""
    rows = batch.payments.filter(IN_FILE).order_by("grant__number", "benefit_month", "id")
    columns = rows.values_list("id", "citizen__cpr", "payable_before_tax", "grant__number", "benefit_month")
    return [
        PaidLine(
            cpr=cpr,
            amount=amount,
            pay_date=batch.pay_date,
            running=running,
            invoice=id_,
            case_number=number,
            text=f"Fleksløntilskud {month_name(month)} ref {number}",
        )
        for running, (id_, cpr, amount, number, month) in enumerate(columns, start=_used_numbers(batch) + 1)
    ]


def _used_numbers(batch: PaymentBatch) -> int:
    """How many running numbers earlier lists have used on the same pay day: a reference is never used twice."""
    earlier = PaymentBatch.objects.filter(
        municipality=batch.municipality_id, pay_date=batch.pay_date, number__lt=batch.number
    ).exclude(state__in=[BatchState.CANCELLED, BatchState.PREPARED])
    return earlier.aggregate(used=Sum("count"))["used"] or 0


def _sender(settings: PaymentSettings) -> Sender:
    return Sender(
        profile=settings.profile,
        registration_place=settings.registration_place,
        org_unit=settings.org_unit,
        machine_number=settings.machine_number,
        account=settings.account,
    )
