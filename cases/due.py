"""Who is due in a month, and who is left out with the reason. Used by the look-up in eIndkomst and by the run."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Grant, Municipality, Period, PeriodKind, StopReason
from rules.months import Month
from rules.pension_age import pension_date


@dataclass(frozen=True)
class LeftOut:
    """A case that is not due, with its reason in Danish."""

    grant_id: int
    number: str
    reason: str


@dataclass(frozen=True)
class Due:
    """Ids of the due cases in order, and the ones left out."""

    grant_ids: list[int]
    left_out: list[LeftOut]


def due_in(municipality: Municipality, month: Month, first_id: int | None = None, last_id: int | None = None) -> Due:
    """Every case with a grant that began by the end of the month: due, or left out with a reason.

    first_id and last_id bound the cases looked at (a block of a run).
    """
    stopped = _stopped(municipality, month)
    due, left_out = [], []
    rows = Grant.objects.of(municipality).filter(first_day__lte=month.last_day).order_by("id")
    if first_id is not None:
        rows = rows.filter(id__gte=first_id, id__lte=last_id)
    for id_, number, last, reason, birth in rows.values_list(
        "id", "number", "last_day", "stop_reason", "citizen__birth_date"
    ):
        if last is not None and last < month.first_day:
            left_out.append(LeftOut(id_, number, StopReason(reason).label if reason else "Bevillingen er ophørt"))
        elif id_ in stopped:
            left_out.append(LeftOut(id_, number, "Midlertidigt stop"))
        elif pension_date(birth) < month.first_day:
            left_out.append(LeftOut(id_, number, StopReason.PENSION.label))
        else:
            due.append(id_)
    return Due(due, left_out)


def _stopped(municipality: Municipality, month: Month) -> set[int]:
    """Cases with a temporary stop that covers the whole month."""
    stops = Period.objects.of(municipality).filter(kind=PeriodKind.STOP, first_day__lte=month.first_day)
    return set(stops.filter(last_day__isnull=True).values_list("grant_id", flat=True)) | set(
        stops.filter(last_day__gte=month.last_day).values_list("grant_id", flat=True)
    )
