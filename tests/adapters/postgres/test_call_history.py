"""Reading back from a real Postgres why a call was offered to whom."""

from __future__ import annotations

import dataclasses
import time

import psycopg
import pytest
from psycopg import conninfo

from callcore.adapters.postgres import call_history, call_records, pool
from callcore.domain.ids import AgentId, CallId, Micros
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import Strategy
from callcore.domain.records import PassedOver
from callcore.domain.routing import Verdict
from callcore.ports.records import RecordsUnavailableError
from tests.adapters.postgres.samples import (
    NOON,
    abandoned_call,
    answer,
    asking,
    decision,
    kept_callback,
    served_call,
)

CALL = CallId("call-1")


@pytest.fixture
def connections(history_url):
    with pool.PostgresPool(history_url) as opened:
        yield opened


@pytest.fixture
def written(connections):
    """Writes records and gives what reads them back."""

    def write(*records):
        call_records.PostgresCallRecords(connections).write(records)
        return call_history.PostgresCallHistory(connections)

    return write


def story_of(history):
    """What is told of the call, which is there."""
    story = history.story(CALL)
    assert story is not None
    return story


def test_what_the_caller_said_comes_back(written):
    """With the talk it was about, in the order of the questions, and who the caller was."""
    record = served_call(
        CALL,
        survey_answers=(
            answer(answer="#", at=Micros(NOON + 1)),
            answer(answer="", queue=None, agent_id=None, offer_id=None),
        ),
    )
    history = written(record, served_call())
    story = story_of(history)
    assert story.survey_answers == record.survey_answers
    assert (story.language, story.account) == ("pl", "K-4711")


def test_a_promise_comes_back_with_its_attempts(written):
    """How it came to be, of which call, and what came of each call to the customer."""
    record = kept_callback(call_id=CALL)
    story = story_of(written(record, kept_callback()))
    assert (story.callback_of, story.callback_origin) == (
        record.callback_of,
        CallbackOrigin.WAITING,
    )
    assert story.callback_attempts == record.callback_attempts
    assert story.callback_askings == ()


def test_wishes_for_a_callback_come_back(written):
    """With the number that was to be called, and the promise that came of it."""
    made = tuple(asking(origin=origin, end=end) for origin in CallbackOrigin for end in AskingEnd)
    record = served_call(CALL, callback_askings=made)
    story = story_of(written(record, served_call()))
    assert story.callback_askings == made
    assert (story.callback_of, story.callback_origin) == (None, None)


def test_decisions_come_back_as_they_were(written):
    """In their order, with every field, and of this call only."""
    made = (
        *served_call().decisions,
        decision(decided_at=Micros(NOON + 1), waited_seconds=0.000001, skill_rule=""),
    )
    history = written(served_call(CALL, decisions=made), served_call())
    assert story_of(history).decisions == made


def test_every_strategy_and_verdict_comes_back(written):
    """Whatever an agent was chosen or passed over for can be told later."""
    others = tuple(
        PassedOver(agent_id=AgentId("cora"), verdict=verdict, detail="why") for verdict in Verdict
    )
    made = tuple(decision(strategy=strategy, passed_over=others) for strategy in Strategy)
    assert story_of(written(served_call(CALL, decisions=made))).decisions == made


def test_a_call_that_was_offered_to_nobody_has_no_decisions(written):
    """That is another answer than that there is no such call."""
    abandoned = dataclasses.replace(abandoned_call(waited_seconds=9), call_id=CALL)
    history = written(abandoned)
    assert story_of(history).decisions == ()
    assert history.story(CallId("call-2")) is None


def test_any_text_may_be_asked_for(written):
    """Whoever types an id that cannot be one is told that there is no such call."""
    history = written(served_call(CALL))
    for text in ("a\0b", "\ud800", "' or true --", "%s", ""):
        assert history.story(CallId(text)) is None


def test_the_time_zone_of_the_database_does_not_matter(history_url, written):
    """An instant is an instant, also in a zone that Python does not know."""
    record = served_call(CALL)
    written(record)
    for zone in ("Europe/Warsaw", "<weird>+01:30"):
        url = conninfo.make_conninfo(history_url, options=f"-c timezone={zone}")
        with pool.PostgresPool(url) as elsewhere:
            story = story_of(call_history.PostgresCallHistory(elsewhere))
            assert story.decisions == record.decisions
            assert story.survey_answers == record.survey_answers


def test_a_database_that_is_away_is_said_in_time(unused_port):
    """The one who asks for an explanation is told what is wrong, and does not wait for long."""
    url = f"postgresql://ops@127.0.0.1:{unused_port}/calls"
    with pool.PostgresPool(url, connect_timeout_seconds=0.2) as connections:
        history = call_history.PostgresCallHistory(connections)
        began = time.monotonic()
        with pytest.raises(RecordsUnavailableError, match=f"127.0.0.1:{unused_port}"):
            history.story(CALL)
        assert time.monotonic() - began < 3


def test_a_lock_ends_the_wait(history_url, written):
    """A table that somebody holds costs the deadline."""
    written(served_call(CALL))
    with (
        psycopg.connect(history_url) as other,
        pool.PostgresPool(history_url, deadline_seconds=0.3) as connections,
    ):
        other.execute("lock table callcore.decisions")
        began = time.monotonic()
        with pytest.raises(RecordsUnavailableError, match="look for locks"):
            call_history.PostgresCallHistory(connections).story(CALL)
        assert time.monotonic() - began < 3


def test_a_schema_that_is_missing_names_the_cure(database_url):
    """Whoever forgot to migrate is told to."""
    with (
        pool.PostgresPool(database_url) as connections,
        pytest.raises(RecordsUnavailableError, match="run `callcore migrate`"),
    ):
        call_history.PostgresCallHistory(connections).story(CALL)
