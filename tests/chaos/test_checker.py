"""The checker finds each rule broken, and nothing wrong where all went well."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.chaos import journal
from tests.chaos.journal import Word
from tests.chaos.made_up import ANOTHER_SUPPORT, MUSIC, SALES_ONLY, SUPPORT_ONLY, Story, at


@pytest.fixture
def story() -> Story:
    """Two callers are served one after the other, and a third one gives up meanwhile."""
    story = Story()
    story.served("1", 1.0, SUPPORT_ONLY)
    story.abandons("2", 1.5, 2.5)
    story.served("3", 4.0, SUPPORT_ONLY)
    return story


def test_a_good_run_is_not_objected_to(story: Story) -> None:
    """Nothing is found where every rule was kept."""
    assert story.judged() == []


def test_a_call_without_a_record(story: Story) -> None:
    """Each call that callcore answered has to have one, whatever broke meanwhile."""
    del story.records[1]
    story.breaks(1.0, 3.0)
    assert story.broken() == {"one record a call"}


def test_a_call_that_reached_nobody(story: Story) -> None:
    """There need not be one where nothing of callcore reached the caller: but then only."""
    story.tell(10.0, Word.ARRIVED, "4", "+484", "8001")
    story.hangs_up("4", 11.0)
    assert story.broken() == {"one record a call"}
    story.breaks(9.0, 12.0)
    assert story.broken() == set()


def test_a_caller_without_a_place_when_all_died(story: Story) -> None:
    """Of one whom the switch and callcore knew alone nothing is left when both die at once; of one
    who had a place, the place is.
    """
    story.tell(10.0, Word.ARRIVED, "4", "+484", "8004")
    story.tell(10.1, Word.ANSWERED, "4")
    story.deaths.append(at(12.0))
    story.breaks(12.0, 13.0, "kill a switch and kill Valkey")
    assert story.broken() == {"one record a call"}
    story.breaks(12.0, 13.0, "kill a switch and kill all workers")
    assert story.broken() == set()
    story.tell(10.2, Word.SOUND, "4", MUSIC)
    story.has_details = False
    assert story.broken() == {"one record a call"}


def test_a_caller_whom_only_the_dead_knew(story: Story) -> None:
    """One who had no place and hung up unheard is in the switch's own records, if there are any."""
    story.tell(10.0, Word.ARRIVED, "4", "+484", "8004")
    story.tell(10.1, Word.ANSWERED, "4")
    story.hangs_up("4", 11.0)
    story.breaks(10.5, 12.0, "kill a worker")
    assert story.broken() == {"one record a call"}
    story.has_details = False
    assert story.broken() == set()


def test_two_records_of_a_call(story: Story) -> None:
    """And no more than one."""
    story.records.append(story.records[0])
    assert story.broken() == {"one record a call"}


def test_a_record_without_a_call(story: Story) -> None:
    """What nobody lived through is in no record."""
    story.record("nobody", "abandoned")
    assert story.broken() == {"one record a call"}


@pytest.mark.parametrize(
    ("number", "changed", "rule"),
    [
        (0, {"outcome": "abandoned"}, "outcome"),
        (0, {"agent_id": "2001"}, "agent"),
        (0, {"bridged_at": datetime.fromtimestamp(at(3.0) / 1e6, UTC)}, "bridged_at"),
        (0, {"unbridged_at": None}, "unbridged_at"),
        (0, {"ended_at": datetime.fromtimestamp(at(9.0) / 1e6, UTC)}, "ended_at"),
        (0, {"arrived_at": datetime.fromtimestamp(at(2.0) / 1e6, UTC)}, "arrived_at"),
        (0, {"hung_up_by": "agent"}, "hung up by"),
        (1, {"outcome": "served"}, "outcome"),
        (1, {"outcome": "lost"}, "outcome"),
        (1, {"hung_up_by": "callcore"}, "hung up by"),
        (1, {"hung_up_by": "unknown"}, "hung up by"),
    ],
)
def test_a_record_of_something_else(
    story: Story, number: int, changed: dict[str, object], rule: str
) -> None:
    """How it came out, with whom, when, and who ended it, is what was lived."""
    story.records[number].update(changed)
    assert story.broken() == {rule}


def test_a_talk_that_nobody_could_hear_of(story: Story) -> None:
    """A record need not say served if nobody was there in all of the talk; else it has to."""
    story.records[0]["outcome"] = "lost"
    story.breaks(1.8, 2.1)
    assert story.broken() == set()
    story.faults.clear()
    story.breaks(20.0, 21.0)
    assert story.broken() == {"outcome"}


def test_somebody_is_passed_over() -> None:
    """Who came later is not rung for earlier."""
    story = Story()
    story.comes("1", 1.0)
    story.comes("2", 2.0)
    story.talks("2", 3.0, SUPPORT_ONLY, came_at=2.0)
    story.talks("1", 4.0, ANOTHER_SUPPORT, came_at=1.0)
    assert story.broken() == {"order"}


def test_the_urgent_come_first() -> None:
    """Priority goes before arrival, and who waits for others is in nobody's way."""
    story = Story()
    story.comes("1", 1.0)
    story.comes("2", 2.0, "8002")
    story.comes("3", 0.9, "8003")
    story.talks("2", 3.0, SUPPORT_ONLY, came_at=2.0)
    story.talks("1", 4.0, ANOTHER_SUPPORT, came_at=1.0)
    story.talks("3", 4.1, SALES_ONLY, came_at=0.9)
    assert story.broken() == set()
    story = Story()
    story.comes("1", 1.0)
    story.comes("2", 2.0, "8002")
    story.talks("1", 3.0, SUPPORT_ONLY, came_at=1.0)
    story.talks("2", 4.0, ANOTHER_SUPPORT, came_at=2.0)
    assert story.broken() == {"order"}


