"""Put the invented municipality together: who is odd in which month, and the answer files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from cases.demo.incomes import AWKWARD_KINDS, reports_of
from cases.demo.population import (
    DemoCitizen,
    DemoEmployer,
    birth_date,
    cvr_checksum,
    make_citizen,
    make_cpr,
    make_employers,
    rough_subsidy,
)
from cases.integrations.eindkomst import WRAPPERS, PersonAnswer, write_answer
from rules.months import Month

AWKWARD_SHARE = 0.25
"""The share of citizens whose month is to stop for a person, in each of the last months."""
TAIL = 2
"""So many months after an odd income its trace stands in the comparisons (INC1, INC3, INC4, the subsidy drop)."""
SHARE_WITHOUT_CEILING = 0.012
SHARE_NEW = 0.02
SHARE_PASSING_KIND = 0.02


@dataclass(frozen=True)
class DemoMunicipality:
    """Citizens, employers and what the register answers. ``months`` are the income months, the oldest first.

    ``awkward``: by month the CPR numbers that are meant to stop, with traces of earlier months counted in.
    """

    code: str
    name: str
    se_number: str
    citizens: tuple[DemoCitizen, ...]
    employers: tuple[DemoEmployer, ...]
    months: tuple[Month, ...]
    seed: int
    awkward: dict[Month, frozenset[str]]

    def persons(self, month: Month) -> tuple[PersonAnswer, ...]:
        """What was paid in the month, for those who were paid anything."""
        found = ((one, reports_of(one, month, self.seed, self.se_number)) for one in self.citizens)
        return tuple(PersonAnswer(citizen.cpr, reports=reports) for citizen, reports in found if reports)

    def answers(self, month: Month) -> bytes:
        """The month's answer file; the two wrappers take turns. ValueError outside ``months``."""
        if month not in self.months:
            raise ValueError(f"Prøvekommunen har ingen indtægter for {month}.")
        created = datetime.combine((month + 1).first_day + timedelta(days=9), time(5, 30))
        wrapper = WRAPPERS[month.index % 2]
        return write_answer(self.persons(month), wrapper, transaction=f"demo-{self.code}-{month}", created=created)


