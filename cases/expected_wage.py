"""The expected wage of a start-up (forventet løn): typed by a person with its documentation, never by the program."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cases.models import Grant, User
from cases.recalculate import decide_waiting
from cases.refused import Refused
from cases.signed import held, said, saved


def set_expected_wage(grant: Grant, amount: Decimal, source: str, user: User, now: datetime) -> Grant:
    """Kroner a month with pension. Months that wait as untouched tasks are decided anew (bekg. 227/2024 § 4, stk. 2).

    A month that is paid on an earlier expected wage stands until it is regulated on the wage actually paid.
    """
    source = said(source, "Skriv, hvad den forventede løn bygger på.")
    if amount < 0:
        raise Refused("Den forventede løn kan ikke være negativ.")
    with transaction.atomic():
        row = held(grant)
        row.expected_wage = amount
        saved(row, user, source)
        decide_waiting(row, now)
        return row
