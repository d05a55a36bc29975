"""Plays one case and scores every predictor on all who must wait."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from callcore.domain.estimates import UnknownWait, Wait
from tests.bench.estimates.cases import Played
from tests.bench.estimates.learner import SERVICE_SECONDS, Learner
from tests.bench.estimates.references import HISTORIES, TRUE, Histories, TrueRates
from tests.bench.estimates.scoring import Score
from tests.bench.estimates.simulation import Caller, Group, Room

LEARNT = "callcore"
PREDICTORS = (*TRUE, *HISTORIES)
UPPER_QUANTILE = 0.8
LEFT_OUT = 0.2
"""Of the callers, while queues fill and rates are learnt."""


@dataclass(slots=True)
class _Told:
    """What was predicted to a caller at the door."""

    by_others: tuple[float, ...]
    wait: Wait | UnknownWait
    is_scored: bool


class Scoring:
    """Watches a play."""

    def __init__(self, played: Played, callers_count: int) -> None:
        self.scores = {name: Score() for name in (*PREDICTORS, LEARNT)}
        self._true = TrueRates(played)
        self._histories = Histories()
        self.learner = Learner()
        self._left_out = callers_count * LEFT_OUT

    def comes(self, caller: Caller, room: Room) -> None:
        caller.note = _Told(
            by_others=self._true.predict(caller, room) + self._histories.predict(caller, room),
            wait=self.learner.wait(caller, room),
            is_scored=room.come_count >= self._left_out,
        )

    def talks(self, caller: Caller, wait: float) -> None:
        self._histories.talks(caller, wait)
        told = caller.note
        expected = told.wait if isinstance(told, _Told) else None
        self.learner.left(
            caller,
            wait,
            None if isinstance(expected, UnknownWait) else expected,
            is_served=True,
        )
        self._score(told, wait)

    def gives_up(self, caller: Caller, wait: float) -> None:
        told = caller.note
        assert isinstance(told, _Told)
        expected = None if isinstance(told.wait, UnknownWait) else told.wait
        self.learner.left(caller, wait, expected, is_served=False)

    def would_talk(self, caller: Caller, wait: float) -> None:
        self._score(caller.note, wait)

    def is_over(self, caller: Caller, group: Group) -> None:
        self.learner.served(caller, group)

    def missed(self, caller: Caller, seconds: float) -> None:
        self.learner.missed(caller, seconds)

    def _score(self, told: object, wait: float) -> None:
        if not isinstance(told, _Told) or not told.is_scored:
            return
        for name, predicted in zip(PREDICTORS, told.by_others, strict=True):
            self.scores[name].add(predicted, wait)
        score = self.scores[LEARNT]
        if isinstance(told.wait, UnknownWait):
            score.unknown_count += 1
            return
        score.add(told.wait.mean / SERVICE_SECONDS, wait)
        score.beyond_count += wait > told.wait.quantile_seconds(UPPER_QUANTILE) / SERVICE_SECONDS


def play(played: Played, callers_count: int, seed: int) -> dict[str, Score]:
    """The scores by predictor."""
    scoring = Scoring(played, callers_count)
    Room(played.case, Random(f"{seed} {played.name}"), scoring).play(callers_count)
    return scoring.scores
