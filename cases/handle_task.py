"""A caseworker's acts on a task: take, wait, correct, accept. Each is new input, and the case goes on by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cases import party_hearing
from cases.accept_recalculation import accept_recalculation
from cases.gather import Overlay, Treatment, added_report, gather
from cases.manual_handling import demand_income
from cases.models import (
    AddedIncome,
    ConcernAnswer,
    Decision,
    IncomeReport,
    IncomeTreatment,
    Outcome,
    Role,
    Task,
    TaskKind,
    TaskState,
    User,
    parameters_for,
    rates_for,
)
from cases.recalculate import propose_regulation, recalculate
from cases.recalculated_months import look_at
from cases.refused import Conflict, Refused
from cases.save_decisions import Act, Case, save_decisions, task_concern
from rules.decision import Decision as Decided
from rules.decision import decide
from rules.frozen import digest
from rules.income_rules import BY_CODE
from rules.registry import Concern

__all__ = ["Added", "Conflict", "Correction", "Refused", "accept", "assign", "proposal", "save", "seen", "take", "wait"]


@dataclass(frozen=True)
class Correction:
    """What a person says about one report. Amount in kroner with pension included; empty leaves the report's own."""

    report_id: int
    action: str
    amount: Decimal | None = None
    paid_hours: Decimal | None = None
    gross_holiday_pay: Decimal | None = None
    reason: str = ""

    @property
    def treatment(self) -> Treatment:
        return Treatment(self.action, self.amount, self.paid_hours, self.gross_holiday_pay)


@dataclass(frozen=True)
class Added:
    """An income that the register does not have. Amount in kroner with pension included."""

    kind: str
    se_number: str
    amount: Decimal
    paid_hours: Decimal | None = None
    source: str = ""


def proposal(task: Task, corrections: Sequence[Correction] = (), added: Sequence[Added] = ()) -> Decided:
    """The decision as it would be with these corrections. Writes nothing."""
    return decide_now(task, _overlay(task, corrections, added))


def seen(decided: Decided) -> str:
    """What a person has had on the screen: the sum and the concerns. A form posts it back."""
    return digest([str(decided.calculation.subsidy), [[one.code, one.key] for one in decided.concerns]])


seen_of = seen


def take(task: Task, user: User, now: datetime) -> Task:
    """Put the task on one's own desk. Refused when it is closed."""
    with transaction.atomic():
        task = _locked(task)
        task.assigned_to, task.touched_at = user, task.touched_at or now
        return _saved(task, user, "Taget op")


def assign(tasks: Iterable[Task], to: User | None, by: User) -> int:
    """Put tasks on somebody's desk, or back in the common inbox (None). Closed ones are left. How many were moved."""
    moved = 0
    for task in tasks:
        if to is not None and task.municipality_id not in to.municipality_ids(Role.CASEWORKER, Role.COORDINATOR):
            raise Refused(f"{to} er ikke sagsbehandler i kommunen. Vælg en anden.")
        with transaction.atomic():
            task = Task.objects.select_for_update().get(id=task.id)
            if task.is_open and task.assigned_to_id != (to.pk if to else None):
                task.assigned_to = to
                _saved(task, by, f"Fordelt til {to}" if to else "Lagt tilbage")
                moved += 1
    return moved


def wait(task: Task, user: User, note: str, version: int, now: datetime) -> Task:
    """Leave the task waiting for an answer, with a note that says for what."""
    if not note.strip():
        raise Refused("Skriv i noten, hvad du venter på.")
    with transaction.atomic():
        task = _locked(task, version)
        task.state, task.note, task.touched_at = TaskState.WAITING, note, task.touched_at or now
        task.assigned_to = task.assigned_to or user
        return _saved(task, user, f"Afventer: {note}")


def save(
    task: Task,
    user: User,
    corrections: Sequence[Correction],
    added: Sequence[Added],
    note: str,
    version: int,
    now: datetime,
) -> Task:
    """Keep corrections and note without deciding. The concerns follow the new figures."""
    with transaction.atomic():
        task = _locked(task, version)
        write_corrections(task, user, corrections, added)
        task.note, task.touched_at, task.assigned_to = note, task.touched_at or now, task.assigned_to or user
        if task.kind == TaskKind.INCOME:
            _renew_concerns(task, decide_now(task), user, now)
        task = _saved(task, user, "Oplysninger rettet" if corrections or added else "Note gemt")
        _recalculate_others(task, corrections, user, now)
        task.refresh_from_db()
        return task


