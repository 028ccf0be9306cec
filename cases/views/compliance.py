"""Lovlighed: each rule as it is set, and the municipality's own assessment of its automation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases import assessments
from cases.access import only
from cases.compliance import more_automatic, sections
from cases.compliance_pdf import compliance_pdf
from cases.models import Applies, Article, Assessment, Municipality, Role
from cases.pdf import PdfUnavailable
from cases.refused import Refused
from cases.rule_settings import MAY_SET
from cases.views.choices import chosen_municipality, municipalities_of
from rules.compliance import TOPICS
from rules.months import Month

MAY_READ = (*MAY_SET, Role.AUDITOR)


class AssessmentForm(forms.Form):
    """A new version. ``version``: the one that was on the screen."""

    applies = forms.ChoiceField(label="Gælder artikel 22?", choices=Applies.choices, required=False)
    text = forms.CharField(
        label="Kommunens vurdering", widget=forms.Textarea, required=False,
        help_text="Skriv, hvad I er kommet frem til, og hvorfor. De tidligere versioner bliver stående.",
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, article: str, newest: Assessment | None, data: Any) -> None:
        initial = {"text": newest.text, "applies": newest.applies} if newest else {"applies": Applies.NOT_ASSESSED}
        super().__init__(data, initial={**initial, "version": newest.version if newest else 0})
        if article != Article.ARTICLE_22:
            del self.fields["applies"]


@only(*MAY_READ)
@require_safe
def compliance(request: HttpRequest) -> HttpResponse:
    """The municipality's legal assessment on one page."""
    municipality = chosen_municipality(request.user, request.GET, *MAY_READ)
    context = {**page_of(municipality), "municipalities": municipalities_of(request.user, *MAY_READ)}
    return render(request, "compliance/page.html", context | _rights(request, municipality))


@only(*MAY_READ)
@require_safe
def compliance_file(request: HttpRequest) -> HttpResponse:
    """The same as a PDF for the file."""
    municipality = chosen_municipality(request.user, request.GET, *MAY_READ)
    try:
        data = compliance_pdf({**page_of(municipality), "drawn_by": str(request.user)})
    except PdfUnavailable as missing:
        messages.error(request, str(missing))
        return redirect(f"{request.path.removesuffix('notat.pdf')}?kommune={municipality.code}")
    answer = HttpResponse(data, content_type="application/pdf")
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="lovlighed-{municipality.code}-{day}.pdf"'
    return answer


@only(*MAY_READ)
@require_http_methods(["GET", "POST"])
def assessment(request: HttpRequest, article: str) -> HttpResponse:
    """One article: what is asked, what the note says, the municipality's own word, and every version of it."""
    topic = next((one for one in TOPICS if one.word == article), None)
    if topic is None:
        raise Http404
    municipality = chosen_municipality(request.user, request.GET, *MAY_READ)
    rows = Assessment.objects.of(municipality).filter(article=article).select_related("author").order_by("-version")
    form = AssessmentForm(article, rows.first(), request.POST if request.method == "POST" else None)
    fault = ""
    if form.is_bound and form.is_valid():
        try:
            row = assessments.assess(municipality, article, user=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            fault = str(refused)
        else:
            messages.success(request, f"Vurderingen er gemt som version {row.version}.")
            return redirect(f"{request.path}?kommune={municipality.code}")
    to_assess = assessments.settings_to_assess(municipality, timezone.now())
    context = {
        "municipality": municipality,
        "topic": topic,
        "form": form,
        "fault": fault,
        "versions": rows,
        "must_be_renewed": bool(rows) and assessments.must_be_renewed(rows[0], to_assess),
    }
    return render(
        request, "compliance/article.html", context | _rights(request, municipality), status=422 if fault else 200
    )


def page_of(municipality: Municipality) -> dict[str, Any]:
    """All that the page and the PDF say, drawn now."""
    now = timezone.now()
    month = Month.of(timezone.localdate(now))
    found = sections(municipality, month)
    standing, to_assess = assessments.standing(municipality), assessments.settings_to_assess(municipality, now)
    titles = {topic.word: topic.title for topic in TOPICS}
    topics = [
        {
            "topic": topic,
            "row": standing.get(topic.word),
            "must_be_renewed": topic.word in standing and assessments.must_be_renewed(standing[topic.word], to_assess),
        }
        for topic in TOPICS
    ]
    return {
        "municipality": municipality,
        "drawn_at": now,
        "month": month,
        "sections": found,
        "beyond": more_automatic(found),
        "topics": topics,
        "titles": titles,
        "warning": assessments.article_22_warning(municipality, now),
        "missing": sum(one["row"] is None for one in topics),
        "renew": sum(one["must_be_renewed"] for one in topics),
    }


def _rights(request: HttpRequest, municipality: Municipality) -> dict[str, bool]:
    return {
        "coordinates": municipality.pk in request.user.municipality_ids(Role.COORDINATOR),
        "may_set": municipality.pk in request.user.municipality_ids(*MAY_SET),
    }
