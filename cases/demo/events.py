"""What the jobcentre and FerieKonto tell of the invented citizens: a few of every kind, as files.

They lie around the last benefit month that is run, and are read in after it, by the same imports as in daily use. A
start-up begins the month after, so that the months that were run stay as they are.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cases.demo.municipality import DemoMunicipality
from cases.demo.population import FIRST_NAMES, LAST_NAMES, DemoCitizen, make_cpr
from cases.integrations.feriekonto import HolidayLine, write_payments
from cases.integrations.jobcentre import write_envelope, write_events
from rules.case_rules import MILITARY_SERVICE, ORDINARY_JOB
from rules.income_codes import FERIEKONTO_SE
from rules.months import Month
from rules.target_groups import GROUPS

CITIZENS_A_SHARE = 600
"""The counts below are for so many citizens; a smaller municipality has one of each as far as its citizens reach."""

SHIFTS = {(10, 7): 4, (7, 10): 2, (7, 17): 1, (12, 10): 1, (10, 1): 2, (10, 12): 1, (10, 17): 2}
"""Row to row of annex 2: automatic, INF4, INF2, INF3, end of grant, follow-up, another system's task."""

FERIEKONTO_LINES = 4
_NAMESPACE = uuid.UUID("7b7b5a54-6f0b-4c52-8f6a-2f1d0c3e9a11")


@dataclass(frozen=True)
class DemoEvents:
    """The files' content by name."""

    files: tuple[tuple[str, bytes], ...]
    payments: tuple[str, bytes]
    count: int


def demo_events(demo: DemoMunicipality, month: Month) -> DemoEvents:
    """Events and payments around a benefit month, the same ones for the same arguments."""
    making = _Making(demo, month)
    events = [making.completed(one) for one in making.events()]
    enveloped = [one for one in events if one["type"] == "MAALGRUPPESKIFT"][:1]
    plain = [one for one in events if one not in enveloped]
    files = [(f"jobcenter-{month}.json", write_events(plain))]
    files += [(f"jobcenter-{month}-kuvert.xml", write_envelope(one, demo.se_number)) for one in enveloped]
    payments = write_payments(making.payments)
    return DemoEvents(tuple(files), (f"ferieudbetalinger-{month}.csv", payments), len(events))


