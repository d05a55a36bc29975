"""The site at a glance: what is told, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping

import gevent
import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import Micros, QueueName
from callcore.domain.queue_days import QueueDay
from callcore.flows import counted_days
from callcore.flows.counted_days import CountedDays
from callcore.ports.operations import SiteStatus
from callcore.ports.records import RecordsUnavailableError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.flows.floor import ANN, SALES, SUPPORT, TestFloor
from tests.flows.stories import arrive, come

DAY = QueueDay(picked_up_count=4, picked_up_within_count=3)
TODAY = {SUPPORT: Micros(0)}


def status_of(floor: TestFloor) -> SiteStatus:
    """What the site is told to be, when Postgres has answered."""
    looking = spawn("look", floor.worker.operating.status)
    settle()
    floor.clock.advance(0)
    found: SiteStatus = looking.get()
    return found


def test_a_site_is_seen_at_a_glance(floor: TestFloor) -> None:
    """Who waits and since when, who is there and what they do, what is closed."""
    came_at = floor.clock.now()
    arrive(floor)
    floor.clock.advance(5)
    come(floor, ANN)
    arrive(floor)
    floor.worker.operating.close_queue(SALES, until=None, reason="", by="eve")
    floor.clock.advance(1)
    status = status_of(floor)
    support, sales = {one.queue: one for one in status.queues}[SUPPORT], status.queues[0]
    assert (support.waiting_count, support.offered_count, support.staffed_count) == (1, 1, 1)
    assert support.oldest_joined_at is not None
    assert 0 <= support.oldest_joined_at - came_at < 2_000_000
    assert (support.is_open, sales.queue, sales.is_open) == (True, SALES, False)
    assert support.limit == 5
    assert status.agent_counts[AgentState.RINGING] + status.agent_counts[AgentState.RESERVED] == 1
    assert (status.agents[0].agent_id, status.agents[0].queue) == (ANN, SUPPORT)
    assert [one.is_drained for one in status.nodes] == [False]
    assert status.workers == (status.worker,)


def test_many_who_look_at_once_cost_as_much_as_one(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And as much as gauges do: one question for all queues, one for all agents."""
    first = status_of(floor)
    asked: list[str] = []
    room, roster = floor.site.waiting_room, floor.site.roster
    counts, agents = room.counts, roster.agents
    monkeypatch.setattr(room, "counts", lambda names: asked.append("queues") or counts(names))
    monkeypatch.setattr(roster, "agents", lambda: asked.append("agents") or agents())
    assert [floor.worker.operating.status() for _ in range(50)] == [first] * 50
    assert asked == []
    floor.clock.advance(1)
    asked.clear()
    assert floor.worker.operating.status().at > first.at
    assert asked == ["queues", "agents"]


def test_who_comes_while_somebody_looks_has_the_same_look(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait for Redis, or Postgres, at once."""
    asked: list[str] = []
    room = floor.site.waiting_room
    counts = room.counts
    monkeypatch.setattr(room, "counts", lambda names: asked.append("queues") or counts(names))
    looking = [spawn(f"look {number}", floor.worker.operating.status) for number in range(20)]
    settle()
    floor.clock.advance(0)
    gevent.wait(looking)
    first, *others = [one.get() for one in looking]
    assert all(one is first for one in others)
    assert asked == ["queues"]


class Counting:
    """Stands for Postgres: counts, or is away."""

    def __init__(self) -> None:
        self.asked: list[Mapping[QueueName, Micros]] = []
        self.is_away = False

    def __call__(self, beginnings: Mapping[QueueName, Micros]) -> Mapping[QueueName, QueueDay]:
        self.asked.append(beginnings)
        if self.is_away:
            raise RecordsUnavailableError("away")
        return {SUPPORT: DAY}


class TestCountedDays:
    """When Postgres is asked, and what is told meanwhile."""

    @pytest.fixture
    def postgres(self) -> Counting:
        return Counting()

    @pytest.fixture
    def days(self, floor: TestFloor, postgres: Counting) -> CountedDays:
        return CountedDays(floor.site, postgres)

    def look(
        self, floor: TestFloor, days: CountedDays, beginnings: Mapping[QueueName, Micros] = TODAY
    ) -> tuple[Mapping[QueueName, QueueDay], Micros | None]:
        looking = spawn("look", days.look, beginnings)
        settle()
        floor.clock.advance(0)
        gevent.wait([looking])
        told: tuple[Mapping[QueueName, QueueDay], Micros | None] = looking.get()
        return told

    def test_the_first_who_looks_waits_and_others_have_the_same(
        self, floor: TestFloor, days: CountedDays, postgres: Counting
    ) -> None:
        """Until it is old; it is renewed while the old one is told."""
        now = floor.clock.now()
        assert self.look(floor, days) == ({SUPPORT: DAY}, now)
        floor.clock.advance(counted_days.KEPT_SECONDS - 1)
        assert self.look(floor, days) == ({SUPPORT: DAY}, now)
        assert len(postgres.asked) == 1
        floor.clock.advance(1)
        assert days.look(TODAY) == ({SUPPORT: DAY}, now)
        floor.clock.advance(0)
        assert days.look(TODAY)[1] == floor.clock.now()
        assert len(postgres.asked) == 2

    def test_nobody_asks_while_nobody_looks(
        self, floor: TestFloor, days: CountedDays, postgres: Counting
    ) -> None:
        """Whole days long."""
        self.look(floor, days)
        floor.clock.advance(3600)
        assert len(postgres.asked) == 1

    def test_old_counts_are_told_for_a_while_and_then_none(
        self, floor: TestFloor, days: CountedDays, postgres: Counting
    ) -> None:
        """Where Postgres is away: a number of an hour ago would be taken for one of now."""
        first = self.look(floor, days)
        postgres.is_away = True
        floor.clock.advance(60)
        assert self.look(floor, days) == first
        floor.clock.advance(60)
        assert self.look(floor, days) == ({}, None)
        postgres.is_away = False
        floor.clock.advance(counted_days.KEPT_SECONDS)
        assert self.look(floor, days)[1] == floor.clock.now()

    def test_at_midnight_nothing_is_told_of_the_day_before(
        self, floor: TestFloor, days: CountedDays, postgres: Counting
    ) -> None:
        """Nor where a queue was added: it is counted anew."""
        self.look(floor, days)
        postgres.is_away = True
        assert self.look(floor, days, {SUPPORT: Micros(1)}) == ({}, None)
        assert postgres.asked == [TODAY, {SUPPORT: Micros(1)}]
