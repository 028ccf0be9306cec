"""Links of the guide: to a page the reader may open, else only its name."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases.guide.rules import ALL_CODES
from cases.models import User

register = template.Library()

RULES = frozenset(ALL_CODES)


@register.simple_tag(takes_context=True)
def vej(context: dict[str, Any], name: str, text: str, query: str = "") -> SafeString:
    """{% vej "runs" "Kørsler" %}: a link where the reader may go, else the name in words."""
    user: User = context["request"].user
    if not opens(user, name):
        return format_html("<strong>{}</strong>", text)
    return format_html('<a href="{}{}">{}</a>', reverse(name), query, text)


def opens(user: User, name: str) -> bool:
    """Whether the user's roles open the page."""
    if name.startswith("admin:"):
        return user.may_open_admin and _admin_page(user, name)
    roles = getattr(resolve(reverse(name)).func, "roles", None)
    return roles is None or user.has_role(*roles)


def _admin_page(user: User, name: str) -> bool:
    """Whether the admin shows the list: admin:cases_user_changelist."""
    from django.contrib import admin

    found = [one for model, one in admin.site._registry.items() if f"admin:cases_{model._meta.model_name}_" in name]
    return not found or bool(found[0].has_view_permission(_As(user)))  # type: ignore[arg-type]


class _As:
    """Enough of a request for a permission."""

    def __init__(self, user: User) -> None:
        self.user = user


@register.filter
def regelside(code: Any) -> str:
    """The address of a rule's page in the guide; "" for a code that is no rule."""
    return reverse("rule_help", args=[code]) if code in RULES else ""
