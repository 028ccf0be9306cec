"""A local Digital Post over the same HTTP as the real one. For the demo, the tests and try-outs; nothing is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from cases.integrations.digital_post import ASK, SEND
from cases.integrations.memo import Memo, read_memo, write_memo
from cases.integrations.reading import UnreadableFile, is_cpr

REQUEST_BYTES = 32 * 1024 * 1024

Answer = tuple[int, bytes]


class StubPost:
    """Takes letters on its own thread while used as a context manager. Port 0 takes a free one.

    ``letters``: what was accepted, by message number, in order; a number is accepted once. ``received``: how many
    posts came in at all. ``not_signed_up``: CPR numbers that take no Digital Post. ``answer_with``: may give another
    answer, before the letter is kept; the status 0 breaks the connection off.
    """

    def __init__(
        self,
        not_signed_up: Iterable[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        folder: Path | None = None,
        answer_with: Callable[[Memo], Answer | None] = lambda memo: None,
    ) -> None:
        self.not_signed_up = set(not_signed_up)
        self.letters: dict[UUID, Memo] = {}
        self.received: list[UUID] = []
        self.answer_with = answer_with
        self._folder = folder
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((host, port), _handler_for(self))
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> StubPost:
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

    def asked(self, query: str) -> Answer:
        """PostForespoerg: HTTP status and answer for the query of its address."""
        cpr = parse_qs(query).get("cprNumber", [""])[0]
        if not is_cpr(cpr):
            return 400, b'{"error": "cprNumber er ikke ti cifre"}'
        return 200, json.dumps({"result": cpr not in self.not_signed_up}).encode()

    def sent(self, body: bytes) -> Answer:
        """KombiPostAfsend: HTTP status and answer for a request's bytes."""
        try:
            memo = read_memo(body)
        except UnreadableFile as error:
            return 400, str(error).encode()
        with self._lock:
            self.received.append(memo.uuid)
            other = self.answer_with(memo)
            if other is not None:
                return other
            if memo.uuid in self.letters:
                return 409, "Meddelelsens nummer er modtaget før.".encode()
            self.letters[memo.uuid] = memo
        if self._folder is not None:
            (self._folder / f"{memo.uuid}.xml").write_bytes(write_memo(memo))
        return 200, b"<kombi_response/>"


def _handler_for(stub: StubPost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(*(stub.asked(parts.query) if parts.path == ASK else (404, b"")))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > REQUEST_BYTES:
                self.send_error(413 if length.isdigit() else 411)
                return
            body = self.rfile.read(int(length))
            self._answer(*(stub.sent(body) if self.path == SEND else (404, b"")))

        def _answer(self, status: int, body: bytes) -> None:
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing: the address of a question holds a CPR number."""

    return Handler
