"""With what callcore's processes end, every command's included; docs/operating.md has the table."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
"""It was done, or ended as it was told to."""
FAILED: Final = 1
"""callcore refused it, or it did not work."""
USAGE_FAULT: Final = 2
"""The command line or the settings are wrong; click's own status for it."""
NOT_RUNNING: Final = 3
"""There is no callcore to tell."""
DRAINED: Final = 4
"""Of ``run``: it was drained, and is not to be started again by itself."""
