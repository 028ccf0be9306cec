"""Draw the PDFs of issued documents from what is frozen in them, and nothing else. Once each; safe to be killed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cases import pdf
from cases.collector import collector_paused
from cases.issue_letter import TEMPLATE_VERSION as LETTER
from cases.issue_letter import LetterContext, thawed_letter
from cases.models import IssuedDocument, IssuedFile
from cases.specification import thawed
from cases.specification_parts import SpecificationContext
from rules.frozen import digest

KEPT_AT_A_TIME = 10
"""So many drawn letters are lost at most when the worker is killed; they are drawn again."""


class Tampered(RuntimeError):  # noqa: N818 - it is a state of the row
    """The content of an issued document is no longer what its checksum says."""


def content_of(document: IssuedDocument) -> SpecificationContext | LetterContext:
    """What the document says, from its own frozen values. Tampered when they do not fit their checksum."""
    if digest(document.context) != document.sha256:
        raise Tampered(f"Dokument {document.pk} passer ikke med sin kontrolsum og vises derfor ikke.")
    return thawed_letter(document.context) if is_letter(document) else thawed(document.context)


def is_letter(document: IssuedDocument) -> bool:
    """Whether it is an ordinary letter; else it is a specification."""
    return document.template_version.split("-")[0] == LETTER.split("-")[0]


def draw(document: IssuedDocument) -> bytes:
    """The PDF of one document. Raises PdfUnavailable without Pango."""
    content = content_of(document)
    if isinstance(content, LetterContext):
        return pdf.letter_pdf(content)
    return pdf.specification_pdf(content)


def undrawn(first: int, last: int) -> QuerySet[IssuedDocument]:
    return IssuedDocument.objects.filter(id__gte=first, id__lte=last, file__isnull=True).order_by("id")


def draw_letters(first: int, last: int, now: datetime) -> int:
    """Draw the documents of the id range that have no PDF; how many. Two workers at once do no harm."""
    made = 0
    for part in _parts(first, last):
        files = [_file(document, now) for document in part]
        with transaction.atomic():
            drawn = set(IssuedFile.objects.filter(document__in=part).values_list("document_id", flat=True))
            new = [one for one in files if one.document_id not in drawn]
            IssuedFile.objects.bulk_create(new, ignore_conflicts=True)
        made += len(files)
    return made


def _parts(first: int, last: int) -> Iterator[list[IssuedDocument]]:
    """The documents without a PDF, a few at a time: memory does not grow with their number."""
    while part := list(undrawn(first, last)[:KEPT_AT_A_TIME]):
        yield part
        first = part[-1].pk + 1


def _file(document: IssuedDocument, now: datetime) -> IssuedFile:
    with collector_paused():
        body = draw(document)
    return IssuedFile(document=document, body=body, sha256=hashlib.sha256(body).hexdigest(), made_at=now)
