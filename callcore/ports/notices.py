"""Telling other systems what their customers should know."""

from __future__ import annotations

from typing import Protocol

from callcore.domain.callback_notices import CallbackNotice
from callcore.domain.policies import HookPolicy


class Notices(Protocol):
    """The way to them."""

    def tell(self, hook: HookPolicy, notice: CallbackNotice) -> None:
        """Has the notice told, again if it was not taken; returns at once and never fails.

        What became of it is published as ``NoticeTold``. Notices are told at least once while this
        process lives, in no order; the receiver knows a repeated one by ``call_id``, ``kind`` and
        ``at``.
        """
