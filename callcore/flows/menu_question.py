"""A menu that asks: the caller hears what there is to choose from, and dials."""

from __future__ import annotations

from callcore.domain import menus
from callcore.domain.menus import Dialled, Meaning
from callcore.domain.policies import MenuPolicy
from callcore.domain.speech.utterances import Utterance
from callcore.flows.call import Call
from callcore.flows.dialling import Dialling
from callcore.flows.timers import Timers
from callcore.flows.typed_ahead import TypedAhead

PAUSE_SECONDS = 0.3
"""After so long without another key what led nowhere is over, if it is no extension's beginning."""

_OF_USE = frozenset({Meaning.CHOICE, Meaning.EXTENSION})


class MenuQuestion:
    """One visit of ``call`` to one menu with a question, told what is said ``first``."""

    def __init__(
        self, call: Call, menu: MenuPolicy, typed: TypedAhead, *, first: Utterance
    ) -> None:
        self._menu = menu
        self._first = first
        self._typed = typed
        self._timers = Timers(call.mailbox)
        self._dialling = Dialling(
            call,
            typed,
            self._timers,
            is_complete=self._is_complete,
            thinking_seconds=menu.timeout_seconds,
            between_keys_seconds=menu.between_keys_seconds,
        )

    def ask(self) -> Dialled | None:
        """The choice or extension dialled; ``None`` if nothing of use was in all the tries.

        Raises ``CallerHungUpError``, ``WentToFallbackError``.
        """
        menu = self._menu
        before = self._first
        try:
            for attempt in range(menu.tries):
                keys = self._dialling.keys((*before, *menu.prompts), attempt)
                before = menu.invalid if keys else menu.no_input
                if not keys:
                    continue
                dialled = menus.dialled(menu, keys)
                if dialled.meaning is Meaning.UNFINISHED:  # after a pause
                    dialled = menus.completed(menu, keys)
                elif dialled.meaning is Meaning.INVALID:
                    self._dialling.swallow(attempt, pause_after=self._pause_after)
                if dialled.meaning in _OF_USE:
                    return dialled
                self._typed.forget()
        finally:
            self._timers.stop()
        return None

    def _is_complete(self, keys: str) -> bool:
        return menus.dialled(self._menu, keys).meaning is not Meaning.UNFINISHED

    def _pause_after(self, keys: str) -> float:
        """After the keys of a wrong extension as long as within a right one."""
        if menus.may_be_dialled_on(self._menu, keys):
            return self._menu.between_keys_seconds
        return PAUSE_SECONDS
