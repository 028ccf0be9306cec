"""Acts in words: journal notes, answers to letters, waiting letters, complaints, hearings, other benefits, R75."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from cases import complaints, control_lines, hearing_outcome, journal, letters, notices, party_hearing
from cases.acts.base import ActForm, SourceField
from cases.acts.periods import CHOOSE, periods_of
from cases.benefits import benefit_choices, register_benefit
from cases.forms import DayField, MonthChoiceField, NumberField
from cases.models import PeriodKind, User
from cases.periods import span
from cases.presenters.words import long_month
from cases.refused import Refused
from cases.templatetags.danish import day_name, hele_kr, kr


def text_field(label: str, rows: int = 5, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class Note(ActForm):
    title, button, tab, has_sum = "Journalnote", "Gem note", "noter", False
    lead = "En note kan ikke rettes bagefter. Skriv en ny, hvis noget skal tilføjes."
    text = text_field("Note", 7, max_length=8000)

    def perform(self, user: User, now: datetime) -> str:
        journal.write_note(self.about.grant, self.cleaned_data["text"], user, now)
        return "Noten er gemt på sagen."


class Answer(ActForm):
    title, button, tab, has_sum, part = "Registrér svar", "Gem svar", "breve", False, "letters"
    lead = "Skriv svaret og hvordan det kom. En opgave, der ventede på svaret, kommer tilbage i indbakken."
    answer = text_field("Svar")
    source = SourceField(label="Hvordan kom svaret?", help_text="Fx Digital Post 4. november 2026 eller telefon.")

    def known(self) -> list[str]:
        row = self.about.row
        until = f", svarfrist {day_name(row.deadline)}" if row.deadline else ""
        return [f"{row.subject} (til {row.get_recipient_display().lower()}{until})", *row.body.split("\n\n")]

    def perform(self, user: User, now: datetime) -> str:
        values, row = self.cleaned_data, self.about.row
        hearing = self.about.grant.hearings.filter(letter=row, closed_at__isnull=True).first()
        if hearing is not None:
            party_hearing.answer_received(hearing, values["answer"], values["source"], user, now)
        else:
            letters.register_answer(row, values["answer"], values["source"], user, now)
        return "Svaret er gemt på sagen."


class Send(ActForm):
    title, button, tab, has_sum, part = "Send brev", "Send brevet", "breve", False, "letters"
    lead = "Brevet er skrevet på forhånd. Læs det, ret det, hvis du vil, og send det."
    subject = forms.CharField(label="Emne", max_length=160)
    body = text_field("Tekst", 16)

    def proposed(self) -> Mapping[str, Any]:
        return {"subject": self.about.row.subject, "body": self.about.row.body}

    def perform(self, user: User, now: datetime) -> str:
        letters.send(self.about.row, user, now, **self.cleaned_data)
        return "Brevet er sendt."


class Complain(ActForm):
    title, button, tab, has_sum = "Klage over en udbetaling", "Registrér klagen", "klager", False
    lead = "Klagefristen er fire uger. Der kommer en opgave om at vurdere sagen igen."
    law = "LAB § 204; retssikkerhedsloven §§ 66-67"
    payment = forms.ModelChoiceField(label="Udbetaling", queryset=None, empty_label="Vælg")
    received_on = DayField(label="Modtaget")
    text = text_field("Hvad klager borgeren over?")

    def prepare(self) -> None:
        field = self.fields["payment"]
        field.queryset = self.about.grant.payments.of_decisions().order_by("-benefit_month", "-sequence")
        field.label_from_instance = lambda one: (
            f"{long_month(one.benefit_month)}: {hele_kr(one.payable_before_tax)} kr. (kan klages over til "
            f"{day_name(complaints.last_day_to_complain(one))})"
        )

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        row = complaints.register_complaint(values["payment"], values["received_on"], values["text"], user, now)
        return f"Klagen er registreret som {'rettidig' if row.is_in_time else 'for sen'}."


class CloseComplaint(ActForm):
    title, button, tab, has_sum, part = "Vurdér klagen igen", "Gem", "klager", False, "complaints"
    lead = "Skriv genvurderingen. Vælg et udfald, når du er færdig; så får borgeren brev."
    law = "Retssikkerhedsloven § 66"
    reassessment = text_field("Genvurdering", required=False)
    outcome = forms.ChoiceField(
        label="Udfald", required=False,
        choices=[
            ("", "Ikke afgjort endnu"),
            (complaints.RECALCULATED, "Borgeren får ret: beregn måneden igen"),
            (complaints.SENT, "Fastholdt: send til Ankestyrelsen"),
            (complaints.REJECTED, "Afvist: for sent"),
        ],
    )  # fmt: skip

    def proposed(self) -> Mapping[str, Any]:
        return {"reassessment": self.about.row.reassessment}

    def known(self) -> list[str]:
        row = self.about.row
        late = "inden for fristen" if row.is_in_time else "efter fristen"
        return [f"Modtaget {day_name(row.received_on)}, {late}.", row.text]

    def perform(self, user: User, now: datetime) -> str:
        values, row = self.cleaned_data, self.about.row
        if values["reassessment"].strip():
            row = complaints.reassess(row, values["reassessment"], user)
        if not values["outcome"]:
            return "Genvurderingen er gemt."
        row = complaints.close_complaint(row, values["outcome"], user, now)
        return f"Klagen er afsluttet: {row.get_outcome_display().lower()}."


class Hearing(ActForm):
    title, button, tab, part = "Afslut partshøring", "Afslut partshøringen", "breve", "hearings"
    lead = "Fasthold afgørelsen, eller giv borgeren ret: så udbetales det, der ventede. Borgeren får brev."
    law = "Forvaltningsloven § 19"
    outcome = forms.ChoiceField(
        label="Udfald",
        choices=[CHOOSE, ("uphold", "Fasthold afgørelsen"), ("change", "Ændr: borgeren får ret")],
    )
    note = text_field("Begrundelse (står i brevet)")

    def known(self) -> list[str]:
        row = self.about.row
        days = party_hearing.days_left(row, self.about.today)
        left = f"{days} dage tilbage" if days else "den er nået"
        held = f"{hele_kr(row.held)} kr. venter. Frist {day_name(row.deadline)}, {left}."
        return [held, f"Svar: {row.answer}" if row.answer else "Borgeren har ikke svaret endnu."]

    def perform(self, user: User, now: datetime) -> str:
        values, row = self.cleaned_data, self.about.row
        if values["outcome"] == "uphold":
            hearing_outcome.uphold(row, values["note"], user, now)
            return "Afgørelsen er fastholdt."
        decision = hearing_outcome.change(row, values["note"], user, now)
        more = f" {hele_kr(decision.payment.payable_before_tax)} kr. mere udbetales." if decision else ""
        return f"Afgørelsen er ændret.{more}"


class Benefit(ActForm):
    title, button = "Anden ydelse", "Gem ydelsen"
    lead = "Ydelser, der skal trækkes fra, regnes med. Ydelser, der ikke kan fås samtidig, kan ikke skrives her."
    law = "LAB § 124, stk. 3"
    benefit = forms.ChoiceField(label="Ydelse", choices=lambda: [CHOOSE, *benefit_choices()])
    first_day = DayField(label="Første dag")
    last_day = DayField(label="Sidste dag", required=False, help_text="Tom: indtil videre.")
    amount = NumberField(label="Beløb pr. måned")
    source = SourceField()

    def known(self) -> list[str]:
        return periods_of(self, PeriodKind.BENEFIT)

    def perform(self, user: User, now: datetime) -> str:
        row = register_benefit(self.about.grant, user=user, now=now, **self.cleaned_data)
        return f"{row.get_benefit_display()} {span(row)} er skrevet på sagen."


class ControlIncome(ActForm):
    title, button, tab, part = "Tilføj R75-linje som indtægt", "Tilføj som indtægt", "r75", "control_lines"
    lead = "Vælg de måneder i året, linjen skal tælle i, og beløbet pr. måned."
    law = "Bekg. 227/2024 § 1, stk. 1, nr. 3"
    first_month = MonthChoiceField(label="Fra måned")
    last_month = MonthChoiceField(label="Til og med")
    monthly = NumberField(label="Beløb pr. måned", required=True)
    source = SourceField(label="Begrundelse")

    def proposed(self) -> Mapping[str, Any]:
        row = self.about.row
        return {
            "first_month": f"{row.year}-01", "last_month": f"{row.year}-12",
            "monthly": control_lines.proposed_monthly(row),
        }  # fmt: skip

    def known(self) -> list[str]:
        row = self.about.row
        return [f"{row.year}, felt {row.code}: {row.text}, {kr(row.amount)} kr."]

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        rows = control_lines.add_as_income(
            self.about.row, self.about.grant, values["first_month"], values["last_month"], values["monthly"],
            values["source"], user, now,
        )  # fmt: skip
        return f"{kr(values['monthly'])} kr. om måneden er tilføjet i {len(rows)} måneder."


class NewJob(ActForm):
    title, button, tab, answers = "Nyt job", "Gem job", "job", "job"
    lead = "Jobbet, som jobcentret har meldt. Ret det, hvis noget er forkert."
    se_number = forms.RegexField(
        r"^\d{8}$", label="SE-nummer", error_messages={"invalid": "Et SE-nummer har otte cifre."}
    )
    first_day = DayField(label="Første dag")
    agreed_hours = NumberField(label="Aftalte timer pr. måned", css="hours", max_digits=7)

    def proposed(self) -> Mapping[str, Any]:
        return vars(notices.proposed_job(self.about.notice)) if self.about.notice else {}

    def perform(self, user: User, now: datetime) -> str:
        if self.about.notice is None:
            raise Refused("Åbn jobbet fra advisen, eller tilføj det under “Job og lønloft”.")
        notices.answer_with_job(self.about.notice, notices.ProposedJob(**self.cleaned_data), user, now)
        return "Jobbet er skrevet på sagen."
