"""Somebody dialled a feature code: what was dialled, who it is, what comes of it, goodbye.

No caller's call: it has no queue, no record, and is in no count of calls. A hangup unwinds it
from wherever it is. Should this process die, the line is parked still, and the next process begins
the dialogue again; should there be none, the dialplan's fallback takes it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from callcore.domain import feature_prompts
from callcore.domain.events import FeatureCodeDialled, FlowFailed
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import AgentId, CallId
from callcore.domain.policies import Connection, FeatureCode
from callcore.flows.dialled_line import DialledLine, DialogueOverError, LineOverError
from callcore.flows.duty_by_phone import ChangeDuty, DutyByPhone
from callcore.flows.identifying import Identifying
from callcore.flows.messages import DialogueTimedOut, Message
from callcore.flows.pin_checking import PinChecking
from callcore.flows.site import Site
from callcore.flows.standing_leg import StandingLine
from callcore.flows.standing_legs import StandingLegs
from callcore.flows.switchboard import Switchboard
from callcore.ports.switch_events import LegParked
from callcore.runtime.mailbox import Mailbox

LONGEST_SECONDS = 90.0
"""A dialogue that lasts longer is ended."""

MOST_AT_ONCE = 200
"""Dialogues beyond it are left to the dialplan's fallback: callers come first."""

HANG_UP_SECONDS = 5.0
"""How long the end of a line that we hang up is awaited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCall:
    """One dialogue."""

    code: FeatureCode
    phone: str
    """Whose phone it is by the switch, ``user@domain``; empty if it does not say."""
    line: DialledLine

    @property
    def call_id(self) -> CallId:
        """What the dialogue is followed by."""
        return CallId(self.line.leg_id)


class FeatureCalls:
    """Runs the dialogues; one greenlet each."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        change_duty: ChangeDuty,
        standing: StandingLegs,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._duty = DutyByPhone(site, change_duty)
        self._standing = standing
        self._checking = PinChecking(site)
        self._count = 0

    def code_of(self, arrival: LegParked) -> FeatureCode | None:
        """What was dialled, if it is a feature code: by the number, where no queue is named."""
        variables = arrival.variables
        if variables.get("callcore_queue") or variables.get("callcore_menu"):
            return None
        number = variables.get("callcore_number") or arrival.dialled_number
        return self._site.policy.feature_codes.get(number)

    def begin(self, arrival: LegParked, code: FeatureCode) -> FeatureCall | None:
        """Begins to follow the line; ``run`` is to be called in a greenlet. ``None`` if there are
        too many.
        """
        if self._count >= MOST_AT_ONCE:
            reason = f"{self._count} dialogues at once: left to the dialplan's fallback"
            now = self._site.clock.now()
            self._site.facts.publish(FlowFailed(at=now, flow="feature_call", reason=reason))
            return None
        self._count += 1
        mailbox: Mailbox[Message] = Mailbox(self._site.clock)
        line = DialledLine(self._site, arrival.leg_id, arrival.node, mailbox)
        call = FeatureCall(code=code, phone=arrival.variables.get("callcore_phone", ""), line=line)
        self._switchboard.follow(call.call_id, arrival.node, mailbox)
        self._switchboard.claim(arrival.leg_id, call.call_id)
        return call

    def run(self, call: FeatureCall) -> None:
        """The script of a dialogue."""
        standing: StandingLine | None = None
        try:
            standing = self._converse(call)
        except LineOverError:
            pass  # the fact has told how far it came
        finally:
            self._count -= 1
            call.line.timers.stop()
            if standing is None and not call.line.is_handed_over:
                self._switchboard.unfollow(call.call_id)
        if standing is not None:
            welcome = feature_prompts.answer(call.code, FeatureAnswer.DONE)
            self._standing.follow(standing, welcome)

    def _converse(self, call: FeatureCall) -> StandingLine | None:
        """The dialogue; the line, if it is to stand from now on."""
        line = call.line
        try:
            line.open(LONGEST_SECONDS)
            line.remember(feature=call.code)
            standing, answer = self._serve(call)
            if standing is not None:
                return standing
            saying = feature_prompts.answer(call.code, answer)
            line.forget_keys()
            if saying is not None:
                line.say(saying)
            line.say(feature_prompts.GOODBYE)
        except DialogueOverError:
            line.guard()  # should the end be lost with the link
        self._end(line)
        return None

    def _serve(self, call: FeatureCall) -> tuple[StandingLine | None, FeatureAnswer]:
        """Who it is and what comes of it, told as a fact whatever happens."""
        who = Identifying(call.line, self._checking, call.phone)
        answer = FeatureAnswer.HUNG_UP
        standing: StandingLine | None = None
        try:
            agent_id = who.identify()
            if agent_id is None:
                answer = who.answer
            else:
                standing, answer = self._carry_out(call, agent_id)
        except (LineOverError, DialogueOverError):
            answer = answer if who.answer is FeatureAnswer.DONE else who.answer
            raise
        finally:
            if not call.line.is_handed_over:  # else it is begun anew
                self._tell(call, who.claimed, answer)
        return standing, answer

    def _tell(self, call: FeatureCall, claimed: AgentId | None, answer: FeatureAnswer) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(
            FeatureCodeDialled(at=now, code=call.code, agent_id=claimed, answer=answer)
        )

    def _carry_out(
        self, call: FeatureCall, agent_id: AgentId
    ) -> tuple[StandingLine | None, FeatureAnswer]:
        line, agent = call.line, self._site.policy.agents.get(agent_id)
        if (
            call.code is FeatureCode.LOG_IN
            and agent is not None
            and agent.connection is Connection.STANDING
        ):
            answer, standing = self._standing.log_in(line.leg_id, line.node, line.mailbox, agent_id)
            return standing, answer
        return None, self._duty.asked_on(line, agent_id, call.code)

    def _end(self, line: DialledLine) -> None:
        """Hangs up, and follows the line until the switch says so: else it would be taken for one
        that nobody follows. Without a link it is the next comparison that ends it.
        """
        line.hang_up()
        line.timers.set(HANG_UP_SECONDS, DialogueTimedOut())
        with contextlib.suppress(DialogueOverError):
            while True:
                line.take()
