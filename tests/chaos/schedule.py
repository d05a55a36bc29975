"""What is broken when: drawn from the seed, so that a run can be had again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

KILL_WORKER = "kill a worker"
KILL_ALL_WORKERS = "kill all workers"
PAUSE_WORKER = "pause a worker"
STOP_WORKER = "planned stop of a worker"
ROLLING_RESTART = "rolling restart"
KILL_SWITCH = "kill a switch"
KILL_VALKEY = "kill Valkey"
KILL_POSTGRES = "kill Postgres"
STALL = "stall"
DELAY = "delay"
REFUSE = "refuse"
RESET = "reset"
CUT = "cut"

_LINKS_OF_STORES = ("redis", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One thing to be done: several at once are a pair. ``seconds`` is how long it lasts, where it
    can last; ``calm_seconds`` how long nothing follows.
    """

    kinds: tuple[str, ...]
    target: str = ""
    """A link, a node, or the number of a worker."""
    second_target: str = ""
    """Of the second of a pair, if that has one of its own."""
    is_half: bool = False
    """Of a link, every second connection only."""
    seconds: float = 0.0
    calm_seconds: float = 5.0

    @property
    def name(self) -> str:
        """What it is, in words."""
        half = "half of " if self.is_half else ""
        second = f" and {self.second_target}" if self.second_target else ""
        target = f" {half}{self.target}{second}" if self.target else ""
        return f"{' and '.join(self.kinds)}{target}"

    @property
    def targets(self) -> tuple[str, ...]:
        """Of each part."""
        return (self.target, *(self.second_target or self.target for _ in self.kinds[1:]))

    @property
    def name_of_kind(self) -> str:
        """The same without what differs from time to time: a worker's number, a node's name."""
        is_link = self.kinds[0] in (STALL, DELAY, REFUSE, RESET, CUT)
        if not is_link:
            return " and ".join(self.kinds)
        link = self.target if self.target in _LINKS_OF_STORES else "event socket"
        others = "".join(f" and {kind}" for kind in self.kinds[1:])
        return f"{self.kinds[0]} {link}{others}"


def schedule(seed: int, *, workers: int, nodes: Sequence[str]) -> Iterator[Planned]:
    """Faults without end: each kind once in random order, and so on anew."""
    chance = random.Random(f"faults:{seed}")
    while True:
        deck = _deck(chance, workers, nodes)
        chance.shuffle(deck)
        yield from deck


def _deck(chance: random.Random, workers: int, nodes: Sequence[str]) -> list[Planned]:
    def planned(
        *kinds: str,
        target: str = "",
        second_target: str = "",
        seconds: tuple[float, float] = (0.0, 0.0),
        is_half: bool = False,
    ) -> Planned:
        return Planned(
            kinds=kinds,
            target=target,
            second_target=second_target,
            is_half=is_half,
            seconds=round(chance.uniform(*seconds), 2),
            calm_seconds=round(chance.uniform(5.0, 12.0), 2),
        )

    def worker() -> str:
        return str(chance.randrange(1, workers + 1))

    def node() -> str:
        return chance.choice(list(nodes))

    short, long = (0.1, 1.5), (2.0, 6.0)
    deck = [
        planned(KILL_WORKER, target=worker()),
        planned(KILL_WORKER, target=worker()),
        planned(KILL_ALL_WORKERS),
        planned(PAUSE_WORKER, target=worker(), seconds=(0.3, 4.0)),
        planned(KILL_SWITCH, target=node()),
        planned(KILL_VALKEY, seconds=short),
        planned(KILL_VALKEY, seconds=long),
        planned(KILL_POSTGRES, seconds=short),
        planned(KILL_POSTGRES, seconds=long),
        planned(KILL_WORKER, KILL_VALKEY, target=worker(), seconds=short),
        planned(KILL_WORKER, KILL_POSTGRES, target=worker(), seconds=short),
        planned(KILL_VALKEY, KILL_POSTGRES, seconds=short),
        planned(KILL_SWITCH, KILL_VALKEY, target=node(), seconds=short),
        planned(KILL_SWITCH, KILL_POSTGRES, target=node(), seconds=short),
        planned(KILL_SWITCH, KILL_ALL_WORKERS, target=node()),
        planned(KILL_SWITCH, KILL_WORKER, target=node(), second_target=worker()),
        *(
            planned(STALL, KILL_WORKER, target=link, second_target=worker(), seconds=short)
            for link in (node(), *_LINKS_OF_STORES)
        ),
    ]
    if workers > 2:
        first = chance.randrange(1, workers)
        deck += [planned(KILL_WORKER, KILL_WORKER, target=str(first), second_target=str(first + 1))]
    if workers > 1:
        deck += [
            planned(PAUSE_WORKER, target=worker(), seconds=(5.0, 20.0)),
            planned(STOP_WORKER, target=worker()),
            planned(STOP_WORKER, target=worker()),
            planned(STOP_WORKER, KILL_VALKEY, target=worker(), seconds=short),
            planned(PAUSE_WORKER, KILL_VALKEY, target=worker(), seconds=(2.0, 5.0)),
            planned(ROLLING_RESTART),
        ]
    else:
        deck += [planned(ROLLING_RESTART)]
    for link in (node(), *_LINKS_OF_STORES):
        deck += [
            planned(STALL, target=link, seconds=short),
            planned(STALL, target=link, seconds=long, is_half=chance.random() < 0.5),
            planned(DELAY, target=link, seconds=long, is_half=chance.random() < 0.5),
            planned(REFUSE, target=link, seconds=short, is_half=chance.random() < 0.5),
            planned(RESET, target=link, is_half=chance.random() < 0.5),
            planned(CUT, target=link, is_half=chance.random() < 0.5),
        ]
    return deck
