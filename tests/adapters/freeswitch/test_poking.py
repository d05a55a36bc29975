"""Which switches are woken, and how often."""

from __future__ import annotations

from callcore.adapters.freeswitch.poking import MOST_POKES_A_SECOND, POKE_SECONDS, Poking
from tests.fakes.clock import FakeClock, settle

RINGS = ["originate"]


class CountedLink:
    """A link that counts how often it is poked."""

    def __init__(self) -> None:
        self.count = 0

    def poke(self) -> None:
        self.count += 1


def pokes(links: list[CountedLink]) -> int:
    """Of all together."""
    return sum(link.count for link in links)


def test_each_as_long_as_its_own_phones_ring() -> None:
    """One whose phones have all been answered is left alone; another goes on being woken."""
    clock, one, other = FakeClock(), CountedLink(), CountedLink()
    poking, of_one, of_other = Poking(clock), [*RINGS], [*RINGS]
    poking.while_ringing(one, of_one)
    poking.while_ringing(other, of_other)
    clock.advance(0.1)
    assert one.count == other.count
    assert abs(one.count - 0.1 / POKE_SECONDS) <= 2
    of_one.clear()
    clock.advance(0.1)
    assert other.count > 1.5 * one.count
    of_other.clear()
    clock.advance(0.1)
    before = pokes([one, other])
    clock.advance(10)
    assert pokes([one, other]) == before


def test_begins_again_with_the_next_phone() -> None:
    """After all was quiet, and for a second originate while the first rings only once as often."""
    clock, link = FakeClock(), CountedLink()
    poking, originates = Poking(clock), [*RINGS]
    poking.while_ringing(link, originates)
    originates.clear()
    clock.advance(1)
    link.count = 0
    originates.append("again")
    poking.while_ringing(link, originates)
    poking.while_ringing(link, originates)
    clock.advance(0.1)
    assert abs(link.count - 0.1 / POKE_SECONDS) <= 2


def test_many_switches_share_what_a_worker_may_do() -> None:
    """With a hundred each is woken seldom: all together so often and no oftener."""
    clock, links = FakeClock(), [CountedLink() for _ in range(100)]
    poking = Poking(clock)
    for link in links:
        poking.while_ringing(link, RINGS)
    settle()
    before = pokes(links)
    clock.advance(10)
    assert abs(pokes(links) - before - 10 * MOST_POKES_A_SECOND) <= len(links)
    assert max(link.count for link in links) - min(link.count for link in links) <= 1
