"""What the tests of shares look at."""

from __future__ import annotations

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.sharding import DUTIES, Duty, Shard
from tests.flows.sharing_team import FS1, FS2, Process

HISTORY = Shard(DUTIES, Duty.HISTORY)
TAKEN_OVER_SECONDS = 2.6
"""The lease, a beat, and patience with one who may only be asleep."""


def followed(*processes: Process) -> list[int]:
    """How many digits of both nodes each follows, which are the same ones, promises included."""
    for process in processes:
        digits = process.digits(FS1)
        assert digits == process.digits(FS2) == process.digits(CALLBACKS)
    return [len(process.digits(FS1)) for process in processes]
