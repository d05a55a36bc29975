"""Which worker follows which calls: the shards of a site, and how they are shared out.

A call belongs to the shard that the first hexadecimal digit of its channel id and its node make. A
promised callback has no node yet and belongs to that of its own id among ``CALLBACKS``. What is to
be done once for the whole site is a shard too: a duty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, NodeName, shard_of

DIGITS = "0123456789abcdef"

WorkerId = NewType("WorkerId", str)
"""One worker of a site by the name of its instance, which a worker started in its place has too."""

DUTIES = NodeName("duties")
"""In place of a node: what one worker does for the whole site. No node may be called that."""


class Duty(StrEnum):
    """What one worker does for the site."""

    HISTORY = "history"
    """Moves what is pending to Postgres, and does what the history asks for from time to time."""


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """What is leased to one worker at a time; ``part`` is a digit, or a ``Duty``."""

    node: NodeName
    part: str

    @property
    def name(self) -> str:
        """``node:part``, as the floor has it."""
        return f"{self.node}:{self.part}"


def shard_of_leg(node: NodeName, leg_id: LegId) -> Shard:
    """The shard of a leg on a node, and of the call it is about."""
    return Shard(node, shard_of(leg_id))


def shard_of_promise(call_id: CallId) -> Shard:
    """The shard of a promised callback."""
    return Shard(CALLBACKS, call_id[0].lower())


def shard_of_call(node: NodeName, call_id: CallId) -> Shard:
    """The shard of a call on a node, or of a promise if that is ``CALLBACKS``."""
    if node == CALLBACKS:
        return shard_of_promise(call_id)
    return shard_of_leg(node, LegId(call_id))


def count_of(nodes_count: int) -> int:
    """How many shards a site with so many nodes has: those of promises and its duties too."""
    return len(DIGITS) * (nodes_count + 1) + len(Duty)


def allocation(
    nodes: Iterable[NodeName],
    reaches: Mapping[WorkerId, Collection[NodeName]],
    holders: Mapping[Shard, WorkerId],
) -> dict[Shard, WorkerId]:
    """Whose each shard of these nodes should be; those that should be nobody's are missing.

    ``reaches`` has the workers that may hold shards, with the nodes that each can talk to, and
    ``holders`` whose the shards are, also those of workers that are leaving or of other nodes.
    Everybody who knows the same of these two comes to the same result.

    Digits are shared out evenly among those who reach any node, and as few as possible change
    hands. A digit of all nodes and of ``CALLBACKS`` is one worker's, but for nodes that it does not
    reach: there whoever does, has it. A node that nobody reaches stays with its holders.
    """
    by_digit = _digits(reaches, holders)
    wanted: dict[Shard, WorkerId] = {}
    for node in sorted(nodes):
        wanted |= _of_node(node, by_digit, reaches, holders)
    for digit, worker_id in by_digit.items():
        wanted[Shard(CALLBACKS, digit)] = worker_id
        for duty in Duty:
            shard = Shard(DUTIES, duty)
            holder = holders.get(shard)
            wanted.setdefault(shard, holder if holder in reaches and holder else worker_id)
    return wanted


def _digits(
    reaches: Mapping[WorkerId, Collection[NodeName]], holders: Mapping[Shard, WorkerId]
) -> dict[str, WorkerId]:
    """Whose each digit should be."""
    able = sorted(worker for worker in reaches if reaches[worker]) or sorted(reaches)
    if not able:
        return {}
    weights = Counter((shard.part, holder) for shard, holder in holders.items())
    now: dict[WorkerId, list[str]] = {worker_id: [] for worker_id in able}
    for digit in DIGITS:
        # Whoever has its promises has the digit; where nobody has, who holds most of it.
        holder = holders.get(Shard(CALLBACKS, digit))
        if holder not in now or holder is None:
            holder = max(able, key=lambda worker: weights[digit, worker])
        if weights[digit, holder]:
            now[holder].append(digit)
    able.sort(key=lambda worker: -len(now[worker]))
    least, more_count = divmod(len(DIGITS), len(able))
    rooms = {worker: least + (place < more_count) for place, worker in enumerate(able)}
    by_digit: dict[str, WorkerId] = {}
    for worker, digits in now.items():
        kept = sorted(digits, key=lambda digit: -weights[digit, worker])[: rooms[worker]]
        by_digit |= dict.fromkeys(kept, worker)
        rooms[worker] -= len(kept)
    to_have = (worker for worker in able for _ in range(rooms[worker]))
    by_digit |= {digit: next(to_have) for digit in DIGITS if digit not in by_digit}
    return by_digit


def _of_node(
    node: NodeName,
    by_digit: Mapping[str, WorkerId],
    reaches: Mapping[WorkerId, Collection[NodeName]],
    holders: Mapping[Shard, WorkerId],
) -> dict[Shard, WorkerId]:
    """Whose the shards of a node should be."""
    reaching = sorted(worker for worker in reaches if node in reaches[worker])
    wanted: dict[Shard, WorkerId] = {}
    others: list[Shard] = []
    for digit, worker in by_digit.items():
        shard = Shard(node, digit)
        holder = holders.get(shard)
        if worker in reaching:
            wanted[shard] = worker
        elif reaching:
            others.append(shard)
        else:
            wanted[shard] = holder if holder in reaches and holder else worker
    counts = Counter(wanted.values())
    most = -(-len(DIGITS) // max(len(reaching), 1))
    for shard in sorted(others, key=lambda shard: holders.get(shard) not in reaching):
        holder = holders.get(shard)
        if holder is None or holder not in reaching or counts[holder] >= most:
            holder = min(reaching, key=lambda worker: counts[worker])
        wanted[shard] = holder
        counts[holder] += 1
    return wanted
