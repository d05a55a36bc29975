"""How good the estimates of waits are: ``make bench-estimates``.

Plays a table of known errors with predictors that have the true rates, which proves the simulator;
then every case with callcore's own estimates, which learn from what happens. Exits with 1 if a goal
is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from multiprocessing import Pool

from tests.bench.estimates import goals
from tests.bench.estimates.cases import ALL, TABLE, Played
from tests.bench.estimates.goals import Goal
from tests.bench.estimates.playing import LEARNT, REFERENCES, play
from tests.bench.estimates.references import TRUE
from tests.bench.estimates.scoring import Score

CALLERS = 150_000
QUICK_CALLERS = 20_000
REFERENCE_CALLERS = 4
"""Times as many in the proof of the simulator, which learns nothing and is fast."""

_PLAYED = {played.name: played for played in ALL}
_Job = tuple[str, int, int, bool]


def main(arguments: Sequence[str]) -> int:
    """Plays, prints and judges."""
    parser = argparse.ArgumentParser(prog="make bench-estimates", description=__doc__)
    parser.add_argument("--callers", type=int, default=CALLERS, help="of most cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--quick", action="store_true", help="few callers: chance decides, so no goal is judged"
    )
    parser.add_argument("--case", action="append", help="only cases whose names contain this")
    given = parser.parse_args(arguments)
    callers = QUICK_CALLERS if given.quick else given.callers
    began_at = time.monotonic()
    with Pool(given.processes) as pool:
        if given.case:
            chosen = [p for p in ALL if any(part in p.name for part in given.case)]
            _show_scores(pool.imap(_play, _jobs(chosen, callers, given.seed)))
            return 0
        jobs = _jobs(TABLE, callers * REFERENCE_CALLERS, given.seed, is_learnt=False)
        proof = dict(pool.map(_play, jobs, chunksize=1))
        _show_proof(proof)
        found = _show_scores(pool.imap(_play, _jobs(ALL, callers, given.seed)))
    reached = [*goals.of_the_simulator(proof), *goals.of_the_estimates(found)]
    _show_goals(reached)
    missed_count = sum(not goal.holds for goal in reached)
    _say(
        f"\n{len(reached) - missed_count} of {len(reached)} hold; seed {given.seed}, "
        f"{callers} callers, {time.monotonic() - began_at:.0f} s"
    )
    return 1 if missed_count and not given.quick else 0


def _say(line: str) -> None:
    """A long run shows how far it is."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _jobs(
    chosen: Iterable[Played], callers: int, seed: int, *, is_learnt: bool = True
) -> list[_Job]:
    return [(p.name, int(callers * p.callers), seed, is_learnt) for p in chosen]


def _play(job: _Job) -> tuple[str, dict[str, Score]]:
    name, callers, seed, is_learnt = job
    return name, play(_PLAYED[name], callers, seed, is_learnt=is_learnt)


def _show_proof(scores: dict[str, dict[str, Score]]) -> None:
    _say("Mean squared errors with true rates, and below them those that are known\n")
    _say(f"{'':33}" + "".join(f"{name:>13}" for name in REFERENCES))
    for played in TABLE:
        mses = {name: score.mse for name, score in scores[played.name].items() if score.count}
        for title, row in ((played.name, mses), ("  known", played.known)):
            cells = (f"{row[name]:13.5f}" if name in row else f"{'':13}" for name in REFERENCES)
            _say(f"{title:33}" + "".join(cells))


def _show_scores(
    results: Iterable[tuple[str, dict[str, Score]]],
) -> dict[str, dict[str, Score]]:
    _say("\nWith rates learnt; ratio: to the best that knows the true rates\n")
    found = {}
    for name, scores in results:
        found[name] = scores
        best = min(scores[each].mse for each in TRUE)
        _say(f"{name}   {scores[LEARNT].count} waited, {scores[LEARNT].unknown_count} unknown")
        _say(f"  {'':13}{'error':>10}{'ratio':>8}{'bias':>10}{'of wait':>9}{'beyond':>8}")
        for predictor, score in scores.items():
            _say(
                f"  {predictor:13}{score.mse:10.5f}{score.mse / best:8.3f}{score.bias:+10.5f}"
                f"{score.relative_bias:+9.2%}"
                + (f"{score.beyond:8.1%}" if predictor == LEARNT else "")
            )
    return found


def _show_goals(reached: Iterable[Goal]) -> None:
    _say("\nGoals\n")
    for goal in reached:
        held = "holds " if goal.holds else "MISSED"
        _say(f"{held}  {goal.text:46}  {goal.case:42}{goal.value:>8}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
