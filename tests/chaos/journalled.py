"""A simulated switch that writes down what is lived through at its phones."""

from __future__ import annotations

from callcore.switchsim.channels import Channel
from callcore.switchsim.phones import AgentPhone, PhoneBook, Reaction
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.switch import SimulatedSwitch
from tests.chaos import centre
from tests.chaos.journal import Journal, Word

_BUSY = AgentPhone(reaction=Reaction.BUSY)
_PLAIN = {
    "answer": Word.ANSWERED,
    "digit": Word.PRESSED,
    "bridge": Word.BRIDGED,
    "unbridge": Word.PARTED,
    "transfer": Word.SENT_ON,
}
"""What a leg's history says, and the journal says in the same way."""


class _Phones(PhoneBook):
    """The phone of somebody who is calling is busy."""

    def __init__(self, switch: SimulatedSwitch) -> None:
        super().__init__(switch.settings.domain)
        self._switch = switch

    def phone(self, user: str) -> AgentPhone | None:
        """The phone of a user or number; ``None`` for a customer's that is not in use."""
        known = super().phone(user)
        if known is not None or not user.startswith(centre.CUSTOMERS_PREFIX):
            return known
        return _BUSY if is_in_use(self._switch, user) else None


def is_in_use(switch: SimulatedSwitch, number: str) -> bool:
    """True while somebody calls from that number, or is called."""
    profiles = (channel.profile for channel in switch.channels())
    return any(number in (one.destination, one.caller_number) for one in profiles)


class JournalledSwitch(SimulatedSwitch):
    """Writes down what every leg lives through."""

    def __init__(self, settings: SwitchSettings, journal: Journal) -> None:
        super().__init__(settings)
        self.phones = _Phones(self)
        self.journal = journal

    def begin(self, channel: Channel) -> None:
        """Starts a channel's thread, and listens to what it lives through."""
        _Ear(self.journal, channel)
        super().begin(channel)


class _Ear:
    """One leg's."""

    def __init__(self, journal: Journal, channel: Channel) -> None:
        self._journal = journal
        self._channel = channel
        self._sounds = 0
        profile = channel.profile
        if channel.is_inbound:
            self._write(Word.ARRIVED, profile.caller_number, profile.destination)
        else:
            self._write(Word.RANG, profile.destination, profile.caller_number)
        channel.when_changed.append(self._hear)

    def _hear(self, what: str) -> None:
        name, _, rest = what.partition(" ")
        if name in _PLAIN:
            self._write(_PLAIN[name], *([rest] if rest else []))
        elif name == "play":
            self._sounds += 1
            if self._sounds == 1:
                self._write(Word.SOUND, rest)
        elif name == "stop":
            self._sounds -= 1
            if self._sounds == 0:
                self._write(Word.SILENCE)
        elif name == "hangup":
            by = "person" if self._channel.is_ended_by_far_end else "switch"
            self._write(Word.HUNG_UP, rest, by)

    def _write(self, word: Word, *more: str) -> None:
        self._journal.write(word, self._channel.uuid, *more)
