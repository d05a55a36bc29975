"""Other systems in memory that take every notice."""

from __future__ import annotations

from callcore.domain.callback_notices import CallbackNotice
from callcore.domain.ids import HookName
from callcore.domain.policies import HookPolicy


class FakeNotices:
    """Implements ``ports.notices.Notices``."""

    def __init__(self) -> None:
        self.told: list[tuple[HookName, CallbackNotice]] = []

    def tell(self, hook: HookPolicy, notice: CallbackNotice) -> None:
        self.told.append((hook.name, notice))
