"""The connections to Redis: their limits, and no command sent twice.

redis-py repeats a command by itself unless told not to; a script that timed out may have run, so
whether to repeat is the flows' decision. Blocking reads have connections of their own, because
they outlast every sane time limit of a command.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcore.adapters.redisdb.faults import Fault, meaning, without_password

Observe = Callable[[str, float], None]
"""Told the name of a script or read, and how many seconds it took, failed ones included."""

NoteFault = Callable[[str], None]
"""Told a ``Fault`` whenever one happens."""

Command = tuple[str | int | float, ...]

LONGEST_BLOCK_SECONDS: Final = 5.0
BLOCKING_CONNECTION_COUNT: Final = 4
PIPELINE_LIMIT: Final = 500
"""Commands sent at once; a bigger answer would hold up other greenlets."""


class Client:
    """Sends commands and scripts to one server; raises only ``StoreError``."""

    def __init__(
        self,
        url: str,
        *,
        password: str | None,
        connection_count: int,
        command_timeout_seconds: float,
        observe: Observe,
        fault: NoteFault,
    ) -> None:
        """Connects on first use. Raises ``ValueError`` if ``url`` is not one of Redis."""
        self._server = without_password(url)
        self._observe = observe
        self._fault = fault
        self._commands = _connect(url, password, connection_count, command_timeout_seconds)
        self._blocking = _connect(
            url,
            password,
            BLOCKING_CONNECTION_COUNT,
            LONGEST_BLOCK_SECONDS + command_timeout_seconds,
        )

    def evaluate(
        self,
        name: str,
        sha: str,
        text: str,
        keys: Sequence[str],
        args: Sequence[str | int | float],
    ) -> Any:  # noqa: ANN401  an answer from outside; ``Script`` checks it
        """Runs a script by its hash, or by its text where the server does not know it yet."""
        with self._guarded(name):
            try:
                return self._commands.evalsha(sha, len(keys), *keys, *args)
            except redis.exceptions.NoScriptError:
                return self._commands.eval(text, len(keys), *keys, *args)

    def send(self, name: str, commands: Sequence[Command]) -> list[Any]:
        """The answers to ``commands``, sent a few hundred at a time."""
        answers: list[Any] = []
        with self._guarded(name):
            for start in range(0, len(commands), PIPELINE_LIMIT):
                with self._commands.pipeline(transaction=False) as pipeline:
                    for command in commands[start : start + PIPELINE_LIMIT]:
                        pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # of redis-py
                    answers += pipeline.execute()
        return answers

    def send_blocking(self, command: Command) -> Any:  # noqa: ANN401  an answer from outside
        """The answer to a command that blocks up to ``LONGEST_BLOCK_SECONDS``; not timed."""
        with self._translated():
            return self._blocking.execute_command(*command)  # type: ignore[no-untyped-call]  # of redis-py

    def note_fault(self, fault: Fault) -> None:
        """Tells the listener of a fault found in an answer."""
        self._fault(fault)

    def close(self) -> None:
        """Closes every connection."""
        for client in (self._commands, self._blocking):
            client.connection_pool.disconnect()

    @contextmanager
    def _guarded(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            with self._translated():
                yield
        finally:
            self._observe(name, time.perf_counter() - started)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except redis.exceptions.RedisError as error:
            fault, translated = meaning(error, self._server)
            self._fault(fault)
            raise translated from error


def _connect(
    url: str, password: str | None, connection_count: int, timeout_seconds: float
) -> redis.Redis:
    pool = redis.BlockingConnectionPool.from_url(
        url,
        password=password,
        max_connections=connection_count,
        timeout=timeout_seconds,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=3,
        legacy_responses=False,
        decode_responses=True,
        # An entry that somebody else wrote must reach the code that sets it aside.
        encoding_errors="replace",
        health_check_interval=0,
    )
    return redis.Redis(connection_pool=pool)