def demo_municipality(
    code: str, citizens: int, last_income_month: Month, months: int, seed: int = 1, odd_months: int = 3
) -> DemoMunicipality:
    """An invented municipality, the same one for the same arguments.

    ``months``: how many income months there are, back from the last. In the last ``odd_months`` a quarter of the
    citizens are awkward, mostly others from month to month; the two months before are made the same way, so that their
    traces are there too. ValueError when less than one citizen or month is asked for.
    """
    if citizens < 1 or months < 1:
        raise ValueError("En prøvekommune skal have mindst én borger og én måned.")
    rng = Random(f"{seed}/{code}")  # noqa: S311 - invented data
    all_months = tuple(last_income_month - back for back in range(months - 1, -1, -1))
    employers = make_employers(rng, max(3, citizens // 8))
    people = _people(rng, citizens, employers, last_income_month, months)
    planned, awkward = _Plan(rng, people, all_months[-(odd_months + TAIL) :], last_income_month).made()
    return DemoMunicipality(
        code=code,
        name=f"Prøvekommune {code}",
        se_number=_own_number(code),
        citizens=planned,
        employers=employers,
        months=all_months,
        seed=seed,
        awkward=awkward,
    )


def _own_number(code: str) -> str:
    """The municipality's own SE number, invented: it fails the CVR check."""
    return next(number for last in "0123456789" if cvr_checksum(number := f"299{code}{last}"))


def _people(
    rng: Random, count: int, employers: Sequence[DemoEmployer], last: Month, months: int
) -> tuple[DemoCitizen, ...]:
    people: dict[str, DemoCitizen] = {}
    while len(people) < count:
        born = birth_date(rng, len(people), last)
        cpr = make_cpr(rng, born)
        if cpr not in people:
            start = (last - rng.randint(months + 1, months + 30)).first_day
            people[cpr] = make_citizen(rng, len(people), cpr, born, rng.choice(employers), start)
    return tuple(people.values())


class _Plan:
    """Deals the odd months out, so that each month has its quarter and each kind its turn."""

    def __init__(self, rng: Random, people: Sequence[DemoCitizen], window: Sequence[Month], last: Month) -> None:
        self.rng = rng
        self.people = {one.cpr: one for one in people}
        self.window = window
        self.last = last
        self.marked: dict[Month, set[str]] = {month: set() for month in window}
        self.busy: dict[str, Month] = {}
        self.deck: list[str] = []

    def made(self) -> tuple[tuple[DemoCitizen, ...], dict[Month, frozenset[str]]]:
        self._lasting()
        for month in self.window:
            self._deal(month)
        return tuple(self.people.values()), {month: frozenset(found) for month, found in self.marked.items()}

    def _lasting(self) -> None:
        """Those who stop for a reason that lasts: no ceiling, just started, the pension age."""
        order = list(self.people)
        self.rng.shuffle(order)
        without = _share(len(order), SHARE_WITHOUT_CEILING)
        new = _share(len(order), SHARE_NEW)
        for cpr in order[:without]:
            self._change(cpr, wage_ceiling=None)
            self._mark(cpr, self.window)
        for number, cpr in enumerate(order[without : without + new]):
            self._start(cpr, self.window[-1 - number % min(3, len(self.window))], 1 if number % 2 else 15)
        for cpr in order[without + new :]:
            if _age_at(self.people[cpr].birth_date, self.last) in (67, 68):
                self._mark(cpr, self.window[-2:])
                self.busy[cpr] = self.last + TAIL

    def _start(self, cpr: str, month: Month, day: int) -> None:
        """Grant and job begin in the window: the months before have no income."""
        first = date(month.year, month.number, day)
        self._change(
            cpr, grant_first_day=first, grant_last_day=None, job_first_day=first, ceiling_first_day=month.first_day
        )
        traces = TAIL if day > 1 else TAIL - 1
        self._mark(cpr, [one for one in self.window if one <= month + traces])

    def _deal(self, month: Month) -> None:
        free = [cpr for cpr in self.people if cpr not in self.busy or self.busy[cpr] < month]
        self.rng.shuffle(free)
        wanted = round(len(self.people) * AWKWARD_SHARE) - len(self.marked[month])
        for _ in range(max(0, wanted)):
            if not free:
                return
            self._awkward(self._take(free, kind := self._next_kind()), month, kind)
        for _ in range(_share(len(self.people), SHARE_PASSING_KIND)):
            if free:
                kind = self.rng.choice(_GENTLE)
                self._plan(self._take(free, kind), month, kind)

    def _next_kind(self) -> str:
        if not self.deck:
            self.deck = [kind for kind in AWKWARD_KINDS for _ in range(_WEIGHTS.get(kind, 2))]
            self.rng.shuffle(self.deck)
        return self.deck.pop()

    def _take(self, free: list[str], kind: str) -> str:
        """A citizen the kind fits: a drop needs a wage where it shows, the others a wage where it leaves no trace."""
        fits = _FITS.get(kind, _anybody)
        position = next((at for at in range(len(free) - 1, -1, -1) if fits(self.people[free[at]])), -1)
        return free.pop(position)

    def _awkward(self, cpr: str, month: Month, kind: str) -> None:
        if kind == "holiday_without_tax_percent":
            self._change(cpr, tax_percent=None)
        self._plan(cpr, month, kind)
        tail = TAIL if _leaves_trace(self.people[cpr], kind) else 0
        self._mark(cpr, [one for one in self.window if month <= one <= month + tail])

    def _plan(self, cpr: str, month: Month, kind: str) -> None:
        self._change(cpr, plan=(*self.people[cpr].plan, (month, kind)))
        self.busy[cpr] = month + TAIL

    def _mark(self, cpr: str, months: Sequence[Month]) -> None:
        for month in months:
            self.marked[month].add(cpr)
        self.busy[cpr] = max([self.busy.get(cpr, self.window[0]), *(month + TAIL for month in months)])

    def _change(self, cpr: str, **values: object) -> None:
        self.people[cpr] = replace(self.people[cpr], **values)


_WEIGHTS = {"no_income": 1, "far_too_low": 1, "bonus": 1, "too_low": 3, "too_high": 3, "subsidy_drop": 3}
_GENTLE = ("reversal", "a_little_more", "holiday_earned")
_LEVELS = {"no_income": Decimal(0), "too_low": Decimal("0.8"), "far_too_low": Decimal("0.6"), "bonus": Decimal("1.65")}


def _share(count: int, share: float) -> int:
    return round(count * share)


def _age_at(born: date, month: Month) -> int:
    return Month.of(born).until(month + 1) // 12


def _anybody(citizen: DemoCitizen) -> bool:
    return True


def _low_plain(citizen: DemoCitizen) -> bool:
    return citizen.profile in ("plain", "fixed", "goods") and citizen.expected_income < 15_000


def _plain(citizen: DemoCitizen) -> bool:
    return citizen.profile in ("plain", "fixed", "goods")


_FITS = {
    "subsidy_drop": lambda citizen: citizen.profile == "high_wage",
    "too_low": _low_plain,
    "too_high": _low_plain,
    "a_little_more": _low_plain,
    "holiday_earned": _low_plain,
    "holiday_without_tax_percent": _plain,
    "one_date": _plain,
    "fortnight": _plain,
    "correction": _plain,
}


def _leaves_trace(citizen: DemoCitizen, kind: str) -> bool:
    """Whether the months after stop too: an average moved more than 15 %, or a subsidy that falls back over 5 %."""
    level = _LEVELS.get(kind)
    if level is None:
        return False
    income = citizen.expected_income
    fall = 1 - rough_subsidy(income) / max(rough_subsidy(income * level), Decimal(1))
    return level == 0 or abs(2 / (1 + level) - 1) > Decimal("0.15") or fall > Decimal("0.045")
