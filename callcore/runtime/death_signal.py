"""Children that do not outlive us, however we end."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
"""``prctl(2)``: the signal this process gets when its parent dies."""
_libc = ctypes.CDLL(None, use_errno=True)


def following_us(number: signal.Signals) -> Callable[[], None]:
    """What a child of this process has to call before its ``exec``, so that the kernel sends it the
    signal when this process is gone. A change of credentials after it would clear that.
    """
    parent = os.getpid()

    def follow() -> None:
        if _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        if os.getppid() != parent:
            os._exit(1)  # the parent died before the kernel could be told

    return follow
