"""Answers of scripts, and keys that may be out of date when they run."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.adapters.redisdb.agent_posts import HeldPosts
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.connecting import Access
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import REMEMBER_ANSWER_SECONDS, Script
from callcore.domain.admission import Closure
from callcore.domain.agents import (
    HoldReason,
)
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import (
    AskingOrder,
    LeaveAnswer,
    OfferAnswer,
    Post,
)
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import (
    ANNA,
    CHANGES,
    NODE,
    NUMBER,
    SALES,
    SUPPORT,
    WHY,
    candidates,
    enrol,
    free_ids,
    joining,
    log_out,
    make_available,
    request,
    reservation,
    reserved,
    start_break,
    talking,
)

KEYS = Keys(SITE)
PROMISE = reservation("c1", "o1")


def test_an_unknown_word_raises(server_url: str) -> None:
    """A script of another version is not mistaken for an answer of ours."""
    faults: list[str] = []
    client = Client(
        server_url,
        access=Access(),
        connection_count=1,
        command_timeout_seconds=5,
        observe=lambda name, seconds: None,
        fault=faults.append,
    )
    script = Script(client, "leave", LeaveAnswer)
    script._text, script._sha = "return 'vanished'", "0" * 40
    with pytest.raises(UnexpectedAnswerError, match="leave answered 'vanished'"):
        script.run([], [])
    assert faults == [Fault.UNEXPECTED_ANSWER]
    client.close()


def test_a_server_that_forgot_the_scripts_is_told_again(floor: Floor, raw: Any) -> None:
    """A restart or SCRIPT FLUSH costs nobody an answer."""
    for number in range(2):
        raw.script_flush()
        assert floor.waiting_room.join(joining(f"c{number}"), request()).position == number + 1


def test_queues_changed_by_another_process_are_noticed(floor: Floor, server_url: str) -> None:
    """What this process remembers of an agent's queues costs a second attempt, no mistake."""
    make_available(floor, ANNA, SUPPORT)
    other = Floor(server_url, SITE)
    enrol(other, ANNA, SALES)
    floor.waiting_room.join(joining("c1", queue=SALES), request())
    assert floor.roster.reserve(reservation("c1", "o1", queue=SALES)) == "reserved"
    assert (free_ids(floor, SALES), free_ids(floor, SUPPORT)) == ([], [])
    enrol(other, ANNA, SUPPORT, SALES)
    lost = floor.roster.lose(
        reservation("c1", "o1", queue=SALES),
        reason=OfferLostReason.CALLER_GONE,
        retry_after_seconds=0,
        is_caller_waiting=True,
    )
    assert lost.answer is OfferAnswer.DONE
    assert (free_ids(floor, SALES), free_ids(floor, SUPPORT)) == ([ANNA], [ANNA])
    other.close()


@pytest.mark.parametrize(
    ("verb", "is_free"),
    [
        ("log_in", True),
        ("end_break", True),
        ("end_wrap_up", True),
        ("end_talk", True),
        ("wake", True),
        ("hold", True),
        ("log_out", False),
        ("start_break", False),
    ],
)
def test_every_verb_uses_the_queues_of_now(
    floor: Floor, server_url: str, verb: str, is_free: bool
) -> None:
    """After another process changed the queues, the agent is free in all of them or in none."""
    bring_before(floor, verb)
    other = Floor(server_url, SITE)
    enrol(other, ANNA, SALES)
    other.close()
    use(floor, verb)
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([], [ANNA] if is_free else [])


def bring_before(floor: Floor, verb: str) -> None:
    """The agent where the verb finds something to change."""
    match verb:
        case "end_wrap_up":
            floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=100)
        case "end_talk":
            talking(floor)
        case "wake":
            reserved(floor).lose(is_miss=True, rest=0.01)
        case _:
            make_available(floor, ANNA)
    match verb:
        case "log_in":
            log_out(floor)
        case "end_break":
            start_break(floor)
        case "hold":
            floor.roster.hold(ANNA, frozenset({HoldReason.UNREGISTERED}), request())


def use(floor: Floor, verb: str) -> None:
    """The verb, as one would."""
    match verb:
        case "end_talk":
            floor.roster.end_talk(PROMISE, wrap_up_seconds=0)
        case "end_wrap_up":
            floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1", WHY)
        case "wake":
            floor.roster.wake(ANNA)
        case "hold":
            floor.roster.hold(ANNA, frozenset(), request())
        case _:
            CHANGES[verb](floor)


@pytest.mark.parametrize("is_login", [False, True])
def test_posts_just_given_are_not_read_again(server_url: str, raw: Any, is_login: bool) -> None:
    """The next verb about the agent takes one step, no more."""
    del raw
    steps: list[str] = []
    floor = Floor(server_url, SITE, observe=lambda name, seconds: steps.append(name))
    enrol(floor, ANNA, SUPPORT)
    if is_login:
        floor.roster.log_in(ANNA, request(), WHY, posts=[Post(queue=SALES)])
    steps.clear()
    log_out(floor)
    assert steps == ["log_out"]
    floor.close()


