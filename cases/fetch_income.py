"""Ask eIndkomst for those who are due in a month, and store the answers by the same import."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from cases.access import REGISTER_PURPOSE, log_many
from cases.due import Due, LeftOut, due_in
from cases.import_income import Imported, import_income
from cases.integrations.eindkomst.client import EIndkomstClient, ServiceUnavailable
from cases.integrations.eindkomst.requests import IncomeRequest, PersonQuery, can_be_asked
from cases.models import Grant, IncomeFile, Look, Municipality, User
from cases.refused import Refused
from rules.months import Month

PERSONS_A_REQUEST = 100
MONTHS_ASKED = 3


@dataclass
class Fetched:
    """Who was asked about, who was left out and why, and what the answers gave."""

    asked: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    answers: list[Imported] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def new_reports(self) -> int:
        return sum(one.new_reports for one in self.answers)


def fetch_income(
    municipality: Municipality,
    month: Month,
    client: EIndkomstClient,
    user: User,
    now: datetime,
    months: int = MONTHS_ASKED,
) -> Fetched:
    """Look up the income month and the ones before it, by pay month, for every due case.

    A look-up is logged with purpose 171 before it is made. A request that fails is reported, also as an income file
    with its fault; the others go on.
    """
    if not municipality.se_number:
        raise Refused(f"{municipality} har intet SE-nummer. Skriv det under Administration, Kommuner.")
    due = due_in(municipality, month)
    persons = _queries(due, month, months)
    result = Fetched(left_out=due.left_out)
    for at in range(0, len(persons), PERSONS_A_REQUEST):
        part = persons[at : at + PERSONS_A_REQUEST]
        askable = [one for one in part if can_be_asked(one[1].cpr)]
        result.left_out += [
            LeftOut(grant, query.reference, "Erstatningspersonnummer kan ikke slås op i eIndkomst")
            for grant, query in part
            if not can_be_asked(query.cpr)
        ]
        if askable:
            _ask(municipality, month, askable, client, user, now, result)
    return result


def _queries(due: Due, month: Month, months: int) -> list[tuple[int, PersonQuery]]:
    last = month - 1
    rows = Grant.objects.filter(id__in=due.grant_ids).order_by("id").values_list("id", "number", "citizen__cpr")
    return [
        (id_, PersonQuery(cpr, reference=number, first_month=last - (months - 1), last_month=last))
        for id_, number, cpr in rows
    ]


def _ask(
    municipality: Municipality,
    month: Month,
    persons: list[tuple[int, PersonQuery]],
    client: EIndkomstClient,
    user: User,
    now: datetime,
    result: Fetched,
) -> None:
    transaction_id = str(uuid.uuid4())
    name = f"eIndkomst {month} {transaction_id}"
    request = IncomeRequest(
        persons=tuple(query for _, query in persons),
        se_number=municipality.se_number,
        transaction=transaction_id,
        sent_at=now,
        employee=user.username,
    )
    _log(month, [grant for grant, _ in persons], user, now)
    result.asked += len(persons)
    try:
        answer = client.fetch(request)
    except ServiceUnavailable as error:
        result.faults.append(str(error))
        IncomeFile.objects.create(
            municipality=municipality, name=name, persons=0, reports=0, without_case=0, faults=[str(error)],
            read_at=now, read_by=user,
        )  # fmt: skip
        return
    imported = import_income(io.BytesIO(answer), name, user=user, now=now, municipality=municipality)
    result.answers.append(imported)
    result.faults += [*imported.faults, *filter(None, [imported.unreadable])]


def _log(month: Month, grants: list[int], user: User, now: datetime) -> None:
    citizens = Grant.objects.filter(id__in=grants).values_list("citizen_id", flat=True)
    log_many(user, citizens, f"Opslag i eIndkomst, {month}", REGISTER_PURPOSE, Look.REGISTER, now)
