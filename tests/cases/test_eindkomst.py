"""The reader against good, odd and hostile answers; writer and reader against each other; requests."""

from __future__ import annotations

import io
import re
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.integrations import eindkomst
from cases.integrations.eindkomst import (
    DIRECT,
    SF0770A,
    WRAPPERS,
    ErrorAnswer,
    IncomeRequest,
    PersonAnswer,
    PersonQuery,
    RegisterReport,
    UnreadableAnswer,
    read_answer,
    read_person,
    read_request,
    write_answer,
    write_error,
    write_request,
)
from rules.income_codes import NEW_BLOCK, classify
from rules.months import Month

EXAMPLES = Path(__file__).parents[1] / "examples" / "eindkomst"
ANNA, BENT, CARL = "1203851115", "2508791226", "1704781236"
NOON = datetime(2026, 12, 10, 12)


def example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


def wage(**changes) -> RegisterReport:
    values = {
        "se_number": "55512344",
        "own_id": "L-1",
        "period_start": date(2026, 11, 1),
        "period_end": date(2026, 11, 30),
        "employee_number": "",
        "pay_date": date(2026, 11, 30),
        "fields": (("11000", "012", "00"), ("16000", "020", "1"), ("16001", "057", "100.00"), ("16001", "096", "5")),
    }
    return RegisterReport(**(values | changes))


def answer(*persons: PersonAnswer, wrapper: str = DIRECT) -> str:
    return write_answer(persons, wrapper).decode()


def one(text: str | bytes) -> PersonAnswer:
    (person,) = read_answer(text.encode() if isinstance(text, str) else text)
    return person


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableAnswer) as caught:
        list(read_answer(data))
    return str(caught.value)


def outcome(data: bytes) -> tuple[list[PersonAnswer], str]:
    """The persons that were given, and the sentence that ended it, "" for a good file."""
    found = []
    try:
        for person in read_answer(data):
            found.append(person)
    except UnreadableAnswer as error:
        return found, str(error)
    return found, ""


ORDINARY = answer(PersonAnswer(ANNA, "SAG-1", (wage(),)))


# --- both wrappers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["answer_direct.xml", "answer_sf0770a.xml"])
def test_an_answer_is_read_to_the_oere(name):
    anna, bent = read_answer(example(name))
    assert (anna.cpr, anna.reference, anna.error, anna.index) == (ANNA, "SAG-1", None, 1)
    assert (bent.cpr, bent.reference, bent.index) == (BENT, "", 2)
    found = [classify(report.fields, report.se_number) for report in anna.reports]
    assert [(one.role, one.amount, one.own_pension, one.employer_pension) for one in found] == [
        ("wage", Decimal("8123.45"), Decimal("360.10"), Decimal("720.20")),
        ("wage", Decimal("-120.05"), 0, 0),
        ("benefit", Decimal("2210.75"), 0, 0),
    ]
    assert [one.paid_hours for one in found] == [Decimal("43.33"), Decimal(0), None]
    assert [one.is_correction for one in found] == [False, True, False]
    first = anna.reports[0]
    assert (first.se_number, first.own_id, first.employee_number) == ("55512344", "A-1", "M-77")
    assert (first.period_start, first.period_end, first.pay_date) == (
        date(2026, 11, 1),
        date(2026, 11, 30),
        date(2026, 11, 30),
    )
    assert [one.pay_date for one in bent.reports] == [date(2026, 11, 17), None]
    assert classify(bent.reports[0].fields).net_holiday_pay == Decimal("301.20")


def test_both_wrappers_give_the_same_reports_and_hashes():
    direct, other = list(read_answer(example("answer_direct.xml"))), list(read_answer(example("answer_sf0770a.xml")))
    assert [person.reports for person in direct] == [person.reports for person in other]
    hashes = [report.content_hash for person in direct for report in person.reports]
    assert hashes == [report.content_hash for person in other for report in person.reports]
    assert len(set(hashes)) == 5


def test_the_answer_tells_wrapper_and_transaction():
    for name, wrapper in (("answer_direct.xml", DIRECT), ("answer_sf0770a.xml", SF0770A)):
        found = read_answer(io.BytesIO(example(name)))
        list(found)
        assert (found.wrapper, found.transaction[:8]) == (wrapper, "11111111")


