"""What is played, with the true rates of each case."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from tests.bench.estimates.distributions import (
    Between,
    Erlang,
    Exponential,
    Hyperexponential,
    Lognormal,
)
from tests.bench.estimates.simulation import Case, Group, Kind, OverTime, Patience, Sample

SINE_PERIOD = 96.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A case by name."""

    name: str
    case: Case
    callers: float = 1.0
    """Of the usual number."""
    known: dict[str, float] = field(default_factory=dict)
    """Mean squared errors that are known, by predictor."""
    shares: dict[int, float] = field(default_factory=dict)
    """What each queue has of agents shared with others."""
    scored: Kind | None = None
    """Only these callers are; ``None``: all of them."""
    is_judged: bool = True
    """False where the goals are more than can be reached: what is known is only that it is hard."""


def always(rate: float) -> OverTime:
    return lambda _: rate


def sine(rate: float) -> OverTime:
    return lambda now: rate * (1 + 0.4 * math.sin(2 * math.pi * now / SINE_PERIOD))


def longer_talks(now: float) -> float:
    """Half as long again in every other 200 services of time, as when a system is down."""
    return 1.5 if now % 400 >= 200 else 1.0


def callers(
    rate: float, patience: Patience | None = None, priority: int = 0, queue: int = 0
) -> Kind:
    return Kind(
        arrivals_rate=always(rate),
        most_arrivals=rate,
        mean_arrivals=rate,
        patience=patience,
        priority=priority,
        queue=queue,
    )


def callbacks(rate: float) -> Kind:
    return replace(callers(rate), is_callback=True)


def waves(rate: float, patience: Patience) -> Kind:
    return Kind(
        arrivals_rate=sine(rate), most_arrivals=1.4 * rate, mean_arrivals=rate, patience=patience
    )


def room(agents: int, *kinds: Kind, service: Sample | None = None) -> Case:
    return Case(kinds=kinds, groups=(Group(count=agents),), service=service or Exponential())


LOW = callers(3.2, Exponential(2), priority=1)
QUIET = callers(1, Exponential(2), queue=1)

TABLE = (
    Played(
        name="M/M s=100 .95",
        case=room(100, callers(95)),
        callers=3,
        known={"QL": 0.00200, "QLm": 0.00200, "LES": 0.00419, "HOL": 0.00400},
    ),
    Played(
        name="H2/M s=100 .95",
        case=Case(
            kinds=(
                Kind(
                    arrivals_rate=always(95),
                    most_arrivals=95,
                    mean_arrivals=95,
                    between=Hyperexponential(4, 1 / 95),
                ),
            ),
            groups=(Group(count=100),),
            service=Exponential(),
        ),
        callers=3,
        known={"QL": 0.00508, "QLm": 0.00508, "LES": 0.02416, "HOL": 0.02371},
    ),
    Played(
        name="M/M+M(1) s=100 1.4",
        case=room(100, callers(140, Exponential(1))),
        known={"QL": 0.00873, "QLm": 0.00286, "LES": 0.00586, "HOL": 0.00572},
    ),
    Played(
        name="M/M+M(5) s=100 1.4",
        case=room(100, callers(140, Exponential(5))),
        known={"QL": 0.12491, "QLm": 0.01418, "LES": 0.02824, "HOL": 0.02810},
    ),
    Played(
        name="M/M+E10(1) s=100 1.4",
        case=room(100, callers(140, Erlang(10, 1))),
        known={"QL": 0.08126, "QLm": 0.00942, "QLa": 0.00531, "LES": 0.00876, "HOL": 0.00871},
    ),
    Played(
        name="M/L+M(2) s=20 sine",
        case=room(20, waves(20, Exponential(2)), service=Lognormal()),
        known={
            "QL": 0.0346,
            "QLm": 0.0178,
            "LES": 0.0417,
            "HOL": 0.0388,
            "moving mean": 0.0434,
            "mean of 10": 0.0476,
        },
    ),
)

FURTHER = (
    Played(name="M/M+E10(5) s=100 1.4", case=room(100, callers(140, Erlang(10, 5)))),
    Played(name="M/M+E10(1) s=100 1.1", case=room(100, callers(110, Erlang(10, 1)))),
    Played(name="M/M+E10(1) s=10 1.4", case=room(10, callers(14, Erlang(10, 1)))),
    Played(name="M/M+H2(1) s=100 1.4", case=room(100, callers(140, Hyperexponential(4, 1)))),
    Played(
        name="M/L+E10(2) s=20 1.2", case=room(20, callers(24, Erlang(10, 2)), service=Lognormal())
    ),
    Played(
        name="M/L+E10(2) s=20 sine", case=room(20, waves(20, Erlang(10, 2)), service=Lognormal())
    ),
    Played(
        name="M/H2+M(2) s=20 1.2",
        case=room(20, callers(24, Exponential(2)), service=Hyperexponential(4)),
    ),
    Played(
        name="M/E4+M(2) s=20 1.2", case=room(20, callers(24, Exponential(2)), service=Erlang(4))
    ),
    Played(
        name="M/L+M(2) s=5 1.1", case=room(5, callers(5.5, Exponential(2)), service=Lognormal())
    ),
    Played(name="M/L s=20 .95", case=room(20, callers(19), service=Lognormal()), callers=2),
    Played(
        name="staff 20, 12, 24 by turns",
        case=Case(
            kinds=(callers(20, Exponential(2)),),
            groups=(Group(count=20, shifts=((0, 20), (40, 12), (60, 24)), period=100),),
            service=Lognormal(),
        ),
    ),
    Played(
        name="talks 1.5 times as long by turns",
        case=Case(
            kinds=(callers(18, Exponential(2)),),
            groups=(Group(count=20),),
            service=Lognormal(),
            service_mean=longer_talks,
        ),
    ),
    Played(
        name="two priorities s=20 1.1",
        case=room(
            20,
            callers(15.4, Exponential(2)),
            callers(6.6, Exponential(2), priority=10),
            service=Lognormal(),
        ),
    ),
    Played(
        name="the lower of two priorities s=20 .8",
        case=room(20, LOW, callers(12.8, Exponential(2), priority=2), service=Lognormal()),
        scored=LOW,
        is_judged=False,
        callers=4,
    ),
    Played(
        name="a quiet queue of shared agents s=20 1.0",
        case=Case(
            kinds=(callers(19, Exponential(2)), QUIET),
            groups=(Group(count=20, queues=(0, 1)),),
            service=Lognormal(),
        ),
        shares={0: 0.95, 1: 0.05},
        scored=QUIET,
        callers=4,
    ),
    Played(
        name="30 % callbacks s=20 1.1",
        case=room(20, callers(15.4, Exponential(2)), callbacks(6.6), service=Lognormal()),
    ),
    Played(
        name="shared agents 8+8, 12 both",
        case=Case(
            kinds=(callers(20, Exponential(2)), callers(10, Exponential(2), queue=1)),
            groups=(
                Group(count=8),
                Group(count=8, queues=(1,)),
                Group(count=12, queues=(0, 1)),
            ),
            service=Lognormal(),
        ),
        shares={0: 2 / 3, 1: 1 / 3},
    ),
    Played(
        name="phones ring, 10 % missed",
        case=Case(
            kinds=(callers(20, Exponential(2)),),
            groups=(Group(count=20),),
            service=Lognormal(),
            ring=Between(0.01, 0.05),
            missed=0.1,
        ),
    ),
)

ALL = TABLE + FURTHER
