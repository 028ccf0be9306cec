"""What the overview tells each role: what is late, who has what, how the month stands. Counts, never a row a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from cases.bank_days import run_day
from cases.checks import rates_warning
from cases.models import (
    Complaint,
    Delivery,
    DeliveryState,
    EventKind,
    Failure,
    JobcentreEvent,
    Letter,
    LetterKind,
    Membership,
    Municipality,
    Notice,
    PartyHearing,
    Payment,
    PaymentStatus,
    ReplayAlarm,
    Role,
    Run,
    Task,
    User,
)
from cases.month_figures import figures_of
from cases.tables import share
from cases.templatetags.danish import month_name
from rules.months import Month

NOTICE_DAYS = 14
COMPLAINT_DAYS = 28
YEAR = 12


@dataclass(frozen=True)
class Late:
    """Something that should have been done: how many, what, and the page (name and query) where it is done."""

    count: int
    text: str
    page: str = ""
    query: str = ""


def late(user: User, today: date) -> list[Late]:
    """What is late where the user reads cases; what is not late is left out."""
    counts = counted_together([rows(user, today) for rows, *_ in LATE])
    found = [Late(count, text, page, query) for count, (_, text, page, query) in zip(counts, LATE, strict=True)]
    if (missing := _not_started(user, today)) is not None:
        found.append(Late(1, f"kørslen for {month_name(missing)} er ikke startet, og dagen er gået", "runs"))
    if warning := rates_warning(today):
        found.append(Late(1, warning))
    return [one for one in found if one.count]


def counted_together(asked: Sequence[QuerySet[Any]]) -> list[int]:
    """How many rows each has, in one query."""
    parts, values = [], []
    for rows in asked:
        try:
            sql, given = rows.order_by().values("pk").query.get_compiler(rows.db).as_sql()
        except EmptyResultSet:
            sql, given = "SELECT 1 WHERE 1 = 0", ()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS part{len(parts)})")
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return list(cursor.fetchone())


Rows = Callable[[User, date], QuerySet[Any]]

LATE: tuple[tuple[Rows, str, str, str], ...] = (
    (
        lambda user, today: Task.objects.visible_to(user).open().filter(due_date__lt=today),
        "opgaver over fristen",
        "tasks",
        "?vis=haster",
    ),
    (
        lambda user, today: PartyHearing.objects.visible_to(user).filter(closed_at=None, deadline__lt=today),
        "partshøringer, hvor svarfristen er gået",
        "tasks",
        "?slags=follow_up",
    ),
    (
        lambda user, today: Letter.objects.visible_to(user).filter(
            ~Q(kind=LetterKind.HEARING), sent_at__isnull=False, answered_at=None, deadline__lt=today
        ),
        "breve uden svar efter fristen",
        "tasks",
        "?vis=afventer",
    ),
    (
        lambda user, today: Complaint.objects.visible_to(user).filter(
            closed_at=None, received_on__lt=today - timedelta(days=COMPLAINT_DAYS)
        ),
        "klager, der ikke er vurderet inden fire uger",
        "tasks",
        "?slags=follow_up",
    ),
    (
        lambda user, today: Payment.objects.visible_to(user).filter(
            status=PaymentStatus.FAILED, repetition__isnull=True
        ),
        "udbetalinger, økonomisystemet har afvist",
        "batches",
        "",
    ),
    (
        lambda user, today: Delivery.objects.visible_to(user).filter(
            state__in=(DeliveryState.FAILED, DeliveryState.ON_PAPER)
        ),
        "breve, der ikke er kommet ud med Digital Post",
        "post",
        "",
    ),
    (
        lambda user, today: Notice.objects.visible_to(user).filter(
            answered_at=None, created_at__date__lt=today - timedelta(days=NOTICE_DAYS)
        ),
        "adviser, der er over 14 dage gamle",
        "notices",
        "",
    ),
    (
        lambda user, today: JobcentreEvent.objects.visible_to(user).filter(kind=EventKind.UNKNOWN),
        "ukendte hændelser fra jobcentret",
        "events",
        "",
    ),
    (
        lambda user, today: Failure.objects.visible_to(user).filter(solved_at=None),
        "sager, der ikke kunne regnes",
        "tasks",
        "?slags=failure",
    ),
    (
        lambda user, today: ReplayAlarm.objects.visible_to(user, Role.COORDINATOR, Role.AUDITOR).filter(
            answered_at=None
        ),
        "alarmer fra genberegningen af gemte afgørelser",
        "alarms",
        "",
    ),
)


def _not_started(user: User, today: date) -> Month | None:
    """This month, when its run day is past and a municipality the user reads has not run it."""
    month, mine = Month.of(today), user.municipality_ids()
    if today <= run_day(month):
        return None
    started = Run.objects.filter(municipality__in=mine, benefit_month=month).values("municipality").distinct().count()
    return month if started < len(mine) else None


def desks(user: User) -> list[dict[str, Any]]:
    """Open tasks by desk, the fullest first; those on no desk as None. One query."""
    rows = (
        Task.objects.visible_to(user)
        .open()
        .order_by()
        .values("assigned_to", "assigned_to__first_name", "assigned_to__last_name", "assigned_to__username")
        .annotate(count=Count("id"), waiting=Count("id", filter=Q(state="waiting")))
    )
    named = [{**row, "name": _name(row)} for row in rows]
    return sorted(named, key=lambda row: (row["assigned_to"] is not None, -row["count"]))


def _name(row: dict[str, Any]) -> str:
    full = f"{row['assigned_to__first_name'] or ''} {row['assigned_to__last_name'] or ''}".strip()
    return full or row["assigned_to__username"] or "Ikke taget"


def unpaid(user: User, month: Month) -> dict[str, int]:
    """The month's payments by what is left to do with them."""
    rows = Payment.objects.visible_to(user).filter(benefit_month=month)
    return rows.aggregate(
        approved=Count("status", filter=Q(status=PaymentStatus.APPROVED)),
        held=Count("status", filter=Q(status=PaymentStatus.HELD)),
    )


