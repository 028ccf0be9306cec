"""Invented citizens and employers, the same ones from the same seed.

CPR numbers fail modulus 11 and are not of 1 January, so none can belong to a person, and yet they pass the register's
pattern; SE numbers fail the CVR check for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from rules.months import Month

_FIRST = (
    "Aksel Alma Anders Anna Asger Bente Birgit Bodil Carl Camilla Dorte Ebbe Elin Emil Erik Eva Frederik Freja Gitte "
    "Hanne Hans Helle Henrik Ida Inge Jakob Jens Jette Johanne Jørgen Karen Karl Kirsten Klaus Lars Laura Lene Lise "
    "Lone Mads Magnus Maja Marie Martin Mette Mikkel Morten Niels Ole Pernille Peter Pia Poul Rasmus Rikke Sanne "
    "Signe Simon Sofie Søren Susanne Thomas Tina Tobias Tove Ulla Vibeke Viggo Yrsa Åge Åse Ørn Ærø"
)
_LAST = (
    "Aagaard Andersen Bach Bang Berg Bertelsen Bjerre Brandt Bruun Christensen Christiansen Dahl Damgaard Eriksen "
    "Friis Frandsen Gregersen Hansen Holm Iversen Jacobsen Jensen Jeppesen Johansen Jørgensen Kjær Knudsen Kristensen "
    "Larsen Lauridsen Lund Madsen Mikkelsen Møller Mortensen Nielsen Nørgaard Olsen Overgaard Pedersen Petersen "
    "Poulsen Rasmussen Schmidt Simonsen Skov Sørensen Thomsen Toft Vestergaard Winther Ødegård Østergaard Åkjær"
)
FIRST_NAMES = tuple(_FIRST.split())
LAST_NAMES = tuple(_LAST.split())
STREETS = ("Birkevej", "Bøgeallé", "Engvej", "Fjordgade", "Havnegade", "Kirkestræde", "Møllevej", "Åboulevarden")
TOWNS = (("9991", "Prøveby"), ("9992", "Øster Prøve"), ("9993", "Aastrup Prøve"))
EMPLOYER_WORDS = (
    "Bageriet",
    "Gartneriet",
    "Skolen",
    "Tømrerfirmaet",
    "Plejehjemmet",
    "Lageret",
    "Kantinen",
    "Butikken",
)
EMPLOYER_PLACES = ("Solsiden", "Nordhøj", "Ved Åen", "Ærtemarken", "Kystvejen", "Lillelund", "Bakken", "Torvet")
_CPR_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class DemoEmployer:
    se_number: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoCitizen:
    """A citizen with grant and job. Amounts in kroner a month, hours a month, percent as percent.

    ``profile`` is how this citizen is paid every month; ``plan`` holds the months where something unusual happens and
    what (a key of AWKWARD_KINDS or PASSING_KINDS). ``wage_ceiling`` None: none registered. ``tax_percent`` None: the
    tax card is not known.
    """

    cpr: str
    name: str
    birth_date: date
    street: str
    postcode: str
    town: str
    protected_address: bool
    grant_first_day: date
    grant_last_day: date | None
    employer_se: str
    job_first_day: date
    monthly_hours: Decimal
    hourly_wage: Decimal
    own_pension_percent: Decimal
    employer_pension_percent: Decimal
    wage_ceiling: Decimal | None
    ceiling_first_day: date
    tax_percent: Decimal | None
    profile: str
    shows_own_subsidy: bool
    plan: tuple[tuple[Month, str], ...] = ()

    @property
    def gross_wage(self) -> Decimal:
        """Pay before own pension, ATP and tax."""
        return (self.monthly_hours * self.hourly_wage).quantize(Decimal("0.01"))

    @property
    def expected_income(self) -> Decimal:
        """What counts in an ordinary month: wage with both pension contributions."""
        return (self.gross_wage * (100 + self.employer_pension_percent) / 100).quantize(Decimal("0.01"))

    def planned(self, month: Month) -> str:
        return next((kind for when, kind in self.plan if when == month), "")


def cpr_checksum(cpr: str) -> int:
    """Modulus 11 of a CPR number: 0 for the numbers that pass."""
    return sum(int(digit) * weight for digit, weight in zip(cpr, _CPR_WEIGHTS, strict=True)) % 11


def cvr_checksum(number: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, _CVR_WEIGHTS, strict=True)) % 11


def make_cpr(rng: Random, born: date) -> str:
    """A number that fits the birth date and cannot be anybody's. ``born`` may not be 1 January."""
    if (born.month, born.day) == (1, 1):
        raise ValueError("Numre for 1. januar kan være rigtige uden modulus 11.")
    century = "0123" if born.year < 2000 else "4567"
    while True:
        cpr = f"{born:%d%m%y}{rng.choice(century)}{rng.randrange(1000):03d}"
        if cpr_checksum(cpr):
            return cpr


