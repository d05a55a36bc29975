"""How fast shards change hands as planned, and how soon it is known that the floor has changed."""

from __future__ import annotations

import pytest

from callcore.domain.sharding import DIGITS
from callcore.flows.shard_departures import FOLLOWED_SECONDS
from callcore.flows.sharing_out import ALONE_SECONDS, BEAT_SECONDS, RETRY_SECONDS
from callcore.runtime.greenlets import spawn
from tests.flows.sharing_team import FS1, STEP_SECONDS, Process, Team

TAKES_SECONDS = 0.3


def seconds_of_digits(team: Team, heir: Process, count: int) -> list[float]:
    """How long after the digit before each of so many came to the heir."""
    found = []
    for number in range(count):
        had = len(heir.digits(FS1))
        passed = team.seconds_until(lambda had=had: len(heir.digits(FS1)) > had)  # type: ignore[misc] # of the round
        assert len(heir.digits(FS1)) == had + 1, f"several at once after {number}"
        found.append(passed)
    return found


def test_the_next_digit_goes_when_the_heir_follows_the_one_before(team: Team) -> None:
    """So it never has more than one to take over, and whoever leaves waits for the last."""
    one, two = team.start_settled("1", "2")
    two.follows_after_seconds = TAKES_SECONDS
    leaving = spawn("leave", one.sharing.leave, 10)
    first, *others = seconds_of_digits(team, two, 8)
    assert first <= BEAT_SECONDS
    assert others == pytest.approx([TAKES_SECONDS] * 7, abs=1.5 * STEP_SECONDS)
    assert two.digits(FS1) == DIGITS
    assert not leaving.ready()
    team.advance(TAKES_SECONDS + STEP_SECONDS)
    assert leaving.ready()


def test_an_heir_that_says_nothing_is_waited_for_a_moment(team: Team) -> None:
    """It may be dead, or have lost the letter."""
    one, two = team.start_settled("1", "2")
    two.follows_after_seconds = None
    spawn("leave", one.sharing.leave, 20)
    _, *others = seconds_of_digits(team, two, 8)
    assert all(each <= FOLLOWED_SECONDS + 2 * STEP_SECONDS for each in others)


def test_a_floor_that_lost_its_data_is_noticed_with_the_next_beat(team: Team) -> None:
    """By every worker, each once; nothing is said of a floor that is as it was."""
    one, two = team.start_settled("1", "2")
    assert one.floor_changes_count == two.floor_changes_count == 0
    team.floor.lose_data()
    team.advance(BEAT_SECONDS + STEP_SECONDS)
    assert one.floor_changes_count == two.floor_changes_count == 1
    team.advance(20)
    assert one.floor_changes_count == two.floor_changes_count == 1


def test_a_lone_worker_notices_it_too(team: Team) -> None:
    """It beats less often while there is no call either."""
    (one,) = team.start_settled("1")
    one.has_calls = False
    team.floor.lose_data()
    team.advance(ALONE_SECONDS + STEP_SECONDS)
    assert one.floor_changes_count == 1


def test_a_floor_that_was_away_is_looked_at_when_it_is_back(team: Team) -> None:
    """Even with all it had: what was done about an earlier loss may have failed."""
    one, two = team.start_settled("1", "2")
    team.floor.go_down()
    team.advance(5)
    assert one.floor_changes_count == 0
    team.floor.come_up()
    team.advance(RETRY_SECONDS + STEP_SECONDS)
    assert one.floor_changes_count == two.floor_changes_count == 1
