"""What must always hold: each check is a title and the faults it finds. Used by the command and the nightly job."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from decimal import Decimal

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Max, OuterRef, Subquery, Sum

from cases.fingerprint import fingerprint_of
from cases.guards import missing_guards
from cases.letter_checks import letters_differ
from cases.models import (
    Adjustment,
    Decision,
    Grant,
    Outcome,
    Payment,
    PaymentEvent,
    PaymentLine,
    Period,
    RetentionLog,
    Sample,
    Settlement,
)
from cases.payment_checks import lists_differ, moves_without_event, paid_twice
from cases.row_checks import decisions_do_not_add_up, payments_differ_from_decisions
from cases.sample_control import redrawn
from cases.seals import broken_seals

AT_ONCE = 2000
"""Rows in memory at a time: the tables are as large as the country."""


def faults() -> Iterator[str]:
    """Every fault as one Danish line; nothing when all is well."""
    for title, check in CHECKS:
        for fault in check():
            yield f"{title}: {fault}"


def history_differs() -> Iterator[str]:
    """Rows that are not equal to their newest history."""
    for model in apps.get_app_config("cases").get_models():
        if hasattr(model, "history"):
            yield from _differs(model)


def _differs(model: type[models.Model]) -> Iterator[str]:
    """Two set queries per model, read side by side: the newest history row of each id, held against the row."""
    history = model.history.model
    title, names = model._meta.verbose_name, [field.attname for field in history.tracked_fields]
    newest = history.objects.filter(history_id__in=_newest_ids(history)).exclude(history_type="-").order_by("id")
    kept = newest.values_list("id", *names).iterator(AT_ONCE)
    before = next(kept, None)
    for id_, *values in model.objects.order_by("id").values_list("id", *names).iterator(AT_ONCE):
        while before is not None and before[0] < id_:
            yield f"{title} {before[0]} er slettet uden om historikken"
            before = next(kept, None)
        if before is None or before[0] != id_:
            yield f"{title} {id_} har ingen historik"
            continue
        if list(before[1:]) != values:
            changed = [name for name, a, b in zip(names, before[1:], values, strict=True) if a != b]
            yield f"{title} {id_} er ændret uden om historikken: {', '.join(changed)}"
        before = next(kept, None)
    for gone in ([before] if before is not None else []), kept:
        for row in gone:
            yield f"{title} {row[0]} er slettet uden om historikken"


def _newest_ids(history: type[models.Model]) -> models.QuerySet:
    return history.objects.values("id").annotate(newest=Max("history_id")).values("newest")


def payments_do_not_match() -> Iterator[str]:
    """Payments must be the subsidies of the decisions in force with outcome paid, per municipality and month."""
    owed = Decision.objects.in_force().filter(outcome=Outcome.PAID).values("municipality", "benefit_month")
    paid = (
        Payment.objects.of_decisions().values("municipality", "benefit_month").annotate(sum=Sum("subsidy")).order_by()
    )
    by_month = {(row["municipality"], row["benefit_month"]): row["sum"] for row in paid}
    for row in owed.annotate(sum=Sum("subsidy")).order_by():
        found = by_month.pop((row["municipality"], row["benefit_month"]), None)
        if found != row["sum"]:
            yield f"{row['benefit_month']}: udbetalt {found} kr., afgjort {row['sum']} kr."
    for (_, month), sum_ in by_month.items():
        yield f"{month}: udbetalt {sum_} kr. uden en afgørelse"


def payments_without_parts() -> Iterator[str]:
    """A payment is its lines: subsidy less extra ATP and adjustments is payable; its last event has its status."""
    lines = PaymentLine.objects.filter(
        payment=OuterRef("pk"), kind__in=["subsidy", "extra_atp", "adjustment"]
    ).order_by()
    total = lines.values("payment").annotate(sum=Sum("amount")).values("sum")
    rows = Payment.objects.annotate(total=Subquery(total)).values_list("id", "payable_before_tax", "total")
    for id_, payable, sum_ in rows.iterator(AT_ONCE):
        if (sum_ or 0) != payable:
            yield f"udbetaling {id_} er {payable} kr., men dens linjer giver {sum_} kr."
    latest = PaymentEvent.objects.filter(payment=OuterRef("pk")).order_by("-id").values("status")[:1]
    for id_ in (
        Payment.objects.annotate(latest=Subquery(latest)).exclude(latest=F("status")).values_list("id", flat=True)
    ):
        yield f"udbetaling {id_} har en anden status end sin seneste hændelse"


def sequences_with_gaps() -> Iterator[str]:
    """Decisions of a case and month are numbered 1, 2, 3 without gaps; each names the one before it."""
    rows = Decision.objects.values("grant", "benefit_month").annotate(count=Count("id"), highest=Max("sequence"))
    for row in rows.exclude(count=F("highest")).order_by():
        yield f"sag {row['grant']} {row['benefit_month']}: {row['count']} afgørelser, den sidste nr. {row['highest']}"
    for id_ in Decision.objects.filter(sequence__gt=1, supersedes__isnull=True).values_list("id", flat=True):
        yield f"afgørelse {id_} siger ikke, hvilken den erstatter"


def decisions_changed() -> Iterator[str]:
    """The frozen facts, sum and settings of every decision give its fingerprint."""
    columns = ("id", "facts", "rates", "parameters", "steps", "concerns", "outcome", "rules_version", "fingerprint")
    for id_, *parts, fingerprint in Decision.objects.values_list(*columns).iterator(AT_ONCE):
        if fingerprint_of(*parts) != fingerprint:
            yield f"afgørelse {id_} passer ikke til sit fingeraftryk"


def adjustments_do_not_add_up() -> Iterator[str]:
    """A month's adjustments go from what was paid to what is right without a gap, each with its own fingerprint."""
    standing: dict[tuple[int, object], Decimal] = {}
    for row in Adjustment.objects.select_related("decision").order_by("grant", "benefit_month", "sequence").iterator():
        month = (row.grant_id, row.benefit_month)
        before = standing.get(month, row.decision.subsidy)
        parts = row.payable_difference + row.extra_atp_difference
        if row.old_subsidy != before or row.old_subsidy + row.difference != row.new_subsidy or parts != row.difference:
            yield f"sag {row.grant_id} {row.benefit_month} nr. {row.sequence}: går ikke op"
        standing[month] = row.new_subsidy
        parts = (row.facts, row.rates, row.parameters, row.steps, [], Outcome.PAID, row.rules_version)
        if fingerprint_of(*parts) != row.fingerprint:
            yield f"efterregulering {row.pk} passer ikke til sit fingeraftryk"


