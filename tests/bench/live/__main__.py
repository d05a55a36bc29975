"""callcore, mod_callcenter and a bare script, in turn, on one real FreeSWITCH: ``make bench-live``.

The same callers and the same agents for each. Agents pick up at once and talk for some seconds from
then on; the ideal is that no agent is ever without a caller while one waits.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402 - everything else is imported after patch_all()
import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figures
from tests.bench.live import systems
from tests.bench.live.measuring import Played, measure
from tests.bench.live.switch import BenchSwitch
from tests.live.daemon import empty_history
from tests.live.journal import Journal
from tests.live.phones import Phones
from tests.live.switch import find_binary
from tests.live.waiting import until

PATIENCE_SECONDS = 60
EVENTS = ("CHANNEL_CREATE", "CHANNEL_BRIDGE", "CHANNEL_HANGUP")


def main() -> int:
    """Plays the rounds, and tells; 1 if there is nothing to play them with."""
    options = _options()
    binary = find_binary()
    if binary is None or shutil.which("sipp") is None:
        sys.stderr.write("make bench-live: it takes a FreeSWITCH and SIPp; see `make live`\n")
        return 1
    figures = Figures(seed=1)
    base = Path(tempfile.mkdtemp(prefix="callcore-bench-live-"))
    (base / "history").mkdir()
    history = empty_history(base / "history")
    ideal = options.callers * options.talk_seconds / options.agents
    for number in range(options.rounds):
        for name in options.only:
            where = base / f"{number}_{name}"
            switch = BenchSwitch(
                binary,
                where / "switch",
                agents_count=options.agents,
                callers_count=options.callers,
                has_callcenter=name == systems.MOD_CALLCENTER,
            )
            played = _round(options, name, switch, where, history)
            _tell(figures, f"{name}_{number + 1}", played, ideal)
    if options.json is not None:
        figures.write(options.json)
    return 0


def _round(
    options: argparse.Namespace, name: str, switch: BenchSwitch, base: Path, history: Path
) -> Played:
    """One system on a switch of its own, from the first caller to the last one's end."""
    phones = Phones(switch, base / "phones")
    switch.start()
    try:
        phones.agent(
            port=switch.phones_port,
            answer_after_seconds=0.001,
            hang_up_after_seconds=options.talk_seconds,
            sends_rtp=False,
        )
        with systems.serving(name, switch, base / "system", history):
            journal = Journal(switch, EVENTS)
            number = systems.NUMBERS[name]
            phones.crowd(number, options.callers, per_second=options.rate)
            seconds = options.callers / options.rate
            seconds += options.callers * options.talk_seconds / options.agents * 3
            _until_served(journal, number, options.callers, seconds + PATIENCE_SECONDS)
            journal.close()
        return measure(journal, number)
    finally:
        phones.stop_all()
        switch.stop()


def _until_served(journal: Journal, number: str, count: int, seconds: float) -> None:
    """Waits for the last caller's end; but not for ever for whom nobody serves any more."""
    try:
        until(lambda: _ended_count(journal, number) == count, seconds, "all callers were served")
    except AssertionError as error:
        sys.stderr.write(f"{number}: {error}\n")


def _ended_count(journal: Journal, number: str) -> int:
    return sum(one.is_caller and one.dialled == number for one in journal.events("CHANNEL_HANGUP"))


def _tell(figures: Figures, name: str, played: Played, ideal: float) -> None:
    figures.add_times(f"{name}_free_to_bridge", played.free_to_bridge)
    figures.add_times(f"{name}_join_to_bridge", played.join_to_bridge)
    figures.add(f"{name}_total", played.total_seconds, "s")
    figures.add(f"{name}_total_over_ideal", played.total_seconds / ideal, "ratio")
    figures.add(f"{name}_served", played.served_count, "callers")
    figures.add(f"{name}_overtaken", played.overtaken_count, "callers")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-live", description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--callers", type=int, default=300)
    parser.add_argument("--rate", type=int, default=50, help="arrivals a second")
    parser.add_argument("--talk-seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=1, help="of each system, in turn")
    parser.add_argument(
        "--only", nargs="+", choices=list(systems.NUMBERS), default=list(systems.NUMBERS)
    )
    parser.add_argument("--json", type=Path, help="where the figures are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
