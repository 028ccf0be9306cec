"""The concerns of a start-up (FLEX_OPSTART) and of a recalculation (FLEX_BEREGN): which of them a case has now.

The sentences, kinds and stages stand in ``rules.concerns``; here is when each is there. "Siden sagen sidst blev
behandlet" means: received by us after the case's last completed process (open question Q35), never the effective date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from rules.concerns import CONCERNS, RUNS, kind_stops
from rules.money import added
from rules.months import Month
from rules.registry import Numbers

OLD_SCHEME = "Fleksjob (Gl. ordning)"
OLD_SCHEME_SELF_EMPLOYED = "Fleksjob for selvstændige (Gl. ordning)"
ORDINARY_JOB = "Ordinært job"
SELF_EMPLOYED = "Fleksjob midlertidigt for selvstændige"
MILITARY_SERVICE = "Værnepligt"

# Rows of annex 2 (rules.target_groups): sick while in fleksjob, in fleksjob, ressourceforløb, jobafklaring (Q36).
SICK, IN_FLEKSJOB = 7, 10
RESOURCE_COURSES = (17, 12)


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """An activity or an absence on the contact course, as the jobcentre named it, and when we received it."""

    name: str
    effective: date | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftEvent:
    """A shift of target group, with the row numbers of annex 2 (1-19)."""

    from_group: int
    to_group: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HolidayWithAllowance:
    """A holiday period with holiday allowance (feriegodtgørelse), and when it was registered on the case."""

    first_day: date
    last_day: date | None
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class ReceivedHolidayPay:
    """Holiday pay that FerieKonto has paid out, net kroner, and when we received it."""

    first_day: date
    net_amount: Decimal
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MonthEmployers:
    """The SE numbers that paid wage in one month, counted as in INC7 (``MonthView.paid_by_employer``)."""

    month: Month
    se_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthBenefits:
    """Sickness and parental benefit paid in one month, kroner."""

    month: Month
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the concerns of a process are judged from. The months are the income months it calculates.

    contact_course_has_start: None when the jobcentre has no contact course (a start-up opened by hand);
    last_handled_at: when the citizen's last process was completed, None when none was: then everything is new;
    is_new_case: whether the case is being opened.
    """

    contact_course_has_start: bool | None = None
    activities: tuple[CaseEvent, ...] = ()
    absences: tuple[CaseEvent, ...] = ()
    shifts: tuple[ShiftEvent, ...] = ()
    holidays: tuple[HolidayWithAllowance, ...] = ()
    has_tax_card_choice: bool = False
    is_new_case: bool = False
    last_handled_at: datetime | None = None
    wage_se_numbers: tuple[MonthEmployers, ...] = ()
    holiday_payments: tuple[ReceivedHolidayPay, ...] = ()
    benefits_paid: tuple[MonthBenefits, ...] = ()

    def is_news(self, received_at: datetime) -> bool:
        """Received since the case was last handled (Q35)."""
        return self.last_handled_at is None or received_at > self.last_handled_at


@dataclass(frozen=True, slots=True)
class StageConcern:
    """A concern of a process: the stage it stops or shows at, its kind, and its numbers."""

    code: str
    stage: str
    kind: str
    numbers: Numbers

    @property
    def message(self) -> str:
        return CONCERNS[self.code].message


def stops(concern: StageConcern) -> bool:
    """Whether the process waits for a person. *Valgfri* never stops: a reminder for who is there anyway."""
    return kind_stops(concern.kind)


def stage_concerns(kind: str, stage: str, facts: CaseFacts) -> tuple[StageConcern, ...]:
    """The concerns of one stage ("4", "6", "7") of a process (FLEX_OPSTART, FLEX_BEREGN), in the seed's order."""
    found = []
    for rule in RULES:
        text = CONCERNS[rule.code]
        if RUNS[kind] in text.runs_in and text.process_stage == stage:
            numbers = rule.test(facts)
            if numbers is not None:
                found.append(StageConcern(rule.code, stage, text.kind, numbers))
    return tuple(found)


def no_start_date(facts: CaseFacts) -> Numbers | None:
    """ELI1. The jobcentre's contact course has no first day of the grant."""
    return Numbers() if facts.contact_course_has_start is False else None


def activity(name: str) -> Callable[[CaseFacts], Numbers | None]:
    """ELI2-ELI5. An activity of this name was received since the case was last handled."""
    return lambda facts: _events(facts.activities, name, facts.is_news)


def holiday_with_allowance(facts: CaseFacts) -> Numbers | None:
    """INF1. A holiday with allowance was registered since the case was last handled, or the case is new."""
    found = [one for one in facts.holidays if facts.is_new_case or facts.is_news(one.registered_at)]
    return _listed(f"Ferie {one.first_day} til {one.last_day or 'videre'}" for one in found)


