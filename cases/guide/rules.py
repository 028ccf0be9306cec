"""Hvad gør automatikken? Every rule as the guide shows it: law, sentence, this municipality's limit, an example."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.acts import acts_for
from cases.models import Mode, Municipality, MunicipalParameters, RuleSetting, parameters_for
from cases.models.task import ConcernKind
from cases.presenters.concerns import sentence
from cases.presenters.words import day, long_month, percent, plain, readable, signed_percent
from cases.rule_settings import waits_for_second
from cases.templatetags.danish import hele_kr, kr
from rules.case_rules import RULES as STAGE_RULES
from rules.concerns import CONCERNS
from rules.income_rules import BY_CODE
from rules.months import Month
from rules.municipal_rules import FIXED_JUDGMENT, JUDGMENT, MUNICIPAL, MunicipalRule, in_force
from rules.parameters import Parameters
from rules.registry import Numbers, Rule
from rules.rule_examples import NAMES, Worked, worked
from rules.stage_examples import REGULATION_STORY, STAGE_EXAMPLES, stage_numbers
from rules.start_up import REGULATION

UNITS = {"kr": "kr.", "stk": "stk."}
STAGES = {"4": "Trin 4, afgør berettigelse", "6": "Trin 6, sagsoplysninger", "7": "Trin 7, ydelse og sats"}


@dataclass(frozen=True)
class Group:
    """A heading of the list of rules."""

    title: str
    about: str
    codes: tuple[str, ...]


GROUPS = (
    Group(
        "De otte regler om indtægter",
        "De er ens i alle kommuner. Procenterne er kommunens. De stopper kun, når indtægter medtages automatisk.",
        tuple(code for code, rule in BY_CODE.items() if rule.only_automatic),
    ),
    Group(
        "Fleksløns egne regler",
        "De gælder altid. De stopper sager, som ikke kan eller bør afgøres uden en person.",
        tuple(code for code, rule in BY_CODE.items() if not rule.only_automatic and code not in MUNICIPAL),
    ),
    Group(
        "Kommunens regler",
        "Hver regel er slukket, vises eller stopper, som jeres fagkoordinator har valgt.",
        tuple(MUNICIPAL),
    ),
    Group(
        "Opstart og genberegning",
        "Spørgsmål, der kommer, når en sag åbnes, eller når betalte måneder regnes igen.",
        (*(one.code for one in STAGE_RULES), REGULATION.code),
    ),
)
ALL_CODES = tuple(code for group in GROUPS for code in group.codes)


@dataclass(frozen=True)
class RulePage:
    """One rule in words. ``limits``: (label, value) as set here; ``example``: None where only ``story`` tells it."""

    code: str
    title: str
    message: str
    law: str
    help: str
    effect: str
    is_judgment: bool
    limits: tuple[tuple[str, str], ...]
    since: str
    story: str
    found: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    example: Worked | None
    acts: tuple[tuple[str, str], ...] = ()

    @property
    def months(self) -> list[dict[str, Any]]:
        """The example's reports, a row each."""
        if self.example is None:
            return []
        return [
            {
                "month": long_month(one.month),
                "employer": NAMES.get(one.se_number, "FerieKonto"),
                "amount": kr(one.amount),
                "hours": plain(one.paid_hours),
            }
            for one in sorted(self.example.facts.reports, key=lambda one: one.month)
        ]


def rule_page(code: str, municipality: Municipality | None, month: Month) -> RulePage | None:
    """The page of a rule as it stands in the municipality for a benefit month; None for a code that is no rule."""
    parameters = parameters_for(municipality, month) if municipality else Parameters()
    if code in BY_CODE:
        return _income_rule(BY_CODE[code], parameters, _since(code, municipality, month))
    if code == REGULATION.code:
        return _told(code, REGULATION.message, REGULATION.law, REGULATION.help, "Stopper", REGULATION_STORY, Numbers())
    if code in STAGE_EXAMPLES:
        text = CONCERNS[code]
        effect = f"{ConcernKind(text.kind).label} · {STAGES[text.process_stage]}"
        return _told(
            code, text.message, text.law, text.explanation, effect, STAGE_EXAMPLES[code].story, stage_numbers(code)
        )
    return None


def rule_list(municipality: Municipality | None, month: Month) -> list[tuple[Group, list[dict[str, Any]]]]:
    """Every rule in its group with its effect and limits, without the examples."""
    parameters = parameters_for(municipality, month) if municipality else Parameters()
    return [(group, [_line(code, parameters) for code in group.codes]) for group in GROUPS]


