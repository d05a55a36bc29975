"""What operators are told of differences that were mended.

A call that changes hands as planned is found on the switch and followed by nobody like any other
that is taken over; but nothing was wrong with it, and it is told as what it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallTakenOver, SelfHealed
from callcore.domain.ids import CallId, LegId, NodeName, shard_of
from callcore.flows.site import Site


class Healing:
    """Tells of what was mended: the kind of thing, which, and why."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._given: Counter[tuple[NodeName, str]] = Counter()

    @contextmanager
    def given(self, node: NodeName, digits: Collection[str]) -> Iterator[None]:
        """While calls of these digits of the node are taken over that others have handed over."""
        given = [(node, digit) for digit in set(digits)]
        self._given.update(given)
        try:
            yield
        finally:
            self._given.subtract(given)

    def heal(self, what: str, subject: str, reason: str) -> None:
        """Something differed."""
        self._site.facts.publish(
            SelfHealed(at=self._site.clock.now(), what=what, subject=subject, reason=reason)
        )

    def call(self, node: NodeName, call_id: CallId, reason: str) -> None:
        """A call of the node, or a promise that is taken over with its calls, was nobody's."""
        if not self._is_given(node, call_id):
            self.heal("call", call_id, reason)
            return
        taken_over = CallTakenOver(at=self._site.clock.now(), call_id=call_id, node=node)
        self._site.facts.publish(taken_over)

    def of_call(
        self, what: str, subject: str, reason: str, *, node: NodeName, call_id: CallId
    ) -> None:
        """What went with a call: that is to be expected of one that was handed over."""
        if not self._is_given(node, call_id):
            self.heal(what, subject, reason)

    def _is_given(self, node: NodeName, call_id: CallId) -> bool:
        """A promise is taken over with the calls of its digit on any node."""
        nodes = self._site.switches if node == CALLBACKS else (node,)
        return any(self._given[one, shard_of(LegId(call_id))] for one in nodes)
