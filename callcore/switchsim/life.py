"""The life of a channel: the greenlet that does what its state says, from first event to last.

It stands for a session's thread in FreeSWITCH (``switch_core_session_run``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from callcore.switchsim import bridging, playing, recording, summary, variables
from callcore.switchsim.states import Order, State
from callcore.switchsim.steps import MICROS, STEP_MICROS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.sounds import Sounds

    Application = Callable[["Life", str], None]

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_DEEPEST_EXPANSION = 8
_SHORTEST_LOOP_MICROS = 500_000


class Surroundings(Protocol):
    """What a life needs from the switch it is lived in."""

    @property
    def sounds(self) -> Sounds:
        """What there is to play."""

    @property
    def speed(self) -> float:
        """How much faster than real sounds and people are."""

    def application(self, name: str) -> Application | None:
        """What the name of an application stands for."""

    def needs_media(self, name: str) -> bool:
        """True if a leg gets early media before the application."""

    def extension(self, channel: Channel) -> Sequence[tuple[str, str]]:
        """The applications of the extension the channel's profile asks for."""

    def api_value(self, command: str) -> str:
        """What ``${command}`` expands to when it names no variable."""

    def transfer(
        self, channel: Channel, extension: str, context: str | None, dialplan: str | None = None
    ) -> None:
        """Sends a channel to an extension of the dialplan."""

    def schedule(self, when: str, group: str, run: Callable[[], None]) -> bool:
        """Runs something at ``+seconds`` or an epoch second; False if ``when`` is neither."""

    def unschedule(self, group: str) -> int:
        """Takes off what is scheduled for a group; how much that was."""

    def channel(self, uuid: str) -> Channel | None:
        """The live channel with an id."""

    def fresh_uuid(self) -> str:
        """A new id."""

    def ended(self, channel: Channel) -> None:
        """Hears that a channel is destroyed."""


