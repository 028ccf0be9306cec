"""What people type, read with Danish commas and refused with Danish sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from cases.handle_task import Added, Correction
from cases.models import Citizen, Grant, IncomeTreatment, Job, TreatmentAction, WageCeiling
from cases.models.income import IncomeKind
from cases.presenters.words import long_month
from rules.dated_rules import FIRST_MONTH
from rules.months import Month

DAY_FORMATS = ["%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%d/%m %Y", "%d/%m-%Y", "%d.%m.%y", "%d-%m-%y", "%d%m%Y", "%Y-%m-%d"]
AS_REPORTED = ("", "Som indberettet")


class NumberField(forms.DecimalField):
    """1.234,50 as people write it."""

    default_error_messages = {"invalid": "Skriv et tal, fx 15.140,00."}

    def __init__(self, css: str = "amount", **kwargs: Any) -> None:
        defaults = {"required": False, "localize": True, "decimal_places": 2, "max_digits": 11}
        super().__init__(**{**defaults, **kwargs})
        self.widget.attrs |= {"class": css, "inputmode": "decimal", "autocomplete": "off"}


class DayField(forms.DateField):
    """A day as people write it: 3.11.2026. No picker: a browser's own speaks the browser's language."""

    default_error_messages = {"invalid": "Skriv en dato som 03.11.2026."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=DAY_FORMATS, **kwargs)
        self.widget = forms.DateInput(attrs={"placeholder": "dd.mm.åååå", "autocomplete": "off"}, format="%d.%m.%Y")


class WholeNumberField(forms.IntegerField):
    """A whole number as text: a browser's own number field throws away what it does not understand."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "hours"})
    default_error_messages = {"invalid": "Skriv et helt tal, fx 38."}


class MonthChoiceField(forms.ChoiceField):
    """A month by its Danish name, the newest first, back to where the calculation begins."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_months, **kwargs)

    def clean(self, value: Any) -> Month:
        try:
            return Month.parse(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def _months() -> list[tuple[str, str]]:
    newest = Month.of(timezone.localdate()) + 2
    months = (newest - back for back in range(FIRST_MONTH.until(newest) + 1))
    return [(str(month), long_month(month)) for month in months]


class ReportForm(forms.Form):
    """A person's word on one report. An amount or hours without a choice means "Ret"."""

    action = forms.ChoiceField(label="Behandling", required=False)
    amount = NumberField(label="Beløb, der tæller")
    paid_hours = NumberField(label="Timer", css="hours", max_digits=7)
    gross_holiday_pay = NumberField(label="Bruttoferiepenge")
    reason = forms.CharField(label="Begrundelse", required=False, max_length=300)

    def __init__(self, data: Any, report_id: int, treatment: IncomeTreatment | None) -> None:
        fields = ("action", "amount", "paid_hours", "gross_holiday_pay", "reason")
        initial = {name: getattr(treatment, name) for name in fields} if treatment else {}
        super().__init__(data, prefix=f"report-{report_id}", initial=initial, use_required_attribute=False)
        self.report_id = report_id
        choices = [] if treatment else [AS_REPORTED]
        self.fields["action"].choices = [*choices, *TreatmentAction.choices]

    def correction(self) -> Correction | None:
        """What is new here; None when nothing was changed."""
        values = self.cleaned_data
        figures = [values.get(name) for name in ("amount", "paid_hours", "gross_holiday_pay")]
        action = values.get("action") or ("correct" if any(one is not None for one in figures) else "")
        if not action or not self.has_changed():
            return None
        return Correction(self.report_id, action, *figures, values.get("reason", ""))


class AddedForm(forms.Form):
    """An income that the register does not have."""

    kind = forms.ChoiceField(label="Slags", choices=IncomeKind.choices, required=False)
    se_number = forms.RegexField(
        r"^\d{8}$", label="SE-nummer", required=False, error_messages={"invalid": "Et SE-nummer har otte cifre."}
    )
    amount = NumberField(label="Beløb med pension")
    paid_hours = NumberField(label="Timer", css="hours", max_digits=7)
    source = forms.CharField(label="Kilde", required=False, max_length=200)

    def __init__(self, data: Any) -> None:
        super().__init__(data, prefix="added", use_required_attribute=False)
        self.fields["source"].widget.attrs["placeholder"] = "Fx lønseddel fra borgeren 4. november"

    def added(self) -> Added | None:
        values = self.cleaned_data
        if values.get("amount") is None:
            return None
        return Added(
            values.get("kind") or IncomeKind.WAGE,
            values.get("se_number", ""),
            values["amount"],
            values.get("paid_hours"),
            values.get("source", ""),
        )


class NewCeilingForm(forms.ModelForm):
    """The wage ceiling typed right where it is missing."""

    amount = NumberField(label="Lønloft pr. måned", required=True, min_value=Decimal(0))
    first_day = DayField(label="Gælder fra")

    class Meta:
        model = WageCeiling
        fields = ["amount", "first_day", "source"]

    def __init__(self, data: Any, grant: Grant, month: Month, **kwargs: Any) -> None:
        """``month``: the one whose ceiling is missing; a ceiling from a later day would not help it."""
        kwargs["initial"] = {"first_day": month.first_day, **kwargs.get("initial", {})}
        super().__init__(data, prefix="ceiling", instance=WageCeiling(grant=grant), **kwargs)
        self.month = month
        self.use_required_attribute = False
        self.fields["source"].widget.attrs["placeholder"] = "Oplyst af arbejdsgiveren 3. marts"
        self.fields["source"].help_text = ""

    def clean_first_day(self) -> date:
        day: date = self.cleaned_data["first_day"]
        if day > self.month.last_day:
            last = f"{self.month.last_day:%d.%m.%Y}"
            raise forms.ValidationError(f"Det er {long_month(self.month)}, der regnes på. Skriv senest {last}.")
        return day


