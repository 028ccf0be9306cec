"""A payment list as a person checks it: its sums beside its file's, the days left, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from cases.bank_days import bank_days_until
from cases.integrations.payment_file import ControlSums, control_sums, read_file
from cases.integrations.reading import UnreadableFile
from cases.models import BatchState, PaymentBatch, PaymentFile, User
from cases.payment_control import control
from cases.refused import Refused


@dataclass(frozen=True)
class ShownControl:
    """``agrees``: the list may be let go. ``fault``: why the file cannot be read, else nothing."""

    in_list: ControlSums
    in_file: ControlSums | None
    agrees: bool
    fault: str = ""


def control_of(batch: PaymentBatch, now: datetime) -> ShownControl | None:
    """The list beside its file: the kept one when it is released, the one it would become before. None: given up."""
    in_list = ControlSums(batch.count, batch.total)
    if batch.state == BatchState.CANCELLED:
        return None
    try:
        if batch.state == BatchState.PREPARED:
            made = control(batch, now)
            return ShownControl(made.in_list, made.in_file, made.agrees)
        in_file = _kept(batch)
    except (Refused, UnreadableFile) as fault:
        return ShownControl(in_list, None, agrees=False, fault=str(fault))
    return ShownControl(in_list, in_file, in_list == in_file)


def _kept(batch: PaymentBatch) -> ControlSums:
    file = PaymentFile.objects.filter(batch=batch).defer("body").first()
    return _sums_of_file(file.pk, file.sha256) if file else control_sums([])


@lru_cache(maxsize=200)
def _sums_of_file(pk: int, sha256: str) -> ControlSums:
    """Read once in each process: a kept file never changes (the nightly check sees to it), and 5,000 lines take a
    tenth of a second.
    """
    file = PaymentFile.objects.get(pk=pk, sha256=sha256)
    return control_sums(read_file(bytes(file.body), file.profile))


def days_left(day: date, today: date) -> str:
    """In how many bank days."""
    if day < today:
        return ""
    left = bank_days_until(today, day)
    return {0: "i dag", 1: "om 1 bankdag"}.get(left, f"om {left} bankdage")


@dataclass(frozen=True)
class Step:
    """What has been done with the list, and by whom; ``done_at`` is None for what is still to come."""

    text: str
    done_at: datetime | None = None
    by: User | None = None


def steps_of(batch: PaymentBatch) -> list[Step]:
    """From prepared to posted."""
    steps = [Step("Gjort klar", batch.prepared_at, batch.prepared_by)]
    last = batch.history.order_by("-history_id").select_related("history_user").first()
    if batch.state == BatchState.CANCELLED:
        return [*steps, Step("Fortrudt", last.history_date, last.history_user)]
    steps.append(Step("Frigivet", batch.released_at, batch.released_by))
    if batch.state == BatchState.ANSWERED:
        return [*steps, Step("Svar fra økonomisystemet", last.history_date, last.history_user)]
    return [*steps, Step("Svar fra økonomisystemet")]
