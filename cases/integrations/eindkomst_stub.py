"""A local eIndkomst: answers real requests from a folder of answer files. For the demo, the tests and try-outs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from cases.integrations.eindkomst import (
    PURPOSE,
    PersonAnswer,
    PersonQuery,
    ReadRequest,
    RegisterReport,
    UnreadableAnswer,
    read_answer,
    read_request,
    write_answer,
    write_error,
)
from cases.integrations.eindkomst.writer import DECLARATION, with_envelope
from rules.months import Month

ERROR_CPR = "0000000000"
"""Asking about this number gives eIndkomst's error body."""
REQUEST_BYTES = 16 * 1024 * 1024


class Register:
    """The reports of a folder's answer files by CPR. A report in several files counts once, twice in one file twice."""

    def __init__(self, persons: Iterable[PersonAnswer] = ()) -> None:
        self._reports: dict[str, dict[tuple[str, int], RegisterReport]] = {}
        self.add(persons)

    @classmethod
    def of_folder(cls, folder: Path) -> Register:
        """All .xml files of a folder; UnreadableAnswer with the file's name when one cannot be read."""
        register = cls()
        for path in sorted(folder.glob("*.xml")):
            try:
                with path.open("rb") as file:
                    register.add(read_answer(file))
            except UnreadableAnswer as error:
                raise UnreadableAnswer(f"{path.name}: {error}") from error
        return register

    def add(self, persons: Iterable[PersonAnswer]) -> None:
        for person in persons:
            mine = self._reports.setdefault(person.cpr, {})
            seen: Counter[str] = Counter()
            for report in person.reports:
                content = report.content_hash
                seen[content] += 1
                mine[content, seen[content]] = report

    def __len__(self) -> int:
        return len(self._reports)

    def answer(self, query: PersonQuery) -> PersonAnswer | None:
        """What the register has on a person within the question; None when it has nothing."""
        found = tuple(report for report in self._reports.get(query.cpr, {}).values() if _asked(report, query))
        return PersonAnswer(query.cpr, query.reference, found) if found else None


def _asked(report: RegisterReport, query: PersonQuery) -> bool:
    if query.se_number and report.se_number != query.se_number:
        return False
    paid = report.pay_date or report.period_end or report.period_start
    if query.first_month and query.last_month:
        return paid is not None and query.first_month <= Month.of(paid) <= query.last_month
    if query.period_start and query.period_end:
        first, last = report.period_start or paid, report.period_end or paid
        return first is not None and last is not None and first <= query.period_end and last >= query.period_start
    return True


class StubServer:
    """Serves a Register on its own thread while used as a context manager. Port 0 takes a free one.

    ``requests`` holds what was asked, in order. ``error_cprs``: numbers that give the error body.
    """

    def __init__(
        self, register: Register, host: str = "127.0.0.1", port: int = 0, error_cprs: Iterable[str] = ()
    ) -> None:
        self.register = register
        self.error_cprs = {ERROR_CPR, *error_cprs}
        self.requests: list[ReadRequest] = []
        self._server = ThreadingHTTPServer((host, port), _handler_for(self))
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/"

    def __enter__(self) -> StubServer:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._thread:
            self._thread.join()

    def serve_forever(self) -> None:
        """Serve on this thread until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def reply(self, body: bytes) -> tuple[int, bytes]:
        """HTTP status and answer for a request's bytes."""
        try:
            asked = read_request(body)
        except UnreadableAnswer as error:
            return 500, soap_fault(str(error))
        self.requests.append(asked)
        request = asked.request
        common: dict[str, Any] = {
            "transaction": request.transaction,
            "created": request.sent_at,
            "soap": asked.soap,
        }
        if request.purpose != PURPOSE:
            text = f"Adgangsformål {request.purpose} er ikke aftalt (opdigtet svar)."
            return 200, write_error("998", text, asked.wrapper, **common)
        if any(query.cpr in self.error_cprs for query in request.persons):
            return 200, write_error("999", "Opslaget kunne ikke udføres (opdigtet svar).", asked.wrapper, **common)
        found = (self.register.answer(query) for query in request.persons)
        return 200, write_answer((one for one in found if one), asked.wrapper, **common)


def soap_fault(text: str) -> bytes:
    body = f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{escape(text)}</faultstring></soap:Fault>"
    return (DECLARATION + with_envelope(body)).encode()


def _handler_for(stub: StubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > REQUEST_BYTES:
                self.send_error(413 if length.isdigit() else 411)
                return
            status, answer = stub.reply(self.rfile.read(int(length)))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing: addresses and numbers of citizens do not belong in a terminal."""

    return Handler
