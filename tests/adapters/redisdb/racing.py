"""What tests of races share: many runs at once, and the invariants of the site they ran on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
import redis

from callcore.adapters.redisdb.keys import Keys
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import NodeName
from callcore.runtime.greenlets import spawn
from tests.adapters.redisdb import invariants
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import NODE, SALES, SUPPORT

OTHER_NODE = NodeName("fs2")


def at_once(*runs: Callable[[], object]) -> list[Any]:
    """What each answers, all started before any is sent."""
    greenlets = [spawn("racer", run) for run in runs]
    gevent.joinall(greenlets, timeout=20, raise_error=True)
    return [greenlet.value for greenlet in greenlets]


def check(raw: redis.Redis) -> None:
    """Fails on the first invariant that does not hold."""
    invariants.check(raw, Keys(SITE), (SUPPORT, SALES), (NODE, OTHER_NODE, CALLBACKS))
