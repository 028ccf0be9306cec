"""Who sees and changes what in the admin: by membership, never by Django's permission tables.

Administrators see no case data, auditors see all of their municipality's and change nothing, caseworkers do not
get in. Each admin states the roles; the rest follows here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from cases.change_fields import field_changes
from cases.models import Municipality, Role
from cases.models.fields import MonthField
from cases.templatetags.danish import month_name

AS_TEXT = {
    models.EmailField: {"widget": AdminTextInputWidget(attrs={"inputmode": "email"})},
    models.IntegerField: {"widget": AdminTextInputWidget(attrs={"inputmode": "numeric"})},
    models.SmallIntegerField: {"widget": AdminTextInputWidget(attrs={"inputmode": "numeric"})},
}
"""A browser's own fields for numbers and e-mail throw away what they do not understand, and say so in its language."""
UNUSED = ("xregexp.js", "xregexp.min.js", "urlify.js")


class RoleMixin:
    """Permissions by role and municipality for an admin or an inline.

    ``municipality_path``: the lookup to the municipality; "" for rows that belong to all.
    """

    municipality_path = "municipality"
    view_roles: Sequence[Role] = ()
    edit_roles: Sequence[Role] = ()
    formfield_overrides = AS_TEXT
    national_edits = True
    """Whether an administrator of the whole installation may do what an administrator of a municipality may."""

    @property
    def media(self) -> forms.Media:
        """Without the libraries that only fill in web addresses while one types: a third of a page's weight."""
        whole = super().media
        used = [[one for one in group if not str(one).endswith(UNUSED)] for group in whole._js_lists]
        return reduce(add, (forms.Media(js=group) for group in used if group), forms.Media(css=whole._css))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._column(name) for name in super().get_list_display(request)]

    def _column(self, name: str) -> Any:
        """A month by its Danish name; everything else as it is."""
        field = next((one for one in self.model._meta.fields if one.name == name), None)
        if not isinstance(field, MonthField):
            return name
        shown = admin.display(description=field.verbose_name, ordering=name)
        return shown(lambda row: month_name(getattr(row, name)))

    @property
    def roles(self) -> list[Role]:
        return [*self.view_roles, *self.edit_roles]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return self.scoped(rows, request)

    def scoped(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        """Rows of the municipalities where the user has a role that looks; all for an administrator of all."""
        if not self.municipality_path or self._is_national(request):
            return rows
        return rows.filter(**{f"{self.municipality_path}__in": self._ids(request, self.roles)})

    def _ids(self, request: HttpRequest, roles: Sequence[Role]) -> list[int]:
        return request.user.municipality_ids(*roles) if roles else []

    def _is_national(self, request: HttpRequest) -> bool:
        """An administrator of the whole installation, where administrators may edit."""
        user = request.user
        return self.national_edits and Role.ADMINISTRATOR in self.edit_roles and (user.is_superuser or user.is_national)

    def _may(self, request: HttpRequest, roles: Sequence[Role], obj: Model | None) -> bool:
        if not request.user.is_active or not roles:
            return False
        if self._is_national(request):
            return True
        if not self.municipality_path:
            return request.user.has_role(*roles)
        mine = self._ids(request, roles)
        return bool(mine) if obj is None else self.belongs_to(obj, mine)

    def belongs_to(self, obj: Model, municipalities: Sequence[int]) -> bool:
        """Whether the row is one of these municipalities'."""
        return type(obj)._base_manager.filter(pk=obj.pk, **{f"{self.municipality_path}__in": municipalities}).exists()

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """Another municipality's row is not there: no redirect that tells its number."""
        raise Http404

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.roles, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.edit_roles, None)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.edit_roles, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted: history points at it."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class PortalAdmin(RoleMixin, SimpleHistoryAdmin):
    """A model with history: seen by the same people as the row itself, in Danish, before and after."""

    show_full_result_count = False
    list_per_page = 50
    actions = None
    history_list_display: Sequence[str] = ()

    def has_view_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_change_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> Any:
        """Only of a row that the user may see."""
        if self.get_object(request, object_id) is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict | None = None
    ) -> Any:
        """An earlier version, read only."""
        if self.get_object(request, object_id) is None:
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, foreign_keys_are_objs: bool = True
    ) -> None:
        """Before and after with the names and words people know, instead of field names and raw values."""
        records = list(historical_records)
        for current, before in zip(records, [*records[1:], None], strict=True):
            current.portal_changes = list(field_changes(current, before))


class ReadOnlyAdmin(PortalAdmin):
    """Seen, never changed."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PortalInline(RoleMixin, admin.TabularInline):
    """Parts of a row, with the permissions of their own roles. Django asks with the row they are part of."""

    extra = 0

    def _may(self, request: HttpRequest, roles: Sequence[Role], obj: Model | None) -> bool:
        return super()._may(request, roles, None)


class ReadOnlyInline(PortalInline):
    """Parts that are seen, never changed."""

    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyMixin(RoleMixin):
    """Rows without history that are written once: seen, never changed."""

    show_full_result_count = False
    list_per_page = 50
    actions = None
    change_form_template = "admin/without_history.html"

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> Any:
        raise Http404("Rækken er skrevet én gang og har ingen historik.")


class MunicipalityChoiceMixin:
    """The choice of municipality holds only those where the user may edit.

    ``copied``: the fields that a new dated row takes from the newest, so that what nobody touches stays as it is.
    """

    copied: Sequence[str] = ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        mine = self._ids(request, self.edit_roles)
        rows = self.model.objects.filter(municipality__in=mine).order_by("valid_from", "pk")
        newest = rows.last() if self.copied and len(mine) == 1 else None
        stands = {name: getattr(newest, name) for name in self.copied} if newest else {}
        return {**stands, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "municipality" and not self._is_national(request):
            mine = self._ids(request, self.edit_roles)
            kwargs["queryset"] = Municipality.objects.filter(id__in=mine)
            kwargs["required"] = True
            if len(mine) == 1:
                kwargs["initial"] = mine[0]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons for adding and changing municipalities beside the choice."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "municipality":
            for button in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{button}_related", False)
        return field
