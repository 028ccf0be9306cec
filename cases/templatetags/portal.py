"""Parts that every page of portal and admin shares: the menu by role."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from cases.acts import acts_for
from cases.models import Payment, Role, SettingProposal, User
from cases.presenters.words import first_sentence, plain
from cases.setting_proposals import waiting_for

register = template.Library()

CASE_PAGES = (
    ("Overblik", "overview"),
    ("Opgaver", "tasks"),
    ("Sager", "cases"),
    ("Kørsler", "runs"),
    ("Udbetalinger", "payments"),
    ("Post", "post"),
    ("Rapporter", "reports"),
    ("Beregner", "calculator"),
)

GROUPS_BEGIN = ("Rapporter", "Lovlighed", "Regler", "Hjælp")
"""Where a new group of the menu begins: the month's work, what it is looked at by, what decides it, help."""


@register.inclusion_tag("components/header.html", takes_context=True)
def portal_header(context: dict[str, Any]) -> dict[str, Any]:
    """The header with the pages the user's roles open."""
    request = context.get("request")
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "user": user,
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "signed_in": signed_in,
        "searches": signed_in and user.reads_cases,
        "links": _links(user, request.path) if signed_in else [],
    }


def _links(user: User, path: str) -> list[dict[str, Any]]:
    wanted = list(CASE_PAGES) if user.reads_cases else [CASE_PAGES[0], CASE_PAGES[-1]]
    if user.has_role(Role.COORDINATOR):
        wanted.append(("Regler", "rules"))
    elif user.has_role(Role.ADMINISTRATOR, Role.AUDITOR) and not user.is_national:
        wanted.append(("Lovlighed", "compliance"))
    if user.has_role(Role.COORDINATOR, Role.AUDITOR):
        wanted.append(("Revision", "audit"))
    if user.is_superuser or user.has_role(Role.ADMINISTRATOR):
        wanted.append(("Administration", "admin:index"))
    elif user.has_role(Role.COORDINATOR):
        wanted.append(("Indstillinger", "admin:index"))
    wanted.append(("Hjælp", "guide"))
    found = [(text, reverse(name)) for text, name in wanted]
    return [
        {
            "text": text,
            "url": url,
            "current": path == url or (url != "/" and path.startswith(url)),
            "begins": text in GROUPS_BEGIN,
        }
        for text, url in found
    ]


@register.simple_tag
def proposals_waiting_for(user: User) -> list[SettingProposal]:
    """Proposed settings that another has made and that the user may confirm or reject."""
    return waiting_for(user)


@register.filter
def lov(text: Any) -> str:
    """A paragraph whose numbers do not part from their signs at the end of a line."""
    for sign in ("§", "stk.", "nr.", "pkt."):
        text = str(text).replace(f"{sign} ", f"{sign}\N{NO-BREAK SPACE}")
    return text


@register.filter
def lille(sentence: Any) -> str:
    """A sentence as a part of another: the first of it, small first letter, no full stop."""
    text = first_sentence(str(sentence))
    return text[:1].lower() + text[1:]


@register.filter
def tal(number: Any) -> str:
    """60,5: hours and counts, with the decimals they have."""
    return "" if number is None else plain(number)


@register.filter
def handlinger(code: Any) -> list[tuple[str, str]]:
    """The acts that put a concern right, as (word in the address, title); its own incomes stand on the page."""
    return acts_for(str(code))


@register.filter
def at(row: Any, place: int) -> Any:
    """An element of a list by a place that is a variable; "" beyond its end."""
    return row[place] if place < len(row) else ""


@register.filter
def pay_day(payment: Payment) -> date:
    """When a payment is paid, as its letter says too."""
    return payment.expected_day(timezone.localdate())
