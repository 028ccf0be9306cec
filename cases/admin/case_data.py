"""Case data for auditors: everything of their municipality, with history, read only, and every look logged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join

from cases.access import log_many
from cases.admin.base import ReadOnlyAdmin, ReadOnlyInline, ReadOnlyMixin
from cases.models import (
    AccessLog,
    AddedIncome,
    Citizen,
    ConcernAnswer,
    Decision,
    EarlierSubsidy,
    Grant,
    IncomeFile,
    IncomeReport,
    IncomeTreatment,
    IssuedDocument,
    Job,
    Look,
    Payment,
    PaymentEvent,
    PaymentLine,
    Period,
    RawAnswer,
    Role,
    Run,
    Task,
    TaskConcern,
    WageCeiling,
)
from cases.presenters.incomes import ROLE_WORDS
from rules.money import danish

PURPOSE = "Revision og tilsyn"
AUDITORS = (Role.AUDITOR,)
AMOUNTS = (
    "income", "subsidy", "extra_atp", "ordinary_atp", "mandatory_pension", "payable_before_tax", "ceiling_cut",
)  # fmt: skip


class LoggedMixin:
    """Writes the look before the page is made. No search: a name or a CPR number would stand in the address."""

    citizen_path = "citizen"
    view_roles = AUDITORS
    search_fields = ()

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if self.citizen_path and isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            shown = [row.pk for row in response.context_data["cl"].result_list]
            self._log(request, self.model._base_manager.filter(pk__in=shown), "liste")
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        self._log_one(request, object_id, "")
        return super().changeform_view(request, object_id, form_url, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        self._log_one(request, object_id, "tidligere udgave")
        return super().history_form_view(request, object_id, version_id, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        self._log_one(request, object_id, "historik")
        return super().history_view(request, object_id, extra_context)

    def _log_one(self, request: HttpRequest, object_id: str | None, how: str) -> None:
        row = self.get_object(request, object_id) if object_id else None
        if row is not None and self.citizen_path:
            self._log(request, self.model._base_manager.filter(pk=row.pk), how)

    def _log(self, request: HttpRequest, rows: Any, how: str) -> None:
        what = f"Administration: {self.model._meta.verbose_name}{f', {how}' if how else ''}"
        kind = Look.LIST if how == "liste" else Look.PAGE
        log_many(request.user, rows.values_list(self.citizen_path, flat=True), what, PURPOSE, kind)


class HistoryAdmin(LoggedMixin, ReadOnlyAdmin):
    """Case data with history."""


class WrittenOnceAdmin(LoggedMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Case data that is its own history."""


class PartInline(ReadOnlyInline):
    """A part of a case, with a link to its own page and history."""

    municipality_path = "grant__municipality"
    view_roles = AUDITORS
    show_change_link = True


def _part_inline(part: type[Model]) -> type[PartInline]:
    return type(f"{part.__name__}Inline", (PartInline,), {"model": part})


class ConcernInline(PartInline):
    model = TaskConcern
    municipality_path = "task__municipality"
    fields = ("position", "code", "message", "answered_by", "answered_at", "note")


class LineInline(PartInline):
    model = PaymentLine
    municipality_path = "payment__municipality"
    show_change_link = False


class EventInline(PartInline):
    model = PaymentEvent
    municipality_path = "payment__municipality"
    show_change_link = False


@admin.register(Citizen)
class CitizenAdmin(HistoryAdmin):
    citizen_path = "id"
    list_display = ("name", "birth_date", "municipality", "is_protected")
    fields = ("municipality", "name", "cpr_with_dash", "birth_date", "address_shown", "is_protected", "tax_percent")
    readonly_fields = ("cpr_with_dash", "address_shown")

    @admin.display(description="CPR-nummer")
    def cpr_with_dash(self, citizen: Citizen) -> str:
        return citizen.cpr_with_dash

    @admin.display(description="adresse")
    def address_shown(self, citizen: Citizen) -> str:
        """Hidden also in an earlier version, from before the address was protected."""
        hidden = citizen.is_protected or Citizen.objects.filter(pk=citizen.pk, is_protected=True).exists()
        return "Beskyttet" if hidden else citizen.address


@admin.register(Grant)
class GrantAdmin(HistoryAdmin):
    list_display = ("number", "municipality", "first_day", "last_day", "needs_manual")
    inlines = tuple(_part_inline(part) for part in (Job, WageCeiling, Period, EarlierSubsidy, AddedIncome))


