"""How the server is reached: at its address, or at whichever the Sentinels call the primary.

Adapts redis-py's pools. A connection to a primary that is one no more is not used again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

import redis
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

SENTINEL_PORT: Final = 26379
SENTINEL_SECONDS: Final = 0.5
"""One that does not answer in so long is passed over."""

FRESH_SECONDS: Final = 0.1
"""So long after its last use a connection is taken to be open."""

_SCHEMES: Final = {"sentinel": "redis", "sentinels": "rediss"}
_OPTIONS: Final = frozenset(
    {"db", "username", "password", "host", "port", "path", "connection_class"}
    | {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
)
"""What a URL may say; anything else could undo the limits, or the checking of certificates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """As whom we come, and whose certificates count; what the URL itself says outweighs it."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_user: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """Of the authority that signed the server's certificate; ``None``: those the system trusts."""
    certificate_file: str | None = None
    """Our own, for a server that asks for one."""
    key_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a URL points at."""

    options: dict[str, Any] = field(repr=False)
    """Of a connection, as redis-py calls them."""
    sentinels: tuple[tuple[str, int], ...] = ()
    primary: str = ""
    """The name by which the Sentinels know the server; empty without them."""


class _Pool(redis.BlockingConnectionPool):
    """Takes turns on connections, and does not ask one that was used a moment ago whether it is
    still open: asking costs a quarter of what a command does. One that is not fails the command, as
    it would have an instant later.
    """

    def make_connection(self) -> Any:  # noqa: ANN401  redis-py's own signature
        """A new connection, that asks itself only if it was at rest."""
        connection = super().make_connection()  # type: ignore[no-untyped-call]  # of redis-py
        look, connection.callcore_used_at = connection.can_read, 0.0

        def can_read(timeout: float = 0) -> bool:
            is_fresh = time.monotonic() - connection.callcore_used_at < FRESH_SECONDS
            return not is_fresh and bool(look(timeout))

        connection.can_read = can_read
        return connection

    def release(self, connection: Any) -> None:  # noqa: ANN401  redis-py's own signature
        """Takes a connection back."""
        connection.callcore_used_at = time.monotonic()
        super().release(connection)  # type: ignore[no-untyped-call]  # of redis-py


class _PrimaryPool(SentinelConnectionPool, _Pool):
    """Takes turns on connections to the primary that the Sentinels name."""

    def owns_connection(self, connection: Any) -> int:  # noqa: ANN401  redis-py's own signature
        """True; one to a server that is the primary no more is closed before it is kept."""
        if self.master_address != (connection.host, connection.port):
            connection.disconnect()
        return _Pool.owns_connection(self, connection)


def target_of(url: str, access: Access) -> Target:
    """What the URL says. Raises ``ValueError``, without the URL, if it is not one of Redis."""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        return Target(options=_options(url, access))
    user, at, hosts = parts.netloc.rpartition("@")
    primary, _, database = unquote(parts.path).strip("/").partition("/")
    if not primary or not (database or "0").isdecimal():
        message = "a Redis URL with Sentinels names the primary: sentinel://host1,host2/primary"
        raise ValueError(message)
    plain = parts._replace(
        scheme=_SCHEMES[parts.scheme], netloc=f"{user}{at}sentinels", path=f"/{database or 0}"
    )
    options = _options(urlunsplit(plain), access)
    del options["host"]
    return Target(
        options=options,
        sentinels=tuple(_sentinel(host) for host in hosts.split(",")),
        primary=primary,
    )


def pool_to(
    target: Target, access: Access, connection_count: int, timeout_seconds: float
) -> redis.BlockingConnectionPool:
    """So many connections at most, each of which is waited for no longer than that."""
    limits: dict[str, Any] = {
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 3,
        "legacy_responses": False,
        "decode_responses": True,
        # An entry that somebody else wrote must reach the code that sets it aside.
        "encoding_errors": "replace",
        "health_check_interval": 0,
        # Neither who made the client nor what it would like to hear: a server may forbid both.
        "driver_info": None,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    turns: dict[str, Any] = {"max_connections": connection_count, "timeout": timeout_seconds}
    if not target.sentinels:
        return _Pool(  # type: ignore[no-untyped-call]  # of redis-py
            **target.options, **limits, **turns
        )
    options = dict(target.options)
    is_tls = options.pop("connection_class", None) is redis.SSLConnection
    patience = min(timeout_seconds, SENTINEL_SECONDS)
    sentinel = Sentinel(  # type: ignore[no-untyped-call]  # of redis-py
        target.sentinels,
        sentinel_kwargs={
            **{name: value for name, value in options.items() if name.startswith("ssl_")},
            "ssl": is_tls,
            "username": access.sentinel_user,
            "password": access.sentinel_password,
            "socket_timeout": patience,
            "socket_connect_timeout": patience,
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": True,
        },
    )
    return _PrimaryPool(  # type: ignore[no-untyped-call]  # of redis-py
        target.primary, sentinel, ssl=is_tls, **options, **limits, **turns
    )


def _options(url: str, access: Access) -> dict[str, Any]:
    said: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]  # of redis-py
    unknown = sorted(said.keys() - _OPTIONS)
    if unknown:
        message = f"a Redis URL cannot say {unknown[0]}"
        raise ValueError(message)
    given: dict[str, Any] = {"username": access.user, "password": access.password}
    if said.get("connection_class") is redis.SSLConnection:
        given |= {
            "ssl_ca_certs": access.ca_file,
            "ssl_certfile": access.certificate_file,
            "ssl_keyfile": access.key_file,
            "ssl_cert_reqs": "required",
            "ssl_check_hostname": True,
        }
    return given | said


def _sentinel(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        message = "a Redis URL with Sentinels lists them as host1:26379,host2:26379"
        raise ValueError(message)
    return host, port or SENTINEL_PORT
