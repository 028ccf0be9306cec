"""Acts about periods: holiday, lost right, temporary stop, and a period entered by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from cases import holidays, lost_right, stop_grant
from cases.acts.base import ActForm, SourceField
from cases.forms import DayField, NumberField
from cases.models import HolidayPayer, LostKind, PeriodKind, User
from cases.periods import removed_period, span
from cases.templatetags.danish import day_name, kr

CHOOSE = ("", "Vælg")


def periods_of(form: ActForm, kind: str) -> list[str]:
    rows = form.about.grant.periods.filter(kind=kind).order_by("-first_day")[:6]
    return [f"{row.get_kind_display()} {span(row)}{f', {kr(row.amount)} kr.' if row.amount else ''}" for row in rows]


class HolidayAct(ActForm):
    title, button, answers = "Ferie", "Gem ferie", "holidays"
    lead = "Skriv, hvornår borgeren holder ferie, og hvem der betaler. Feriepenge tæller i den måned, ferien holdes."
    law = "LAB § 124, stk. 1; bekg. 227/2024 §§ 5, 6 og 10"
    first_day = DayField(label="Første feriedag")
    last_day = DayField(label="Sidste feriedag")
    paid_by = forms.ChoiceField(label="Hvem betaler?", choices=[CHOOSE, *HolidayPayer.choices])
    net = NumberField(label="FerieKonto: netto udbetalt")
    tax_percent = NumberField(label="Trækprocent", css="hours", max_digits=5)
    gross = NumberField(label="eller brutto fra lønseddel")
    days_covered = NumberField(label="Dage, pengene dækker", css="hours", max_digits=5)
    days = NumberField(label="Ledighedsydelse: dage", css="hours", max_digits=5, help_text="Tom: alle hverdage.")
    source = SourceField()

    def proposed(self) -> Mapping[str, Any]:
        notice = self.about.notice
        if notice is not None and notice.holiday_payment is not None:
            return vars(holidays.from_payment(notice.holiday_payment))
        return {"tax_percent": self.about.grant.citizen.tax_percent}

    def known(self) -> list[str]:
        return periods_of(self, PeriodKind.HOLIDAY)

    def perform(self, user: User, now: datetime) -> str:
        found = holidays.register_holiday(self.about.grant, holidays.Holiday(**self.cleaned_data), user, now)
        return f"Ferien er skrevet på sagen: {', '.join(span(one) for one in found)}."


class LostRightAct(ActForm):
    title, button, answers = "Mistet ret til ydelse", "Gem mistet ret", "lost_right"
    lead = "Beløbet, borgeren kunne have fået, trækkes fra i tilskuddet. Uden slutdato følger vi op hver måned."
    law = "LAB § 124, stk. 4; bekg. 227/2024 § 7, stk. 3-5"
    kind = forms.ChoiceField(label="Hvad er mistet?", choices=[CHOOSE, *LostKind.choices])
    first_day = DayField(label="Første dag")
    last_day = DayField(label="Sidste dag", required=False, help_text="Tom: indtil videre.")
    amount = NumberField(label="Beløb pr. måned", required=True)
    source = SourceField()

    def known(self) -> list[str]:
        return periods_of(self, PeriodKind.LOST_RIGHT)

    def perform(self, user: User, now: datetime) -> str:
        row = lost_right.register_lost_right(self.about.grant, lost_right.Lost(**self.cleaned_data), user, now)
        return f"{row.get_lost_kind_display()} {span(row)} er skrevet på sagen."


class EndLostRight(ActForm):
    title, button, part = "Afslut mistet ret", "Gem slutdato", "periods"
    lead = "Når alle perioder har en slutdato, følger vi ikke op mere."
    law = "LAB § 124, stk. 4"
    last_day = DayField(label="Sidste dag uden ret")
    reason = SourceField(label="Begrundelse")

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        lost_right.end_lost_right(self.about.row, values["last_day"], values["reason"], user, now)
        return f"Mistet ret slutter {day_name(values['last_day'])}."


class Stop(ActForm):
    title, button, answers = "Midlertidigt stop af ydelse", "Stop tilskuddet", "stop_grant"
    lead = "Fx under værnepligt eller et ordinært job. En måned, der kun er stoppet delvist, kommer til en person."
    law = "LAB §§ 116 og 123"
    first_day = DayField(label="Første dag uden tilskud")
    last_day = DayField(label="Sidste dag uden tilskud", required=False, help_text="Tom: indtil videre.")
    reason = SourceField(label="Begrundelse")

    def known(self) -> list[str]:
        return periods_of(self, PeriodKind.STOP)

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        row = stop_grant.stop(self.about.grant, values["first_day"], values["last_day"], values["reason"], user, now)
        return f"Tilskuddet er stoppet {span(row)}."


class Resume(ActForm):
    title, button, part = "Begynd igen efter stop", "Begynd igen", "periods"
    lead = "Tilskuddet begynder igen fra den dag, du skriver. Skriver du stoppets første dag, tages stoppet tilbage."
    first_day = DayField(label="Første dag med tilskud igen")
    reason = SourceField(label="Begrundelse")

    def perform(self, user: User, now: datetime) -> str:
        values = self.cleaned_data
        stop_grant.resume(self.about.row, values["first_day"], values["reason"], user, now)
        return f"Tilskuddet begynder igen {day_name(values['first_day'])}."


class RemovePeriod(ActForm):
    title, button, part = "Slet periode", "Slet perioden", "periods"
    lead = "Kun for en periode, der er skrevet ved en fejl. Historikken viser stadig, hvem der skrev og slettede den."
    reason = SourceField(label="Begrundelse")

    def known(self) -> list[str]:
        return [f"{self.about.row.get_kind_display()} {span(self.about.row)}"]

    def perform(self, user: User, now: datetime) -> str:
        removed_period(self.about.row, self.cleaned_data["reason"], user, now)
        return "Perioden er slettet."
