"""Questions to other systems over HTTP, answered with JSON.

A question is a POST with a JSON object, or a GET with a query. It is put once: another try would
take the caller's time.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlencode

import msgspec

from callcore.domain.ids import LookupName
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import LookupMethod, LookupPolicy
from callcore.ports.lookups import LookupFailedError
from callcore.runtime.http_client import endpoints
from callcore.runtime.http_client.endpoints import (
    Endpoint,
    HttpClient,
    HttpFailedError,
    HttpFailure,
    Request,
)

_FAILURES: Final = {
    HttpFailure.TIMED_OUT: LookupFailure.TIMED_OUT,
    HttpFailure.UNREACHABLE: LookupFailure.UNREACHABLE,
    HttpFailure.STATUS: LookupFailure.STATUS,
    HttpFailure.TOO_LARGE: LookupFailure.TOO_LARGE,
    HttpFailure.ENCODED: LookupFailure.NOT_JSON,
}


class HttpLookups:
    """Implements ``ports.lookups.Lookups``."""

    def __init__(self) -> None:
        self._client = HttpClient()
        self._systems: dict[LookupName, _System] = {}

    def ask(self, lookup: LookupPolicy, question: Mapping[str, str]) -> object:
        """The JSON of the answer, decoded. Raises ``LookupFailedError``."""
        try:
            system = self._system(lookup)
            with system.place_for_one_more(lookup):
                body = system.endpoint.answer(_request(lookup, question))
        except HttpFailedError as error:
            raise LookupFailedError(_FAILURES[error.failure], str(error)) from error
        return _decoded(body, system.endpoint.where)

    def close(self) -> None:
        """Closes what is kept open; what is being asked still ends in its time."""
        for system in self._systems.values():
            system.endpoint.close()

    def _system(self, lookup: LookupPolicy) -> _System:
        """The system that a lookup asks by its settings of now."""
        system = self._systems.get(lookup.name)
        if system is not None and system.is_of(lookup):
            return system
        endpoint = self._client.endpoint(lookup.url, lookup.most_at_once)
        if system is not None:
            system.endpoint.close()
        system = self._systems[lookup.name] = _System(lookup, endpoint)
        return system


class _System:
    """One other system, and how many questions it has on its hands."""

    def __init__(self, lookup: LookupPolicy, endpoint: Endpoint) -> None:
        self._address = (lookup.url, lookup.most_at_once)
        self._unanswered_count = 0
        self.endpoint = endpoint

    def is_of(self, lookup: LookupPolicy) -> bool:
        """True if the settings still say so."""
        return self._address == (lookup.url, lookup.most_at_once)

    @contextmanager
    def place_for_one_more(self, lookup: LookupPolicy) -> Iterator[None]:
        """Raises ``LookupFailedError`` at once if too many questions are unanswered."""
        if self._unanswered_count >= lookup.most_at_once:
            where, count = self.endpoint.where, self._unanswered_count
            raise LookupFailedError(LookupFailure.TOO_MANY, f"{where}: {count} are unanswered")
        self._unanswered_count += 1
        try:
            yield
        finally:
            self._unanswered_count -= 1


def _request(lookup: LookupPolicy, question: Mapping[str, str]) -> Request:
    asked = {name: endpoints.encodable(text) for name, text in question.items()}
    is_post = lookup.method is LookupMethod.POST
    return Request(
        method=lookup.method.upper(),
        headers=endpoints.headers(
            lookup.headers,
            token=lookup.token,
            token_header=lookup.token_header,
            sends_json=is_post,
        ),
        query="" if is_post else urlencode(asked),
        body=msgspec.json.encode(asked) if is_post else None,
        timeout_seconds=lookup.timeout_seconds,
    )


def _decoded(body: bytes, where: str) -> object:
    try:
        decoded: object = msgspec.json.decode(body.removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LookupFailedError(LookupFailure.NOT_JSON, f"{where}: {error}") from error
    return decoded
