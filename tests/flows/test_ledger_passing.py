"""What a call's record tells does not depend on how often the call went from worker to worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import HungUpBy, OfferLostReason, RecordSource
from callcore.domain.policies import QueueSurveyPolicy, SitePolicy
from callcore.domain.records import CallRecord
from callcore.domain.sharding import DIGITS, Shard
from callcore.flows import ledger_passing
from callcore.flows.ledger_passing import LeftLedger
from callcore.ports.stores import StoreUnavailableError
from callcore.runtime.greenlets import spawn
from callcore.runtime.wire import Wire
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import ANN, BOB
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.menus import menus
from tests.flows.stories import leg_of, log_in, log_out, queue_of
from tests.flows.surveys import CSAT, SURVEY
from tests.flows.worker_scenes import QUICK, play_to_the_end

BUSY = Phone(answers_after_seconds=None)


def site() -> SitePolicy:
    """A menu, a queue that tells positions, a survey; all talks are recorded."""
    policy = queue_of(policy=menus(), survey=QueueSurveyPolicy(name=CSAT), record=True)
    return replace(policy, surveys={CSAT: SURVEY})


class Story:
    """A caller's story, told at the same instants whoever follows the call."""

    def __init__(self) -> None:
        self.floor = floor = WorkersFloor("1", "2", site=site())
        self.began_at = floor.clock.now()
        self.caller = floor.call_to(floor.named("1"), "9000")
        self.steps: list[tuple[float, Callable[[], object]]] = [
            (2, lambda: floor.switch.press(self.caller, "1")),
            (20, lambda: floor.log_in(ANN, phone=BUSY)),
            (22, lambda: log_out(floor, ANN)),
            (26, lambda: log_in(floor, ANN)),
            (28, lambda: log_out(floor, ANN)),
            (46, lambda: floor.log_in(BOB, phone=QUICK)),
            (50, lambda: floor.switch.hold(leg_of(floor, BOB))),
            (54, lambda: floor.switch.unhold(leg_of(floor, BOB))),
            (56, lambda: floor.switch.press(self.caller, "7")),
            (60, lambda: floor.switch.end(leg_of(floor, BOB))),
            (66, lambda: floor.switch.press(self.caller, "5")),
            (71, lambda: floor.switch.press(self.caller, "1")),
            (76, lambda: floor.switch.press(self.caller, "3")),
        ]

    def tell(self, *handed_over_at: float) -> CallRecord:
        """Plays it to the end, and has the call's worker replaced at these instants."""
        steps = [*self.steps, *((at, self.hand_over) for at in handed_over_at)]
        for at, act in sorted(steps, key=lambda step: step[0]):
            self.until(at)
            act()
        self.until(82)
        play_to_the_end(self.floor)
        return self.floor.kept()[CallId(self.caller)]

    def until(self, seconds: float) -> None:
        """Plays on to that instant."""
        left = self.began_at + round(seconds * 1e6) - self.floor.clock.now()
        assert left >= 0
        self.floor.clock.advance(left / 1e6)

    def hand_over(self) -> None:
        """The worker that follows the call leaves as planned."""
        assert self.floor.leave(self.floor.owner(CallId(self.caller)))


def told(record: CallRecord, began_at: int) -> Any:
    """What the record tells, without ids that are random, and with instants by the story's clock,
    rounded to what one look at things may be late.
    """
    names: dict[str, str] = {}

    def plain(value: Any, name: str) -> Any:
        if name in {"call_id", "caller_leg_id", "offer_id", "leg_id", "path"}:
            return names.setdefault(value, f"{name} {len(names)}") if value else value
        if name.rpartition("_")[2] == "at" and value is not None:
            return round((value - began_at) / 1e5)
        if isinstance(value, float):
            return round(value, 1)
        if hasattr(value, "__dataclass_fields__"):
            return {one: plain(getattr(value, one), one) for one in value.__dataclass_fields__}
        if isinstance(value, tuple):
            return [plain(each, "") for each in value]
        return value

    return plain(replace(record, is_adopted=False), "")


INSTANTS = (0.5, 12.5, 20.3, 41.99, 48, 52, 68)
MORE_INSTANTS = (4, 11.9, 20.01, 21, 30, 46.05, 57, 62, 73)


@pytest.fixture(scope="module")
def undisturbed() -> Any:
    story = Story()
    record = story.tell()
    assert all([record.offers, record.survey_answers, record.recordings, record.digits])
    assert [offer.lost_reason for offer in record.offers][:2] == [OfferLostReason.BUSY] * 2
    assert record.visits[0].announcements_count == 2
    assert record.offers[-1].hold_seconds == pytest.approx(4, abs=0.1)
    return told(record, story.began_at)


@pytest.mark.parametrize(
    "at", [*INSTANTS, *(pytest.param(at, marks=pytest.mark.chaos) for at in MORE_INSTANTS)]
)
def test_a_hand_over_at_any_instant_loses_nothing(at: float, undisturbed: Any) -> None:
    """Menu, waiting, a phone that rings, talk, hold, survey: the record is the same."""
    story = Story()
    record = story.tell(at)
    assert record.is_adopted
    assert told(record, story.began_at) == undisturbed


