"""Which tax card the subsidy is taxed by (skattekort): the sub-process of SAT7."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.changed import changed
from cases.models import Citizen, User
from cases.refused import Refused
from cases.signed import said, saved
from rules.months import Month

CARDS = {"main": "Hovedkort", "secondary": "Bikort"}


def choose_tax_card(citizen: Citizen, card: str, source: str, user: User, now: datetime) -> Citizen:
    """Main or secondary card (kildeskattebekg. 839/2025 § 18). It has no effect on the subsidy itself."""
    if card not in CARDS:
        raise Refused("Vælg hovedkort eller bikort.")
    source = said(source, "Skriv, hvem der har valgt skattekortet, og hvornår.")
    with transaction.atomic():
        row = Citizen.objects.select_for_update().get(pk=citizen.pk)
        row.tax_card = card
        return saved(row, user, source)


def set_tax_percent(citizen: Citizen, percent: int, source: str, user: User, now: datetime) -> Citizen:
    """The tax percent that net holiday pay is grossed up with (bekg. 227/2024 § 6, stk. 2-3; Q6).

    It is not dated: the current month is calculated again, earlier ones stay as they were grossed up.
    """
    if not 0 < percent < 100:
        raise Refused("Trækprocenten skal være et helt tal fra 1 til 99.")
    source = said(source, "Skriv, hvor trækprocenten kommer fra, fx skattekort hentet 3. november 2026.")
    with transaction.atomic():
        row = Citizen.objects.select_for_update().get(pk=citizen.pk)
        row.tax_percent = percent
        saved(row, user, source)
        month = Month.of(localdate(now))
        for grant in row.grants.active_in(month):
            changed(grant, month, month, f"Trækprocent rettet til {percent}: {source}", user, now)
        return row
