"""Whatever the settings become, agents stay who they are and callers keep their places."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcore.domain.agents import AgentState
from callcore.domain.events import FlowFailed
from callcore.domain.ids import AgentId, CallId, LegId, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    NumberRoute,
    QueuePolicy,
    SitePolicy,
    Strategy,
    Tier,
    TierPolicy,
)
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT, Phone
from tests.flows.floor import TestFloor
from tests.flows.stories import come

QUEUES = tuple(QueueName(name) for name in ("alpha", "beta", "gamma"))
AGENTS = tuple(AgentId(str(number)) for number in range(1, 6))

_queue = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from(Strategy),
        "priority": st.sampled_from((0, 0, 5)),
        "wrap_up_seconds": st.sampled_from((0.0, 10.0)),
        "ring_timeout_seconds": st.sampled_from((5.0, 15.0)),
        "tiers": st.sampled_from((None, TierPolicy(relax_after_seconds=20))),
        "announce_position": st.none(),
    }
)
_posts = st.dictionaries(st.sampled_from(QUEUES), st.builds(Tier, level=st.integers(1, 3)))


@st.composite
def policies(draw: st.DrawFn) -> SitePolicy:
    """A site of some of the queues and agents."""
    queues: dict[QueueName, dict[str, Any]] = draw(
        st.dictionaries(st.sampled_from(QUEUES), _queue, min_size=1)
    )
    posts = draw(st.dictionaries(st.sampled_from(AGENTS), _posts))
    return SitePolicy(
        site="test",
        queues={name: QueuePolicy(name=name, **parts) for name, parts in queues.items()},
        agents={
            agent_id: AgentPolicy(
                agent_id=agent_id,
                name=f"agent {agent_id}",
                contact=f"user/{agent_id}@{draw(st.sampled_from('tu'))}",
                queues=tuple(queue for queue in served if queue in queues),
                tiers={queue: tier for queue, tier in served.items() if queue in queues},
            )
            for agent_id, served in posts.items()
        },
        numbers={str(8001 + QUEUES.index(name)): NumberRoute(queue=name) for name in queues},
    )


def call(floor: TestFloor, policy: SitePolicy, seed: int) -> LegId:
    """A caller of one of the queues."""
    numbers = sorted(policy.numbers)
    return floor.call_in(numbers[seed % len(numbers)])


def staffed(floor: TestFloor) -> dict[AgentId, bool]:
    """Who is there."""
    return {
        agent.agent_id: agent.state is not AgentState.LOGGED_OUT
        for agent in floor.store.roster.agents()
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    before=policies(),
    later=st.lists(policies(), min_size=1, max_size=3),
    callers=st.lists(st.integers(0, 5), max_size=6),
    silent=st.sets(st.sampled_from(AGENTS)),
    pauses=st.lists(st.sampled_from((0.0, 0.3, 2.0, 6.0, 30.0)), min_size=3, max_size=3),
)
def test_no_reload_loses_a_caller_or_an_agent(
    before: SitePolicy,
    later: list[SitePolicy],
    callers: list[int],
    silent: set[AgentId],
    pauses: list[float],
) -> None:
    """Reloads in a row, with callers who wait, ring and talk, and agents who come and go.

    Who waits is not thrown out, who talks is not cut off; an agent of the settings is there if and
    only if the agent was; in the end everybody is free, each call has one record.
    """
    floor = TestFloor(before)
    for agent_id in silent:
        for host in "tu":
            floor.switch.phones[f"user/{agent_id}@{host}"] = SILENT
    come(floor, *before.agents)
    legs = [call(floor, before, seed) for seed in callers]
    for policy, pause in zip(later, pauses, strict=False):
        floor.clock.advance(pause)
        order = _order(floor, legs)
        talking = {leg for leg in legs if floor.switch.legs_by_id[leg].bridged_to}
        there = staffed(floor)
        floor.reload(policy)
        assert all(floor.switch.legs_by_id[leg].bridged_to for leg in talking)
        assert all(floor.knows(leg) for leg in legs)
        _keeps_order(order, _order(floor, legs))
        for agent_id, was_there in there.items():
            if agent_id in policy.agents:
                assert staffed(floor)[agent_id] is was_there
        come(floor, *policy.agents)
        legs.append(call(floor, policy, len(legs)))
    floor.switch.phones |= {
        f"user/{agent_id}@{host}": Phone() for agent_id in AGENTS for host in "tu"
    }
    floor.clock.advance(60)
    for found in floor.store.waiting_room.candidates(sorted(floor.site.policy.queues), 10):
        assert not (found.callers and found.agents), "a caller waits beside a free agent"
    for leg in legs:
        if leg in floor.switch.legs_by_id:
            floor.switch.end(leg)
    settle()
    floor.clock.advance(60)
    assert floor.told(FlowFailed) == []
    assert sorted(record.caller_leg_id for record in floor.records()) == sorted(legs)
    for agent in floor.store.roster.agents():
        is_there = agent.agent_id in later[-1].agents
        assert agent.state is (AgentState.AVAILABLE if is_there else AgentState.LOGGED_OUT)
    assert floor.site.policy == later[-1]
    assert floor.worker.calls_count == 0


def _order(floor: TestFloor, legs: list[LegId]) -> dict[QueueName, list[LegId]]:
    """Who waits where, first to be served first."""
    found: dict[QueueName, list[tuple[float, LegId]]] = {}
    for leg in legs:
        waiting = floor.store.waiting_room.call(CallId(leg))
        if waiting is not None and waiting.state in {"waiting", "offered"}:
            found.setdefault(waiting.queue, []).append((waiting.score, leg))
    return {queue: [leg for _, leg in sorted(places)] for queue, places in found.items()}


def _keeps_order(before: dict[QueueName, list[LegId]], after: dict[QueueName, list[LegId]]) -> None:
    """Those who still wait do so in the order they were in."""
    for queue, legs in after.items():
        stayed = [leg for leg in before.get(queue, []) if leg in legs]
        assert [leg for leg in legs if leg in stayed] == stayed
