"""The scripts: their words, their states, their keys, and what they do from every state."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest

from callcore.adapters.redisdb.agent_posts import HeldPosts
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import REMEMBER_ANSWER_SECONDS, Script, Scripts, text_of
from callcore.domain.admission import Closure
from callcore.domain.agents import REFUSE, STAY, TRANSITIONS, AgentEvent, AgentState, states_before
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, OfferId
from callcore.ports.stores import (
    AgentAnswer,
    AskingOrder,
    FloorCallState,
    LeaveAnswer,
    OfferAnswer,
    Post,
)
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import (
    ANNA,
    NODE,
    NUMBER,
    SALES,
    SUPPORT,
    candidates,
    enrol,
    free_ids,
    joining,
    make_available,
    request,
    reservation,
    reserved,
    talking,
)

FILES = {
    entry.name.removesuffix(".lua"): entry.read_text("utf-8")
    for entry in resources.files("callcore.adapters.redisdb").joinpath("lua").iterdir()
}
TEXTS = {name: text for name, text in FILES.items() if not name.startswith("_")}
KEYS = Keys(SITE)


def scripts() -> dict[str, Script]:
    client = Client(
        "unix:///nowhere",
        password=None,
        connection_count=1,
        command_timeout_seconds=1,
        observe=lambda name, seconds: None,
        fault=lambda fault: None,
    )
    return {script.name: script for script in vars(Scripts(client)).values()}


def code(name: str) -> str:
    return "\n".join(line for line in FILES[name].splitlines() if not line.startswith("--"))


def header(name: str) -> str:
    return "\n".join(line for line in FILES[name].splitlines() if line.startswith("--"))


def test_every_file_is_a_script_under_its_own_name() -> None:
    """No verb without a file, no file without a verb."""
    assert sorted(TEXTS) == sorted(scripts())
    assert all(name == verb for verb, name in ((s.name, v) for v, s in scripts().items()))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_words_of_a_script_are_those_of_its_answers(name: str) -> None:
    """Header, code and enum say the same words."""
    answers = {str(answer) for answer in scripts()[name]._answers}
    _, _, described = header(name).partition("-- Returns ")
    promised = set(re.findall(r"'([a-z_]+)[ '<]", described)) - {"outdated"}
    returned = set(re.findall(r"(?:answer\(|return |word = )'([a-z_]+) ?'", code(name)))
    assert promised == returned - {"outdated"}
    # Logging in is never refused; all other scripts use each word of their answers.
    assert promised == answers - ({"refused"} if name == "log_in" else set())


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_script_includes_what_it_uses(name: str) -> None:
    """And nothing else: what the included files define is used, in a chunk that compiles."""
    included = set(re.findall(r"^-- include (\w+)\.lua$", header(name), re.MULTILINE))
    for each in set(FILES) - set(TEXTS):
        defined = re.findall(r"^local (?:function )?(\w+)", code(each), re.MULTILINE)
        is_used = any(re.search(rf"\b{word}\b", code(name)) for word in {*defined} - {"known"})
        assert is_used == (each in included), each
    assert text_of(name).endswith(FILES[name])
    assert text_of(name).count("\nlocal known") == ("_answer" in included)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_script_touches_only_keys_it_was_given(name: str) -> None:
    """A key made up inside a script would break on a cluster and hide from the header."""
    touched = re.findall(r"redis\.call\('([A-Z]+)'(?:, ([^,)]+))?", code(name))
    for command, key in touched:
        assert command not in {"KEYS", "SCAN", "EVAL"}
        is_given = re.fullmatch(r"KEYS\[(\d+|i|first \+ i - 1)\]", key)
        is_handed_on = name == "_free" and key == "agent"
        assert command == "TIME" or is_given or is_handed_on, (command, key)
    assert all(key.startswith("KEYS[") for key in re.findall(r"^ *make_free\(([^,]+)", code(name)))


def test_the_states_in_the_scripts_are_those_of_the_domain() -> None:
    """Every state that Lua names exists, and every one of the domain is named."""
    named: set[str] = set()
    for name in TEXTS:
        named |= set(re.findall(r"'HSET', KEYS\[\d\], 'state', '([a-z_]+)'", code(name)))
        named |= set(re.findall(r"(?:state|(?:agent|call)\[1\]) [~=]= '([a-z_]+)'", code(name)))
        # What [1] stands for above.
        assert set(re.findall(r"'HMGET', KEYS\[\d\], '([a-z_]+)'", code(name))) <= {"state"}
    assert named == {*map(str, AgentState), *map(str, FloorCallState)}


# --- from every state ---------------------------------------------------------------------------


def bring_into(floor: Floor, raw: Any, state: AgentState) -> None:
    """One agent in any state, with an offer where the state has one."""
    if state in {AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING}:
        offer = talking(floor) if state is AgentState.TALKING else reserved(floor)
        if state is AgentState.RINGING:
            floor.roster.mark_ringing(offer.promise)
    elif state is AgentState.WRAPPING_UP:
        floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=100)
    else:
        make_available(floor, ANNA)
        if state is AgentState.LOGGED_OUT:
            floor.roster.log_out(ANNA, request())
        if state is AgentState.ON_BREAK:
            floor.roster.start_break(ANNA, request())
    assert raw.hget(KEYS.agent(ANNA), "state") == state
    # The answers of the verbs that led here must not answer for the verb under test.
    for key in raw.keys(KEYS.request("*", "*")):
        raw.delete(key)


PROMISE = reservation("c1", "o1")


def reserve_for_another(floor: Floor) -> object:
    floor.waiting_room.join(joining("c2"), request())
    return floor.roster.reserve(reservation("c2", "o2"))


VERBS: dict[AgentEvent, Callable[[Floor], object]] = {
    AgentEvent.LOG_IN: lambda floor: floor.roster.log_in(ANNA, request()),
    AgentEvent.LOG_OUT: lambda floor: floor.roster.log_out(ANNA, request()),
    AgentEvent.BREAK_STARTED: lambda floor: floor.roster.start_break(ANNA, request()),
    AgentEvent.BREAK_ENDED: lambda floor: floor.roster.end_break(ANNA, request()),
    AgentEvent.RESERVE: reserve_for_another,
    AgentEvent.LEG_RINGING: lambda floor: floor.roster.mark_ringing(PROMISE),
    AgentEvent.BRIDGED: lambda floor: floor.roster.win(PROMISE, Micros(1)),
    AgentEvent.OFFER_LOST: lambda floor: floor.roster.lose(
        PROMISE, is_miss=False, retry_after_seconds=0, is_caller_waiting=True
    ),
    AgentEvent.TALK_ENDED: lambda floor: floor.roster.end_talk(PROMISE, wrap_up_seconds=100),
    AgentEvent.WRAP_UP_ENDED: lambda floor: floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1"),
}


@pytest.mark.parametrize("event", list(AgentEvent))
@pytest.mark.parametrize("state", list(AgentState))
def test_a_script_changes_a_state_as_the_domain_s_table_says(
    floor: Floor, raw: Any, state: AgentState, event: AgentEvent
) -> None:
    """Every pair of state and event ends where ``domain.agents`` says, also those that refuse."""
    bring_into(floor, raw, state)
    answer = VERBS[event](floor)
    decided = TRANSITIONS[state][event]
    expected = decided if isinstance(decided, AgentState) else state
    assert raw.hget(KEYS.agent(ANNA), "state") == expected
    if isinstance(answer, AgentAnswer):
        by_decision: dict[object, AgentAnswer] = {
            STAY: AgentAnswer.ALREADY,
            REFUSE: AgentAnswer.REFUSED,
        }
        assert answer is by_decision.get(decided, AgentAnswer.DONE)
    elif state in states_before(event):
        assert answer in {"reserved", "done"}


# --- answers and keys that may be out of date ---------------------------------------------------


def test_an_unknown_word_raises(server_url: str) -> None:
    """A script of another version is not mistaken for an answer of ours."""
    faults: list[str] = []
    client = Client(
        server_url,
        password=None,
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
        is_miss=False,
        retry_after_seconds=0,
        is_caller_waiting=True,
    )
    assert lost is OfferAnswer.DONE
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
        ("log_out", False),
        ("start_break", False),
    ],
)
def test_every_verb_uses_the_queues_of_now(
    floor: Floor, server_url: str, verb: str, is_free: bool
) -> None:
    """After another process changed the queues, the agent is free in all of them or in none."""
    verbs = floor.roster
    if verb in {"end_wrap_up", "end_talk"}:
        offer = talking(floor)
        if verb == "end_wrap_up":
            verbs.end_talk(offer.promise, wrap_up_seconds=100)
    elif verb == "wake":
        reserved(floor).lose(is_miss=True, rest=0.01)
    else:
        make_available(floor, ANNA)
        if verb == "log_in":
            verbs.log_out(ANNA, request())
        if verb == "end_break":
            verbs.start_break(ANNA, request())
    other = Floor(server_url, SITE)
    enrol(other, ANNA, SALES)
    other.close()
    match verb:
        case "end_talk":
            verbs.end_talk(PROMISE, wrap_up_seconds=0)
        case "end_wrap_up":
            verbs.end_wrap_up(ANNA, OfferId("o1"), "r1")
        case "wake":
            verbs.wake(ANNA)
        case _:
            getattr(verbs, verb)(ANNA, request())
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([], [ANNA] if is_free else [])


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
        floor.roster.log_out(ANNA, request())
    other.close()


def test_answers_are_forgotten_after_a_while(floor: Floor, raw: Any) -> None:
    """Remembered answers expire, so they cannot fill the server."""
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=1)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    remembered = raw.keys(KEYS.request("*", "*"))
    assert len(remembered) == 6
    assert all(0 < raw.ttl(key) <= REMEMBER_ANSWER_SECONDS for key in remembered)


def test_a_floor_that_was_left_leaves_nothing_behind(floor: Floor, raw: Any) -> None:
    """Once the last call is forgotten only the roster, and what expires, are there."""
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
    assert left == {KEYS.agent(ANNA), KEYS.agents(), *queue_keys}
    assert floor.waiting_room.calls(NODE) == []


def test_all_keys_of_a_site_share_one_hash_tag(floor: Floor, raw: Any) -> None:
    """A cluster keeps a site together; two sites on one server do not meet."""
    talking(floor)
    floor.epoch()
    assert all(key.startswith("callcore:{test}:") for key in raw.keys("*"))
