"""Which worker this process is: a name, and the kernel's word that no other process has it.

What a dead process of the same name held is taken over without waiting for its lease to end, so it
has to be certain that it is dead.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from callcore.bootstrap.drain_note import lock_path
from callcore.bootstrap.supervised import Supervised
from callcore.domain.sharding import WorkerId
from callcore.flows.tenure import THE_ONLY_ONE
from callcore.settings import Settings

NAMES = "1 to 48 lower-case letters, digits, '_' or, but at the beginning, '-'"
_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,47}")
_LOCK_SECONDS = 1.0
"""A holder that was just killed is given so long to be gone."""
_POLL_SECONDS = 0.05
_LONGEST_NOTE_BYTES = 200


class InstanceError(Exception):
    """This process cannot be the instance; the message says why and what to do."""


class InstanceInUseError(InstanceError):
    """A living process is that instance."""


def is_name(text: str) -> bool:
    """May an instance be called so?"""
    return _NAME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Which worker of the site a process is."""

    name: WorkerId = THE_ONLY_ONE
    is_named: bool = False
    """True if the command line says so: there may be others on this machine."""
    supervised: Supervised | None = None
    """What its supervisor has started for it; ``None`` if it has none."""

    def completed(self, settings: Settings) -> Settings:
        """The settings with what was started for all workers in the place of what they leave
        open.
        """
        if self.supervised is None:
            return settings
        node = self.supervised.node
        return replace(
            settings,
            redis_url=settings.redis_url or self.supervised.redis_url,
            postgres_url=settings.postgres_url or self.supervised.postgres_url,
            nodes=settings.nodes if node is None else (node.settings(),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """The process that was the instance of this data directory before, which is dead."""

    life: str | None = None
    """``None`` if there was none."""


def instance(name: str | None, supervised: Supervised | None) -> Instance:
    """The instance that the command line names, if it does."""
    if name is None:
        return Instance(supervised=supervised)
    return Instance(name=WorkerId(name), is_named=True, supervised=supervised)


def names(beginning: str | None, count: int) -> list[WorkerId]:
    """What the workers of one supervisor are called."""
    before = "" if beginning is None else f"{beginning}-"
    return [WorkerId(f"{before}{number}") for number in range(1, count + 1)]


@contextmanager
def held(data_directory: Path, instance: WorkerId, life: str) -> Iterator[Predecessor]:
    """Keeps every other process from being ``instance`` of the data directory meanwhile.

    The lock is the kernel's, so it ends with this process however it ends. Raises
    ``InstanceError``.
    """
    path = lock_path(data_directory, instance)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise InstanceError(f"cannot use {path}: {error.strerror}") from error
    try:
        _take(lock, instance, data_directory)
        predecessor = Predecessor(life=_noted_life(lock))
        os.truncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {life}\n".encode(), 0)
        yield predecessor
    finally:
        os.close(lock)


def _take(lock: int, instance: WorkerId, data_directory: Path) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                holder = _note(lock)[:1] or ["unknown"]
                raise InstanceInUseError(
                    f"another callcore, pid {holder[0]}, is instance {instance} of "
                    f"{data_directory}: stop it, or give this one another name with --instance"
                ) from error
        time.sleep(_POLL_SECONDS)


def _noted_life(lock: int) -> str | None:
    return next(iter(_note(lock)[1:]), None)


def _note(lock: int) -> list[str]:
    return os.pread(lock, _LONGEST_NOTE_BYTES, 0).decode(errors="replace").split()
