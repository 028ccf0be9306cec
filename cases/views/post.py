"""Post: the outbox with every letter's delivery, and the page of one issued letter."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_q.tasks import async_task

from cases import pdf, send_post
from cases.access import log_access, log_list, log_many, reader, writer
from cases.broker import LATER
from cases.draw_letters import Tampered, content_of, draw, is_letter
from cases.integrations.digital_post import Unavailable
from cases.letter_archive import archive, file_name
from cases.models import WRITERS, Delivery, DeliveryState, IssuedDocument, IssuedFile, Municipality
from cases.refused import Refused
from cases.views.choices import chosen_municipality, municipalities_of

PAGE = 50
SHOW: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("Kræver handling", (DeliveryState.FAILED, DeliveryState.UNKNOWN)),
    "papir": ("Skal sendes på papir", (DeliveryState.ON_PAPER,)),
    "venter": ("Venter", (DeliveryState.WAITING, DeliveryState.SENDING)),
    "sendt": ("Sendt", (DeliveryState.SENT, DeliveryState.PRINTED)),
}


@require_safe
@reader
def outbox(request: HttpRequest) -> HttpResponse:
    """Letters by what they wait for, the newest first. Letters that are sent are not counted: they are many."""
    municipality = chosen_municipality(request.user, request.GET)
    show = request.GET.get("vis", "")
    show = show if show in SHOW else ""
    side = request.GET.get("side", "1")
    page = min(max(1, int(side)), 1000) if side.isdigit() else 1
    rows = _mine(request, municipality).filter(state__in=SHOW[show][1]).order_by("-id")
    rows = rows.select_related("document__citizen", "document__payment", "document__letter", "document__file")
    rows = rows.defer("document__context", "document__text", "document__file__body")
    found = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    log_list(request.user, (one.document.citizen_id for one in found[:PAGE]), "Udgående post")
    counts = _counts(_mine(request, municipality))
    context = {
        "deliveries": found[:PAGE],
        "has_next": len(found) > PAGE,
        "page": page,
        "show": show,
        "query": f"vis={show}&kommune={municipality.code}",
        "tabs": [(word, text, sum(counts.get(s, 0) for s in states) if word != "sendt" else None)
                 for word, (text, states) in SHOW.items()],
        "acts": _acts_for(SHOW[show][1]),
        "can_write": municipality.pk in request.user.municipality_ids(*WRITERS),
        "set_up": _set_up(municipality),
        "municipality": municipality,
        "municipalities": municipalities_of(request.user),
    }  # fmt: skip
    return render(request, "post/outbox.html", context)


def _mine(request: HttpRequest, municipality: Municipality) -> QuerySet[Delivery]:
    return Delivery.objects.visible_to(request.user).of(municipality)


def _counts(rows: QuerySet[Delivery]) -> dict[str, int]:
    """How many letters in each state but the sent ones."""
    open_ = rows.exclude(state__in=SHOW["sendt"][1]).order_by()
    return dict(open_.values_list("state").annotate(count=Count("id")))


def _acts_for(states: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(act for state in states for act in send_post.acts_of(state)))


def _set_up(municipality: Municipality) -> str:
    """What is missing before letters go out by themselves; "" when nothing is."""
    try:
        send_post.configured()
    except Unavailable as missing:
        return str(missing)
    return "" if municipality.cvr else send_post.NO_CVR


@require_POST
@writer
def act(request: HttpRequest) -> HttpResponse:
    """Do an act with the chosen letters, or with all of the tab. What is to be sent again is sent at once."""
    municipality = chosen_municipality(request.user, request.POST, *WRITERS)
    rows = Delivery.objects.visible_to(request.user, *WRITERS).of(municipality)
    ids = [int(one) for one in request.POST.getlist("brev") if one.isdigit()]
    if not request.POST.get("alle"):
        rows = rows.filter(pk__in=ids)
    word = request.POST.get("handling", "")
    try:
        done = send_post.act_on(rows, word, request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        _say(request, done, word)
        if done and word == "igen" and settings.DIGITAL_POST_URL:
            async_task("cases.letter_jobs.send_letters", cluster=LATER)
    if request.POST.get("dokument", "").isdigit():
        return redirect("document", pk=int(request.POST["dokument"]))
    show = request.POST.get("vis", "")
    return redirect(f"/post/?vis={show if show in SHOW else ''}&kommune={municipality.code}")


def _say(request: HttpRequest, done: int, word: str) -> None:
    label = send_post.ACTS[word][2]
    if done:
        messages.success(request, f"{label}: {done} {'brev' if done == 1 else 'breve'}.")
    else:
        messages.warning(request, "Vælg mindst et brev, som handlingen passer til.")


@require_safe
@reader
def paper_zip(request: HttpRequest) -> HttpResponseBase:
    """The letters that are to be sent on paper, as one ZIP to print."""
    municipality = chosen_municipality(request.user, request.GET)
    documents = IssuedDocument.objects.visible_to(request.user).of(municipality)
    documents = documents.filter(delivery__state=DeliveryState.ON_PAPER)
    return zip_answer(request, documents, "breve-til-print")


def zip_answer(request: HttpRequest, documents: QuerySet[IssuedDocument], name: str) -> StreamingHttpResponse:
    """A ZIP of issued letters, streamed. Every citizen in it is logged as looked at before the first byte."""
    log_many(request.user, documents.order_by().values_list("citizen_id", flat=True), "Breve hentet som ZIP")
    answer = StreamingHttpResponse(archive(documents), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return answer


@require_safe
@reader
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One issued letter as it was issued, with what has happened to it."""
    issued = _issued(request, pk, "Udstedt brev")
    try:
        letter, fault = content_of(issued), ""
    except (Tampered, ValueError) as error:
        letter, fault = None, str(error)
    delivery = issued.delivery
    context: dict[str, Any] = {
        "document": issued,
        "letter": letter,
        "fault": fault,
        "template": "specification/_plain.html" if is_letter(issued) else "specification/_letter.html",
        "delivery": delivery,
        "events": delivery.history.select_related("history_user").order_by("history_date", "history_id"),
        "states": dict(DeliveryState.choices),
        "acts": send_post.acts_of(delivery.state),
        "can_write": issued.municipality_id in request.user.municipality_ids(*WRITERS),
        "grant": (issued.payment or issued.letter).grant,
        "is_drawn": IssuedFile.objects.filter(document=issued).exists(),
    }
    return render(request, "post/document.html", context)


@require_safe
@reader
def document_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF as it was issued; drawn now from the frozen content when the worker has not come to it."""
    issued = _issued(request, pk, "Udstedt brev som PDF")
    file = IssuedFile.objects.filter(document=issued).first()
    try:
        body = bytes(file.body) if file else draw(issued)
    except (pdf.PdfUnavailable, Tampered) as missing:
        messages.error(request, str(missing))
        return redirect("document", pk=pk)
    return _attachment(body, "application/pdf", file_name(issued))


@require_safe
@reader
def document_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as plain text, as it was issued."""
    issued = _issued(request, pk, "Udstedt brev som tekst")
    return _attachment(issued.text.encode(), "text/plain; charset=utf-8", file_name(issued, "txt"))


def _issued(request: HttpRequest, pk: int, action: str) -> IssuedDocument:
    rows = IssuedDocument.objects.visible_to(request.user)
    rows = rows.select_related("citizen", "payment__grant", "letter__grant", "delivery", "issued_by")
    issued = get_object_or_404(rows, pk=pk)
    log_access(request.user, issued.citizen, action)
    return issued


def _attachment(body: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
