"""The parts of the file about this machine and the servers: stores, pages, the log."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator

from callcore.settings.model import LogLevel
from callcore.settings.scalars import Host, ListeningPort, Text
from callcore.settings.section import Section, one_of


def _url(*schemes: str, variable: str) -> AfterValidator:
    """A URL of one of the schemes and without a password; it is never quoted in a fault."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            has_password = parts.password is not None or "password" in parse_qs(parts.query)
        except ValueError as error:
            raise ValueError(f"is not a URL: {error}") from error
        if has_password:
            raise ValueError(
                f"a password does not belong in this file: set {variable} or {variable}_FILE"
            )
        if parts.scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{name}://' for name in schemes)}")
        return value

    return AfterValidator(check)


class RedisSection(Section):
    """The floor's server."""

    url: (
        Annotated[Text, _url("redis", "rediss", "unix", variable="CALLCORE_REDIS_PASSWORD")] | None
    ) = None


class PostgresSection(Section):
    """History's server."""

    url: (
        Annotated[Text, _url("postgresql", "postgres", variable="CALLCORE_POSTGRES_PASSWORD")]
        | None
    ) = None


class HttpSection(Section):
    """Where metrics, health and pages are served."""

    host: Host = "127.0.0.1"
    port: ListeningPort = 9170


class LogSection(Section):
    """What is logged, and where to."""

    level: Annotated[LogLevel, one_of(LogLevel)] = LogLevel.INFO
    file: Text | None = None
