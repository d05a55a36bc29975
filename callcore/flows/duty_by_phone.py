"""What a feature code does once it is known who dialled it: the command line's own operations."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.agents import AgentReason, AgentState, BreakCode
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import AgentId
from callcore.domain.policies import FeatureCode
from callcore.flows.break_asking import NoBreakChosenError, asked_break
from callcore.flows.dialled_line import DialledLine
from callcore.flows.site import Site
from callcore.ports.operations import (
    DutyAnswer,
    DutyChange,
    DutyOrder,
    NotReadyError,
    OperationError,
)
from callcore.ports.stores import StoreError

BY_PHONE = "agent"
"""Who asked for it, in the agent's timeline."""

ChangeDuty = Callable[[AgentId, DutyOrder], DutyAnswer]
"""``ports.operations.Operations.change_duty``."""

_ORDERS = {
    FeatureCode.LOG_IN: DutyChange.LOG_IN,
    FeatureCode.LOG_OUT: DutyChange.LOG_OUT,
    FeatureCode.START_BREAK: DutyChange.START_BREAK,
    FeatureCode.EXTEND_WRAP_UP: DutyChange.EXTEND_WRAP_UP,
}


class DutyByPhone:
    """Carries out what agents asked for by phone."""

    def __init__(self, site: Site, change_duty: ChangeDuty) -> None:
        self._site = site
        self._change_duty = change_duty

    def asked_on(self, line: DialledLine, agent_id: AgentId, code: FeatureCode) -> FeatureAnswer:
        """What came of it, after the question which break it is to be.

        Raises ``LineOverError``, ``DialogueOverError``.
        """
        try:
            chosen = asked_break(line) if code is FeatureCode.START_BREAK else None
        except NoBreakChosenError:
            return FeatureAnswer.NOT_POSSIBLE
        return self.carry_out(agent_id, code, chosen)

    def carry_out(
        self, agent_id: AgentId, code: FeatureCode, break_code: BreakCode | None = None
    ) -> FeatureAnswer:
        """What came of it."""
        try:
            if code is FeatureCode.AVAILABLE:
                return self._make_available(agent_id)
            return self._order(agent_id, _ORDERS[code], break_code)
        except (NotReadyError, StoreError):
            return FeatureAnswer.NOT_READY
        except OperationError:
            return FeatureAnswer.NOT_POSSIBLE

    def _make_available(self, agent_id: AgentId) -> FeatureAnswer:
        """Ends what keeps the agent from calls: a break or a wrap-up, now or wished for."""
        agent = self._site.roster.agent(agent_id)
        if agent is None or agent.state is AgentState.LOGGED_OUT:
            return FeatureAnswer.NOT_POSSIBLE
        answer = FeatureAnswer.ALREADY
        if agent.wish is not None:
            answer = self._order(agent_id, DutyChange.LOG_IN)  # takes back any wish
        if agent.state is AgentState.ON_BREAK:
            answer = self._order(agent_id, DutyChange.END_BREAK)
        elif agent.state is AgentState.WRAPPING_UP:
            answer = self._order(agent_id, DutyChange.END_WRAP_UP)
        return answer

    def _order(
        self, agent_id: AgentId, what: DutyChange, break_code: BreakCode | None = None
    ) -> FeatureAnswer:
        order = DutyOrder(
            what=what, by=BY_PHONE, break_code=break_code, via=AgentReason.FEATURE_CODE
        )
        return _answer(self._change_duty(agent_id, order))


def _answer(answer: DutyAnswer) -> FeatureAnswer:
    if answer.wish is not None:
        return FeatureAnswer.AFTER_THE_CALL
    return FeatureAnswer.DONE if answer.is_changed else FeatureAnswer.ALREADY
