"""What operators do to agents: see who is there and what they did, change what they are there for.

Agents who dial feature codes come here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from callcore.domain import duty
from callcore.domain.agents import LONGEST_NOTE, AgentReason, AgentState, BreakCode
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import AgentPolicy, Connection, QueuePolicy
from callcore.flows import duty_answers
from callcore.flows.agent_finding import AgentFinding, ready
from callcore.flows.duty import Duty
from callcore.flows.site import Site
from callcore.ports.operations import (
    AgentView,
    BreakView,
    DutyAnswer,
    DutyChange,
    DutyOrder,
    DutyRefusedError,
    NotReadyError,
    OutOfRangeError,
    UnknownBreakError,
    UnknownQueueError,
)
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.stores import AgentAnswer, FloorAgent, OfferAnswer
from callcore.ports.timelines import AgentChange

MOST_CHANGES = 1000
"""So many lines of a timeline are told at once."""

SHORTEST_EXTENSION_SECONDS = 1.0

_MADE = {
    DutyChange.LOG_IN: AgentState.AVAILABLE,
    DutyChange.LOG_OUT: AgentState.LOGGED_OUT,
    DutyChange.START_BREAK: AgentState.ON_BREAK,
    DutyChange.END_BREAK: AgentState.AVAILABLE,
    DutyChange.EXTEND_WRAP_UP: AgentState.WRAPPING_UP,
}
"""The state each change makes; that which ends a wrap-up may find a wish."""

_STAYING = frozenset({DutyChange.LOG_IN, DutyChange.START_BREAK})
"""Not for an agent who is no longer in the settings, and is to be logged out after the call."""

PastChanges = Callable[[AgentId, int], Sequence[AgentChange]]
"""The last changes of an agent, oldest first. May raise ``RecordsUnavailableError``."""


class AgentOperations:
    """The part of ``ports.operations.Operations`` that is about agents."""

    def __init__(self, site: Site, duty: Duty, past_changes: PastChanges) -> None:
        self._site = site
        self._duty = duty
        self._past_changes = past_changes
        self._finding = AgentFinding(site)

    def agents(self) -> list[AgentView]:
        """Every agent of the settings, and those still at work who no longer are; by id."""
        return self._finding.agents()

    def breaks(self) -> list[BreakView]:
        """The breaks of the settings, in their order; the one there always is if they have none."""
        return [
            BreakView(code=code, name=one.name, maximum_seconds=one.maximum_seconds)
            for code, one in duty.breaks(self._site.policy).items()
        ]

    def change_duty(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        """Logs an agent in or out, begins or ends a break, ends or extends a wrap-up."""
        self._finding.known(agent_id)
        if agent_id not in self._site.policy.agents and order.what in _STAYING:
            raise DutyRefusedError(duty_answers.gone(agent_id))
        if len(order.note) > LONGEST_NOTE:
            message = f"the note is too long: give at most {LONGEST_NOTE} characters"
            raise OutOfRangeError(message)
        printable = "".join(letter for letter in order.note if letter.isprintable())
        order = replace(order, note=printable, queues=self._checked_queues(agent_id, order))
        match order.what:
            case DutyChange.LOG_IN:
                return self._log_in(agent_id, order)
            case DutyChange.LOG_OUT:
                return self._log_out(agent_id, order)
            case DutyChange.START_BREAK:
                return self._start_break(agent_id, order)
            case DutyChange.END_BREAK:
                answer = ready(lambda: self._duty.end_break(agent_id, order))
                return self._answered(agent_id, order, answer)
            case DutyChange.END_WRAP_UP:
                return self._end_wrap_up(agent_id, order)
            case DutyChange.EXTEND_WRAP_UP:
                return self._extend_wrap_up(agent_id, order)

    def unlock(self, agent_id: AgentId, *, by: str) -> bool:  # noqa: ARG002 - of use to who logs it
        """Forgets wrong PINs; false if there were none."""
        self._finding.known(agent_id)
        return ready(lambda: self._site.lockouts.forgive(agent_id))

    def timeline(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        """The last changes of an agent, oldest first; of one who has left as well."""
        if not 1 <= count <= MOST_CHANGES:
            message = f"{count} changes are out of range: ask for 1 to {MOST_CHANGES}"
            raise OutOfRangeError(message)
        try:
            changes = tuple(self._past_changes(agent_id, count))
        except RecordsUnavailableError as error:
            raise NotReadyError(f"the history does not answer: {error}") from error
        if not changes:
            self._finding.known(agent_id)
        return changes

    def _log_in(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        before = self._finding.found(agent_id)
        policy = self._site.policy.agents.get(agent_id)
        if (
            policy is not None
            and policy.connection is Connection.STANDING
            and order.via is AgentReason.COMMAND
            and before.state is AgentState.LOGGED_OUT
            and before.standing_leg is None
        ):
            raise DutyRefusedError(duty_answers.standing_refusal(agent_id, self._site.policy))
        answer = ready(lambda: self._duty.log_in(agent_id, order))
        is_chosen = False
        if answer in {AgentAnswer.ALREADY, AgentAnswer.CANCELLED}:
            is_chosen = self._choose(before, policy, order)
        told = self._answered(agent_id, order, answer, is_changed=is_chosen)
        after = self._finding.read(agent_id)
        if after is None:
            return told
        return replace(told, warnings=duty_answers.warnings(after, policy, self._site.policy))

    def _choose(self, agent: FloorAgent, policy: AgentPolicy | None, order: DutyOrder) -> bool:
        """Has an agent who is logged in already serve the queues of the order; true if others.

        Only a command can name queues, and means all by naming none.
        """
        is_asked = order.via is AgentReason.COMMAND
        if policy is None or not is_asked or agent.chosen_queues == order.queues:
            return False
        ready(lambda: self._duty.choose_queues(agent, order, order.queues))
        return True

    def _log_out(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        policy = self._site.policy.agents.get(agent_id)
        if order.queues and policy is not None:
            before = self._finding.found(agent_id)
            serves = duty.served(policy, self._site.policy, before.chosen_queues)
            left = tuple(queue for queue in serves if queue not in order.queues)
            if left and before.state is not AgentState.LOGGED_OUT:
                if left != serves:
                    ready(lambda: self._duty.choose_queues(before, order, left))
                return DutyAnswer(
                    is_changed=left != serves, state=before.state, wish=before.wish, queues=left
                )
        answer = ready(lambda: self._duty.log_out(agent_id, order))
        return self._answered(agent_id, order, answer)

    def _start_break(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        breaks = duty.breaks(self._site.policy)
        code: BreakCode = next(iter(breaks)) if order.break_code is None else order.break_code
        if code not in breaks:
            message = f"there is no break {code}: the breaks are {', '.join(breaks)}"
            raise UnknownBreakError(message)
        most_seconds = breaks[code].maximum_seconds
        answer = ready(lambda: self._duty.start_break(agent_id, order, code, most_seconds))
        return self._answered(agent_id, order, answer)

    def _end_wrap_up(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        agent = self._finding.found(agent_id)
        if agent.state is AgentState.AVAILABLE:
            return self._unchanged(agent)
        if agent.state is not AgentState.WRAPPING_UP:
            raise DutyRefusedError(duty_answers.refusal(agent, order.what))
        freed = ready(lambda: self._duty.end_wrap_up(agent, order))
        if freed.answer is OfferAnswer.STALE or freed.state is None:
            return self._unchanged(self._finding.found(agent_id))
        return DutyAnswer(is_changed=True, state=freed.state, queues=self._finding.serves(agent))

    def _extend_wrap_up(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        agent = self._finding.found(agent_id)
        if agent.state is not AgentState.WRAPPING_UP or agent.queue is None:
            raise DutyRefusedError(duty_answers.refusal(agent, order.what))
        queue = self._site.policy.queues.get(agent.queue) or QueuePolicy(name=agent.queue)
        longest = queue.longest_wrap_up_seconds
        if not SHORTEST_EXTENSION_SECONDS <= order.seconds <= longest:
            message = (
                f"an extension of {order.seconds:g} seconds is out of range: give "
                f"{SHORTEST_EXTENSION_SECONDS:g} to {longest:g}, the longest wrap-up of queue "
                f"{queue.name}"
            )
            raise OutOfRangeError(message)
        answer = ready(lambda: self._duty.extend_wrap_up(agent, order, longest))
        told = self._answered(agent_id, order, answer)
        if answer is not AgentAnswer.ALREADY:
            return told
        warning = (
            f"the wrap-up lasts {longest:g} seconds already, the longest of queue {queue.name}"
        )
        return replace(told, warnings=(warning,))

    def _answered(
        self, agent_id: AgentId, order: DutyOrder, answer: AgentAnswer, *, is_changed: bool = False
    ) -> DutyAnswer:
        """What became of an order by the floor's answer; raises what was refused."""
        if answer is AgentAnswer.DONE:
            after = self._finding.read(agent_id)
            queues = () if after is None else self._finding.serves(after)
            return DutyAnswer(is_changed=True, state=_MADE[order.what], queues=queues)
        agent = self._finding.found(agent_id)
        if answer is AgentAnswer.REFUSED:
            raise DutyRefusedError(duty_answers.refusal(agent, order.what))
        is_changed = is_changed or answer in {AgentAnswer.WISHED, AgentAnswer.CANCELLED}
        return replace(self._unchanged(agent), is_changed=is_changed)

    def _unchanged(self, agent: FloorAgent) -> DutyAnswer:
        return DutyAnswer(
            is_changed=False, state=agent.state, wish=agent.wish, queues=self._finding.serves(agent)
        )

    def _checked_queues(self, agent_id: AgentId, order: DutyOrder) -> tuple[QueueName, ...]:
        """The queues of an order, in the order of the settings, if they are the agent's; none if
        they are all.
        """
        policy = self._site.policy.agents.get(agent_id)
        serves = () if policy is None else duty.served(policy, self._site.policy)
        for queue in order.queues:
            if queue not in serves:
                known = f"of the queues {', '.join(serves)}" if serves else "of no queue"
                message = f"agent {agent_id} is not an agent of queue {queue}, but {known}"
                raise UnknownQueueError(message)
        wanted = tuple(queue for queue in serves if queue in order.queues)
        return () if wanted == serves else wanted
