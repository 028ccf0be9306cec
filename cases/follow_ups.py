"""What the portal watches by itself, every day: lost right, folkepension, expiring grants, wage ceilings, letters.

Every function makes the tasks that are missing and only those: safe to run any number of times a day. One case that
fails never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.timezone import localdate

from cases.case_failed import each_case
from cases.letters import Draft, framed, reopen, write_letter
from cases.lost_right import open_follow_up
from cases.models import (
    Citizen,
    Grant,
    Letter,
    LetterKind,
    Period,
    PeriodKind,
    Task,
    TaskKind,
    TaskState,
    User,
    WageCeiling,
)
from cases.open_task import CEILING, COMPLAINT, EXPIRING, HEARING, PENSION, Question, closed, held_task, open_task
from cases.refused import Refused
from cases.repayment import lapse
from cases.settle_ended import settle_ended
from cases.signed import said
from cases.templatetags.danish import day_name, kr
from rules.follow_up import (
    ceiling_due,
    expires_soon,
    lost_right_due,
    lost_right_overdue,
    months_later,
    pension_notice_due,
)
from rules.months import Month
from rules.pension_age import last_day_of_right, pension_date

URGENT = 10
YOUNGEST_PENSION_AGE = 64
"""Nobody younger can be near folkepension: keeps the daily look small."""


def daily(today: date, now: datetime) -> dict[str, int]:
    """Run them all. How many tasks each has made (letters: how many waiting tasks were put back)."""
    user = User.objects.system()
    acts: dict[str, Callable[[date, User, datetime], int]] = {
        "mistet ret": lost_rights,
        "folkepension": pensions,
        "bevillinger, der udløber": expiring,
        "lønlofter": ceilings,
        "breve uden svar": unanswered_letters,
        "efterreguleringer efter ophør": settle_ended,
        "krav, der er bortfaldet": lapse,
    }
    return {name: act(today, user, now) for name, act in acts.items()}


def running(today: date) -> QuerySet[Grant]:
    """Grants in force on the day."""
    return Grant.objects.filter(first_day__lte=today).filter(Q(last_day__isnull=True) | Q(last_day__gte=today))


def lost_rights(today: date, user: User, now: datetime) -> int:
    """A follow-up every month while a lost right has no end (LAB § 124, stk. 4). More than three months: urgent."""
    open_ = Period.objects.filter(kind=PeriodKind.LOST_RIGHT, last_day__isnull=True).values("grant")
    grants = running(today).filter(pk__in=open_).select_related("citizen")
    asked = dict(
        Task.objects.filter(grant__in=grants, kind=TaskKind.LOST_RIGHT)
        .values_list("grant_id")
        .annotate(newest=Max("closed_at"))
    )
    waiting = set(Task.objects.open().filter(kind=TaskKind.LOST_RIGHT).values_list("grant_id", flat=True))
    _hurry(today, user)

    def due(grant: Grant) -> bool:
        last = asked.get(grant.pk)
        return grant.pk not in waiting and lost_right_due(localdate(last) if last else None, today)

    return each_case(
        "mistet ret", [one for one in grants if due(one)], lambda grant: open_follow_up(grant, today, user, now), now
    )


def _hurry(today: date, user: User) -> None:
    """An open follow-up older than the law's three months goes to the top of the inbox, once."""
    for task in Task.objects.open().filter(kind=TaskKind.LOST_RIGHT, priority__gt=URGENT):
        if lost_right_overdue(localdate(task.created_at), today):
            with transaction.atomic():
                task.priority, task.version = URGENT, task.version + 1
                task._history_user, task._change_reason = user, "Mere end tre måneder siden sidste opfølgning"
                task.save()


def pensions(today: date, user: User, now: datetime) -> int:
    """Three months before folkepension: one task per citizen ever, with the letter ready (LAB § 116; seed)."""
    oldest = months_later(today, -12 * YOUNGEST_PENSION_AGE)
    told = Task.objects.filter(kind=TaskKind.PENSION).values("citizen")
    grants = running(today).filter(citizen__birth_date__lte=oldest).exclude(citizen__in=told)
    due = [one for one in grants.select_related("citizen") if pension_notice_due(one.citizen.birth_date, today)]
    return each_case("folkepension", due, lambda grant: _pension_task(grant, today, user, now), now)


def _pension_task(grant: Grant, today: date, user: User, now: datetime) -> Task | None:
    citizen = Citizen.objects.select_for_update().get(pk=grant.citizen_id)
    if Task.objects.filter(citizen=citizen, kind=TaskKind.PENSION).exists():
        return None
    reached = pension_date(citizen.birth_date)
    message = f"Borgeren når folkepensionsalderen {day_name(reached)}: send brevet om, at tilskuddet ophører"
    task = open_task(
        citizen, grant, TaskKind.PENSION, Month.of(today), message, due=max(today, months_later(reached, -2)),
        questions=[Question(PENSION, message, {"folkepension": str(reached)})], event="Folkepension", user=user,
        now=now,
    )  # fmt: skip
    write_letter(grant, pension_letter(grant), user, now, task=task, send_now=False)
    return task


