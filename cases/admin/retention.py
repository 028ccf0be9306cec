"""How long data is kept: set by the municipality's coordinator or administrator. The command deletes, not this."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from cases.admin.base import MunicipalityChoiceMixin, PortalAdmin
from cases.models import RetentionPeriod, Role


@admin.register(RetentionPeriod)
class RetentionPeriodAdmin(MunicipalityChoiceMixin, PortalAdmin):
    """Dated rows: the newest not later than the day of the deletion decides. No row, no deletion."""

    view_roles = (Role.AUDITOR,)
    edit_roles = (Role.COORDINATOR, Role.ADMINISTRATOR)
    national_edits = False
    list_display = ("kind", "municipality", "years", "valid_from", "reason")
    fieldsets = (
        (
            None,
            {
                "fields": ("municipality", "kind", "years", "valid_from"),
                "description": "Uden en slettefrist slettes intet. Kommunen beslutter selv fristen efter "
                "databeskyttelsesforordningen art. 5, stk. 1, litra e, og sine regler om arkiv og kassation.",
            },
        ),
        ("Hvorfor", {"fields": ("reason",)}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "reason":
            kwargs["widget"] = forms.Textarea({"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: RetentionPeriod | None = None) -> tuple[str, ...]:
        return ("municipality", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: RetentionPeriod, form: Any, change: bool) -> None:
        obj._change_reason = obj.reason[:100]
        super().save_model(request, obj, form, change)
