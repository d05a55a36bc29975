"""The standing lines followed by this process: what logging in on one and their ends set off.

A line serves the callers of its own switch only. Who can be reached is known in every process
without asking anybody (``standing_lines``): an agent who works on a standing line is offered no
caller but by it.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.agents import CALLCORE, AgentReason, AgentState
from callcore.domain.events import Fact, StoreFailed
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.feature_prompts import Saying
from callcore.domain.ids import AgentId, CallId, LegId, NodeName
from callcore.domain.policies import FeatureCode
from callcore.flows.dialled_line import LineOverError
from callcore.flows.duty_by_phone import ChangeDuty, DutyByPhone
from callcore.flows.messages import Message
from callcore.flows.site import Site
from callcore.flows.standing_leg import StandingLine
from callcore.flows.standing_lines import StandingLines
from callcore.flows.switchboard import Switchboard
from callcore.ports.operations import DutyChange, DutyOrder, NotReadyError, OperationError
from callcore.ports.stores import FloorAgent, StandingLeg, StoreError
from callcore.ports.surroundings import EventSink
from callcore.ports.switch_events import LegSnapshot
from callcore.runtime.mailbox import Mailbox

RETRY_SECONDS = 1.0


HOLDING = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})


class Overheard:
    """``ports.surroundings.EventSink``: tells every fact on, and to whoever listens besides."""

    def __init__(self, sink: EventSink, listen: Callable[[Fact], None]) -> None:
        self._sink = sink
        self._listen = listen

    def publish(self, fact: Fact) -> None:
        """Tells it."""
        self._sink.publish(fact)
        self._listen(fact)


class StandingLegs:
    """Logs agents in on lines, follows these, and logs their agents out at the end."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        lines: StandingLines,
        change_duty: ChangeDuty,
        spawn: Callable[[CallId, Callable[[], None]], None],
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._lines = lines
        self._change_duty = change_duty
        self._duty = DutyByPhone(site, change_duty)
        self._spawn = spawn

    def log_in(
        self, leg_id: LegId, node: NodeName, mailbox: Mailbox[Message], agent_id: AgentId
    ) -> tuple[FeatureAnswer, StandingLine | None]:
        """Logs the agent in on the line that was dialled in on; the line only if that is done."""
        before = self._lines.of(agent_id)
        if before is not None and before.holds_call:
            return FeatureAnswer.NOT_POSSIBLE, None
        line = self._line(leg_id, node, mailbox, agent_id)
        try:
            if before is None and self._holds_call_elsewhere(agent_id):
                return FeatureAnswer.NOT_POSSIBLE, None
            self._site.roster.stand(agent_id, StandingLeg(leg_id=leg_id, node=node))
        except StoreError:
            return FeatureAnswer.NOT_READY, None
        self._lines.put(line)
        self._switchboard.keep(leg_id)
        answer = self._duty.carry_out(agent_id, FeatureCode.LOG_IN)
        if answer in {FeatureAnswer.DONE, FeatureAnswer.ALREADY}:
            return answer, line
        self._lines.remove(line)
        self._forget(agent_id)
        return answer, None

    def follow(self, line: StandingLine, saying: Saying | None) -> None:
        """Follows the line of an agent who has just logged in to its end."""
        self._to_its_end(line, lambda: line.begin(saying))

    def adopt(self, leg: LegSnapshot, agent_id: AgentId, agent: FloorAgent | None) -> None:
        """Goes on with a line that another process followed; ``agent`` is what the floor knows.

        One whose agent has logged out, or has another line, is ended.
        """
        mailbox: Mailbox[Message] = Mailbox(self._site.clock)
        line = self._line(leg.leg_id, leg.node, mailbox, agent_id)
        if agent is None or (agent.state is AgentState.LOGGED_OUT and agent.since):
            line.has_left = True
        elif agent.standing_leg is not None and agent.standing_leg.leg_id != leg.leg_id:
            line.is_replaced = True
        self._switchboard.follow(line.call_id, leg.node, mailbox)
        self._switchboard.keep(leg.leg_id)
        if not (line.has_left or line.is_replaced):
            self._lines.put(line)
            if agent is not None and not agent.since:
                self._stand_again_soon(line)
        is_talking = leg.bridged_to is not None
        held_by = _held_by(agent, leg.leg_id)

        def resume() -> None:
            line.resume(
                is_talking=is_talking,
                is_silent=leg.is_parked,
                wanted_by=None if is_talking else held_by,
                lent_to=held_by if is_talking else None,
            )

        self._spawn(line.call_id, lambda: self._to_its_end(line, resume))

    def log_out(self, agent_id: AgentId) -> None:
        """Logs out an agent whose line is gone, after the call if there is one.

        Raises ``NotReadyError``, ``StoreError``.
        """
        self._site.roster.stand(agent_id, None)
        self._lines.gone_unheard(agent_id)
        order = DutyOrder(what=DutyChange.LOG_OUT, by=CALLCORE, via=AgentReason.STANDING_LEG)
        try:
            self._change_duty(agent_id, order)
        except NotReadyError:
            raise
        except OperationError:
            return  # not in the settings, and not at work

    def _line(
        self, leg_id: LegId, node: NodeName, mailbox: Mailbox[Message], agent_id: AgentId
    ) -> StandingLine:
        line = StandingLine(
            self._site,
            leg_id,
            node,
            mailbox,
            agent_id,
            switchboard=self._switchboard,
            duty=self._duty,
            look=lambda: self._is_the_agents(leg_id, agent_id),
            stand=lambda: self._stand_again_soon(line),
        )
        return line

    def _to_its_end(self, line: StandingLine, script: Callable[[], None]) -> None:
        try:
            script()
        except LineOverError:
            pass  # the end of every line
        finally:
            line.timers.stop()
            if not line.is_handed_over:
                self._switchboard.unfollow(line.call_id)
                if self._lines.remove(line) and not line.is_replaced:
                    self._until_told(line)

    def _until_told(self, line: StandingLine) -> None:
        """The floor hears of the end as soon as Redis answers; unless there is another line."""
        while self._lines.of(line.agent_id) is None:
            try:
                if line.has_left:
                    self._site.roster.stand(line.agent_id, None)
                else:
                    self.log_out(line.agent_id)
            except (NotReadyError, StoreError) as error:
                self._failed(error)
                self._site.clock.sleep(RETRY_SECONDS)
            else:
                return

    def _holds_call_elsewhere(self, agent_id: AgentId) -> bool:
        """True if a call is on a line of the agent that another worker follows. Raises
        ``StoreError``.
        """
        if self._lines.leg_of(agent_id) is None:
            return False
        agent = self._site.roster.agent(agent_id)
        return agent is not None and agent.state in HOLDING

    def _stand_again_soon(self, line: StandingLine) -> None:
        self._spawn(line.call_id, lambda: self._stand_again(line))

    def _stand_again(self, line: StandingLine) -> None:
        """Redis lost its data: the agent is on the line as before."""
        leg = StandingLeg(leg_id=line.leg_id, node=line.node)
        order = DutyOrder(what=DutyChange.LOG_IN, by=CALLCORE, via=AgentReason.FLOOR_LOST)
        while self._lines.of(line.agent_id) is line:
            try:
                self._site.roster.stand(line.agent_id, leg)
                self._change_duty(line.agent_id, order)
            except (NotReadyError, StoreError) as error:
                self._failed(error)
                self._site.clock.sleep(RETRY_SECONDS)
            except OperationError as error:
                self._failed(error)
                return
            else:
                return

    def _is_the_agents(self, leg_id: LegId, agent_id: AgentId) -> bool:
        """What the floor says; while it says nothing, nothing has changed."""
        try:
            agent = self._site.roster.agent(agent_id)
        except StoreError:
            return True
        if agent is None or agent.state is AgentState.LOGGED_OUT:
            return False
        return agent.standing_leg is None or agent.standing_leg.leg_id == leg_id

    def _forget(self, agent_id: AgentId) -> None:
        try:
            self._site.roster.stand(agent_id, None)
        except StoreError as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
        )


def _held_by(agent: FloorAgent | None, leg_id: LegId) -> CallId | None:
    """The call that wants the line, or talks on it: whoever follows it goes on with it."""
    if agent is None or agent.leg_id != leg_id or agent.state not in HOLDING:
        return None
    return agent.call_id
