"""One channel: its states, variables and the events its changes fire.

Rules from ``switch_channel.c``: the running state is what a channel's thread is doing, the state
is what it shall do next; events show the name of the first and the number of the second.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from callcore.switchsim import holding, profiles, sip_variables
from callcore.switchsim.channel_headers import headers_of
from callcore.switchsim.states import AnswerState, CallState, Order, State
from callcore.switchsim.steps import Alarm
from callcore.switchsim.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcore.ports.surroundings import Clock
    from callcore.switchsim.events import EventSource, Headers
    from callcore.switchsim.wire import HeaderValue


_WITHOUT_VARIABLES = frozenset({"CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING", "DTMF"})


class Channel:
    """One leg inside the switch. Changes are made by its own greenlet, orders come from others."""

    def __init__(
        self,
        *,
        clock: Clock,
        source: EventSource,
        profile: profiles.Profile,
        address: sip_variables.Address,
        number: int,
        variables: Mapping[str, str],
    ) -> None:
        self.uuid = profile.leg_id
        self.number = number
        self.is_inbound = profile.direction == "inbound"
        self.profile = profile
        self.times = profiles.Times(created=clock.now(), profile_created=clock.now())
        self.state = State.NEW if self.is_inbound else State.INIT
        self.running = State.NEW if self.is_inbound else State.NONE
        self.call_state = CallState.DOWN
        self.answer_state = AnswerState.RINGING
        self.hangup_cause = ""
        self.is_ended_by_far_end = False
        self.was_answered = False
        self.was_hung_up_holding = False
        self.has_codecs = self.is_inbound
        self.has_hit_dialplan = self.is_inbound
        self.alarm = Alarm(clock)
        self.applications: deque[tuple[str, str]] = deque()
        self.application_log: list[tuple[str, str, int]] = []
        self.orders: deque[Order] = deque()
        self.digits: deque[tuple[str, str]] = deque()
        self.locks = 0
        self.order_depth = 0
        self.is_breaking = False
        self.is_breaking_orders = False
        self.is_leading = False
        self.is_waiting = False
        self.playing: list[str] = []
        self.recordings: dict[str, int] = {}
        self.partner: Channel | None = None
        self.is_originator = False
        self.is_talking = False
        self.is_machine = False
        self.call_uuid = profile.leg_id
        self.other_leg: Headers = {}
        self.history: list[tuple[int, str]] = []
        self.when_changed: list[Callable[[str], None]] = []
        self._clock = clock
        self._source = source
        self._address = address
        self._variables = Variables()
        self.first_profile = profile
        self.get = self._variables.get
        self.set = self._variables.set
        self.set_all = self._variables.set_all
        self.scope = self._variables.scope
        self.push = self._variables.push
        self.is_true = self._variables.is_true
        self.variables = self._variables.variables
        self.set_all(variables)

    # What the channel is doing

    @property
    def is_ready(self) -> bool:
        """True while the thread may go on with what it does."""
        return self.state is self.running

    @property
    def is_up(self) -> bool:
        """True until hung up."""
        return self.state < State.HANGUP

    @property
    def has_media(self) -> bool:
        """True if sound can reach the far end."""
        return self.answer_state in (AnswerState.EARLY, AnswerState.ANSWERED)

    @property
    def is_answered(self) -> bool:
        """True if the line is answered."""
        return self.answer_state is AnswerState.ANSWERED

    @property
    def is_parked(self) -> bool:
        """True while the thread awaits orders."""
        return self.is_waiting and self.is_up

    def now(self) -> int:
        """The instant, epoch microseconds."""
        return self._clock.now()

    def note(self, what: str) -> None:
        """Writes to the history what happened to, or was heard on, the leg."""
        self.history.append((self.now(), what))
        for tell in tuple(self.when_changed):
            tell(what)

    # Changes of state

    def shall(self, state: State) -> None:
        """Says what the thread shall do next and wakes whoever waits for it."""
        if self.state >= State.HANGUP:
            return
        self.state = state
        self.alarm.ring_at_next_step()
        if self.partner is not None:
            self.partner.alarm.ring_at_next_step()

    def proceed(self, state: State) -> None:
        """The thread's own step to its next state; a channel that was hung up stays so."""
        if self.is_up:
            self.state = state

    def enter(self, state: State) -> None:
        """Makes ``state`` the running one and tells it."""
        self.running = state
        if state is State.ROUTING and self.has_hit_dialplan:
            self.set_call_state(CallState.RINGING)
        elif state is State.EXECUTE and self.is_answered:
            self.set_call_state(CallState.ACTIVE)
        elif state is State.HANGUP:
            self.fire("CHANNEL_STATE")
            self.set_call_state(CallState.HANGUP)
            return
        self.fire("CHANNEL_STATE")

    def set_call_state(self, call_state: CallState) -> None:
        """Changes the call state and tells it, if it differs."""
        former = self.call_state
        if former is call_state:
            return
        self.call_state = call_state
        self.fire(
            "CHANNEL_CALLSTATE",
            before={
                "Original-Channel-Call-State": former.name,
                "Channel-Call-State-Number": str(int(call_state)),
            },
        )

    def ring(self) -> None:
        """The far end rings (180), or we told it that we do."""
        if self.times.progress or self.has_media:
            return
        self.times.progress = self.now()
        self.fire("CHANNEL_PROGRESS")
        self.set_call_state(CallState.RINGING)

    def start_early_media(self) -> None:
        """Sound flows before the line is answered (183)."""
        if self.has_media or not self.is_up:
            return
        self._start_media()
        self.answer_state = AnswerState.EARLY
        self.set("endpoint_disposition", "EARLY MEDIA")
        self.times.progress_media = self.now()
        self.fire("CHANNEL_PROGRESS_MEDIA")
        self.set_call_state(CallState.EARLY)

    def answer(self) -> None:
        """Answers the line, once."""
        if self.is_answered or not self.is_up:
            return
        self._start_media()
        self.answer_state = AnswerState.ANSWERED
        self.was_answered = True
        self.times.answered = self.now()
        self.fire("CHANNEL_ANSWER")
        self.set_call_state(CallState.ACTIVE)
        self.set("endpoint_disposition", "ANSWER")
        self.note("answer")

    def hang_up(self, cause: str = "NORMAL_CLEARING", *, by_far_end: bool = False) -> None:
        """Ends the leg; its thread tells the rest."""
        if not self.is_up:
            return
        self.was_hung_up_holding = self.call_state is CallState.HELD
        holding.release(self)
        self.state = State.HANGUP
        self.hangup_cause = cause
        self.is_ended_by_far_end = by_far_end
        self.answer_state = AnswerState.HANGUP
        # A refusal is known before the leg is hung up for it; a BYE is looked at afterwards.
        if by_far_end and not self.was_answered:
            self._note_ending()
        self.fire("CHANNEL_HANGUP")
        self._note_ending()
        if by_far_end:
            self.alarm.ring_now()
        else:
            self.alarm.ring_at_next_step()
        if self.partner is not None:
            self.partner.alarm.ring_at_next_step()
        self.note(f"hangup {cause}")

    def step_profile(self, **changes: str) -> None:
        """Begins the next caller profile."""
        self.profile = replace(profiles.stepped(self.profile), **changes)  # type: ignore[arg-type] # only str fields are passed
        self.times.profile_created = self.now()

    def _note_ending(self) -> None:
        if self.is_ended_by_far_end:
            self.set_all(
                sip_variables.ending(
                    cause=self.hangup_cause,
                    is_answered=self.was_answered,
                    is_inbound=self.is_inbound,
                    by_far_end=True,
                )
            )

    def _start_media(self) -> None:
        self.set_all(sip_variables.media(self._address, self.number))
        self.has_codecs = True

    # Events

    def fire(
        self,
        name: str,
        *,
        before: Mapping[str, HeaderValue] | None = None,
        after: Mapping[str, HeaderValue] | None = None,
    ) -> None:
        """Fires an event of this channel with headers before and after the channel's own."""

        def build() -> Headers:
            headers: Headers = dict(before) if before else {}
            headers.update(headers_of(self))
            if name not in _WITHOUT_VARIABLES:
                headers.update(self._variables.headers)
            if after:
                headers.update(after)
            return headers

        self._source.fire(name, build)

    def fire_custom(self, subclass: str, headers: Mapping[str, HeaderValue]) -> None:
        """Fires an event of what the channel did that does not say which channel did it."""
        self._source.fire("CUSTOM", lambda: headers, subclass=subclass)

    def dump(self) -> Headers:
        """Everything ``uuid_dump`` shows."""
        common = self._source.common("CHANNEL_DATA")
        return {**common, **headers_of(self), **self._variables.headers}