def settlements_do_not_add_up() -> Iterator[str]:
    """A payment's adjustment is its settlements; no adjustment is settled further than it goes, nor the other way.

    A reversal and a payment that is sent once more settle nothing: they carry the amounts of the first.
    """
    own = Payment.objects.filter(reverses__isnull=True, repeats__isnull=True)
    of_payment = Settlement.objects.filter(payment=OuterRef("pk")).order_by().values("payment")
    total = Subquery(of_payment.annotate(sum=Sum("amount")).values("sum"))
    for id_, adjustment, sum_ in own.annotate(total=total).values_list("id", "adjustment", "total").iterator(AT_ONCE):
        if (sum_ or 0) != adjustment:
            yield f"udbetaling {id_} efterregulerer {adjustment} kr., men er afregnet med {sum_ or 0} kr."
    rows = Adjustment.objects.annotate(settled=Sum("settlements__amount")).filter(settled__isnull=False)
    for id_, whole, settled in rows.values_list("id", "payable_difference", "settled"):
        if not min(whole, Decimal(0)) <= settled <= max(whole, Decimal(0)):
            yield f"efterregulering {id_} er {whole} kr., men der er afregnet {settled} kr."
    below = Payment.objects.filter(payable_before_tax__lt=0, reverses__isnull=True)
    for id_ in below.values_list("id", flat=True):
        yield f"udbetaling {id_} er negativ"


def periods_overlap() -> Iterator[str]:
    """Two periods of the same kind and benefit on one case never overlap; nor two grants of one citizen."""
    yield from _overlaps(Period, ("grant_id", "kind", "benefit"), "perioder på sag")
    yield from _overlaps(Grant, ("citizen_id",), "bevillinger hos borger")


def _overlaps(model: type[models.Model], keys: tuple[str, ...], what: str) -> Iterator[str]:
    last: dict[tuple, object] = {}
    rows = model.objects.order_by(*keys, "first_day", "id").values_list("first_day", "last_day", *keys)
    for first, end, *key in rows.iterator(AT_ONCE):
        known = tuple(key)
        if known in last and (last[known] is None or first <= last[known]):
            yield f"{what} {key[0]} overlapper fra {first}"
        last[known] = end


def samples_differ() -> Iterator[str]:
    """A sample drawn again from its stored seed is the one that stands."""
    for sample in Sample.objects.select_related("municipality"):
        if not redrawn(sample):
            yield f"{sample} i {sample.municipality} kan ikke trækkes igen med samme resultat"


def deletions_do_not_add_up() -> Iterator[str]:
    """The retention's door is shut, and no sealed stretch has lost more than a deletion says it took."""
    for log in RetentionLog.objects.annotate(cut=Sum("cuts__removed")):
        if log.closed_at is None:
            yield f"sletning {log.pk} står åben: rækker kan slettes"
        if (log.cut or 0) > sum(log.rows.values()):
            yield f"sletning {log.pk} siger {sum(log.rows.values())} rækker, men {log.cut} er væk"


def guards_missing() -> Iterator[str]:
    """Tables whose guards against change are gone."""
    yield from missing_guards()


CHECKS: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
    ("Historik", history_differs),
    ("Udbetalinger", payments_do_not_match),
    ("Udbetalingens dele", payments_without_parts),
    ("Udbetalingslister", lists_differ),
    ("Udbetalt én gang", paid_twice),
    ("Udbetalingens trin", moves_without_event),
    ("Rækkefølge", sequences_with_gaps),
    ("Fingeraftryk", decisions_changed),
    ("Trin", decisions_do_not_add_up),
    ("Udbetaling og afgørelse", payments_differ_from_decisions),
    ("Efterreguleringer", adjustments_do_not_add_up),
    ("Afregninger", settlements_do_not_add_up),
    ("Overlap", periods_overlap),
    ("Breve", letters_differ),
    ("Stikprøver", samples_differ),
    ("Sletninger", deletions_do_not_add_up),
    ("Vagter", guards_missing),
    ("Segl", broken_seals),
)


def digest_of_decisions() -> str:
    """SHA-256 over (CPR, month, sequence, amounts, fingerprint) of every decision and payment.

    Two databases that decided the same have the same digest.
    """
    result = hashlib.sha256()
    decisions = Decision.objects.order_by("grant__citizen__cpr", "benefit_month", "sequence").values_list(
        "grant__citizen__cpr", "benefit_month", "sequence", "subsidy", "payable_before_tax", "fingerprint"
    )
    payments = Payment.objects.order_by("citizen__cpr", "benefit_month", "sequence").values_list(
        "citizen__cpr", "benefit_month", "sequence", "subsidy", "payable_before_tax", "decision__fingerprint"
    )
    for rows in (decisions, payments):
        for row in rows.iterator(AT_ONCE):
            result.update(" ".join(map(str, row)).encode() + b"\n")
    return result.hexdigest()
