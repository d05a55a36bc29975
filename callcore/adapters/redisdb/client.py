"""The connections to Redis: their limits, and no command sent twice.

redis-py repeats a command by itself unless told not to; a script that timed out may have run, so
whether to repeat is the flows' decision. Blocking reads have connections of their own, because
they outlast every sane time limit of a command.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import redis

from callcore.adapters.redisdb.connecting import Access, pool_to, target_of
from callcore.adapters.redisdb.faults import Fault, is_of_a_replica, meaning, without_password
from callcore.ports.stores import LeaseLapsedError

Observe = Callable[[str, float], None]
"""Told the name of a script or read, and how many seconds it took, failed ones included."""

NoteFault = Callable[[str], None]
"""Told a ``Fault`` whenever one happens."""

MayAct = Callable[[], bool]
"""False while nothing may be sent. Asked when a command has got its connection, so that none that
has waited for one goes out late."""

Command = tuple[str | int | float, ...]

LONGEST_BLOCK_SECONDS: Final = 5.0
BLOCKING_CONNECTION_COUNT: Final = 4
PIPELINE_LIMIT: Final = 500
"""Commands sent at once; a bigger answer would hold up other greenlets."""


_CLOSED_MEANWHILE: Final = "Invalid file object"
"""What polling says of a connection that another greenlet closed just before: at the end of the
process, or because its server is the primary no more."""


class Client:
    """Sends commands and scripts to one server; raises only ``StoreError``."""

    def __init__(
        self,
        url: str,
        *,
        access: Access,
        connection_count: int,
        command_timeout_seconds: float,
        observe: Observe,
        fault: NoteFault,
        may_act: MayAct | None = None,
    ) -> None:
        """Connects on first use. Raises ``ValueError`` if ``url`` is not one of Redis."""
        self._server = without_password(url)
        self._observe = observe
        self._fault = fault
        target = target_of(url, access)
        self._commands = redis.Redis(
            connection_pool=pool_to(target, access, connection_count, command_timeout_seconds)
        )
        self._blocking = redis.Redis(
            connection_pool=pool_to(
                target,
                access,
                BLOCKING_CONNECTION_COUNT,
                LONGEST_BLOCK_SECONDS + command_timeout_seconds,
            )
        )

        if may_act is not None:
            for client in (self._commands, self._blocking):
                _put_gate_before(client.connection_pool, may_act, self._server)

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

    def evaluate_and_send(
        self,
        name: str,
        sha: str,
        text: str,
        keys: Sequence[str],
        args: Sequence[str | int | float],
        commands: Sequence[Command],
    ) -> tuple[Any, list[Any]]:
        """Runs a script, and ``commands`` right after it, in one round trip; their answers."""
        with self._guarded(name):
            by_hash, by_text = (("EVALSHA", sha), ("EVAL", text))
            said, *found = self._sent_together(by_hash, keys, args, commands)
            if isinstance(said, redis.exceptions.NoScriptError):
                said, *found = self._sent_together(by_text, keys, args, commands)
            for answer in (said, *found):
                if isinstance(answer, Exception):
                    raise answer
        return said, found

    def _sent_together(
        self,
        script: tuple[str, str],
        keys: Sequence[str],
        args: Sequence[str | int | float],
        commands: Sequence[Command],
    ) -> list[Any]:
        """The answers, errors among them."""
        whole = ((*script, len(keys), *keys, *args), *commands)
        return _together(self._commands, whole, raises=False)

    def send(self, name: str, commands: Sequence[Command]) -> list[Any]:
        """The answers to ``commands``, sent a few hundred at a time."""
        answers: list[Any] = []
        with self._guarded(name):
            for start in range(0, len(commands), PIPELINE_LIMIT):
                answers += _together(self._commands, commands[start : start + PIPELINE_LIMIT])
        return answers

    def send_blocking(self, command: Command, before: Sequence[Command] = ()) -> Any:  # noqa: ANN401  an answer from outside
        """The answer to a command that blocks up to ``LONGEST_BLOCK_SECONDS``, sent with those that
        come before it; not timed.
        """
        with self._translated():
            if not before:
                return self._blocking.execute_command(*command)  # type: ignore[no-untyped-call]  # of redis-py
            return _together(self._blocking, (*before, command))[-1]

    def note_fault(self, fault: Fault) -> None:
        """Tells the listener of a fault found in an answer."""
        self._fault(fault)

    def close(self) -> None:
        """Closes every connection."""
        for client in (self._commands, self._blocking):
            client.connection_pool.disconnect()

    def _let_go(self) -> None:
        """The server is the primary no more: a new connection finds out which one is."""
        for client in (self._commands, self._blocking):
            client.connection_pool.disconnect(inuse_connections=False)

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
            if is_of_a_replica(error):
                self._let_go()
            self._raise(error, error)
        except ValueError as error:
            if _CLOSED_MEANWHILE not in str(error):
                raise
            self._raise(redis.exceptions.ConnectionError("closed meanwhile"), error)

    def _raise(self, error: redis.exceptions.RedisError, cause: Exception) -> NoReturn:
        fault, translated = meaning(error, self._server)
        self._fault(fault)
        raise translated from cause


def _together(
    client: redis.Redis, commands: Sequence[Command], *, raises: bool = True
) -> list[Any]:
    """The answers to commands sent in one go; errors among them unless it ``raises``."""
    with client.pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # of redis-py
        return pipeline.execute(raise_on_error=raises)


def _put_gate_before(pool: redis.ConnectionPool, may_act: MayAct, server: str) -> None:
    """Hands out no connection of the pool while nothing may be sent.

    Whichever pool it is: one for Sentinels has another class than the others.
    """
    get_connection = pool.get_connection

    def check() -> None:
        if not may_act():
            raise LeaseLapsedError(
                f"Redis at {server} was not asked: this worker's leases have lapsed, so others may"
                " follow its calls: check that Redis runs; it goes on by itself once that answers"
            )

    def get(*args: Any, **options: Any) -> Any:  # noqa: ANN401  redis-py's own signature
        check()
        connection = get_connection(*args, **options)
        try:
            check()
        except LeaseLapsedError:
            pool.release(connection)
            raise
        return connection

    pool.get_connection = get  # type: ignore[method-assign]  # as said above
