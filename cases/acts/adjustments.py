"""Acts about what paid months should have been: the choice of how it is settled, claims, pay for several months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms

from cases import choose_settlement, party_hearing, repayment, spread_pay
from cases.acts.base import ActForm, SourceField
from cases.choose_settlement import Choice
from cases.difference_letter import draft_letter
from cases.forms import MonthChoiceField, NumberField
from cases.models import Adjustment, AdjustmentReason, ClaimState, Faith, IncomeReport, SettleBy, User
from cases.models.task import NEW_PAY
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.settle import ASK, left_of
from cases.settlement_plan import Plan, differences, plan
from cases.templatetags.danish import day_name, hele_kr, kr, med_fortegn
from rules.months import Month

YES_NO = [("ja", "Ja"), ("nej", "Nej")]
CHOOSE = ("", "Vælg")


class ChoiceFields(forms.Form):
    """Why, in which faith, and how it is settled: the same fields on the act and in the recalculation."""

    reason = forms.ChoiceField(label="Hvorfor var det udbetalte forkert?", choices=[CHOOSE, *AdjustmentReason.choices])
    settle_by = forms.ChoiceField(label="Hvordan afregnes det?", choices=[CHOOSE, *SettleBy.choices])
    monthly = NumberField(
        label="Højst pr. måned", help_text="Kun når det fordeles over flere måneder. Skriv hvorfor i noten."
    )
    faith = forms.ChoiceField(
        label="Borgerens gode tro", required=False, choices=[("", "Ikke relevant"), *Faith.choices],
        help_text="Skal vælges ved tilbagebetaling, tilbageholdte oplysninger og kommunens egen fejl.",
    )  # fmt: skip
    choice_note = SourceField(label="Begrundelse for valget", required=False, max_length=300)

    @property
    def chosen(self) -> Choice | None:
        """What has been chosen so far; None until both reason and settlement are."""
        self.is_valid()
        values = getattr(self, "cleaned_data", {})
        if not values.get("reason") or not values.get("settle_by"):
            return None
        return Choice(
            values["reason"], values["settle_by"], values.get("faith", ""), values.get("monthly"),
            values.get("choice_note", ""),
        )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What stands beside the form: every difference, and what is taken in which month."""

    rows: list[Adjustment]
    plan: Plan
    chosen: bool
    fault: str = ""


class SettleDifference(ChoiceFields, ActForm):
    title, button, tab = "Efterregulering", "Gem valget og send brevet", "efterreguleringer"
    lead = (
        "Der er udbetalt for meget for en eller flere måneder. Vælg årsagen og hvordan det afregnes. Ved siden af "
        "formularen ser du, hvad der trækkes i hvilken måned. Borgeren får brev."
    )
    law = "Bekg. 227/2024 § 3, stk. 4 og § 4, stk. 4; LAB § 125; principmeddelelse 48-22"
    sum_template, sum_title = "adjustments/_plan.html", "Det sker der"
    which = forms.MultipleChoiceField(label="Måneder", widget=forms.CheckboxSelectMultiple)
    unknown = forms.ChoiceField(
        label="Er oplysningen ny for borgeren?", choices=YES_NO, widget=forms.RadioSelect, required=False
    )
    significant = forms.ChoiceField(
        label="Er ændringen mere end uvæsentlig?", choices=YES_NO, widget=forms.RadioSelect, required=False
    )
    hear_reason = SourceField(
        label="To gange ja giver partshøring. Hvis borgeren ikke skal høres: hvorfor?", required=False, max_length=300
    )
    subject = forms.CharField(label="Brevets emne", max_length=160, required=False)
    body = forms.CharField(
        label="Brevet", required=False, widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Tryk “Vis brevet” for at se det og rette det. Ellers sendes det, som det bliver skrevet.",
    )  # fmt: skip

    field_order = ("which", "reason", "settle_by", "monthly", "faith", "choice_note", "unknown", "significant")

    def prepare(self) -> None:
        every = left_of([self.about.grant.citizen_id]).get(self.about.grant.citizen_id, [])
        self.open = {one.id: one for one in every if one.grant_id == self.about.grant.pk and one.amount < 0}
        rows = Adjustment.objects.filter(pk__in=self.open).select_related("process").order_by("benefit_month", "id")
        self.rows = list(rows)
        self.fields["which"].choices = [(str(row.pk), self._words(row)) for row in self.rows]
        self.initial.setdefault("which", [str(row.pk) for row in self.rows if self.open[row.pk].way == ASK] or None)
        self.initial.setdefault("reason", self._proposed_reason())
        self.asked = choose_settlement.hearing_questions(self.about.grant, self.rows) if self.rows else None
        if self.asked is None:
            for name in ("unknown", "significant", "hear_reason"):
                del self.fields[name]
        else:
            self.initial.setdefault("significant", "ja" if self.asked.looks_significant else "nej")

    def _words(self, row: Adjustment) -> str:
        left = self.open[row.pk].amount
        return f"{long_month(row.benefit_month)}: {med_fortegn(left)} kr."

    def _proposed_reason(self) -> str:
        """New pay from the register is a changed income; a regulation is one of expected wage. Else the person says."""
        events = {row.process.event for row in self.rows}
        if events == {NEW_PAY}:
            return AdjustmentReason.INCOME
        return AdjustmentReason.EXPECTED if events == {"Regulering af forventet løn"} else ""

    def known(self) -> list[str]:
        if not self.rows:
            return ["Der er ikke noget, som er udbetalt for meget og mangler at blive afregnet."]
        return [
            "Kommunens egen fejl modregnes aldrig (principmeddelelse 48-22).",
            "Tilbagebetaling kræver, at borgeren har handlet mod bedre vidende, eller at det er løn for flere måneder, "
            "der ikke kan modregnes (LAB § 125).",
        ]

    def _ids(self) -> list[int]:
        values = getattr(self, "cleaned_data", {}).get("which") or self.initial.get("which") or []
        return [int(one) for one in values]

    def result(self, now: datetime) -> Shown:
        """The plan with what is typed; nothing is kept."""
        choice, fault = self.chosen if self.is_bound else None, ""
        if choice is not None:
            try:
                choose_settlement.check(choice)
            except Refused as refused:
                fault = str(refused)
        chosen = None if fault else choice
        found = plan(self.about.grant, now, self._ids(), chosen)
        return Shown(differences(self.about.grant), found, chosen is not None, fault)

    def show_letter(self) -> None:
        """Put the draft in the fields, so that it can be changed before it is sent."""
        draft = self._draft()
        self.data = self.data.copy()
        self.data["subject"], self.data["body"] = draft.subject, draft.body

    def _draft(self) -> Any:
        choice, ids = self.chosen, self._ids()
        choose_settlement.check(choice)
        rows = [row for row in self.rows if row.pk in ids]
        return draft_letter(self.about.grant, rows, choice.reason, choice.settle_by, choice.monthly, choice.note)

    def _answers(self) -> party_hearing.Answers | None:
        values = self.cleaned_data
        if self.asked is None:
            return None
        if not values.get("unknown") or not values.get("significant"):
            raise Refused("Svar på de to spørgsmål om partshøring. Ændringen er til ugunst for borgeren.")
        return party_hearing.Answers(
            unknown=values["unknown"] == "ja", significant=values["significant"] == "ja", detriment=True,
            hear=not values["hear_reason"].strip(), reason=values["hear_reason"],
        )  # fmt: skip

    def perform(self, user: User, now: datetime) -> str:
        choice, values = self.chosen, self.cleaned_data
        letter = None
        if values["body"].strip():
            draft = self._draft()
            letter = replace(draft, subject=values["subject"] or draft.subject, body=values["body"])
        choose_settlement.choose(
            self.about.grant, self._ids(), choice, user, now, letter=letter, hearing=self._answers()
        )
        return f"Gemt: {SettleBy(choice.settle_by).label.lower()}. Brevet er sendt."


