"""What a process notes of its being drained, beside its lock: for the one that is started in its
place if it dies of something else, and for who waits for its end.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from callcore.domain.sharding import WorkerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainNote:
    """That a worker is drained, or was."""

    by: str
    boot: str
    """The machine since it was started: a drain does not outlive that."""
    calls_left: int | None = None
    """With how many calls the process has ended, which go on at the switch; ``None`` while it has
    not, or has died.
    """

    def ended(self, calls_left: int) -> Self:
        """The note of a process that has come to its end."""
        return replace(self, calls_left=calls_left)


def lock_path(data_directory: Path, instance: WorkerId) -> Path:
    """The file that the process holds which is the instance of the data directory."""
    return data_directory / "instances" / f"{instance}.lock"


def is_held(data_directory: Path, instance: WorkerId) -> bool:
    """Does a process live that is the instance? May raise ``OSError``."""
    try:
        lock = os.open(lock_path(data_directory, instance), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def keep(data_directory: Path, instance: WorkerId, note: DrainNote) -> None:
    """Puts it in the place of what was noted before. May raise ``OSError``."""
    path = _path(data_directory, instance)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(asdict(note)))
    fresh.replace(path)


def kept(data_directory: Path, instance: WorkerId) -> DrainNote | None:
    """What is noted; ``None`` if nothing is, or nothing that can be read."""
    try:
        note = DrainNote(**json.loads(_path(data_directory, instance).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return note


def forget(data_directory: Path, instance: WorkerId) -> None:
    """Takes the note away. May raise ``OSError``."""
    _path(data_directory, instance).unlink(missing_ok=True)


def _path(data_directory: Path, instance: WorkerId) -> Path:
    return data_directory / "instances" / f"{instance}.drain"