def _line(code: str, parameters: Parameters) -> dict[str, Any]:
    if code in BY_CODE:
        rule = BY_CODE[code]
        effect, limits = _effect(rule, parameters), _limits(rule, parameters)
        title, law = rule.title, rule.law
    else:
        text = REGULATION if code == REGULATION.code else CONCERNS[code]
        effect = "Stopper" if code == REGULATION.code else ConcernKind(CONCERNS[code].kind).label
        title, law, limits = text.message, text.law, ()
    return {"code": code, "title": title, "law": law, "effect": effect, "limits": ", ".join(v for _, v in limits)}


def _income_rule(rule: Rule, parameters: Parameters, since: str) -> RulePage:
    found = worked(rule.code, parameters)
    return RulePage(
        rule.code,
        rule.title,
        rule.message,
        rule.law,
        rule.help,
        _effect(rule, parameters),
        _is_judgment(rule.code),
        _limits(rule, parameters),
        since,
        found.story,
        _sentences(rule.code, found.numbers),
        _figures(found.numbers),
        found,
        tuple(acts_for(rule.code)),
    )


def _told(code: str, message: str, law: str, help_: str, effect: str, story: str, numbers: Numbers) -> RulePage:
    return RulePage(
        code, message, message, law, help_, effect, _is_judgment(code), (), "", story,
        tuple(readable(text, NAMES) for text in numbers.details), (), None, tuple(acts_for(code)),
    )  # fmt: skip


def _is_judgment(code: str) -> bool:
    return code in FIXED_JUDGMENT or (code in MUNICIPAL and MUNICIPAL[code].group == JUDGMENT)


def _effect(rule: Rule, parameters: Parameters) -> str:
    if isinstance(rule, MunicipalRule):
        setting = next((one for one in parameters.rule_modes if one.code == rule.code), None)
        return str(Mode(in_force(rule, setting).mode).label)
    if rule.only_automatic and not parameters.include_income_automatically:
        return "Hviler: automatisk medtagning er slukket"
    if rule.code == "INC36" and parameters.include_income_automatically:
        return "Hviler: automatisk medtagning er tændt"
    if rule.code == "INC37" and parameters.full_automation:
        return "Hviler: fuld automatik er tændt"
    return "Stopper" if rule.acceptable else "Stopper, til det er rettet"


def _limits(rule: Rule, parameters: Parameters) -> tuple[tuple[str, str], ...]:
    if isinstance(rule, MunicipalRule):
        setting = next((one for one in parameters.rule_modes if one.code == rule.code), None)
        asked = in_force(rule, setting)
        unit = UNITS.get(rule.unit, rule.unit)
        pairs = (("mindst", asked.low), ("højst", asked.high))
        return tuple(("", f"{label} {hele_kr(value)} {unit}") for label, value in pairs if value is not None)
    values = ((name, getattr(parameters, name)) for name in rule.limits)
    return tuple((_label(name), percent(value)) for name, value in values if isinstance(value, Decimal))


def _label(name: str) -> str:
    return str(MunicipalParameters._meta.get_field(name).verbose_name)


def _since(code: str, municipality: Municipality | None, month: Month) -> str:
    """The day from which the municipality's setting counts; "" when the default does."""
    if municipality is None:
        return ""
    if code in MUNICIPAL:
        rows = RuleSetting.objects.of(municipality).filter(code=code, valid_from__lte=month.last_day)
        counting = [row for row in rows.order_by("valid_from", "id") if not waits_for_second(row)]
        return day(counting[-1].valid_from) if counting else ""
    row = MunicipalParameters.objects.of(municipality).in_force(month).first()
    return day(row.valid_from) if row else ""


def _sentences(code: str, numbers: Numbers) -> tuple[str, ...]:
    lines = (sentence(code, numbers), *(readable(text, NAMES) for text in numbers.details))
    return tuple(line for line in lines if line)


def _figures(numbers: Numbers) -> tuple[tuple[str, str], ...]:
    """Found, compared with, deviation and limit, each with its unit."""
    limit_unit = numbers.limit_unit or numbers.unit
    pairs = (
        ("Fundet", _amount(numbers.found, numbers.unit)),
        ("Sammenlignet med", _amount(numbers.expected, numbers.unit)),
        ("Afvigelse", signed_percent(numbers.deviation)),
        ("Grænse", signed_percent(numbers.limit) if limit_unit == "%" else _amount(numbers.limit, limit_unit)),
    )
    return tuple((label, text) for label, text in pairs if text)


def _amount(value: Decimal | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{kr(value) if unit == 'kr' else plain(value)} {UNITS.get(unit, unit)}"
