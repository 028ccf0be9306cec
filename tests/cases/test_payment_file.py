"""The formats of money out: against their samples, by writing and reading back, and with files that are wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cases.integrations.payment_file import (
    OS2BOS,
    PRISME_10Q,
    PaidLine,
    Sender,
    TooManyLines,
    control_sums,
    read_file,
    write_file,
)
from cases.integrations.posting_status import FailedPosting, read_status, write_status
from cases.integrations.reading import UnreadableFile
from cases.integrations.ydelsesindeks import read_index, write_index
from tests.cases.payment_file_reader import persons_and_oere

EXAMPLES = Path(__file__).parents[1] / "examples" / "payments"
SAMPLE = (EXAMPLES / "sample_g68g69.txt").read_bytes()
SENDER = Sender(OS2BOS, "000", "0001", "00482", "1")
DAY = date(2025, 4, 30)
ONE = PaidLine("1704781236", Decimal(6079), DAY, 1, 1, "FLT-1", "Fleksløntilskud april 2025 ref FLT-1")


def test_the_sample_is_written_byte_for_byte() -> None:
    lines = read_file(SAMPLE, OS2BOS)
    assert [(one.cpr, one.amount) for one in lines] == [
        ("1704781236", Decimal(6079)),
        ("2309641447", Decimal("4188.50")),
    ]
    assert write_file(SENDER, lines, date(2025, 4, 28)) == SAMPLE


def test_the_other_profile_has_its_own_layout() -> None:
    """By what 10Q writes: no unit in the heading, field 07, 14 digits of payee, 8 + 5 + 5 in the reference, CRLF."""
    sender = Sender(PRISME_10Q, "0", "0", "42", "1234005678")
    head, posting, payment, foot, rest = write_file(sender, [ONE], DAY).decode().split("\r\n")
    assert head == "Z300 00006      1201"
    assert posting == (
        "000G6900001000001NORFLYD&10300042&1040000001&11020250430&111000001234005678&112000000607900 &113D&1142025"
        "&117202504300004200001&13202&1331704781236&153FLT-1"
    )
    assert payment == (
        "000G6800001011&020000&0300&07000000000000000000&0800000607900&09+&1002&1100001704781236&1220250430"
        "&16202504300004200001&1700000000000000000001&40Fleksløntilskud april 2025 ref FLT-1"
    )
    assert (foot, rest) == ("SLUTD00002", "")


lines_of_a_file = some.lists(
    some.builds(
        PaidLine,
        cpr=some.from_regex(r"[0-3][0-9][01][0-9]{7}", fullmatch=True).filter(str.isascii),
        amount=some.integers(-(10**9), 10**9).map(lambda oere: Decimal(oere) / 100),
        pay_date=some.dates(date(2024, 1, 1), date(2035, 12, 31)),
        running=some.just(1),
        invoice=some.integers(1, 10**12),
        case_number=some.from_regex(r"[0-9]{4}-[0-9]{5}", fullmatch=True),
        text=some.text(max_size=90),
    ),
    min_size=1,
    max_size=20,
)


@given(lines_of_a_file, some.sampled_from([OS2BOS, PRISME_10Q]))
def test_another_reader_finds_the_same_persons_and_oere(lines: list[PaidLine], profile: str) -> None:
    lines = [replace(one, running=number) for number, one in enumerate(lines, start=1)]
    body = write_file(replace(SENDER, profile=profile), lines, DAY)
    wanted = sorted((one.cpr, int(one.amount * 100)) for one in lines)
    assert sorted(persons_and_oere(body).elements()) == wanted
    read = read_file(body, profile)
    assert control_sums(read) == control_sums(lines)
    assert [(one.cpr, one.amount, one.pay_date, one.invoice) for one in read] == [
        (one.cpr, one.amount, one.pay_date, one.invoice) for one in lines
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"&0800000607900", b"&0800000607901"),
        (b"&1331704781236", b"&1331704781235"),
        (b"&1620250430004820000001", b"&1620250430004820000009"),
        (b"SLUTD00004", b"SLUTD00003"),
        (b"000G68000020001011", b"000G6800002011"),
        (b"&0300&08", b"&0800"),
        (b"&1220250430&", b"&1220251330&"),
        (b"Z300", b"Z301"),
        (b"\xc3\xb8", b"\xf8"),
    ],
)
def test_a_file_that_was_changed_is_not_read(old: bytes, new: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_file(SAMPLE.replace(old, new, 1), OS2BOS)


def test_a_file_with_a_line_less_is_not_read() -> None:
    rows = SAMPLE.split(b"\n")
    for left_out in range(len(rows) - 1):
        with pytest.raises(UnreadableFile):
            read_file(b"\n".join(rows[:left_out] + rows[left_out + 1 :]), OS2BOS)


def test_more_payments_than_the_line_number_can_count_are_refused() -> None:
    with pytest.raises(TooManyLines):
        write_file(SENDER, [ONE] * 50_000, DAY)
    with pytest.raises(TooManyLines):
        write_file(replace(SENDER, profile=PRISME_10Q), [replace(ONE, running=100_000)], DAY)


def test_the_sample_of_the_posting_status() -> None:
    body = (EXAMPLES / "sample_posteringsstatus.csv").read_bytes()
    rows = read_status(body)
    assert rows == [
        FailedPosting(1, "ANDEN", "1704781236", 1, 6079, DAY, "RJ00", "Eksempel paa fejltekst", "FLT-000000001")
    ]
    assert write_status(rows) == body
    assert read_status("\ufeff".encode("utf-16-le") + body) == rows


@given(some.lists(some.builds(
    FailedPosting,
    row=some.just(0), kind=some.just("ANDEN"), cpr=some.integers(10**8, 10**10 - 1).map(lambda n: f"{n:010}"),
    invoice=some.integers(0, 10**19), amount=some.integers(-(10**6), 10**6), due=some.dates(date(2024, 1, 1)),
    code=some.just("RJ00"), text=some.just("Kontoen er lukket"), voucher=some.just("B1"),
), min_size=1))  # fmt: skip
def test_a_posting_status_is_read_as_it_was_written(rows: list[FailedPosting]) -> None:
    numbered = [replace(one, row=number) for number, one in enumerate(rows, start=1)]
    assert read_status(write_status(rows)) == numbered


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("ANDEN;1704781236;1;6079;2025/04/30;RJ00;Tekst", "har 7 felter, ikke 9"),
        ("ANDEN;17047812367;1;6079;2025/04/30;RJ00;T;B;", "CPR-nummeret er '17047812367'"),
        ("ANDEN;1704781236;x;6079;2025/04/30;RJ00;T;B;", "fakturanummeret er 'x'"),
        ("ANDEN;1704781236;1;6079,50;2025/04/30;RJ00;T;B;", "ikke er hele kroner"),
        ("ANDEN;1704781236;1;6079;2025/02/30;RJ00;T;B;", "forfaldsdagen er '2025/02/30'"),
        ("ANDEN;1704781236;1;6079;30-04-2025;RJ00;T;B;", "forfaldsdagen er '30-04-2025'"),
    ],
)
def test_one_line_that_cannot_be_read_stops_the_whole_file(line: str, sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=r"Linje 1: .*Intet er læst ind") as told:
        read_status(f"{line}\r\n".encode("utf-16-le"))
    assert sentence in str(told.value)


@pytest.mark.parametrize("body", [b"", b"ANDEN;1704781236;1;6079;2025/04/30;RJ00;T;B;\r\n", b"%PDF-1.7\0\0", b"\0\xd8"])
def test_something_else_is_not_a_posting_status(body: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_status(body)


def test_the_sample_of_ydelsesindeks_has_the_same_elements() -> None:
    body = (EXAMPLES / "sample_ydelsesindeks_effektuering.xml").read_bytes()
    rows = read_index(body)
    assert [(one.cpr, one.gross, one.sent) for one in rows] == [("1704781236", Decimal(9210), Decimal(6079))]
    written = write_index(rows, UUID("9e0f6e52-6a3c-4c3d-9a63-2a4b1d7e0c10"), datetime(2025, 4, 30, 6))
    assert read_index(written) == rows
    other = [(a, b) for a, b in zip(body.splitlines(), written.splitlines(), strict=True) if a != b]
    assert len(other) == 2, "only the system's own number and name are ours"
    assert all(b"Instans" in line for pair in other for line in pair)


@pytest.mark.parametrize("body", [b"", b"<x/>", b"not xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"])
def test_something_else_is_not_ydelsesindeks(body: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_index(body)