def test_enrolling_leaves_no_queue_of_another_process_behind(floor: Floor, server_url: str) -> None:
    """The agent is taken out of the queues of now, not out of those remembered."""
    make_available(floor, ANNA, SUPPORT)
    other = Floor(server_url, SITE)
    enrol(other, ANNA, SALES)
    other.close()
    enrol(floor, ANNA, SUPPORT)
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([ANNA], [])


def test_posts_changed_by_another_process_give_the_new_place(floor: Floor, server_url: str) -> None:
    """The same queue at another level is another post: the agent is not put at the old place."""
    offer = talking(floor)
    other = Floor(server_url, SITE)
    posts = [Post(queue=SUPPORT, order=AskingOrder.POSITION, level=4, position=5)]
    other.roster.enrol(ANNA, posts, "Anna")
    other.close()
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    (agent,) = candidates(floor, SUPPORT, 9).agents
    assert agent.score == 4 * 2**42 + 5


def test_a_call_whose_number_changed_while_it_was_looked_up(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number is checked by the script, so no place is kept for somebody else."""
    floor.waiting_room.join(joining("c1"), request())
    looks = iter(["+48999999999"])
    monkeypatch.setattr(floor.waiting_room, "_number_of", lambda _: next(looks, NUMBER))
    left = floor.waiting_room.leave(CallId("c1"), SUPPORT, request(), resume_within_seconds=100)
    assert left is LeaveAnswer.LEFT
    assert next(looks, None) is None
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped is not None
    assert floor.waiting_room.door(SUPPORT, "+48999999999").dropped is None


@pytest.mark.parametrize("verb", ["forget", "join"])
def test_a_call_that_changed_nodes_while_it_was_looked_up(
    floor: Floor, raw: Any, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """The node of an ended call is checked by the script, so no list of calls keeps a dead one."""
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room._nodes.take(CallId("c1"))
    looks = iter([NodeName("fs3")])
    monkeypatch.setattr(floor.waiting_room, "_node_of", lambda _: next(looks, NODE))
    other = NodeName("fs2")
    if verb == "join":
        floor.waiting_room.join(joining("c1", node=other), request())
    else:
        floor.waiting_room.forget(CallId("c1"))
    assert next(looks, None) is None
    assert raw.smembers(KEYS.calls_of_node(NODE)) == set()
    assert raw.smembers(KEYS.calls_of_node(other)) == ({"c1"} if verb == "join" else set())


def test_queues_that_never_hold_still_are_given_up(
    floor: Floor, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verb does not try for ever, and says what is wrong."""
    make_available(floor, ANNA)
    other = Floor(server_url, SITE)
    read = floor.roster._posts._held

    def read_and_change(agent_id: AgentId) -> HeldPosts:
        served = read(agent_id)
        queues = (SALES,) if "support" in served.text else (SUPPORT,)
        enrol(other, agent_id, *queues)
        return served

    monkeypatch.setattr(floor.roster._posts, "_held", read_and_change)
    with pytest.raises(UnexpectedAnswerError, match="outdated"):
        log_out(floor)
    other.close()


def test_answers_are_forgotten_after_a_while(floor: Floor, raw: Any) -> None:
    """Remembered answers expire, so they cannot fill the server."""
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=1)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    remembered = raw.keys(KEYS.request("*", "*"))
    assert len(remembered) == 6
    assert all(0 < raw.ttl(key) <= REMEMBER_ANSWER_SECONDS for key in remembered)


def test_a_floor_that_was_left_leaves_nothing_behind(floor: Floor, raw: Any) -> None:
    """Once the last call is forgotten only the roster, the agents' changes, and what expires, are
    there.
    """
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=0)
    floor.waiting_room.join(joining("c2"), request())
    floor.waiting_room.leave(CallId("c2"), SUPPORT, request(), resume_within_seconds=100)
    floor.waiting_room.remember_agent(SUPPORT, "+48221234567", ANNA, 100)
    floor.waiting_room.close_queue(SUPPORT, Closure(by="", reason="", at=Micros(1), until=None))
    floor.waiting_room.open_queue(SUPPORT)
    for call in floor.waiting_room.calls(NODE):
        floor.waiting_room.forget(call.call_id)
    left = {key for key in raw.keys("*") if raw.ttl(key) == -1}
    queue_keys = {KEYS.free_agents(SUPPORT), KEYS.staffed(SUPPORT)}
    assert left == {KEYS.agent(ANNA), KEYS.agents(), KEYS.agent_changes(), *queue_keys}
    assert floor.waiting_room.calls(NODE) == []


def test_all_keys_of_a_site_share_one_hash_tag(floor: Floor, raw: Any) -> None:
    """A cluster keeps a site together; two sites on one server do not meet."""
    talking(floor)
    floor.epoch()
    assert all(key.startswith("callcore:{test}:") for key in raw.keys("*"))
