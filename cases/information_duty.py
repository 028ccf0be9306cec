"""GDPR: what a citizen is told when the data are collected (art. 13-14), and what it says of automatic treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate, localtime

from cases.insight_document import InsightDocument, Section, made_at
from cases.models import Article, Assessment, Municipality, parameters_for
from rules.months import Month


def information(municipality: Municipality, now: datetime) -> InsightDocument:
    """What a citizen is told when the data are collected. The automatic treatment stands here when it must."""
    return InsightDocument(
        "Sådan behandler vi dine oplysninger",
        "Oplysninger til dig, der får fleksløntilskud (databeskyttelsesforordningens artikel 13 og 14).",
        municipality,
        "",
        made_at(now),
        why(municipality, now),
    )


def why(municipality: Municipality, now: datetime) -> tuple[Section, ...]:
    """Purpose, law, sources, receivers, time, rights; and the automatic treatment."""
    contact = ", ".join(filter(None, (municipality.name, municipality.unit, municipality.address, municipality.phone)))
    return (
        Section("Hvem er ansvarlig", (f"{contact} er dataansvarlig.",)),
        Section(
            "Hvorfor og efter hvilke regler",
            (
                "Vi behandler oplysningerne for at beregne og udbetale fleksløntilskud, regulere det og efterse, at "
                "det er rigtigt (lov om en aktiv beskæftigelsesindsats §§ 116 og 120-125 og bekg. 227/2024).",
                "Det sker som myndighedsudøvelse (databeskyttelsesforordningens artikel 6, stk. 1, litra e).",
            ),
        ),
        Section(
            "Hvilke oplysninger og hvorfra",
            (
                "Navn, CPR-nummer og adresse fra CPR og fra dig. Løn, pension, timer og ydelser fra indkomstregisteret "
                "(eIndkomst). Bevilling, aktiviteter og fravær fra jobcentret. Feriepenge fra FerieKonto. Svar og "
                "breve fra dig og din arbejdsgiver.",
            ),
        ),
        Section(
            "Hvem får dem",
            (
                "Den, der udbetaler for kommunen, ATP, skatteforvaltningen, Digital Post og, hvis du klager, "
                "Ankestyrelsen. Oplysningerne sendes ikke ud af EU.",
            ),
        ),
        Section(
            "Hvor længe",
            ("Så længe sagen løber, og derefter så længe regler om arkiv, regnskab og forældelse kræver det.",),
        ),
        _automatic(municipality, now),
        Section(
            "Dine rettigheder",
            (
                "Du kan få indsigt, få forkerte oplysninger rettet, i nogle tilfælde få oplysninger slettet eller "
                "behandlingen begrænset, og du kan gøre indsigelse. Skriv eller ring til kommunen.",
                "Du kan klage over behandlingen af dine oplysninger til Datatilsynet, www.datatilsynet.dk.",
            ),
        ),
    )


@dataclass(frozen=True)
class Automation:
    """Whether the months go by themselves, and what the municipality has stated about art. 22, since when."""

    is_full: bool
    article_22: str
    stated_on: str

    @property
    def warning(self) -> str:
        """What must be mended before the text is handed out; "" when nothing must."""
        if self.is_full and self.article_22 not in ("yes", "no"):
            return (
                "Fuld automatisering er slået til, men kommunen har ikke taget stilling til, om GDPR artikel 22 "
                "gælder. Skriv vurderingen, før teksten udleveres."
            )
        return ""


def automation_of(municipality: Municipality, now: datetime) -> Automation:
    """From today's settings and the newest assessment of article 22."""
    is_full = parameters_for(municipality, Month.of(localdate(now))).full_automation
    row = Assessment.objects.of(municipality).filter(article=Article.ARTICLE_22).order_by("-version").first()
    if row is None or not row.applies:
        return Automation(is_full, "not_assessed", "")
    return Automation(is_full, str(row.applies), f"{localtime(row.written_at):%d.%m.%Y}")


def _automatic(municipality: Municipality, now: datetime) -> Section:
    """KOMBIT's note: the duty to inform covers it when full automation is on and the municipality holds art. 22."""
    found = automation_of(municipality, now)
    if not found.is_full:
        return Section("Automatisk behandling", ("En medarbejder ser hver måned, før der udbetales.",))
    lines = [
        "Et it-system beregner hver måned dit tilskud af de indberettede indtægter efter lovens satser. Er der intet "
        "usædvanligt, udbetales tilskuddet, uden at en medarbejder har set sagen. Ellers afgør en medarbejder den.",
        "Du kan altid bede om, at et menneske afgør hver måned, sige din mening og klage. Hver afgørelse siger, om den "
        "er automatisk.",
    ]
    if found.article_22 == "yes":
        lines.append(
            f"Kommunen har den {found.stated_on} vurderet, at det er automatiske afgørelser efter "
            "databeskyttelsesforordningens artikel 22. Hjemlen er artikel 22, stk. 2, litra b, og lov om en aktiv "
            "beskæftigelsesindsats § 123. Logikken er lovens: 30 % af indtægten op til indtægtsgrænsen og 55 % af "
            "resten trækkes fra det højeste tilskud. Følgen for dig er månedens udbetaling."
        )
    elif found.article_22 == "no":
        lines.append(
            f"Kommunen har den {found.stated_on} vurderet, at databeskyttelsesforordningens artikel 22 ikke gælder."
        )
    return Section("Automatisk behandling", tuple(lines))
