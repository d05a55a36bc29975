"""The directory of sounds: which file is which, whole files or none, one builder at a time.

FreeSWITCH is given ``<directory>/<language>/<group>/<name>.wav``; its mod_sndfile takes
``<group>/<rate>/<name>.wav`` of the call's rate, else of another, and the plain one only where
there is none of them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from callcore.domain.ids import Language

_LOCK = ".callcore-sounds.lock"
_WAV_HEAD = 44
"""Bytes of the shortest head."""


class TreeError(Exception):
    """The directory of sounds cannot be used."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One directory of sounds."""

    directory: Path

    def sound(self, language: Language, key: str, rate: int) -> Path:
        """Where the sound of a prompt at one rate is."""
        group, _, name = key.rpartition("/")
        return self.directory / language / group / str(rate) / f"{name}.wav"

    def plain_sound(self, language: Language, key: str) -> Path:
        """The file that FreeSWITCH takes after those of any rate; callcore makes none."""
        return self.directory / language / f"{key}.wav"

    def manifest(self, language: Language) -> Path:
        """Where it is told what was made, and of what."""
        return self.directory / language / "manifest.json"

    @property
    def licences(self) -> Path:
        """Where the licences are told."""
        return self.directory / "LICENSES.txt"

    def write(self, path: Path, content: bytes) -> None:
        """Writes the whole file or nothing of it. Raises ``TreeError``."""
        beside = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with beside.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(path)
            except OSError:
                beside.unlink(missing_ok=True)
                raise
        except OSError as error:
            _refuse(path, "cannot be written", error)

    def remove(self, path: Path) -> None:
        """Removes a file, if it is there. Raises ``TreeError``."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _refuse(path, "cannot be removed", error)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the directory, and keeps other builders out of it. Raises ``TreeError``."""
        lock = self.directory / _LOCK
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            file = lock.open("wb")
        except OSError as error:
            _refuse(self.directory, "cannot be written", error)
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise TreeError(f"{self.directory}: somebody else is building there") from error
            yield


def checksum(path: Path) -> str | None:
    """The SHA-256 of a file; ``None``: there is none. Raises ``TreeError``."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        _refuse(path, "cannot be read", error)


def content_of(path: Path) -> bytes:
    """What a file holds. Raises ``TreeError``."""
    try:
        return path.read_bytes()
    except OSError as error:
        _refuse(path, "cannot be read", error)


def is_wav(path: Path) -> bool:
    """True for a file that begins as a wav file does and holds more than its head."""
    try:
        with path.open("rb") as file:
            head = file.read(_WAV_HEAD + 1)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE" and len(head) > _WAV_HEAD


def _refuse(path: Path, what: str, error: OSError) -> NoReturn:
    raise TreeError(f"{path}: {what}: {error.strerror or error}") from error
