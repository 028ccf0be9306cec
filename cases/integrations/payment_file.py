"""The payment file to the finance system: G69 (posting) and G68 (payment), KMD's GQ311001Q and GF200001Q.

Two public forms (profiles), which differ: ``opus_os2bos`` as OS2bos writes it, ``prisme_10q`` as magenta-aps/10Q does
(no org unit in the G68 heading, field 07, 14-digit payee, 5-digit running number, CRLF, lines numbered by kind).
Neither source states an encoding: we write UTF-8, as both do on their platforms. A reversal is written with the sign
``-`` in fields 112 and 09; no source shows one, so that is our own reading.

Line: heading by position, then ``&`` + field number + value, ascending. ``&``, ``!`` and ``\\`` never occur in text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.integrations.reading import UnreadableFile, is_cpr, shown

OS2BOS, PRISME_10Q = "opus_os2bos", "prisme_10q"
ENCODING = "utf-8"
MOST_LINES = 99_999
"""A line number has five digits, and so has the number of records in the last line."""

HUNDRED = Decimal(100)
CPR_TYPE = "02"
_FORBIDDEN = str.maketrans({"&": "+", "!": ".", "\\": "/", "\r": " ", "\n": " "})
_FRAME = re.compile(r"Z300 (\d{4})6 {6}(\d{3})1\Z", re.ASCII)
_POSTING = re.compile(r"(\d{3})G69(\d{5})(\d{4})01NORFLYD\Z", re.ASCII)
_PAYMENT = {
    OS2BOS: re.compile(r"(\d{3})G68(\d{5})(\d{4})(\d{2})1\Z", re.ASCII),
    PRISME_10Q: re.compile(r"(\d{3})G68(\d{5})()(\d{2})1\Z", re.ASCII),
}


@dataclass(frozen=True)
class Layout:
    """What differs between the two profiles. Widths in characters."""

    unit_in_heading: bool
    out_ident: bool
    payee: int
    running: int
    account: int
    line_end: str
    counts_by_kind: bool


LAYOUTS = {
    OS2BOS: Layout(True, False, payee=10, running=7, account=10, line_end="\n", counts_by_kind=False),
    PRISME_10Q: Layout(False, True, payee=14, running=5, account=15, line_end="\r\n", counts_by_kind=True),
}


@dataclass(frozen=True)
class Sender:
    """The municipality's numbers: place of registration (3), org unit (4), machine (5), account (1-15 digits)."""

    profile: str
    registration_place: str
    org_unit: str
    machine_number: str
    account: str


@dataclass(frozen=True)
class PaidLine:
    """One payment in the file. ``amount``: kroner before tax, negative in a reversal. ``invoice``: our own number."""

    cpr: str
    amount: Decimal
    pay_date: date
    running: int
    invoice: int
    case_number: str
    text: str


class TooManyLines(ValueError):  # noqa: N818 - it is an answer
    """The file cannot number so many lines."""


def write_file(sender: Sender, lines: Sequence[PaidLine], made_on: date) -> bytes:
    """The file as bytes. TooManyLines when the five digits of the line number do not suffice."""
    layout = LAYOUTS[sender.profile]
    if 2 * len(lines) > MOST_LINES or any(len(str(one.running)) > layout.running for one in lines):
        raise TooManyLines(len(lines))
    records = list(_records(sender, layout, lines))
    head = f"Z300 {sender.org_unit:0>4}6      {made_on.timetuple().tm_yday:03}1"
    foot = f"SLUTD{len(records):05}"
    return "".join(one + layout.line_end for one in (head, *records, foot)).encode(ENCODING)


def _records(sender: Sender, layout: Layout, lines: Iterable[PaidLine]) -> Iterator[str]:
    for position, line in enumerate(lines, start=1):
        first = position if layout.counts_by_kind else 2 * position - 1
        yield _posting(sender, layout, line, first)
        yield _payment(sender, layout, line, first if layout.counts_by_kind else first + 1)


def _posting(sender: Sender, layout: Layout, line: PaidLine, number: int) -> str:
    head = f"{sender.registration_place:0>3}G69{number:05}{sender.org_unit:0>4}01NORFLYD"
    fields = {
        103: f"{sender.machine_number:0>5}",
        104: f"{line.running:07}",
        110: f"{line.pay_date:%Y%m%d}",
        111: f"{sender.account:0>{layout.account}}",
        112: f"{_oere(line):012}{'-' if line.amount < 0 else ' '}",
        113: "D",
        114: f"{line.pay_date.year}",
        117: _reference(sender, layout, line),
        132: CPR_TYPE,
        133: line.cpr,
        153: clean(line.case_number, 35),
    }
    return head + "".join(f"&{code}{value}" for code, value in fields.items())


