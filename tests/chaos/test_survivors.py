"""The table of what a fault cost counts who was there, and how each came out of it."""

from __future__ import annotations

from tests.chaos.made_up import SUPPORT_ONLY, Story, at
from tests.chaos.survivors import Survivors, Toll


def toll(story: Story) -> Toll:
    """Of the one fault of a story."""
    (found,) = Survivors(story.evidence()).tolls.values()
    return found


def test_places_and_talks_that_were_kept() -> None:
    """Who waits and is served, or leaves by own will, has lost nothing; who talks on has not."""
    story = Story()
    story.served("1", 1.0, SUPPORT_ONLY)
    story.comes("2", 1.5)
    story.talks("2", 4.0, SUPPORT_ONLY, came_at=1.5)
    story.abandons("3", 1.6, 3.0)
    story.breaks(2.0, 2.1)
    found = toll(story)
    assert (found.times, found.calls, found.unrecorded) == (1, 3, 0)
    assert (found.waited, found.places_kept, found.places_lost) == (2, 2, 0)
    assert (found.talked, found.talks_kept, found.talks_cut) == (1, 1, 0)


def test_places_and_talks_that_were_lost() -> None:
    """Who is let go by the switch, is sent on, or is cut off in a talk, has; so has a record."""
    story = Story()
    story.comes("1", 1.0)
    story.hangs_up("1", 3.0, "switch")
    story.served("2", 1.2, SUPPORT_ONLY)
    story.lines = [line for line in story.lines if not (line.leg == "2" and line.at > at(3))]
    story.hangs_up("2", 2.5, "switch")
    story.breaks(2.0, 2.1)
    found = toll(story)
    assert (found.waited, found.places_kept, found.places_lost) == (1, 0, 1)
    assert (found.talked, found.talks_kept, found.talks_cut) == (1, 0, 1)
    assert found.unrecorded == 1


def test_what_goes_with_its_switch() -> None:
    """Lines of a switch that dies are gone with it, and counted apart."""
    story = Story()
    story.comes("1", 1.0)
    story.deaths.append(at(2.1))
    story.breaks(2.0, 2.5, "kill a switch")
    found = toll(story)
    assert (found.places_kept, found.places_gone_with_switch, found.places_lost) == (0, 1, 0)


def test_the_table_has_a_line_for_each_kind_and_the_sum() -> None:
    """It is Markdown, to be pasted."""
    story = Story()
    story.abandons("1", 1.0, 4.0)
    story.breaks(2.0, 2.1, "kill Valkey")
    story.breaks(3.0, 3.1, "stall redis")
    *_, valkey, redis, sums = Survivors(story.evidence()).lines()
    assert valkey.startswith("| kill Valkey | 1 | 1 |")
    assert redis.startswith("| stall redis | 1 | 1 |")
    assert sums.startswith("| altogether | 2 | 2 |")
