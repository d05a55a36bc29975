"""Web servers that requests are put to, each request within its time and its size.

A request is put once, and no other address is gone to because an answer says so. Nothing an answer
does (slow, endless, encoded) takes longer than it may, or more memory.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum

from urllib3 import BaseHTTPResponse, HTTPHeaderDict
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

from callcore.runtime import time_limits
from callcore.runtime.http_client.connections import AnswerTooLargeError, pool_to, trust
from callcore.runtime.http_client.names import Names

LARGEST_ANSWER = 65_536
"""In bytes."""

JSON = "application/json"

_AUTHORIZATION = "authorization"
_FRAMING = ("Content-Length", "Transfer-Encoding", "Connection", "Accept-Encoding")
"""Headers that the operator has no say in."""


class HttpFailure(StrEnum):
    """Why a request has no answer of use."""

    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """Refused, no such host, the connection broke off, a certificate that is not trusted."""
    STATUS = "status"
    TOO_LARGE = "too_large"
    ENCODED = "encoded"
    """Packed, which was not asked for."""


class HttpFailedError(Exception):
    """There is no answer of use; the message says where and what was wrong.

    ``status`` is that of the answer if it came so far: with another failure than ``STATUS`` it is
    one of those that were wanted.
    """

    def __init__(self, failure: HttpFailure, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.failure = failure
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request."""

    method: str
    headers: HTTPHeaderDict
    query: str = ""
    """Encoded; added to that of the URL."""
    body: bytes | None = None
    timeout_seconds: float
    """From connecting to the last byte of the answer."""
    statuses: Container[int] = frozenset({http.client.OK})
    """Of answers of use."""


class HttpClient:
    """Finds servers for requests."""

    def __init__(self) -> None:
        self._names = Names()
        self._trust = trust()
        # It warns with the whole address, and so with whom a query asks about.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)

    def endpoint(self, url: str, size: int) -> Endpoint:
        """What answers at the URL; ``size`` connections at most are kept open between requests.

        Raises ``HttpFailedError`` if the URL is none.
        """
        try:
            return Endpoint(parse_url(url), size, self._names, self._trust)
        except HTTPError as error:
            raise HttpFailedError(HttpFailure.UNREACHABLE, "its URL is none") from error


class Endpoint:
    """One address, and the connections to it."""

    def __init__(self, url: Url, size: int, names: Names, trust: ssl.SSLContext) -> None:
        self._path = url.request_uri
        self._pool = pool_to(url, size=size, names=names, trust=trust)
        self.where = Url(url.scheme, None, url.host, url.port, url.path).url
        """For people; without what a URL may hold that is not for them."""

    def close(self) -> None:
        """Closes what is kept open; what is being answered still ends in its time."""
        self._pool.close()

    def answer(self, request: Request) -> bytes:
        """The body of the answer. Raises ``HttpFailedError``."""
        status: int | None = None
        try:
            # However slowly names are found, connections made and bytes sent.
            with time_limits.within(request.timeout_seconds):
                response = self._response(request)
                if response.status in request.statuses:
                    status = response.status
                return self._body(response, request)
        except TimeoutError as expired:
            message = f"{self.where}: no answer in {request.timeout_seconds:g} s"
            raise HttpFailedError(HttpFailure.TIMED_OUT, message, status) from expired
        except AnswerTooLargeError as error:
            message = f"{self.where}: more than an answer can have"
            raise HttpFailedError(HttpFailure.TOO_LARGE, message, status) from error
        # What cannot be sent (a header with a line feed) is found by http.client.
        except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            is_late = isinstance(_bottom(error), TimeoutError)
            failure = HttpFailure.TIMED_OUT if is_late else HttpFailure.UNREACHABLE
            message = f"{self.where}: {_reason(error)}"
            raise HttpFailedError(failure, message, status) from error

    def _response(self, request: Request) -> BaseHTTPResponse:
        path = self._path
        if request.query:
            path += ("&" if "?" in path else "?") + request.query
        return self._pool.urlopen(
            request.method,
            path,
            request.body,
            request.headers,
            retries=False,
            redirect=False,
            timeout=request.timeout_seconds,
            preload_content=False,
            decode_content=False,
        )

    def _body(self, response: BaseHTTPResponse, request: Request) -> bytes:
        """Read to its end the connection may be used again; otherwise it is closed."""
        is_complete = False
        status = response.status
        try:
            if status not in request.statuses:
                message = f"{self.where}: status {status}"
                raise HttpFailedError(HttpFailure.STATUS, message, status)
            if (encoding := response.headers.get("Content-Encoding", "identity")) != "identity":
                message = f"{self.where}: encoded as {encoding[:20]!r}, unasked"
                raise HttpFailedError(HttpFailure.ENCODED, message, status)
            if (response.length_remaining or 0) > LARGEST_ANSWER:
                raise AnswerTooLargeError
            body = b""
            while piece := response.read(LARGEST_ANSWER):
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise AnswerTooLargeError
            is_complete = True
            return body
        finally:
            if not is_complete:
                response.close()
            response.release_conn()


def headers(
    added: Mapping[str, str], *, token: str | None, token_header: str, sends_json: bool
) -> HTTPHeaderDict:
    """The headers of a request, with what the operator adds."""
    made = HTTPHeaderDict({"Accept": JSON, "User-Agent": "callcore"})
    made.update(added)
    for name in _FRAMING:
        made.discard(name)
    made["Accept-Encoding"] = "identity"
    if sends_json:
        made["Content-Type"] = JSON
    if token is not None:
        is_bearer = token_header.lower() == _AUTHORIZATION
        made[token_header] = f"Bearer {token}" if is_bearer else token
    return made


def encodable(text: str) -> str:
    """Text from a phone may hold halves of characters, which neither JSON nor a query can."""
    return text.encode("utf-8", "replace").decode()


def _bottom(error: BaseException) -> BaseException:
    """What the other errors are made of."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _reason(error: BaseException) -> str:
    """What was wrong, in a few words that no other side has chosen."""
    match bottom := _bottom(error):
        case ssl.SSLError():
            return _without_trust(bottom)
        case socket.gaierror():
            return f"no such host: {bottom.strerror}"
        case OSError(strerror=str(text)):
            return text
        case http.client.RemoteDisconnected():
            return "it closed the connection without an answer"
        case http.client.BadStatusLine() | http.client.UnknownProtocol():
            return "what it answers is no HTTP"
        case _:
            return type(bottom).__name__


def _without_trust(error: ssl.SSLError) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "RECORD_LAYER_FAILURE"):
            return "it does not speak TLS: is the URL's https meant to be http?"
        case _:
            return f"no TLS with it: {(error.reason or 'unknown').replace('_', ' ').lower()}"
