"""MeMo against the public samples, and the adapter against the stub over a socket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cases.integrations.digital_post import HttpDigitalPost, Rejected, Unavailable, Uncertain, digital_post
from cases.integrations.digital_post_stub import StubPost
from cases.integrations.memo import Memo, MemoFile, file_name, read_memo, write_kombi, write_memo
from cases.integrations.reading import UnreadableFile

SAMPLES = Path(__file__).parents[1] / "examples" / "digital_post"
NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
SAMPLE = read_memo((SAMPLES / "memo.xml").read_bytes())


def canonical(data: bytes) -> str:
    """XML where only the blanks between elements are gone."""
    tree = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    return str(etree.tostring(tree, method="c14n").decode())


def test_the_samples_are_read_and_written_again_the_same() -> None:
    for name, write in (("memo.xml", write_memo), ("kombi_request.xml", write_kombi)):
        data = (SAMPLES / name).read_bytes()
        assert canonical(write(read_memo(data))) == canonical(data)


def test_what_the_sample_says() -> None:
    assert SAMPLE.uuid == UUID("6a1f0a0e-6a0f-4f0a-8f38-2b9a54e0d7c1")
    assert (SAMPLE.sender_cvr, SAMPLE.recipient_cpr) == ("12345678", "1704781236")
    assert SAMPLE.created == datetime(2025, 4, 28, 6, 0, tzinfo=UTC)
    assert SAMPLE.files[0].body.decode().startswith("Specifikation (prøve)")


NAME = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), min_size=1).filter(
    lambda text: text == text.strip()
)


@given(label=NAME.map(lambda text: text[:200].strip()).filter(bool), body=st.binary(min_size=1), name=NAME)
def test_any_letter_comes_back_as_it_was(label: str, body: bytes, name: str) -> None:
    memo = replace(SAMPLE, label=label, files=(MemoFile(file_name(name), "application/pdf", body),))
    assert read_memo(write_kombi(memo)) == memo


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"recipient_cpr": "170478123"}, "ti cifre"),
        ({"sender_cvr": ""}, "otte cifre"),
        ({"label": "x" * 257}, "1-256"),
        ({"files": ()}, "ingen fil"),
        ({"files": (MemoFile("a/b.pdf", "application/pdf", b"x"),)}, "a/b.pdf"),
    ],
)
def test_a_letter_digital_post_would_refuse_is_not_written(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        write_memo(replace(SAMPLE, **wrong))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "ikke gyldig XML"),
        (b"<kombi_request/>", "ikke en MeMo"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        ((SAMPLES / "memo.xml").read_bytes().replace(b'"1.2"', b'"1.1"'), "MeMo-version '1.1'"),
        ((SAMPLES / "memo.xml").read_bytes().replace(b">1704781236<", b">17047812<"), "ti cifre"),
        ((SAMPLES / "memo.xml").read_bytes().replace(b"6a1f0a0e-", b"nej-"), "kan ikke læses"),
        ((SAMPLES / "memo.xml").read_bytes().replace(b"U3BlY2", b"U3B!Y2"), "kan ikke læses"),
    ],
)
def test_what_is_no_letter_is_said(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_memo(data)


# --- over a socket ------------------------------------------------------------------------------------------


def test_a_letter_is_asked_about_and_sent() -> None:
    with StubPost(not_signed_up=["0101801234"]) as stub:
        post = digital_post(stub.url)
        assert post.takes_digital_post("1704781236")
        assert not post.takes_digital_post("0101801234")
        post.send(SAMPLE, NOW)
    assert stub.letters == {SAMPLE.uuid: SAMPLE}


def test_the_same_message_twice_is_one_letter() -> None:
    with StubPost() as stub:
        post = HttpDigitalPost(stub.url)
        post.send(SAMPLE, NOW)
        post.send(SAMPLE, NOW)
    assert (len(stub.received), len(stub.letters)) == (2, 1)


@pytest.mark.parametrize(
    ("status", "fault"),
    [(400, Rejected), (403, Rejected), (500, Uncertain), (503, Unavailable), (429, Unavailable), (0, Uncertain)],
)
def test_each_wrong_answer_says_whether_the_letter_may_have_gone(status: int, fault: type[Exception]) -> None:
    def answer(memo: Memo) -> tuple[int, bytes]:
        return status, b"fejl"

    with StubPost(answer_with=answer) as stub, pytest.raises(fault):
        HttpDigitalPost(stub.url, timeout=5).send(SAMPLE, NOW)


def test_nobody_at_the_address_means_nothing_was_sent() -> None:
    post = HttpDigitalPost("http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="kunne ikke nås"):
        post.send(SAMPLE, NOW)
    with pytest.raises(Unavailable, match="kunne ikke nås"):
        post.takes_digital_post("1704781236")


def test_the_stub_refuses_what_is_no_letter_and_no_number() -> None:
    with StubPost() as stub:
        assert stub.sent(b"<a/>")[0] == 400
        assert stub.asked("cprNumber=12")[0] == 400


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "OCES3-certifikat"),
        ({"certificate": "c.pem"}, "serviceaftale på SF1601"),
        ({"certificate": "c.pem", "agreement": "a"}, "Security Token Service"),
    ],
)
def test_the_live_digital_post_refuses_to_start_and_says_what_is_missing(given: dict[str, str], missing: str) -> None:
    with pytest.raises(Unavailable, match=missing):
        digital_post("https://prod.serviceplatformen.dk", **given)


def test_without_an_address_the_letters_wait() -> None:
    with pytest.raises(Unavailable, match="ikke sat op"):
        digital_post("")