def pension_letter(grant: Grant) -> Draft:
    """Tell the citizen that the subsidy ends, and what to do."""
    reached = pension_date(grant.citizen.birth_date)
    last = day_name(last_day_of_right(grant.citizen.birth_date))
    paragraphs = [
        f"Du når folkepensionsalderen {day_name(reached)}. Så ophører retten til fleksløntilskud (LAB § 116).",
        f"Sidste dag med fleksløntilskud er {last}. Vi skriver til dig igen, når den sidste måned er beregnet.",
        "Folkepension kommer ikke af sig selv: søg den på borger.dk hos Udbetaling Danmark, gerne nu.",
        "Er der noget, du er i tvivl om, så skriv eller ring til os.",
    ]
    subject = "Dit fleksløntilskud ophører, når du når folkepensionsalderen"
    return Draft(LetterKind.PENSION, "citizen", subject, framed(grant, paragraphs))


def expiring(today: date, user: User, now: datetime) -> int:
    """Grants that end within three months (LAB § 120): one task for each end date."""
    soon = running(today).filter(last_day__lte=months_later(today, 12)).select_related("citizen")
    known = set(Task.objects.filter(kind=TaskKind.EXPIRING).values_list("grant_id", "benefit_month"))
    due = [
        one
        for one in soon
        if one.last_day and expires_soon(one.last_day, today) and (one.pk, Month.of(one.last_day)) not in known
    ]

    def make(grant: Grant) -> Task:
        message = f"Bevillingen udløber {day_name(grant.last_day)}. Skal den forlænges?"
        return open_task(
            grant.citizen, grant, TaskKind.EXPIRING, Month.of(grant.last_day), message, due=grant.last_day,
            questions=[Question(EXPIRING, message, {"sidste dag": str(grant.last_day)})], event="Bevilling udløber",
            user=user, now=now,
        )  # fmt: skip

    return each_case("bevilling udløber", due, make, now)


def ceilings(today: date, user: User, now: datetime) -> int:
    """Wage ceilings nobody has confirmed for a year (bekg. 227/2024 § 12): one task at a time."""
    newest = dict(
        WageCeiling.objects.filter(first_day__lte=today).values_list("grant_id").annotate(first=Max("first_day"))
    )
    tasks = Task.objects.filter(kind=TaskKind.CEILING).values_list("grant_id")
    confirmed = {id_: localdate(at) for id_, at in tasks.annotate(at=Max("closed_at")) if at}
    waiting = set(Task.objects.open().filter(kind=TaskKind.CEILING).values_list("grant_id", flat=True))

    def is_due(grant: Grant) -> bool:
        first = newest.get(grant.pk)
        if first is None or grant.pk in waiting:
            return False
        return ceiling_due(max(first, confirmed.get(grant.pk, first)), today)

    due = [one for one in running(today).select_related("citizen") if is_due(one)]
    return each_case("lønloft", due, lambda grant: _ceiling_task(grant, today, user, now), now)


def _ceiling_task(grant: Grant, today: date, user: User, now: datetime) -> Task:
    row = WageCeiling.objects.filter(grant=grant, first_day__lte=today).order_by("first_day").last()
    message = f"Lønloftet på {kr(row.amount)} kr. er fra {day_name(row.first_day)}. Er det stadig rigtigt?"
    return open_task(
        grant.citizen, grant, TaskKind.CEILING, Month.of(today), message, due=months_later(today, 1),
        questions=[Question(CEILING, message, {"lønloft": str(row.amount)})], event="Lønloft skal bekræftes",
        user=user, now=now,
    )  # fmt: skip


def unanswered_letters(today: date, user: User, now: datetime) -> int:
    """Tasks that wait for an answer whose deadline has passed stand in the inbox again."""
    late = Letter.objects.filter(
        kind=LetterKind.QUESTION,
        deadline__lt=today,
        sent_at__isnull=False,
        answered_at__isnull=True,
        task__state=TaskState.WAITING,
    )
    still = Letter.objects.filter(kind=LetterKind.QUESTION, deadline__gte=today, answered_at__isnull=True)
    ids = sorted(set(late.exclude(task__in=still.values("task")).values_list("task_id", flat=True)))
    for id_ in ids:
        with transaction.atomic():
            reopen(id_, "Svarfristen er udløbet uden svar", user)
    return len(ids)


def done(task: Task, note: str, user: User, now: datetime, version: int | None = None) -> Task:
    """Close a follow-up that has been looked into, with what came of it. Lost right has questions of its own."""
    note = said(note, "Skriv, hvad du har gjort.")
    with transaction.atomic():
        task = held_task(task, version)
        check_simple(task)
        return closed(task, note, user, now)


def check_simple(task: Task) -> None:
    """Refuse to close by a note alone what has an act of its own."""
    own = {
        TaskKind.LOST_RIGHT: "Svar på de to spørgsmål om mistet ret.",
        TaskKind.PENSION: "Send brevet til borgeren: det lukker opgaven.",
        TaskKind.CEILING: "Bekræft lønloftet, eller skriv et nyt: det lukker opgaven.",
        TaskKind.INCOME: "Godkend måneden i stedet.",
        TaskKind.RECALCULATION: "Gennemfør genberegningen i stedet.",
        TaskKind.START_UP: "Gennemfør opstarten i stedet.",
        TaskKind.ADJUSTMENT: "Vælg årsag og afregning: det lukker opgaven.",
        TaskKind.FAILURE: "En programfejl lukkes, når måneden kan beregnes.",
    }
    if task.kind in own:
        raise Refused(own[TaskKind(task.kind)])
    if task.concerns.filter(code__in=[HEARING, COMPLAINT], answered_at__isnull=True).exists():
        raise Refused("Afslut partshøringen eller klagen: det lukker opgaven.")
