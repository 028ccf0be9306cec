"""The stub server asked over a real socket, in both forms; and what the client says when things go wrong."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
from datetime import date, datetime
from pathlib import Path

import pytest

from cases.integrations.eindkomst import (
    DIRECT,
    SF0770A,
    WRAPPERS,
    EIndkomstClient,
    ErrorAnswer,
    IncomeRequest,
    LiveAdapter,
    PersonAnswer,
    PersonQuery,
    RegisterReport,
    ServiceUnavailable,
    UnreadableAnswer,
    read_answer,
    write_answer,
)
from cases.integrations.eindkomst_stub import ERROR_CPR, Register, StubServer
from rules.months import Month

ANNA, BENT, NOBODY = "1203851115", "2508791226", "1704781236"
EXAMPLES = Path(__file__).parents[1] / "examples" / "eindkomst"


def report(pay_date: date | None, own_id: str = "L", se: str = "55512344", **changes) -> RegisterReport:
    start, end = date(2026, 10, 1), date(2026, 10, 31)
    values = {"period_start": start, "period_end": end, "employee_number": "", "fields": (("16001", "057", "1.00"),)}
    return RegisterReport(se_number=se, own_id=own_id, pay_date=pay_date, **(values | changes))


OCTOBER, NOVEMBER = report(date(2026, 10, 30)), report(date(2026, 11, 30), "LATE")
UNDATED = report(None, "UNDATED", "66612347")


@pytest.fixture
def stub():
    register = Register([PersonAnswer(ANNA, "", (OCTOBER, NOVEMBER, UNDATED)), PersonAnswer(BENT, "", (OCTOBER,))])
    with StubServer(register) as server:
        yield server


def request(*persons: PersonQuery, **changes) -> IncomeRequest:
    values = {"se_number": "29909990", "transaction": "t-1", "sent_at": datetime(2026, 12, 10, 5)}
    return IncomeRequest(persons, **(values | changes))


def months(cpr: str, first: int, last: int, **changes) -> PersonQuery:
    return PersonQuery(cpr, "SAG", Month(2026, first), Month(2026, last), **changes)


def ask(stub: StubServer, *persons: PersonQuery, wrapper: str = DIRECT, **changes) -> list[PersonAnswer]:
    return list(read_answer(EIndkomstClient(stub.url, wrapper, 5).fetch(request(*persons, **changes))))


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_persons_are_answered_by_the_months_asked_in_the_form_asked(stub, wrapper):
    query = request(months(ANNA, 10, 10), months(BENT, 9, 12), months(NOBODY, 9, 12))
    found = read_answer(EIndkomstClient(stub.url, wrapper, 5).fetch(query))
    anna, bent = found
    assert (anna.cpr, anna.reference, anna.reports) == (ANNA, "SAG", (OCTOBER, UNDATED))
    assert (bent.cpr, bent.reports) == (BENT, (OCTOBER,))
    assert (found.wrapper, found.transaction) == (wrapper, "t-1")
    (asked,) = stub.requests
    assert (asked.wrapper, asked.soap, asked.request) == (wrapper, True, query)


def test_months_outside_find_nothing(stub):
    assert ask(stub, months(ANNA, 1, 9)) == []
    assert [person.reports for person in ask(stub, months(ANNA, 11, 11))] == [(NOVEMBER,)]


def test_periods_and_employers_limit_too(stub):
    by_period = PersonQuery(ANNA, period_start=date(2026, 10, 31), period_end=date(2026, 11, 5))
    assert len(ask(stub, by_period)[0].reports) == 3
    assert ask(stub, PersonQuery(ANNA, period_start=date(2026, 11, 1), period_end=date(2026, 11, 5))) == []
    assert ask(stub, months(ANNA, 9, 12, se_number="66612347"))[0].reports == (UNDATED,)


def test_an_error_number_and_a_wrong_purpose_give_the_error_body(stub):
    for wrapper in WRAPPERS:
        with pytest.raises(ErrorAnswer, match="fejl 998"):
            ask(stub, months(ANNA, 9, 12), wrapper=wrapper, purpose="170")
        stub.error_cprs.add(BENT)
        with pytest.raises(ErrorAnswer, match="fejl 999"):
            ask(stub, months(ANNA, 9, 12), months(BENT, 9, 12), wrapper=wrapper)
    assert ERROR_CPR in stub.error_cprs


def post(url: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(url.split("/")[2], timeout=5)
    connection.request("POST", "/", body, headers)
    response = connection.getresponse()
    return response.status, response.read()


def test_nonsense_gives_a_soap_fault(stub):
    for body in (b"<a/>", b"ikke xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        status, answer = post(stub.url, body)
        assert status == 500
        with pytest.raises(ErrorAnswer, match="soap:Client"):
            list(read_answer(answer))
    assert stub.requests == []


def test_a_folder_of_answers_is_a_register(tmp_path):
    for name in ("answer_direct.xml", "answer_sf0770a.xml"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    (tmp_path / "andet.txt").write_text("ikke et svar")
    with StubServer(Register.of_folder(tmp_path)) as server:
        anna, bent = ask(server, months(ANNA, 1, 12), months(BENT, 1, 12), wrapper=SF0770A)
    assert (len(anna.reports), len(bent.reports)) == (3, 2), "the same report in two files is one"
    (tmp_path / "daarlig.xml").write_text("<a>")
    with pytest.raises(UnreadableAnswer, match=r"daarlig\.xml: "):
        Register.of_folder(tmp_path)


def test_two_equal_reports_in_one_answer_are_two():
    register = Register([PersonAnswer(ANNA, "", (OCTOBER, OCTOBER))])
    register.add([PersonAnswer(ANNA, "", (OCTOBER,))])
    assert register.answer(PersonQuery(ANNA)).reports == (OCTOBER, OCTOBER)


def test_the_client_says_what_is_wrong():
    with pytest.raises(ServiceUnavailable, match="kunne ikke nås"):
        EIndkomstClient("http://127.0.0.1:9/", timeout=2).fetch(request(months(ANNA, 9, 12)))
    for address in ("", "ftp://x/", "http://", "127.0.0.1:80", "http://x:port/"):
        with pytest.raises(ServiceUnavailable, match="ikke en adresse"):
            EIndkomstClient(address).fetch(request(months(ANNA, 9, 12)))


def _serve_once(reply: bytes | None) -> tuple[str, threading.Thread, socket.socket]:
    """A server that takes one call and answers with the given bytes; None keeps silent."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener.accept()[0] as call:
            call.settimeout(2)
            while b"Hent_I></" not in (call.recv(65536)):
                pass
            if reply is None:
                threading.Event().wait(0.6)
            else:
                call.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/", thread, listener


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (None, "svarede ikke inden 0.3 sekunder"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "HTTP-status 503"),
        (b"HTTP/1.1 302 Flyttet\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n", "HTTP-status 302"),
        (b"HTTP/1.1 500 Av\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nav", "HTTP-status 500"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<halv", "kunne ikke nås"),
        (b"hvad?\r\n\r\n", "kunne ikke nås"),
    ],
)
def test_a_bad_service_gives_a_sentence(reply, said):
    url, thread, listener = _serve_once(reply)
    try:
        with pytest.raises(ServiceUnavailable, match=said):
            EIndkomstClient(url, timeout=0.3).fetch(request(months(ANNA, 9, 12)))
    finally:
        thread.join(3)
        listener.close()


