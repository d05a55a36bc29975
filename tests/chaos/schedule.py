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


_SHORT, _LONG = (0.1, 1.5), (2.0, 6.0)


class _Dealer:
    """Draws what is not said of a fault."""

    def __init__(self, chance: random.Random, workers: int, nodes: Sequence[str]) -> None:
        self.chance = chance
        self.workers = workers
        self._nodes = list(nodes)

    def planned(
        self,
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
            seconds=round(self.chance.uniform(*seconds), 2),
            calm_seconds=round(self.chance.uniform(5.0, 12.0), 2),
        )

    def worker(self) -> str:
        return str(self.chance.randrange(1, self.workers + 1))

    def node(self) -> str:
        return self.chance.choice(self._nodes)

    def links(self) -> tuple[str, ...]:
        """One node's, and those of the stores."""
        return (self.node(), *_LINKS_OF_STORES)

    def is_half(self) -> bool:
        return self.chance.random() < 0.5


def _deck(chance: random.Random, workers: int, nodes: Sequence[str]) -> list[Planned]:
    dealer = _Dealer(chance, workers, nodes)
    return [*_deaths(dealer), *_of_several_workers(dealer), *_of_links(dealer)]


def _deaths(dealer: _Dealer) -> list[Planned]:
    planned, worker, node = dealer.planned, dealer.worker, dealer.node
    return [
        planned(KILL_WORKER, target=worker()),
        planned(KILL_WORKER, target=worker()),
        planned(KILL_ALL_WORKERS),
        planned(PAUSE_WORKER, target=worker(), seconds=(0.3, 4.0)),
        planned(KILL_SWITCH, target=node()),
        planned(KILL_VALKEY, seconds=_SHORT),
        planned(KILL_VALKEY, seconds=_LONG),
        planned(KILL_POSTGRES, seconds=_SHORT),
        planned(KILL_POSTGRES, seconds=_LONG),
        planned(KILL_WORKER, KILL_VALKEY, target=worker(), seconds=_SHORT),
        planned(KILL_WORKER, KILL_POSTGRES, target=worker(), seconds=_SHORT),
        planned(KILL_VALKEY, KILL_POSTGRES, seconds=_SHORT),
        planned(KILL_SWITCH, KILL_VALKEY, target=node(), seconds=_SHORT),
        planned(KILL_SWITCH, KILL_POSTGRES, target=node(), seconds=_SHORT),
        planned(KILL_SWITCH, KILL_ALL_WORKERS, target=node()),
        planned(KILL_SWITCH, KILL_WORKER, target=node(), second_target=worker()),
        *(
            planned(STALL, KILL_WORKER, target=link, second_target=worker(), seconds=_SHORT)
            for link in dealer.links()
        ),
    ]


def _of_several_workers(dealer: _Dealer) -> list[Planned]:
    planned, worker, workers = dealer.planned, dealer.worker, dealer.workers
    if workers == 1:
        return [planned(ROLLING_RESTART)]
    neighbours = []
    if workers > 2:
        first = dealer.chance.randrange(1, workers)
        neighbours = [
            planned(KILL_WORKER, KILL_WORKER, target=str(first), second_target=str(first + 1))
        ]
    return [
        *neighbours,
        planned(PAUSE_WORKER, target=worker(), seconds=(5.0, 20.0)),
        planned(STOP_WORKER, target=worker()),
        planned(STOP_WORKER, target=worker()),
        planned(STOP_WORKER, KILL_VALKEY, target=worker(), seconds=_SHORT),
        planned(PAUSE_WORKER, KILL_VALKEY, target=worker(), seconds=(2.0, 5.0)),
        planned(ROLLING_RESTART),
    ]


def _of_links(dealer: _Dealer) -> list[Planned]:
    planned, is_half = dealer.planned, dealer.is_half
    return [
        fault
        for link in dealer.links()
        for fault in (
            planned(STALL, target=link, seconds=_SHORT),
            planned(STALL, target=link, seconds=_LONG, is_half=is_half()),
            planned(DELAY, target=link, seconds=_LONG, is_half=is_half()),
            planned(REFUSE, target=link, seconds=_SHORT, is_half=is_half()),
            planned(RESET, target=link, is_half=is_half()),
            planned(CUT, target=link, is_half=is_half()),
        )
    ]
