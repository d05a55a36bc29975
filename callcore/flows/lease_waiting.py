"""A moment of patience with callers while this worker's leases have lapsed.

A process that was stopped, or that Redis did not answer in time, changes nothing before it knows
what it still holds. That takes a beat: callers of that moment wait for it, where the floor admits
nobody, and are not sent away.
"""

from __future__ import annotations

from callcore.domain.ids import MICROS_PER_SECOND
from callcore.flows.call import Call
from callcore.flows.site import Site

PATIENCE_SECONDS = 1.0
LOOK_SECONDS = 0.02


class LeaseWaiting:
    """What all callers share: while Redis is away only the first of them waits in vain."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._is_in_vain = False

    def wait(self, call: Call) -> bool:
        """Waits until the leases are renewed, for a moment at most; false if they were not.

        Raises ``HandedOver`` if the call is another worker's by then.
        """
        clock, tenure = self._site.clock, self._site.tenure
        if tenure.is_valid:
            self._is_in_vain = False
            return True
        deadline = clock.now() + PATIENCE_SECONDS * MICROS_PER_SECOND
        while not self._is_in_vain and not tenure.is_valid:
            self._is_in_vain = clock.now() >= deadline
            clock.sleep(LOOK_SECONDS)
            call.mailbox.check()
        return tenure.is_valid

    def until_known(self, call: Call) -> None:
        """The same, and then until it is known that the call is not another worker's: nobody is
        refused, or told of, who may be. Raises ``HandedOver``.
        """
        self.wait(call)
        while not self._site.tenure.may_command(call.caller.node):
            self._site.clock.sleep(LOOK_SECONDS)
            call.mailbox.check()
