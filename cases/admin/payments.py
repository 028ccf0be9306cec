"""How the municipality pays: its accounts and numbers, set by its coordinator or administrator, with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from cases.admin.base import MunicipalityChoiceMixin, PortalAdmin
from cases.admin.case_data import HistoryAdmin, WrittenOnceAdmin
from cases.admin.parameters import ParametersForm
from cases.models import PaymentBatch, PaymentSettings, PostingFile, Role

NUMBERS = ("profile", "registration_place", "org_unit", "machine_number", "account")
HOW = ("four_eyes", "pays_from_other_system")


class PaymentSettingsForm(ParametersForm):
    """The same demand for a reason of its own at each change."""

    class Meta:
        model = PaymentSettings
        fields = ("municipality", "valid_from", *NUMBERS, *HOW, "note")
        widgets = {"note": forms.Textarea({"rows": 2})}


@admin.register(PaymentSettings)
class PaymentSettingsAdmin(MunicipalityChoiceMixin, PortalAdmin):
    """Dated rows: the newest not later than the pay day decides."""

    view_roles = (Role.AUDITOR,)
    edit_roles = (Role.COORDINATOR, Role.ADMINISTRATOR)
    national_edits = False
    form = PaymentSettingsForm
    copied = (*NUMBERS, *HOW)
    list_display = ("valid_from", "municipality", *NUMBERS, *HOW)
    fieldsets = (
        (None, {"fields": ("municipality", "valid_from")}),
        (
            "Udbetalingsfilen",
            {"fields": NUMBERS, "description": "Økonomiafdelingen kender numrene. De står i hver linje i filen."},
        ),
        ("Hvem og hvordan", {"fields": HOW}),
        ("Hvorfor", {"fields": ("note",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: PaymentSettings | None = None) -> tuple[str, ...]:
        return ("municipality",) if obj else ()

    def save_model(self, request: HttpRequest, obj: PaymentSettings, form: Any, change: bool) -> None:
        obj._change_reason = obj.note
        super().save_model(request, obj, form, change)


@admin.register(PaymentBatch)
class PaymentBatchAdmin(HistoryAdmin):
    citizen_path = ""
    list_display = ("number", "municipality", "pay_date", "state", "count", "total", "prepared_by", "released_by")
    list_filter = ("state",)
    list_select_related = ("municipality", "prepared_by", "released_by")


@admin.register(PostingFile)
class PostingFileAdmin(WrittenOnceAdmin):
    citizen_path = ""
    exclude = ("body",)
    list_display = ("name", "read_at", "read_by", "last_due_date", "failed", "posted", "unknown")
    list_select_related = ("read_by",)
