"""The municipality's own criteria: permanent codes MUN1 and on, each off, shown (note) or stopping from a date.

Every rule allows an interval: it is broken when what it finds lies below ``low`` or above ``high``. Wider is looser.
A rule of the class *skøn* asks for a person's judgment (forbud mod skøn under regel): it stops by default, and only
two persons weaken it, with a reason. A rule of the class *kontrol* is the municipality's to choose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from rules import municipal_checks as check
from rules.facts import ZERO
from rules.month_view import MonthView
from rules.municipal_checks import Limit
from rules.parameters import MODES, NOTE, OFF, STOP, RuleMode
from rules.registry import Concern, Known, Rule, known_as

JUDGMENT, CONTROL = "skøn", "kontrol"


@dataclass(frozen=True, slots=True)
class MunicipalRule(Rule):
    """A rule that a municipality sets. ``group``: JUDGMENT or CONTROL; ``unit``: what its limits are given in."""

    group: str = CONTROL
    mode: str = OFF
    low: Limit = None
    high: Limit = None
    unit: str = "kr"

    def concern(self, view: MonthView, low: Limit, high: Limit) -> Concern | None:
        """The concern when what is found lies outside the limits."""
        numbers = self.test(view, low, high)
        return None if numbers is None else Concern(self.code, numbers)


@dataclass(frozen=True, slots=True)
class Asked:
    """A municipal rule as it is asked: with its mode and its limits. ``key`` names it in ``Known``."""

    rule: MunicipalRule
    mode: str
    low: Limit
    high: Limit
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", known_as(self.rule.code, self.low, self.high))


@lru_cache(maxsize=256)
def asked(modes: tuple[RuleMode, ...]) -> tuple[Asked, ...]:
    """The municipal rules in force: each by its own default where nothing is set. Those that are off are left out.

    ValueError (Danish) on a code or a mode that does not exist: a setting that is not understood is never skipped.
    """
    for one in modes:
        if one.code not in MUNICIPAL or one.mode not in MODES:
            raise ValueError(f"Kommunens regel {one.code} kan ikke sættes til {one.mode}.")
    settings = {one.code: one for one in modes}
    rules = (in_force(rule, settings.get(code)) for code, rule in MUNICIPAL.items())
    return tuple(one for one in rules if one.mode != OFF)


def in_force(rule: MunicipalRule, setting: RuleMode | None) -> Asked:
    """A rule with the municipality's setting, or as it is by default. A limit that is not set is the rule's own."""
    if setting is None:
        return Asked(rule, rule.mode, rule.low, rule.high)
    low = rule.low if setting.low is None else setting.low
    high = rule.high if setting.high is None else setting.high
    return Asked(rule, setting.mode, low, high)


def own_choices(modes: tuple[RuleMode, ...]) -> tuple[RuleMode, ...]:
    """The settings that make a difference, with their limits: what is set to the rule's own default is left out."""
    settings = {one.code: one for one in modes}
    chosen = ((rule, in_force(rule, settings.get(code)), in_force(rule, None)) for code, rule in MUNICIPAL.items())
    return tuple(RuleMode(rule.code, one.mode, one.low, one.high) for rule, one, own in chosen if one != own)


def municipal_concerns(
    view: MonthView, modes: tuple[RuleMode, ...], known: Known | None = None
) -> tuple[list[Concern], list[Concern]]:
    """The broken municipal rules: those that stop, and those that are only shown."""
    known = {} if known is None else known
    found: dict[str, list[Concern]] = {STOP: [], NOTE: []}
    for one in asked(modes):
        if one.key not in known:
            known[one.key] = one.rule.concern(view, one.low, one.high)
        if (concern := known[one.key]) is not None:
            found[one.mode].append(concern)
    return found[STOP], found[NOTE]


def weakens(old: Asked, new: Asked) -> bool:
    """Whether a setting lets through what the old one did not: a milder mode, or a wider interval."""
    milder, as_strict = MODES.index(new.mode) < MODES.index(old.mode), new.mode == old.mode
    if milder or not as_strict:
        return milder
    lower = old.low is not None and (new.low is None or new.low < old.low)
    higher = old.high is not None and (new.high is None or new.high > old.high)
    return lower or higher


def needs_two_persons(code: str, old: RuleMode | None, new: RuleMode) -> bool:
    """Whether another person must confirm the setting: a rule of the class *skøn* that is weakened."""
    rule = MUNICIPAL[code]
    return rule.group == JUDGMENT and weakens(in_force(rule, old), in_force(rule, new))


FIXED_JUDGMENT = {
    "INC1": "Regulering af den forventede løn kræver en hel måneds løn",
    "INC20": "Et beløb med en ukendt kode skal vurderes",
    "INC21": "Et beløb, der kan være løn, skal vurderes",
    "INC28": "Om en anden ydelse kan forenes med tilskuddet, skal vurderes",
    "INC29": "Syge- og barselsdagpenge skal vurderes",
    "INC33": "Udbetalte feriepenge og lønloft skal vurderes",
    "INC38": "En sag uden tilskud i begge måneder før behandles som opstart",
    "INC42": "En mistet ret i en del af måneden skal vurderes",
    "INC43": "Regulering af den forventede løn skal vurderes",
    "INF2": "Målgruppeskift skal vurderes",
    "INF3": "Målgruppeskift skal vurderes",
    "INF4": "Målgruppeskift skal vurderes",
    "REC3": "Syge- og barselsdagpenge skal vurderes",
}
"""The concerns of the class *skøn* that are no municipal rules: they always stop, and no one can switch them off."""

MARC = "Dataproces, MARC Fleksløn"

