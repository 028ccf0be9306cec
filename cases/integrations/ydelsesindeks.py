"""What a list pays as Ydelsesindeks has it (SF1491 ``EffektueringHent_O``, revision r4697). UNVERIFIED.

The names and their order follow the public XSD as our sample does; no live service has read it. The KLE number of
fleksløntilskud was not found: ``KLE`` is a placeholder, and the file is not to be sent before it is known.
Amounts: kroner with two decimals. "After tax and ATP" is what we send, before tax: withholding is the paying system's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import NAMESPACE_URL, UUID, uuid5

from lxml import etree
from lxml.etree import SubElement, _Element

from cases.integrations.reading import UnreadableFile

Y = "http://www.kombit.dk/int/2022/01/01/"
K = "http://kombit.dk/xml/schemas/kontekst/2017/01/01/"
REVISION = "r4697"
KLE = "32.00.00"
MASTER = uuid5(NAMESPACE_URL, "https://fleksloen.example/ydelsesindeks")


@dataclass(frozen=True)
class Effectuation:
    """One payment of a benefit: to whom, for which days, how much. Kroner; both days included."""

    uuid: UUID
    cpr: str
    disposed_on: date
    gross: Decimal
    sent: Decimal
    status: str
    first_day: date
    last_day: date
    grant_number: str
    grant_first_day: date


def uuid_of(municipality: str, payment: int) -> UUID:
    """The same payment has the same UUID, however often it is written."""
    return uuid5(MASTER, f"{municipality}/{payment}")


def write_index(rows: Iterable[Effectuation], transaction: UUID, made_at: datetime) -> bytes:
    """The document as bytes."""
    root = etree.Element(f"{{{Y}}}EffektueringHent_O", nsmap={"y": Y, "k": K}, revision=REVISION)
    head = SubElement(root, f"{{{K}}}HovedOplysningerSvar")
    _add(head, (("TransaktionsId", transaction), ("TransaktionsTid", f"{made_at:%Y-%m-%dT%H:%M:%SZ}")), K)
    listed = _part(root, "OEkonomiskEffektueringListe")
    for row in rows:
        _effectuation(_part(listed, "OEkonomiskEffektuering"), row)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _effectuation(parent: _Element, row: Effectuation) -> None:
    name = "OekonomiskEffektuering"
    structure = _part(parent, "OekonomiskEffektueringStruktur")
    _add(structure, (
        (f"{name}UUID", row.uuid),
        (f"{name}Dispositionsdato", row.disposed_on),
        (f"{name}SamletBruttobeloeb", _money(row.gross)),
        (f"{name}BeloebEfterSkatATP", _money(row.sent)),
        (f"{name}BeloebSendtTilUdbetaling", _money(row.sent)),
        (f"{name}UdbetalingStatus", row.status),
        (f"{name}StartDato", row.first_day),
        (f"{name}SlutDato", row.last_day),
    ))  # fmt: skip
    system = _part(structure, "OEkonomiskEffektueringMasterSystemInstans")
    _add(system, (("ItSystemInstansIdentifikation", MASTER), ("ItSystemInstansTitel", "Fleksløn")))
    _person(_part(structure, "OEkonomiskEffektueringModtager"), row.cpr)
    benefits = _part(parent, "OEkonomiskYdelseseffektueringListe")
    _benefit(_part(benefits, "OEkonomiskYdelseseffektuering"), row)


def _benefit(parent: _Element, row: Effectuation) -> None:
    name = "OekonomiskYdelseseffektuering"
    _add(parent, (
        (f"{name}Beloeb", _money(row.gross)),
        (f"{name}PeriodeFra", row.first_day),
        (f"{name}PeriodeTil", row.last_day),
    ))  # fmt: skip
    granted = _part(parent, "BevilgetYdelse")
    _add(granted, (
        ("YdelseNavn", "Fleksløntilskud"),
        ("BevilgetYdelseID", row.grant_number),
        ("BevilgetYdelseStartDato", row.grant_first_day),
        ("BevilgetYdelseKLEEmne", KLE),
    ))  # fmt: skip
    _person(_part(granted, "BevilgetYdelseEffektueringModtager"), row.cpr)
    _add(granted, (("OekonomiskEffektueringsplanForudBagud", "Bagud"),))


def _person(parent: _Element, cpr: str) -> None:
    _add(parent, (("PartType", "Person"), ("PartURN", f"urn:oio:cpr-nr:{cpr}"), ("PartCPRNummer", cpr)))


def _add(parent: _Element, values: Sequence[tuple[str, object]], space: str = Y) -> None:
    for name, value in values:
        SubElement(parent, f"{{{space}}}{name}").text = str(value)


def _part(parent: _Element, name: str) -> _Element:
    return SubElement(parent, f"{{{Y}}}{name}")


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


# --- reading it ----------------------------------------------------------------------------------------------


def read_index(body: bytes) -> list[Effectuation]:
    """Every effectuation of an answer. UnreadableFile (a Danish sentence) when it is something else."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableFile("Filen er ikke gyldig XML fra Ydelsesindekset.") from None
    if root.tag != f"{{{Y}}}EffektueringHent_O":
        raise UnreadableFile("Filen er ikke et svar fra Ydelsesindekset (EffektueringHent).")
    try:
        return list(_rows(root))
    except (ValueError, InvalidOperation):
        raise UnreadableFile("Et felt i filen fra Ydelsesindekset mangler eller kan ikke læses.") from None


def _rows(root: _Element) -> Iterator[Effectuation]:
    name = "OekonomiskEffektuering"
    for one in root.iter(f"{{{Y}}}OEkonomiskEffektuering"):
        yield Effectuation(
            uuid=UUID(_text(one, f"{name}UUID")),
            cpr=_text(one, "PartCPRNummer"),
            disposed_on=date.fromisoformat(_text(one, f"{name}Dispositionsdato")),
            gross=Decimal(_text(one, f"{name}SamletBruttobeloeb")),
            sent=Decimal(_text(one, f"{name}BeloebSendtTilUdbetaling")),
            status=_text(one, f"{name}UdbetalingStatus"),
            first_day=date.fromisoformat(_text(one, f"{name}StartDato")),
            last_day=date.fromisoformat(_text(one, f"{name}SlutDato")),
            grant_number=_text(one, "BevilgetYdelseID"),
            grant_first_day=date.fromisoformat(_text(one, "BevilgetYdelseStartDato")),
        )


def _text(parent: _Element, name: str) -> str:
    found = parent.find(f".//{{{Y}}}{name}")
    if found is None or not found.text:
        raise ValueError(name)
    return found.text
