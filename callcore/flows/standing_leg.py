"""One agent's standing line: between calls, during them, and what the agent dials on it.

The line has a mailbox of its own, which hears of the leg whichever call has claimed it. A call asks
for the line (``LineWanted``) and is told as soon as its agent has heard that a call comes
(``LineReady``). When caller and agent have parted, the switch parks the line again. The call may be
one of another worker.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from callcore.domain import feature_prompts
from callcore.domain.events import FeatureCodeDialled
from callcore.domain.feature_prompts import CALL_OVER_TONE, CALL_TONE, SILENCE, Saying
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName
from callcore.domain.policies import FeatureCode
from callcore.flows.dialled_line import DialledLine
from callcore.flows.duty_by_phone import DutyByPhone
from callcore.flows.line_keys import LineKeys
from callcore.flows.messages import (
    AgentLeft,
    FloorEmptied,
    LineGivenBack,
    LineJoined,
    LineLookDue,
    LineReady,
    LineReplaced,
    LineWanted,
    Message,
    PromptsTimedOut,
    TalkEndAsked,
)
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.switch_events import DigitPressed, LegBridged, LegParked, PlaybackEnded
from callcore.runtime.mailbox import Mailbox

LONGEST_TONE_SECONDS = 1.0
PARTING_SECONDS = 2.0
LOOK_SECONDS = 60.0
"""How often the line is compared with what the floor knows of it."""


class Phase(StrEnum):
    """What the line is at."""

    BUSY = "busy"
    """The agent hears or is asked something that is not about a call."""
    IDLE = "idle"
    LENT = "lent"
    """A call is about to come on it, or is accepted on it."""
    TALKING = "talking"


class StandingLine(DialledLine):
    """The line of ``agent_id``. ``look`` compares it with the floor: false if it is not the agent's
    any more; ``stand`` tells the floor of it again.
    """

    def __init__(  # noqa: PLR0913 - what one line is made of
        self,
        site: Site,
        leg_id: LegId,
        node: NodeName,
        mailbox: Mailbox[Message],
        agent_id: AgentId,
        *,
        switchboard: Switchboard,
        duty: DutyByPhone,
        look: Callable[[], bool],
        stand: Callable[[], None],
    ) -> None:
        super().__init__(site, leg_id, node, mailbox)
        self.agent_id = self.listener = agent_id
        self.phase = Phase.BUSY
        self.has_left = False
        """True once the agent is logged out."""
        self.is_replaced = False
        """True once the agent has another line."""
        self._switchboard = switchboard
        self._duty = duty
        self._look = look
        self._stand = stand
        self._wanted_by: CallId | None = None
        self._lent_to: CallId | None = None
        """The call of the talk that goes on, or the latest."""
        self._pressed = LineKeys()

    @property
    def call_id(self) -> CallId:
        """What the line's script is followed by."""
        return CallId(self.leg_id)

    @property
    def holds_call(self) -> bool:
        """True while a call is on the line, or about to be."""
        return self._wanted_by is not None or self.phase in {Phase.LENT, Phase.TALKING}

    def begin(self, saying: Saying | None) -> None:
        """The agent has just logged in, and is told so. Raises ``LineOverError`` at the end."""
        self._mark()
        if saying is not None:
            self.say(saying)
        self._rest(is_silent=True)
        self._follow()

    def resume(
        self,
        *,
        is_talking: bool,
        is_silent: bool,
        wanted_by: CallId | None = None,
        lent_to: CallId | None = None,
    ) -> None:
        """Goes on with a line that another process followed, for calls of which others knew that
        they wanted it, or talk on it. Raises ``LineOverError``.
        """
        self._wanted_by, self._lent_to = wanted_by, lent_to
        if is_talking:
            self.phase = Phase.TALKING
        else:
            self._rest(is_silent=is_silent)
        self._follow()

    def take(self) -> Message:
        """The next message, noted whatever the line is at. Raises ``LineOverError``."""
        message = super().take()
        match message:
            case LineWanted(call_id=call_id):
                self._wanted_by = call_id
            case LineGivenBack(call_id=call_id) if call_id == self._wanted_by:
                self._wanted_by = None
            case LineJoined(call_id=call_id):
                self._wanted_by, self._lent_to = None, call_id
            case LegBridged():
                self._lent_to = self._wanted_by or self._lent_to
                self._wanted_by = None
            case AgentLeft():
                self.has_left = True
            case LineReplaced():
                self.is_replaced = True
            case FloorEmptied():
                self._stand()
            case LineLookDue():
                self._compare()
            case _:
                pass
        return message

    def _mark(self) -> None:
        """Has the switch know what the line is; again, should the link have been down."""
        self.order(lambda: self.switch.unguard(self.leg_id))
        self.order(lambda: self.switch.outlive_talks(self.leg_id))
        self.remember(standing=self.agent_id, feature="")

    def _follow(self) -> None:
        self.timers.set(LOOK_SECONDS, LineLookDue())
        while True:
            if (self.has_left or self.is_replaced) and self.phase is not Phase.TALKING:
                self._say_goodbye()
            self._act_on(self.take())

    def _act_on(self, message: Message) -> None:
        match message:
            case LineWanted() if self.phase is Phase.IDLE:
                self._lend()
            case LineWanted() if self._is_lent_out:
                self._ready()  # again: another worker goes on with the call
            case LineWanted() if self.phase is Phase.TALKING:
                # By the floor the talk is over: the line parks in a moment, or has unheard.
                self.timers.set(PARTING_SECONDS, PromptsTimedOut())
            case PromptsTimedOut() if self.phase is Phase.TALKING:
                self._rest(is_silent=True)
            case LineGivenBack() if self.phase is Phase.LENT and self._wanted_by is None:
                self.order(lambda: self.switch.stop_playing(self.leg_id))
                self._rest(is_silent=True)
            case PlaybackEnded() | PromptsTimedOut() if self._is_tone_over(message):
                self._ready()
            case LegBridged() | LineJoined():
                self.timers.cancel(PromptsTimedOut)
                self.phase = Phase.TALKING
            case LegParked() if message.leg_id == self.leg_id:
                self._parked()
            case DigitPressed(digit=digit, at=at) if message.leg_id == self.leg_id:
                self._press(digit, at)
            case _:
                pass

    @property
    def _is_lent_out(self) -> bool:
        """True from the end of the tone until they talk."""
        return self.phase is Phase.LENT and not self.timers.is_set(PromptsTimedOut)

    def _rest(self, *, is_silent: bool) -> None:
        """Nothing is said; the next call may come, or has waited for that."""
        self.phase = Phase.IDLE
        self.timers.cancel(PromptsTimedOut)
        self._pressed.forget()
        self.forget_keys()
        if is_silent:
            self.order(lambda: self.switch.play_endlessly(self.leg_id, SILENCE))
        if self._wanted_by is not None:
            self._lend()

    def _lend(self) -> None:
        self.phase = Phase.LENT
        self._announce(CALL_TONE)
        self.timers.set(LONGEST_TONE_SECONDS, PromptsTimedOut())

    def _is_tone_over(self, message: PlaybackEnded | PromptsTimedOut) -> bool:
        if self.phase is not Phase.LENT or not self.timers.is_set(PromptsTimedOut):
            return False
        return isinstance(message, PromptsTimedOut) or CALL_TONE in message.path

    def _ready(self) -> None:
        self.timers.cancel(PromptsTimedOut)
        ready = LineReady(leg_id=self.leg_id, at=self.site.clock.now())
        caller = self._wanted_by
        if caller is None or not self._switchboard.post(caller, ready, self.node):
            self._wanted_by = None
            self._rest(is_silent=False)

    def _parked(self) -> None:
        """Caller and agent have parted; or the link is back, and nothing sounds on the line."""
        if self.phase is Phase.TALKING:
            self._announce(CALL_OVER_TONE)
            self._rest(is_silent=True)
        elif self.phase is Phase.IDLE or (self.phase is Phase.LENT and self._wanted_by is None):
            self._mark()
            self._rest(is_silent=True)

    def _press(self, digit: str, at: Micros) -> None:
        self.forget_keys()
        self._pressed.press(digit, at)
        if self.phase is Phase.TALKING:
            self._end_talk(at)
        elif self.phase is Phase.IDLE:
            # As if dialled, without a PIN: the line is the agent's.
            code = self._pressed.code_among(self.site.policy.feature_codes)
            if code is not None:
                self._carry_out(code)

    def _end_talk(self, at: Micros) -> None:
        call_id = self._switchboard.claimant_of(self.leg_id) or self._lent_to
        if self._pressed.ends_talk() and call_id is not None:
            self._pressed.forget()
            ask = TalkEndAsked(leg_id=self.leg_id, at=at)
            self._switchboard.post(call_id, ask, self.node)

    def _carry_out(self, code: FeatureCode) -> None:
        self.phase = Phase.BUSY
        answer = self._duty.asked_on(self, self.agent_id, code)
        self.site.facts.publish(
            FeatureCodeDialled(
                at=self.site.clock.now(), code=code, agent_id=self.agent_id, answer=answer
            )
        )
        saying = feature_prompts.answer(code, answer)
        if saying is not None:
            self.say(saying)
        self.order(lambda: self.switch.stop_playing(self.leg_id))
        self._rest(is_silent=True)

    def _say_goodbye(self) -> None:
        """Ends the line; again, should the link have been down."""
        self.phase = Phase.BUSY
        self.say(feature_prompts.GOODBYE)
        while True:
            self.hang_up()
            message = self.take()
            while not isinstance(message, LegParked | LineLookDue):
                message = self.take()

    def _compare(self) -> None:
        if not self._look():
            self.is_replaced = True
        self.timers.set(LOOK_SECONDS, LineLookDue())

    def _announce(self, sound: str) -> None:
        self.order(lambda: self.switch.announce(self.leg_id, (sound,)))
