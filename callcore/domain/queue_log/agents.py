"""Changes of an agent as lines of a ``queue_log``."""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.queue_log.lines import NONE, Line, Verb

OUT, PAUSED = AgentState.LOGGED_OUT, AgentState.ON_BREAK
ANOTHER_BREAK = frozenset({AgentReason.COMMAND, AgentReason.FEATURE_CODE, AgentReason.MISSED_CALLS})
"""Why a break may be followed by another one, which has another code."""

OF_ALL = {Verb.PAUSE: Verb.PAUSEALL, Verb.UNPAUSE: Verb.UNPAUSEALL}
"""How it is called of all queues of an agent."""


def of_change(
    agent_id: AgentId,
    at: Micros,
    *,
    before: AgentState,
    state: AgentState,
    reason: AgentReason,
    break_code: str | None,
    queues: Sequence[QueueName],
) -> list[Line]:
    """The lines of a change, one of each kind for each of the agent's queues; none if app_queue
    has no word for it. A break is one of all queues at once, which app_queue tells before that of
    each (``set_member_paused``).
    """
    if reason is AgentReason.FLOOR_LOST:  # the agent is where the agent was
        return []
    verbs: list[tuple[Verb, str]] = []
    if before is OUT and state is not OUT:
        verbs.append((Verb.ADDMEMBER, "PAUSED" if state is PAUSED else ""))
    if before is PAUSED and state is not PAUSED:
        verbs.append((Verb.UNPAUSE, ""))
    if state is PAUSED and (before is not PAUSED or reason in ANOTHER_BREAK):
        verbs.append((Verb.PAUSE, break_code or reason.value))
    if state is OUT and before is not OUT:
        verbs.append((Verb.REMOVEMEMBER, ""))
    return [
        Line(at=at, verb=one, queue=queue, agent_id=agent_id, data=(datum,))
        for verb, datum in verbs
        for one, queue in _of_queues(verb, queues)
    ]


def _of_queues(verb: Verb, queues: Sequence[QueueName]) -> list[tuple[Verb, str]]:
    of_each: list[tuple[Verb, str]] = [(verb, queue) for queue in queues]
    if verb in OF_ALL:
        return [(OF_ALL[verb], NONE), *of_each]
    return of_each or [(verb, NONE)]
