"""Output that is there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from callcore.cli.statuses import FAILED, fail


@contextmanager
def written(path: Path | None, *, force: bool) -> Iterator[BinaryIO]:
    """A file that gets its name when the block is over, and is deleted if that fails; standard
    output if there is no path.

    What is there already stays unless ``force``. Ends the command with one line if that, or the
    disk, is in the way.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if not force:
        refuse_existing(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if force:
            beside.replace(path)
        else:
            path.hardlink_to(beside)  # refuses a file that has come to be meanwhile
    except FileExistsError:
        fail(_exists(path), FAILED)
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror}", FAILED)
    finally:
        beside.unlink(missing_ok=True)


def refuse_existing(path: Path) -> None:
    """Ends the command if there is such a file."""
    if path.exists():
        fail(_exists(path), FAILED)


def _exists(path: Path) -> str:
    return f"{path}: is there already; --force overwrites it"