@admin.register(Job, WageCeiling, Period, EarlierSubsidy, AddedIncome, ConcernAnswer)
class PartAdmin(HistoryAdmin):
    municipality_path = "grant__municipality"
    citizen_path = "grant__citizen"
    list_display = ("grant", "__str__")
    list_select_related = ("grant",)


@admin.register(IncomeReport)
class IncomeReportAdmin(WrittenOnceAdmin):
    municipality_path = "citizen__municipality"
    list_display = ("month", "se_number", "role_in_words", "amount", "paid_hours", "pay_date")
    exclude = ("key", "role", "kind")
    readonly_fields = ("role_in_words",)

    @admin.display(description="rolle")
    def role_in_words(self, row: IncomeReport) -> str:
        return ROLE_WORDS.get(row.role, "løn")


@admin.register(IncomeTreatment)
class IncomeTreatmentAdmin(HistoryAdmin):
    municipality_path = "report__citizen__municipality"
    citizen_path = "report__citizen"
    list_display = ("report", "action", "amount", "paid_hours", "reason")


@admin.register(RawAnswer)
class RawAnswerAdmin(WrittenOnceAdmin):
    municipality_path = "citizen__municipality"
    list_display = ("file", "sha256")


@admin.register(IncomeFile)
class IncomeFileAdmin(WrittenOnceAdmin):
    citizen_path = ""
    list_display = ("name", "read_at", "persons", "reports", "without_case", "read_by")


@admin.register(Decision)
class DecisionAdmin(WrittenOnceAdmin):
    """With the sum as a table, and what it was made of as it was frozen."""

    citizen_path = "grant__citizen"
    list_display = ("benefit_month", "grant", "sequence", "outcome", "subsidy", "decided_at", "decided_by")
    list_filter = ("outcome",)
    list_select_related = ("grant", "decided_by")
    readonly_fields = ("sum_in_steps",)
    fieldsets = (
        (None, {"fields": ("municipality", "grant", "benefit_month", "sequence", "supersedes", "run", "outcome")}),
        ("Hvem og hvornår", {"fields": ("decided_at", "decided_by")}),
        ("Beregning", {"fields": ("sum_in_steps", *AMOUNTS)}),
        (
            "Det, afgørelsen er regnet af, som det er gemt",
            {
                "classes": ("collapse",),
                "fields": ("concerns", "facts", "rates", "parameters", "fingerprint", "rules_version"),
            },
        ),
    )

    @admin.display(description="beregning")
    def sum_in_steps(self, decision: Decision) -> str:
        lines = format_html_join(
            "",
            '<tr><th scope="row">{}</th><td>{}</td><td class="number">{}</td></tr>',
            ((text, law, danish(Decimal(amount))) for text, law, amount in decision.steps),
        )
        return format_html('<table class="sources"><tbody>{}</tbody></table>', lines)


@admin.register(Task)
class TaskAdmin(HistoryAdmin):
    citizen_path = "grant__citizen"
    list_display = ("benefit_month", "grant", "kind", "headline", "state", "assigned_to", "closed_by")
    list_filter = ("state", "kind")
    list_select_related = ("grant", "assigned_to", "closed_by")
    inlines = (ConcernInline,)


@admin.register(TaskConcern)
class TaskConcernAdmin(HistoryAdmin):
    municipality_path = "task__municipality"
    citizen_path = "task__grant__citizen"
    list_display = ("task", "code", "message", "answered_by")
    list_select_related = ("task", "answered_by")


@admin.register(Payment)
class PaymentAdmin(WrittenOnceAdmin):
    list_display = ("benefit_month", "grant", "subsidy", "payable_before_tax", "pay_date", "status")
    list_filter = ("status",)
    list_select_related = ("grant",)
    inlines = (LineInline, EventInline)


@admin.register(IssuedDocument)
class IssuedDocumentAdmin(WrittenOnceAdmin):
    list_display = ("title", "issued_at", "issued_by", "template_version")


@admin.register(AccessLog)
class AccessLogAdmin(WrittenOnceAdmin):
    list_display = ("happened_at", "user", "citizen", "action", "purpose", "is_own", "is_protected")
    list_filter = ("kind", "is_own", "is_protected")
    list_select_related = ("user", "citizen")


@admin.register(Run)
class RunAdmin(WrittenOnceAdmin):
    citizen_path = ""
    list_display = ("benefit_month", "municipality", "state", "started_at", "started_by", "finished_at", "closed_by")
