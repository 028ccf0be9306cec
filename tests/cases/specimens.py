"""Cases made by hand for the letter, the report and the pages: small, named, without the importer and the run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from django.db import transaction

from cases.models import (
    Citizen,
    Decision,
    Employer,
    Grant,
    Membership,
    Municipality,
    MunicipalParameters,
    Role,
    User,
    rates_for,
)
from cases.save_decisions import Act, Case, save_decisions
from rules.decision import decide
from rules.facts import Facts, PaidSubsidy, Period, Report, WageCeiling
from rules.months import Month
from rules.parameters import Parameters

NOVEMBER = Month(2026, 11)
NOW = datetime(2026, 11, 12, 7, 30, tzinfo=UTC)
BAKER, CAFE = "12345674", "87654329"
ALL_ON = Parameters(include_income_automatically=True, full_automation=True)

_numbers = count(1)


def municipality(code: str = "0999", name: str = "Prøvekøbing Kommune") -> Municipality:
    found = Municipality.objects.filter(code=code).first()
    return found or Municipality.objects.create(
        code=code, name=name, unit="Ydelsescentret", address="Rådhuspladsen 1, 9999 Prøvekøbing", phone="99 99 99 99"
    )


def user(name: str, *roles: Role, of: Municipality | None = None) -> User:
    """A user with roles in a municipality. No municipality: an administrator of the whole installation."""
    made = User.objects.create_user(name, password="hemmelig-nok-1", first_name=name.capitalize(), last_name="Prøve")
    for role in roles:
        Membership.objects.create(user=made, municipality=of, role=role)
    return made


def citizen(of: Municipality, name: str = "Åse Holm") -> Citizen:
    number = next(_numbers)
    return Citizen.objects.create(
        municipality=of,
        cpr=f"010180{number:04d}",
        name=name,
        birth_date=date(1980, 1, 1),
        address="Enghavevej 4, 9999 Prøvekøbing",
    )


def grant(of: Municipality, name: str = "Åse Holm") -> Grant:
    person = citizen(of, name)
    return Grant.objects.create(
        municipality=of, citizen=person, number=f"{of.code}-{person.pk:05d}", first_day=date(2024, 1, 1)
    )


def employers() -> None:
    Employer.objects.get_or_create(se_number=BAKER, defaults={"name": "Bager Jensen ApS"})
    Employer.objects.get_or_create(se_number=CAFE, defaults={"name": "Café Ærø"})


def wage(month: Month, amount: str, se_number: str = BAKER, hours: str | None = "60", **more: object) -> Report:
    return Report(
        month, se_number, "wage", "wage", Decimal(amount), paid_hours=Decimal(hours) if hours else None,
        pay_date=month.last_day, period_start=month.first_day, period_end=month.last_day, **more,
    )  # fmt: skip


def facts(month: Month, *reports: Report, paid: tuple[str, str] = ("17000", "17000"), **more: object) -> Facts:
    """The facts of a plain case; the reports of the two months before are equal to the first one."""
    values: dict[str, object] = {
        "benefit_month": month,
        "grant_first_day": date(2024, 1, 1),
        "birth_date": date(1980, 1, 1),
        "reports": reports,
        "wage_ceilings": (WageCeiling(Decimal("36000"), date(2024, 1, 1)),),
        "paid_subsidies": tuple(
            PaidSubsidy(month - back, Decimal(one)) for back, one in zip((2, 1), paid, strict=True)
        ),
    }
    return Facts(**{**values, **more})


def save(
    case: Grant, known: Facts, by: User | None = None, parameters: Parameters = ALL_ON, sequence: int = 1
) -> Decision:
    """Decide and write, as the run does: a payment, or a task with its concerns."""
    decided = decide(known, rates_for(known.benefit_month), parameters)
    row = Case(case.pk, case.citizen_id, case.municipality_id, decided, sequence=sequence)
    act = Act(known.benefit_month, by or User.objects.system(), NOW, "Prøve")
    with transaction.atomic():
        return save_decisions([row], act)[0]


def paid(case: Grant, month: Month = NOVEMBER, amount: str = "9300", **more: object) -> Decision:
    """A month that passes by itself."""
    reports = tuple(
        wage(month - back, amount, own_pension=Decimal("120"), employer_pension=Decimal("240.50")) for back in (3, 2, 1)
    )
    decided = decide(facts(month, *reports, paid=("0", "0")), rates_for(month), ALL_ON)
    subsidy = str(decided.calculation.subsidy)
    return save(case, facts(month, *reports, paid=(subsidy, subsidy), **more))


def stopped(case: Grant, month: Month = NOVEMBER) -> Decision:
    """A month that stops: the income is too low, and there are two employers."""
    reports = (
        wage(month - 3, "15000"),
        wage(month - 2, "15040"),
        wage(month - 1, "9000"),
        wage(month - 1, "300", CAFE),
    )
    return save(case, facts(month, *reports))


def worst(case: Grant, month: Month = NOVEMBER) -> tuple[Decision, Decision]:
    """Last month and this month with everything that can make a letter long."""
    many = tuple(
        wage(month - 1, f"{3000 + 100 * n}.5{n}", f"1000000{n}", own_pension=Decimal(99), employer_pension=Decimal(198))
        for n in range(8)
    )
    odd = tuple(
        Report(month - 1, CAFE, "wage", kind, Decimal(amount))
        for kind, amount in (
            ("other_wage", "512.25"),
            ("sideline", "401"),
            ("lost_earnings", "777.77"),
            ("b_income", "88"),
        )
    )
    left_out = tuple(
        Report(month - 1, BAKER, "wage", kind, Decimal("1234.5"))
        for kind in ("employee_benefit", "volunteer_fee", "pension_payment")
    )
    unwanted = wage(month - 1, "4321", CAFE, treatment="leave_out")
    benefits = (
        Report(month - 1, "11223344", "benefit", "sickness_benefit", Decimal("2100")),
        Report(month - 1, "11223344", "benefit", "parental_benefit", Decimal("1900")),
        Report(month - 1, "55667788", "benefit", "resource_course_benefit", Decimal("700")),
    )
    periods = (
        Period("lost_right", (month - 1).first_day, None, "sickness_benefit", Decimal(300)),
        Period("lost_right", (month - 1).first_day, None, "resource_course_benefit", Decimal(150)),
        Period("holiday", (month - 1).first_day, None, "", Decimal("640"), Decimal("2.5")),
    )
    before = paid(case, month - 1, "14700.25")
    low = (WageCeiling(Decimal("31000"), date(2024, 1, 1)),)
    known = facts(month, *many, *odd, *left_out, unwanted, *benefits, periods=periods, wage_ceilings=low)
    return before, save(case, known)


def settings(of: Municipality, **values: object) -> MunicipalParameters:
    return MunicipalParameters.objects.create(municipality=of, valid_from=date(2024, 1, 1), **values)
