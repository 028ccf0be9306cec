"""A small municipality built in a few words, with real eIndkomst answers for its incomes.

Everything goes in by the same doors as in daily use: answer files, the import, the run.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cases.import_income import Imported, import_income
from cases.integrations.eindkomst import DIRECT, PersonAnswer, RegisterReport, write_answer
from cases.models import (
    Citizen,
    EarlierSubsidy,
    Grant,
    Job,
    Membership,
    Municipality,
    MunicipalParameters,
    PaymentSettings,
    Role,
    Run,
    User,
    WageCeiling,
    birth_date_of,
)
from cases.run_here import work_run
from cases.run_month import start_run
from rules.months import Month

NOW = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 11)
NOVEMBER = Month(2026, 11)
OCTOBER = Month(2026, 10)
SE = "70000010"
OTHER_SE = "70000029"
CPR = "1704781236"
"""Fictitious: not 1 January, and it fails modulus 11."""


def cpr(number: int) -> str:
    """Another fictitious CPR number, day 02 to 28."""
    return f"{2 + number % 27:02d}{1 + number // 27 % 12:02d}78{1000 + number % 3000:04d}"


def make_municipality(code: str = "0999", **parameters: Any) -> Municipality:
    """Both automation flags on unless said otherwise."""
    municipality = Municipality.objects.create(code=code, name=f"Kommune {code}", se_number="29900001")
    settings = {"include_income_automatically": True, "full_automation": True, **parameters}
    MunicipalParameters.objects.create(municipality=municipality, valid_from=date(2014, 1, 1), **settings)
    return municipality


def make_user(username: str, role: Role, municipality: Municipality | None) -> User:
    user = User.objects.create_user(username, password="hemmelig-og-lang", first_name=username.title())
    Membership.objects.create(user=user, municipality=municipality, role=role)
    return user


def make_case(
    municipality: Municipality,
    number: int = 0,
    *,
    ceiling: str | None = "40000",
    se: str = SE,
    paid: str | None = "18000",
    months: tuple[Month, ...] = (NOVEMBER - 2, NOVEMBER - 1),
    first_day: date = date(2020, 1, 1),
    last_day: date | None = None,
    tax_percent: int | None = 38,
    cpr_number: str | None = None,
) -> Grant:
    """A case with one fleksjob; ``paid`` is what each of ``months`` was paid before."""
    number_ = cpr_number or (CPR if number == 0 else cpr(number))
    citizen = Citizen.objects.create(
        municipality=municipality,
        cpr=number_,
        name=f"Åse Ærlig {number}",
        birth_date=birth_date_of(number_),
        tax_percent=tax_percent,
    )
    grant = Grant.objects.create(
        municipality=municipality,
        citizen=citizen,
        number=f"{municipality.code}-{number:05d}",
        first_day=first_day,
        last_day=last_day,
    )
    Job.objects.create(grant=grant, se_number=se, first_day=first_day)
    if ceiling is not None:
        WageCeiling.objects.create(grant=grant, amount=Decimal(ceiling), first_day=first_day, source="Prøve")
    if paid is not None:
        for month in months:
            EarlierSubsidy.objects.create(grant=grant, benefit_month=month, amount=Decimal(paid))
    return grant


@dataclass(frozen=True)
class Pay:
    """One report, described by what differs from an ordinary month's pay of 12.000 kr."""

    month: Month
    amount: str = "12000.00"
    se: str = SE
    hours: str | None = "60.00"
    own_pension: str | None = None
    employer_pension: str | None = None
    pay_date: date | None = None
    period: tuple[date | None, date | None] | None = None
    income_type: str = "00"
    art: str = ""
    kind: str = "I"
    correction: bool = False
    own_id: str = ""
    extra: tuple[tuple[str, str, str], ...] = field(default=())

    def report(self) -> RegisterReport:
        start, end = self.period or (self.month.first_day, self.month.last_day)
        header = [("11000", "011", self.kind), ("11000", "012", self.income_type)]
        header += [("11000", "016", str(self.month).replace("-", ""))]
        header += [("11000", "151", "1")] if self.correction else []
        body = [("16000", "019", self.art)] if self.art else []
        body += [("16001", "057", self.amount)] if self.amount else []
        body += [("16001", "096", self.hours)] if self.hours is not None else []
        body += [("16001", "197", self.own_pension)] if self.own_pension else []
        body += [("16001", "198", self.employer_pension)] if self.employer_pension else []
        return RegisterReport(
            se_number=self.se,
            own_id=self.own_id or f"L{self.month}",
            period_start=start,
            period_end=end,
            employee_number="",
            pay_date=self.pay_date if self.pay_date else self.month.last_day,
            fields=(*header, *body, *self.extra),
        )


def ordinary(*, upto: Month = OCTOBER, months: int = 3, amount: str = "12000.00") -> list[Pay]:
    """The same pay in the last months."""
    return [Pay(upto - back, amount=amount) for back in range(months)]


def answer(*persons: tuple[Grant | str, list[Pay]], wrapper: str = DIRECT) -> bytes:
    """An answer file for persons given as cases or CPR numbers."""
    answers = [
        PersonAnswer(who if isinstance(who, str) else who.citizen.cpr, reports=tuple(pay.report() for pay in pays))
        for who, pays in persons
    ]
    return write_answer(answers, wrapper, transaction="t-1", created=NOW)


def read_in(data: bytes, name: str = "svar.xml", **options: Any) -> Imported:
    return import_income(io.BytesIO(data), name, user=User.objects.system(), now=NOW, **options)


def give(grant: Grant, pays: list[Pay]) -> Imported:
    """Import these reports for the case."""
    return read_in(answer((grant, pays)))


def run(municipality: Municipality, month: Month = NOVEMBER) -> Run:
    """The month's run, worked to its end in this process."""
    started = start_run(municipality, month, User.objects.system(), NOW)
    work_run(started, 1)
    started.refresh_from_db()
    return started


def changed(pays: list[Pay], index: int, **changes: Any) -> list[Pay]:
    """The same reports with one of them changed."""
    return [replace(pay, **changes) if at == index else pay for at, pay in enumerate(pays)]


def pays(municipality: Municipality, **changes: Any) -> PaymentSettings:
    """The municipality can pay: accounts and numbers of the payment file, two persons about each list."""
    values = {"org_unit": "0001", "machine_number": "482", "account": "5573100000", **changes}
    return PaymentSettings.objects.create(municipality=municipality, valid_from=date(2014, 1, 1), **values)