class Life:
    """One channel's thread."""

    def __init__(self, channel: Channel, switch: Surroundings) -> None:
        self.channel = channel
        self.switch = switch

    @property
    def sounds(self) -> Sounds:
        """What there is to play."""
        return self.switch.sounds

    @property
    def speed(self) -> float:
        """How much faster than real sounds are."""
        return self.switch.speed

    def run(self) -> None:
        """Lives the life to its end."""
        channel = self.channel
        self._begin()
        while channel.is_up:
            state = channel.state
            channel.enter(state)
            if state is State.ROUTING:
                self._route()
            elif state is State.EXECUTE:
                self._execute_extension()
            elif state is State.PARK:
                self.park()
            elif state is State.HIBERNATE:
                channel.proceed(State.RESET)
            elif state is State.RESET:
                channel.proceed(State.SOFT_EXECUTE)
            elif state is State.SOFT_EXECUTE:
                bridging.meet(self)
            elif state is State.EXCHANGE_MEDIA:
                bridging.follow(self)
            else:
                self.wait_for_change()
        self._end()

    def wait_for_change(self) -> None:
        """Sleeps until the state changes."""
        while self.channel.is_ready:
            self.channel.alarm.sleep()

    def park(self) -> None:
        """Awaits orders."""
        channel = self.channel
        channel.fire("CHANNEL_PARK")
        channel.is_waiting = True
        channel.note("park")
        timeout = channel.get("park_timeout")
        until: int | None = None
        if timeout is not None:
            seconds, _, cause = timeout.partition(":")
            until = channel.now() + int(seconds) * MICROS
            channel.set("park_timeout", None)
        while channel.is_ready:
            if self.obey_orders():
                continue
            while channel.digits:
                playing.take_digit(channel)
            if until is not None and channel.now() >= until:
                channel.hang_up(cause or "NORMAL_CLEARING")
                break
            channel.alarm.sleep(until)
        channel.is_waiting = False
        channel.fire("CHANNEL_UNPARK")

    def obey_orders(self) -> bool:
        """Carries out what was ordered of the channel; True if there was anything."""
        channel = self.channel
        has_obeyed = False
        while channel.orders and not channel.locks and channel.is_ready:
            self._obey(channel.orders.popleft())
            has_obeyed = True
        return has_obeyed

    def execute(self, name: str, argument: str, application_uuid: str) -> None:
        """Executes an application and tells its beginning and end."""
        channel = self.channel
        application = self.switch.application(name)
        if application is None:
            channel.hang_up("DESTINATION_OUT_OF_ORDER")
            return
        scope, argument = variables.scoped(self.expanded(argument))
        if self.switch.needs_media(name):
            channel.start_early_media()
        channel.set("current_application_data", argument)
        channel.set("current_application", name)
        channel.set("current_application_response", None)
        channel.is_breaking = False
        channel.application_log.append((name, argument, channel.now()))
        headers = {"Application": name}
        if argument:
            headers["Application-Data"] = argument
        identity = {"Application-UUID": application_uuid}
        channel.fire("CHANNEL_EXECUTE", after={**headers, **identity})
        with channel.scope(scope):
            application(self, argument)
        response = channel.get("current_application_response") or "_none_"
        channel.fire(
            "CHANNEL_EXECUTE_COMPLETE",
            after={**headers, "Application-Response": response, **identity},
        )

    def expanded(self, text: str, depth: int = 0) -> str:
        """``text`` with ``${...}`` replaced, as FreeSWITCH does: values are expanded in turn."""
        if "${" not in text or depth > _DEEPEST_EXPANSION:
            return text

        def value_of(match: re.Match[str]) -> str:
            return self.expanded(self._value(match.group(1)), depth + 1)

        return _REFERENCE.sub(value_of, text)

    def _value(self, reference: str) -> str:
        name, *cuts = reference.split(":")
        value = self.channel.get(name)
        if value is None:
            return self.switch.api_value(reference)
        try:
            offset = int(cuts[0]) if cuts else 0
            length = int(cuts[1]) if len(cuts) > 1 else len(value)
        except ValueError:
            return value
        return value[offset:][:length]

    def _begin(self) -> None:
        channel = self.channel
        if channel.is_inbound:
            channel.fire("CHANNEL_STATE")
        channel.proceed(State.INIT)
        channel.enter(State.INIT)
        channel.proceed(State.ROUTING)
        channel.fire("CHANNEL_CREATE")
        if not channel.is_inbound:
            channel.fire("CHANNEL_ORIGINATE")

    def _route(self) -> None:
        channel = self.channel
        if not channel.is_inbound and not channel.has_hit_dialplan:
            channel.proceed(State.CONSUME_MEDIA)
            return
        channel.applications.clear()
        channel.applications.extend(self.switch.extension(channel))
        if not channel.applications:
            channel.hang_up("NO_ROUTE_DESTINATION")
        elif channel.is_ready:
            channel.proceed(State.EXECUTE)

    def _execute_extension(self) -> None:
        channel = self.channel
        while channel.is_ready and channel.applications:
            name, argument = channel.applications.popleft()
            self.execute(name, argument, self.switch.fresh_uuid())
        if channel.is_ready:
            channel.hang_up()

    def _obey(self, order: Order) -> None:
        channel = self.channel
        channel.locks += order.is_locking
        channel.order_depth += 1
        channel.is_breaking_orders = False
        if order.lead_steps and channel.has_media:
            channel.is_leading = True
            self._sleep_steps(order.lead_steps)
            channel.is_leading = False
        count = 0
        while channel.is_ready and not channel.is_breaking_orders:
            count += 1
            began = channel.now()
            channel.set("current_loop", str(count))
            channel.set("total_loops", str(order.loops))
            self.execute(
                order.application,
                order.argument,
                order.application_uuid or self.switch.fresh_uuid(),
            )
            is_short = channel.now() - began < _SHORTEST_LOOP_MICROS
            if is_short or 0 <= order.loops <= count:
                break
        channel.set("current_loop", None)
        channel.set("total_loops", None)
        channel.order_depth -= 1
        channel.locks -= order.is_locking
        if channel.is_breaking_orders:
            channel.is_breaking = True

    def _sleep_steps(self, steps: int) -> None:
        channel = self.channel
        until = channel.now() + steps * STEP_MICROS
        while channel.is_ready and channel.now() < until:
            channel.alarm.sleep(until)

    def _end(self) -> None:
        channel = self.channel
        for path in tuple(channel.recordings):
            recording.stop(channel, path)
        channel.enter(State.HANGUP)
        channel.times.hangup = channel.now()
        channel.state = State.REPORTING
        channel.enter(State.REPORTING)
        summary.write(channel)
        channel.fire("CHANNEL_HANGUP_COMPLETE")
        channel.state = State.DESTROY
        channel.call_uuid = channel.uuid
        channel.fire("CHANNEL_DESTROY")
        channel.enter(State.DESTROY)
        channel.alarm.silence()
        self.switch.ended(channel)
