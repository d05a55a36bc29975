"""How soon customers are called who are to be on the line by the time an agent is free for them."""

from __future__ import annotations

from callcore.domain import callback_timing
from callcore.domain.callback_timing import ReadyTime, Timing
from callcore.domain.ids import CallId, QueueName
from callcore.domain.policies import CallbackPolicy
from callcore.flows import expecting
from callcore.flows.site import Site


class CallbackPacing:
    """What this process has learnt of the customers of each queue."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ready: dict[QueueName, ReadyTime] = {}

    def learn(self, queue: QueueName, seconds: float) -> None:
        """A customer was ready so long after being dialled."""
        self._ready[queue] = self._ready_of(queue).learnt(seconds)

    def timing(self, call_id: CallId, queue: QueueName, policy: CallbackPolicy) -> Timing:
        """Whether the customer of a promise that stands in line is to be called now."""
        wait = expecting.of_call(self._site, call_id, queue)
        return callback_timing.decide(wait, self._ready_of(queue), policy.longest_hold_seconds)

    def _ready_of(self, queue: QueueName) -> ReadyTime:
        return self._ready.get(queue, ReadyTime())
