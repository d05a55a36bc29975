"""What the estimates are to reach, with rates learnt from the data alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.bench.estimates.cases import FURTHER, TABLE, Played
from tests.bench.estimates.playing import LEARNT
from tests.bench.estimates.references import HISTORIES
from tests.bench.estimates.scoring import Score

Scores = Mapping[str, Mapping[str, Score]]

NEAR_QLM = 1.10
NEAR_QLA = 1.30
LEAST_BEYOND, MOST_BEYOND = 0.17, 0.23
MOST_BIAS = 0.02
AS_KNOWN = 0.10


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal in one case."""

    text: str
    case: str
    value: str
    holds: bool


def of_the_simulator(scores: Scores) -> Iterator[Goal]:
    """The errors of who knows the true rates are those that are known."""
    for played in TABLE:
        for name, known in played.known.items():
            ratio = scores[played.name][name].mse / known
            yield Goal(
                text="the simulator errs as is known, within 10 %",
                case=f"{played.name}: {name}",
                value=f"{ratio:.3f}",
                holds=abs(ratio - 1) <= AS_KNOWN,
            )


def of_the_estimates(scores: Scores) -> Iterator[Goal]:
    """Every goal in every case that it is about."""
    for played in TABLE:
        yield from _near(played, scores[played.name])
        own = scores[played.name][LEARNT].mse
        for name in HISTORIES:
            ratio = own / scores[played.name][name].mse
            yield Goal(f"better than {name}", played.name, f"{ratio:.2f}", ratio < 1)
    for played in FURTHER:
        if "E10" in played.name:
            yield from _near(played, scores[played.name])
    for played in (each for each in (*TABLE, *FURTHER) if each.is_judged):
        score = scores[played.name][LEARNT]
        bias, beyond = score.relative_bias, score.beyond
        yield Goal(
            "bias under 2 % of the mean wait",
            played.name,
            f"{bias:+.2%}",
            abs(bias) < MOST_BIAS,
        )
        yield Goal(
            "17 to 23 % wait longer than the upper end",
            played.name,
            f"{beyond:.1%}",
            LEAST_BEYOND <= beyond <= MOST_BEYOND,
        )


def _near(played: Played, scores: Mapping[str, Score]) -> Iterator[Goal]:
    own = scores[LEARNT].mse
    if "E10" in played.name:
        ratio = own / scores["QLa"].mse
        yield Goal("within 30 % of QLa", played.name, f"{ratio:.3f}", ratio <= NEAR_QLA)
    elif played.name.startswith("M/M"):
        ratio = own / scores["QLm"].mse
        yield Goal("within 10 % of QLm", played.name, f"{ratio:.3f}", ratio <= NEAR_QLM)