class _Making:
    """Deals the events out over citizens whose month is an ordinary one."""

    def __init__(self, demo: DemoMunicipality, month: Month) -> None:
        self.demo, self.month = demo, month
        self.rng = Random(f"{demo.seed}/{demo.code}/{month}/events")  # noqa: S311 - invented data
        self.day = month.first_day + timedelta(days=1)
        awkward = demo.awkward.get(month - 1, frozenset())
        self.pool = [one for one in demo.citizens if one.cpr not in awkward and _lasts(one, month)]
        self.rng.shuffle(self.pool)
        self.count = 0
        self.payments = self._payments()

    def events(self) -> Iterator[dict[str, Any]]:
        for (before, after), count in SHIFTS.items():
            for citizen in self._some(count):
                yield self._shift(citizen.cpr, before, after)
        for citizen in self._some(1):
            yield {**self._shift(citizen.cpr, 10, 8), "til_maalgruppe_status": "Under afklaring"}
        yield from self._happenings()
        yield from self._recommendations()

    def _happenings(self) -> Iterator[dict[str, Any]]:
        for citizen in self._some(2):
            yield {"type": "AKTIVITET", "personnummer": citizen.cpr, "aktivitet": ORDINARY_JOB}
        for citizen in self._some(2):
            yield {"type": "AKTIVITET", "personnummer": citizen.cpr, "aktivitet": "Virksomhedspraktik"}
        for citizen in self._some(1):
            last = (self.month + 3).last_day
            yield {
                "type": "FRAVAER", "personnummer": citizen.cpr, "fravaer": MILITARY_SERVICE, "slutdato": str(last),
            }  # fmt: skip
        for citizen in self._some(3):
            employer = self.rng.choice([one for one in self.demo.employers if one.se_number != citizen.employer_se])
            yield {
                "type": "NYT_JOB", "personnummer": citizen.cpr, "arbejdsgiver_se": employer.se_number,
                "timer_pr_uge": self.rng.randrange(8, 20),
            }  # fmt: skip
        for citizen in self._some(1):
            last = (self.month + 14).last_day
            yield {**self._course(citizen.cpr, citizen.grant_first_day, last), "type": "KONTAKTFORLOEB_AENDRET"}
        for citizen in self._some(1):
            yield {"type": "SANKTION", "personnummer": citizen.cpr}

    def _recommendations(self) -> Iterator[dict[str, Any]]:
        """Three new citizens: one that starts by itself, one without a start date, one without a name."""
        start = (self.month + 1).first_day
        for first, named in ((start, True), (None, True), (start, False)):
            name = f"{self.rng.choice(FIRST_NAMES)} {self.rng.choice(LAST_NAMES)}"
            found = {**self._course(self._new_cpr(), first, None), "type": "INDSTILLING"}
            yield {**found, "navn": name, "adresse": "Havnegade 1, 9991 Prøveby"} if named else found
        yield self._shift(self._new_cpr(), 2, 10)

    def _payments(self) -> list[HolidayLine]:
        """A week's holiday in the income month, from FerieKonto."""
        return [
            HolidayLine(
                row=row,
                cpr=citizen.cpr,
                requested_on=self.month.first_day - timedelta(days=20),
                first_day=self.month.first_day - timedelta(days=14),
                days=Decimal(self.rng.choice((3, 5, 10))),
                net_amount=Decimal(self.rng.randrange(90_000, 380_000)) / 100,
                tax_withheld=True,
                payer_se=FERIEKONTO_SE,
            )
            for row, citizen in enumerate(self._some(FERIEKONTO_LINES), start=2)
        ]

    def completed(self, payload: dict[str, Any]) -> dict[str, Any]:
        """With what every event has. The id is made from the content, the same each time the demo is made."""
        self.count += 1
        name = f"{self.demo.code}/{self.month}/{self.count}/{sorted(payload.items(), key=str)}"
        return {
            "haendelse_id": str(uuid.uuid5(_NAMESPACE, name)),
            "virkningsdato": str(self.day),
            "modtaget": f"{self.day + timedelta(days=2)}T08:{self.count % 60:02d}:00",
            "kilde": "prøvekommune",
            **payload,
        }

    def _some(self, count: int) -> list[DemoCitizen]:
        """The next citizens of the pool, as many as the municipality's share; fewer when there are no more."""
        wanted = max(1, round(count * len(self.demo.citizens) / CITIZENS_A_SHARE))
        return [self.pool.pop() for _ in range(min(wanted, len(self.pool)))]

    def _shift(self, cpr: str, before: int, after: int) -> dict[str, Any]:
        ends = {"fra": GROUPS[before], "til": GROUPS[after]}
        fields = {"type": "MAALGRUPPESKIFT", "personnummer": cpr}
        for end, group in ends.items():
            fields |= {f"{end}_maalgruppe_type_kode": int(group.code), f"{end}_maalgruppe_status": group.status or None}
        return fields

    def _course(self, cpr: str, first: date | None, last: date | None) -> dict[str, Any]:
        return {
            "personnummer": cpr,
            "maalgruppe_type_kode": int(GROUPS[10].code),
            "maalgruppe_status": GROUPS[10].status,
            "bevilling_startdato": str(first) if first else None,
            "bevilling_slutdato": str(last) if last else None,
        }

    def _new_cpr(self) -> str:
        born = date(self.month.year - self.rng.randrange(28, 58), self.rng.randrange(2, 13), self.rng.randrange(1, 28))
        known = {one.cpr for one in self.demo.citizens}
        while (cpr := make_cpr(self.rng, born)) in known:
            pass
        return cpr


def _lasts(citizen: DemoCitizen, month: Month) -> bool:
    """An ordinary citizen, who is in the last months' runs with nothing else about them."""
    ends = citizen.grant_last_day
    started = citizen.grant_first_day < (month - 6).first_day
    return started and not citizen.plan and citizen.wage_ceiling is not None and (ends is None or ends > month.last_day)
