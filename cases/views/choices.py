"""Which municipality and month a page is about, from the address; only those the user may see."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import QueryDict

from cases.models import Municipality, Role, User
from rules.months import Month


def municipalities_of(user: User, *roles: Role) -> list[Municipality]:
    return list(Municipality.objects.filter(id__in=user.municipality_ids(*roles)))


def chosen_municipality(user: User, data: QueryDict, *roles: Role) -> Municipality:
    """The one in the address when the user has the role there; else the user's first."""
    mine = municipalities_of(user, *roles)
    if not mine:
        raise PermissionDenied("Din rolle giver ikke adgang til siden.")
    code = data.get("kommune")
    if not code:
        return mine[0]
    found = next((one for one in mine if one.code == code), None)
    if found is None:
        raise PermissionDenied("Du har ikke adgang til den kommune.")
    return found


def chosen_month(data: QueryDict, otherwise: Month) -> Month:
    """The month in the address, or another. A text that is no month is refused with a sentence."""
    text = data.get("maaned", "").strip()
    if not text:
        return otherwise
    try:
        return Month.parse(text)
    except ValueError as error:
        raise BadRequest(str(error)) from error
