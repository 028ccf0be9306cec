"""A worked example of every rule: an invented case that breaks it, run through the rule itself.

The guide ("Hvad gør automatikken?") shows them. Benefit month November 2026: 10.000 kr. a month from one fleksjob in
August to October, and 18.600 kr. paid for September and October; each example changes as little as breaks its rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from rules.case_rules import RULES as STAGE_RULES
from rules.decision import Decision, decide
from rules.facts import Facts, Job, PaidSubsidy, Period, Report, WageCeiling
from rules.income_rules import BY_CODE
from rules.months import Month
from rules.municipal_rules import MUNICIPAL, in_force
from rules.parameters import STOP, Parameters, RuleMode
from rules.rates import published_rates, rates_on
from rules.registry import Numbers
from rules.stage_examples import OTHER_SE, SE, STAGE_EXAMPLES

D = Decimal
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (Month(2026, number) for number in (8, 9, 10, 11))
MUNICIPALITY_SE = "29900001"
NAMES = {SE: "Bageriet", OTHER_SE: "Gartneriet", MUNICIPALITY_SE: "Kommunen"}
LONG_AGO = date(2020, 1, 1)


def wage(month: Month = OCTOBER, amount: str = "10000", se: str = SE, **more: Any) -> Report:
    """A whole month's wage with 80 hours, paid on its last day."""
    values: dict[str, Any] = {
        "role": "wage",
        "kind": "wage",
        "paid_hours": D(80),
        "pay_date": month.last_day,
        "period_start": month.first_day,
        "period_end": month.last_day,
    }
    return Report(month, se, amount=D(amount), **{**values, **more})


def _benefit(month: Month = OCTOBER, role: str = "benefit") -> Report:
    kind = "sickness_benefit" if role == "benefit" else ""
    return wage(month, "4000", MUNICIPALITY_SE, role=role, kind=kind, paid_hours=None)


BEFORE = (wage(AUGUST), wage(SEPTEMBER))


def _case(*now: Report, before: tuple[Report, ...] = BEFORE, **changes: Any) -> Facts:
    values: dict[str, Any] = {
        "benefit_month": NOVEMBER,
        "grant_first_day": LONG_AGO,
        "birth_date": date(1978, 4, 17),
        "reports": (*before, *now),
        "jobs": (Job(SE, is_fleksjob=True, first_day=LONG_AGO),),
        "wage_ceilings": (WageCeiling(D(40_000), date(2026, 1, 1)),),
        "paid_subsidies": (PaidSubsidy(SEPTEMBER, D(18_600)), PaidSubsidy(OCTOBER, D(18_600))),
        "tax_percent": D(38),
    }
    return Facts(**{**values, **changes})


PLAIN = _case(wage())
"""The case that breaks no rule."""


@dataclass(frozen=True)
class Example:
    """``story``: what is odd about the case, in Danish. ``limits``: for a municipal rule that has none of its own."""

    story: str
    facts: Facts
    limits: tuple[Decimal | None, Decimal | None] = (None, None)


@dataclass(frozen=True)
class Worked:
    """An example as the rule decides it. ``own_limits``: with the municipality's limits, else with the rule's own."""

    code: str
    story: str
    facts: Facts
    decision: Decision
    numbers: Numbers
    own_limits: bool


def worked(code: str, parameters: Parameters) -> Worked:
    """The example of an income rule or a municipal rule, calculated now.

    LookupError when the example does not break its rule, with the municipality's limits or the rule's own.
    """
    example = EXAMPLES[code]
    for chosen, own in ((_own(code, parameters), True), (_standard(code), False)):
        decision = decide(example.facts, rates_on(NOVEMBER, published_rates()), chosen)
        found = next((one for one in decision.concerns if one.code == code), None)
        if found is not None:
            return Worked(code, example.story, example.facts, decision, found.numbers, own)
    raise LookupError(f"The example of {code} does not break its rule.")


def _flags(code: str) -> dict[str, bool]:
    """Automation is on, but for the two rules that say that it is off."""
    return {"include_income_automatically": code != "INC36", "full_automation": code != "INC37"}


def _own(code: str, parameters: Parameters) -> Parameters:
    if code not in MUNICIPAL:
        return replace(parameters, **_flags(code), rule_modes=())  # type: ignore[arg-type]
    setting = next((one for one in parameters.rule_modes if one.code == code), None)
    asked = in_force(MUNICIPAL[code], setting)
    return _stopping(code, parameters, asked.low, asked.high)


def _standard(code: str) -> Parameters:
    low, high = EXAMPLES[code].limits
    return _stopping(code, Parameters(), low, high) if code in MUNICIPAL else replace(Parameters(), **_flags(code))  # type: ignore[arg-type]


def _stopping(code: str, parameters: Parameters, low: Decimal | None, high: Decimal | None) -> Parameters:
    return replace(parameters, **_flags(code), rule_modes=(RuleMode(code, STOP, low, high),))  # type: ignore[arg-type]