def test_the_hash_changes_with_anything_in_the_report():
    changes = [
        {"se_number": "1"}, {"own_id": "x"}, {"period_start": None}, {"period_end": None}, {"employee_number": "1"},
        {"pay_date": None}, {"fields": ()}, {"fields": (*wage().fields[:-1], ("16001", "096", "6"))},
    ]  # fmt: skip
    hashes = {wage(**change).content_hash for change in changes} | {wage().content_hash}
    assert len(hashes) == len(changes) + 1


def test_a_stored_person_is_read_again_and_is_the_same_however_it_was_indented():
    for name in ("answer_direct.xml", "answer_sf0770a.xml"):
        for person in read_answer(example(name)):
            again = read_person(person.raw)
            assert (again.cpr, again.reference, again.reports, again.raw) == (
                person.cpr,
                person.reference,
                person.reports,
                person.raw,
            )
    pretty = re.sub("><(?!/)", ">\n   <", ORDINARY)
    assert one(pretty).raw == one(ORDINARY).raw
    with pytest.raises(UnreadableAnswer):
        read_person(b"<a/>")
    with pytest.raises(UnreadableAnswer):
        read_person(one(ORDINARY).raw[:-9])


# --- the odd but right --------------------------------------------------------------------------------------------


def test_an_answer_without_persons_is_empty():
    for wrapper in WRAPPERS:
        assert list(read_answer(write_answer([], wrapper))) == []


def test_advis_is_a_notice_and_no_error():
    for text in (
        "<k:SvarStruktur><k:AdvisStruktur><k:AdvisIdentifikator>7</k:AdvisIdentifikator><k:AdvisTekst>Obs"
        "</k:AdvisTekst></k:AdvisStruktur>",
    ):
        found = read_answer(ORDINARY.replace("<k:SvarStruktur>", text).encode())
        assert len(list(found)) == 1
        assert found.notices == ["7: Obs"]


def test_each_form_11000_is_a_report_and_a_period_without_forms_is_one_too():
    twice = ORDINARY.replace(
        "</e:AngivelseNiveau1>",
        "</e:AngivelseNiveau1><e:AngivelseNiveau1><bla:BlanketNummerIdentifikator>11000"
        "</bla:BlanketNummerIdentifikator></e:AngivelseNiveau1>",
    )
    assert [report.fields for report in one(twice).reports] == [wage().fields, ()]
    bare = answer(PersonAnswer(ANNA, "", (wage(fields=()), wage(own_id="L-2"))))
    assert one(bare).reports == (wage(fields=()), wage(own_id="L-2"))


def test_missing_disposal_date_and_form_and_empty_person():
    assert one(answer(PersonAnswer(ANNA, "", (wage(pay_date=None, fields=()),)))).reports[0].pay_date is None
    assert one(answer(PersonAnswer(ANNA))).reports == ()


@pytest.mark.parametrize(
    ("inside", "start", "end"),
    [
        ("<sta:StartDate>2026-11-01</sta:StartDate>{P14D}", date(2026, 11, 1), date(2026, 11, 14)),
        ("<sta:StartDate>2026-11-01</sta:StartDate>{P1M}", date(2026, 11, 1), date(2026, 11, 30)),
        ("<sta:StartDate>2026-01-31</sta:StartDate>{P1M}", date(2026, 1, 31), date(2026, 2, 27)),
        ("<sta:StartDate>2023-12-15</sta:StartDate>{P1Y}", date(2023, 12, 15), date(2024, 12, 14)),
        ("{P14D}<slu:EndDate>2026-11-14</slu:EndDate>", date(2026, 11, 1), date(2026, 11, 14)),
        ("{P1M}<slu:EndDate>2026-11-30</slu:EndDate>", date(2026, 11, 1), date(2026, 11, 30)),
        ("<sta:StartDate>2026-11-01</sta:StartDate>{to uger}", date(2026, 11, 1), None),
        ("<sta:StartDate>2026-11-01</sta:StartDate>{P}", date(2026, 11, 1), None),
        ("<sta:StartDate>2026-11-01</sta:StartDate>{P9999D}", date(2026, 11, 1), date(2054, 3, 17)),
        ("<sta:StartDate>9999-11-01</sta:StartDate>{P99Y}", date(9999, 11, 1), None),
        ("<sta:StartDate>2026-11-01</sta:StartDate>", date(2026, 11, 1), None),
        ("<slu:EndDate>2026-11-30</slu:EndDate>", None, date(2026, 11, 30)),
        ("<sta:StartDate>2026-11-01+01:00</sta:StartDate>", date(2026, 11, 1), None),
        ("<sta:StartDate>2026-11-01T00:00:00Z</sta:StartDate>", date(2026, 11, 1), None),
        ("", None, None),
    ],
)
def test_periods(inside, start, end):
    inside = re.sub(
        r"\{(.*)\}", r'<d:DurationMeasure xmlns:d="http://rep.oio.dk/xkom.dk/x/">\1</d:DurationMeasure>', inside
    )
    text = re.sub("<sta:StartDate>.*</slu:EndDate>", inside, ORDINARY)
    (report,) = one(text).reports
    assert (report.period_start, report.period_end) == (start, end)


