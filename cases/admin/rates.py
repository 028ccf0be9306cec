"""National rates: entered by an administrator of the whole installation, and fixed once a decision has used them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, Model
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from cases.admin.base import PortalAdmin
from cases.change_fields import shown
from cases.models import Decision, NationalRates, Role
from cases.templatetags.danish import month_name
from rules.months import Month

FIGURES = (
    "base_amount", "threshold", "reduction_below_percent", "reduction_above_percent", "extra_atp_percent",
    "extra_atp_max", "ordinary_atp_per_hour", "ordinary_atp_full", "mandatory_pension_percent",
)  # fmt: skip


def decisions_by_month(row: NationalRates) -> dict[Month, int]:
    """How many decisions each month of the row's period has."""
    period = (Month.of(row.valid_from), Month.of(row.valid_to))
    found = Decision.objects.filter(benefit_month__range=period).values_list("benefit_month")
    return dict(found.annotate(count=Count("id")).order_by("benefit_month"))


def listed(hits: dict[Month, int]) -> str:
    """oktober 2026 (412 afgørelser), november 2026 (398 afgørelser)"""
    return ", ".join(f"{month_name(month)} ({count} afgørelser)" for month, count in hits.items())


class RatesForm(forms.ModelForm):
    """A row covers whole months, says where its figures come from, and tells which decided months it hits."""

    source = forms.CharField(
        label="Kilde", max_length=300, help_text="Fx: Beskæftigelsesministeriets satsvejledning, nr. og dato."
    )
    hits_known = forms.BooleanField(
        label="Jeg har set, hvilke afgjorte måneder rækken rammer", required=False,
        help_text="Kun nødvendigt, når måneder i perioden allerede er beregnet.",
    )  # fmt: skip

    class Meta:
        model = NationalRates
        fields = ("valid_from", "valid_to", *FIGURES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["source"] = next(iter(self.instance.sources.values()), "")

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day.day != 1:
            raise forms.ValidationError("Satser begynder den første i en måned.")
        return day

    def clean_valid_to(self) -> Any:
        day = self.cleaned_data["valid_to"]
        if day != Month.of(day).last_day:
            raise forms.ValidationError("Satser slutter den sidste dag i en måned.")
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("valid_from"), values.get("valid_to")
        if first and last and first <= last:
            hits = decisions_by_month(NationalRates(valid_from=first, valid_to=last))
            if hits and not values.get("hits_known"):
                self.add_error(
                    "hits_known",
                    f"Disse måneder er allerede beregnet med andre satser: {listed(hits)}. Afgørelserne ændres ikke "
                    "af sig selv. Sæt flueben, når du har set det, og gem igen.",
                )
        return values

    def save(self, commit: bool = True) -> NationalRates:
        self.instance.sources = dict.fromkeys(FIGURES, self.cleaned_data["source"])
        return super().save(commit)


@admin.register(NationalRates)
class NationalRatesAdmin(PortalAdmin):
    """Seen by all who open the admin; entered by an administrator without a municipality."""

    municipality_path = ""
    view_roles = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR)
    edit_roles = (Role.ADMINISTRATOR,)
    form = RatesForm
    list_display = ("valid_from", "valid_to", "base_amount", "threshold", "extra_atp_max", "derived_in_words")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_national(request)

    def has_change_permission(self, request: HttpRequest, obj: NationalRates | None = None) -> bool:
        return self._is_national(request) and (obj is None or not decisions_by_month(obj))

    def get_fieldsets(self, request: HttpRequest, obj: NationalRates | None = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            top = ((None, {"fields": ("use",)}),) if obj else ()
            return (*top, ("Periode", {"fields": ("valid_from", "valid_to")}), ("Satser", {"fields": FIGURES}),
                    ("Kilde", {"fields": ("source", "hits_known")}))  # fmt: skip
        return ((None, {"fields": ("use",)}), ("Periode", {"fields": ("valid_from", "valid_to")}),
                ("Satser og kilder", {"fields": ("figures",)}))  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: NationalRates | None = None) -> tuple[str, ...]:
        return ("use", "figures")

    @admin.display(description="brugt i")
    def use(self, row: NationalRates) -> str:
        hits = decisions_by_month(row)
        if not hits:
            return "Ingen afgørelser endnu."
        return (
            f"{listed(hits)}. Rækken kan derfor ikke ændres. Er en sats forkert, så tilføj en ny række, "
            "der gælder fra den måned, hvor den rigtige sats skal bruges: den nyeste række vinder."
        )

    @admin.display(description="satser og kilder")
    def figures(self, row: NationalRates) -> str:
        """Each figure with its source; those computed here are marked."""
        lines = format_html_join(
            "",
            '<tr><th scope="row">{}</th><td class="number">{}</td><td>{}</td></tr>',
            (
                (_label(name), shown(row._meta.get_field(name), getattr(row, name)), _source(row, name))
                for name in FIGURES
            ),
        )
        return format_html(
            '<table class="sources"><thead><tr><th scope="col">Sats</th><th scope="col">Værdi</th>'
            '<th scope="col">Kilde</th></tr></thead><tbody>{}</tbody></table>',
            lines,
        )

    @admin.display(description="udledte tal")
    def derived_in_words(self, row: NationalRates) -> str:
        return ", ".join(_label(name) for name in row.derived) or "–"

    def save_model(self, request: HttpRequest, obj: NationalRates, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        hits = decisions_by_month(obj)
        if hits:
            self.message_user(
                request,
                f"Rækken rammer måneder, der er beregnet: {listed(hits)}. Genberegn dem, hvis beløb skal rettes.",
                messages.WARNING,
            )


def _label(name: str) -> str:
    try:
        return str(NationalRates._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _source(row: NationalRates, name: str) -> str:
    source = row.sources.get(name, "ikke angivet")
    return f"Udledt: {source}" if name in row.derived else source
