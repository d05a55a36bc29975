"""A leg as the person at its phone holds it: what a test or a simulated caller can do and hear."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gevent.event import Event

from callcore.switchsim import api_media, holding

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcore.domain.ids import LegId
    from callcore.switchsim.channels import Channel
    from callcore.switchsim.core import Core


class Leg:
    """One phone's end of a call."""

    def __init__(self, switch: Core, channel: Channel) -> None:
        self._switch = switch
        self.channel = channel

    @property
    def leg_id(self) -> LegId:
        """The channel's id."""
        return self._switch.leg_id(self.channel)

    @property
    def history(self) -> list[tuple[int, str]]:
        """What happened and was heard: instants in epoch microseconds and words.

        ``park``, ``answer``, ``play <path>``, ``stop <path>``, ``digit <d>``, ``bridge <leg>``,
        ``unbridge <leg>``, ``hold``, ``unhold``, ``record <path>``, ``recorded <path>``,
        ``transfer <extension>``, ``hangup <cause>``.
        """
        return self.channel.history

    @property
    def heard(self) -> list[str]:
        """The sounds that began to play to the leg, in order."""
        return [what[5:] for _, what in self.history if what.startswith("play ")]

    @property
    def playing(self) -> str | None:
        """What is being heard now: the innermost sound, or ``None``."""
        return self.channel.playing[-1] if self.channel.playing else None

    @property
    def is_alive(self) -> bool:
        """True until hung up."""
        return self.channel.is_up

    @property
    def is_answered(self) -> bool:
        """True while the line is answered."""
        return self.channel.is_answered

    @property
    def is_parked(self) -> bool:
        """True while the leg awaits orders."""
        return self.channel.is_parked

    @property
    def bridged_to(self) -> str | None:
        """The id of the leg talked with, or ``None``."""
        partner = self.channel.partner
        return partner.uuid if self.channel.is_talking and partner is not None else None

    @property
    def hangup_cause(self) -> str:
        """Why the leg ended; empty while it lives."""
        return self.channel.hangup_cause

    def variable(self, name: str) -> str | None:
        """A channel variable."""
        return self.channel.get(name)

    def hang_up(self, cause: str | None = None) -> None:
        """The person hangs up: a BYE, or a CANCEL before the line was answered."""
        if cause is None:
            is_cancelled = self.channel.is_inbound and not self.channel.is_answered
            cause = "ORIGINATOR_CANCEL" if is_cancelled else "NORMAL_CLEARING"
        self.channel.hang_up(cause, by_far_end=True)

    def press(self, digits: str) -> None:
        """The person presses keys."""
        api_media.press(self.channel, digits, "RTP")

    def hold(self) -> None:
        """The person puts the partner on hold; the switch plays hold music to the partner."""
        holding.hold(self.channel, self._switch.settings.hold_music)

    def unhold(self) -> None:
        """The person takes the partner off hold; the switch takes its time."""
        holding.unhold_by_phone(self.channel, self._switch.clock)

    def transfer_blind(self, extension: str, context: str | None = None) -> None:
        """The person sends the partner to an extension (REFER) and is out of the call."""
        partner = self.channel.partner
        if partner is not None and self.channel.is_talking:
            self.channel.set("transfer_disposition", "recv_replace")
            self.channel.set("endpoint_disposition", "BLIND_TRANSFER")
            self._switch.transfer(partner, extension, context)

    def vanish(self) -> None:
        """The phone is gone without a word; the switch notices when no media came for a while."""
        channel = self.channel
        self._switch.clock.after(
            self._switch.settings.media_timeout_seconds, lambda: channel.hang_up("MEDIA_TIMEOUT")
        )

    def wait_until(self, holds: Callable[[Leg], bool], seconds: float = 5.0) -> bool:
        """Waits until something holds of the leg, looking whenever anything happens to it.

        False if it did not within ``seconds`` of real time.
        """
        changed = Event()

        def hear(_what: str) -> None:
            changed.set()

        self.channel.when_changed.append(hear)
        try:
            deadline = time.monotonic() + seconds
            while not holds(self):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                changed.wait(left)
                changed.clear()
            return True
        finally:
            self.channel.when_changed.remove(hear)