def waiting(floor: WorkersFloor) -> tuple[Process, LegId]:
    """A caller who was told a position and has pressed a key, and the worker that noted it."""
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.clock.advance(12)
    floor.switch.press(caller, "7")
    floor.clock.advance(0.1)
    return one, caller


def left_by(floor: WorkersFloor, one: Process, change: Callable[[bytes], bytes]) -> CallRecord:
    """The worker leaves, and what it has left is changed on the way; the record of its call."""
    real = floor.store.left_ledgers.leave

    def leave(ledgers: Any, seconds: float) -> None:
        changed = {
            shard: {call_id: change(text) for call_id, text in each.items()}
            for shard, each in ledgers.items()
        }
        real(changed, seconds)

    vars(floor.store.left_ledgers)["leave"] = leave
    assert floor.leave(one)
    floor.clock.advance(1)
    play_to_the_end(floor)
    (record,) = floor.kept().values()
    return record


def another_version(text: bytes) -> bytes:
    """As a worker of another version may have left it."""
    wire = Wire[LeftLedger](LeftLedger)
    return wire.encode(replace(wire.decode(text), version=ledger_passing.VERSION + 1))


@pytest.mark.parametrize("change", [another_version, lambda _: b"\x81", lambda text: text[:-3]])
def test_what_cannot_be_read_is_told_and_passed_over(change: Callable[[bytes], bytes]) -> None:
    """The call goes on; its record has what the floor and the leg know."""
    floor = WorkersFloor("1", "2", site=site())
    one, caller = waiting(floor)
    record = left_by(floor, one, change)
    assert record.call_id == caller
    assert (record.visits[0].announcements_count, record.digits) == (1, ())
    told = floor.told(FlowFailed)
    assert [fact.flow for fact in told] == ["ledger_passing"]
    assert caller in told[0].reason


@pytest.mark.parametrize("is_left", [True, False])
def test_a_ledger_that_is_too_long_is_left_without_its_decisions(
    *, is_left: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the longest part; if that does not help it is not left, and told of: the record has
    what the floor knows.
    """
    floor = WorkersFloor("1", "2", site=site())
    one, caller = waiting(floor)
    floor.log_in(ANN, phone=BUSY)
    floor.clock.advance(1)
    log_out(floor, ANN)
    notes = replace(one.worker.crew.ledgers[CallId(caller)].notes(), left_at=floor.clock.now())
    assert notes.decisions
    whole = len(Wire[LeftLedger](LeftLedger).encode(LeftLedger(version=1, notes=notes)))
    monkeypatch.setattr(ledger_passing, "MOST_BYTES", whole - 1 if is_left else 100)
    record = left_by(floor, one, lambda text: text)
    assert record.decisions == ()
    assert len(record.digits) == int(is_left)
    assert len(record.offers) == record.visits[0].announcements_count == 1
    assert bool(floor.told(FlowFailed)) is not is_left


def test_redis_that_is_away_keeps_no_shard_from_being_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its ledgers are lost then, and that is told."""
    floor = WorkersFloor("1", "2", site=site())
    one, _ = waiting(floor)

    def away(*_: object) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(floor.store.left_ledgers, "leave", away)
    assert floor.leave(one)
    floor.clock.advance(1)
    play_to_the_end(floor)
    assert "away" in {fact.reason for fact in floor.told(StoreFailed)}


def test_a_lost_call_leaves_nothing() -> None:
    """Others follow it already, and know better."""
    floor = WorkersFloor("1", "2", site=site())
    one, caller = waiting(floor)
    one.life.stop()
    floor.clock.advance(4)
    one.life.go_on()
    floor.clock.advance(1)
    assert floor.owner(CallId(caller)) is floor.named("2")
    assert floor.store.left_ledgers.take([Shard(NODE, digit) for digit in DIGITS]) == {}
    play_to_the_end(floor)


@pytest.mark.parametrize("number", ["9000", "8001"])
def test_who_hangs_up_on_the_way_has_a_record(number: str) -> None:
    """Between two workers; in a menu too, of which the floor knows nothing."""
    floor = WorkersFloor("1", "2", site=site())
    one = floor.named("1")
    caller = floor.call_to(one, number)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "5")
    floor.clock.advance(0.5)
    spawn("leave", one.worker.leave, 10.0)
    while one.follows(caller):
        floor.clock.advance(0.001)
    floor.switch.end(caller, "ORIGINATOR_CANCEL")
    floor.clock.advance(3)
    record = floor.kept()[CallId(caller)]
    assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.CALLER, "ORIGINATOR_CANCEL")
    assert record.source is RecordSource.FLOOR
    assert [press.digit for press in record.digits] == ["5"]
    one.worker.end()
    one.kill()
    play_to_the_end(floor)