def test_a_date_elsewhere_is_no_period():
    name = "e:SupplerendePersonOplysningStruktur"
    extra = f"<{name}><sta:StartDate>1999-01-01</sta:StartDate></{name}>"
    text = ORDINARY.replace("<e:AngivelseBlanketIndholdStruktur>", extra + "<e:AngivelseBlanketIndholdStruktur>")
    assert one(text).reports == (wage(),)


def test_several_blocks_are_kept_apart():
    fields = (
        ("11000", "012", "00"),
        ("16000", "019", "0103"),
        ("16001", "058", "10.00"),
        NEW_BLOCK,
        ("16001", "057", "5.00"),
    )
    text = answer(PersonAnswer(ANNA, "", (wage(fields=fields),)))
    assert one(text).reports[0].fields == fields


def test_unknown_forms_and_felter_are_kept_raw():
    fields = (
        ("11000", "002", "???"),
        ("19999", "123", "hvad er <det> & 'dette'"),
        ("16001", "299", "250.00"),
        ("16002", "001", "x"),
        ("16001", "200000000000000057", "9.00"),
    )
    assert one(answer(PersonAnswer(ANNA, "", (wage(fields=fields),)))).reports[0].fields == fields


def test_other_encodings_are_read_when_they_are_what_they_say():
    text = ORDINARY.replace("L-1", "Løn-æøå")
    for encoding in ("utf-8", "iso-8859-1", "utf-16"):
        data = text.replace("UTF-8", encoding).encode(encoding)
        assert one(data).reports[0].own_id == "Løn-æøå"
    assert one(b"\xef\xbb\xbf" + text.encode()).reports[0].own_id == "Løn-æøå"


def test_soap_12_is_an_envelope_too():
    text = ORDINARY.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
    assert one(text).reports == (wage(),)


# --- bad persons --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (">100.00<", ">12,3O<", "felt 057 (A-indkomst med AM-bidrag) har værdien '12,3O', som ikke er et tal"),
        (">100.00<", ">1.000.000<", "felt 057"),
        (">100.00<", ">NaN<", "felt 057"),
        (">5<", ">1e2<", "felt 096 (løntimer)"),
        (">2026-11-01<", ">2026-02-30<", "lønperiodens første dag er '2026-02-30', som ikke er en dato"),
        (">2026-11-01<", ">20261101<", "ikke er en dato"),
        ("<grp:IndkomstPersonGruppeDispositionDato>2026-11-30", "<grp:IndkomstPersonGruppeDispositionDato>30-11-2026",
         "dispositionsdatoen er '30-11-2026'"),
        (">2026-11-01<", ">2026-12-24<", "slutter 2026-11-30 før den begynder 2026-12-24"),
        (">100000000000000057<", ">57a<", "nummeret '57a'"),
        (ANNA, "120385111", "ikke et CPR-nummer på ti cifre"),
        (ANNA, "12038511١٥", "ikke et CPR-nummer på ti cifre"),
        (">55512344</vir", "></vir", "uden virksomhedens SE-nummer"),
        ("ind:AngivelseFeltIndholdTekst>", "fel:AngivelseFeltIndholdTekst>", "ukendt navnerum"),
        ("e:IndkomstOplysningPersonStruktur>", "ang:IndkomstOplysningPersonStruktur>", "ukendt navnerum"),
        (">100.00<", "><b>100.00</b><", "elementer inde i"),
        ("<ind:AngivelseFeltIndholdTekst>100.00</ind:AngivelseFeltIndholdTekst>", "",
         "felt 057 på blanket 16001 uden en værdi"),
        ("<bla:BlanketNummerIdentifikator>16001</bla:BlanketNummerIdentifikator>", "", "blanketnummer"),
        ("<fel:BlanketFeltNummerIdentifikator>100000000000000057</fel:BlanketFeltNummerIdentifikator>", "",
         "værdi uden feltnummer"),
    ],
)  # fmt: skip
def test_a_bad_person_gives_a_sentence_and_the_others_are_read(old, new, said):
    bad = re.search(
        "<e:IndkomstOplysningPersonStruktur>.*</e:IndkomstOplysningPersonStruktur>", ORDINARY, re.DOTALL
    ).group()
    assert old in bad
    good = [answer_person(BENT), answer_person(CARL)]
    text = ORDINARY.replace(bad, good[0] + bad.replace(old, new) + good[1])
    first, second, third = read_answer(text.encode())
    assert (first.error, third.error) == (None, None)
    assert first.reports == third.reports == (wage(),)
    assert second.reports == ()
    assert second.error.startswith("Person nr. 2 (CPR ")
    assert said in second.error
    assert second.error.endswith("Personens indtægter er ikke indlæst.")
    assert read_person(second.raw).error.partition("(CPR")[2] == second.error.partition("(CPR")[2]


