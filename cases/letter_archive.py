"""A batch's letters as one ZIP, written while it is read: a few letters in memory however many there are."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import RawIOBase

from django.db.models import QuerySet

from cases.models import IssuedDocument

AT_A_TIME = 50
STAMP = (1980, 1, 1, 0, 0, 0)
"""The same letters give the same ZIP."""


class _Pipe(RawIOBase):
    """Takes what the ZIP writes and gives it on. It cannot go back, so the ZIP writes sizes after each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = b"".join(self._parts), []
        return parts


def archive(documents: QuerySet[IssuedDocument]) -> Iterator[bytes]:
    """The ZIP's bytes, piece by piece. Documents without a PDF are left out: ask before."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as zip_:  # PDF is compressed already
        for document in _each(documents):
            info = zipfile.ZipInfo(file_name(document), STAMP)
            zip_.writestr(info, bytes(document.file.body))
            yield pipe.taken()
    yield pipe.taken()


def file_name(document: IssuedDocument, ending: str = "pdf") -> str:
    """Named after case, month and number: no name and no CPR number in a file name."""
    payment = document.payment
    if payment is None:
        return f"brev-{document.letter.grant.number}-{document.pk}.{ending}"
    number = f"-{payment.sequence}" if payment.sequence > 1 else ""
    return f"udbetalingsspecifikation-{payment.grant.number}-{payment.benefit_month}{number}.{ending}"


def _each(documents: QuerySet[IssuedDocument]) -> Iterator[IssuedDocument]:
    rows = documents.filter(file__isnull=False).defer("context", "text").order_by("id")
    rows = rows.select_related("file", "payment__grant", "letter__grant")
    last = 0
    while page := list(rows.filter(id__gt=last)[:AT_A_TIME]):
        yield from page
        last = page[-1].pk
