"""The municipality's own choices, set by its coordinator or administrator, each change with its reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from cases.admin.base import MunicipalityChoiceMixin, PortalAdmin
from cases.models import Decision, MunicipalParameters, Role, SampleSetting
from cases.presenters.words import joined, long_month
from rules.months import Month

FIGURES = ("percent_below", "percent_above", "subsidy_drop_percent")
SWITCHES = ("include_income_automatically", "full_automation")


class ParametersForm(forms.ModelForm):
    """A change needs a reason of its own: it stands in the history beside what was changed."""

    class Meta:
        model = MunicipalParameters
        fields = ("municipality", "valid_from", *FIGURES, *SWITCHES, "note")
        widgets = {"note": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old_note = self.instance.note
        if "note" in self.fields:
            self.fields["note"].required = True
            self.fields["note"].help_text = "Skriv, hvorfor du ændrer. Det står i historikken."

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        changed = set(self.changed_data) - {"note"}
        if self.instance.pk and changed and values.get("note") == self.old_note:
            self.add_error("note", "Skriv en ny begrundelse: den gamle hører til den forrige ændring.")
        return values


@admin.register(MunicipalParameters)
class MunicipalParametersAdmin(MunicipalityChoiceMixin, PortalAdmin):
    """Dated rows: the newest not later than the benefit month decides."""

    view_roles = (Role.AUDITOR,)
    edit_roles = (Role.COORDINATOR, Role.ADMINISTRATOR)
    national_edits = False
    form = ParametersForm
    copied = (*FIGURES, *SWITCHES)
    list_display = ("valid_from", "municipality", *FIGURES, *SWITCHES, "note")
    fieldsets = (
        (None, {"fields": ("municipality", "valid_from")}),
        (
            "Grænser",
            {"fields": FIGURES, "description": "Procent fra 0 til 100. Uden for grænsen bliver sagen en opgave."},
        ),
        ("Automatik", {"fields": SWITCHES}),
        ("Hvorfor", {"fields": ("note",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: MunicipalParameters | None = None) -> tuple[str, ...]:
        return ("municipality",) if obj else ()

    def save_model(self, request: HttpRequest, obj: MunicipalParameters, form: Any, change: bool) -> None:
        obj._change_reason = obj.note
        super().save_model(request, obj, form, change)
        decided = Decision.objects.of(obj.municipality).filter(benefit_month__gte=Month.of(obj.valid_from))
        months = sorted(decided.order_by().values_list("benefit_month", flat=True).distinct())
        if months:
            self.message_user(
                request,
                f"{joined(map(long_month, months)).capitalize()} er allerede beregnet. Afgørelserne er ikke ændret: "
                "de bruger de indstillinger, der gjaldt. Kør måneden igen, hvis åbne opgaver skal ses efter på ny.",
                messages.WARNING,
            )


@admin.register(SampleSetting)
class SampleSettingAdmin(MunicipalityChoiceMixin, PortalAdmin):
    """How large a share of the automatic decisions a person looks at afterwards; dated rows."""

    view_roles = (Role.AUDITOR,)
    edit_roles = (Role.COORDINATOR, Role.ADMINISTRATOR)
    national_edits = False
    list_display = ("valid_from", "municipality", "percent", "note")
    fields = ("municipality", "valid_from", "percent", "note")

    def get_readonly_fields(self, request: HttpRequest, obj: SampleSetting | None = None) -> tuple[str, ...]:
        return ("municipality",) if obj else ()

    def save_model(self, request: HttpRequest, obj: SampleSetting, form: Any, change: bool) -> None:
        obj._change_reason = obj.note
        super().save_model(request, obj, form, change)
