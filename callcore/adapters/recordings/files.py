"""Removes recordings. Implements ``ports.forgetting.RecordingFiles``.

A path comes from the history. Only a file that is named as callcore names recordings is removed, so
that whoever can write records cannot have other files deleted.
"""

from __future__ import annotations

import re
from pathlib import Path

from callcore.ports.forgetting import FileEnd

_NAME = re.compile(r"[A-Za-z0-9-]{1,64}_[A-Za-z0-9-]{1,64}\.wav")
"""The ids of the call and of the offer (``flows.conversation.recording_path``)."""


class LocalRecordings:
    """Those in directories that this machine has."""

    def remove(self, path: str) -> FileEnd:
        """Removes one."""
        file = Path(path)
        if not file.is_absolute() or ".." in file.parts or not _NAME.fullmatch(file.name):
            return FileEnd.OUT_OF_REACH
        try:
            if not file.parent.is_dir() or (file.exists() and not file.is_file()):
                return FileEnd.OUT_OF_REACH
            file.unlink()
        except FileNotFoundError:
            return FileEnd.GONE
        except OSError:
            return FileEnd.OUT_OF_REACH
        return FileEnd.REMOVED
