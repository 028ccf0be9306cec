"""The chapters of the guide, one task each, in the order they are read.

The text of a chapter is templates/guide/chapters/<slug>.html.
"""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Role, User

CASEWORKER, COORDINATOR, ADMINISTRATOR, AUDITOR = (
    Role.CASEWORKER, Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR,
)  # fmt: skip
WRITERS = (CASEWORKER, COORDINATOR)
READERS = (CASEWORKER, COORDINATOR, AUDITOR)


@dataclass(frozen=True)
class Chapter:
    """``roles``: whose task it is; the first one is the heading it stands under."""

    slug: str
    title: str
    about: str
    roles: tuple[Role, ...]

    @property
    def template(self) -> str:
        return f"guide/chapters/{self.slug}.html"


CHAPTERS = (
    Chapter("loes-en-opgave", "Løs en opgave", "Fra indbakken til den godkendte udbetaling.", WRITERS),
    Chapter("ret-en-indtaegt", "Ret en indtægt", "Ret, medtag, lad ude eller tilføj løn.", WRITERS),
    Chapter("loenloft", "Skriv et lønloft", "Hvad det er, hvor det står, og hvornår det hæves.", WRITERS),
    Chapter("ferie-og-mistet-ret", "Ferie, ydelser og mistet ret", "Perioder, der ændrer tilskuddet.", WRITERS),
    Chapter("spoerg-og-afvent", "Spørg og afvent", "Brev til borger eller arbejdsgiver, og opgaven bagefter.", WRITERS),
    Chapter("partshoering", "Partshøring", "Når tilskuddet falder: de tre spørgsmål.", WRITERS),
    Chapter("ny-sag", "Ny sag", "Opstart fra jobcentrets indstilling, eller i hånden.", WRITERS),
    Chapter("genberegning", "Genberegning", "Nye oplysninger om måneder, der er betalt.", WRITERS),
    Chapter("stop-og-afslut", "Stop eller afslut", "Midlertidigt stop, ophør og folkepension.", WRITERS),
    Chapter("klage", "Klage", "Registrér, vurdér igen, send videre.", WRITERS),
    Chapter("find-specifikationen", "Find specifikationen", "Hvad borgeren får at vide, og hvor det ligger.", READERS),
    Chapter("adviser", "Adviser og hændelser", "Nyt fra jobcentret og FerieKonto.", WRITERS),
    Chapter("find-en-sag", "Find en sag", "Søgning, tastatur, seneste sager og egne visninger.", READERS),
    Chapter("maanedens-koersel", "Månedens kørsel", "Prøvekørsel, kørsel, fejl og lukning.", (COORDINATOR,)),
    Chapter("frigiv-udbetalinger", "Frigiv udbetalinger", "Fra godkendt til betalt.", (COORDINATOR,)),
    Chapter("fordel-opgaver", "Fordel opgaver", "Hvem tager hvad, og hvornår.", (COORDINATOR,)),
    Chapter("indstil-automatikken", "Indstil automatikken", "Grænser, egne regler og to personer.", (COORDINATOR,)),
    Chapter("foer-i-taender", "Før I tænder", "Sager ind, skyggemåned, prøvekørsel.", (COORDINATOR, ADMINISTRATOR)),
    Chapter("kontrolrapport", "Kontrolrapport", "Hvad automatikken har gjort, og hvad der venter.", READERS),
    Chapter("brugere-og-roller", "Brugere og roller", "Opret, ret og luk en bruger.", (ADMINISTRATOR,)),
    Chapter("satser", "Næste års satser", "Hvem skriver dem, og hvad der sker uden.", (ADMINISTRATOR,)),
    Chapter("kontroller-en-afgoerelse", "Kontrollér en afgørelse", "Linje for linje, med paragraf.", (AUDITOR,)),
    Chapter("hvem-har-set-hvad", "Hvem har set og ændret hvad", "Opslagslog og historik.", (AUDITOR,)),
)
BY_SLUG = {one.slug: one for one in CHAPTERS}


def chapters_for(user: User) -> tuple[list[Chapter], list[Chapter]]:
    """The chapters of the user's own roles, and the others."""
    own = [one for one in CHAPTERS if user.has_role(*one.roles)]
    return own, [one for one in CHAPTERS if one not in own]


def neighbours(chapter: Chapter, own: list[Chapter]) -> tuple[Chapter | None, Chapter | None]:
    """The chapter before and after it, among those the user reads."""
    if chapter not in own:
        return None, None
    at = own.index(chapter)
    return (own[at - 1] if at else None), (own[at + 1] if at + 1 < len(own) else None)
