"""The core of the simulated switch: its channels, and what commands, lives and phones need."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import gevent

from callcore.domain.ids import LegId
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from callcore.switchsim import api, applications, detail_records, placing, transferring
from callcore.switchsim.channels import Channel
from callcore.switchsim.events import EventSource
from callcore.switchsim.legs import Leg
from callcore.switchsim.life import Life
from callcore.switchsim.limits import Limits
from callcore.switchsim.pace import Pace
from callcore.switchsim.phones import PhoneBook
from callcore.switchsim.scheduler import Scheduler
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gevent import Greenlet

    from callcore.ports.surroundings import Clock
    from callcore.switchsim.dial_strings import Target
    from callcore.switchsim.life import Application
    from callcore.switchsim.sounds import Sounds


class Core(ABC):
    """What a process of FreeSWITCH holds; made anew when it starts again."""

    def __init__(
        self, settings: SwitchSettings | None = None, *, clock: Clock | None = None
    ) -> None:
        self.settings = settings or SwitchSettings()
        self.clock: Clock = clock or SystemClock()
        self.pace = Pace(
            clock=self.clock,
            chance=random.Random(self.settings.seed),  # noqa: S311 - simulation, not secrecy
            speed=self.settings.speed,
        )
        self.phones = PhoneBook(self.settings.domain)
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Another core id, and no calls."""
        self.source = EventSource(
            core_uuid=self.fresh_uuid(), hostname=self.settings.hostname, now=self.clock.now
        )
        self.started_at = self.clock.now()
        self.global_variables = {
            "core_uuid": self.source.core_uuid,
            "hostname": self.settings.hostname,
            "domain": self.settings.domain,
            "callcore_domain": self.settings.domain,
            "callcore_fallback_seconds": str(self.settings.dialplan.guard_seconds),
        }
        self.limits = Limits(
            sessions=self.settings.sessions, per_second=self.settings.sessions_per_second
        )
        self.scheduler = Scheduler(self.clock)
        self._channels: dict[str, Channel] = {}
        self._threads: dict[str, Greenlet[..., object]] = {}

    @abstractmethod
    def shut_down(self) -> None:
        """Ends in order: calls with ``SYSTEM_SHUTDOWN``, connections with a notice."""

    def leg(self, leg_id: str) -> Leg | None:
        """The live leg with an id."""
        channel = self._channels.get(leg_id)
        return None if channel is None else Leg(self, channel)

    def legs(self) -> list[Leg]:
        """Every live leg."""
        return [Leg(self, channel) for channel in self.channels()]

    def leg_id(self, channel: Channel) -> LegId:
        """A channel's id as the rest of callcore types it."""
        return LegId(channel.uuid)

    def channel(self, uuid: str) -> Channel | None:
        """The channel with an id that is not over."""
        channel = self._channels.get(uuid)
        return channel if channel is not None and channel.is_up else None

    def channels(self) -> list[Channel]:
        """Every channel that is not over, oldest first."""
        return [channel for channel in self._channels.values() if channel.is_up]

    @property
    def sounds(self) -> Sounds:
        """What there is to play."""
        return self.settings.sounds

    @property
    def speed(self) -> float:
        """How much faster than real sounds and people are."""
        return self.settings.speed

    def application(self, name: str) -> Application | None:
        """What the name of an application stands for."""
        return applications.APPLICATIONS.get(name)

    def needs_media(self, name: str) -> bool:
        """True if a leg gets early media before the application."""
        return name in applications.NEEDS_MEDIA

    def extension(self, channel: Channel) -> Sequence[tuple[str, str]]:
        """The applications of the extension the channel's profile asks for."""
        if channel.profile.dialplan == transferring.INLINE:
            return transferring.inline_applications(channel)
        return self.settings.dialplan.applications(
            channel.profile.destination,
            channel.profile.context,
            channel.get("callcore_voicemail_box") or "",
        )

    def api_value(self, command: str) -> str:
        """What ``${command}`` expands to: an API's output where that is allowed, else nothing."""
        if not self.settings.allows_api_expansion:
            return ""
        name, parenthesis, rest = command.partition("(")
        text = f"{name} {rest.removesuffix(')')}" if parenthesis else command
        return api.run(self, text) if text.split(" ")[0] in api.COMMANDS else ""

    def fresh_uuid(self) -> str:
        """A new id, the same for the same seed."""
        return self.pace.fresh_uuid()

    def schedule(self, when: str, group: str, run: Callable[[], None]) -> bool:
        """Runs something at ``+seconds`` or an epoch second; False if ``when`` is neither."""
        return self.scheduler.schedule(when, group, run)

    def unschedule(self, group: str) -> int:
        """Takes off what is scheduled for a group; how much that was."""
        return self.scheduler.delete(group)

    def transfer(
        self, channel: Channel, extension: str, context: str | None, dialplan: str | None = None
    ) -> None:
        """Sends a channel to an extension of the dialplan."""
        if channel.is_up:
            transferring.transfer(channel, extension, context, self.fresh_uuid(), dialplan)

    def new_outbound(
        self,
        *,
        uuid: str,
        target: Target,
        variables: Mapping[str, str],
        caller_name: str,
        caller_number: str,
    ) -> Channel | None:
        """A channel that calls out; ``None`` if the switch is full."""
        number = self.limits.admit(self.clock.now() // MICROS)
        if number is None:
            return None
        placed = placing.outbound(
            leg_id=uuid,
            number=number,
            target=target,
            registered_port=self.phones.port(target.user),
            caller_number=caller_number,
            caller_name=caller_name,
            variables=variables,
        )
        return self._new_channel(placed, number)

    def begin(self, channel: Channel) -> None:
        """Starts a channel's thread."""
        self._threads[channel.uuid] = spawn("switch channel", Life(channel, self).run)

    def ended(self, channel: Channel) -> None:
        """Hears that a channel is destroyed."""
        self.scheduler.delete(channel.uuid)
        if self._channels.pop(channel.uuid, None) is not None:
            self.limits.release()
        self._threads.pop(channel.uuid, None)
        directory = self.settings.detail_record_directory
        if directory is not None:
            detail_records.write(
                directory,
                channel,
                core_uuid=self.source.core_uuid,
                hostname=self.settings.hostname,
            )

    def _new_channel(self, placed: placing.Placed, number: int) -> Channel:
        channel = Channel(
            clock=self.clock,
            source=self.source,
            profile=placed.profile,
            address=placed.address,
            number=number,
            variables=placed.variables,
        )
        self._channels[channel.uuid] = channel
        return channel

    def _end_threads(self) -> None:
        self.scheduler.clear()
        for channel in self._channels.values():
            channel.alarm.silence()
        gevent.killall(list(self._threads.values()), block=False)
        self._threads.clear()
        self._channels.clear()
