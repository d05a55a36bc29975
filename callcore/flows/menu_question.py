"""A menu that asks: the caller hears what there is to choose from, and dials."""

from __future__ import annotations

from callcore.domain import menus
from callcore.domain.menus import Dialled, Meaning
from callcore.domain.policies import MenuPolicy
from callcore.flows.call import Call
from callcore.flows.dialling import Dialling
from callcore.flows.timers import Timers
from callcore.flows.typed_ahead import TypedAhead

_OF_USE = frozenset({Meaning.CHOICE, Meaning.EXTENSION})


class MenuQuestion:
    """One visit of ``call`` to one menu with a question."""

    def __init__(self, call: Call, menu: MenuPolicy, typed: TypedAhead) -> None:
        self._menu = menu
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
        before = menu.greeting
        try:
            for attempt in range(menu.tries):
                keys = self._dialling.keys((*before, *menu.prompts), attempt)
                before = menu.invalid if keys else menu.no_input
                if not keys:
                    continue
                dialled = self._dialled(keys)
                if dialled.meaning in _OF_USE:
                    return dialled
                self._typed.forget()
        finally:
            self._timers.stop()
        return None

    def _is_complete(self, keys: str) -> bool:
        """An extension that turns out to be none is waited out: the rest of its keys would use up
        the other tries.
        """
        meaning = menus.dialled(self._menu, keys).meaning
        if meaning is Meaning.INVALID and len(keys) > 1:
            return keys.endswith(menus.END_KEY)
        return meaning is not Meaning.UNFINISHED

    def _dialled(self, keys: str) -> Dialled:
        dialled = menus.dialled(self._menu, keys)
        if dialled.meaning is Meaning.UNFINISHED:
            return menus.completed(self._menu, keys)
        return dialled
