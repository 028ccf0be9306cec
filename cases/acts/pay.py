"""Acts about pay: wage ceiling, expected wage, added income, tax card and tax percent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from cases import incomes, set_ceiling, tax_card
from cases.acts.base import ActForm, SourceField
from cases.expected_wage import set_expected_wage
from cases.forms import DayField, MonthChoiceField, NumberField, WholeNumberField
from cases.handle_task import Added, Correction
from cases.models import TreatmentAction, User
from cases.models.income import IncomeKind
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.templatetags.danish import day_name, kr
from rules.months import Month


class Ceiling(ActForm):
    title, button, tab = "Lønloft", "Gem lønloft", "job"
    lead = (
        "Lønloftet er lønnen på fuld tid i samme job. Arbejdsgiveren oplyser det; ellers beregner du det af timelønnen."
    )
    law = "LAB § 123, stk. 3; bekg. 227/2024 §§ 12-13"
    amount = NumberField(label="Lønloft pr. måned", help_text="Som arbejdsgiveren har oplyst det, med pension.")
    hourly = NumberField(label="eller timeløn", help_text="Alle dele af timelønnen. Ganges med 160,333 timer.")
    first_day = DayField(label="Gælder fra")
    source = SourceField()

    def known(self) -> list[str]:
        rows = self.about.grant.wage_ceilings.order_by("-first_day")[:4]
        return [f"{kr(row.amount)} kr. fra {day_name(row.first_day)}: {row.source}" for row in rows]

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        amount, hourly = values["amount"], values["hourly"]
        if amount is None and hourly is None:
            raise Refused("Skriv lønloftet, eller skriv timelønnen, så beregner vi det.")
        if amount is None:
            amount = set_ceiling.computed([hourly], Month.of(values["first_day"]))
        row = set_ceiling.set_ceiling(self.about.grant, amount, values["first_day"], values["source"], user, now)
        return f"Lønloftet er {kr(row.amount)} kr. fra {day_name(row.first_day)}."


class ConfirmCeiling(ActForm):
    title, button, tab, has_sum = "Bekræft lønloft", "Lønloftet er stadig rigtigt", "job", False
    lead = "Arbejdsgiveren siger, at lønloftet stadig er rigtigt. Er det ændret, så skriv det nye lønloft i stedet."
    law = "Bekg. 227/2024 § 12"
    source = SourceField(label="Hvem har bekræftet det, og hvornår?")
    known = Ceiling.known

    def perform(self, user: User, now: datetime) -> str:
        row = set_ceiling.confirm_ceiling(self.about.grant, self.cleaned_data["source"], user, now)
        return f"Lønloftet på {kr(row.amount)} kr. er bekræftet."


class RaiseCeiling(ActForm):
    title, button, tab, answers = "Hæv lønloftet for ferie", "Hæv lønloftet", "job", "holidays"
    lead = (
        "Feriepenge fra FerieKonto tæller med under lønloftet i den måned, ferien holdes. Loftet hæves kun den måned."
    )
    law = "Bekg. 227/2024 § 12, stk. 2, nr. 11"
    month = MonthChoiceField(label="Indtægtsmåned")
    amount = NumberField(label="Lønloft i måneden", required=True)
    source = SourceField(label="Begrundelse")

    def proposed(self) -> Mapping[str, Any]:
        found = self._raises()
        return {"month": str(found[0].month), "amount": found[0].proposed} if found else {}

    def _raises(self) -> list[Any]:
        grant, this = self.about.grant, Month.of(self.about.today)
        found = (set_ceiling.proposed_raise(grant, this - back) for back in range(13))
        return [one for one in found if one is not None and not one.is_done]

    def known(self) -> list[str]:
        return [
            f"{long_month(one.month).capitalize()}: loft {kr(one.ceiling)} kr., feriepenge {kr(one.holiday_pay)} kr. "
            f"Forslag: {kr(one.proposed)} kr."
            for one in self._raises()
        ] or ["Ingen måned det seneste år har feriepenge fra FerieKonto, som lønloftet ikke er hævet for."]

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        row = set_ceiling.raise_for_holiday(
            self.about.grant, values["month"], values["amount"], values["source"], user, now
        )
        return f"Lønloftet er {kr(row.amount)} kr. i {long_month(values['month'])}."


class TaxCard(ActForm):
    title, button, tab, has_sum = "Skattekort", "Gem skattekort", "job", False
    lead = "Vælg kun, hvis borgeren har bedt om et bestemt kort. Ellers fordeles et fradrag mellem borgerens ydelser."
    law = "Kildeskattebekg. § 18"
    card = forms.ChoiceField(label="Kort", choices=[("", "Vælg"), *tax_card.CARDS.items()])
    source = SourceField(label="Hvem har valgt, og hvornår?")

    def proposed(self) -> Mapping[str, Any]:
        return {"card": self.about.grant.citizen.tax_card}

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        tax_card.choose_tax_card(self.about.grant.citizen, values["card"], values["source"], user, now)
        return f"Skattekort: {tax_card.CARDS[values['card']].lower()}."


class TaxPercent(ActForm):
    title, button, tab = "Trækprocent", "Gem trækprocent", "job"
    lead = "Trækprocenten bruges kun til at regne nettoferiepenge om til beløbet før skat."
    law = "Bekg. 227/2024 § 6, stk. 2-3"
    percent = WholeNumberField(label="Trækprocent", min_value=1, max_value=99)
    source = SourceField()

    def proposed(self) -> Mapping[str, Any]:
        return {"percent": self.about.grant.citizen.tax_percent}

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        tax_card.set_tax_percent(self.about.grant.citizen, values["percent"], values["source"], user, now)
        return f"Trækprocenten er {values['percent']} %."


class ExpectedWage(ActForm):
    title, button, tab = "Forventet løn", "Gem forventet løn", "job"
    lead = "Bruges fra starten, til der er en hel måneds løn i registret. Så foreslår systemet en regulering."
    law = "Bekg. 227/2024 § 4, stk. 2"
    amount = NumberField(label="Forventet løn pr. måned", required=True, min_value=Decimal(0), help_text="Med pension.")
    source = SourceField(label="Dokumentation", help_text="Fx ansættelseskontrakt af 1. november 2026.")

    def proposed(self) -> Mapping[str, Any]:
        return {"amount": self.about.grant.expected_wage}

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        set_expected_wage(self.about.grant, values["amount"], values["source"], user, now)
        return f"Forventet løn: {kr(values['amount'])} kr. om måneden."


class Income(ActForm):
    title, button, tab = "Tilføj indtægt", "Tilføj indtægten", "indtaegter"
    lead = "En indtægt, som registret ikke har. Skriv den på den måned, den er optjent i."
    law = "Bekg. 227/2024 §§ 1 og 3"
    month = MonthChoiceField(label="Indtægtsmåned")
    kind = forms.ChoiceField(label="Slags", choices=IncomeKind.choices)
    se_number = forms.RegexField(
        r"^\d{8}$", label="SE-nummer", required=False, error_messages={"invalid": "Et SE-nummer har otte cifre."}
    )
    amount = NumberField(label="Beløb med pension", required=True)
    paid_hours = NumberField(label="Timer", css="hours", max_digits=7)
    source = SourceField(help_text="Fx lønseddel fra borgeren 4. november 2026.")

    def proposed(self) -> Mapping[str, Any]:
        task = self.about.task
        month = task.benefit_month if task else Month.of(self.about.today)
        job = self.about.grant.jobs.filter(is_fleksjob=True).order_by("-first_day").first()
        return {"month": str(month - 1), "se_number": job.se_number if job else ""}

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        new = Added(values["kind"], values["se_number"], values["amount"], values["paid_hours"], values["source"])
        incomes.add_income(self.about.grant, values["month"], new, user, now)
        return f"{kr(values['amount'])} kr. er tilføjet i {long_month(values['month'])}."


class TreatIncome(ActForm):
    title, button, tab, part = "Ret, medtag eller lad ude", "Gem", "indtaegter", "reports"
    lead = "Hvad der tæller af indberetningen. Måneder, der er afgjort på den, beregnes igen."
    law = "Bekg. 227/2024 §§ 1, 3 og 6"
    action = forms.ChoiceField(label="Behandling", choices=[("", "Vælg"), *TreatmentAction.choices])
    amount = NumberField(label="Beløb, der tæller", help_text="Når du retter. Med pension.")
    paid_hours = NumberField(label="Timer", css="hours", max_digits=7)
    gross_holiday_pay = NumberField(label="Bruttoferiepenge", help_text="Nettoferiepenge regnet om til før skat.")
    reason = SourceField(label="Begrundelse")

    def proposed(self) -> Mapping[str, Any]:
        treatment = getattr(self.about.row, "treatment", None)
        return {name: getattr(treatment, name) for name in self.base_fields} if treatment else {}

    def known(self) -> list[str]:
        row = self.about.row
        lines = [f"SE {row.se_number}, {long_month(row.month)}: {kr(row.amount)} kr."]
        if row.net_holiday_pay:
            percent = self.about.grant.citizen.tax_percent
            lines.append(f"Nettoferiepenge {kr(row.net_holiday_pay)} kr.")
            try:
                gross = incomes.proposed_gross(row, None if percent is None else Decimal(percent))
                lines.append(f"Forslag til brutto: {kr(gross)} kr. med trækprocent {percent}.")
            except Refused as refused:
                lines.append(str(refused))
        return lines

    def perform(self, user: User, now: datetime) -> str:
        incomes.treat(self.about.grant, Correction(self.about.row.pk, **self.cleaned_data), user, now)
        return "Indtægten er rettet."


class TakeBackIncome(ActForm):
    title, button, tab, part = "Fjern tilføjet indtægt", "Fjern indtægten", "indtaegter", "added_incomes"
    lead = "Kun når indtægten er tilføjet ved en fejl. Historikken viser stadig, hvem der tilføjede og fjernede den."
    reason = SourceField(label="Begrundelse")

    def known(self) -> list[str]:
        row = self.about.row
        return [f"{row.get_kind_display()} {kr(row.amount)} kr. i {long_month(row.month)}: {row.source}"]

    def perform(self, user: User, now: datetime) -> str:
        incomes.take_back(self.about.row, self.cleaned_data["reason"], user, now)
        return "Indtægten er fjernet."