def _two_jobs() -> tuple[Job, ...]:
    return (*PLAIN.jobs, Job(OTHER_SE, is_fleksjob=True, first_day=date(2026, 9, 1)))


EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "INC1": Example(
            "Lønnen for august er ikke indberettet. Der er kun én måned at sammenligne med.",
            _case(wage(), before=(wage(SEPTEMBER),)),
        ),
        "INC2": Example("Arbejdsgiveren har ikke indberettet løn for oktober.", _case()),
        "INC3": Example("Lønnen falder fra 10.000 kr. til 6.000 kr.", _case(wage(amount="6000"))),
        "INC4": Example("Lønnen stiger fra 10.000 kr. til 14.000 kr.", _case(wage(amount="14000"))),
        "INC5": Example(
            "Lønnen er indberettet med 99999,99 timer: arbejdsgiverens tegn for “ukendt”.",
            _case(wage(paid_hours=None, hours_fault="løntimer er 99999,99")),
        ),
        "INC6": Example(
            "Lønnen er optjent fra den 1. til den 14. oktober.",
            _case(wage(period_start=date(2026, 10, 1), period_end=date(2026, 10, 14))),
        ),
        "INC7": Example(
            "Borgeren har fået 6.000 kr. fra bageriet og 4.000 kr. fra gartneriet.",
            _case(wage(amount="6000"), wage(amount="4000", se=OTHER_SE)),
        ),
        "INC8": Example(
            "Der er 500 kr. i nettoferiepenge, og borgerens trækprocent er ikke kendt.",
            _case(wage(net_holiday_pay=D(500)), tax_percent=None),
        ),
        "INC20": Example(
            "500 kr. er indberettet i et felt, som ikke står i tabellerne.",
            _case(wage(), wage(amount="0", unknown=(("ukendt felt 777", D(500)),))),
        ),
        "INC21": Example(
            "1.200 kr. er indberettet som en slags indkomst, der kan være løn og kan være noget andet.",
            _case(wage(), wage(amount="0", must_judge=(("engangsbeløb", D(1200)),))),
        ),
        "INC22": Example(
            "I oktober retter arbejdsgiveren septembers løn med 800 kr.",
            _case(wage(), wage(SEPTEMBER, "800", corrected_in=OCTOBER)),
        ),
        "INC23": Example(
            "Arbejdsgiveren tilbagefører 2.000 kr., men ingen indberetning passer til beløbet.",
            _case(wage(), wage(amount="-2000", reversal_fault="den oprindelige indberetning findes ikke")),
        ),
        "INC24": Example("Der står intet lønloft på sagen.", _case(wage(), wage_ceilings=())),
        "INC25": Example(
            "Oktobers løn er 0 kr.: den er tilbageført, og der er ikke kommet en ny.", _case(wage(amount="0"))
        ),
        "INC26": Example("Lønperioden har en første dag og ingen sidste dag.", _case(wage(period_end=None))),
        "INC27": Example(
            "Lønnen er 20.000 kr. i stedet for 10.000 kr. Det nye tilskud er lavere end de to måneders 18.600 kr.",
            _case(wage(amount="20000")),
        ),
        "INC28": Example(
            "Kommunen har indberettet 4.000 kr. af en anden ydelse.", _case(wage(), _benefit(role="other_benefit"))
        ),
        "INC29": Example("Borgeren har fået 4.000 kr. i sygedagpenge.", _case(wage(), _benefit())),
        "INC30": Example("Sagen har to fleksjob i oktober.", _case(wage(), jobs=_two_jobs())),
        "INC31": Example("Bevillingen begynder den 10. november.", _case(wage(), grant_first_day=date(2026, 11, 10))),
        "INC32": Example(
            "Borgeren er født den 15. november 1959 og fylder 67 år.", _case(wage(), birth_date=date(1959, 11, 15))
        ),
        "INC33": Example(
            "FerieKonto har udbetalt 3.000 kr. i oktober.",
            _case(wage(), wage(amount="3000", se="33088566", role="holiday_paid", kind="", paid_hours=None)),
        ),
        "INC34": Example(
            "En sagsbehandler har markeret sagen: der mangler timesedler.", _case(wage(), needs_manual="Mangler timer")
        ),
        "INC35": Example("Lønnen er indberettet uden timer.", _case(wage(paid_hours=None))),
        "INC36": Example("Automatisk medtagning er slukket, og lønnen venter på, at en person medtager den.", PLAIN),
        "INC37": Example("Fuld automatik er slukket. Sagen er helt almindelig.", PLAIN),
        "INC38": Example(
            "Der er kun udbetalt tilskud for oktober.", _case(wage(), paid_subsidies=(PaidSubsidy(OCTOBER, D(18_600)),))
        ),
        "INC39": Example(
            "Fleksjobbet slutter den 15. november.",
            _case(wage(), jobs=(Job(SE, is_fleksjob=True, first_day=LONG_AGO, last_day=date(2026, 11, 15)),)),
        ),
        "INC40": Example("Lønnen kommer fra gartneriet. På sagen står kun bageriet.", _case(wage(se=OTHER_SE))),
        "INC41": Example(
            "Borgeren har mistet retten til sygedagpenge, men beløbet er ikke skrevet.",
            _case(wage(), periods=(Period("lost_right", date(2026, 10, 1), benefit="sickness_benefit"),)),
        ),
        "INC42": Example(
            "Retten til 4.000 kr. sygedagpenge er mistet fra den 10. oktober.",
            _case(
                wage(),
                periods=(Period("lost_right", date(2026, 10, 10), benefit="sickness_benefit", amount=D(4000)),),
            ),
        ),
        "INC43": Example(
            "Fleksjobbet er begyndt den 15. oktober. Der er endnu ikke en hel måneds løn, og den forventede løn er "
            "12.000 kr.",
            _case(
                before=(),
                grant_first_day=date(2026, 10, 15),
                jobs=(Job(SE, is_fleksjob=True, first_day=date(2026, 10, 15)),),
                paid_subsidies=(),
                expected_wage=D(12_000),
            ),
        ),
        "INC44": Example(
            "Borgeren har fået ledighedsydelse fra den 1. oktober.",
            _case(wage(), periods=(Period("benefit", date(2026, 10, 1), benefit="unemployment_allowance"),)),
        ),
        "MUN1": Example(
            "Lønnen kommer fra gartneriet, som ikke har betalt løn i de tre måneder før.", _case(wage(se=OTHER_SE))
        ),
        "MUN2": Example(
            "Grænserne er sat til 3.000 og 25.000 kr. Lønnen er 28.000 kr.",
            _case(wage(amount="28000")),
            (D(3000), D(25000)),
        ),
        "MUN3": Example(
            "Grænserne er sat til 2.000 og 18.000 kr. Tilskuddet er 18.600 kr.", PLAIN, (D(2000), D(18000))
        ),
        "MUN4": Example(
            "Grænserne er sat til -1.000 og 1.000 kr. Lønnen stiger, så tilskuddet falder 1.500 kr.",
            _case(wage(amount="15000")),
            (D(-1000), D(1000)),
        ),
        "MUN5": Example("Der er optjent 500 kr. i nettoferiepenge.", _case(wage(net_holiday_pay=D(500)))),
        "MUN6": Example(
            "Borgeren fik 4.000 kr. i sygedagpenge i september.", _case(wage(), before=(*BEFORE, _benefit(SEPTEMBER)))
        ),
        "MUN7": Example(
            "En sagsbehandler godkendte sidst juli med 24.000 kr. Siden er tilskuddet faldet lidt ad gangen.",
            _case(wage(), last_confirmed=PaidSubsidy(Month(2026, 7), D(24_000))),
        ),
        "MUN8": Example(
            "Lønperioden er fra den 1. til den 14. oktober.",
            _case(wage(period_start=date(2026, 10, 1), period_end=date(2026, 10, 14))),
            (D(28), D(31)),
        ),
        "MUN9": Example(
            "10.000 kr. er indberettet med 8 timer: 1.250 kr. i timen.",
            _case(wage(paid_hours=D(8))),
            (D(100), D(700)),
        ),
        "MUN10": Example(
            "Der er aftalt 12 % i pension, men lønsedlen har ingen.",
            _case(wage(), jobs=(Job(SE, is_fleksjob=True, first_day=LONG_AGO, agreed_pension_percent=D(12)),)),
            (D(-2), D(2)),
        ),
        "MUN11": Example(
            "Ved siden af lønnen er der en linje på 6.000 kr. uden timer.",
            _case(wage(), wage(amount="6000", paid_hours=None)),
            (None, D(2000)),
        ),
        "MUN12": Example(
            "Lønloftet er fra januar 2020.",
            _case(wage(), wage_ceilings=(WageCeiling(D(40_000), LONG_AGO),)),
            (None, D(12)),
        ),
        "MUN13": Example(
            "Lønloftet er skrevet som 12.000 kr.: det ligner deltid.",
            _case(wage(), wage_ceilings=(WageCeiling(D(12_000), date(2026, 1, 1)),)),
            (D(15_000), None),
        ),
        "MUN14": Example(
            "Lønnen er den samme, men timerne er faldet fra 80 til 40.",
            _case(wage(paid_hours=D(40))),
            (D(-25), D(25)),
        ),
    }
)


def codes_with_examples() -> set[str]:
    """Every code with an example: the income rules, the municipal rules and the process's concerns."""
    return {*EXAMPLES, *STAGE_EXAMPLES}


def missing() -> set[str]:
    """Rules without an example; must be empty."""
    return ({*BY_CODE} | {one.code for one in STAGE_RULES}) - codes_with_examples()