def answer_person(cpr: str) -> str:
    text = answer(PersonAnswer(cpr, "", (wage(),)))
    return re.search(
        "<e:IndkomstOplysningPersonStruktur>.*</e:IndkomstOplysningPersonStruktur>", text, re.DOTALL
    ).group()


def test_a_company_without_number_does_not_inherit_the_one_before():
    text = answer(PersonAnswer(ANNA, "", (wage(), wage(se_number="66612347"))))
    text = text.replace("<vir:VirksomhedSENummerIdentifikator>66612347</vir:VirksomhedSENummerIdentifikator>", "")
    assert "uden virksomhedens SE-nummer" in one(text).error


# --- bad files ----------------------------------------------------------------------------------------------------


def test_errors_from_eindkomst():
    for data in (
        example("error_direct.xml"),
        example("error_sf0770a.xml"),
        write_error("901", "Opslaget er afvist (opdigtet)", SF0770A, soap=True),
    ):
        with pytest.raises(ErrorAnswer) as caught:
            list(read_answer(data))
        assert (caught.value.code, caught.value.text) == ("901", "Opslaget er afvist (opdigtet)")
        assert str(caught.value) == "eIndkomst svarede med fejl 901: Opslaget er afvist (opdigtet)"


def test_a_soap_fault():
    body = "<s:Fault><faultcode>s:Server</faultcode><faultstring>Nede</faultstring></s:Fault>"
    data = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'
    with pytest.raises(ErrorAnswer, match="s:Server: Nede"):
        list(read_answer(data.encode()))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "tom"),
        (b"  \n ", "tom"),
        (b"CPR;navn;beloeb\n1;2;3\n", "ikke XML"),
        (b"\x00" * 5000, "XML"),
        (b"PK\x03\x04" + bytes(range(256)) * 40, "XML"),
        (b"<html><body>Login</body></html>", "begynder med 'html'"),
        (b"<IndkomstOplysningPersonHent_O/>", "ikke et svar fra eIndkomst"),
        (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>', "intet svar"),
        (b"<!-- " + b"x" * 100_000 + b" --><a/>", "begynder ikke med XML"),
        (b'{"svar": []}', "ikke XML"),
    ],
)
def test_files_that_are_no_answer(data, said):
    assert said in refusal(data)


def test_a_request_and_a_company_answer_are_told_apart():
    request = IncomeRequest((PersonQuery(ANNA),), "1", "t", NOON)
    assert "forespørgsel" in refusal(write_request(request, SF0770A))
    assert "intet svar" in refusal(write_request(request, DIRECT))
    assert "virksomhed" in refusal(
        ORDINARY.replace("IndkomstOplysningPersonSamling", "IndkomstOplysningVirksomhedSamling").encode()
    )


