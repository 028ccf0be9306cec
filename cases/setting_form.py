"""The settings as a form: every figure and every municipal rule, started from any set of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms

from cases.forms import DayField, NumberField
from cases.models import Mode
from cases.presenters.settings import figure_lines, limit_words
from rules.municipal_rules import MUNICIPAL, Asked, in_force
from rules.parameters import Parameters, RuleMode

PERCENTS = ("percent_below", "percent_above", "subsidy_drop_percent")
LIMITS = ("low", "high")
FLAGS = ("include_income_automatically", "full_automation")


class SettingsForm(forms.Form):
    """``today`` stands to the left of each field; ``start`` is what the fields begin with."""

    percent_below = NumberField(min_value=0, max_value=100, required=True)
    percent_above = NumberField(min_value=0, max_value=100, required=True)
    subsidy_drop_percent = NumberField(min_value=0, max_value=100, required=True)
    include_income_automatically = forms.BooleanField(required=False)
    full_automation = forms.BooleanField(required=False)
    months = forms.TypedChoiceField(label="Prøv på", coerce=int)

    def __init__(self, data: Any, today: Parameters, start: Parameters, months: int) -> None:
        super().__init__(data, use_required_attribute=False)
        self.today = today
        words = {line.name: line.label for line in figure_lines(today)}
        for name in (*PERCENTS, *FLAGS):
            self.fields[name].label = words[name]
            self.initial[name] = getattr(start, name)
        choices = [(number, "den seneste måned" if number == 1 else f"de seneste {number} måneder")
                   for number in range(1, months + 1)]  # fmt: skip
        self.fields["months"].choices = choices
        self.initial["months"] = min(3, months)
        settings = {one.code: one for one in start.rule_modes}
        for code, rule in MUNICIPAL.items():
            self._add_rule(in_force(rule, settings.get(code)))

    def _add_rule(self, asked: Asked) -> None:
        code = asked.rule.code
        mode = forms.ChoiceField(label=f"{code}, virkning", choices=Mode.choices, required=False)
        mode.widget.attrs["aria-label"] = f"{asked.rule.title}: virkning"
        self.fields[f"mode_{code}"] = mode
        self.initial[f"mode_{code}"] = asked.mode
        for name, words in (("low", "nedre grænse"), ("high", "øvre grænse")):
            field = NumberField(label=f"{code}, {words}")
            field.widget.attrs["aria-label"] = f"{asked.rule.title}: {words}"
            self.fields[f"{name}_{code}"] = field
            self.initial[f"{name}_{code}"] = getattr(asked, name)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for code in MUNICIPAL:
            low, high = values.get(f"low_{code}"), values.get(f"high_{code}")
            if low is not None and high is not None and low > high:
                self.add_error(f"low_{code}", "Den nedre grænse er højere end den øvre.")
        return values

    @property
    def parameters(self) -> Parameters:
        """The settings that were typed. A limit that is left empty is the rule's own."""
        values = self.cleaned_data
        modes = tuple(
            RuleMode(code, values.get(f"mode_{code}") or rule.mode, *(values.get(f"{one}_{code}") for one in LIMITS))
            for code, rule in MUNICIPAL.items()
        )
        return Parameters(*(Decimal(values[name]) for name in PERCENTS), *(values[name] for name in FLAGS), modes)

    @property
    def figures(self) -> Iterator[tuple[Any, Any]]:
        """(today's line, field) of each figure and flag."""
        return ((line, self[line.name]) for line in figure_lines(self.today))

    @property
    def rules(self) -> Iterator[dict[str, Any]]:
        """Each municipal rule: what it is, what it is today, and its three fields."""
        settings = {one.code: one for one in self.today.rule_modes}
        for code, rule in MUNICIPAL.items():
            asked = in_force(rule, settings.get(code))
            fields = [self[f"{name}_{code}"] for name in ("mode", "low", "high")]
            yield {"rule": rule, "today": limit_words(asked), "fields": fields,
                   "faults": [fault for one in fields for fault in one.errors]}  # fmt: skip


class ProposalForm(forms.Form):
    """From when, and why."""

    valid_from = DayField(label="Skal gælde fra")
    reason = forms.CharField(
        label="Begrundelse", max_length=300, help_text="Hvorfor skal det ændres? En anden læser det og bekræfter."
    )
