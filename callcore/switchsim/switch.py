"""The simulated switch: how it starts and ends, and what people at phones do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gevent.event import Event

from callcore.domain.ids import LegId
from callcore.runtime.greenlets import spawn
from callcore.switchsim import api, placing, telling
from callcore.switchsim.core import Core
from callcore.switchsim.event_socket import EventSocket
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcore.ports.surroundings import Clock, Timer
    from callcore.switchsim.listener import Listener
    from callcore.switchsim.settings import SwitchSettings

_SHUTDOWN_STEPS = 200


class CallRefusedError(Exception):
    """The switch is down or at one of its limits and took no call."""


class SimulatedSwitch(Core):
    """A FreeSWITCH that callcore can be pointed at, without SIP or sound."""

    def __init__(
        self, settings: SwitchSettings | None = None, *, clock: Clock | None = None
    ) -> None:
        super().__init__(settings, clock=clock)
        self.flowing = Event()
        self.flowing.set()
        self.port = self.settings.port
        self._socket = EventSocket(self)
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
        self._begin_anew()
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
        leg = Leg(self, self._new_channel(placed, number))
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

    def forget(self, listener: Listener) -> None:
        """A connection is over."""
        self._socket.forget(listener)
        if listener in self.source.audience:
            self.source.audience.remove(listener)

    def _stop_listening(self) -> None:
        self._socket.close()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None

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
