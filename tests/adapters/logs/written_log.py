"""What was written to a log."""

from __future__ import annotations

import io
import json
from typing import Any

from callcore.adapters.logs import setup


class Written:
    """A log on a buffer."""

    def __init__(self, **options: Any) -> None:
        self.buffer = io.BytesIO()
        self.log = setup.setup(stream=self.buffer, **options)

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]
