"""How far predictions were from what was lived."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Score:
    """Of one predictor in one case; times are in services."""

    count: int = 0
    errors: float = 0.0
    squares: float = 0.0
    waits: float = 0.0
    unknown_count: int = 0
    beyond_count: int = 0
    """Waited longer than the upper end."""

    def add(self, predicted: float, wait: float) -> None:
        self.count += 1
        self.errors += predicted - wait
        self.squares += (predicted - wait) ** 2
        self.waits += wait

    @property
    def mse(self) -> float:
        return self.squares / self.count

    @property
    def bias(self) -> float:
        return self.errors / self.count

    @property
    def relative_bias(self) -> float:
        return self.errors / self.waits

    @property
    def beyond(self) -> float:
        return self.beyond_count / self.count
