"""The invented municipality as rows: citizens, cases, users, settings. Made once; the second time nothing changes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cases.demo.municipality import DemoMunicipality
from cases.demo.population import DemoCitizen
from cases.models import (
    Citizen,
    Employer,
    Grant,
    Job,
    Membership,
    Municipality,
    MunicipalParameters,
    PaymentSettings,
    Role,
    SampleSetting,
    User,
    WageCeiling,
)
from cases.write_many import write_many_with_history

REASON = "Prøvekommune"
NAMES = {"0999": "Prøvekommunen", "0998": "Nabokommunen"}
PASSWORD = "flekslon-demo"  # noqa: S105 - invented citizens only
PAYING_ACCOUNT = "5573000000"
PEOPLE = (
    ("aase", "Åse", "Sagsbehandler", Role.CASEWORKER),
    ("bo", "Bo", "Sagsbehandler", Role.CASEWORKER),
    ("karen", "Karen", "Koordinator", Role.COORDINATOR),
    ("adam", "Adam", "Administrator", Role.ADMINISTRATOR),
    ("rikke", "Rikke", "Revisor", Role.AUDITOR),
)
NATIONAL = ("nanna", "Nanna", "Satsansvarlig", Role.ADMINISTRATOR)
NEIGHBOUR = ("niels", "Niels", "Nabokommune", Role.CASEWORKER)


def make_rows(demo: DemoMunicipality, now: datetime, *, automatic: bool = True) -> Municipality:
    """The municipality with its citizens, cases and settings; the one that is there when it is."""
    found = Municipality.objects.filter(code=demo.code).first()
    if found:
        return found
    with transaction.atomic():
        municipality = Municipality.objects.create(
            code=demo.code,
            name=NAMES.get(demo.code, demo.name),
            cvr=demo.se_number,
            se_number=demo.se_number,
            address="Rådhuspladsen 1, 9990 Prøveby",
            unit="Ydelser og fleksjob",
            phone="99 90 00 00",
        )
        MunicipalParameters.objects.create(
            municipality=municipality,
            valid_from=date(2014, 1, 1),
            include_income_automatically=automatic,
            full_automation=automatic,
            note="Prøvekommunen har begge slået til",
        )
        SampleSetting.objects.create(
            municipality=municipality, valid_from=date(2014, 1, 1), percent=5, note="Fem procent ses efter"
        )
        PaymentSettings.objects.create(
            municipality=municipality,
            valid_from=date(2014, 1, 1),
            org_unit="0001",
            machine_number="00482",
            account=PAYING_ACCOUNT,
            note="Prøvekommunens egne numre",
        )
        _employers(demo)
        _cases(demo, municipality, now)
    return municipality


def _employers(demo: DemoMunicipality) -> None:
    for one in demo.employers:
        Employer.objects.get_or_create(se_number=one.se_number, defaults={"name": one.name})


def _cases(demo: DemoMunicipality, municipality: Municipality, now: datetime) -> None:
    signed = {"user": User.objects.system(), "reason": REASON, "now": now}
    citizens = [_citizen(one, municipality) for one in demo.citizens]
    write_many_with_history(citizens, **signed)
    grants = [
        Grant(
            municipality=municipality,
            citizen=citizen,
            number=f"{municipality.code}-{position:05d}",
            first_day=one.grant_first_day,
            last_day=one.grant_last_day,
        )
        for position, (one, citizen) in enumerate(zip(demo.citizens, citizens, strict=True), start=1)
    ]
    write_many_with_history(grants, **signed)
    pairs = list(zip(demo.citizens, grants, strict=True))
    write_many_with_history([_job(one, grant) for one, grant in pairs], **signed)
    write_many_with_history([_ceiling(one, grant) for one, grant in pairs if one.wage_ceiling is not None], **signed)


def _citizen(one: DemoCitizen, municipality: Municipality) -> Citizen:
    citizen = Citizen(
        municipality=municipality,
        cpr=one.cpr,
        name=one.name,
        birth_date=one.birth_date,
        address=f"{one.street}, {one.postcode} {one.town}",
        is_protected=one.protected_address,
        tax_percent=None if one.tax_percent is None else int(one.tax_percent),
    )
    citizen.fill_search()
    return citizen


def _job(one: DemoCitizen, grant: Grant) -> Job:
    return Job(
        grant=grant,
        se_number=one.employer_se,
        first_day=one.job_first_day,
        agreed_hours=one.monthly_hours,
        agreed_pension_percent=one.own_pension_percent + one.employer_pension_percent,
    )


def _ceiling(one: DemoCitizen, grant: Grant) -> WageCeiling:
    return WageCeiling(
        grant=grant,
        amount=one.wage_ceiling or Decimal(0),
        first_day=one.ceiling_first_day,
        source=f"Oplyst af arbejdsgiveren {one.ceiling_first_day:%d.%m.%Y}",
    )


def make_users(home: Municipality, neighbour: Municipality) -> list[tuple[str, str]]:
    """The demo's users, (username, role in Danish). Those that are there already keep their password."""
    for username, first, last, role in PEOPLE:
        _user(username, first, last, role, home)
    _user(*NEIGHBOUR, neighbour)
    _user(*NATIONAL, None)
    listed = [(username, f"{role.label}, {home}") for username, _, _, role in PEOPLE]
    return [*listed, (NEIGHBOUR[0], f"Sagsbehandler, {neighbour}"), (NATIONAL[0], "Administrator af landets satser")]


def _user(username: str, first: str, last: str, role: Role, municipality: Municipality | None) -> None:
    user, made = User.objects.get_or_create(username=username, defaults={"first_name": first, "last_name": last})
    if made:
        user.set_password(PASSWORD)
        user.save()
        Membership.objects.create(user=user, municipality=municipality, role=role)
