"""Kom i gang: what must be in place before the automation is switched on, read from what is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from cases.models import (
    Grant,
    IncomeReport,
    Job,
    Membership,
    Municipality,
    MunicipalParameters,
    Role,
    RuleSetting,
    Run,
    ShadowMonth,
    WageCeiling,
    has_rates,
)
from cases.presenters.words import day, long_month
from rules.months import Month

MONTHS_OF_INCOME = 3


@dataclass(frozen=True)
class Point:
    """One line of the checklist. ``page``: where it is put right; ``is_advice``: wise, not necessary."""

    title: str
    is_done: bool
    said: str
    page: str = ""
    chapter: str = ""
    is_advice: bool = False


def checklist(municipality: Municipality, today: date) -> list[Point]:
    """The points in the order they are done. A dozen counts, however many cases."""
    month = Month.of(today)
    cases = Grant.objects.of(municipality).active_in(month).count()
    return [
        _address(municipality),
        *_users(municipality),
        _rates(month),
        _parameters(municipality, month),
        Point("Sagerne er læst ind", bool(cases), f"{cases} løbende sager", "import_cases", "foer-i-taender"),
        _ceilings(municipality, month, cases),
        _jobs(municipality, month, cases),
        _incomes(municipality, month),
        _shadow(municipality),
        _rules(municipality),
        _run(municipality),
        _automation(municipality, month),
    ]


def _address(municipality: Municipality) -> Point:
    fields = (("CVR-nummer", municipality.cvr), ("SE-nummer", municipality.se_number))
    letters = (("adresse", municipality.address), ("afdeling", municipality.unit), ("telefon", municipality.phone))
    missing = [name for name, value in (*fields, *letters) if not value]
    said = f"mangler {', '.join(missing)}" if missing else "står på breve og opslag"
    page = "admin:cases_municipality_changelist"
    return Point("Kommunens oplysninger", not missing, said, page, "brugere-og-roller")


def _users(municipality: Municipality) -> list[Point]:
    rows = Membership.objects.filter(municipality=municipality, user__is_active=True)
    people: dict[str, set[int]] = {role: set() for role in Role.values}
    for role, user in rows.values_list("role", "user"):
        people[role].add(user)
    needed = ((Role.CASEWORKER, 1), (Role.COORDINATOR, 1), (Role.ADMINISTRATOR, 1), (Role.AUDITOR, 1))
    missing = [role.label for role, least in needed if len(people[role]) < least]
    said = ", ".join(f"{role.label.lower()} {len(people[role])}" for role, _ in needed)
    page, two = "admin:cases_user_changelist", people[Role.COORDINATOR] | people[Role.CASEWORKER]
    return [
        Point("Der er en bruger i hver rolle", not missing, said, page, "brugere-og-roller"),
        Point(
            "To personer kan bekræfte hinanden",
            len(two) > 1,
            f"{len(two)} kan behandle sager: den ene foreslår eller klargør, den anden bekræfter",
            page,
            "frigiv-udbetalinger",
        ),
    ]


def _rates(month: Month) -> Point:
    missing = [str(one.year) for one in (month, Month(month.year + 1, 1)) if not has_rates(one)]
    this_year = has_rates(month)
    said = f"mangler for {', '.join(missing)}" if missing else "indtastet for i år og næste år"
    if this_year and missing:
        said += "; de skal være der, før januar kan køres"
    return Point("Satserne er indtastet", this_year, said, "admin:cases_nationalrates_changelist", "satser")


def _parameters(municipality: Municipality, month: Month) -> Point:
    row = MunicipalParameters.objects.of(municipality).in_force(month).first()
    said = f"gælder fra {day(row.valid_from)}" if row else "ingen: de forsigtige grænser bruges"
    page = "admin:cases_municipalparameters_changelist"
    return Point("Kommunens grænser er valgt", row is not None, said, page, "indstil-automatikken")


def _ceilings(municipality: Municipality, month: Month, cases: int) -> Point:
    active = Grant.objects.of(municipality).active_in(month)
    have = WageCeiling.objects.filter(grant__in=active, first_day__lte=month.last_day)
    without = cases - have.values("grant").distinct().count()
    said = f"{without} sager uden lønloft: hver giver en opgave" if without else "alle sager har et"
    return Point("Lønlofterne er med", bool(cases) and not without, said, "cases", "loenloft", is_advice=True)


def _jobs(municipality: Municipality, month: Month, cases: int) -> Point:
    active = Grant.objects.of(municipality).active_in(month)
    without = cases - Job.objects.filter(grant__in=active, is_fleksjob=True).values("grant").distinct().count()
    said = f"{without} sager uden fleksjob" if without else "alle sager har et fleksjob"
    return Point("Jobbene er med", bool(cases) and not without, said, "cases", "ny-sag", is_advice=True)


@dataclass(frozen=True)
class MonthOfIncome:
    """How many of the running cases have a report with pay in an income month."""

    month: Month
    cases: int
    with_income: int

    @property
    def without(self) -> int:
        return self.cases - self.with_income


def incomes_in(municipality: Municipality, month: Month) -> list[MonthOfIncome]:
    """The income months that a benefit month is judged by, the oldest first. Four queries."""
    active = Grant.objects.of(municipality).active_in(month)
    cases, found = active.count(), []
    for back in range(MONTHS_OF_INCOME, 0, -1):
        reports = IncomeReport.objects.filter(citizen=OuterRef("citizen"), pay_month=month - back)
        found.append(MonthOfIncome(month - back, cases, active.filter(Exists(reports)).count()))
    return found


def _incomes(municipality: Municipality, month: Month) -> Point:
    wanted = [month - back for back in range(MONTHS_OF_INCOME, 0, -1)]
    reports = IncomeReport.objects.of(municipality)
    missing = [one for one in wanted if not reports.filter(pay_month=one).exists()]
    said = f"mangler {', '.join(map(long_month, missing))}" if missing else "de tre seneste måneder er hentet"
    return Point("Indtægterne er hentet", not missing, said, "income_files", "foer-i-taender")


def _shadow(municipality: Municipality) -> Point:
    row = ShadowMonth.objects.of(municipality).exclude(finished_at=None).first()
    said = f"{long_month(row.benefit_month)}, sammenlignet {day(row.made_at.date())}" if row else "ingen endnu"
    return Point("En skyggemåned er sammenlignet", row is not None, said, "shadow_months", "foer-i-taender")


def _rules(municipality: Municipality) -> Point:
    count = RuleSetting.objects.of(municipality).count()
    said = f"{count} valg" if count else "reglernes egne grænser bruges"
    return Point("Kommunens egne regler er set igennem", bool(count), said, "rules", "indstil-automatikken", True)


def _run(municipality: Municipality) -> Point:
    run = Run.objects.of(municipality).exclude(finished_at=None).order_by("-benefit_month").first()
    said = f"senest {long_month(run.benefit_month)}" if run else "ingen: begynd med en prøvekørsel"
    return Point("En kørsel er gennemført", run is not None, said, "runs", "maanedens-koersel")


def _automation(municipality: Municipality, month: Month) -> Point:
    row = MunicipalParameters.objects.of(municipality).in_force(month).first()
    on = bool(row and row.full_automation and row.include_income_automatically)
    said = "begge afbrydere er tændt" if on else "slukket: alle sager ses af en person"
    page = "admin:cases_municipalparameters_changelist"
    return Point("Automatikken er tændt", on, said, page, "indstil-automatikken", is_advice=True)
