"""callcore with a fault put in on purpose, to show what the checker says of it.

``CALLCORE_BROKEN=record_dropped python -m tests.chaos.run --program tests.chaos.broken``. Nothing
in callcore knows of this: the fault is put in from outside before its command line starts.
"""

# ruff: noqa: E402 - everything else is imported after patch_all()
from gevent import monkey

monkey.patch_all()

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from callcore import __main__ as entry
from callcore.bootstrap.supervisor import Supervisor
from callcore.domain.sharding import Shard, WorkerId
from callcore.flows import agent_line
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.tenure import Tenure

VARIABLE = "CALLCORE_BROKEN"
_DROPPED = "0123"
"""Of calls whose ids end so, a quarter."""


def lease_ignored() -> None:
    """A worker goes on with what was its own when its lease has ended and others have it."""

    def note(
        self: Tenure,
        tokens: Mapping[Shard, int],
        others: Mapping[Shard, WorkerId],
        colleagues: frozenset[WorkerId],
    ) -> None:
        genuine(self, {**self.held, **tokens}, others, colleagues)

    def drop(self: Tenure, shards: Collection[Shard], heir: WorkerId | None = None) -> None:
        pass

    genuine = Tenure.note
    _put(Tenure, "note", note)
    _put(Tenure, "drop", drop)
    _put(Tenure, "is_valid", property(lambda _: True))
    _put(Tenure, "may_command", lambda *_: True)


def record_dropped() -> None:
    """Some records are not kept."""

    def keep(self: RecordKeeping, record: Any) -> None:
        if record.call_id[-1] not in _DROPPED:
            genuine(self, record)

    genuine = RecordKeeping.keep
    _put(RecordKeeping, "keep", keep)


def offer_not_withdrawn() -> None:
    """A phone rings on when its caller has gone."""
    _put(agent_line._CalledPhone, "give_up", lambda *_, **__: None)


FAULTS: Mapping[str, Callable[[], None]] = {
    made.__name__: made for made in (lease_ignored, record_dropped, offer_not_withdrawn)
}


def _put(owner: type, name: str, value: object) -> None:
    getattr(owner, name)
    setattr(owner, name, value)


def _break_workers_too() -> None:
    """Has a supervisor start this module, and not the real one."""

    def orders(self: Supervisor, *told: Any) -> Any:
        made = genuine(self, *told)
        command = [__spec__.name if word == "callcore" else word for word in made.command]
        return replace(made, command=tuple(command))

    genuine = Supervisor._orders
    _put(Supervisor, "_orders", orders)


if __name__ == "__main__":
    FAULTS[os.environ[VARIABLE]]()
    _break_workers_too()
    entry.main()
