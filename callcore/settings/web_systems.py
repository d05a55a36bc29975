"""What callcore's requests to other systems have in common: an address, headers, a token from
beside the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Protocol
from urllib.parse import urlsplit

from pydantic import AfterValidator, TypeAdapter

from callcore.domain.policies import AUTHORIZATION
from callcore.settings.faults import Path, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import Text


class FindToken(Protocol):
    """Gives what a variable holds."""

    def __call__(self, path: Path, variable: str, /, *, is_needed: bool) -> str | None:
        """Reports faults at ``path``; if ``is_needed``, that there is no token is one."""


_VISIBLE = re.compile(r"[!-~]+")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_VALUE = re.compile(r"[!-~](?:[ -~]{0,510}[!-~])?")
_SECRETS = re.compile(
    r"authoriz|authentic|cookie|passw|secret|token|credential|api-?key", re.IGNORECASE
)
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""What says how questions and answers are to be read: callcore's own to say."""
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


def address(example: str, *, instead_of_query: str) -> AfterValidator:
    """An address of a web server and no more; it is never quoted in a fault."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            has_place = bool(parts.hostname) and parts.port != 0
        except ValueError as error:
            raise ValueError(f"is not a URL: {error}") from error
        if parts.scheme not in ("http", "https"):
            raise ValueError("must begin with http:// or https://")
        if not has_place or not _VISIBLE.fullmatch(value):
            raise ValueError(f"is not a URL such as {example}")
        if "@" in parts.netloc:
            raise ValueError(
                "must not have a user or a password: its token comes from the environment"
            )
        if "?" in value or "#" in value:
            raise ValueError(f"must not have a query: {instead_of_query}")
        return value

    return AfterValidator(check)


def is_token(value: str) -> bool:
    """True if it can stand in a header."""
    return _VISIBLE.fullmatch(value) is not None


def _token_header(value: str) -> str:
    """The name of a header; what is none may be the token itself, and is never quoted."""
    if not _NAME.fullmatch(value):
        raise ValueError("is no name of a header such as X-Api-Key")
    if value.lower() in _OURS:
        raise ValueError("names a header that is set by callcore itself")
    return value


TokenHeader = Annotated[Text, AfterValidator(_token_header)]


class WebSystems:
    """Reads headers and tokens of one system after another; ``kind`` is the word for one.

    ``ours`` are headers, in lower case, that callcore sends to them besides the usual ones.
    """

    def __init__(
        self, reading: Reading, kind: str, find_token: FindToken, *, ours: Collection[str] = ()
    ) -> None:
        self._reading = reading
        self._kind = kind
        self._find_token = find_token
        self._ours = _OURS.union(ours)
        self._names: dict[str, str] = {}
        """Of those read so far, by the variable of the token."""

    def headers(self, path: Path, values: Mapping[str, Any], variable: str) -> dict[str, str]:
        """Those without a fault of the system at ``path``, whose token is in ``variable``."""
        headers: dict[str, str] = {}
        header_of_token = values.get("token_header", AUTHORIZATION).lower()
        given = self._reading.entries((*path, "headers"), values.get("headers"))
        for name, text in given.items():
            place = (*path, "headers", name)
            if not _NAME.fullmatch(name):
                self._reading.report_key(place, "is no name of a header such as X-Site")
            elif _SECRETS.search(name):
                self._reading.report_key(place, _secret_text(name, variable))
            elif name.lower() in self._ours:
                self._reading.report_key(place, "is set by callcore itself")
            elif name.lower() in map(str.lower, headers):
                self._reading.report_key(place, "is there already, in other letters")
            else:
                headers[name] = self._header(place, text)
                if name.lower() == header_of_token:
                    self._reading.report_key(place, "is the header of the token: see token_header")
        return headers

    def token(self, path: Path, name: str, variable: str) -> str | None:
        """Of a name that none before has; those whose names give one variable share it."""
        if variable in self._names:
            self._reading.report_key(
                path,
                f"the {self._kind} {shown(self._names[variable])} has its token in the variable "
                f"{variable} already",
            )
            return None
        self._names[variable] = name
        place = (*path, "token_header")
        is_needed = self._reading.gives(place)
        token = self._find_token(place if is_needed else path, variable, is_needed=is_needed)
        if token is not None and not is_token(token):
            self._reading.report_value(path, f"{variable} is no token: it holds spaces or accents")
        return token

    def _header(self, path: Path, value: object) -> str:
        text = self._reading.checked(_TEXT, path, value)
        if text is not None and not _VALUE.fullmatch(text):
            self._reading.report_value(
                path, f"expected Latin letters, digits and signs, found {shown(text)}"
            )
        return text or ""


def _secret_text(header: str, variable: str) -> str:
    is_usual = header.lower() == AUTHORIZATION.lower()
    sent = "which is sent as Authorization: Bearer" if is_usual else f"and token_header: {header}"
    return f"a secret does not belong in this file: set {variable} or {variable}_FILE, {sent}"
