"""Plays one case and scores every predictor on all who must wait."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from callcore.domain.estimates import UnknownWait, Wait
from tests.bench.estimates.cases import Played
from tests.bench.estimates.learner import SERVICE_SECONDS, Learner
from tests.bench.estimates.references import HISTORIES, TRUE, Histories, TrueRates
from tests.bench.estimates.scoring import Score
from tests.bench.estimates.simulation import Caller, Room

LEARNT = "callcore"
REFERENCES = (*TRUE, *HISTORIES)
UPPER_QUANTILE = 0.8
LEFT_OUT = 0.2
"""Of the callers, while queues fill and rates are learnt."""


@dataclass(slots=True)
class _Told:
    """What was predicted to a caller at the door."""

    by_references: tuple[float, ...]
    wait: Wait | None
    is_scored: bool


class Scoring:
    """Watches a play; ``learner`` is ``None`` if only the references are to be scored."""

    def __init__(self, played: Played, learner: Learner | None, left_out_count: float) -> None:
        self.scores = {name: Score() for name in (*REFERENCES, LEARNT)}
        self._true = TrueRates(played)
        self._histories = Histories()
        self._learner = learner
        self._left_out_count = left_out_count
        self._scored = played.scored

    def comes(self, caller: Caller, room: Room) -> None:
        """Everybody predicts."""
        wait = self._learner.wait(caller, room) if self._learner else None
        caller.note = _Told(
            by_references=(
                *self._true.predict(caller, room),
                *self._histories.predict(caller, room),
            ),
            wait=None if isinstance(wait, UnknownWait) else wait,
            is_scored=room.come_count >= self._left_out_count
            and (self._scored is None or caller.kind is self._scored),
        )

    def talks(self, caller: Caller, wait: float) -> None:
        """The wait is known, to those who learn too."""
        self._histories.talks(caller, wait)
        if self._learner:
            expected = caller.note.wait if isinstance(caller.note, _Told) else None
            self._learner.left(caller, wait, expected, is_served=True)
        self._score(caller.note, wait)

    def gives_up(self, caller: Caller, wait: float) -> None:
        """Those who learn know only that the wait would have been longer."""
        if self._learner:
            assert isinstance(caller.note, _Told)
            self._learner.left(caller, wait, caller.note.wait, is_served=False)

    def would_talk(self, caller: Caller, wait: float) -> None:
        """What only the play knows."""
        self._score(caller.note, wait)

    def is_over(self, caller: Caller) -> None:
        """An agent's time is known."""
        if self._learner:
            self._learner.served(caller)

    def shared(self, caller: Caller, contenders: set[int]) -> None:
        """So is to whom agents of several queues turn."""
        if self._learner:
            self._learner.shared(caller, contenders)

    def missed(self, caller: Caller, seconds: float) -> None:
        """So is an agent's time that was lost."""
        if self._learner:
            self._learner.missed(caller, seconds)

    def _score(self, told: object, wait: float) -> None:
        if not isinstance(told, _Told) or not told.is_scored:
            return
        for name, predicted in zip(REFERENCES, told.by_references, strict=True):
            self.scores[name].add(predicted, wait)
        score = self.scores[LEARNT]
        if told.wait is None:
            score.unknown_count += 1
            return
        score.add(told.wait.mean / SERVICE_SECONDS, wait)
        score.beyond_count += wait > told.wait.quantile_seconds(UPPER_QUANTILE) / SERVICE_SECONDS


def play(played: Played, callers_count: int, seed: int, *, is_learnt: bool) -> dict[str, Score]:
    """The scores by predictor."""
    scoring = Scoring(played, Learner() if is_learnt else None, callers_count * LEFT_OUT)
    Room(played.case, Random(f"{seed} {played.name}"), scoring).play(callers_count)
    return scoring.scores
