"""What the municipality must take a legal stand on, and which rule touches which article.

The articles are those of KOMBIT's note on automation (v. 1.1, 16.07.2025). What the note says is told in our own words,
so that the municipality knows what it adds to.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.municipal_rules import FIXED_JUDGMENT, JUDGMENT, MUNICIPAL


class Topic(NamedTuple):
    """One article to be assessed: its word, title and law, what is asked, and what the note says about it."""

    word: str
    title: str
    law: str
    question: str
    note: str


TOPICS = (
    Topic(
        "hjemmel",
        "Hjemmel",
        "LAB §§ 123-124 og 139; bekg. 227/2024 § 14, stk. 3",
        "Har kommunen hjemmel til at lade den månedlige opgørelse ske uden en sagsbehandler, som den er sat op nu?",
        "Notatet finder hjemlen i LAB §§ 123-124 og ser ikke et særligt krav ved den forsigtige opsætning. Mangler der "
        "oplysninger i indkomstregisteret, skal sagen mærkes til manuel behandling.",
    ),
    Topic(
        "skoen",
        "Skøn under regel",
        "Forvaltningsrettens forbud mod skøn under regel; principmeddelelse 27-23",
        "Kommer alle sager, hvor loven kræver et skøn, stadig forbi en sagsbehandler?",
        "Notatet kræver, at skøn sendes til manuel behandling. Bonus og gratiale, målgruppeskift og den forventede løn "
        "ved opstart er nævnt. Reglerne i bilag 1 skal fange dem.",
    ),
    Topic(
        "partshoering",
        "Partshøring",
        "Forvaltningsloven § 19; bekg. 227/2024 § 4, stk. 2",
        "Hvor store ændringer må udbetales uden at høre borgeren, og hvorfor?",
        "Notatet bygger på, at en sagsbehandler ser sagen, når ydelsen falder mere end 5 % fra de to måneder før. Vil "
        "kommunen automatisere mere end det, skal den selv vurdere, hvornår reguleringen kræver partshøring.",
    ),
    Topic(
        "begrundelse",
        "Begrundelse",
        "Forvaltningsloven §§ 22-24; forarbejderne til LAB § 123",
        "Kan borgeren af specifikationen se, hvordan beløbet er beregnet, og hvor der kan klages?",
        "Notatet anser hver udbetaling for en afgørelse: specifikationen skal vise grundlaget, så borgeren kan regne "
        "efter, og den skal have klagevejledning.",
    ),
    Topic(
        "artikel-22",
        "GDPR artikel 22",
        "Databeskyttelsesforordningen artikel 22, stk. 1 og stk. 2, litra b, og artikel 13-15",
        "Er den automatiske udbetaling en afgørelse, der er omfattet af artikel 22?",
        "Notatet finder det usikkert. Vurderer kommunen, at artikel 22 gælder, og er fuld automatik slået til, skal "
        "oplysningsteksterne efter artikel 13-14 nævne det, og indsigt efter artikel 15 skal sige, hvilke afgørelser "
        "der er truffet automatisk.",
    ),
    Topic(
        "indsigt",
        "Sagsbehandlernes indsigt",
        "Forvaltningsrettens krav om, at myndigheden kender og kan forklare sine afgørelser",
        "Hvordan sikrer kommunen, at sagsbehandlerne ved, hvad der er kørt automatisk, og kan forklare det?",
        "Notatet peger på kontrolrapporten og brugervejledningen. Kommunen skal beholde kontrollen med området.",
    ),
)

_HEARING = frozenset({"INC3", "INC4", "INC27", "INC43", "MUN3", "MUN4"})
_AUTHORITY = frozenset({"INC34", "INC36", "INC37", "INC20"})
_REASONS = frozenset({"INC27", "MUN4"})
_ARTICLE_22 = frozenset({"INC37", "INC34"})
_INSIGHT = frozenset({"INC37", "MUN7"})
_DISCRETION = frozenset({*FIXED_JUDGMENT, *(code for code, rule in MUNICIPAL.items() if rule.group == JUDGMENT)})
_TOUCHED = (
    ("hjemmel", _AUTHORITY),
    ("skoen", _DISCRETION),
    ("partshoering", _HEARING),
    ("begrundelse", _REASONS),
    ("artikel-22", _ARTICLE_22),
    ("indsigt", _INSIGHT),
)


def touched(code: str) -> tuple[str, ...]:
    """The words of the articles that a rule touches."""
    return tuple(word for word, codes in _TOUCHED if code in codes)
