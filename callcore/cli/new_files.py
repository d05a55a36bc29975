"""Several files written together: all of them, or none."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to be."""

    path: Path
    content: bytes = field(repr=False)
    """It may hold passwords."""
    mode: int = 0o644
    """Its rights, whatever the umask."""


def in_the_way(files: Collection[NewFile]) -> list[Path]:
    """The places at which something stands that is not what would be written there."""
    return [file.path for file in files if os.path.lexists(file.path) and not _is_there(file)]


def write_all(files: Sequence[NewFile], *, may_replace: Collection[Path] = ()) -> None:
    """Writes all the files, with the directories they need, or none of them.

    What has a file's content already is left as it is; what else stands in the way is replaced only
    if it is in ``may_replace``. Raises ``OSError``, which for anything else there is a
    ``FileExistsError``.
    """
    wanted = [file for file in files if not _is_there(file)]
    # What takes a free place may find it taken; what replaces cannot fail any more, so it is last.
    wanted.sort(key=lambda file: file.path in may_replace)
    with ExitStack() as undo:
        with ExitStack() as temporary:
            staged = [(file, _staged(file, undo, temporary)) for file in wanted]
            with _uninterrupted():
                for file, written in staged:
                    if file.path in may_replace:
                        written.replace(file.path)
                    else:
                        os.link(written, file.path)
                        undo.callback(file.path.unlink)
        undo.pop_all()


def _is_there(file: NewFile) -> bool:
    try:
        return file.path.is_file() and file.path.read_bytes() == file.content
    except OSError:
        return False


def _staged(file: NewFile, undo: ExitStack, temporary: ExitStack) -> Path:
    """The file beside its place, whole and on the disk."""
    for directory in reversed(file.path.absolute().parents):
        if not directory.exists():
            directory.mkdir()
            undo.callback(_remove_empty, directory)
    handle, name = tempfile.mkstemp(dir=file.path.parent, prefix=".callcore-")
    temporary.callback(partial(Path(name).unlink, missing_ok=True))
    with os.fdopen(handle, "wb") as stream:
        stream.write(file.content)
        stream.flush()
        os.fchmod(stream.fileno(), file.mode)
        os.fsync(stream.fileno())
    return Path(name)


def _remove_empty(directory: Path) -> None:
    with suppress(OSError):
        directory.rmdir()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C comes before or after, not between two files."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
