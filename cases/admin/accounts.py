"""Users with their roles, municipalities and employers' names.

An administrator handles the users of the own municipality and nobody else's: a user who also works for another
municipality keeps name, password and access, or its administrator could sign in over there as that person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from cases import one_time_codes
from cases.admin.base import MunicipalityChoiceMixin, PortalAdmin, PortalInline
from cases.models import Employer, Membership, Municipality, Role, User
from cases.models.accounts import SYSTEM_USERNAME

ADMINISTRATORS = (Role.ADMINISTRATOR,)
SEE = (Role.COORDINATOR, Role.AUDITOR)
EIGHT_DIGITS = RegexValidator(r"^\d{8}$", "Skriv otte cifre.")


class RolesFormSet(BaseInlineFormSet):
    """A user without a role cannot be found again by the municipality's administrator."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Each field says what it is to a screen reader: Django's table names them in the header only."""
        super().add_fields(form, index)
        words = {"municipality": "Kommune", "role": "Rolle", "DELETE": "Fjern rollen"}
        for name in words.keys() & form.fields.keys():
            widget = form.fields[name].widget
            getattr(widget, "widget", widget).attrs["aria-label"] = words[name]

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("role") and not form.cleaned_data.get("DELETE")]
        if self.instance.pk is None and not kept:
            raise forms.ValidationError("Giv brugeren mindst én rolle.")


class MembershipInline(MunicipalityChoiceMixin, PortalInline):
    """The roles of a user in the administrator's municipalities. Nobody gives themselves a role."""

    model = Membership
    formset = RolesFormSet
    fields = ("municipality", "role")
    verbose_name_plural = "roller"
    view_roles = (Role.AUDITOR,)
    edit_roles = ADMINISTRATORS

    def get_extra(self, request: HttpRequest, obj: User | None = None, **_: Any) -> int:
        return 0 if obj else 1

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_add_permission(request, obj) and obj != request.user

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and obj != request.user

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return self.has_change_permission(request, obj)


class UserForm(UserChangeForm):
    """With a tick that takes the one-time code away, for a lost telephone."""

    reset_code = forms.BooleanField(
        label="Nulstil engangskoden",
        required=False,
        help_text="Når telefonen er væk: brugeren logger ind med adgangskoden alene og kan sætte en ny kode op.",
    )


@admin.register(User)
class PortalUserAdmin(PortalAdmin, UserAdmin):
    """Users are made, given roles and deactivated; never deleted, since history points at them."""

    form = UserForm
    municipality_path = "memberships__municipality"
    view_roles = (Role.AUDITOR,)
    edit_roles = ADMINISTRATORS
    inlines = (MembershipInline,)
    list_display = ("username", "full_name", "roles_in_words", "is_active")
    list_filter = ("is_active",)
    search_fields = ("username", "first_name", "last_name")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "own_cpr")}),
        ("Adgang", {"fields": ("is_active", "reset_code"), "description": "Fjern fluebenet, når personen holder op."}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "password1", "password2")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "own_cpr")}),
    )

    @admin.display(description="navn")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="roller")
    def roles_in_words(self, user: User) -> str:
        return ", ".join(
            f"{one.get_role_display()} ({one.municipality.code if one.municipality else 'alle'})"
            for one in user.memberships.all()
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__municipality")

    def scoped(self, rows: QuerySet[User], request: HttpRequest) -> QuerySet[User]:
        if self._is_national(request):
            return rows
        members = Membership.objects.filter(municipality__in=self._ids(request, self.roles))
        return rows.filter(pk__in=members.values("user"))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Also for a user shared with another municipality: there only the roles here can be changed."""
        if obj is not None and (obj.username == SYSTEM_USERNAME or self._is_above(request, obj)):
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Sequence[str]:
        if obj is None:
            return ()
        if not self.is_own(request, obj):
            return ("username", "first_name", "last_name", "email", "own_cpr", "is_active")
        return ("is_active", "own_cpr") if obj == request.user else ()

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.is_own(request, obj):
            return fieldsets
        return ((None, {"fields": ("username",)}), *fieldsets[1:])

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.cleaned_data.get("reset_code") and self.is_own(request, obj) and obj != request.user:
            one_time_codes.switch_off(obj, request.user)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        user = self.get_object(request, id)
        if user is not None and not self.is_own(request, user):
            raise PermissionDenied("Brugeren arbejder også for en anden kommune. Du kan ikke ændre adgangskoden.")
        return super().user_change_password(request, id, form_url)

    def is_own(self, request: HttpRequest, user: User) -> bool:
        """Whether all of the user's roles lie where this administrator administers."""
        if user.username == SYSTEM_USERNAME or self._is_above(request, user):
            return False
        if self._is_national(request):
            return True
        held = set(user.memberships.values_list("municipality_id", flat=True))
        return bool(held) and held <= set(self._ids(request, self.edit_roles))

    def _is_above(self, request: HttpRequest, user: User) -> bool:
        """A superuser is above all others; an administrator of all above an administrator of some."""
        if user.is_superuser and not request.user.is_superuser:
            return True
        return user.is_national and not self._is_national(request)


@admin.register(Municipality)
class MunicipalityAdmin(PortalAdmin):
    """What stands on letters, and what eIndkomst is asked with."""

    municipality_path = "id"
    view_roles = SEE
    edit_roles = ADMINISTRATORS
    list_display = ("code", "name", "unit", "phone")
    fields = ("code", "name", "cvr", "se_number", "unit", "address", "phone")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_national(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Municipality | None = None) -> Sequence[str]:
        return () if self._is_national(request) else ("code",)


class EmployerForm(forms.ModelForm):
    class Meta:
        model = Employer
        fields = ("se_number", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "se_number" in self.fields:
            self.fields["se_number"].validators.append(EIGHT_DIGITS)


@admin.register(Employer)
class EmployerAdmin(PortalAdmin):
    """eIndkomst knows employers by number only; the names are shown on pages and letters."""

    municipality_path = ""
    view_roles = SEE
    edit_roles = ADMINISTRATORS
    form = EmployerForm
    list_display = ("name", "se_number")
    search_fields = ("name", "se_number")
