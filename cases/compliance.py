"""Each rule as the municipality has set it: since when, by whom, and where that is beyond the careful set-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.models import Municipality, MunicipalParameters, RuleSetting
from cases.models.rule_setting import modes_in_force
from cases.presenters.settings import LABELS, in_words, limit_words
from rules.compliance import touched
from rules.concerns import CONCERNS, ConcernText
from rules.income_rules import RULES
from rules.months import Month
from rules.municipal_rules import MUNICIPAL, MunicipalRule, in_force, weakens
from rules.parameters import CAREFUL, Parameters, RuleMode
from rules.registry import Rule

STEERED = {code: name for name, _, code in LABELS}
"""The income rules that a figure or a flag of the municipality steers."""
KINDS = {
    "blocking": "stopper altid",
    "checkmark": "stopper, til der er svaret",
    "mandatory": "stopper, til feltet er udfyldt",
    "required": "stopper, til delprocessen er færdig",
    "optional": "minder om det, men stopper ikke",
}
VALUES = {
    "percent_below": "stopper, når indtægten ligger mere end {} under gennemsnittet",
    "percent_above": "stopper, når indtægten ligger mere end {} over gennemsnittet",
    "subsidy_drop_percent": "stopper, når tilskuddet falder mere end {}",
}
FLAGS = {
    ("include_income_automatically", True): "slået til: lønoplysninger tages med af sig selv",
    ("include_income_automatically", False): "slået fra: hver ny lønoplysning giver en opgave",
    ("full_automation", True): "slået til: sager uden undringsårsager udbetales af sig selv",
    ("full_automation", False): "slået fra: alle sager giver en opgave hver måned",
}
NOT_ASKED = "spørges ikke, mens automatisk medtagning er slået fra: hver ny lønoplysning giver en opgave"
NOT_FROM_THE_NOTE = "Mere automatisk end Fleksløns standard på {}. Notatet nævner ingen procent."
BEYOND_THE_NOTE = "Mere automatisk end notatets forsigtige opsætning på {}."
WEAKER = "Mildere end reglens egen indstilling: {}."


@dataclass(frozen=True)
class Line:
    """One rule. ``more_automatic``: a sentence when it lets through more than the careful set-up, else ""."""

    code: str
    title: str
    law: str
    value: str
    since: date | None
    by: str
    more_automatic: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


def sections(municipality: Municipality, month: Month) -> list[Section]:
    """Every rule as it stands in a benefit month: annex 1, the municipality's own criteria, the program's own stops."""
    figures = _Figures(municipality, month)
    annex = [code for code in CONCERNS if code.startswith("INC")]
    others = [code for code in CONCERNS if code not in annex]
    income = {rule.code: rule for rule in RULES}
    first = ["INC37", "INC36", "INC27"]
    own = [code for code in income if code not in annex and code not in first]
    return [
        Section("Automatik og fald i tilskuddet", tuple(figures.line(income[code]) for code in first)),
        Section("Bilag 1: indtægtsregler", tuple(figures.line(income[code]) for code in annex)),
        Section("Bilag 1: opstart, genberegning og sats", tuple(_fixed(CONCERNS[code]) for code in others)),
        Section("Kommunens egne kriterier", tuple(_municipal(municipality, month))),
        Section("Fleksløns egne stop", tuple(figures.line(income[code]) for code in own)),
    ]


def more_automatic(found: Iterable[Section]) -> list[Line]:
    """The lines that let through more than the careful set-up."""
    return [line for section in found for line in section.lines if line.more_automatic]


class _Figures:
    """The municipality's figures in force, and when each of them got its value."""

    def __init__(self, municipality: Municipality, month: Month) -> None:
        rows = MunicipalParameters.objects.of(municipality).in_force(month)
        self.rows: Sequence[MunicipalParameters] = list(rows)
        self.parameters = self.rows[0].as_parameters() if self.rows else Parameters()

    def line(self, rule: Rule) -> Line:
        name = STEERED.get(rule.code, "")
        if not name:
            return Line(rule.code, rule.title, rule.law, self._fixed_words(rule), None, "", "", touched(rule.code))
        value, row = getattr(self.parameters, name), self._since(name)
        words = FLAGS[name, value] if isinstance(value, bool) else VALUES[name].format(in_words(value))
        by = _who(row) if row else ""
        since = row.valid_from if row else None
        return Line(rule.code, rule.title, rule.law, words, since, by, _beyond(name, value), touched(rule.code))

    def _fixed_words(self, rule: Rule) -> str:
        """What a rule does that nobody can set."""
        if rule.only_automatic and not self.parameters.include_income_automatically:
            return NOT_ASKED
        return KINDS[CONCERNS[rule.code].kind if rule.code in CONCERNS else "blocking"]

    def _since(self, name: str) -> MunicipalParameters | None:
        """The oldest row from which the value has stood unchanged until now."""
        found = None
        for row in self.rows:
            if getattr(row.as_parameters(), name) != getattr(self.parameters, name):
                break
            found = row
        return found


def _beyond(name: str, value: Decimal | bool) -> str:
    careful = getattr(CAREFUL, name)
    if isinstance(value, bool) or value <= careful:
        return ""
    sentence = BEYOND_THE_NOTE if name == "subsidy_drop_percent" else NOT_FROM_THE_NOTE
    return sentence.format(in_words(careful))


def _who(row: MunicipalParameters) -> str:
    """Who entered the row, and why, as its history says."""
    first = row.history.select_related("history_user").order_by("history_date", "history_id").first()
    user = str(first.history_user) if first and first.history_user else "Fleksløn"
    why = row.note or (first.history_change_reason if first else "") or ""
    return f"{user}: {why}" if why else user


def _fixed(text: ConcernText) -> Line:
    return Line(text.code, text.message, text.law, KINDS[text.kind], None, "", "", touched(text.code))


def _municipal(municipality: Municipality, month: Month) -> Iterable[Line]:
    settings = {one.code: one for one in modes_in_force(municipality, month)}
    rows = RuleSetting.objects.of(municipality).filter(valid_from__lte=month.last_day)
    newest = {row.code: row for row in rows.select_related("proposed_by", "confirmed_by").order_by("valid_from", "id")}
    for code, rule in MUNICIPAL.items():
        yield _municipal_line(rule, settings.get(code), newest.get(code))


def _municipal_line(rule: MunicipalRule, setting: RuleMode | None, row: RuleSetting | None) -> Line:
    own, now = in_force(rule, None), in_force(rule, setting)
    weaker = WEAKER.format(limit_words(own).removesuffix(".")) if weakens(own, now) else ""
    counts = row if row is not None and setting is not None and row.as_mode() == setting else None
    by = ""
    if counts is not None:
        persons = " og ".join(str(one) for one in (counts.proposed_by, counts.confirmed_by) if one)
        by = f"{persons}: {counts.reason}"
    since = counts.valid_from if counts else None
    return Line(rule.code, rule.title, rule.law, limit_words(now), since, by, weaker, touched(rule.code))
