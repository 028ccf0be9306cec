"""What has stood its time: by the municipality's own periods, and never what something still rests on.

Databeskyttelsesforordningen art. 5, stk. 1, litra e. Without a period for a kind, nothing of that kind is due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.link_events import cpr_of
from cases.models import (
    AccessLog,
    Citizen,
    ClaimState,
    Complaint,
    Decision,
    Grant,
    IssuedDocument,
    JobcentreEvent,
    JournalNote,
    Municipality,
    Payment,
    PaymentFile,
    PostingFile,
    Process,
    ProcessState,
    RepaymentClaim,
    ReplayAlarm,
    RetentionKind,
    RetentionPeriod,
    Task,
    TaskConcern,
)
from cases.refused import Refused

IDS_AT_ONCE = 500
Rows = dict[Any, set[int]]
"""Primary keys by model."""


@dataclass(frozen=True)
class Due:
    """What may go of one kind: ``subjects`` (ids of citizens, looks, files or events), and who waits and why."""

    period: RetentionPeriod
    before: date
    subjects: tuple[int, ...]
    waiting: dict[str, int] = field(default_factory=dict)


def periods(municipality: Municipality, as_of: date) -> dict[str, RetentionPeriod]:
    """The periods in force on the day, by kind."""
    rows = RetentionPeriod.objects.of(municipality).filter(valid_from__lte=as_of).order_by("valid_from")
    return {row.kind: row for row in rows}


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; 28 February for a leap day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def due(municipality: Municipality, kind: str, as_of: date) -> Due | None:
    """What is due of the kind on the day; None when the municipality has no period for it."""
    in_force = periods(municipality, as_of)
    if kind not in in_force:
        return None
    period = in_force[kind]
    before = years_before(as_of, period.years)
    if kind == RetentionKind.CITIZENS:
        looks = in_force.get(RetentionKind.LOOKS)
        return _citizens(period, before, years_before(as_of, looks.years) if looks else None)
    rows = {
        RetentionKind.LOOKS: AccessLog.objects.filter(happened_at__lt=_midnight(before)),
        RetentionKind.PAYMENT_FILES: PaymentFile.objects.filter(batch__pay_date__lt=before),
        RetentionKind.POSTING_FILES: PostingFile.objects.filter(read_at__lt=_midnight(before)),
        RetentionKind.STRANGERS: _strangers(before),
    }[RetentionKind(kind)]
    found = tuple(rows.of(municipality).order_by("pk").values_list("pk", flat=True))
    return Due(period, before, found)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _strangers(before: date) -> QuerySet[JobcentreEvent]:
    """Events of nobody here, but those that an open task asks about."""
    open_ = TaskConcern.objects.filter(task__in=Task.objects.open(), numbers__has_key="event")
    asked = {row["event"] for row in open_.values_list("numbers", flat=True)}
    return JobcentreEvent.objects.filter(citizen=None, received_at__lt=_midnight(before)).exclude(pk__in=asked)


# --- citizens whose case is over -------------------------------------------------------------------------------------


def _citizens(period: RetentionPeriod, before: date, looks_before: date | None) -> Due:
    citizens = Citizen.objects.of(period.municipality)
    for blocker in _still_open(before):
        citizens = citizens.exclude(Exists(blocker))
    looks = AccessLog.objects.filter(citizen=OuterRef("pk"))
    if looks_before:
        looks = looks.filter(happened_at__gte=_midnight(looks_before))
    reasons = {
        "venter på udbetalingsfiler": PaymentFile.objects.filter(batch__payments__citizen=OuterRef("pk")),
        "venter på opslagsloggen": looks,
    }
    waiting = {why: citizens.filter(Exists(rows)).count() for why, rows in reasons.items()}
    for rows in reasons.values():
        citizens = citizens.exclude(Exists(rows))
    found = tuple(citizens.order_by("pk").values_list("pk", flat=True))
    return Due(period, before, found, {why: count for why, count in waiting.items() if count})


def _still_open(before: date) -> Iterator[QuerySet]:
    """Rows of a citizen that keep the citizen: a case that runs or ended lately, open work, something since then."""
    me, since = OuterRef("pk"), _midnight(before)
    yield Grant.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=before), citizen=me)
    tasks = Task.objects.filter(Q(citizen=me) | Q(grant__citizen=me))
    yield tasks.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=since))
    open_states = Q(state__in=[ProcessState.RUNNING, ProcessState.WAITING])
    yield Process.objects.filter(open_states | Q(finished_at__gte=since), citizen=me)
    yield RepaymentClaim.objects.filter(state__in=[ClaimState.OPEN, ClaimState.SENT], grant__citizen=me)
    yield Complaint.objects.filter(closed_at__isnull=True, payment__citizen=me)
    yield ReplayAlarm.objects.filter(answered_at__isnull=True, grant__citizen=me)
    yield Payment.objects.filter(citizen=me, pay_date__gte=before)
    yield Decision.objects.filter(grant__citizen=me, decided_at__gte=since)
    yield IssuedDocument.objects.filter(citizen=me, issued_at__gte=since)
    yield JournalNote.objects.filter(grant__citizen=me, written_at__gte=since)
    yield JobcentreEvent.objects.filter(citizen=me, received_at__gte=since)
    yield Citizen.history.filter(id=me, history_type="+", history_date__gte=since)


# --- everything that goes with it ------------------------------------------------------------------------------------


_ALONE: dict[str, Any] = {
    RetentionKind.LOOKS: AccessLog,
    RetentionKind.PAYMENT_FILES: PaymentFile,
    RetentionKind.POSTING_FILES: PostingFile,
}
"""Kinds whose rows nothing points to."""


def rows_of(due: Due, subjects: Sequence[int]) -> Rows:
    """Every row that goes with these subjects of what is due."""
    kind = due.period.kind
    if kind == RetentionKind.CITIZENS:
        return everything_about(subjects)
    if kind in _ALONE:
        return {_ALONE[kind]: set(subjects)}
    return _with_history({JobcentreEvent: set(subjects), **_tasks_of_strangers(subjects)})


def _tasks_of_strangers(events: Sequence[int]) -> Rows:
    """Closed tasks about nobody here, which ask about these events only."""
    tasks = Task.objects.filter(citizen=None, grant=None, closed_at__isnull=False, event__startswith="IN_JC_")
    asked: defaultdict[int, set[int]] = defaultdict(set)
    concerns: defaultdict[int, set[int]] = defaultdict(set)
    for id_, task, numbers in TaskConcern.objects.filter(task__in=tasks).values_list("id", "task", "numbers"):
        asked[task].add(numbers.get("event", 0))
        concerns[task].add(id_)
    gone = {task for task, wanted in asked.items() if wanted <= set(events)}
    return {Task: gone, TaskConcern: {id_ for task in gone for id_ in concerns[task]}}


def everything_about(citizens: Sequence[int]) -> Rows:
    """The citizens, every row that points to them or to such a row, their events, and the history of all of it.

    Refused when it would reach into another citizen's rows.
    """
    found: Rows = {Citizen: set(citizens)}
    cprs = set(Citizen.objects.filter(pk__in=list(citizens)).values_list("cpr", flat=True))
    stray = JobcentreEvent.objects.filter(citizen=None, municipality__citizens__in=list(citizens)).distinct()
    found[JobcentreEvent] = {one.pk for one in stray if cpr_of(one.payload) in cprs}
    queue = [(model, set(ids)) for model, ids in found.items()]
    while queue:
        parent, ids = queue.pop()
        for model, name in _pointing_to(parent):
            new = set(_pks(model, name, ids)) - found.setdefault(model, set())
            if new:
                found[model] |= new
                queue.append((model, new))
    _nobody_else(found)
    return _with_history(found)


def _pointing_to(parent: Any) -> Iterator[tuple[Any, str]]:
    for model in apps.get_app_config("cases").get_models():
        if not model.__name__.startswith("Historical"):
            for column in model._meta.concrete_fields:
                if column.remote_field and column.related_model is parent:
                    yield model, column.name


def _pks(model: Any, name: str, values: Iterable[int]) -> Iterator[int]:
    for part in parts(values):
        yield from model._base_manager.filter(**{f"{name}__in": part}).values_list("pk", flat=True)


def parts(values: Iterable[int]) -> Iterator[list[int]]:
    """A few ids at a time, in order: databases have a limit on how many values a query names."""
    ordered = sorted(values)
    return (ordered[at : at + IDS_AT_ONCE] for at in range(0, len(ordered), IDS_AT_ONCE))


def _nobody_else(found: Rows) -> None:
    for model, ids in found.items():
        if any(column.name == "citizen" for column in model._meta.concrete_fields):
            for part in parts(ids):
                others = model._base_manager.filter(pk__in=part, citizen__isnull=False)
                if others.exclude(citizen__in=found[Citizen]).exists():
                    raise Refused(
                        f"{model._meta.verbose_name_plural} hører også til en anden borger. Intet er slettet."
                    )


def _with_history(found: Rows) -> Rows:
    """The rows with their history (also of rows that were deleted before), and the admin's log of them."""
    result: Rows = {model: ids for model, ids in found.items() if ids}
    for model in apps.get_app_config("cases").get_models():
        if not hasattr(model, "history"):
            continue
        history, ids = model.history.model, set(_pks(model.history.model, "id", found.get(model, ())))
        for column in history._meta.concrete_fields:
            if column.remote_field and column.related_model in found:
                ids |= set(_pks(history, column.name, found[column.related_model]))
        if ids:
            result[history] = ids
    logged: set[int] = set()
    for model, ids in found.items():
        kind = ContentType.objects.get_for_model(model)
        for part in parts(ids):
            rows = LogEntry.objects.filter(content_type=kind, object_id__in=[str(id_) for id_ in part])
            logged |= set(rows.values_list("pk", flat=True))
    return {**result, LogEntry: logged} if logged else result


def count_of(rows: Rows) -> dict[str, int]:
    """How many rows by table."""
    return {model._meta.db_table: len(ids) for model, ids in sorted(rows.items(), key=_table) if ids}


def _table(item: tuple[type[models.Model], set[int]]) -> str:
    return item[0]._meta.db_table
