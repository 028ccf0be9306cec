"""Sample control: draw a share of a month's automatic decisions, judge them, and say how often they are wrong.

The draw can be made again by anybody: each decision of the population gets the number SHA-256("<seed>:<decision id>"),
and those with the lowest numbers are drawn, as many as the share gives, rounded up.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q

from cases.interval import wilson
from cases.models import (
    Decision,
    Fault,
    Municipality,
    Outcome,
    Process,
    RetentionKind,
    RetentionLog,
    Run,
    RunState,
    Sample,
    SampleItem,
    User,
    Verdict,
    sample_percent,
)
from cases.recalculate import recalculate
from cases.refused import Conflict, Refused
from cases.signed import said, saved
from cases.tables import share
from cases.write_many import write_many_with_history
from rules.months import Month

HUNDRED = Decimal(100)
FINISHED = (RunState.DONE, RunState.CLOSED)


def draw(municipality: Municipality, month: Month, user: User, now: datetime, seed: str = "") -> Sample:
    """Draw the month's sample, once. Refused when it is drawn, the run is not done, or no share is set.

    ``seed``: only for tests; else unpredictable, so that nobody can know beforehand who is looked at.
    """
    percent = sample_percent(municipality, month)
    if percent is None:
        raise Refused("Kommunen har ikke sat en andel til stikprøve. Sæt den under Indstillinger.")
    with transaction.atomic():
        run = Run.objects.select_for_update().of(municipality).filter(benefit_month=month).first()
        if run is None or run.state not in FINISHED:
            raise Refused("Kørslen er ikke færdig. Stikprøven trækkes, når den er.")
        if Sample.objects.of(municipality).filter(benefit_month=month).exists():
            raise Refused("Månedens stikprøve er allerede trukket. Den trækkes kun én gang.")
        upto = Decision.objects.of(municipality).filter(benefit_month=month).aggregate(last=Max("id"))["last"] or 0
        population = population_ids(municipality, month, upto)
        sample = Sample.objects.create(
            municipality=municipality,
            benefit_month=month,
            percent=percent,
            seed=seed or secrets.token_hex(16),
            last_decision=upto,
            population=len(population),
            population_digest=digest_of(population),
            drawn_at=now,
            drawn_by=user,
        )
        found = drawn_ids(population, sample.seed, percent)
        items = [SampleItem(sample=sample, decision_id=id_, place=at) for at, id_ in enumerate(found, start=1)]
        write_many_with_history(items, user=user, reason="Trukket til stikprøve", now=now)
    return sample


def draw_due(now: datetime) -> list[Sample]:
    """Draw every sample that is due: the run is done and a share above 0 is in force. Safe to call at any time."""
    drawn = Sample.objects.filter(municipality=OuterRef("municipality"), benefit_month=OuterRef("benefit_month"))
    due = Run.objects.filter(~Exists(drawn), state__in=FINISHED).select_related("municipality")
    return [
        draw(run.municipality, run.benefit_month, User.objects.system(), now)
        for run in due.order_by("benefit_month", "id")
        if sample_percent(run.municipality, run.benefit_month)
    ]


def population_ids(municipality: Municipality, month: Month, upto: int) -> list[int]:
    """The month's automatic decisions that pay, in force among the decisions with an id up to ``upto``, by id."""
    later = Decision.objects.filter(
        grant=OuterRef("grant"),
        benefit_month=OuterRef("benefit_month"),
        sequence__gt=OuterRef("sequence"),
        id__lte=upto,
    )
    rows = Decision.objects.of(municipality).filter(
        ~Exists(later), benefit_month=month, id__lte=upto, outcome=Outcome.PAID, decided_by=User.objects.system()
    )
    return list(rows.order_by("id").values_list("id", flat=True))


def drawn_ids(population: Sequence[int], seed: str, percent: Decimal) -> list[int]:
    """The draw: the ids with the lowest SHA-256 of "seed:id", in that order; their number is rounded up."""
    number = int((Decimal(len(population)) * percent / HUNDRED).to_integral_value(ROUND_CEILING))
    return sorted(population, key=lambda id_: (hashlib.sha256(f"{seed}:{id_}".encode()).hexdigest(), id_))[:number]


def digest_of(ids: Sequence[int]) -> str:
    return hashlib.sha256("\n".join(str(id_) for id_ in ids).encode()).hexdigest()


