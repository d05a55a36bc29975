"""Records that hold what the world sends, and some that cannot be kept."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcore.domain.ids import AgentId, CallId, Micros
from callcore.domain.records import (
    PassedOver,
)
from callcore.domain.routing import Verdict
from callcore.ports.records import RecordsRejectedError
from tests.adapters.postgres.reading import counts, rows_of
from tests.adapters.postgres.samples import (
    answer,
    decision,
    served_call,
)


def test_poison_does_not_block_the_batch(history, history_url):
    """All but the refused records are written, and those are named with the broken rule."""
    batch = [served_call(f"call-{number:03}") for number in range(300)]
    batch[17] = served_call("call-017", wait_seconds=-1.0)
    batch[42] = served_call("call-042", ended_at=Micros(10**20))
    batch[299] = served_call(
        "call-299", visits=(dataclasses.replace(batch[0].visits[0], priority=2**40),)
    )
    batch.append(served_call(""))
    with pytest.raises(RecordsRejectedError) as caught:
        history.write(batch)
    assert set(caught.value.reasons) == {"", "call-017", "call-042", "call-299"}
    assert "seconds_are_finite" in caught.value.reasons[CallId("call-017")]
    assert "call_id_is_not_empty" in caught.value.reasons[CallId("")]
    assert caught.value.new_count == 297
    assert counts(history_url)["call_records"] == 297
    assert "+48201234501" not in str(caught.value)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), min_size=1))
def test_any_text_from_outside_is_kept(text, history, history_url):
    """No name a caller can show stops the history, and what Postgres can hold is kept exactly."""
    record = served_call(caller_name=text, faults=(text,))
    assert history.write([record]) == 1
    found = rows_of(
        history_url,
        "select caller_name, faults from callcore.call_records where call_id = %s",
        record.call_id,
    )
    expected = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)
    assert found == [(expected, [expected])]


@pytest.mark.parametrize(
    "text", ["a\0b", "\ud800", "\udcff tail", "'; drop table x; --", "\\N", "\\.", "a\tb\nc", "{}"]
)
def test_hostile_names_are_kept_or_made_holdable(text, history, history_url):
    """NUL, broken surrogates, SQL and the escapes of COPY are only text."""
    history.write([served_call("call-1", caller_name=text, digits=())])
    (found,) = rows_of(history_url, "select caller_name from callcore.call_records")
    assert found == (re.sub("[\0\ud800-\udfff]", "\ufffd", text),)


def test_an_answer_that_is_no_key_is_refused(history, history_url):
    """Nothing but what can be pressed is in the table, and the rest of the batch is written."""
    wrong = served_call("call-1", survey_answers=(answer(answer="55"),))
    with pytest.raises(RecordsRejectedError, match="survey_answers_answer_is_a_key"):
        history.write([served_call(), wrong])
    assert counts(history_url)["call_records"] == 1


def test_a_decision_holds_any_text(history, history_url):
    """What is kept as JSON is as safe as the rest."""
    texts = ["a\0b", "\ud800", "\\u0000", "'; drop table x; --", "\\N", "\t", '"}]', "żółć"]
    made = [
        decision(
            skill_rule=text,
            passed_over=(
                PassedOver(agent_id=AgentId(text), verdict=Verdict.RINGS_ALREADY, detail=text),
            ),
            not_free={text: (AgentId(text),)},
        )
        for text in texts
    ]
    history.write([served_call(decisions=tuple(made))])
    kept = [re.sub("[\0\ud800-\udfff]", "\ufffd", text) for text in texts]
    assert rows_of(
        history_url,
        "select skill_rule, passed_over, not_free from callcore.decisions order by decision_number",
    ) == [
        (text, [{"agent_id": text, "verdict": "rings_already", "detail": text}], {text: [text]})
        for text in kept
    ]
