"""Whose files are whose: each life of a process has a lock, and what it wrote is named after it.

A process that has died holds no lock. Whoever gets it then owns what was left.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOCK: Final = ".lock"
PART: Final = ".spool"
DAMAGED: Final = ".damaged"

_OWNED = re.compile(r"([A-Za-z0-9._]+)-(\d{1,9})(?:-(\d{1,9}))?(?:\.lock|\.spool|\.damaged)")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._]")


@dataclass(frozen=True, slots=True, order=True)
class Life:
    """One process of an instance, by its number among those that have needed the spool."""

    instance: str
    number: int

    @property
    def lock(self) -> str:
        """The name of its lock's file."""
        return f"{self.instance}-{self.number}{LOCK}"

    def part(self, number: int) -> str:
        """The name of a file it writes."""
        return f"{self.instance}-{self.number}-{number:06}{PART}"


def life_of(name: str) -> Life | None:
    """Whose a file is; ``None`` if it is none of the spool's."""
    found = _OWNED.fullmatch(name)
    return Life(found[1], int(found[2])) if found else None


def order(part: str) -> tuple[str, int, int]:
    """What the names of parts are sorted by."""
    found = _OWNED.fullmatch(part)
    return (found[1], int(found[2]), int(found[3] or 0)) if found else (part, 0, 0)


class Lock:
    """The right to what a life wrote, for as long as it is held."""

    def __init__(self, path: Path, file: int) -> None:
        self._path = path
        self._file = file

    def give_up(self) -> None:
        """Nothing is left to have a right to. Raises ``OSError``."""
        self._path.unlink(missing_ok=True)
        self.let_go()

    def let_go(self) -> None:
        """Anybody may have it."""
        os.close(self._file)


def new_life(directory: Path, instance: str, names: Iterable[str]) -> tuple[Life, Lock]:
    """A life of the instance after all whose files are there. Raises ``OSError``."""
    instance = _NOT_IN_A_NAME.sub("_", instance)
    lives = [life for name in names if (life := life_of(name)) and life.instance == instance]
    number = max((life.number for life in lives), default=0)
    while True:
        number += 1
        life = Life(instance, number)
        lock = lock_of(directory, life)
        if lock is not None:
            return life, lock


def lock_of(directory: Path, life: Life) -> Lock | None:
    """The lock of a life; ``None`` if somebody has it. Raises ``OSError``."""
    path = directory / life.lock
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(file).st_ino == path.stat().st_ino:
            return Lock(path, file)
    except (BlockingIOError, FileNotFoundError):
        pass  # somebody has it, or had it and has given it up this moment
    os.close(file)
    return None
