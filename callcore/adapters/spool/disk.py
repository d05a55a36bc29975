"""What is asked of the disk, so that one that is full or fails can stand in its place."""

from __future__ import annotations

import os
from pathlib import Path


class Disk:
    """The disk itself. Every method raises ``OSError``."""

    def create(self, path: Path) -> int:
        """A new file, open for appending."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        return os.open(path, flags, 0o600)

    def write(self, file: int, content: bytes) -> int:
        """Writes what there is room for and returns how much that was."""
        return os.write(file, content)

    def cut(self, file: int, length: int) -> None:
        """Takes away what stands behind ``length`` bytes."""
        os.ftruncate(file, length)

    def sync(self, file: int) -> None:
        """Waits until the file is on the disk."""
        os.fsync(file)

    def sync_directory(self, path: Path) -> None:
        """Waits until the names of its files are."""
        directory = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def close(self, file: int) -> None:
        """Lets go of the file."""
        os.close(file)
