"""Calls and changes of agents in the words of app_queue's log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.ids import AgentId, CallId, LegId, Micros, OfferId, QueueName
from callcore.domain.outcomes import (
    MISSES,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)
from callcore.domain.queue_log.agents import of_change
from callcore.domain.queue_log.calls import of_call
from callcore.domain.queue_log.lines import NONE, Line, Verb, in_order
from callcore.domain.records import CallRecord, DigitPress, OfferRecord, QueueVisit
from callcore.domain.transfers import TransferKind
from tests.adapters.postgres.samples import NOON, after, answer, served_call

BEGAN = NOON // 1_000_000


def told(record: CallRecord) -> list[str]:
    """The lines, seconds from the arrival, without the call's id."""
    found = []
    for line in of_call(record):
        at, call_id, rest = line.written().split("|", 2)
        assert call_id == record.call_id
        found.append(f"{int(at) - BEGAN}|{rest}")
    return found


def visit(**changes: Any) -> QueueVisit:
    values: dict[str, Any] = {
        "queue": QueueName("support"),
        "joined_at": NOON,
        "position_at_join": 3,
        "left_at": after(30),
        "leave_reason": LeaveReason.PICKED_UP,
        "waited_seconds": 30.0,
    }
    return QueueVisit(**(values | changes))


def offer(begins: float = 20, **changes: Any) -> OfferRecord:
    """Anna's phone rings a second later for nine, and they talk for a minute."""
    values: dict[str, Any] = {
        "offer_id": OfferId("o"),
        "queue": QueueName("support"),
        "agent_id": AgentId("anna"),
        "leg_id": LegId("leg-1"),
        "reserved_at": after(begins),
        "ringing_at": after(begins + 1),
        "picked_up_at": after(begins + 10),
        "bridged_at": after(begins + 10),
        "unbridged_at": after(begins + 70),
        "ended_at": after(begins + 70),
    }
    return OfferRecord(**(values | changes))


def call(*, visits: tuple = (visit(),), offers: tuple = (offer(),), **changes: Any) -> CallRecord:
    values: dict[str, Any] = {
        "visits": visits,
        "offers": offers,
        "ended_at": after(90),
        "survey_answers": (),
        "digits": (),
    }
    return served_call("call-1", **(values | changes))


ENTERED = "0|support|NONE|ENTERQUEUE||+48201234501|3"
CONNECTED = "30|support|anna|CONNECT|30|leg-1|9"


@pytest.mark.parametrize(
    ("hung_up_by", "verb"),
    [
        (HungUpBy.CALLER, "COMPLETECALLER"),
        (HungUpBy.AGENT, "COMPLETEAGENT"),
        (HungUpBy.CALLCORE, "COMPLETEAGENT"),
        (HungUpBy.SWITCH, "COMPLETECALLER"),
        (HungUpBy.UNKNOWN, "COMPLETECALLER"),
    ],
)
def test_a_talk_is_entered_connected_and_completed(hung_up_by, verb):
    """With hold time, the agent's leg, ring time, call time and the place at the join."""
    assert told(call(hung_up_by=hung_up_by)) == [
        ENTERED,
        CONNECTED,
        f"90|support|anna|{verb}|30|60|3",
    ]


def test_who_lets_it_ring_and_who_did_not_get_the_chance():
    """Milliseconds of ringing: the agent's fault, or nobody's; a phone that never rang has 0."""
    lost = {"bridged_at": None, "picked_up_at": None, "unbridged_at": None}
    offers = (
        offer(0, ended_at=after(15.5), lost_reason=OfferLostReason.NO_ANSWER, **lost),
        offer(16, ended_at=after(18), lost_reason=OfferLostReason.CALLER_GONE, **lost),
        offer(19, ended_at=after(19.5), ringing_at=None, lost_reason=OfferLostReason.BUSY, **lost),
    )
    assert told(call(offers=offers))[1:] == [
        "15|support|anna|RINGNOANSWER|14500",
        "18|support|anna|RINGCANCELED|1000",
        "19|support|anna|RINGNOANSWER|0",
    ]


@pytest.mark.parametrize("reason", list(OfferLostReason))
def test_every_lost_offer_has_a_verb(reason):
    """A miss is a phone that rang in vain; the others were called off."""
    one = offer(bridged_at=None, lost_reason=reason)
    [_, line] = of_call(call(offers=(one,)))
    assert line.verb is (Verb.RINGNOANSWER if reason in MISSES else Verb.RINGCANCELED)


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        (LeaveReason.ABANDONED, "ABANDON|3|3|30"),
        (LeaveReason.EXIT_KEY, "EXITWITHKEY|7|3|3|30"),
        (LeaveReason.MAXIMUM_WAIT, "EXITWITHTIMEOUT|3|3|30"),
        (LeaveReason.UNANSWERED_TOO_LONG, "EXITWITHTIMEOUT|3|3|30"),
        (LeaveReason.NO_AGENTS, "EXITEMPTY|3|3|30"),
        (LeaveReason.CLOSED, "EXITEMPTY|3|3|30"),
        (LeaveReason.MOVED, "WITHDRAW|3|3|30|moved"),
        (LeaveReason.SWITCH_LOST, "WITHDRAW|3|3|30|switch_lost"),
    ],
)
def test_every_way_out_has_its_verb(reason, ending):
    """With the place, that of the join, and the wait; the key is the last that was pressed."""
    keys = tuple(
        DigitPress(at=after(at), digit=digit) for at, digit in ((3, "1"), (30, "7"), (40, "9"))
    )
    record = call(visits=(visit(leave_reason=reason),), offers=(), digits=keys)
    assert told(record) == [ENTERED, f"30|support|NONE|{ending}"]