def test_the_live_adapter_refuses_to_start_and_says_what_is_missing():
    with pytest.raises(ServiceUnavailable, match=r"certifikat.*aftale.*signering"):
        LiveAdapter()
    with pytest.raises(ServiceUnavailable, match="Der mangler: billet fra Security Token Service"):
        LiveAdapter(certificate="c.p12", agreement="a", wrapper=SF0770A)


def test_the_command_prints_its_address_and_answers(tmp_path):
    """As a user starts it: a process of its own, port 0, both sides over the socket."""
    manage = Path(__file__).parents[2] / "manage.py"
    if not manage.exists():
        pytest.skip("manage.py er ikke lavet endnu")
    (tmp_path / "a.xml").write_bytes(write_answer([PersonAnswer(ANNA, "", (OCTOBER,))], SF0770A))
    command = [sys.executable, "-u", str(manage), "stub_eindkomst", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            line = process.stdout.readline()
            assert "1 personer" in line
            url = next(word for word in line.split() if word.startswith("http://"))
            answer = EIndkomstClient(url, DIRECT, 10).fetch(request(months(ANNA, 9, 12)))
            assert [person.reports for person in read_answer(answer)] == [(OCTOBER,)]
        finally:
            process.terminate()
    missing = subprocess.run([*command[:4], str(tmp_path / "nej")], capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    assert "findes ikke" in missing.stderr
