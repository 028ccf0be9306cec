"""Efterreguleringer of the municipality: what waits for a choice, what is being settled, and the claims."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.access import log_list, reader
from cases.models import Adjustment, Grant, RepaymentClaim, SettleBy, User
from cases.repayment import claims_of
from cases.settle import TAKEN, with_ways
from cases.settlement_plan import shown
from cases.views.paging import counted, page_of

PAGE = 50
SHOW = {
    "valg": "Mangler valg",
    "modregnes": "Modregnes",
    "tilgode": "Borgeren har til gode",
    "ikke": "Kræves ikke tilbage",
    "krav": "Krav",
    "afregnet": "Afregnet",
}


@reader
def adjustment_list(request: HttpRequest) -> HttpResponse:
    """One tab of the list. The claims have a table of their own."""
    show = request.GET.get("vis", "valg")
    show = show if show in SHOW else "valg"
    if show == "krav":
        rows = RepaymentClaim.objects.visible_to(request.user)
        page = page_of(request, rows.order_by("-id"), PAGE)
        found: list[Any] = claims_of(rows.filter(pk__in=[one.pk for one in page]))
        total = rows.filter(state__in=["open", "sent"]).aggregate(sum=Sum("amount"))["sum"]
    else:
        every = of_tab(request.user, show)
        page = page_of(request, every, PAGE)
        ids = [one.pk for one in page]
        found = shown(Adjustment.objects.filter(pk__in=ids).select_related("grant__citizen").order_by("-id"))
        total = sum((one.left if show != "afregnet" else one.payable_difference for one in found), 0)
    citizens = Grant.objects.filter(pk__in=[one.grant_id for one in page]).values_list("citizen_id", flat=True)
    log_list(request.user, citizens, "Efterreguleringer")
    context = {
        "page": page,
        "count": "" if show == "krav" else counted(every),
        "rows": found,
        "claims": found,
        "show": show,
        "shows": SHOW.items(),
        "total": total,
    }
    return render(request, "adjustments/list.html", context)


def of_tab(user: User, show: str) -> QuerySet[Adjustment]:
    """The user's adjustments of a tab, the newest first."""
    rows = with_ways(Adjustment.objects.visible_to(user).exclude(payable_difference=0)).order_by("-id")
    if show == "afregnet":
        return rows.filter(settled=F("payable_difference"))
    left = rows.exclude(settled=F("payable_difference"))
    if show == "tilgode":
        return left.filter(payable_difference__gt=0)
    debts = left.filter(payable_difference__lt=0)
    if show == "valg":
        return debts.filter(Q(way_chosen__isnull=True) | Q(given_up=True))
    return debts.filter(given_up=False, way_chosen__in=TAKEN if show == "modregnes" else [SettleBy.NOTHING])
