"""How measurements are printed: ``name value unit``, one a line."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the measurements lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def lines(name: str, seconds: Sequence[float], reference: Sequence[float]) -> list[str]:
    """The distribution in milliseconds, and as a multiple of the reference's own."""
    told = [f"{name}_longest {max(seconds) * 1000:.3f} ms"]
    for label, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        value, beside = percentile(seconds, share), percentile(reference, share)
        told += [
            f"{name}_{label} {value * 1000:.3f} ms",
            f"{name}_{label}_in_references {value / beside:.1f} ratio",
            f"reference_{label} {beside * 1000:.3f} ms",
        ]
    return told