RULES = (
    MunicipalRule(
        "MUN1",
        "Arbejdsgiveren er set før",
        f"{MARC}; LAB § 123, stk. 3",
        "Lønnen kommer fra en arbejdsgiver, som ikke har betalt løn i de seneste måneder",
        "Er det et nyt job, så se efter, om job og lønloft står på sagen.",
        check.new_employer,
        mode=NOTE,
        high=Decimal(3),
        unit="måneder",
    ),
    MunicipalRule(
        "MUN2",
        "Indtægten ligger inden for kommunens beløbsgrænser",
        MARC,
        "Månedens indtægt ligger uden for kommunens beløbsgrænser",
        "Se efter, om lønnen er rigtig og hel.",
        check.income_limits,
    ),
    MunicipalRule(
        "MUN3",
        "Tilskuddet ligger inden for kommunens beløbsgrænser",
        MARC,
        "Tilskuddet ligger uden for kommunens beløbsgrænser",
        "Se beregningen efter linje for linje.",
        check.subsidy_limits,
    ),
    MunicipalRule(
        "MUN4",
        "Tilskuddet ændrer sig ikke for mange kroner",
        f"{MARC}; forvaltningsloven § 19",
        "Tilskuddet ændrer sig mere i kroner, end kommunen har sat som grænse",
        "Se efter, hvad der har ændret sig, og om borgeren skal høres.",
        check.subsidy_change,
    ),
    MunicipalRule(
        "MUN5",
        "Ingen feriepenge i måneden",
        f"{MARC}; bekg. 227/2024 § 6",
        "Der er feriepenge i måneden",
        "Se efter, om feriepengene er regnet med i den rigtige måned, og om lønloftet skal hæves.",
        check.holiday_pay_present,
        mode=NOTE,
        high=ZERO,
    ),
    MunicipalRule(
        "MUN6",
        "Ingen anden ydelse i de seneste måneder",
        f"{MARC}; LAB §§ 116 og 124",
        "Der har været en anden ydelse i de seneste måneder",
        "Se efter, om ydelsen er ophørt, og om lønnen er en hel måneds løn igen.",
        check.other_benefit_present,
        mode=NOTE,
        low=Decimal(2),
        unit="måneder",
    ),
    MunicipalRule(
        "MUN7",
        "Tilskuddet er tæt på den sidst godkendte måned",
        "Kommunens kontrol; KOMBIT, afsnittet om sagsbehandlernes indsigt",
        "Tilskuddet har flyttet sig fra den måned, en sagsbehandler sidst godkendte",
        "Små ændringer hver måned kan blive til en stor. Se efter, om sagen stadig er rigtig.",
        check.drift,
        mode=NOTE,
        low=Decimal(-15),
        high=Decimal(15),
        unit="%",
    ),
    MunicipalRule(
        "MUN8",
        "Lønperioden er en hel måned",
        "Bekg. 227/2024 § 4 og § 13, stk. 2",
        "Der er en lønperiode, som ikke er en hel måned",
        "Se efter, hvor mange lønudbetalinger måneden har, og om lønloftet passer til dem.",
        check.pay_period,
        mode=NOTE,
        low=Decimal(28),
        high=Decimal(31),
        unit="dage",
    ),
    MunicipalRule(
        "MUN9",
        "Timelønnen er rimelig",
        "LAB §§ 122 og 138",
        "Løn og timer giver en timeløn, som ikke kan være rigtig",
        "Spørg arbejdsgiveren om timerne, og ret dem på indtægten.",
        check.hourly_pay,
        mode=NOTE,
        low=Decimal(100),
        high=Decimal(700),
    ),
    MunicipalRule(
        "MUN10",
        "Pensionen passer til den aftalte",
        "LAB § 123, stk. 2; bekg. 227/2024 § 1, stk. 1, nr. 2",
        "Pensionen er en anden del af lønnen end aftalt",
        "Se lønsedlen efter: pensionsbidrag, der ikke er indberettet, skal regnes med.",
        check.pension_share,
        mode=STOP,
        low=Decimal(-2),
        high=Decimal(2),
        unit="%-point",
    ),
    MunicipalRule(
        "MUN11",
        "Ingen beløb, der ligner en bonus",
        "Bekg. 227/2024 § 3, stk. 4, og § 4, stk. 3; principmeddelelse 27-23",
        "Der er et beløb, som ligner en bonus eller løn for flere måneder",
        "Afgør, om beløbet er løn, og hvilke måneder det dækker. Løn for flere måneder skal fordeles på dem.",
        check.bonus,
        group=JUDGMENT,
        mode=STOP,
        high=Decimal(2000),
    ),
    MunicipalRule(
        "MUN12",
        "Lønloftet er bekræftet for nylig",
        "Bekg. 227/2024 §§ 12-13",
        "Lønloftet er gammelt",
        "Spørg arbejdsgiveren, om fuldtidslønnen er ændret.",
        check.ceiling_age,
        mode=NOTE,
        high=Decimal(12),
        unit="måneder",
    ),
    MunicipalRule(
        "MUN13",
        "Lønloftet er en fuldtidsløn",
        "LAB § 123, stk. 3; bekg. 227/2024 § 12",
        "Lønloftet er lavere, end en fuldtidsløn kan være",
        "Se efter, om loftet er skrevet pr. måned og for fuld tid.",
        check.ceiling_low,
        mode=NOTE,
        low=Decimal(15000),
    ),
    MunicipalRule(
        "MUN14",
        "Løn og timer følges ad",
        "LAB §§ 122 og 138",
        "Løn og timer følges ikke ad",
        "Se efter, om lønnen dækker andre timer end de indberettede, eller om der er en bonus i den.",
        check.pay_against_hours,
        mode=NOTE,
        low=Decimal(-25),
        high=Decimal(25),
        unit="%",
    ),
)

MUNICIPAL: dict[str, MunicipalRule] = {rule.code: rule for rule in RULES}
