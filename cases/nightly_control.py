"""The controls of the night: the consistency check, then the seals over what is new, and a sample replayed."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from cases.consistency import faults
from cases.models import AlarmKind, ControlKind, ControlRun, User
from cases.replay import SAMPLE, Scope, record, replay_sample
from cases.seals import seal


def nightly_control(now: datetime) -> list[str]:
    """Everything it found, a line each. What was found is written as a control, and differences as alarms."""
    return [*check_and_seal(now), *_replayed(now)]


def check_and_seal(now: datetime) -> list[str]:
    """The consistency check, and then seals over what has come since last night. A fault keeps nothing unsealed."""
    found = list(faults())
    ControlRun.objects.create(
        kind=ControlKind.CONSISTENCY,
        scope="alle tabeller",
        run_at=now,
        run_by=User.objects.system(),
        checked=0,
        faults=len(found),
    )
    seal(now)
    return found


def _replayed(now: datetime) -> list[str]:
    scope = Scope(text=f"nattens stikprøve på {SAMPLE}")
    result = replay_sample(localdate(now))
    record(result, scope, User.objects.system(), now)
    return [
        f"Genafspilning: {'afgørelse' if one.model == 'decision' else 'efterregulering'} {one.id}: "
        f"{AlarmKind(one.kind).label.lower()}"
        for one in result.differences
    ]
