"""The file to which records are being added."""

from __future__ import annotations

from pathlib import Path

from callcore.adapters.spool.disk import Disk


class OpenPart:
    """A new file. Every method may raise ``OSError``."""

    def __init__(self, path: Path, disk: Disk) -> None:
        """Creates it."""
        self.path = path
        self.length = 0
        """How many bytes it holds, all of them of whole frames."""
        self.is_torn = False
        """True if it may end in the middle of a frame, so that nothing should follow."""
        self.file = disk.create(path)
        self._disk = disk

    def append(self, content: bytes) -> None:
        """Adds ``content``, or nothing if it raises."""
        done = 0
        try:
            while done < len(content):
                done += self._disk.write(self.file, content[done:])
        except OSError:
            self.is_torn = done > 0
            if self.is_torn:
                self._disk.cut(self.file, self.length)
                self.is_torn = False
            raise
        self.length += len(content)

    def let_go(self) -> None:
        """Nothing is added any more."""
        self._disk.close(self.file)