def test_a_truncated_file_gives_the_whole_persons_first():
    persons = [PersonAnswer(cpr, "", (wage(),)) for cpr in (ANNA, BENT, CARL)]
    data = write_answer(persons)
    cut = data[: data.index(CARL.encode()) + 200]
    found, sentence = outcome(cut)
    assert re.search(r"linje \d+: den er afbrudt", sentence)
    assert [person.cpr for person in found] == [ANNA, BENT]
    assert all(person.reports == (wage(),) for person in found)


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">]>'
)
PARAMETER_BOMB = '<!DOCTYPE b [<!ENTITY % a "x"><!ENTITY % b "%a;%a;%a;"><!ENTITY % c "%b;%b;%b;"> %c; ]>'
EXTERNAL = '<!DOCTYPE b [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
REMOTE_DTD = '<!DOCTYPE b SYSTEM "http://127.0.0.1:9/x.dtd">'
HUGE_SUBSET = "<!DOCTYPE b [" + '<!ENTITY a "x">' * 20_000 + "]>"


@pytest.mark.parametrize("doctype", [BOMB, PARAMETER_BOMB, EXTERNAL, REMOTE_DTD, HUGE_SUBSET, "<!DOCTYPE b>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_doctype_is_refused(doctype, encoding):
    text = ORDINARY.replace("UTF-8", encoding).replace("?>", "?>" + doctype, 1).replace("L-1", "&e;")
    assert "DOCTYPE" in refusal(text.encode(encoding))
    with pytest.raises(UnreadableAnswer):
        read_person((doctype + one(ORDINARY).raw.decode()).encode())
    with pytest.raises(UnreadableAnswer):
        read_request((doctype + "<a/>").encode())


def test_an_entity_without_doctype_is_refused():
    assert "linje" in refusal(ORDINARY.replace("L-1", "&e;").encode())


@pytest.mark.parametrize(
    "data",
    [
        ORDINARY.encode().replace(b"L-1", b"L\x00-1"),
        ORDINARY.encode().replace(b"L-1", b"L&#0;-1"),
        ORDINARY.encode().replace(b"L-1", b"L\xf8n"),
        ORDINARY.encode("utf-16").replace(b"\xff\xfe", b""),
        ORDINARY.replace("UTF-8", "UTF-16").encode(),
        ORDINARY.replace("UTF-8", "klingon").encode(),
        ORDINARY.replace("L-1", "<dyb>" * 5000 + "</dyb>" * 5000).encode(),
        ORDINARY.replace("L-1", "x" * 11_000_000).encode(),
        ORDINARY.replace("xmlns:ind=", "xmlns:ond=").encode(),
        ORDINARY.encode() + b"<mere/>",
        ORDINARY.encode() + ORDINARY.encode(),
    ],
)  # fmt: skip
def test_damaged_files_are_refused_with_a_sentence(data):
    found, sentence = outcome(data)
    if sentence:
        assert sentence.startswith(("Filen kan ikke læses som XML", "Filen er"))
    else:
        assert [person.reports for person in found] == [(wage(),)], "what is read must be right"


def test_a_file_without_an_end_of_persons_is_cut_off(monkeypatch):
    monkeypatch.setattr("cases.integrations.eindkomst.reader.BYTES_BETWEEN_PERSONS", 300_000)
    start, end = ORDINARY.split("<e:IndkomstOplysningPersonStruktur>")
    data = (start + "<x/>" * 200_000 + "<e:IndkomstOplysningPersonStruktur>" + end).encode()
    assert "uden en hel person" in refusal(data)
    many = write_answer([PersonAnswer(ANNA, "", (wage(),))] * 400)
    assert len(many) > 600_000
    assert len(list(read_answer(many))) == 400


def test_a_long_file_is_read_in_little_memory():
    """3,000 persons (some 6 MB) in well under the size of the file; the tree is dropped as it goes."""
    data = write_answer([PersonAnswer(ANNA, "", (wage(), wage(own_id="L-2")))] * 3000)
    source = io.BytesIO(data)
    tracemalloc.start()
    count = sum(len(person.reports) for person in read_answer(source))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 6000
    assert peak < 2_000_000


@given(st.binary(max_size=400))
def test_rubbish_is_refused_and_nothing_else(data):
    with pytest.raises(UnreadableAnswer):
        list(read_answer(data))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(ORDINARY) - 1), st.binary(max_size=6), st.integers(0, 8))
