"""A disk without room, and one that loses what it was given."""

from __future__ import annotations

import errno
import os

from callcore.adapters.spool.disk import Disk


class FullDisk(Disk):
    """Takes as many bytes as there is room for, as a file system does, then none."""

    def __init__(self) -> None:
        self.room: int | None = None
        """In bytes; ``None``: more than enough."""
        self.may_cut = True
        self.may_sync = True

    def write(self, file: int, content: bytes) -> int:
        """Writes part of it when the end of the room is in it."""
        if self.room is None:
            return super().write(file, content)
        if self.room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super().write(file, content[: self.room])
        self.room -= written
        return written

    def cut(self, file: int, length: int) -> None:
        """Fails when told to; the room comes back."""
        if not self.may_cut:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if self.room is not None:
            self.room += os.fstat(file).st_size - length
        super().cut(file, length)

    def sync(self, file: int) -> None:
        """Fails when told to."""
        if not self.may_sync:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(file)
