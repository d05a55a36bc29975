"""One call to a phone: it rings or not, somebody or something picks up, and what that does then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim import api_media, holding
from callcore.switchsim.phones import AgentPhone, Reaction, reaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.distributions import Distribution
    from callcore.switchsim.pace import Pace

_CAUSES = {
    Reaction.BUSY: "USER_BUSY",
    Reaction.REFUSES: "CALL_REJECTED",
    Reaction.UNREACHABLE: "NORMAL_TEMPORARY_FAILURE",
    Reaction.NOT_FOUND: "NO_ROUTE_DESTINATION",
}
_HASTY_SECONDS = 0.3


class Ringing:
    """One call to a phone, until somebody hangs up."""

    def __init__(
        self,
        channel: Channel,
        phone: AgentPhone,
        pace: Pace,
        *,
        hold_music: str,
        media_timeout_seconds: float,
    ) -> None:
        self._channel = channel
        self._phone = phone
        self._pace = pace
        self._hold_music = hold_music
        self._media_timeout_seconds = media_timeout_seconds
        self._has_talked = False

    def begin(self) -> None:
        """Delivers the call to the phone."""
        outcome = reaction(self._phone, self._pace.chance)
        if outcome is Reaction.UNREACHABLE:
            self._channel.hang_up(_CAUSES[outcome], by_far_end=True)
            return
        self._pace.clock.after(self._phone.network_seconds, lambda: self._arrive(outcome))

    def _arrive(self, outcome: Reaction) -> None:
        if outcome in (Reaction.BUSY, Reaction.NOT_FOUND):
            self._channel.hang_up(_CAUSES[outcome], by_far_end=True)
            return
        self._channel.ring()
        delay = self._pace.draw(self._phone.ring_seconds)
        if outcome is Reaction.REFUSES:
            self._later(delay, lambda: self._channel.hang_up(_CAUSES[outcome], by_far_end=True))
        elif outcome is Reaction.PICKS_UP:
            self._later(delay, self._pick_up)

    def _pick_up(self) -> None:
        if not self._channel.is_up:
            return
        if self._has_chance(self._phone.machine_chance):
            self._be_machine()
        elif self._has_chance(self._phone.hasty_chance):
            self._channel.answer()
            self._later(_HASTY_SECONDS, self._end)
        else:
            self._channel.when_changed.append(self._hear)
            self._channel.answer()
            self._wait_to_talk()

    def _be_machine(self) -> None:
        self._channel.is_machine = True
        self._channel.answer()
        self._after(self._phone.machine_seconds, self._end)

    def _wait_to_talk(self) -> None:
        """The person is on the line, and whoever called is not yet."""
        phone = self._phone
        if phone.keys:
            (key,) = self._pace.chance.choices(list(phone.keys), list(phone.keys.values()))
            self._after(phone.key_seconds, lambda: self._press(key))
        if phone.patience_seconds is not None:
            self._after(phone.patience_seconds, self._lose_patience)

    def _press(self, key: str) -> None:
        if not self._has_talked and self._channel.is_up:
            api_media.press(self._channel, key, "RTP")

    def _lose_patience(self) -> None:
        if not self._has_talked:
            self._end()

    def _hear(self, what: str) -> None:
        if not what.startswith("bridge "):
            return
        self._channel.when_changed.remove(self._hear)
        self._has_talked = True
        phone = self._phone
        if self._has_chance(phone.vanish_chance):
            self._later(self._media_timeout_seconds, lambda: self._channel.hang_up("MEDIA_TIMEOUT"))
            return
        if phone.machine_key:
            self._after(phone.machine_key_seconds, self._give_up_on_machine)
        if phone.talk_seconds is None:
            return
        length = self._pace.draw(phone.talk_seconds)
        if self._has_chance(phone.hold_chance):
            self._hold_during(length)
        self._later(length, self._end)

    def _give_up_on_machine(self) -> None:
        partner = self._channel.partner
        if self._channel.is_talking and partner is not None and partner.is_machine:
            api_media.press(self._channel, self._phone.machine_key, "RTP")

    def _hold_during(self, length: float) -> None:
        begin = length / 3
        end = min(begin + self._pace.draw(self._phone.hold_seconds), length * 0.9)
        self._later(begin, lambda: holding.hold(self._channel, self._hold_music))
        self._later(end, lambda: holding.unhold_by_phone(self._channel, self._pace.clock))

    def _end(self) -> None:
        self._channel.hang_up(by_far_end=True)

    def _has_chance(self, share: float) -> bool:
        return share > 0 and self._pace.chance.random() < share

    def _after(self, length: Distribution, act: Callable[[], None]) -> None:
        self._later(self._pace.draw(length), act)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._pace.clock.after(seconds, act)
