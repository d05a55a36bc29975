"""The servers callcore keeps its data in: the operator's, or bundled ones started as children."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import gevent

from callcore import embedded
from callcore.adapters.redisdb.connecting import Access
from callcore.embedded import RunningServer
from callcore.runtime.greenlets import spawn
from callcore.settings import Settings

Died = Callable[[str, int], None]
"""Told which bundled server ended by itself, and with which status."""

RETRY_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreUrls:
    """Where Redis and Postgres are. A URL of Postgres may hold a password: never log it."""

    redis: str
    postgres: str = field(repr=False)
    postgres_keeper: str = field(repr=False)
    """As whom records are deleted and made nobody's."""
    postgres_owner: str = field(repr=False)
    """As whom the schema is brought up to date on demand."""


def open_stores(settings: Settings, children: ExitStack, died: Died) -> StoreUrls:
    """The configured URLs; where there is none, a bundled server that ends with ``children``.

    A bundled server that dies is told of and started again at the same address with its data.
    Raises ``embedded.EmbeddedServerError``.
    """
    redis, postgres = settings.redis_url, settings.postgres_url
    directory = settings.data_directory
    if redis is None:
        redis = _kept(embedded.start_valkey(directory), "valkey", children, died)
    if postgres is None:
        postgres = _kept(embedded.start_postgres(directory), "postgres", children, died)
    else:
        postgres = _with_password(postgres, settings.postgres_password)
    keeper, owner = settings.postgres_keeper_url, settings.postgres_owner_url
    return StoreUrls(
        redis=redis,
        postgres=postgres,
        postgres_keeper=postgres
        if keeper is None
        else _with_password(keeper, settings.postgres_keeper_password),
        postgres_owner=postgres
        if owner is None
        else _with_password(owner, settings.postgres_owner_password),
    )


def history_url(settings: Settings) -> str | None:
    """Where the history is: the configured URL, or that of a bundled server which somebody runs on
    the settings' data; ``None`` if nobody does.
    """
    if settings.postgres_url is None:
        return embedded.running_url(settings.data_directory)
    return _with_password(settings.postgres_url, settings.postgres_password)


def redis_access(settings: Settings) -> Access:
    """As whom we come to Redis, and whose certificates count."""
    tls = settings.redis_tls
    return Access(
        user=settings.redis_user,
        password=settings.redis_password,
        sentinel_user=settings.redis_sentinel_user,
        sentinel_password=settings.redis_sentinel_password,
        ca_file=_path(tls.ca_file),
        certificate_file=_path(tls.certificate_file),
        key_file=_path(tls.key_file),
    )


def _path(file: Path | None) -> str | None:
    return None if file is None else str(file)


def _kept(server: RunningServer, name: str, children: ExitStack, died: Died) -> str:
    children.enter_context(server)
    keeper = spawn(f"keep {name}", _keep, server, name, died)
    children.callback(keeper.kill)
    return server.url


def _keep(server: RunningServer, name: str, died: Died) -> None:
    while True:
        status = server.wait()
        died(name, status)
        try:
            server.restart()
        except embedded.EmbeddedServerError as error:
            died(f"{name}: {error}", status)
            gevent.sleep(RETRY_SECONDS)


def _with_password(url: str, password: str | None) -> str:
    if password is None:
        return url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    location = f"{user}:{quote(password, safe='')}{at}{host}" if at else parts.netloc
    return urlunsplit(parts._replace(netloc=location))