def test_a_bitten_file_is_read_or_refused_with_a_sentence(place, put_in, taken):
    data = ORDINARY.encode()
    data = data[:place] + put_in + data[place + taken :]
    found, sentence = outcome(data)
    assert sentence == "" or sentence[0].isupper() or sentence.startswith("eIndkomst")
    for person in found:
        assert person.error is None or person.error.startswith("Person nr. ")
        if person.error is None:
            assert read_person(person.raw).reports == person.reports


# --- round trips --------------------------------------------------------------------------------------------------

_text = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
_days = st.one_of(st.none(), st.dates(date(2014, 1, 1), date(2030, 1, 1)))
_number = st.decimals(-999999, 999999, places=2).map(str)
_felt = st.tuples(st.sampled_from(["16000", "16001", "16200", "16300"]), st.integers(1, 230), _number).map(
    lambda found: (found[0], f"{found[1]:03d}", found[2])
)
_header = st.lists(st.integers(1, 190), max_size=4).map(lambda found: [("11000", f"{n:03d}", str(n)) for n in found])


@st.composite
def _reports(draw):
    start, end = sorted(
        (draw(st.dates(date(2014, 1, 1), date(2030, 1, 1))), draw(st.dates(date(2014, 1, 1), date(2030, 1, 1))))
    )
    header, felter = draw(_header), sorted(draw(st.lists(_felt, max_size=6)), key=lambda field: field[0])
    return RegisterReport(
        se_number=draw(st.sampled_from(["11111111", "22222222"])),
        own_id=draw(_text),
        period_start=draw(st.sampled_from([start, None])),
        period_end=draw(st.sampled_from([end, None])),
        employee_number=draw(st.one_of(st.just(""), _text)),
        pay_date=draw(_days),
        fields=tuple(header + felter),
    )


_persons = st.lists(
    st.builds(
        PersonAnswer,
        cpr=st.from_regex(r"[0-3][0-9]{9}", fullmatch=True).filter(str.isascii),
        reference=st.one_of(st.just(""), _text),
        reports=st.lists(_reports(), max_size=3).map(tuple),
    ),
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_persons)
def test_what_is_written_is_read_again_the_same_through_both_wrappers(persons):
    expected = [(person.cpr, person.reference, person.reports) for person in persons]
    for wrapper in WRAPPERS:
        for soap in (True, False):
            found = list(read_answer(write_answer(persons, wrapper, soap=soap)))
            assert [(person.cpr, person.reference, person.reports) for person in found] == expected
            assert [read_person(person.raw).reports for person in found] == [person.reports for person in persons]


def test_an_unknown_wrapper_is_refused():
    with pytest.raises(ValueError, match="Ukendt svarform"):
        write_answer([], "sf9999")


# --- requests -----------------------------------------------------------------------------------------------------


def test_requests_survive_both_wrappers():
    request = IncomeRequest(
        persons=(
            PersonQuery(ANNA, "SAG & 1", Month(2026, 9), Month(2026, 11), se_number="55512344"),
            PersonQuery(BENT, period_start=date(2026, 11, 1), period_end=date(2026, 11, 30)),
        ),
        se_number="29909990",
        transaction="t-1",
        sent_at=NOON,
        employee="sbh01",
    )
    for wrapper in WRAPPERS:
        for soap in (True, False):
            found = read_request(write_request(request, wrapper, soap=soap))
            assert (found.request, found.wrapper, found.soap) == (request, wrapper, soap)
    assert b">171<" in write_request(request)
    assert b">202609<" in write_request(request)


def test_a_replacement_number_cannot_be_asked_about():
    for cpr in ("7203851115", "0003851115", "120385111", "120385111x", ""):
        assert not eindkomst.can_be_asked(cpr)
        with pytest.raises(ValueError, match="kan ikke spørges"):
            write_request(IncomeRequest((PersonQuery(cpr),), "1", "t", NOON))
    assert eindkomst.can_be_asked(ANNA)


def test_requests_that_cannot_be_read():
    request = write_request(IncomeRequest((PersonQuery(ANNA, "", Month(2026, 9), Month(2026, 9)),), "1", "t", NOON))
    for bad in (
        b"",
        b"<a/>",
        request[:-20],
        request.replace(b"202609", b"202613"),
        request.replace(b"PersonIndkomstSoegeStruktur", b"Andet"),
        request.replace(b"2026-12-10T12", b"i dag"),
    ):
        with pytest.raises(UnreadableAnswer):
            read_request(bad)
