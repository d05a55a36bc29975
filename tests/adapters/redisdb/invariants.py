"""What is true of the keys of a floor after every verb, whoever raced."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from callcore.adapters.redisdb.keys import Keys
from callcore.domain import phone_numbers
from callcore.domain.ids import AgentId, CallId, NodeName, QueueName

Hashes = dict[str, dict[str, str]]

LEASED = {"reserved", "ringing", "wrapping_up"}
PROMISED = {"reserved", "ringing"}
LEASED_AT_TIMES = {"available", "on_break"}
"""With a lease the agent rests after a miss, or is on a break of a limited length."""
ABSENT = {"logged_out", "on_break"}


@dataclass(frozen=True, kw_only=True)
class QueueKeys:
    """What the keys of one queue hold."""

    waiting: dict[str, float]
    offered: dict[str, float]
    free: dict[str, float]
    staffed: set[str]
    promises: set[str]
    deferred: dict[str, float]


def check(raw: Any, keys: Keys, queues: tuple[QueueName, ...], nodes: tuple[NodeName, ...]) -> None:
    """Reads the whole floor past the adapter and fails on the first thing that is not so."""
    pipeline = raw.pipeline(transaction=False)
    pipeline.keys(keys.call(CallId("*"))).keys(keys.dropped(QueueName("*"), "*"))
    pipeline.smembers(keys.agents()).zrange(keys.leases(), 0, -1, withscores=True)
    for node in nodes:
        pipeline.smembers(keys.calls_of_node(node))
    for queue in queues:
        for key in (keys.waiting(queue), keys.offered(queue), keys.free_agents(queue)):
            pipeline.zrange(key, 0, -1, withscores=True)
        pipeline.smembers(keys.staffed(queue)).smembers(keys.promises(queue))
        pipeline.zrange(keys.deferred(queue), 0, -1, withscores=True)
    call_keys, dropped, agent_ids, leases, *rest = pipeline.execute()
    of_nodes, of_queues = rest[: len(nodes)], rest[len(nodes) :]
    for key in call_keys:
        pipeline.hgetall(key)
    for agent_id in agent_ids:
        pipeline.hgetall(keys.agent(AgentId(agent_id)))
    for key in dropped:
        pipeline.ttl(key)
    found = iter(pipeline.execute())
    calls = {key.rpartition(":")[2]: next(found) for key in call_keys}
    agents = {agent_id: next(found) for agent_id in agent_ids}
    assert all(seconds > 0 for seconds in found), dropped
    listed = {call_id: n for n, ids in zip(nodes, of_nodes, strict=True) for call_id in ids}
    assert listed == {call_id: call["node"] for call_id, call in calls.items()}
    held = {
        queue: QueueKeys(
            waiting=dict(of_queues[6 * number]),
            offered=dict(of_queues[6 * number + 1]),
            free=dict(of_queues[6 * number + 2]),
            staffed=of_queues[6 * number + 3],
            promises=of_queues[6 * number + 4],
            deferred=dict(of_queues[6 * number + 5]),
        )
        for number, queue in enumerate(queues)
    }
    _check_places(held, calls)
    _check_promises(held, calls)
    _check_call_fields(calls)
    _check_queues_of_agents(held, agents, dict(leases))
    _check_agent_fields(agents, dict(leases))
    _check_offers(calls, agents)


def _check_places(queues: dict[QueueName, QueueKeys], calls: Hashes) -> None:
    """A call that waits or is being offered is in one set of one queue, by its score."""
    assert {call["queue"] for call in calls.values()} <= set(queues)
    for queue, held in queues.items():
        for state, places in (("waiting", held.waiting), ("offered", held.offered)):
            assert places == {
                call_id: float(call["score"])
                for call_id, call in calls.items()
                if (call["state"], call["queue"]) == (state, queue)
            }


def _check_promises(queues: dict[QueueName, QueueKeys], calls: Hashes) -> None:
    """Each promise that is not kept yet is counted in its queue, once a number; of those that wait,
    the ones that are not due are known. Of other calls nothing of the kind is left.
    """
    for call in calls.values():
        is_open = "callback_of" in call and call["state"] in {"waiting", "offered"}
        assert is_open or "is_deferred" not in call
    for queue, held in queues.items():
        open_ones = {
            call_id: call
            for call_id, call in calls.items()
            if "callback_of" in call and call["queue"] == queue
            if call["state"] in {"waiting", "offered"}
        }
        assert held.promises == set(open_ones)
        assert held.deferred == {
            call_id: float(call["score"])
            for call_id, call in open_ones.items()
            if call["state"] == "waiting" and "is_deferred" in call
        }
        numbers = [phone_numbers.normalised(call["caller_number"]) for call in open_ones.values()]
        assert len(set(numbers)) == len(numbers)


def _check_call_fields(calls: Hashes) -> None:
    """A call knows its offers while being offered, and its talk from the talk on."""
    for call in calls.values():
        state, has_talk = call["state"], "offer_id" in call
        assert state in {"waiting", "offered", "talking", "ended"}
        assert has_talk == ("agent_id" in call) == ("agent_leg_id" in call)
        assert has_talk == ("bridged_at" in call)
        assert has_talk == (state == "talking") or state == "ended"
        assert ("ended_at" in call) == (state == "ended")
        if "offers" in call:
            assert state == "offered"
            assert call["offers"].startswith("[[")


def _check_offers(calls: Hashes, agents: Hashes) -> None:
    """Each offer of a call is held by exactly one agent; each of an agent is known to the call,
    unless the call has left it behind.
    """
    held = Counter(agent["offer_id"] for agent in agents.values() if "offer_id" in agent)
    assert all(times == 1 for times in held.values()), f"an offer of two agents: {held}"
    for call_id, call in calls.items():
        offers = json.loads(call.get("offers", "[]"))
        for offer_id, agent_id, leg_id in offers:
            agent = agents[agent_id]
            assert agent["state"] in PROMISED
            assert (agent["offer_id"], agent["call_id"]) == (offer_id, call_id)
            assert (agent["leg_id"], agent["queue"]) == (leg_id, call["queue"])
        assert len(offers) == len({agent_id for _, agent_id, _ in offers})
        if call["state"] == "talking":
            agent = agents[call["agent_id"]]
            assert (agent["state"], agent["offer_id"]) == ("talking", call["offer_id"])
            assert agent["leg_id"] == call["agent_leg_id"]


def _check_queues_of_agents(
    queues: dict[QueueName, QueueKeys], agents: Hashes, leases: dict[str, float]
) -> None:
    """An agent is free where available, not resting and not held, at the place that the post gives;
    and staffed unless logged out or on a break.
    """
    for queue, held in queues.items():
        posts = {
            agent_id: post
            for agent_id, agent in agents.items()
            for post in json.loads(agent["posts"])
            if post["queue"] == queue
        }
        assert held.free == {
            agent_id: post["level"] * 2**42 + key_of(post, agents[agent_id])
            for agent_id, post in posts.items()
            if agents[agent_id]["state"] == "available"
            and agent_id not in leases
            and "holds" not in agents[agent_id]
        }
        assert held.staffed == {
            agent_id for agent_id in posts if agents[agent_id]["state"] not in ABSENT
        }


def key_of(post: dict[str, Any], agent: dict[str, str]) -> int:
    """An agent's key in the order of a queue; lower is asked first."""
    match post["order"]:
        case "longest_idle":
            return int(agent["since"]) // 1000
        case "round_robin":
            offered_at = agent.get(f"offered_at:{post['queue']}")
            return int(offered_at) // 1000 if offered_at else int(post["position"])
        case "least_talk_time":
            return int(agent["talk_micros"]) // 1_000_000 * 1024 + int(post["position"])
        case "fewest_calls":
            return int(agent["talk_count"]) * 1024 + int(post["position"])
        case "position":
            return int(post["position"])
        case "random":
            return int(agent["draw"])
    raise AssertionError(post)


def _check_agent_fields(agents: Hashes, leases: dict[str, float]) -> None:
    """An agent is leased where something may end, has an offer where one is not over, and a wish
    only until the call and its wrap-up are.
    """
    for agent_id, agent in agents.items():
        state = agent["state"]
        if state not in LEASED_AT_TIMES:
            assert (agent_id in leases) == (state in LEASED), (agent_id, state)
        has_offer = state in {*LEASED, "talking"}
        assert ("offer_id" in agent) == has_offer, (agent_id, state)
        assert has_offer or "wish" not in agent, (agent_id, state)
        assert ("break_code" in agent) == (state == "on_break"), (agent_id, state)
        assert state == "on_break" or "is_overrun" not in agent, (agent_id, state)
        assert state == "wrapping_up" or "was_extended" not in agent, (agent_id, state)
        assert agent.get("holds") != ""
        assert not ({"is_overrun"} <= set(agent) and agent_id in leases), agent_id
    assert set(leases) <= set(agents)