def redrawn(sample: Sample) -> bool:
    """Whether drawing again from the stored seed gives the same population and the same cases."""
    population = population_ids(sample.municipality, sample.benefit_month, sample.last_decision)
    stored = list(sample.items.order_by("place").values_list("decision_id", flat=True))
    if _lost_citizens(sample) and len(population) < sample.population:
        return set(stored) <= set(population)
    same = digest_of(population) == sample.population_digest
    return same and drawn_ids(population, sample.seed, Decimal(sample.percent)) == stored


def _lost_citizens(sample: Sample) -> bool:
    """Whether the retention has deleted citizens of the municipality since the draw: it cannot be drawn again."""
    logs = RetentionLog.objects.of(sample.municipality)
    return logs.filter(kind=RetentionKind.CITIZENS, made_at__gte=sample.drawn_at).exists()


def judge(item: SampleItem, verdict: str, fault: str, note: str, user: User, now: datetime) -> SampleItem:
    """Say whether the decision was right, as it stood when it was made. Wrong: with the kind of fault and a note.

    May be judged again until a recalculation has been opened.
    """
    if verdict not in Verdict.values:
        raise Refused("Vælg, om afgørelsen er rigtig eller forkert.")
    if verdict == Verdict.WRONG:
        if fault not in Fault.values:
            raise Refused("Vælg, hvad der er forkert.")
        note = said(note, "Skriv kort, hvad der er forkert.")
    with transaction.atomic():
        row = SampleItem.objects.select_for_update().get(pk=item.pk)
        if row.process_id is not None:
            raise Conflict("Der er åbnet en genberegning af afgørelsen. Vurderingen kan ikke ændres mere.")
        row.verdict, row.fault = verdict, fault if verdict == Verdict.WRONG else ""
        row.note, row.judged_by, row.judged_at = note.strip()[:300], user, now
        return saved(row, user, f"Stikprøve: {row.get_verdict_display().lower()}. {row.note}".strip())


def open_recalculation(item: SampleItem, user: User, now: datetime) -> Process:
    """Start a recalculation, by hand, of the month that was found wrong. Once; refused for one that is right."""
    with transaction.atomic():
        row = SampleItem.objects.select_for_update().select_related("decision__grant").get(pk=item.pk)
        if row.verdict != Verdict.WRONG:
            raise Refused("Kun en afgørelse, der er vurderet forkert, kan genberegnes herfra.")
        if row.process_id is not None:
            raise Conflict("Der er allerede åbnet en genberegning af afgørelsen.")
        month, grant = row.decision.benefit_month, row.decision.grant
        event = f"Stikprøve: {row.get_fault_display()}"
        process = recalculate(grant, month, month, event=event, user=user, now=now, by_hand=True)
        if process is None:
            raise Refused("Måneden ligger for langt tilbage til at blive genberegnet her. Spørg din fagkoordinator.")
        row.process = process
        saved(row, user, "Genberegning åbnet")
    return process


@dataclass(frozen=True)
class ErrorRate:
    """What judged samples say: how many are wrong, and between what the true share lies (95 %, Wilson), percent."""

    drawn: int
    judged: int
    wrong: int
    faults: tuple[tuple[str, int], ...] = ()

    @property
    def percent(self) -> Decimal | None:
        return share(self.wrong, self.judged)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        return wilson(self.wrong, self.judged)


NOTHING_JUDGED = ErrorRate(0, 0, 0)


def error_rates(municipality: Municipality, first: Month, last: Month) -> dict[Month, ErrorRate]:
    """By benefit month, for the months whose sample is drawn. One query."""
    rows = _items(municipality, first, last).values("sample__benefit_month").order_by("sample__benefit_month")
    counted = rows.annotate(
        drawn=Count("id"), judged=Count("id", filter=~Q(verdict="")), wrong=Count("id", filter=Q(verdict=Verdict.WRONG))
    )
    return {row["sample__benefit_month"]: ErrorRate(row["drawn"], row["judged"], row["wrong"]) for row in counted}


def error_rate(municipality: Municipality, first: Month, last: Month) -> ErrorRate:
    """All the months' samples together, with how often each kind of fault was found."""
    rates = error_rates(municipality, first, last).values()
    wrong = _items(municipality, first, last).filter(verdict=Verdict.WRONG).order_by()
    kinds = dict(wrong.values_list("fault").annotate(count=Count("id")))
    faults = tuple((fault.label, kinds[fault]) for fault in Fault if fault in kinds)
    return ErrorRate(sum(r.drawn for r in rates), sum(r.judged for r in rates), sum(r.wrong for r in rates), faults)


def _items(municipality: Municipality, first: Month, last: Month) -> object:
    return SampleItem.objects.of(municipality).filter(sample__benefit_month__gte=first, sample__benefit_month__lte=last)
