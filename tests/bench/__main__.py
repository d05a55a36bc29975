"""Measurements, each beside a reference of the same run: ``make bench``. They judge nothing."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402 - everything else is imported after patch_all()
import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    announcements,
    decisions,
    history,
    idle,
    link,
    reference,
    scripts,
    sharing,
    starting,
    throughput,
)
from tests.bench.figures import Figures

PARTS: dict[str, Callable[[Figures], None]] = {
    "starting": starting.measure,
    "link": link.measure,
    "scripts": scripts.measure,
    "sharing": sharing.measure,
    "records": history.measure,
    "idle": idle.measure,
    "decisions": decisions.measure,
    "throughput": throughput.measure,
    "announcements": announcements.measure,
}


def main() -> None:
    """Measures the parts asked for, one after the other."""
    options = _options()
    figures = Figures(seed=options.seed)
    for name in options.only:
        figures.add(f"reference_before_{name}", reference.seconds() * 1e6, "us")
        PARTS[name](figures)
    figures.add("reference_at_the_end", reference.seconds() * 1e6, "us")
    if options.json is not None:
        figures.write(options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--seed", type=int, default=1, help="of callers and their ids")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