@dataclass(frozen=True)
class MonthShare:
    """How many of a month's cases were decided without a person."""

    month: Month
    automatic: int
    total: int

    @property
    def share(self) -> Decimal | None:
        """In percent with one decimal, as in the report on automation."""
        return share(self.automatic, self.total)


def automation_by_month(municipality: Municipality, now: datetime) -> list[MonthShare]:
    """The last twelve months with items, the newest first, from the stored figures; a page part of its own."""
    today, system = localdate(now), User.objects.system().pk
    found = []
    for one in figures_of(municipality, Month.of(today) - YEAR, Month.of(today) + 1, now):
        total = sum(group.count for group in one.groups)
        automatic = sum(group.count for group in one.groups if group.who == system and not group.waits)
        if total:
            found.append(MonthShare(one.month, automatic, total))
    return found[::-1][:YEAR]


def newcomers() -> list[tuple[Municipality, bool]]:
    """For the installation's administrator: the municipalities, and whether each has an administrator of its own."""
    rows = Membership.objects.filter(municipality=OuterRef("pk"), role=Role.ADMINISTRATOR, user__is_active=True)
    return [(one, one.has_administrator) for one in Municipality.objects.annotate(has_administrator=Exists(rows))]


def staff(user: User, today: date) -> dict[str, Any]:
    """For the administrator: users by role, and active users who have not signed in for three months."""
    mine = user.municipality_ids(Role.ADMINISTRATOR)
    members = Membership.objects.filter(municipality__in=mine, user__is_active=True)
    counts = dict(members.order_by().values_list("role").annotate(Count("user", distinct=True)))
    asleep = members.filter(Q(user__last_login=None) | Q(user__last_login__date__lt=today - timedelta(days=90)))
    return {
        "roles": [(label, counts.get(value, 0)) for value, label in Role.choices],
        "asleep": asleep.values("user").distinct().count(),
    }