@pytest.mark.parametrize("reason", [one for one in LeaveReason if one != LeaveReason.PICKED_UP])
def test_whoever_came_in_goes_out(reason):
    """No caller stays in the queue for ever for a program that counts."""
    found = of_call(call(visits=(visit(leave_reason=reason),), offers=()))
    assert len(found) == 2
    assert found[0].verb is Verb.ENTERQUEUE


def test_whose_end_is_not_known_goes_out_with_the_call():
    """Of a record that was made from what the floor had left."""
    lost = visit(left_at=None, leave_reason=None, waited_seconds=0.0)
    assert told(call(visits=(lost,), offers=())) == [
        ENTERED,
        "90|support|NONE|WITHDRAW|3|3|0|unknown",
    ]


def test_a_refusal_is_not_told():
    """As in app_queue, whose log begins with the join."""
    refused = visit(leave_reason=None, left_at=None, refusal_reason=RefusalReason.QUEUE_FULL)
    assert of_call(call(visits=(refused,), offers=())) == []


def test_a_caller_sent_on_to_a_queue_is_in_both():
    """The first talk ends with the transfer, the second by whoever hung up."""
    second = visit(
        queue=QueueName("sales"), joined_at=after(90), left_at=after(100), position_at_join=1
    )
    talk = offer(92, queue=QueueName("sales"), agent_id=AgentId("bert"))
    record = call(visits=(visit(), second), offers=(offer(), talk), ended_at=after(162))
    assert told(record) == [
        ENTERED,
        CONNECTED,
        "90|support|anna|BLINDTRANSFER|sales||30|60|3",
        "90|sales|NONE|ENTERQUEUE||+48201234501|1",
        "102|sales|bert|CONNECT|12|leg-1|9",
        "162|sales|bert|COMPLETECALLER|12|60|1",
    ]


@pytest.mark.parametrize(
    ("transfer", "line"),
    [
        (TransferKind.BLIND, "90|support|anna|BLINDTRANSFER|1002||30|60|3"),
        (TransferKind.ATTENDED, "90|support|anna|ATTENDEDTRANSFER|BRIDGE|call-1|30|60|3"),
    ],
)
def test_a_transfer_that_the_switch_told(transfer, line):
    """Whoever ended the line, and whatever followed; of an attended one nobody knows to whom."""
    to = "1002" if transfer is TransferKind.BLIND else ""
    talk = offer(transfer=transfer, transferred_to=to)
    record = call(offers=(talk,), ended_at=after(90.5), hung_up_by=HungUpBy.SWITCH)
    assert told(record)[-1] == line


@pytest.mark.parametrize(
    ("changes", "verb"),
    [
        ({}, Verb.BLINDTRANSFER),
        ({"ended_at": after(90.5)}, Verb.COMPLETECALLER),
        ({"hung_up_by": HungUpBy.AGENT}, Verb.COMPLETEAGENT),
        ({"survey_answers": (answer(),)}, Verb.COMPLETECALLER),
    ],
)
def test_a_line_that_lives_on_was_sent_elsewhere(changes, verb):
    """Unless a survey followed, or the agent ended it, or the line ended with the talk."""
    assert of_call(call(**({"ended_at": after(300)} | changes)))[-1].verb is verb


def test_a_callback_is_its_talk():
    """Nobody waited on the line; a customer who was not reached is not in a queue."""
    waited = visit(left_at=after(3600))
    kept = call(visits=(waited,), is_callback=True, offers=(offer(3580),), ended_at=after(3650))
    assert told(kept) == [
        "3590|support|NONE|ENTERQUEUE||+48201234501|1",
        "3590|support|anna|CONNECT|0|leg-1|9",
        "3650|support|anna|COMPLETECALLER|0|60|1",
    ]
    assert of_call(replace(kept, offers=())) == []


def test_a_wait_taken_along_is_not_older_than_the_call():
    """Who has the place of an earlier call enters when this one arrives."""
    resumed = visit(joined_at=after(-600), left_at=after(5), leave_reason=LeaveReason.ABANDONED)
    assert told(call(visits=(resumed,), offers=()))[0] == ENTERED