class MoveClaim(ActForm):
    title, button, tab, has_sum, part = "Krav om tilbagebetaling", "Gem", "efterreguleringer", False, "claims"
    lead = "Skriv, hvad der er sket med kravet. Et krav, der er sendt til opkrævning, modregnes ikke længere her."
    law = "LAB § 125; bekendtgørelse 783/2025"
    state = forms.ChoiceField(label="Hvad er der sket?")
    note = SourceField(label="Note", max_length=300)

    def prepare(self) -> None:
        allowed = repayment.NEXT_STATES.get(ClaimState(self.about.row.state), ())
        self.fields["state"].choices = [CHOOSE, *((one.value, one.label) for one in allowed)]

    def known(self) -> list[str]:
        row = self.about.row
        return [
            f"{kr(repayment.left_of_claim(row) if row.state == ClaimState.OPEN else row.amount)} kr. for "
            f"{long_month(row.adjustment.benefit_month)}. {row.get_state_display()}.",
            f"{row.ground}. Rejst {row.made_at:%d.%m.%Y} af {row.made_by}.",
            f"Bortfalder {day_name(repayment.lapses_on(row))}, hvis det ikke er betalt (LAB § 125, stk. 5).",
        ]

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        row = repayment.move(self.about.row, values["state"], values["note"], user, now)
        return f"Kravet på {hele_kr(row.amount)} kr.: {row.get_state_display().lower()}."


class SpreadPay(ActForm):
    title, button, tab = "Fordel løn over flere måneder", "Fordel lønnen", "indtaegter"
    lead = (
        "Løn, der dækker flere måneder, skal fordeles ligeligt på dem. Måneder, der er udbetalt, beregnes igen, og "
        "forskellen efterreguleres."
    )
    law = "Bekg. 227/2024 § 3, stk. 4 og § 4, stk. 3"
    report = forms.ModelChoiceField(label="Indberetning", queryset=None, empty_label="Vælg")
    first_month = MonthChoiceField(label="Lønnen dækker fra")
    last_month = MonthChoiceField(label="Til og med")
    source = SourceField(label="Hvor ved du perioden fra?")

    def prepare(self) -> None:
        field = self.fields["report"]
        newest = Month.of(self.about.today) - spread_pay.MONTHS_SHOWN
        rows = IncomeReport.objects.filter(citizen=self.about.grant.citizen_id, month__gte=newest, role="wage")
        field.queryset = rows.exclude(treatment__action="leave_out").order_by("-month", "-amount")
        field.label_from_instance = spread_pay.words_of
        proposed = spread_pay.proposed(field.queryset)
        if proposed is not None:
            self.initial = {
                "report": proposed.report.pk, "first_month": str(proposed.first), "last_month": str(proposed.last),
                **self.initial,
            }  # fmt: skip

    def proposed(self) -> Mapping[str, Any]:
        return {}

    def known(self) -> list[str]:
        """The shares, when all of it is chosen."""
        if not self.is_bound or not self.is_valid():
            return []
        values = self.cleaned_data
        shares = spread_pay.shares_of(values["report"], values["first_month"], values["last_month"])
        return [f"{long_month(month).capitalize()}: {kr(amount)} kr." for month, amount in shares]

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        rows = spread_pay.spread_report(
            self.about.grant, values["report"], values["first_month"], values["last_month"], values["source"], user, now
        )
        return f"Lønnen er fordelt på {len(rows)} måneder."