def accept(
    task: Task,
    user: User,
    *,
    corrections: Sequence[Correction] = (),
    added: Sequence[Added] = (),
    note: str = "",
    seen: str,
    version: int,
    now: datetime,
    hearing: party_hearing.Answers | None = None,
    no_income: bool = False,
) -> Decision | None:
    """Accept what was on the screen: answers, a new decision and its payment, and the task is closed.

    Refused when something must be put right first, or when the figures are no longer those that were seen.
    When less is paid than before the three questions of the party hearing must be answered (``hearing``).
    ``no_income``: the missing income of a case that is handled by hand is said to be none this month.
    A recalculation writes adjustments and gives None: a paid month is not decided again.
    """
    with transaction.atomic():
        task = _locked(task, version)
        if task.kind == TaskKind.RECALCULATION:
            write_corrections(task, user, corrections, added)
            fresh = {seen_of(decide_now(task))} if task.decision_id else set()
            accept_recalculation(task, user, note, seen, fresh, hearing, now)
            return _closed_as_corrected(task, user, note) if corrections or added else None
        if task.kind == TaskKind.FAILURE:
            raise Refused("En programfejl kan ikke godkendes. Kør måneden igen, når fejlen er rettet.")
        if task.kind != TaskKind.INCOME:
            raise Refused("Opgaven afgør ikke en måned. Løs den med dens egen formular.")
        before = Decision.objects.filter(grant=task.grant_id, benefit_month=task.benefit_month).latest("sequence")
        write_corrections(task, user, corrections, added)
        shown = decide_now(task)
        _check(shown, seen)
        note = demand_income(task, shown, note, no_income=no_income)
        _answer(task, user, shown, note, now)
        decided = decide_now(task)
        if decided.outcome != Outcome.PAID:
            raise Refused("Der er kommet nye undringsårsager. Se opgaven efter, og godkend igen.")
        asked = party_hearing.questions_of(task, decided)
        party_hearing.demand(asked, hearing)
        decision = _write_decision(task, user, decided, before, now)
        _close(task, user, decision, note, changed=bool(corrections or added), now=now)
        if asked and hearing:
            party_hearing.record(task, asked, hearing, user, now)
        _recalculate_others(task, corrections, user, now)
        propose_regulation(task.grant, user, now)
        return decision


def _closed_as_corrected(task: Task, user: User, note: str) -> None:
    task = Task.objects.get(pk=task.pk)
    if not task.is_open:
        task.state = TaskState.CORRECTED
        _saved(task, user, note)


def _recalculate_others(task: Task, corrections: Sequence[Correction], user: User, now: datetime) -> None:
    """A correction of another month's income than the task's own: that month is calculated again."""
    corrected = IncomeReport.objects.filter(id__in=[one.report_id for one in corrections])
    months = {month + 1 for month in corrected.values_list("month", flat=True)} - {task.benefit_month}
    if months and task.kind == TaskKind.INCOME:
        reason = f"Indtægt rettet: {corrections[0].reason}"
        recalculate(task.grant, min(months), max(months), event=reason, user=user, now=now)


def _check(shown: Decided, seen_by_user: str) -> None:
    if seen_of(shown) != seen_by_user:
        raise Conflict("Tallene er ændret, siden du åbnede opgaven. Se den nye beregning, og godkend igen.")
    stuck = [BY_CODE[one.code] for one in shown.concerns if not BY_CODE[one.code].acceptable]
    if stuck:
        raise Refused(f"{stuck[0].message}. {stuck[0].help}")


def decide_now(task: Task, overlay: Overlay | None = None) -> Decided:
    """The task's month decided with what stands on the case now; a paid month as a recalculation sees it."""
    if task.kind == TaskKind.RECALCULATION and task.decision_id:
        return look_at(task.decision, overlay or Overlay()).decided
    facts = gather([task.grant_id], task.benefit_month, overlay or Overlay())[task.grant_id]
    parameters = parameters_for(task.municipality, task.benefit_month)
    return decide(facts, rates_for(task.benefit_month), parameters)


def _overlay(task: Task, corrections: Sequence[Correction], added: Sequence[Added]) -> Overlay:
    month = task.benefit_month - 1
    return Overlay(
        treatments={one.report_id: one.treatment for one in corrections},
        added=tuple(added_report(month, one.kind, one.se_number, one.amount, one.paid_hours) for one in added),
    )


def _locked(task: Task, version: int | None = None) -> Task:
    """The task as it stands now, held for this transaction."""
    current = Task.objects.select_for_update().get(id=task.id)
    if not current.is_open:
        raise Conflict(f"Opgaven er allerede løst af {current.closed_by}. Din ændring er ikke gemt.")
    if version is not None and current.version != version:
        raise Conflict("En anden har ændret opgaven, mens du havde den åben. Se det nye, og prøv igen.")
    return current


