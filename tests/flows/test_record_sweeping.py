"""A call that no process followed has a record all the same, made from the switch's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.events import SelfHealed, StoreFailed
from callcore.domain.ids import CallId, LegId, Micros
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason, RecordSource
from callcore.domain.policies import FeatureCode
from callcore.domain.records import CallRecord
from callcore.flows.detail_telling import is_of_a_call, record_of
from callcore.flows.record_sweeping import GRACE_SECONDS, RecordSweeping
from callcore.ports.detail_records import DetailRecord, DetailsUnavailableError, UnreadableDetail
from callcore.ports.records import RecordsRejectedError, RecordsUnavailableError
from callcore.ports.switch_events import LegSnapshot
from callcore.runtime.greenlets import spawn
from tests.contract.floor_builders import record
from tests.fakes.clock import START, settle
from tests.fakes.switch import NODE
from tests.flows.floor import ANN, POLICY, SUPPORT, TestFloor

ARRIVED = Micros(START - 600_000_000)


def at(seconds: float) -> Micros:
    """So long after the arrival."""
    return Micros(ARRIVED + int(seconds * 1e6))


def detail(call_id: str = "c1", *, ended_at: Micros | None = None, **changes: Any) -> DetailRecord:
    """A caller who pressed keys in a menu and hung up after half a minute, with nobody there."""
    leg = LegSnapshot(
        leg_id=LegId(call_id),
        node=NODE,
        is_inbound=changes.pop("is_inbound", True),
        is_line_answered=True,
        created_at=ARRIVED,
        answered_at=at(1),
        caller_number="+48201234501",
        caller_name="Łucja",
        dialled_number=changes.pop("dialled_number", "8001"),
        bridged_to=changes.pop("bridged_to", None),
        is_parked=False,
        variables=changes.pop(
            "variables", {"callcore_parked": "true", "callcore_walks_in": "main"}
        ),
    )
    values: dict[str, Any] = {
        "name": f"/cdr/{call_id}.json",
        "leg": leg,
        "was_parked": True,
        "ended_at": at(30) if ended_at is None else ended_at,
        "hangup_cause": "NORMAL_CLEARING",
        "is_ended_by_far_end": True,
    }
    return DetailRecord(**(values | changes))


class Details:
    """The switch's files."""

    def __init__(self, *found: DetailRecord | UnreadableDetail) -> None:
        self.found = list(found)
        self.settled: list[str] = []
        self.left: list[str] = []
        self.is_unreadable = False

    def read(self, count: int) -> Sequence[DetailRecord | UnreadableDetail]:
        if self.is_unreadable:
            raise DetailsUnavailableError
        gone = {*self.settled, *self.left}
        return [one for one in self.found if one.name not in gone][:count]

    def settle(self, names: Sequence[str]) -> None:
        self.settled += names

    def leave(self, names: Sequence[str]) -> None:
        self.left += names


class History:
    """Postgres in memory."""

    def __init__(self) -> None:
        self.rows: dict[CallId, CallRecord] = {}
        self.is_away = False
        self.refused: set[str] = set()

    def write(self, records: Sequence[CallRecord]) -> int:
        refused = {one.call_id: "no" for one in records if one.call_id in self.refused}
        for one in records:
            if one.call_id not in refused:
                self.rows.setdefault(one.call_id, one)
        if refused:
            raise RecordsRejectedError(refused, 0)
        return len(records)

    def add_answers(self, records: Sequence[CallRecord]) -> frozenset[CallId]:
        lacking = [
            one
            for one in records
            if self.rows[one.call_id].source is RecordSource.FLOOR
            and not self.rows[one.call_id].survey_answers
        ]
        for one in lacking:
            kept = self.rows[one.call_id]
            self.rows[one.call_id] = replace(kept, survey_answers=one.survey_answers)
        return frozenset(one.call_id for one in lacking)

    def ranks(self, call_ids: Sequence[CallId]) -> dict[CallId, int]:
        if self.is_away:
            message = "away"
            raise RecordsUnavailableError(message)
        return {one: self.rows[one].rank for one in call_ids if one in self.rows}


@pytest.fixture
def history() -> History:
    return History()


def look(floor: TestFloor, details: Details, history: History) -> None:
    """The sweep looks once."""
    sweeping = RecordSweeping(floor.site, details, history)  # type: ignore[arg-type]  # a fake's part
    spawn("sweeping", sweeping.look).get()
    settle()


def told_of(detail_record: DetailRecord) -> CallRecord:
    """The record made of it."""
    return record_of(detail_record, POLICY)


