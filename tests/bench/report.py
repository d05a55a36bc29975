"""How measurements are printed: ``name value unit``, one a line."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the measurements lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def lines(name: str, seconds: Sequence[float], reference_seconds: float) -> list[str]:
    """The distribution in milliseconds, and its 99th percentile as a multiple of the reference."""
    p99 = percentile(seconds, 0.99)
    return [
        f"{name}_p50 {percentile(seconds, 0.5) * 1000:.3f} ms",
        f"{name}_p99 {p99 * 1000:.3f} ms",
        f"{name}_longest {max(seconds) * 1000:.3f} ms",
        f"{name}_p99_in_references {p99 / reference_seconds:.1f} ratio",
    ]
