"""The parts of the file about this machine and the servers: stores, pages, the log."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator

from callcore.settings.model import LogLevel
from callcore.settings.scalars import Host, KeepDays, ListeningPort, Text
from callcore.settings.section import Section, one_of


def _url(*schemes: str, variable: str) -> AfterValidator:
    """A URL of one of the schemes and without a password; it is never quoted in a fault."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            has_password = parts.password is not None or "password" in parse_qs(parts.query)
        except ValueError as error:
            is_quoting = "'" in str(error)  # what may hold a password
            why = "" if is_quoting else f": {error}"
            raise ValueError(f"is not a URL{why}") from None
        if has_password:
            raise ValueError(
                f"a password does not belong in this file: set {variable} or {variable}_FILE"
            )
        if parts.scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{name}://' for name in schemes)}")
        return value

    return AfterValidator(check)


def _postgres(variable: str) -> AfterValidator:
    return _url("postgresql", "postgres", variable=variable)


_REDIS_SCHEMES = ("redis", "rediss", "unix", "sentinel", "sentinels")


class TlsSection(Section):
    """The files by which both ends of a link know each other."""

    ca_file: Text | None = None
    certificate_file: Text | None = None
    key_file: Text | None = None


class RedisSection(Section):
    """The floor's server."""

    url: Annotated[Text, _url(*_REDIS_SCHEMES, variable="CALLCORE_REDIS_PASSWORD")] | None = None
    user: Text | None = None
    sentinel_user: Text | None = None
    tls: Any = None
    """A ``TlsSection``."""


class PostgresSection(Section):
    """History's server."""

    url: Annotated[Text, _postgres("CALLCORE_POSTGRES_PASSWORD")] | None = None
    keeper_url: Annotated[Text, _postgres("CALLCORE_POSTGRES_KEEPER_PASSWORD")] | None = None
    """As whom records are deleted and made nobody's."""
    owner_url: Annotated[Text, _postgres("CALLCORE_POSTGRES_OWNER_PASSWORD")] | None = None
    """As whom ``callcore migrate`` comes."""


class KeepingSection(Section):
    """How long something is kept."""

    keep_days: KeepDays | None = None


class RetentionSection(Section):
    """How long the past is kept."""

    records: Any = None
    recordings: Any = None
    """Both a ``KeepingSection``."""


class HttpSection(Section):
    """Where metrics, health and pages are served."""

    host: Host = "127.0.0.1"
    port: ListeningPort = 9170


class LogSection(Section):
    """What is logged, and where to."""

    level: Annotated[LogLevel, one_of(LogLevel)] = LogLevel.INFO
    file: Text | None = None
