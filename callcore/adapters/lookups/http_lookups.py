"""Questions to other systems over HTTP, answered with JSON.

A question is a POST with a JSON object, or a GET with a query. It is put once: another try would
take the caller's time, and no other address is gone to because an answer says so. Nothing an answer
does (slow, endless, encoded, not JSON) takes longer than it may, or more memory.
"""

from __future__ import annotations

import codecs
import http.client
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlencode

import gevent
import msgspec
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

from callcore.adapters.lookups.connections import AnswerTooLargeError, pool_to, trust
from callcore.adapters.lookups.names import Names
from callcore.domain.ids import LookupName
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import AUTHORIZATION, LookupMethod, LookupPolicy
from callcore.ports.lookups import LookupFailedError

LARGEST_ANSWER = 65_536
"""In bytes."""

_OK = 200
_FRAMING = ("Content-Length", "Transfer-Encoding", "Connection", "Accept-Encoding")
"""Headers that the operator has no say in."""


class HttpLookups:
    """Implements ``ports.lookups.Lookups``."""

    def __init__(self) -> None:
        self._systems: dict[LookupName, _System] = {}
        self._names = Names()
        self._trust = trust()
        # It warns with the whole address, and so with whom a GET asks about.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)

    def ask(self, lookup: LookupPolicy, question: Mapping[str, str]) -> object:
        """The JSON of the answer, decoded. Raises ``LookupFailedError``."""
        system = self._system(lookup)
        with system.place_for_one_more(lookup), _deadline(lookup.timeout_seconds, system.where):
            return _decoded(system.answer(lookup, question), system.where)

    def close(self) -> None:
        """Closes what is kept open; what is being asked still ends in its time."""
        for system in self._systems.values():
            system.pool.close()

    def _system(self, lookup: LookupPolicy) -> _System:
        """The system that a lookup asks by its settings of now."""
        system = self._systems.get(lookup.name)
        if system is not None and system.is_of(lookup):
            return system
        try:
            url = parse_url(lookup.url)
            pool = pool_to(url, size=lookup.most_at_once, names=self._names, trust=self._trust)
        except HTTPError as error:
            raise LookupFailedError(LookupFailure.UNREACHABLE, "its URL is none") from error
        if system is not None:
            system.pool.close()
        system = self._systems[lookup.name] = _System(lookup, url, pool)
        return system


class _System:
    """One other system, and the connections to it."""

    def __init__(self, lookup: LookupPolicy, url: Url, pool: HTTPConnectionPool) -> None:
        self._address = (lookup.url, lookup.most_at_once)
        self._path = url.request_uri
        self._unanswered_count = 0
        self.pool = pool
        self.where = Url(url.scheme, None, url.host, url.port, url.path).url
        """For people; without what a URL may hold that is not for them."""

    def is_of(self, lookup: LookupPolicy) -> bool:
        """True if the settings still say so."""
        return self._address == (lookup.url, lookup.most_at_once)

    @contextmanager
    def place_for_one_more(self, lookup: LookupPolicy) -> Iterator[None]:
        """Raises ``LookupFailedError`` at once if too many questions are unanswered."""
        if self._unanswered_count >= lookup.most_at_once:
            raise LookupFailedError(
                LookupFailure.TOO_MANY, f"{self.where}: {self._unanswered_count} are unanswered"
            )
        self._unanswered_count += 1
        try:
            yield
        finally:
            self._unanswered_count -= 1

    def answer(self, lookup: LookupPolicy, question: Mapping[str, str]) -> bytes:
        """The body. Raises ``LookupFailedError``."""
        try:
            response = self._response(lookup, {name: _text(question[name]) for name in question})
            return self._body(response)
        except AnswerTooLargeError as error:
            raise LookupFailedError(
                LookupFailure.TOO_LARGE, f"{self.where}: more than an answer can have"
            ) from error
        # What cannot be sent (a header with a line feed) is found by http.client.
        except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            is_late = isinstance(_bottom(error), TimeoutError)
            failure = LookupFailure.TIMED_OUT if is_late else LookupFailure.UNREACHABLE
            raise LookupFailedError(failure, f"{self.where}: {_reason(error)}") from error

    def _response(self, lookup: LookupPolicy, question: Mapping[str, str]) -> BaseHTTPResponse:
        path, body = self._path, None
        if lookup.method is LookupMethod.GET:
            path += ("&" if "?" in path else "?") + urlencode(question)
        else:
            body = msgspec.json.encode(question)
        return self.pool.urlopen(
            lookup.method.upper(),
            path,
            body,
            _headers(lookup),
            retries=False,
            redirect=False,
            timeout=lookup.timeout_seconds,
            preload_content=False,
            decode_content=False,
        )

    def _body(self, response: BaseHTTPResponse) -> bytes:
        """Read to its end the connection may be used again; otherwise it is closed."""
        is_complete = False
        try:
            if response.status != _OK:
                raise LookupFailedError(
                    LookupFailure.STATUS, f"{self.where}: status {response.status}"
                )
            if (encoding := response.headers.get("Content-Encoding", "identity")) != "identity":
                raise LookupFailedError(
                    LookupFailure.NOT_JSON, f"{self.where}: encoded as {encoding[:20]!r}, unasked"
                )
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


@contextmanager
def _deadline(seconds: float, where: str) -> Iterator[None]:
    """However slowly names are found, connections made and bytes sent."""
    deadline = gevent.Timeout(seconds)
    try:
        with deadline:
            yield
    except gevent.Timeout as expired:
        if expired is not deadline:
            raise
        raise LookupFailedError(
            LookupFailure.TIMED_OUT, f"{where}: no answer in {seconds:g} s"
        ) from expired


def _decoded(body: bytes, where: str) -> object:
    try:
        decoded: object = msgspec.json.decode(body.removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LookupFailedError(LookupFailure.NOT_JSON, f"{where}: {error}") from error
    return decoded


def _headers(lookup: LookupPolicy) -> HTTPHeaderDict:
    headers = HTTPHeaderDict({"Accept": "application/json", "User-Agent": "callcore"})
    headers.update(lookup.headers)
    for name in _FRAMING:
        headers.discard(name)
    headers["Accept-Encoding"] = "identity"
    if lookup.method is LookupMethod.POST:
        headers["Content-Type"] = "application/json"
    if lookup.token is not None:
        is_bearer = lookup.token_header.lower() == AUTHORIZATION.lower()
        headers[lookup.token_header] = f"Bearer {lookup.token}" if is_bearer else lookup.token
    return headers


def _text(text: str) -> str:
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