def test_who_is_being_rung_for_is_not_passed_over() -> None:
    """A phone that rings for the first leaves the next agent to the second."""
    story = Story()
    story.comes("1", 1.0)
    story.comes("2", 2.0)
    story.rings("missed", 2.5, ANOTHER_SUPPORT, "1")
    story.talks("2", 3.0, SUPPORT_ONLY, came_at=2.0)
    story.hangs_up("missed", 4.5, "switch")
    story.talks("1", 5.6, SUPPORT_ONLY, came_at=1.0)
    assert story.broken() == set()


def test_an_agent_is_idle(story: Story) -> None:
    """Nobody waits for long while a suitable agent is free, unless something has just broken."""
    story.abandons("4", 8.0, 10.1)
    story.served("5", 20.0, SUPPORT_ONLY)
    assert story.broken() == {"idle agent"}
    story.breaks(7.5, 8.5)
    assert story.broken() == set()


def test_an_agent_of_another_queue_is_not_idle(story: Story) -> None:
    """Whoever serves other queues, rings, talks or takes notes, is not free."""
    story.abandons("4", 8.0, 11.0, "8003")
    story.served("5", 20.0, SUPPORT_ONLY)
    assert story.broken() == set()


def test_a_silence() -> None:
    """Music goes on for whoever waits; a fault may make a short silence, and no long one."""
    story = Story()
    story.abandons("1", 1.0, 20.0, "8003")
    story.tell(5.0, Word.SILENCE, "1")
    story.tell(8.0, Word.SOUND, "1", MUSIC)
    assert story.broken() == {"silence"}
    story.breaks(4.5, 5.5)
    assert story.broken() == set()
    story.tell(8.5, Word.SILENCE, "1")
    assert story.broken() == {"silence"}


def test_a_caller_whom_nobody_heeds() -> None:
    """The switch itself sends on whom nobody takes: nobody stays where nothing is heard."""
    story = Story()
    story.breaks(1.0, 12.0, "kill all workers")
    story.tell(1.0, Word.ARRIVED, "1", "+481", "8001")
    story.tell(6.0, Word.SENT_ON, "1", "callcore_fallback XML public")
    story.hangs_up("1", 13.0, "switch")
    assert story.broken() == set()
    story.tell(1.0, Word.ARRIVED, "2", "+482", "8001")
    story.hangs_up("2", 13.0)
    assert story.broken() == {"left alone"}


def test_a_phone_rings_twice(story: Story) -> None:
    """An agent has one call at a time."""
    story.comes("4", 1.6)
    story.rings("second", 1.7, SUPPORT_ONLY, "4")
    story.hangs_up("4", 2.4)
    story.hangs_up("second", 2.4, "switch")
    story.record("4", "short_abandoned", arrived_at=1.6, ended_at=2.4)
    assert story.broken() == {"one call an agent"}
    story.breaks(1.5, 1.6)
    assert story.broken() == set()


def test_an_agent_talks_twice(story: Story) -> None:
    """Whatever breaks, nobody talks with two at once."""
    story.breaks(1.0, 2.0)
    story.comes("4", 1.6)
    story.talks("4", 1.7, SUPPORT_ONLY, came_at=1.6)
    assert story.broken() == {"one talk an agent"}


def test_two_phones_for_one_caller() -> None:
    """A caller is offered to one agent at a time."""
    story = Story()
    story.served("1", 1.0, SUPPORT_ONLY)
    story.rings("second", 1.2, ANOTHER_SUPPORT, "1")
    story.hangs_up("second", 1.8, "switch")
    assert story.broken() == {"one phone a caller"}


def test_a_phone_rings_for_nobody() -> None:
    """When the caller is gone the phone stops ringing."""
    story = Story()
    story.abandons("1", 1.0, 2.0)
    story.rings("late", 1.5, SUPPORT_ONLY, "1")
    story.hangs_up("late", 5.0, "switch")
    assert story.broken() == {"called in vain"}


def test_a_leg_is_left_over(story: Story) -> None:
    """Every leg ends, if the switch did not."""
    story.abandons("9", 5.0, 6.1)
    story.rings("left", 6.05, ANOTHER_SUPPORT, "9")
    story.tell(6.3, Word.LEFT_OVER, "left", ANOTHER_SUPPORT)
    assert story.broken() == {"leg left over"}
    story.deaths.append(at(6.2))
    story.breaks(6.2, 6.3, "kill a switch")
    assert story.broken() == set()


def test_something_is_not_at_rest(story: Story) -> None:
    """What was left for callcore to do when all was over is told."""
    story.left_at_end.append("2001 is talking")
    assert story.broken() == {"not at rest"}


def test_a_journal_that_was_cut_short(tmp_path) -> None:
    """A line that the death of its writer cut short is not read."""
    file = tmp_path / "fs1.journal"
    journal.Journal(file).write(Word.ARRIVED, "1", "+481", "8001")
    with file.open("a") as lines:
        lines.write('[1790000000000000, "ans')
    assert [line.word for line in journal.read(file)] == [Word.ARRIVED]