def _payment(sender: Sender, layout: Layout, line: PaidLine, number: int) -> str:
    unit = f"{sender.org_unit:0>4}"
    head = f"{sender.registration_place:0>3}G68{number:05}{unit if layout.unit_in_heading else ''}011"
    fields = {
        2: unit,
        3: "00",
        **({7: "0" * 18} if layout.out_ident else {}),
        8: f"{_oere(line):011}",
        9: "-" if line.amount < 0 else "+",
        10: CPR_TYPE,
        11: f"{line.cpr:0>{layout.payee}}",
        12: f"{line.pay_date:%Y%m%d}",
        16: _reference(sender, layout, line),
        17: f"{line.invoice:020}",
        40: clean(line.text, 81),
    }
    return head + "".join(f"&{code:02}{value}" for code, value in fields.items())


def _oere(line: PaidLine) -> int:
    return int(abs(line.amount) * HUNDRED)


def _reference(sender: Sender, layout: Layout, line: PaidLine) -> str:
    """Pay day, machine and running number: the same in the posting and in its payment."""
    return f"{line.pay_date:%Y%m%d}{sender.machine_number:0>5}{line.running:0{layout.running}}"


def clean(text: str, width: int) -> str:
    """A text without the three signs the file keeps for itself, at most so many characters."""
    return text.translate(_FORBIDDEN)[:width].strip()


# --- reading it again ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ControlSums:
    """What a file pays: how many payments, and kroner together."""

    count: int
    total: Decimal


def control_sums(lines: Iterable[PaidLine]) -> ControlSums:
    amounts = [line.amount for line in lines]
    return ControlSums(len(amounts), sum(amounts, Decimal(0)))


def read_file(body: bytes, profile: str) -> list[PaidLine]:
    """The payments of a file of this profile. UnreadableFile (a Danish sentence) when anything in it does not fit."""
    try:
        rows = body.decode(ENCODING).split(LAYOUTS[profile].line_end)
    except UnicodeDecodeError:
        raise UnreadableFile("Udbetalingsfilen er ikke i UTF-8.") from None
    if len(rows) < 3 or rows[-1] or not _FRAME.match(rows[0]):
        raise UnreadableFile("Udbetalingsfilen mangler sin første eller sidste linje.")
    records = rows[1:-2]
    if rows[-2] != f"SLUTD{len(records):05}" or len(records) % 2:
        raise UnreadableFile(f"Udbetalingsfilens sidste linje passer ikke til dens {len(records)} linjer.")
    return [_pair(records[at], records[at + 1], profile, at + 2) for at in range(0, len(records), 2)]


def _pair(posting: str, payment: str, profile: str, row: int) -> PaidLine:
    """One payment from its two lines, which must say the same."""
    g69, g68 = _fields(posting, _POSTING, 3, row), _fields(payment, _PAYMENT[profile], 2, row + 1)
    try:
        found, posted = _line(g69, g68), _amount(g69[112][:-1], g69[112][-1], 12)
    except (KeyError, ValueError, IndexError):
        raise UnreadableFile(f"Udbetalingsfilens linje {row} eller {row + 1} mangler et felt.") from None
    if posted != found.amount or g69[117] != g68[16] or g69[133] != found.cpr or not is_cpr(found.cpr):
        raise UnreadableFile(f"Udbetalingsfilens linje {row} og {row + 1} siger ikke det samme.")
    return found


def _line(g69: dict[int, str], g68: dict[int, str]) -> PaidLine:
    day = g68[12]
    return PaidLine(
        cpr=g68[11][-10:],
        amount=_amount(g68[8], g68[9], 11),
        pay_date=date(int(day[:4]), int(day[4:6]), int(day[6:])),
        running=int(g69[104]),
        invoice=int(g68[17]),
        case_number=g69[153],
        text=g68.get(40, ""),
    )


def _amount(digits: str, sign: str, width: int) -> Decimal:
    if len(digits) != width or sign not in "+- ":
        raise ValueError(digits)
    return Decimal(int(digits)) / HUNDRED * (-1 if sign == "-" else 1)


def _fields(line: str, heading: re.Pattern[str], width: int, row: int) -> dict[int, str]:
    head, *parts = line.split("&")
    numbers = [part[:width] for part in parts]
    if not heading.match(head) or not all(map(str.isdigit, numbers)):
        raise UnreadableFile(f"Udbetalingsfilens linje {row} begynder ikke rigtigt: '{shown(head)}'.")
    codes = list(map(int, numbers))
    if codes != sorted(set(codes)):
        raise UnreadableFile(f"Felterne i udbetalingsfilens linje {row} står ikke i rækkefølge.")
    return {code: part[width:] for code, part in zip(codes, parts, strict=True)}
