"""Ask eIndkomst over HTTP. Only the stub server can be asked: the live service needs more than this project has."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from cases.integrations.eindkomst.names import DIRECT, SF0770A
from cases.integrations.eindkomst.requests import IncomeRequest, write_request

SOAP_ACTIONS = {
    DIRECT: "getIndkomstOplysningPersonHent",
    SF0770A: (
        "http://www.kombit.dk/2017/01/01/SKATForwardEIndkomstServiceService_4"
        "#SF0770_A_IndkomstoplysningerLaes_IndkomstoplysningerLaes"
    ),
}
ANSWER_BYTES = 256 * 1024 * 1024


class ServiceUnavailable(Exception):  # noqa: N818 - named by what is wrong
    """eIndkomst could not be asked. The text is a Danish sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class EIndkomstClient:
    """Posts requests to an address. ``wrapper``: the form that is asked in. ``timeout`` in seconds for each wait."""

    url: str
    wrapper: str = DIRECT
    timeout: float = 60.0

    def fetch(self, request: IncomeRequest) -> bytes:
        """The answer's bytes, for ``read_answer`` (which tells of error bodies and SOAP faults).

        ServiceUnavailable with a Danish sentence when nothing that can be read comes back.
        """
        body = write_request(request, self.wrapper, soap=True)
        try:
            status, kind, answer = self._post(body)
        except TimeoutError as error:
            raise ServiceUnavailable(
                f"eIndkomst på {self.url} svarede ikke inden {self.timeout:g} sekunder. Prøv igen senere."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise ServiceUnavailable(
                f"eIndkomst på {self.url} kunne ikke nås ({error}). Se efter, at adressen er rigtig, "
                "og at tjenesten kører."
            ) from error
        if status != 200 and not (status == 500 and "xml" in kind):
            raise ServiceUnavailable(f"eIndkomst på {self.url} svarede med HTTP-status {status}. Prøv igen senere.")
        return answer

    def _post(self, body: bytes) -> tuple[int, str, bytes]:
        connection, path = self._connection()
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{SOAP_ACTIONS[self.wrapper]}"'}
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer = response.read(ANSWER_BYTES + 1)
        finally:
            connection.close()
        if len(answer) > ANSWER_BYTES:
            raise ServiceUnavailable(
                f"Svaret fra {self.url} er over {ANSWER_BYTES // 1024 // 1024} MB. Spørg om færre personer ad gangen."
            )
        if response.length:
            raise http.client.IncompleteRead(answer, response.length)
        return response.status, response.headers.get("Content-Type", ""), answer

    def _connection(self) -> tuple[http.client.HTTPConnection, str]:
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError as error:
            raise ServiceUnavailable(f"'{self.url}' er ikke en adresse.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServiceUnavailable(f"'{self.url}' er ikke en adresse. Skriv den som http://127.0.0.1:8090/.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname, port, timeout=self.timeout), parts.path or "/"


class LiveAdapter:
    """The real eIndkomst: described, not built. It refuses to start and says what is missing.

    The direct service wants SOAP 1.1 signed with WS-Security and an OCES3 organisation certificate, SF0770_A an
    OIOIDWS token from the security token service; both want an agreement that gives the subscriber codes. None of it
    can be tried without the agreement, so no test may claim that it has been.
    """

    def __init__(self, *, certificate: str = "", agreement: str = "", wrapper: str = DIRECT) -> None:
        missing = []
        if not certificate:
            missing.append("et OCES3-organisationscertifikat")
        if not agreement:
            missing.append(
                "en aftale med Skatteforvaltningen om direkte adgang"
                if wrapper == DIRECT
                else "en serviceaftale på SF0770_A med dataafgrænsning"
            )
        missing.append("signering af beskeder" if wrapper == DIRECT else "billet fra Security Token Service")
        raise ServiceUnavailable(
            f"Den rigtige eIndkomst kan ikke bruges endnu. Der mangler: {', '.join(missing)}. "
            "Brug import af svarfiler eller prøveserveren."
        )