def test_a_caller_who_hung_up_in_a_menu_has_a_record(floor: TestFloor, history: History) -> None:
    """Of the whole call as the switch knows it, marked as made from that, and told of."""
    details = Details(detail())
    look(floor, details, history)
    kept = history.rows[CallId("c1")]
    assert (kept.outcome, kept.hung_up_by) == (CallOutcome.EXITED, HungUpBy.CALLER)
    assert (kept.arrived_at, kept.line_answered_at, kept.ended_at) == (ARRIVED, at(1), at(30))
    assert (kept.caller_number, kept.caller_name, kept.dialled_number) == (
        "+48201234501",
        "Łucja",
        "8001",
    )
    assert (kept.source, kept.node, kept.site) == (RecordSource.SWITCH, NODE, "test")
    assert kept.faults
    assert details.settled == ["/cdr/c1.json"]
    assert [fact.subject for fact in floor.told(SelfHealed)] == ["c1"]


def test_a_caller_who_waited_has_abandoned(history: History) -> None:
    """The visit is in the record, with the place as the leg remembers it."""
    waiting = {"callcore_waits_in": SUPPORT, "callcore_joined_at": str(at(5))}
    kept = told_of(detail(variables=waiting))
    [visit] = kept.visits
    assert (kept.outcome, kept.queue) == (CallOutcome.ABANDONED, SUPPORT)
    assert (visit.leave_reason, visit.joined_at, visit.waited_seconds) == (
        LeaveReason.ABANDONED,
        at(5),
        25.0,
    )
    lost = told_of(detail(variables=waiting, is_ended_by_far_end=False, hangup_cause="X"))
    assert (lost.outcome, lost.hung_up_by) == (CallOutcome.LOST, HungUpBy.UNKNOWN)


def test_a_talk_is_in_the_record(history: History) -> None:
    """With whom, from when to when, and who ended it."""
    variables = {
        "callcore_talks_in": SUPPORT,
        "callcore_joined_at": str(at(2)),
        "callcore_bridged_at": str(at(12)),
        "callcore_offer": "offer-1",
        "callcore_agent": ANN,
    }
    kept = told_of(
        detail(variables=variables, bridged_to=LegId("leg-1"), is_ended_by_far_end=False)
    )
    assert (kept.outcome, kept.agent_id, kept.hung_up_by) == (
        CallOutcome.SERVED,
        ANN,
        HungUpBy.AGENT,
    )
    assert (kept.bridged_at, kept.unbridged_at) == (at(12), at(30))
    assert (kept.wait_seconds, kept.talk_seconds) == (10.0, 18.0)
    assert kept.is_within_service_level is None


@pytest.mark.parametrize(
    ("variables", "changes", "outcome", "hung_up_by"),
    [
        ({"callcore_parked": "true"}, {}, CallOutcome.LOST, HungUpBy.CALLER),
        (
            {"callcore_promised": "p1", "callcore_walks_in": "main"},
            {"is_ended_by_far_end": False},
            CallOutcome.CALLBACK_PROMISED,
            HungUpBy.UNKNOWN,
        ),
        (
            {"callcore_walks_in": "main"},
            {"is_ended_by_far_end": False, "hangup_cause": "SYSTEM_SHUTDOWN"},
            CallOutcome.LOST,
            HungUpBy.SWITCH,
        ),
        ({"callcore_waits_in": "gone"}, {}, CallOutcome.ABANDONED, HungUpBy.CALLER),
    ],
)
def test_other_ends(variables: Any, changes: Any, outcome: Any, hung_up_by: Any) -> None:
    """Nobody took the call; a callback was promised; the switch stopped; the queue is no more."""
    kept = told_of(detail(variables=variables, **changes))
    assert (kept.outcome, kept.hung_up_by) == (outcome, hung_up_by)


@pytest.mark.parametrize(
    "changes",
    [
        {"is_inbound": False},
        {"was_parked": False},
        {"variables": {}},
        {"variables": {"callcore_standing": ANN}},
        {"variables": {"callcore_feature": "x", "callcore_parked": "true"}},
        {"dialled_number": "*12", "variables": {"callcore_parked": "true"}},
    ],
)
def test_other_legs_are_no_calls(changes: Any) -> None:
    """An agent's or a customer's, one that never waited for us, a stranger's, a standing line, a
    feature code.
    """
    policy = replace(POLICY, feature_codes={"*12": next(iter(FeatureCode))})
    assert not is_of_a_call(detail(**changes), policy)


def test_what_is_no_call_is_settled(floor: TestFloor, history: History) -> None:
    """So that the directory is tidied, and nothing is made of it."""
    details = Details(detail(is_inbound=False))
    look(floor, details, history)
    assert (history.rows, details.settled) == ({}, ["/cdr/c1.json"])