def test_what_would_end_a_field_or_a_line_is_a_space():
    """Whatever a caller shows as number; everything else stays, in any script."""
    hostile = "+48|1\r\n2\x00\u2028Łucja\ud800"
    record = call(visits=(visit(),), offers=(), caller_number=hostile)
    assert told(record) == ["0|support|NONE|ENTERQUEUE||+48 1 2 Łucja|3"]


@given(
    st.lists(st.text(st.characters()), min_size=3, max_size=3),
    st.lists(st.one_of(st.text(st.characters()), st.integers()), max_size=5),
)
def test_any_text_makes_one_line_of_as_many_fields(head, data):
    """A reader that splits at bars and line ends gets back as many."""
    call_id, queue, agent_id = head
    line = Line(
        at=NOON,
        verb=Verb.PAUSE,
        call_id=call_id,
        queue=queue,
        agent_id=agent_id,
        data=tuple(data),
    )
    written = line.written()
    assert len(written.splitlines()) == 1
    assert len(written.split("|")) == 5 + len(data)
    assert written.encode()


OUT, FREE, PAUSED, TALKING = (
    AgentState.LOGGED_OUT,
    AgentState.AVAILABLE,
    AgentState.ON_BREAK,
    AgentState.TALKING,
)


@pytest.mark.parametrize(
    ("before", "state", "reason", "code", "expected"),
    [
        (OUT, FREE, AgentReason.COMMAND, None, ["ADDMEMBER|"]),
        (OUT, PAUSED, AgentReason.COMMAND, "lunch", ["ADDMEMBER|PAUSED", "PAUSE|lunch"]),
        (FREE, OUT, AgentReason.FEATURE_CODE, None, ["REMOVEMEMBER|"]),
        (PAUSED, OUT, AgentReason.SETTINGS, None, ["UNPAUSE|", "REMOVEMEMBER|"]),
        (FREE, PAUSED, AgentReason.FEATURE_CODE, "lunch", ["PAUSE|lunch"]),
        (FREE, PAUSED, AgentReason.MISSED_CALLS, None, ["PAUSE|missed_calls"]),
        (PAUSED, PAUSED, AgentReason.COMMAND, "tea", ["PAUSE|tea"]),
        (PAUSED, PAUSED, AgentReason.BREAK_OVERRUN, "tea", []),
        (PAUSED, FREE, AgentReason.COMMAND, None, ["UNPAUSE|"]),
        (FREE, TALKING, AgentReason.BRIDGED, None, []),
        (OUT, FREE, AgentReason.FLOOR_LOST, None, []),
    ],
)
def test_agents_come_go_and_take_breaks(before, state, reason, code, expected):
    """In each of their queues, with the break's code; without queues in none. Breaks are of all
    queues at once, which is told first.
    """
    for queues in ((QueueName("support"), QueueName("sales")), ()):
        found = of_change(
            AgentId("anna"),
            NOON,
            before=before,
            state=state,
            reason=reason,
            break_code=code,
            queues=queues,
        )
        lines = []
        for verb in expected:
            of_each = [f"{BEGAN}|NONE|{queue}|anna|{verb}" for queue in queues]
            if "PAUSE|" in verb:
                of_all = verb.replace("PAUSE|", "PAUSEALL|")
                lines.append(f"{BEGAN}|NONE|{NONE}|anna|{of_all}")
            elif not queues:
                lines.append(f"{BEGAN}|NONE|{NONE}|anna|{verb}")
            lines += of_each
        assert [line.written() for line in found] == lines


spans = st.lists(st.tuples(st.integers(0, 50), st.lists(st.integers(0, 30), max_size=4)))


@given(spans, st.lists(st.integers(0, 80)))
def test_lines_are_in_the_order_of_time(calls, changes):
    """Whatever overlaps; none is lost, and those of one call keep their order."""
    made = [
        (
            Micros(began),
            [
                Line(
                    at=Micros(began + later), verb=Verb.CONNECT, call_id=str(number), data=(place,)
                )
                for place, later in enumerate(sorted(laters))
            ],
        )
        for number, (began, laters) in enumerate(sorted(calls))
    ]
    of_agents = [Line(at=Micros(at), verb=Verb.PAUSE) for at in sorted(changes)]
    found = list(in_order(made, of_agents))
    assert [line.at for line in found] == sorted(line.at for line in found)
    assert len(found) == sum(len(lines) for _, lines in made) + len(of_agents)
    for number in range(len(made)):
        places = [line.data[0] for line in found if line.call_id == str(number)]
        assert places == list(range(len(places)))


def test_no_more_calls_are_read_than_are_needed():
    """However long the history: a line is out as soon as no later call can come before it."""
    read: list[int] = []

    def calls() -> Iterator[tuple[Micros, list[Line]]]:
        for number in range(1000):
            read.append(number)
            at = Micros(number)
            yield at, [Line(at=at, verb=Verb.ENTERQUEUE, call_id=CallId(str(number)))]

    lines = in_order(calls(), ())
    for _ in range(10):
        next(lines)
    assert len(read) < 15