def shifted(pairs: tuple[tuple[int, int], ...]) -> Callable[[CaseFacts], Numbers | None]:
    """INF2-INF4. One of these shifts was received since the case was last handled (Q36)."""

    def test(facts: CaseFacts) -> Numbers | None:
        found = [
            one for one in facts.shifts if (one.from_group, one.to_group) in pairs and facts.is_news(one.received_at)
        ]
        return _listed(f"Fra målgruppe {one.from_group} til {one.to_group}" for one in found)

    return test


def always(_: CaseFacts) -> Numbers | None:
    """SAT1-SAT6 and SAT8. The stage itself asks."""
    return Numbers()


def no_tax_card_choice(facts: CaseFacts) -> Numbers | None:
    """SAT7. Nobody has said which tax card to use."""
    return None if facts.has_tax_card_choice else Numbers()


def ordinary_job(facts: CaseFacts) -> Numbers | None:
    """SAT9. An ordinary job: received since the case was last handled, or there when the case is opened."""
    return _events(facts.activities, ORDINARY_JOB, lambda at: facts.is_new_case or facts.is_news(at))


def military_service(facts: CaseFacts) -> Numbers | None:
    """SAT10. Military service: received since the case was last handled, or there when the case is opened."""
    return _events(facts.absences, MILITARY_SERVICE, lambda at: facts.is_new_case or facts.is_news(at))


def unknown_employer(facts: CaseFacts) -> Numbers | None:
    """REC1. In a month that is calculated more than one SE number pays wages."""
    found = [one for one in facts.wage_se_numbers if len(set(one.se_numbers)) > 1]
    details = [f"SE {number}" for number in sorted({number for one in found for number in one.se_numbers})]
    return _listed(details, tuple(sorted(one.month for one in found)))


def holiday_pay_arrived(facts: CaseFacts) -> Numbers | None:
    """REC2. FerieKonto has paid holiday pay since the case was last handled."""
    found = [one for one in facts.holiday_payments if facts.is_news(one.received_at)]
    if not found:
        return None
    return Numbers(
        found=added(one.net_amount for one in found),
        months=tuple(sorted({Month.of(one.first_day) for one in found})),
        details=tuple(f"Ferie fra {one.first_day}: {one.net_amount} kr." for one in found),
    )


def benefit_paid(facts: CaseFacts) -> Numbers | None:
    """REC3. Sickness or parental benefit was paid in a month that is calculated."""
    found = [one for one in facts.benefits_paid if one.amount]
    if not found:
        return None
    return Numbers(
        found=added(one.amount for one in found),
        months=tuple(sorted({one.month for one in found})),
        details=tuple(f"{one.month}: {one.amount} kr." for one in found),
    )


def _events(events: tuple[CaseEvent, ...], name: str, counts: Callable[[datetime], bool]) -> Numbers | None:
    found = [one for one in events if _same(one.name, name) and counts(one.received_at)]
    return _listed(f"{name} fra {one.effective or 'ukendt dato'}" for one in found)


def _same(one: str, other: str) -> bool:
    """One name, whatever its spaces and capitals."""
    return " ".join(one.split()).casefold() == other.casefold()


def _listed(details: Iterable[str], months: tuple[Month, ...] = ()) -> Numbers | None:
    """How many there are, with a line for each; None when there are none."""
    lines = tuple(details)
    return Numbers(found=Decimal(len(lines)), unit="stk", months=months, details=lines) if lines else None


@dataclass(frozen=True, slots=True)
class StageRule:
    """When a concern of a process is there. All else about it stands in ``rules.concerns``."""

    code: str
    test: Callable[[CaseFacts], Numbers | None]


RULES = (
    StageRule("ELI1", no_start_date),
    StageRule("ELI2", activity(OLD_SCHEME)),
    StageRule("ELI3", activity(OLD_SCHEME_SELF_EMPLOYED)),
    StageRule("ELI4", activity(ORDINARY_JOB)),
    StageRule("ELI5", activity(SELF_EMPLOYED)),
    StageRule("INF1", holiday_with_allowance),
    StageRule("INF2", shifted(tuple((SICK, course) for course in RESOURCE_COURSES))),
    StageRule("INF3", shifted(tuple((course, IN_FLEKSJOB) for course in RESOURCE_COURSES))),
    StageRule("INF4", shifted(((SICK, IN_FLEKSJOB),))),
    StageRule("SAT1", always),
    StageRule("SAT2", always),
    StageRule("SAT3", always),
    StageRule("SAT4", always),
    StageRule("SAT5", always),
    StageRule("SAT6", always),
    StageRule("SAT7", no_tax_card_choice),
    StageRule("SAT8", always),
    StageRule("SAT9", ordinary_job),
    StageRule("SAT10", military_service),
    StageRule("REC1", unknown_employer),
    StageRule("REC2", holiday_pay_arrived),
    StageRule("REC3", benefit_paid),
)
