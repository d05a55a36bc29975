"""A caller in a menu: hears the prompts, presses a key."""

from __future__ import annotations

from callcore.domain import treatments
from callcore.domain.events import MenuAnswered
from callcore.domain.policies import MenuChoice, MenuPolicy
from callcore.flows.call import Call
from callcore.flows.key_asking import asked_key
from callcore.flows.timers import Timers


class MenuWalk:
    """One visit of ``call`` to one menu."""

    def __init__(self, call: Call, menu: MenuPolicy) -> None:
        self._call = call
        self._menu = menu
        self._timers = Timers(call.mailbox)

    def walk(self) -> MenuChoice:
        """What the caller chose, or what the menu has for callers who choose nothing of use.

        Raises ``CallerHungUpError``.
        """
        call = self._call
        call.ledger.walked()
        call.remember(menu=self._menu.name, waits_in="", queue="")
        key = ""
        try:
            for attempt in range(self._menu.tries):
                call.guard()
                call.answer()  # again, should the link have been down
                key = asked_key(
                    call,
                    self._menu.prompts,
                    self._timers,
                    timeout_seconds=self._menu.timeout_seconds,
                    attempt=attempt,
                )
                if key in self._menu.choices:
                    break
        finally:
            self._timers.stop()
        call.remember(menu="")
        choice = self._menu.choices.get(key) or MenuChoice(to=self._menu.otherwise)
        call.site.facts.publish(
            MenuAnswered(
                at=call.site.clock.now(),
                call_id=call.caller.call_id,
                menu=self._menu.name,
                key=key if key in self._menu.choices else "",
                to=treatments.in_words(choice.to),
            )
        )
        return choice