def test_a_call_with_a_record_is_left_as_it_is(floor: TestFloor, history: History) -> None:
    """Its own knows more; the file is settled."""
    own = record("c1")
    history.rows[own.call_id] = own
    details = Details(detail())
    look(floor, details, history)
    assert history.rows == {own.call_id: own}
    assert details.settled == ["/cdr/c1.json"]
    assert floor.told(SelfHealed) == []


def test_a_calls_own_record_has_the_first_go(floor: TestFloor, history: History) -> None:
    """Nothing is made within the grace; then it is."""
    details = Details(detail(ended_at=Micros(floor.clock.now() - 1_000_000)))
    look(floor, details, history)
    assert (history.rows, details.settled) == ({}, [])
    floor.clock.advance(GRACE_SECONDS)
    look(floor, details, history)
    assert list(history.rows) == ["c1"]


def test_while_records_are_on_their_way_none_is_made(floor: TestFloor, history: History) -> None:
    """Postgres was away: hundreds of records wait, and the files tell of the same calls."""
    for number in range(300):
        floor.store.pending_records.append(record(f"c{number}"))
    details = Details(detail())
    look(floor, details, history)
    assert (history.rows, details.settled) == ({}, [])


def test_nothing_is_settled_while_postgres_is_away(floor: TestFloor, history: History) -> None:
    """The file is all there is of the call."""
    history.is_away = True
    details = Details(detail())
    look(floor, details, history)
    assert details.settled == []
    assert [fact.store for fact in floor.told(StoreFailed)] == ["postgres"]


def test_an_unreadable_file_is_left_and_told_once(floor: TestFloor, history: History) -> None:
    """It hides no other."""
    details = Details(UnreadableDetail(name="/cdr/x.json", reason="half of it"), detail())
    sweeping = RecordSweeping(floor.site, details, history)  # type: ignore[arg-type]  # a fake's part
    for _ in range(3):
        sweeping.look()
    assert details.left == ["/cdr/x.json"]
    assert list(history.rows) == ["c1"]
    [told] = floor.told(StoreFailed)
    assert "/cdr/x.json" in told.reason


def test_a_record_that_postgres_refuses_stops_no_other(floor: TestFloor, history: History) -> None:
    """It is told by its call; its file is not tried for ever."""
    history.refused.add("c1")
    details = Details(detail("c1"), detail("c2"))
    look(floor, details, history)
    assert list(history.rows) == ["c2"]
    assert len(details.settled) == 2
    assert "c1" in floor.told(StoreFailed)[0].reason


def test_a_directory_that_cannot_be_read_is_told_once(floor: TestFloor, history: History) -> None:
    """Not every quarter of a minute."""
    details = Details(detail())
    details.is_unreadable = True
    sweeping = RecordSweeping(floor.site, details, history)  # type: ignore[arg-type]  # a fake's part
    for _ in range(3):
        sweeping.look()
    assert [fact.store for fact in floor.told(StoreFailed)] == ["details"]


SURVEYED = {
    "callcore_parked": "true",
    "callcore_talks_in": SUPPORT,
    "callcore_offer": "o1",
    "callcore_agent": ANN,
    "callcore_agent_leg": "a1",
    "callcore_bridged_at": str(at(5)),
    "callcore_talk_ended_at": str(at(15)),
    "callcore_survey": "csat",
    "callcore_survey_answers": f"satisfaction:5:{at(20)},resolved::{at(25)}",
}
"""What is left on the leg of somebody who hung up in a survey."""


def test_what_was_answered_in_a_survey_is_found() -> None:
    """With the talk that it was about, which the agent had ended."""
    record = told_of(detail(variables=SURVEYED))
    answers = [(one.survey, one.question, one.answer, one.at) for one in record.survey_answers]
    assert answers == [
        ("csat", "satisfaction", "5", at(20)),
        ("csat", "resolved", "", at(25)),
    ]
    assert {(one.offer_id, one.agent_id, one.queue) for one in record.survey_answers} == {
        ("o1", ANN, SUPPORT)
    }
    assert (record.unbridged_at, record.hung_up_by) == (at(15), HungUpBy.AGENT)


@pytest.mark.parametrize("source", RecordSource)
def test_answers_are_added_to_a_record_that_lacks_them(
    floor: TestFloor, history: History, source: RecordSource
) -> None:
    """To one made from the floor, which knows of no answers; once, and told of."""
    known = replace(record("c1"), source=source)
    history.rows[known.call_id] = known
    details = Details(detail(variables=SURVEYED))
    look(floor, details, history)
    is_lacking = source is RecordSource.FLOOR
    kept = history.rows[known.call_id]
    assert [one.answer for one in kept.survey_answers] == (["5", ""] if is_lacking else [])
    assert replace(kept, survey_answers=()) == known
    healed = [(one.subject, one.reason) for one in floor.told(SelfHealed)]
    assert healed == ([("c1", "answers_from_cdr")] if is_lacking else [])