def make_employers(rng: Random, count: int) -> tuple[DemoEmployer, ...]:
    names = [f"{word} {place}" for word in EMPLOYER_WORDS for place in EMPLOYER_PLACES]
    rng.shuffle(names)
    numbers: set[str] = set()
    while len(numbers) < count:
        number = f"{rng.randrange(10_000_000, 100_000_000)}"
        if cvr_checksum(number):
            numbers.add(number)
    return tuple(
        DemoEmployer(number, names[index % len(names)] + (f" {index // len(names) + 1}" if index >= len(names) else ""))
        for index, number in enumerate(sorted(numbers))
    )


def birth_date(rng: Random, index: int, last_month: Month) -> date:
    """Mostly 23 to 65 years; about 3 in 100 near 40, 3 near the pension age, and 1 in 200 past it at the end."""
    place = index % 200
    if place in (11, 44, 77, 110, 143, 176):
        day = _years_before(last_month + rng.randint(-5, 5), 40, rng)
    elif place in (5, 38, 71, 104, 137, 170):
        day = _years_before(last_month + rng.randint(4, 9), _pension_years(last_month), rng)
    elif place == 199:
        day = _years_before(last_month, _pension_years(last_month), rng)
    else:
        day = _years_before(last_month - rng.randrange(12), rng.randint(23, 65), rng)
    return day if (day.month, day.day) != (1, 1) else day + timedelta(days=1)


def _pension_years(month: Month) -> int:
    """Born to 1962: 67 years; the next cohorts: 68. Near enough for invented people to 2034."""
    return 67 if month.year - 67 <= 1962 else 68


def _years_before(month: Month, years: int, rng: Random) -> date:
    first = (month - 12 * years).first_day
    return first + timedelta(days=rng.randrange(28))


PROFILES = (
    ("plain", 56),
    ("fixed", 8),
    ("goods", 5),
    ("b_income", 4),
    ("period_20_19", 5),
    ("in_advance", 3),
    ("hourly_holiday", 4),
    ("near_ceiling", 4),
    ("above_ceiling", 3),
    ("high_wage", 8),
)


def make_citizen(rng: Random, index: int, cpr: str, born: date, employer: DemoEmployer, start: date) -> DemoCitizen:
    """An ordinary citizen; ``start`` is the first day of grant and job."""
    profile = rng.choices([name for name, _ in PROFILES], [weight for _, weight in PROFILES])[0]
    high = profile in ("high_wage", "near_ceiling", "above_ceiling")
    weekly = Decimal(rng.randrange(34, 44) if high else rng.randrange(14, 34)) / 2
    hourly = Decimal(rng.randrange(205, 245) if high else rng.randrange(150, 205))
    hours = (weekly * 52 / 12).quantize(Decimal("0.01"))
    postcode, town = TOWNS[index % len(TOWNS)]
    five_years = rng.random() < 0.3
    citizen = DemoCitizen(
        cpr=cpr,
        name=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
        birth_date=born,
        street=f"{rng.choice(STREETS)} {rng.randrange(1, 120)}",
        postcode=postcode,
        town=town,
        protected_address=index % 97 == 13,
        grant_first_day=start,
        grant_last_day=date(start.year + 5, start.month, min(start.day, 28)) - timedelta(days=1)
        if five_years
        else None,
        employer_se=employer.se_number,
        job_first_day=start,
        monthly_hours=hours,
        hourly_wage=hourly,
        own_pension_percent=Decimal(4),
        employer_pension_percent=Decimal(8),
        wage_ceiling=None,
        ceiling_first_day=date(start.year, start.month, 1),
        tax_percent=Decimal(rng.randrange(36, 41)),
        profile=profile,
        shows_own_subsidy=rng.random() < 0.3,
    )
    return _with_ceiling(citizen, rng)


def _with_ceiling(citizen: DemoCitizen, rng: Random) -> DemoCitizen:
    income = citizen.expected_income
    together = income + rough_subsidy(income)
    if citizen.profile == "above_ceiling":
        ceiling = income - 1000
    elif citizen.profile == "near_ceiling":
        ceiling = together - 2000
    else:
        ceiling = max(together + 1500, Decimal(rng.randrange(29_000, 38_000)))
    return replace(citizen, wage_ceiling=(ceiling / 50).quantize(Decimal(1)) * 50)


def rough_subsidy(income: Decimal) -> Decimal:
    """About what an income gives, to keep the invented months inside or outside a limit; never the real sum."""
    threshold, base = Decimal(17_000), Decimal(20_500)
    reduced = min(income, threshold) * Decimal("0.3") + max(Decimal(0), income - threshold) * Decimal("0.55")
    return max(Decimal(0), base - reduced)
