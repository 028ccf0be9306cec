"""Acts about the case itself: end, reopen, visitation, the grant's period, recalculation, manual handling, income."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms

from cases import end_grant, manual_handling, processes, recalculate, visitation
from cases.acts.base import ActForm, SourceField
from cases.acts.periods import CHOOSE
from cases.forms import DayField, MonthChoiceField
from cases.models import StopReason, User
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.signed import said
from cases.templatetags.danish import day_name
from rules.months import Month
from rules.target_groups import GROUPS


def group_names() -> list[str]:
    """The target groups of annex 2, each once."""
    return sorted({one.name for one in GROUPS.values()})


class End(ActForm):
    title, button, tab, answers = "Afslut bevilling", "Afslut bevillingen og send brevet", "breve", "end_grant"
    lead = "Skriv sidste dag og stopårsag. Brevet til borgeren er skrevet på forhånd; ret det, som du vil."
    law = "LAB §§ 116, 120 og 123"
    last_day = DayField(label="Sidste dag")
    stop_reason = forms.ChoiceField(label="Stopårsag", choices=[CHOOSE, *StopReason.choices])
    note = forms.CharField(label="Note", required=False, max_length=200, help_text="Ved “Andet” står noten i brevet.")
    subject = forms.CharField(label="Brevets emne", required=False, max_length=160)
    body = forms.CharField(
        label="Brevets tekst", required=False, widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Tomt: brevet skrives ud fra felterne. Tryk “Vis brevet” for at se det først.",
    )  # fmt: skip

    def proposed(self) -> Mapping[str, Any]:
        grant = self.about.grant
        return {"last_day": grant.last_day, "stop_reason": grant.stop_reason}

    def known(self) -> list[str]:
        grant, bound = self.about.grant, self.is_bound and self.is_valid()
        day = self.cleaned_data["last_day"] if bound else grant.last_day
        if day is None or day < grant.first_day:
            return []
        last = end_grant.last_payment(grant, day)
        return [f"Sidste udbetaling: {long_month(last.month)}, {day_name(last.pay_date)}. {last.sentence}"]

    def show_letter(self) -> None:
        """Put the draft in the fields, so that it can be changed before it is sent."""
        values = self.cleaned_data
        draft = end_grant.draft_letter(self.about.grant, values["last_day"], values["stop_reason"], values["note"])
        self.data = self.data.copy()
        self.data["subject"], self.data["body"] = draft.subject, draft.body

    def perform(self, user: User, now: datetime) -> str:
        values, grant = self.cleaned_data, self.about.grant
        letter = None
        if values["body"].strip():
            draft = end_grant.draft_letter(grant, values["last_day"], values["stop_reason"], values["note"])
            letter = replace(draft, subject=values["subject"] or draft.subject, body=values["body"])
        end_grant.end(grant, values["last_day"], values["stop_reason"], values["note"], user, now, letter)
        return f"Bevillingen ophører {day_name(values['last_day'])}. Brevet er sendt."


class Reopen(ActForm):
    title, button, tab = "Genåbn bevilling", "Genåbn bevillingen", "maaneder"
    lead = "Slutdatoen tages tilbage. Måneder, som ingen har afgjort imens, bliver til en opgave."
    last_day = DayField(label="Ny slutdato", required=False, help_text="Tom: indtil videre.")
    reason = SourceField(label="Begrundelse")

    def known(self) -> list[str]:
        grant = self.about.grant
        if grant.last_day is None:
            return ["Bevillingen har ingen slutdato."]
        return [f"Slutter {day_name(grant.last_day)}: {grant.get_stop_reason_display() or 'uden stopårsag'}."]

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        end_grant.reopen(self.about.grant, values["reason"], user, now, values["last_day"])
        return "Bevillingen er genåbnet."


class Visitation(ActForm):
    title, button, tab, has_sum, answers = "Visitation og refusion", "Gem visitation", "job", False, "visitation"
    lead = "Som jobcentret har oplyst det. Refusionsprocenter slås ikke op her og ændrer ikke tilskuddet."
    law = "LAB §§ 116-118"
    visited_on = DayField(label="Visitationsdato")
    group = forms.ChoiceField(label="Målgruppe", choices=lambda: [CHOOSE, *((one, one) for one in group_names())])
    status = forms.CharField(label="Status", max_length=120, help_text="Som i jobcentrets kontaktforløb.")
    first_day = DayField(label="Gælder fra")
    last_day = DayField(label="Gælder til", required=False, help_text="Tom: indtil videre.")
    first_fleksjob_day = DayField(label="Første dag i fleksjob", required=False)
    refusion_category = forms.CharField(label="Refusionskategori", max_length=80, required=False)
    source = SourceField()

    def proposed(self) -> Mapping[str, Any]:
        grant = self.about.grant
        row = grant.visitations.order_by("-first_day").first()
        if row is not None:
            return {name: getattr(row, name) for name in self.base_fields}
        return {"first_day": grant.first_day, "last_day": grant.last_day, "first_fleksjob_day": grant.first_day}

    def perform(self, user: User, now: datetime) -> str:
        row = visitation.set_visitation(self.about.grant, visitation.Visited(**self.cleaned_data), user, now)
        return f"Visitation {day_name(row.visited_on)} er gemt."


class GrantPeriod(ActForm):
    title, button, tab = "Bevillingens periode", "Gem periode", "maaneder"
    lead = "Ret perioden, når jobcentret har oplyst en anden. Skal sagen slutte før tid, så brug “Afslut bevilling”."
    law = "LAB § 120"
    first_day = DayField(label="Første dag")
    last_day = DayField(label="Sidste dag", required=False, help_text="Tom: indtil videre.")
    source = SourceField()

    def proposed(self) -> Mapping[str, Any]:
        return {"first_day": self.about.grant.first_day, "last_day": self.about.grant.last_day}

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        visitation.set_grant_period(
            self.about.grant, values["first_day"], values["last_day"], values["source"], user, now
        )
        return "Bevillingens periode er rettet."


class Recalculate(ActForm):
    title, button, tab, answers = "Genberegning", "Start genberegning", "processer", "recalculation"
    lead = "Gå måneder igennem igen med det, sagen ved nu. Det udbetalte skrives ikke om; forskellen reguleres."
    law = "Bekg. 227/2024 § 4, stk. 4"
    first_month = MonthChoiceField(label="Fra tilskudsmåned")
    last_month = MonthChoiceField(label="Til og med")
    reason = SourceField(label="Begrundelse")

    def proposed(self) -> Mapping[str, Any]:
        this = Month.of(self.about.today)
        return {"first_month": str(this - 1), "last_month": str(this)}

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        if values["last_month"] < values["first_month"]:
            raise Refused("Den sidste måned ligger før den første. Ret månederne.")
        process = recalculate.recalculate(
            self.about.grant, values["first_month"], values["last_month"],
            event=said(values["reason"], "Skriv, hvorfor der genberegnes."), user=user, now=now, by_hand=True,
        )  # fmt: skip
        if process is None:
            raise Refused("Der er ingen udbetalte måneder at genberegne i den periode.")
        return "Genberegningen er startet." if process.task_id else "Genberegningen er gennemført."


class StartUp(ActForm):
    title, button, tab, has_sum, answers = "Ny opstart", "Start opstart", "processer", False, "start_up"
    lead = "Borgeren får en ny bevilling. Trin 4 kører selv; derefter skriver du visitation, lønloft og forventet løn."
    law = "LAB §§ 116, 120 og 123"
    first_day = DayField(label="Bevilling fra", required=False)
    last_day = DayField(label="Bevilling til", required=False, help_text="Tom: indtil videre.")
    reason = SourceField(label="Hvorfor startes den?")

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        processes.start_up(
            self.about.grant.citizen,
            event=said(values["reason"], "Skriv, hvorfor opstarten begynder."),
            first_day=values["first_day"],
            last_day=values["last_day"],
            user=user,
            now=now,
        )
        return "Opstarten er begyndt. Den står i indbakken."


class Manual(ActForm):
    title, button, tab = "Kræver manuel sagsbehandling", "Gem", "maaneder"
    lead = "En person ser sagen hver måned og godkender først, når indtægten er tilføjet eller angivet som ingen."
    law = "Bekg. 227/2024 § 14, stk. 3"
    lacking = forms.CharField(
        label="Hvilke oplysninger mangler?", max_length=200, required=False, help_text="Tom: markeringen fjernes."
    )
    until = DayField(label="Til og med", required=False, help_text="Tom: indtil markeringen fjernes.")
    reason = SourceField(label="Begrundelse", required=False, help_text="Når markeringen fjernes.")

    def proposed(self) -> Mapping[str, Any]:
        return {"lacking": self.about.grant.needs_manual, "until": self.about.grant.needs_manual_until}

    def perform(self, user: User, now: datetime) -> str:
        values, grant = self.cleaned_data, self.about.grant
        if values["lacking"].strip() or not grant.needs_manual:
            manual_handling.require_manual(grant, values["lacking"], values["until"], user, now)
            return "Sagen kræver nu manuel sagsbehandling."
        manual_handling.end_manual(grant, values["reason"], user, now)
        return "Sagen går selv igen."


class WantsHuman(ActForm):
    title, button, tab, has_sum = "Ønsker et menneske", "Gem", "maaneder", False
    lead = "Borgeren kan bede om, at et menneske ser hver afgørelse. Så går ingen måned selv."
    law = "GDPR art. 22"
    wants = forms.BooleanField(label="Borgeren vil have, at et menneske afgør hver måned", required=False)
    reason = SourceField(label="Hvordan har borgeren bedt om det?")

    def proposed(self) -> Mapping[str, Any]:
        return {"wants": self.about.grant.citizen.wants_human}

    def perform(self, user: User, now: datetime) -> str:
        manual_handling.wants_human(self.about.grant.citizen, user=user, now=now, **self.cleaned_data)
        return "Borgerens ønske er gemt."
