"""What the jobcentre and FerieKonto have sent, in a few words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cases.models import Citizen, EventKind, HolidayPayment, JobcentreEvent
from rules.target_groups import GROUPS
from tests.cases.builders import NOW


def event(citizen: Citizen, kind: str, received: datetime = NOW, **payload: Any) -> JobcentreEvent:
    return JobcentreEvent.objects.create(
        municipality_id=citizen.municipality_id,
        citizen=citizen,
        external_id=f"h{JobcentreEvent.objects.count() + 1}",
        kind=kind,
        effective_date=date(2026, 10, 1),
        received_at=received,
        payload=payload,
        origin="Prøve",
        imported_at=received,
    )


def activity(citizen: Citizen, name: str, received: datetime = NOW) -> JobcentreEvent:
    return event(citizen, EventKind.ACTIVITY, received, aktivitet=name)


def absence(citizen: Citizen, name: str, received: datetime = NOW) -> JobcentreEvent:
    return event(citizen, EventKind.ABSENCE, received, fravaer=name)


def shift(citizen: Citizen, before: int, after: int, received: datetime = NOW) -> JobcentreEvent:
    """A shift between two rows of annex 2."""
    ends = {"fra": GROUPS[before], "til": GROUPS[after]}
    payload = {}
    for end, group in ends.items():
        payload[f"{end}_maalgruppe_type_kode"] = int(group.code)
        payload[f"{end}_maalgruppe_status"] = group.status
    return event(citizen, EventKind.SHIFT, received, **payload)


def holiday_paid(citizen: Citizen, net: str = "1000", received: datetime = NOW) -> HolidayPayment:
    return HolidayPayment.objects.create(
        citizen=citizen,
        key=f"f{HolidayPayment.objects.count() + 1}",
        requested_on=received.date(),
        first_day=date(2026, 10, 12),
        days=Decimal(5),
        net_amount=Decimal(net),
        tax_withheld=True,
        payer_se="33088566",
        imported_at=received,
    )
