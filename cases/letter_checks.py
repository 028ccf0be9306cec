"""What must always hold of letters: used by the consistency check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from cases.issue_specifications import LET_GO
from cases.models import IssuedDocument, Payment, PaymentBatch
from rules.frozen import digest

ENOUGH = timedelta(days=1)
"""The worker issues a list's letters within minutes; after a day something is wrong."""


def letters_differ(now: datetime | None = None) -> Iterator[str]:
    """Letters whose content is not what its checksum says, and lists let go whose payments have no letter."""
    for id_, context, sha256 in IssuedDocument.objects.values_list("id", "context", "sha256").iterator(500):
        if digest(context) != sha256:
            yield f"dokument {id_} passer ikke med sin kontrolsum"
    late = (now or timezone.now()) - ENOUGH
    missing = Payment.objects.filter(
        batch__released_at__lt=late, status__in=LET_GO, decision__isnull=False, specification__isnull=True
    )
    counts = dict(missing.order_by().values_list("batch").annotate(count=Count("id")))
    for batch in PaymentBatch.objects.filter(pk__in=counts):
        yield f"{batch} har {counts[batch.pk]} udbetalinger uden brev"
