"""The systems that are asked about callers, with a token from beside the file."""

from __future__ import annotations

import re
from typing import Annotated, Any, Protocol
from urllib.parse import urlsplit

from pydantic import AfterValidator, TypeAdapter

from callcore.domain.policies import AUTHORIZATION, LookupMethod, LookupPolicy
from callcore.settings import passwords
from callcore.settings.faults import Path, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Prompts, Text, Whole
from callcore.settings.section import UNGIVEN, Section, one_of


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


def _url(value: str) -> str:
    """An address of a web server and no more; it is never quoted in a fault."""
    try:
        parts = urlsplit(value)
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f"is not a URL: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    if not has_place or not _VISIBLE.fullmatch(value):
        raise ValueError("is not a URL such as https://crm.example.com/callers")
    if "@" in parts.netloc:
        raise ValueError("must not have a user or a password: its token comes from the environment")
    if "?" in value or "#" in value:
        raise ValueError("must not have a query: what is asked is added to it")
    return value


def _token_header(value: str) -> str:
    """The name of a header; what is none may be the token itself, and is never quoted."""
    if not _NAME.fullmatch(value):
        raise ValueError("is no name of a header such as X-Api-Key")
    if value.lower() in _OURS:
        raise ValueError("names a header that is set by callcore itself")
    return value


class LookupSection(Section):
    """One system, and how it is asked."""

    url: Annotated[Text, AfterValidator(_url)]
    method: Annotated[LookupMethod, one_of(LookupMethod)] = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN
    headers: Any = None
    token_header: Annotated[Text, AfterValidator(_token_header)] = UNGIVEN
    most_at_once: Whole = UNGIVEN
    hears: Prompts = UNGIVEN


class Lookups:
    """Reads one after another."""

    def __init__(self, reading: Reading, find_token: FindToken) -> None:
        self._reading = reading
        self._find_token = find_token
        self._names: dict[str, str] = {}
        """Of those read so far, by the variable of the token."""

    def lookup(self, path: Path, name: str, value: object) -> LookupPolicy | None:
        """The lookup, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(LookupSection, path, value)
        if "hears" in values:
            values["hears"] = tuple(values["hears"])
        variable = passwords.lookup_variable(name)
        headers = self._headers((*path, "headers"), values.get("headers"), variable)
        for header in headers:
            if header.lower() == values.get("token_header", AUTHORIZATION).lower():
                self._reading.report_key(
                    (*path, "headers", header), "is the header of the token: see token_header"
                )
        values["headers"] = headers
        values["token"] = self._token(path, name, variable)
        return self._reading.policy(LookupPolicy, path, {"url": "", **values, "name": name})

    def _headers(self, path: Path, value: object, variable: str) -> dict[str, str]:
        headers: dict[str, str] = {}
        for name, text in self._reading.entries(path, value).items():
            place = (*path, name)
            if not _NAME.fullmatch(name):
                self._reading.report_key(place, "is no name of a header such as X-Site")
            elif _SECRETS.search(name):
                self._reading.report_key(place, _secret_text(name, variable))
            elif name.lower() in _OURS:
                self._reading.report_key(place, "is set by callcore itself")
            elif name.lower() in map(str.lower, headers):
                self._reading.report_key(place, "is there already, in other letters")
            else:
                headers[name] = self._header(place, text)
        return headers

    def _header(self, path: Path, value: object) -> str:
        text = self._reading.checked(_TEXT, path, value)
        if text is not None and not _VALUE.fullmatch(text):
            self._reading.report_value(
                path, f"expected Latin letters, digits and signs, found {shown(text)}"
            )
        return text or ""

    def _token(self, path: Path, name: str, variable: str) -> str | None:
        """Of a name that no lookup before has; those whose names give one variable share it."""
        if variable in self._names:
            self._reading.report_key(
                path,
                f"the lookup {shown(self._names[variable])} has its token in the variable "
                f"{variable} already",
            )
            return None
        self._names[variable] = name
        place = (*path, "token_header")
        is_needed = self._reading.gives(place)
        token = self._find_token(place if is_needed else path, variable, is_needed=is_needed)
        if token is not None and not _VISIBLE.fullmatch(token):
            self._reading.report_value(path, f"{variable} is no token: it holds spaces or accents")
        return token


def _secret_text(header: str, variable: str) -> str:
    is_usual = header.lower() == AUTHORIZATION.lower()
    sent = "which is sent as Authorization: Bearer" if is_usual else f"and token_header: {header}"
    return f"a secret does not belong in this file: set {variable} or {variable}_FILE, {sent}"
