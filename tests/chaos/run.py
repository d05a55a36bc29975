"""Kills everything in turn under load, and judges what people lived through.

``python -m tests.chaos.run --calls 1000 --seed 1 --workers 2``; the status is 1 if a rule was
broken.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402 - everything else is imported after patch_all()
import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.harness import Run
from tests.chaos.options import Options


def main() -> None:
    """Runs it, and tells how it went."""
    options, file = _options()
    # Whoever stops a run stops all that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    base = Path(tempfile.mkdtemp(prefix="callcore-chaos-"))
    report = Run(options, base, _say).play()
    if file is not None:
        file.write_text(json.dumps(report.as_json(), indent=1))
    _say(report.text())
    sys.exit(1 if report.is_bad else 0)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _options() -> tuple[Options, Path | None]:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--rate", type=float, default=40.0, help="calls a second altogether")
    parser.add_argument("--calm", action="store_true", help="nothing is broken")
    parser.add_argument(
        "--no-details",
        action="store_false",
        dest="details",
        help="the switches write no records of their own",
    )
    parser.add_argument("--only", default="", help="only faults whose names hold this")
    parser.add_argument("--log-level", default="warning")
    parser.add_argument("--program", default="callcore", help="the module to run as callcore")
    parser.add_argument("--json", type=Path, dest="file", help="the report as JSON, to this file")
    given = vars(parser.parse_args())
    file: Path | None = given.pop("file")
    return Options(**given), file


if __name__ == "__main__":
    main()
