"""What became of the wish to be called back, and who grants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from callcore.domain.ids import CallId
from callcore.domain.ledger import Caller, CallLedger
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import QueuePolicy
from callcore.domain.wishes import Wishes
from callcore.flows.site import Site
from callcore.flows.standing import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """The answer to somebody who wants to be called back."""

    end: AskingEnd
    call_id: CallId | None = None
    """Of the promise that holds; ``None`` if none does."""

    @property
    def holds(self) -> bool:
        """True if the number will be called, by this promise or an older one."""
        return self.end in {AskingEnd.PROMISED, AskingEnd.ALREADY_PROMISED}


class Asker(Protocol):
    """Who is promised a callback: a call, or what is left of one."""

    @property
    def site(self) -> Site:
        """Where."""

    @property
    def caller(self) -> Caller:
        """Who it is."""

    @property
    def wishes(self) -> Wishes:
        """What they bring along."""

    @property
    def ledger(self) -> CallLedger:
        """The notes of the call."""

    def remember(self, **variables: str) -> None:
        """Keeps on the leg what an adopter is to know."""


class Promises(Protocol):
    """Who makes promises and keeps them."""

    def promise(
        self,
        call: Asker,
        queue: QueuePolicy,
        place: Place,
        *,
        number: str,
        origin: CallbackOrigin,
        delay_seconds: float | None = None,
    ) -> Promised:
        """Promises the caller of ``call`` a callback on that place, at that number (empty: there
        is none); the floor holds it from now on.

        The first attempt may be made once the caller's line is off, or after ``delay_seconds``. A
        number that has a promise in the queue keeps that. Never fails: what stands in the way is an
        end like any other, and then nothing is left of it.
        """

    @property
    def is_paused(self) -> bool:
        """True while this process is ending: nobody is to be called back without having asked."""
