"""The simulated switch: its socket, its channels, and what happens to all of it at once."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event

from callcore.domain.ids import LegId
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from callcore.switchsim import (
    api,
    applications,
    detail_records,
    placing,
    telling,
    transferring,
)
from callcore.switchsim.channels import Channel
from callcore.switchsim.event_socket import EventSocket
from callcore.switchsim.events import EventSource
from callcore.switchsim.legs import Leg
from callcore.switchsim.life import Life
from callcore.switchsim.limits import Limits
from callcore.switchsim.pace import Pace
from callcore.switchsim.phones import AgentPhone, PhoneBook
from callcore.switchsim.scheduler import Scheduler
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gevent import Greenlet

    from callcore.ports.surroundings import Clock, Timer
    from callcore.switchsim.dial_strings import Target
    from callcore.switchsim.life import Application
    from callcore.switchsim.listener import Listener
    from callcore.switchsim.sounds import Sounds

_SHUTDOWN_STEPS = 200


class CallRefusedError(Exception):
    """The switch is down or at one of its limits and took no call."""


class SimulatedSwitch:
    """A FreeSWITCH that callcore can be pointed at, without SIP or sound."""

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
        self.flowing = Event()
        self.flowing.set()
        self.port = self.settings.port
        self._socket = EventSocket(self)
        self._make_core()

    def _make_core(self) -> None:
        self.source = EventSource(
            core_uuid=self.fresh_uuid(), hostname=self.settings.hostname, now=self.clock.now
        )
        self.started_at = self.clock.now()
        self.global_variables = {
            "core_uuid": self.source.core_uuid,
            "hostname": self.settings.hostname,
            "domain": self.settings.domain,
        }
        self.limits = Limits(
            sessions=self.settings.sessions, per_second=self.settings.sessions_per_second
        )
        self.scheduler = Scheduler(self.clock)
        self._channels: dict[str, Channel] = {}
        self._threads: dict[str, Greenlet[..., object]] = {}
        self._heartbeat: Timer | None = None

    # Its own life

    def start(self) -> int:
        """Begins to listen; the port."""
        self.port = self._socket.open(self.settings.host, self.port)
        self._plan_heartbeat()
        return self.port

    def stop(self) -> None:
        """Ends everything at once, as ``kill``; what a test calls at its end."""
        self.kill()

    def kill(self) -> None:
        """The process is gone: connections break with nothing said, calls are lost."""
        self._stop_listening()
        self.drop_connections()
        self._end_threads()
        self.flowing.set()

    def restart(self) -> int:
        """Starts anew on the same port with a new core id and no calls."""
        self.kill()
        self._make_core()
        return self.start()

    def shut_down(self) -> None:
        """Ends in order: calls with ``SYSTEM_SHUTDOWN``, connections with a notice."""
        self.source.fire("SHUTDOWN", lambda: {"Event-Info": "System Shutting Down"})
        for channel in self.channels():
            channel.hang_up("SYSTEM_SHUTDOWN")
        self._wait_while(lambda: bool(self._channels))
        self._stop_listening()
        self._socket.say_goodbye("The system is being shut down.\n")
        self._wait_while(lambda: not self._socket.is_drained)
        self.drop_connections()
        self._end_threads()

    def drop_connections(self) -> None:
        """Breaks every client's connection; the switch and its calls go on."""
        self._socket.drop()

    def stall(self) -> None:
        """Goes on accepting connections and carrying calls, but reads and says nothing."""
        self.flowing.clear()

    def resume(self) -> None:
        """Ends a stall; what was held back is read and said."""
        self.flowing.set()

    @property
    def connection_count(self) -> int:
        """How many clients are connected."""
        return self._socket.connection_count

    @property
    def is_listened_to(self) -> bool:
        """True once somebody wants to hear of parked callers."""
        return self.source.is_wanted("CHANNEL_PARK")

    # What people at phones do

    def call_in(
        self,
        *,
        dialled: str,
        caller_number: str = "+48200001",
        caller_name: str = "Caller",
        patience_seconds: float | None = None,
        leg_id: str | None = None,
        context: str | None = None,
        domain: str | None = None,
    ) -> Leg:
        """Somebody calls ``dialled``; with a ``domain``, the user ``caller_number`` of it.

        Hangs up after ``patience_seconds`` unless talking by then.
        Raises ``CallRefusedError`` if the switch is down or full.
        """
        uuid = leg_id or self.fresh_uuid()
        number = self.limits.admit(self.clock.now() // MICROS)
        if number is None or not self._socket.is_open or uuid in self._channels:
            raise CallRefusedError(dialled)
        placed = placing.inbound(
            leg_id=uuid,
            number=number,
            dialled=dialled,
            caller_number=caller_number,
            caller_name=caller_name,
            context=context or self.settings.dialplan.context,
            domain=domain,
        )
        leg = Leg(self, self._channel_for(placed, number))
        self.begin(leg.channel)
        if patience_seconds is not None:
            self.clock.after(
                patience_seconds / self.settings.speed,
                lambda: None if leg.bridged_to else leg.hang_up(),
            )
        return leg

    def register(
        self, user: str, phone: AgentPhone | None = None, *, port: int | None = None
    ) -> None:
        """A phone registers as ``user``."""
        reached_at = self.phones.register(user, phone or AgentPhone(), port)
        telling.registration(self, user, reached_at, is_begun=True)

    def unregister(self, user: str) -> None:
        """A phone ends its registration."""
        port = self.phones.unregister(user)
        if port is not None:
            telling.registration(self, user, port, is_begun=False)

    def expire(self, user: str) -> None:
        """A phone has not renewed its registration."""
        port = self.phones.unregister(user)
        if port is not None:
            telling.expiry(self, user, port)

    def dial(self, user: str, dialled: str) -> Leg:
        """The phone of ``user`` calls a number. Raises ``CallRefusedError``."""
        return self.call_in(
            dialled=dialled, caller_number=user, caller_name=user, domain=self.settings.domain
        )

    def call_phone(self, user: str) -> LegId:
        """Somebody who is none of callcore's calls the phone of ``user``; the phone's leg."""
        leg_id = LegId(self.fresh_uuid())
        dial_string = f"{{origination_uuid={leg_id}}}user/{user}@{self.settings.domain}"
        spawn("call to a phone", lambda: api.run(self, f"originate {dial_string} &echo()"))
        return leg_id

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

    # What API commands, lives and phones need

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
        return self._channel_for(placed, number)

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

    def forget(self, listener: Listener) -> None:
        """A connection is over."""
        self._socket.forget(listener)
        if listener in self.source.audience:
            self.source.audience.remove(listener)

    def _channel_for(self, placed: placing.Placed, number: int) -> Channel:
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

    def _stop_listening(self) -> None:
        self._socket.close()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None

    def _end_threads(self) -> None:
        self.scheduler.clear()
        for channel in self._channels.values():
            channel.alarm.silence()
        gevent.killall(list(self._threads.values()), block=False)
        self._threads.clear()
        self._channels.clear()

    def _wait_while(self, lasts: Callable[[], bool]) -> None:
        for _ in range(_SHUTDOWN_STEPS):
            if not lasts():
                return
            self.clock.sleep(0.005)

    def _plan_heartbeat(self) -> None:
        self._heartbeat = self.clock.after(self.settings.heartbeat_seconds, self._beat)

    def _beat(self) -> None:
        self._plan_heartbeat()
        self.source.fire("HEARTBEAT", lambda: telling.vital_signs(self))
