"""The readers of jobcentre events and FerieKonto payments against good, odd and hostile files."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.integrations import feriekonto
from cases.integrations.feriekonto import HolidayLine, read_payments, write_payments
from cases.integrations.jobcentre import (
    KINDS,
    UNKNOWN,
    JobcentreMessage,
    envelope,
    read_events,
    reader,
    same_meaning,
    write_envelope,
    write_events,
)
from cases.integrations.reading import UnreadableFile

CVR = "29900001"
SHIFT = {
    "haendelse_id": "6f0b2c52-0000-4000-8000-000000000001",
    "type": "MAALGRUPPESKIFT",
    "personnummer": "1704781236",
    "fra_maalgruppe_type_kode": 8,
    "fra_maalgruppe_status": "LAB 6.9 – I fleksjob",
    "til_maalgruppe_type_kode": 11,
    "til_maalgruppe_status": None,
    "virkningsdato": "2026-10-05",
    "modtaget": "2026-10-06T09:14:00+02:00",
    "kilde": "fil",
}
RECOMMENDATION = {
    **{key: SHIFT[key] for key in ("personnummer", "virkningsdato", "modtaget", "kilde")},
    "haendelse_id": "6f0b2c52-0000-4000-8000-000000000002",
    "type": "INDSTILLING",
    "maalgruppe_type_kode": 4,
    "maalgruppe_status": "I fleksjob",
    "bevilling_startdato": "2026-11-01",
    "bevilling_slutdato": None,
}
COURSE = {**RECOMMENDATION, "haendelse_id": "h-3", "type": "KONTAKTFORLOEB_AENDRET", "bevilling_startdato": None}
COMMON = {key: SHIFT[key] for key in ("personnummer", "virkningsdato", "modtaget", "kilde")}
ACTIVITY = {**COMMON, "haendelse_id": "h-4", "type": "AKTIVITET", "aktivitet": "Ordinært job"}
ABSENCE = {**COMMON, "haendelse_id": "h-5", "type": "FRAVAER", "fravaer": "Værnepligt", "slutdato": "2026-12-31"}
NEW_JOB = {**COMMON, "haendelse_id": "h-6", "type": "NYT_JOB", "arbejdsgiver_se": "87654321", "timer_pr_uge": 15}
ALL = [SHIFT, RECOMMENDATION, COURSE, ACTIVITY, ABSENCE, NEW_JOB]


def one(data: bytes) -> JobcentreMessage:
    (message,) = read_events(data)
    return message


def event(**changes: Any) -> JobcentreMessage:
    return one(write_events([{**SHIFT, **changes}]))


def outcome(data: bytes) -> tuple[list[JobcentreMessage], str]:
    found: list[JobcentreMessage] = []
    try:
        found.extend(read_events(data))
    except UnreadableFile as error:
        return found, str(error)
    return found, ""


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        list(read_events(data))
    return str(caught.value)


# --- both forms -------------------------------------------------------------------------------------------------------


def test_every_kind_is_read_and_the_envelope_says_the_same() -> None:
    assert {one["type"] for one in ALL} == set(KINDS)
    from_json = list(read_events(write_events(ALL)))
    for index, (message, payload) in enumerate(zip(from_json, ALL, strict=True), start=1):
        assert message.error is None
        assert (message.kind, message.index, message.cpr) == (payload["type"], index, "1704781236")
        assert (message.effective, message.origin) == (date(2026, 10, 5), "fil")
        assert message.received == datetime(2026, 10, 6, 7, 14, tzinfo=UTC)
        assert message.payload == payload
        enveloped = one(write_envelope(payload, CVR))
        assert enveloped.error is None
        assert (enveloped.external_id, enveloped.kind, enveloped.cpr) == (
            message.external_id,
            message.kind,
            message.cpr,
        )
        assert (enveloped.effective, enveloped.received) == (message.effective, message.received)
        assert (enveloped.recipients, enveloped.origin) == ((CVR,), "Beskedfordeler")
        assert same_meaning(enveloped.payload, message.payload)


def test_one_object_alone_is_a_file_too_and_an_empty_list_is_empty() -> None:
    assert one(json.dumps(SHIFT).encode()).external_id == SHIFT["haendelse_id"]
    assert one(b"\xef\xbb\xbf" + json.dumps(SHIFT).encode()).error is None
    assert list(read_events(b" [ ] ")) == []


def test_several_envelopes_inside_something_else_are_all_read() -> None:
    parts = [write_envelope(payload, CVR).split(b"?>", 1)[1] for payload in (SHIFT, NEW_JOB)]
    found = list(
        read_events(b"<ModtagBeskedInput xmlns='urn:oio:sts:1.0.0'>" + b"".join(parts) + b"</ModtagBeskedInput>")
    )
    assert [one.kind for one in found] == ["MAALGRUPPESKIFT", "NYT_JOB"]
    assert [one.index for one in found] == [1, 2]


def test_an_envelope_in_utf_16_is_read() -> None:
    text = write_envelope(SHIFT, CVR).decode().replace("UTF-8", "UTF-16")
    assert one(text.encode("utf-16")).external_id == SHIFT["haendelse_id"]


@pytest.mark.parametrize("change", [{"virkningsdato": "2026-10-06"}, {"til_maalgruppe_status": "x"}, {"navn": "Åse"}])
def test_another_meaning_is_another(change: dict[str, Any]) -> None:
    assert not same_meaning(SHIFT, {**SHIFT, **change})


def test_who_sent_it_and_when_is_no_meaning_and_nothing_is_the_same_as_left_out() -> None:
    assert same_meaning(SHIFT, {**SHIFT, "kilde": "x", "modtaget": None, "kuvert": "<x/>"})
    left_out = {key: value for key, value in SHIFT.items() if value is not None}
    assert same_meaning(SHIFT, left_out)


# --- what cannot be used is told, the rest is read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"personnummer": "170478123"}, "personnummer"),
        ({"personnummer": None}, "personnummer"),
        ({"personnummer": 1704781236}, "personnummer"),
        ({"personnummer": "١٧٠٤٧٨١٢٣٦"}, "personnummer"),
        ({"virkningsdato": None}, "virkningsdato"),
        ({"virkningsdato": "5.10.2026"}, "virkningsdato"),
        ({"virkningsdato": "2026-02-30"}, "virkningsdato"),
        ({"virkningsdato": "9999-12-31"}, "virkningsdato"),
        ({"virkningsdato": 20261005}, "virkningsdato"),
        ({"modtaget": "i går"}, "modtaget"),
        ({"modtaget": 5}, "modtaget"),
        ({"modtaget": "0001-01-01T00:00:00+14:00"}, "modtaget"),
        ({"fra_maalgruppe_type_kode": "8"}, "fra_maalgruppe_type_kode"),
        ({"fra_maalgruppe_type_kode": True}, "fra_maalgruppe_type_kode"),
        ({"fra_maalgruppe_type_kode": None}, "fra_maalgruppe_type_kode"),
        ({"til_maalgruppe_type_kode": 10**12}, "til_maalgruppe_type_kode"),
        ({"til_maalgruppe_status": 7}, "til_maalgruppe_status"),
        ({"til_maalgruppe_status": "x" * 201}, "til_maalgruppe_status"),
        ({"til_maalgruppe_status": ["I fleksjob"]}, "til_maalgruppe_status"),
        ({"fra_maalgruppe_status": "I\x00fleksjob"}, "ikke kan gemmes"),
        ({"haendelse_id": "\x00"}, "ikke kan gemmes"),
        ({"noget": {"dybt": ["\x00"]}}, "ikke kan gemmes"),
        ({"type": "AKTIVITET"}, "aktivitet"),
        ({"type": "AKTIVITET", "aktivitet": "  "}, "aktivitet"),
        ({"type": "FRAVAER", "fravaer": "Værnepligt", "slutdato": "snart"}, "slutdato"),
        ({"type": "NYT_JOB", "arbejdsgiver_se": "8765432"}, "arbejdsgiver_se"),
        ({"type": "NYT_JOB", "arbejdsgiver_se": 87654321}, "arbejdsgiver_se"),
        ({"type": "NYT_JOB", "arbejdsgiver_se": "87654321", "timer_pr_uge": -3}, "timer_pr_uge"),
        ({"type": "NYT_JOB", "arbejdsgiver_se": "87654321", "timer_pr_uge": True}, "timer_pr_uge"),
        ({"type": "NYT_JOB", "arbejdsgiver_se": "87654321", "timer_pr_uge": [1]}, "timer_pr_uge"),
        ({"type": "INDSTILLING"}, "maalgruppe_type_kode"),
        ({**RECOMMENDATION, "bevilling_slutdato": "2026-10-01"}, "før bevilling_startdato"),
        ({**RECOMMENDATION, "bevilling_startdato": "1/11"}, "bevilling_startdato"),
        ({**RECOMMENDATION, "navn": {"for": "Åse"}}, "navn"),
    ],
)
def test_a_wrong_field_is_named_with_the_events_number_and_the_next_is_read(change: dict[str, Any], words: str) -> None:
    bad, good = read_events(write_events([{**SHIFT, **change}, NEW_JOB]))
    assert bad.error is not None
    assert "nr. 1" in bad.error
    assert words in bad.error
    assert (good.error, good.kind) == (None, "NYT_JOB")


@pytest.mark.parametrize(
    "part",
    ["5", '"tekst"', "null", "[]", "[[1]]", "{'a': 1}", '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "\x01"}', "",
     '{"x": {"a": 1, "a": 2}}', '{"a": 1} {"b": 2}', '{"a": ' + "[" * 30 + "]" * 30 + "}"],
)  # fmt: skip
def test_what_is_no_event_is_told_and_the_next_is_read(part: str) -> None:
    found, _ = outcome(f"[{part}, {json.dumps(SHIFT)}]".encode())
    assert found[0].error is not None
    assert [one.error for one in found[1:]] == [None]


def test_half_a_surrogate_pair_is_told_and_not_stored() -> None:
    assert "ikke kan gemmes" in str(one(b"[" + json.dumps({**SHIFT, "navn": "\ud800"}).encode() + b"]").error)


def test_an_unknown_type_is_kept_whole_whatever_its_fields() -> None:
    odd = {"haendelse_id": "u-1", "type": "SANKTION", "personnummer": "x", "virkningsdato": "snart", "belob": 12.50}
    message = one(write_events([odd]))
    assert (message.error, message.kind, message.type_name) == (None, UNKNOWN, "SANKTION")
    assert (message.cpr, message.effective, message.received) == ("", None, None)
    assert message.payload["belob"] == "12.5"
    for type_name in (None, 5, ["x"], "UKENDT", "maalgruppeskift"):
        assert event(type=type_name).kind == UNKNOWN
    other = write_envelope(SHIFT, CVR).replace(b"urn:example:fleksloen:jobcenter:1", b"urn:andre:1")
    assert one(other).kind == UNKNOWN
    assert "FraMaalgruppeTypeKode" in one(other).payload["kuvert"]


def test_without_an_id_the_content_is_the_id_and_a_long_one_is_shortened() -> None:
    nameless = {key: value for key, value in SHIFT.items() if key != "haendelse_id"}
    first, again = one(write_events([nameless])), one(write_events([{**nameless, "modtaget": None}]))
    assert first.external_id == again.external_id
    assert first.external_id != event(haendelse_id="", virkningsdato="2026-10-07").external_id
    assert len(event(haendelse_id="x" * 500).external_id) <= 60
    assert event(haendelse_id="x" * 500).external_id != event(haendelse_id="x" * 501).external_id
    assert event(haendelse_id="ABC").external_id == event(haendelse_id=" abc ").external_id


def test_a_time_without_zone_is_danish_time() -> None:
    assert event(modtaget="2026-07-01T12:00:00").received == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert event(modtaget=None).received is None


# --- hostile files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "tom"),
        (b"  \n", "tom"),
        (b"\x00\x01\x02", "UTF-16"),
        (b"hej", "hverken"),
        (json.dumps([SHIFT]).encode("utf-16"), "UTF-16"),
        ('[{"navn": "Åse"}]'.encode("latin-1"), "UTF-8"),
        (b"[", "afbrudt"),
        (b'[{"type": "x"}, ', "afbrudt"),
        (b"[{, {}]", "afbrudt"),
        (b'[{"type": "x}]', "afbrudt"),
        (b"[] []", "efter listen"),
        (b"<a/>", "ingen Haendelsesbesked"),
        (b"<a>", "XML"),
        (b"<", "XML"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "DOCTYPE"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a c="&d;"/>', "DOCTYPE"),
        (b"<!--" + b"x" * 200_000 + b'--><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "DOCTYPE"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"), "DOCTYPE"),
        (b"<a>" * 100_000, "XML"),
        (b'<?xml version="1.0" encoding="findes-ikke"?><a/>', "XML"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_file_of_events_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_an_envelope_that_is_too_much_or_says_two_things_is_told() -> None:
    plain = write_envelope(SHIFT, CVR).decode()
    big = plain.replace("<b:BeskedVersion>1.0", f"<b:BeskedVersion>{'x' * 70_000}")
    assert "fylder" in str(one(big.encode()).error)
    twice = plain.replace("<j:Virkningsdato>", "<j:Virkningsdato>2026-01-01</j:Virkningsdato><j:Virkningsdato>")
    assert "to gange" in str(one(twice.encode()).error)
    two = plain.replace("<b:RelateretObjekt>", "<b:ObjektId><s:URNIdentifikator>urn:oio:cpr-nr:1</s:URNIdentifikator>"
                        "</b:ObjektId><b:RelateretObjekt>")  # fmt: skip
    assert "flere personnumre" in str(one(two.encode()).error)
    sly = plain.replace("<j:Virkningsdato>", "<j:Personnummer>2309641447</j:Personnummer><j:Virkningsdato>")
    assert one(sly.encode()).cpr == "1704781236"
    inside = plain.replace("<j:FraMaalgruppeTypeKode>8", "<j:FraMaalgruppeTypeKode><j:Kode>8</j:Kode>")
    assert "fra_maalgruppe_type_kode" in str(one(inside.encode()).error)
    assert one(plain.replace("<j:Maalgruppeskift", "<X/><j:Maalgruppeskift").encode()).kind == UNKNOWN


class Endless:
    """A source of 100 MB that is made as it is read."""

    def __init__(self, unit: bytes, start: bytes = b"") -> None:
        self.left = 100 * 1024 * 1024
        self.unit, self.start, self.given = unit, start, 0

    def read(self, size: int = -1) -> bytes:
        data = self.start or (self.unit * (1 + 65536 // len(self.unit)))[: max(0, min(size, 65536, self.left))]
        self.start = b""
        self.left -= len(data)
        self.given += len(data)
        return data


@pytest.mark.parametrize("unit", [b"[", b" ", b'"', b"{", b",", b"<a>", b"\x00", b"[],", b"1;2\n"])
@pytest.mark.parametrize("read", [read_events, read_payments])
def test_100_megabytes_are_refused_with_bounded_memory(unit: bytes, read: Any) -> None:
    source = Endless(unit, b"[")
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="over"):
        list(read(source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 1024 * 1024
    assert source.given < 40 * 1024 * 1024


def test_many_faults_end_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    found, sentence = outcome(b"[" + b"5," * 5000 + b"5]")
    assert len(found) == 1000
    assert "Over 1000" in sentence
    rows = b"\n".join([b";".join(name.encode() for name in feriekonto.COLUMNS), *[b"x"] * 5000])
    with pytest.raises(UnreadableFile, match="Over 1000"):
        list(read_payments(rows))


def test_an_event_that_is_too_big_or_too_deep_does_not_take_the_next_with_it() -> None:
    big = json.dumps({**SHIFT, "x": "y" * (reader.EVENT_CHARACTERS + 1)})
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    found = list(read_events(f"[{big}, {deep}, {json.dumps(SHIFT)}]".encode()))
    assert ["fylder" in str(one.error) for one in found] == [True, True, False]
    assert "fylder" in str(one(deep.encode()).error)
    with pytest.raises(UnreadableFile, match="over"):
        list(envelope.messages_of(b"<a>" + b" " * envelope.FILE_BYTES))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(ALL), st.dictionaries(st.sampled_from(sorted({key for one in ALL for key in one})), _JSON))
def test_any_value_in_any_field_gives_an_event_or_a_sentence(payload: dict[str, Any], changes: dict[str, Any]) -> None:
    found, sentence = outcome(json.dumps([{**payload, **changes}, NEW_JOB]).encode())
    assert sentence == ""
    assert len(found) == 2
    assert found[1].error is None
    assert len(found[0].external_id) <= 60
    if found[0].error is None:
        json.dumps(found[0].payload).encode()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.sampled_from([write_events(ALL), *(write_envelope(one, CVR) for one in ALL)]),
       st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=4)), max_size=3))  # fmt: skip
def test_any_bytes_give_events_or_a_sentence(data: bytes, cuts: list[tuple[int, bytes]]) -> None:
    for at, put in cuts:
        data = data[:at] + put + data[at + 1 :]
    outcome(data)
    with suppress(UnreadableFile):
        list(read_payments(data))


# --- FerieKonto -------------------------------------------------------------------------------------------------------

LINE = HolidayLine(
    2, "1704781236", date(2026, 10, 1), date(2026, 10, 12), Decimal(5), Decimal("2310.50"), True, "33088566"
)


def payment(**changes: str) -> HolidayLine:
    heading, row, _ = write_payments([LINE]).decode().split("\n")
    cells = dict(zip(heading.split(";"), row.split(";"), strict=True)) | changes
    (line,) = read_payments(f"{heading}\n{';'.join(cells.values())}\n".encode())
    return line


def test_a_payment_is_read_as_it_was_written_also_by_a_spreadsheet() -> None:
    assert list(read_payments(write_payments([LINE]))) == [LINE]
    assert payment() == LINE
    assert payment(skat_indeholdt="NEJ").tax_withheld is False
    windows = b"\xef\xbb\xbf" + write_payments([LINE]).replace(b"\n", b"\r\n") + b"\r\n;;;;;;\r\n"
    assert list(read_payments(windows)) == [LINE]
    assert list(read_payments(b";".join(name.encode() for name in feriekonto.COLUMNS))) == []


def test_the_key_is_the_content_however_it_is_written() -> None:
    same = [payment(), payment(netto_beloeb="2310.5"), payment(antal_feriedage="5"), payment(skat_indeholdt="JA")]
    assert len({one.key for one in same}) == 1
    others = [payment(netto_beloeb="2310.51"), payment(antal_feriedage="4"), payment(anmodningsdato="2026-10-02"),
              payment(foerste_feriedag="2026-10-13"), payment(skat_indeholdt="nej"), payment(udbetaler_se="12345678"),
              payment(personnummer="2309641447")]  # fmt: skip
    assert len({one.key for one in [*others, payment()]}) == 8


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"personnummer": "123"}, "personnummer"),
        ({"anmodningsdato": "1.10.2026"}, "anmodningsdato"),
        ({"foerste_feriedag": ""}, "foerste_feriedag"),
        ({"foerste_feriedag": "2026-13-01"}, "foerste_feriedag"),
        ({"antal_feriedage": "0"}, "antal_feriedage"),
        ({"antal_feriedage": "-1"}, "antal_feriedage"),
        ({"antal_feriedage": "400"}, "366"),
        ({"antal_feriedage": "fem"}, "antal_feriedage"),
        ({"netto_beloeb": "2.310,50"}, "netto_beloeb"),
        ({"netto_beloeb": "-5.00"}, "netto_beloeb"),
        ({"netto_beloeb": "1e3"}, "netto_beloeb"),
        ({"netto_beloeb": "NaN"}, "netto_beloeb"),
        ({"netto_beloeb": "٥"}, "netto_beloeb"),
        ({"netto_beloeb": "1234567890"}, "netto_beloeb"),
        ({"skat_indeholdt": ""}, "skat_indeholdt"),
        ({"udbetaler_se": "3308856"}, "udbetaler_se"),
        ({"udbetaler_se": "33088566;mere"}, "8 felter"),
    ],
)
def test_a_wrong_cell_is_named_with_row_and_citizen(change: dict[str, str], words: str) -> None:
    line = payment(**change)
    assert line.error is not None
    assert "Række 2" in line.error
    assert words in line.error


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "tom"),
        (b"a;b;c\n1;2;3", "overskrifter"),
        (write_payments([LINE]).decode().encode("utf-16"), "UTF-8"),
        (write_payments([LINE]) + b'"', "CSV"),
        (write_payments([LINE]) + b"x" * 200_000, "CSV"),
        (write_payments([LINE]) + b"\0", "UTF-8"),
        (b"<xml/>", "overskrifter"),
    ],
)
def test_a_file_that_is_no_file_of_payments_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        list(read_payments(data))
