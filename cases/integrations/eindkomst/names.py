"""Namespaces and names of eIndkomst's two wrappers, and the one careful way to parse XML."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

SKAT = "http://rep.oio.dk/skat.dk/eindkomst/"
DIRECT_CONTEXT = "http://rep.oio.dk/skat.dk/basis/kontekst/xml/schemas/2006/09/01/"
KOMBIT = "http://www.kombit.dk/2017/01/01/"
KOMBIT_CONTEXT = "http://kombit.dk/xml/schemas/kontekst/2017/01/01/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
CPR = "http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/"
SE = "http://rep.oio.dk/skat.dk/motor/class/virksomhed/xml/schemas/20080401/"
INTERVAL = "http://rep.oio.dk/xkom.dk/xml/schemas/2007/09/01/"
START = "http://rep.oio.dk/xkom.dk/xml/schemas/2006/09/01/"
END = "http://rep.oio.dk/xkom.dk/xml/schemas/2007/04/15/"

DIRECT = "direct"
SF0770A = "sf0770a"
WRAPPERS = (DIRECT, SF0770A)

HEAD_BYTES = 64 * 1024
FIELD_PREFIX = "100000000000000"
PURPOSE = "171"
SUBSCRIPTION = "3153"
"""AdgangFormaalTypeKode 171 = fleksløntilskud; AbonnementTypeKode 3153 = income-dependent benefits."""


def skat_class(name: str) -> str:
    """The namespace of one of SKAT's classes."""
    return f"http://rep.oio.dk/skat.dk/eindkomst/class/{name}/xml/schemas/20071202/"


PREFIXES = {
    "e": SKAT,
    "ref": skat_class("indkomstoplysningadgangreferencenummer"),
    "ang": skat_class("angivelse"),
    "emp": skat_class("ansaettelseforhold"),
    "grp": skat_class("indkomstpersongruppe"),
    "bla": skat_class("blanket"),
    "fel": skat_class("blanketfelt"),
    "enh": skat_class("feltenhedtype"),
    "ind": skat_class("angivelsefelt"),
    "vir": SE,
    "cpr": CPR,
    "sta": START,
    "slu": END,
}

PARSER_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,
}


class UnreadableAnswer(Exception):  # noqa: N818 - the module's word
    """The file cannot be read (further). The text is a Danish sentence for the user."""


def local(element: etree._Element) -> str:
    """An element's name without namespace."""
    return element.tag.rpartition("}")[2]


def parse_whole(data: bytes) -> etree._Element:
    """Parse a small document; a DOCTYPE is refused before anything in it can take effect."""
    refuse_doctype(data[:HEAD_BYTES])
    try:
        root = etree.fromstring(data, etree.XMLParser(**PARSER_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableAnswer(syntax_sentence(error)) from error
    return root


def refuse_doctype(head: bytes) -> etree._Element | None:
    """The root's start as an element without content, from the first bytes; None when they hold no start tag.

    UnreadableAnswer on a DOCTYPE: eIndkomst never sends one, and entities and bombs need one.
    """
    parser = etree.XMLPullParser(("start",), **PARSER_OPTIONS)
    try:
        parser.feed(head)
    except (etree.XMLSyntaxError, ValueError) as error:
        first = next(iter(parser.read_events()), None)
        if first is None:
            raise UnreadableAnswer(_start_sentence(head, error)) from error
    else:
        first = next(iter(parser.read_events()), None)
    if first is None:
        if b"<!DOCTYPE" in head.replace(b"\0", b""):
            raise UnreadableAnswer(_DOCTYPE)
        return None
    if first[1].getroottree().docinfo.internalDTD is not None or first[1].getroottree().docinfo.doctype:
        raise UnreadableAnswer(_DOCTYPE)
    return first[1]


_DOCTYPE = (
    "Filen har en DOCTYPE-erklæring og er afvist af sikkerhedsgrunde. "
    "Svar fra eIndkomst har aldrig sådan en: hent filen igen fra eIndkomst."
)


def _start_sentence(head: bytes, error: Exception) -> str:
    if b"<!DOCTYPE" in head.replace(b"\0", b""):
        return _DOCTYPE
    if b"<" not in head[:1024]:
        return "Filen er ikke XML. Vælg den fil, som eIndkomst har svaret med."
    return syntax_sentence(error)


def syntax_sentence(error: Exception | None, log: Sequence[etree._LogEntry] = ()) -> str:
    """The parser's first complaint as a Danish sentence with the line; the log knows it best."""
    if log:
        line, detail = log[0].line, log[0].message
    else:
        line, detail = getattr(error, "lineno", None), str(getattr(error, "msg", None) or error)
    place = f"linje {line}" if line else "begyndelsen"
    return (
        f"Filen kan ikke læses som XML fra {place}: den er afbrudt, beskadiget eller i et forkert tegnsæt "
        f"({detail.partition(', line ')[0].strip()[:120]}). Hent svaret igen."
    )
