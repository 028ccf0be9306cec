"""Digital Post by KOMBIT's services: ask whether a citizen takes it (PostForespoerg), and send (SF1601).

What went wrong tells whether the letter may have been sent: only then is it safe to try again or not.
"""

from __future__ import annotations

import http.client
import json
import socket
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote, urlsplit

from cases.integrations.memo import Memo, write_kombi

ASK = "/service/PostForespoerg_1/digitalpost"
SEND = "/service/KombiPostAfsend_1/kombi"
ANSWER_BYTES = 1024 * 1024
LIVE_HOSTS = "serviceplatformen.dk"


class Unavailable(Exception):  # noqa: N818 - named by what is wrong
    """The service cannot be used now; nothing was sent. The text is a Danish sentence."""


class Rejected(Exception):  # noqa: N818
    """The service refused this letter; it was not sent. The text is a Danish sentence."""


class Uncertain(Exception):  # noqa: N818
    """The letter was handed over, but no answer came: it may have been sent. The text is a Danish sentence."""


class DigitalPost(Protocol):
    """What sending needs of Digital Post."""

    def takes_digital_post(self, cpr: str) -> bool:
        """Whether the citizen is signed up. Unavailable when nobody answers."""

    def send(self, memo: Memo, now: datetime) -> None:
        """Hand the letter over. Returns when it is accepted, also when the same message was accepted before.

        Unavailable, Rejected or Uncertain otherwise.
        """


@dataclass(frozen=True, slots=True)
class HttpDigitalPost:
    """The services' HTTP at an address without a security token: the stub server. ``timeout`` in seconds."""

    url: str
    timeout: float = 30.0

    def takes_digital_post(self, cpr: str) -> bool:
        try:
            status, answer = self._exchange("GET", f"{ASK}?cprNumber={quote(cpr)}", None, {})
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(self._unreachable(error)) from error
        if status != 200:
            raise Unavailable(f"PostForespørg svarede med HTTP-status {status}. Prøv igen senere.")
        try:
            result = json.loads(answer)["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable("PostForespørg svarede noget, vi ikke kan læse. Prøv igen senere.") from error
        return result is True

    def send(self, memo: Memo, now: datetime) -> None:
        headers = {
            "Content-Type": "application/xml",
            "x-TransaktionsId": str(uuid.uuid5(memo.uuid, now.isoformat())),
            "x-TransaktionsTid": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        try:
            status, answer = self._exchange("POST", SEND, write_kombi(memo), headers)
        except (ConnectionRefusedError, socket.gaierror) as error:
            raise Unavailable(self._unreachable(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise Uncertain(f"Forbindelsen til Digital Post blev afbrudt ({error}). Brevet kan være sendt.") from error
        if status in (200, 202, 409):  # 409: the message's number has been accepted before
            return
        if status in (429, 502, 503, 504):
            raise Unavailable(f"Digital Post svarede med HTTP-status {status}. Prøv igen senere.")
        if status >= 500:
            raise Uncertain(f"Digital Post svarede med HTTP-status {status}. Brevet kan være sendt.")
        raise Rejected(f"Digital Post afviste brevet (HTTP-status {status}): {answer.decode(errors='replace')[:160]}")

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection, base = self._connection()
        try:
            connection.request(method, base + path, body, headers)
            response = connection.getresponse()
            return response.status, response.read(ANSWER_BYTES)
        finally:
            connection.close()

    def _connection(self) -> tuple[http.client.HTTPConnection, str]:
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError as error:
            raise Unavailable(f"'{self.url}' er ikke en adresse.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unavailable(f"'{self.url}' er ikke en adresse. Skriv den som http://127.0.0.1:8091/.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname, port, timeout=self.timeout), parts.path.rstrip("/")

    def _unreachable(self, error: Exception) -> str:
        return f"Digital Post på {self.url} kunne ikke nås ({error}). Se efter, at tjenesten kører."


class LiveDigitalPost:
    """The real Digital Post: described, not built. It refuses to start and says what is missing.

    Both services want mutual TLS with an OCES3 certificate and a token from the security token service, and a service
    agreement approved by the municipality. None of it can be tried without them, so no test may claim that it has been.
    """

    def __init__(self, *, certificate: str = "", agreement: str = "") -> None:
        missing = []
        if not certificate:
            missing.append("et OCES3-certifikat til systemet (FLEKSLON_DIGITAL_POST_CERTIFICATE)")
        if not agreement:
            missing.append("en godkendt serviceaftale på SF1601 og PostForespørg (FLEKSLON_DIGITAL_POST_AGREEMENT)")
        missing.append("billet fra Security Token Service, som portalen ikke kan hente endnu")
        raise Unavailable(
            f"Den rigtige Digital Post kan ikke bruges endnu. Der mangler: {'; '.join(missing)}. "
            "Brevene venter i Post. Hent dem som ZIP og send dem, som I plejer, eller brug prøveserveren."
        )


def digital_post(url: str, *, certificate: str = "", agreement: str = "") -> DigitalPost:
    """The adapter for an address. Unavailable with what is missing when it is the live one, or none."""
    if not url:
        raise Unavailable("Digital Post er ikke sat op (FLEKSLON_DIGITAL_POST_URL). Brevene venter i Post.")
    host = urlsplit(url).hostname or ""
    if host == LIVE_HOSTS or host.endswith(f".{LIVE_HOSTS}"):
        LiveDigitalPost(certificate=certificate, agreement=agreement)
    return HttpDigitalPost(url)
