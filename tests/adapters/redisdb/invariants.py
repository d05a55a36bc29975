"""What is true of the keys of a floor after every verb, whoever raced."""

from __future__ import annotations

from collections import Counter
from typing import Any

from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.rows import queues_of
from callcore.domain.ids import AgentId, CallId, NodeName, QueueName

LEASED = {"reserved", "ringing", "wrapping_up"}
HOLDING = {"reserved", "ringing", "talking"}


def check(raw: Any, keys: Keys, queues: tuple[QueueName, ...], nodes: tuple[NodeName, ...]) -> None:
    """Reads the whole floor past the adapter and fails on the first thing that is not so."""
    pattern = keys.call(CallId("*"))
    calls = {name.rpartition(":")[2]: raw.hgetall(name) for name in raw.keys(pattern)}
    agents = {name: raw.hgetall(keys.agent(AgentId(name))) for name in raw.smembers(keys.agents())}
    leases = dict(raw.zrange(keys.leases(), 0, -1, withscores=True))
    _check_calls(raw, keys, queues, calls)
    listed = {call_id: node for node in nodes for call_id in raw.smembers(keys.calls_of_node(node))}
    assert listed == {call_id: call["node"] for call_id, call in calls.items()}
    _check_agents(raw, keys, queues, agents, leases)
    held = Counter(agent["offer_id"] for agent in agents.values() if "offer_id" in agent)
    assert all(times == 1 for times in held.values()), f"an offer of two agents: {held}"
    for agent_id, agent in agents.items():
        call = calls.get(agent.get("call_id", ""))
        if call and agent["state"] in HOLDING and call.get("offer_id") == agent["offer_id"]:
            assert call["agent_id"] == agent_id
            is_talking = agent["state"] == "talking"
            assert call["state"] in ({"talking", "ended"} if is_talking else {"offered"})
    talking = {call["offer_id"] for call in calls.values() if call["state"] == "talking"}
    assert talking <= {a["offer_id"] for a in agents.values() if a["state"] == "talking"}


def _check_calls(
    raw: Any,
    keys: Keys,
    queues: tuple[QueueName, ...],
    calls: dict[str, dict[str, str]],
) -> None:
    """A call is in exactly one of waiting, offered, talking and ended, with one score."""
    for queue in queues:
        waiting = dict(raw.zrange(keys.waiting(queue), 0, -1, withscores=True))
        offered = dict(raw.zrange(keys.offered(queue), 0, -1, withscores=True))
        here = {call_id: call for call_id, call in calls.items() if call["queue"] == queue}
        for state, held in (("waiting", waiting), ("offered", offered)):
            assert held == {
                call_id: float(call["score"])
                for call_id, call in here.items()
                if call["state"] == state
            }
        for call in here.values():
            state, has_offer = call["state"], "offer_id" in call
            assert state in {"waiting", "offered", "talking", "ended"}
            assert state == "ended" or has_offer == (state != "waiting")
            assert has_offer == ("agent_id" in call) == ("agent_leg_id" in call)
            assert ("bridged_at" in call) == (has_offer and state != "offered")
            assert ("ended_at" in call) == (state == "ended")


def _check_agents(
    raw: Any,
    keys: Keys,
    queues: tuple[QueueName, ...],
    agents: dict[str, dict[str, str]],
    leases: dict[str, float],
) -> None:
    """An agent is free where available and not resting, and leased where something may end."""
    for queue in queues:
        free = dict(raw.zrange(keys.free_agents(queue), 0, -1, withscores=True))
        assert free == {
            agent_id: float(agent["since"])
            for agent_id, agent in agents.items()
            if agent["state"] == "available"
            and agent_id not in leases
            and queue in queues_of(agent["queues"])
        }
    for agent_id, agent in agents.items():
        state = agent["state"]
        if state != "available":  # with a lease it rests after a miss
            assert (agent_id in leases) == (state in LEASED), (agent_id, state)
        has_offer = state in {*LEASED, "talking"}
        assert ("offer_id" in agent) == has_offer, (agent_id, state)
    assert set(leases) <= set(agents)
