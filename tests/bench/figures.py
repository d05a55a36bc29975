"""Figures of one run: a line each, ``name value unit``, and together a file of JSON that says what
they were measured on.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.bench import reference

LIBRARIES = ("gevent", "greenswitch", "redis", "psycopg", "msgspec", "structlog")
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


@dataclass(slots=True)
class Figures:
    """Collects and prints them; ``say`` gets each line as it is measured."""

    seed: int
    say: Callable[[str], None] = print
    versions: dict[str, str] = field(default_factory=dict)
    """Of what took part besides Python and the libraries."""
    _found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str) -> None:
        """Notes one, to a thousandth."""
        self._found.append({"name": name, "value": round(value, 3), "unit": unit})
        self.say(f"{name} {value:.3f} {unit}")

    def add_times(self, name: str, seconds: Sequence[float]) -> None:
        """Notes the distribution in milliseconds and in references of this moment."""
        one = reference.seconds()
        for label, share in SHARES.items():
            value = percentile(seconds, share)
            self.add(f"{name}_{label}", value * 1000, "ms")
            self.add(f"{name}_{label}_in_references", value / one, "references")
        self.add(f"{name}_longest", max(seconds) * 1000, "ms")
        self.add(f"{name}_measured", len(seconds), "times")

    def add_rate(self, name: str, a_second: float, what: str) -> None:
        """Notes how many a second, and what one of them costs in references of this moment."""
        self.add(name, a_second, f"{what}/s")
        self.add(f"{name}_cost_in_references", 1 / a_second / reference.seconds(), "references")

    def write(self, file: Path) -> None:
        """Writes all of them. Raises ``OSError``."""
        written = {"seed": self.seed, **machine(), "versions": self._versions()}
        file.write_text(json.dumps({**written, "figures": self._found}, indent=1) + "\n")

    def _versions(self) -> dict[str, str]:
        libraries = {name: metadata.version(name) for name in LIBRARIES}
        return {"python": platform.python_version(), **libraries, **self.versions}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the measurements lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def machine() -> dict[str, Any]:
    """What the figures depend on: processor, cores and kernel."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
