"""What is on its way to Postgres: it waits in Redis, and may have been left by an older version."""

from __future__ import annotations

import secrets

import pytest

from callcore.adapters.postgres import call_history, call_records, pool, timelines
from callcore.adapters.redisdb import pending_records
from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentReason, AgentState, BreakCode, Why
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.records import CallStory, PassedOver
from callcore.domain.routing import Verdict
from callcore.ports.stores import Post
from callcore.runtime import record_text
from tests.adapters.postgres.samples import asking, decision, kept_callback, served_call

OF_VERSION_0_1 = (
    '{"call_id":"c0ffee","site":"warsaw","node":"fs1","caller_leg_id":"c0ffee",'
    '"caller_number":"+48201234501","caller_name":"Łucja Żółć","dialled_number":"+48225550100",'
    '"arrived_at":1790000000000000,"line_answered_at":1790000000200000,'
    '"picked_up_at":1790000030000000,"bridged_at":1790000030100000,'
    '"unbridged_at":1790000090100000,"ended_at":1790000090250000,"outcome":"served",'
    '"hung_up_by":"caller","hangup_cause":"NORMAL_CLEARING","queue":"support",'
    '"agent_id":"anna","wait_seconds":30.0,"talk_seconds":60.0,"hold_seconds":2.5,'
    '"is_within_service_level":false,"is_adopted":false,'
    '"visits":[{"queue":"support","joined_at":1790000000000000,"priority":0,'
    '"position_at_join":2,"left_at":1790000030000000,"leave_reason":"picked_up",'
    '"refusal_reason":null,"waited_seconds":30.0,"is_short_abandon":false,'
    '"announcements_count":1}],'
    '"offers":[{"offer_id":"offer-1","queue":"support","agent_id":"bert","leg_id":"leg-1",'
    '"reserved_at":1790000001000000,"ringing_at":1790000001100000,"picked_up_at":null,'
    '"bridged_at":null,"unbridged_at":null,"ended_at":1790000016000000,'
    '"lost_reason":"no_answer","hangup_cause":"NO_ANSWER","hold_seconds":0.0},'
    '{"offer_id":"offer-2","queue":"support","agent_id":"anna","leg_id":"leg-2",'
    '"reserved_at":1790000020000000,"ringing_at":1790000021000000,'
    '"picked_up_at":1790000030000000,"bridged_at":1790000030100000,'
    '"unbridged_at":1790000090100000,"ended_at":1790000090200000,"lost_reason":null,'
    '"hangup_cause":"","hold_seconds":2.5}],'
    '"digits":[{"at":1790000003000000,"digit":"1"}],'
    '"recordings":[{"path":"/var/rec/a.wav","started_at":1790000030100000,'
    '"stopped_at":1790000090100000}],"faults":["prompt_missing moh"]}'
)
"""As the first version wrote it: without decisions and what else came later."""


@pytest.fixture
def connections(history_url):
    with pool.PostgresPool(history_url) as opened:
        yield opened


def kept_of(connections, call_id):
    """What the history tells of a call that is there."""
    story = call_history.PostgresCallHistory(connections).story(call_id)
    assert story is not None
    return story


def test_a_record_waits_without_loss():
    """Every field, those of decisions among them, is after the wait what it was before."""
    record = kept_callback(callback_askings=(asking(), asking(promise=None)))
    assert record.decisions[1].not_free
    assert record.survey_answers
    assert record.language
    assert pending_records.decoded({"record": record_text.encoded(record)}) == record


def test_decisions_with_any_text_wait(connections):
    """Broken text neither stops the record nor comes to Postgres broken."""
    texts = ["\ud800", "a\0b", '"}', "\\"]
    made = tuple(
        decision(
            skill_rule=text,
            passed_over=(
                PassedOver(agent_id=AgentId(text), verdict=Verdict.LACKS_SKILL, detail=text),
            ),
            not_free={"talking": (AgentId(text),)},
        )
        for text in texts
    )
    record = served_call("call-1", decisions=made)
    waited = pending_records.decoded({"record": record_text.encoded(record)})
    assert call_records.PostgresCallRecords(connections).write([waited]) == 1
    found = kept_of(connections, record.call_id).decisions
    assert [one.offer_id for one in found] == [one.offer_id for one in made]
    for one in found:
        assert one.passed_over[0].detail == one.skill_rule == one.not_free["talking"][0]
    assert [one.skill_rule for one in found][2:] == texts[2:]


def test_a_record_of_the_first_version_is_written(connections):
    """What waited for Postgres during an update of callcore is not lost by it."""
    record = pending_records.decoded({"record": OF_VERSION_0_1})
    [visit] = record.visits
    assert (visit.waited_seconds, visit.limit, visit.estimate_seconds) == (30.0, None, None)
    assert (visit.is_resumed, visit.treatment) == (False, "")
    assert ([offer.offer_id for offer in record.offers], record.decisions) == (
        ["offer-1", "offer-2"],
        (),
    )
    assert (record.language, record.account, record.survey_answers) == ("", "", ())
    assert (record.callback_origin, record.callback_attempts) == (None, ())
    assert record.callback_askings == ()
    assert call_records.PostgresCallRecords(connections).write([record]) == 1
    assert kept_of(connections, record.call_id) == CallStory()


def test_a_change_comes_from_the_floor_to_the_timeline(connections, valkey_url):
    """What a script of Redis appended is in Postgres with all its fields, once, in order."""
    floor = Floor(valkey_url, f"s{secrets.token_hex(4)}")
    try:
        anna = AgentId("anna")
        floor.roster.enrol(anna, [Post(queue=QueueName("support"))], "Anna")
        why = Why(reason=AgentReason.COMMAND, actor="ops", note="a \ud800 note\0")
        floor.roster.log_in(anna, "r1", why)
        code = BreakCode("lunch")
        floor.roster.start_break(anna, "r2", why, code=code, most_seconds=60.0)
        waiting = floor.pending_changes.read(10, 0)
        history = timelines.PostgresTimelines(connections, "warsaw")
        assert history.write(waiting) == len(waiting)
        assert history.write(floor.pending_changes.read(10, 0)) == 0
        floor.pending_changes.set_aside([waiting[0].entry_id])
        floor.pending_changes.acknowledge([pending.entry_id for pending in waiting])
        assert floor.pending_changes.count() == 0
    finally:
        floor.close()
    found = history.of(anna, 10)
    assert [(line.before, line.state, line.break_code) for line in found] == [
        (AgentState.LOGGED_OUT, AgentState.AVAILABLE, None),
        (AgentState.AVAILABLE, AgentState.ON_BREAK, code),
    ]
    assert {(line.reason, line.actor) for line in found} == {(AgentReason.COMMAND, "ops")}
    assert [line.at for line in found] == [pending.change.at for pending in waiting]
    assert "note" in found[0].note
