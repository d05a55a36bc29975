"""Somebody to whom the way to the control socket is closed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65534


@contextlib.contextmanager
def another_user(path: Path) -> Iterator[None]:
    """Root becomes nobody for a moment; others take the way away from themselves."""
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
    else:
        path.parent.chmod(0)
        try:
            yield
        finally:
            path.parent.chmod(0o700)
