"""What the switches keep of who follows which legs: ``worker:token`` for each digit.

It is what remains when Redis is away. Whoever takes shards over marks them before it acts; whoever
finds another's mark on what it held knows that its time is over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Final

from callcore.domain.events import FlowFailed
from callcore.domain.ids import Micros, NodeName
from callcore.domain.sharding import Shard
from callcore.flows.site import Site
from callcore.ports.telephony import CommandRefusedError, TelephonyError

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""

Wake = Callable[[], None]
"""Has the keeper look again."""

NONE_OF_OTHERS_SECONDS: Final = 2.0


class OwnerMarks:
    """Reads the marks of others, and puts this worker's, behind the back of whoever asks for it."""

    def __init__(self, site: Site, spawn: Spawn, wake: Wake) -> None:
        """``wake`` is called when it is known of more shards whose marks they have."""
        self._site = site
        self._spawn = spawn
        self._wake = wake
        self._asked: set[NodeName] = set()
        self._before: dict[Shard, int] = {}
        """Marked as this worker's, with the token that another's mark had; 0 if there was none."""
        self._marked: dict[Shard, int] = {}
        self._is_refused = False
        self._none_until = float("-inf")
        self._is_looking = False

    def others(self, node: NodeName) -> dict[str, int] | None:
        """The tokens in other workers' marks, by digit; ``None`` if the switch cannot be asked.

        Waits for the switch.
        """
        marks = self._read(node)
        return None if marks is None else self._of_others(marks)

    def look(self, node: NodeName) -> tuple[Collection[str], Collection[str]] | None:
        """Which digits have this worker's mark, and which that of another; ``None`` if the switch
        cannot be asked. Waits for the switch.
        """
        marks = self._read(node)
        if marks is None:
            return None
        others = self._of_others(marks)
        return marks.keys() - others.keys(), others.keys()

    def _read(self, node: NodeName) -> Mapping[str, str] | None:
        switch = self._site.switches[node]
        if not switch.is_connected:
            return None
        try:
            marks = switch.owners()
        except CommandRefusedError as error:
            self._refused(error)
            return {}
        except TelephonyError:
            return None
        self._note_age(node, marks)
        return marks

    def _note_age(self, node: NodeName, marks: Mapping[str, str]) -> None:
        """A mark is as old as its token, or younger, and goes with the core that keeps it."""
        tokens = [mark.rpartition(":")[2] for mark in marks.values()]
        ages = [int(token) for token in tokens if token.isdecimal()]
        if ages:
            self._site.nodes.ran(node, Micros(min(ages)))

    def _of_others(self, marks: Mapping[str, str]) -> dict[str, int]:
        read = {digit: mark.rpartition(":") for digit, mark in marks.items()}
        return {
            digit: int(token) if token.isdecimal() else 1
            for digit, (worker, _, token) in read.items()
            if worker != self._site.tenure.worker_id
        }

    def has_none_of_others(self) -> bool:
        """True if every switch was asked a moment ago and had no mark of others.

        Does not wait: what is found is known later.
        """
        if self._site.tenure.seconds() < self._none_until:
            return True
        switches = self._site.switches
        if not self._is_looking and all(switches[node].is_connected for node in switches):
            self._is_looking = True
            self._spawn("look for marks", self._look_for_any)
        return False

    def _look_for_any(self) -> None:
        asked_at = self._site.tenure.seconds()
        try:
            found = [self.others(node) for node in self._site.switches]
        finally:
            self._is_looking = False
        if not any(found) and None not in found:
            self._none_until = asked_at + NONE_OF_OTHERS_SECONDS
            self._wake()

    def before(self, shard: Shard, token: int) -> int | None:
        """The token that another's mark of the shard had, 0 if there was none; ``None`` if it is
        not marked as this worker's with ``token`` yet.
        """
        return self._before[shard] if self._marked.get(shard) == token else None

    def forget(self) -> None:
        """Links came up: what was behind them may have forgotten its marks."""
        self._marked.clear()

    def put_soon(self, tokens: Mapping[Shard, int]) -> None:
        """Marks the shards of nodes that are not marked so; those of nodes without link later."""
        missing: defaultdict[NodeName, dict[Shard, int]] = defaultdict(dict)
        for shard, token in tokens.items():
            if shard.node in self._site.switches and self._marked.get(shard) != token:
                missing[shard.node][shard] = token
        for node, of_node in missing.items():
            if node not in self._asked and self._site.switches[node].is_connected:
                self._asked.add(node)
                self._spawn(f"mark {node}", partial(self._put, node, of_node))

    def _put(self, node: NodeName, tokens: Mapping[Shard, int]) -> None:
        try:
            others = self.others(node)
            # One who has slept must not put its mark over that of who came after it.
            is_time = others is not None and self._site.tenure.is_valid
            if others is None or not is_time or not self._written(node, tokens):
                return
            for shard, token in tokens.items():
                self._before[shard] = others.get(shard.part, 0)
                self._marked[shard] = token
        finally:
            self._asked.discard(node)
        self._wake()

    def _written(self, node: NodeName, tokens: Mapping[Shard, int]) -> bool:
        """True once the switch keeps them, or will not keep any."""
        digits: defaultdict[int, str] = defaultdict(str)
        for shard, token in tokens.items():
            digits[token] += shard.part
        try:
            for token, several in digits.items():
                mark = f"{self._site.tenure.worker_id}:{token}"
                self._site.switches[node].mark_owner(several, mark)
        except CommandRefusedError as error:
            self._refused(error)
        except TelephonyError:
            return False
        return True

    def _refused(self, error: CommandRefusedError) -> None:
        """Told once: without marks, Redis alone says whose the calls are."""
        if not self._is_refused:
            self._is_refused = True
            self._site.facts.publish(
                FlowFailed(at=self._site.clock.now(), flow="owner_marks", reason=str(error))
            )
