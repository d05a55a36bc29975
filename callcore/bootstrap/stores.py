"""The servers callcore keeps its data in: the operator's, or bundled ones started as children."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from callcore import embedded
from callcore.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreUrls:
    """Where Redis and Postgres are. The Postgres URL may hold a password: never log it."""

    redis: str
    postgres: str


def open_stores(settings: Settings, children: ExitStack) -> StoreUrls:
    """The configured URLs; where there is none, a bundled server that ends with ``children``.

    Raises ``embedded.EmbeddedServerError``.
    """
    redis, postgres = settings.redis_url, settings.postgres_url
    if redis is None:
        redis = children.enter_context(embedded.start_valkey(settings.data_directory)).url
    if postgres is None:
        postgres = children.enter_context(embedded.start_postgres(settings.data_directory)).url
    elif settings.postgres_password is not None:
        postgres = _with_password(postgres, settings.postgres_password)
    return StoreUrls(redis=redis, postgres=postgres)


def _with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    location = f"{user}:{quote(password, safe='')}{at}{host}" if at else parts.netloc
    return urlunsplit(parts._replace(netloc=location))