def _saved(task: Task, user: User, reason: str) -> Task:
    task.version += 1
    task._history_user, task._change_reason = user, reason
    task.save()
    return task


def write_corrections(task: Task, user: User, corrections: Sequence[Correction], added: Sequence[Added]) -> None:
    """Keep what a person says about reports, each with a reason. Only reports of the task's own citizen."""
    own = set(
        IncomeReport.objects.filter(
            id__in=[one.report_id for one in corrections], citizen__grants=task.grant_id
        ).values_list("id", flat=True)
    )
    for one in corrections:
        if one.report_id not in own:
            raise Refused("Indtægten hører ikke til sagen.")
        if not one.reason.strip():
            raise Refused("Skriv en begrundelse for hver indtægt, du retter.")
        row = IncomeTreatment.objects.filter(report=one.report_id).first() or IncomeTreatment(report_id=one.report_id)
        row.action, row.amount, row.paid_hours = one.action, one.amount, one.paid_hours
        row.gross_holiday_pay, row.reason = one.gross_holiday_pay, one.reason
        row._history_user, row._change_reason = user, one.reason
        row.save()
    for new in added:
        if not new.source.strip():
            raise Refused("Skriv, hvor du har den tilføjede indtægt fra.")
        income = AddedIncome(
            grant_id=task.grant_id,
            month=task.benefit_month - 1,
            kind=new.kind,
            se_number=new.se_number,
            amount=new.amount,
            paid_hours=new.paid_hours,
            source=new.source,
        )
        income._history_user, income._change_reason = user, new.source
        income.save()


def _renew_concerns(task: Task, decided: Decided, user: User, now: datetime) -> None:
    """The task's concerns as they are with the new figures; those that are gone count as answered."""
    standing = {one.code: one for one in task.concerns.all()}
    for position, concern in enumerate(decided.concerns, start=1):
        row = task_concern(task, concern, position)
        if concern.code in standing:
            row.pk = standing.pop(concern.code).pk
        row._history_user, row._change_reason = user, "Oplysninger rettet"
        row.save()
    for gone in standing.values():
        _mark(gone, user, "Bortfaldet: oplysningerne er rettet", now)
    task.proposed = decided.calculation.subsidy
    if decided.concerns:
        task.headline = BY_CODE[decided.concerns[0].code].message


def _mark(concern: object, user: User, note: str, now: datetime) -> None:
    concern.answered_by, concern.answered_at, concern.note = user, now, note
    concern._history_user, concern._change_reason = user, note or "Godkendt"
    concern.save()


def _answer(task: Task, user: User, shown: Decided, note: str, now: datetime) -> None:
    """Answer every concern with just the numbers that were on the screen."""
    _renew_concerns(task, shown, user, now)
    pass_concerns(task, shown.concerns, user, note, now)
    for row in task.concerns.filter(answered_at__isnull=True):
        _mark(row, user, note, now)


def pass_concerns(task: Task, concerns: Iterable[Concern], user: User, note: str, now: datetime) -> None:
    """Answers to these concerns with just these numbers, as input to the month's next decision."""
    for concern in concerns:
        answer = ConcernAnswer(
            grant_id=task.grant_id,
            benefit_month=task.benefit_month,
            code=concern.code,
            numbers=concern.key,
            answered_by=user,
            answered_at=now,
            note=note,
        )
        answer._history_user, answer._change_reason = user, note or "Godkendt"
        answer.save()


def _write_decision(task: Task, user: User, decided: Decided, before: Decision, now: datetime) -> Decision:
    grant = task.grant
    case = Case(grant.pk, grant.citizen_id, task.municipality_id, decided, None, before.pk, before.sequence + 1)
    return save_decisions([case], Act(task.benefit_month, user, now, "Godkendt af sagsbehandler", before.run))[0]


def _has_corrections(task: Task) -> bool:
    month = task.benefit_month - 1
    treated = IncomeTreatment.objects.filter(report__citizen__grants=task.grant_id, report__month=month)
    return treated.exists() or AddedIncome.objects.filter(grant=task.grant_id, month=month).exists()


def _close(task: Task, user: User, decision: Decision, note: str, *, changed: bool, now: datetime) -> None:
    task.state = TaskState.CORRECTED if changed or _has_corrections(task) else TaskState.ACCEPTED
    task.note, task.final = note, decision.subsidy
    task.closed_at, task.closed_by = now, user
    task.touched_at = task.touched_at or now
    _saved(task, user, note or "Godkendt")