class TaxForm(forms.ModelForm):
    """The tax percent that net holiday pay is grossed up with."""

    tax_percent = WholeNumberField(label="Trækprocent", min_value=0, max_value=99)

    class Meta:
        model = Citizen
        fields = ["tax_percent"]

    def __init__(self, data: Any, citizen: Citizen, **kwargs: Any) -> None:
        super().__init__(data, prefix="tax", instance=citizen, **kwargs)
        self.use_required_attribute = False


class WorkForm:
    """Everything on the workbench that can be typed, as one thing."""

    def __init__(self, data: Any, treatments: Iterable[tuple[int, IncomeTreatment | None]]) -> None:
        self.bound = data is not None
        self.reports = {id_: ReportForm(data, id_, treatment) for id_, treatment in treatments}
        self.new = AddedForm(data)
        self.note = data.get("note", "") if self.bound else None

    def demand_reasons(self) -> None:
        """Whatever is corrected or added needs a reason before it is kept; the field says so."""
        for form in self.reports.values():
            if not form.errors and (found := form.correction()) and not found.reason.strip():
                form.add_error("reason", "Skriv, hvorfor du retter indtægten.")
        if not self.new.errors and (new := self.new.added()) and not new.source.strip():
            self.new.add_error("source", "Skriv, hvor du har indtægten fra.")

    @property
    def readable(self) -> bool:
        """Whether the figures can be calculated with; a reason may still be missing."""
        forms_ = (*self.reports.values(), self.new)
        return self.bound and not any(set(form.errors) - {"reason", "source"} for form in forms_)

    @property
    def corrections(self) -> list[Correction]:
        found = (form.correction() for form in self.reports.values()) if self.bound else ()
        return [one for one in found if one]

    @property
    def added(self) -> list[Added]:
        found = self.new.added() if self.bound else None
        return [found] if found else []

    @property
    def faults(self) -> list[str]:
        """Every fault as a sentence with the field's name."""
        return [
            f"{form.fields[name].label}: {message}"
            for form in (*self.reports.values(), self.new)
            for name, messages in form.errors.items()
            for message in messages
        ]


class ReasonedForm(forms.ModelForm):
    """A change on a case; the reason goes into its history."""

    reason = forms.CharField(
        label="Begrundelse", max_length=300, help_text="Hvad er ændret, og hvor ved du det fra? Står i historikken."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.DateField):
                self.fields[name] = DayField(label=field.label, required=field.required, help_text=field.help_text)
            elif isinstance(field, forms.DecimalField):
                field.widget.attrs |= {"inputmode": "decimal", "class": "amount"}

    def save_as(self, user: Any) -> Any:
        """Save with who and why in the history."""
        self.instance._history_user = user
        self.instance._change_reason = self.cleaned_data["reason"]
        return self.save()


class CeilingForm(ReasonedForm):
    class Meta:
        model = WageCeiling
        fields = ["amount", "first_day", "source"]


class JobForm(ReasonedForm):
    class Meta:
        model = Job
        fields = [
            "se_number", "is_fleksjob", "first_day", "last_day", "agreed_hours", "agreed_pension_percent", "same_month",
        ]  # fmt: skip

    def clean_se_number(self) -> str:
        number = self.cleaned_data["se_number"].strip()
        if len(number) != 8 or not (number.isascii() and number.isdigit()):
            raise forms.ValidationError("Et SE-nummer har otte cifre.")
        return number


PARTS: dict[str, tuple[Any, str, str]] = {
    "loenloft": (CeilingForm, "wage_ceilings", "Lønloft"),
    "job": (JobForm, "jobs", "Job"),
}
"""The parts of a case that have a page of their own: form, name on the grant, Danish title."""


class CalculatorForm(forms.Form):
    """One month's figures, to try out."""

    month = MonthChoiceField(label="Tilskudsmåned")
    wage = NumberField(label="Løn før skat", help_text="Uden pension", min_value=Decimal(0))
    own_pension = NumberField(label="Egen pension", min_value=Decimal(0))
    employer_pension = NumberField(label="Arbejdsgivers pension", min_value=Decimal(0))
    other_income = NumberField(label="Anden indtægt", help_text="Andet job, honorar", min_value=Decimal(0))
    holiday_pay = NumberField(label="Feriepenge, brutto", help_text="Minus, når de er optjent")
    paid_hours = NumberField(label="Løntimer", css="hours", max_digits=7, min_value=Decimal(0))
    wage_ceiling = NumberField(label="Lønloft", help_text="Tomt: intet loft", min_value=Decimal(0))
    sickness_benefit = NumberField(label="Sygedagpenge", min_value=Decimal(0))
    lost_benefit = NumberField(label="Mistede sygedagpenge", min_value=Decimal(0))
    holiday_days = NumberField(label="Feriedage med ledighedsydelse", css="hours", max_digits=5, min_value=Decimal(0))
