"""How shards are shared out among more and more workers and nodes.

How long it takes is simulated: the keepers of the shards are callcore's, clock, floor and switches
are fakes, and the seconds are those of the fake clock. What it asks of Redis is measured on a
Valkey: a worker's beat reads whose all the shards are.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.ids import NodeName
from callcore.domain.sharding import DIGITS, Shard, WorkerId
from callcore.embedded.valkey import start_valkey
from callcore.flows.sharing_out import BEAT_SECONDS, LEASE_SECONDS
from callcore.ports.stores import WorkerCard
from tests.bench.figures import Figures
from tests.flows.sharing_team import Process, Team

SITES = ((2, 2), (10, 4), (100, 16))
"""Nodes and workers; a node has a shard for each of sixteen digits, so no more can share it."""
PATIENCE_SECONDS = 60.0
BEATS_COUNT = 400


def measure(figures: Figures) -> None:
    """Each size, simulated and then measured."""
    for nodes_count, workers_count in SITES:
        name = f"{nodes_count}_nodes_{workers_count}_workers"
        _simulate(figures, name, nodes_count, workers_count)
        _measure_beats(figures, name, nodes_count, workers_count)


def _nodes(count: int) -> list[NodeName]:
    return [NodeName(f"fs{number}") for number in range(1, count + 1)]


def _simulate(figures: Figures, name: str, nodes_count: int, workers_count: int) -> None:
    team = Team(_nodes(nodes_count))
    workers = [team.start(f"w{number}") for number in range(workers_count)]
    figures.add(f"shared_out_{name}", _seconds_until_even(team, workers), "simulated s")
    killed, *left = workers
    killed.die()
    adopted = team.seconds_until(lambda: team.is_whole(*left), PATIENCE_SECONDS)
    figures.add(f"adopted_after_a_kill_{name}", adopted, "simulated s")
    figures.add(f"even_after_a_kill_{name}", _seconds_until_even(team, left), "simulated s")


def _seconds_until_even(team: Team, workers: list[Process]) -> float:
    def is_even() -> bool:
        counts = [len(worker.acts_on()) for worker in workers]
        nodes_count = len(team.switches)
        return team.is_whole(*workers) and max(counts) - min(counts) <= nodes_count

    return team.seconds_until(is_even, PATIENCE_SECONDS)


def _measure_beats(figures: Figures, name: str, nodes_count: int, workers_count: int) -> None:
    with tempfile.TemporaryDirectory() as base, start_valkey(Path(base)) as valkey:
        floor = Floor(valkey.url, "bench")
        reaches = frozenset(_nodes(nodes_count))
        cards = [
            WorkerCard(worker_id=WorkerId(f"w{number}"), life=f"life{number}", reaches=reaches)
            for number in range(workers_count)
        ]
        for card in cards:
            floor.shards.beat(card, LEASE_SECONDS)
        for number, digit in enumerate(DIGITS):
            shards = [Shard(node, digit) for node in reaches]
            floor.shards.claim(cards[number % workers_count], shards)
        taken = []
        for number in range(BEATS_COUNT):
            began = time.perf_counter()
            floor.shards.beat(cards[number % workers_count], LEASE_SECONDS)
            taken.append(time.perf_counter() - began)
        floor.close()
    figures.add_times(f"beat_{name}", taken)
    share = sum(taken) / len(taken) / BEAT_SECONDS
    figures.add(f"beats_of_a_worker_{name}", share, "cores")
