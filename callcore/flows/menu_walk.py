"""A caller's way through menus, and what is said on it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from callcore.domain import menus, treatments
from callcore.domain.events import MenuAnswered
from callcore.domain.ids import Language, MenuName, Micros, seconds_between
from callcore.domain.lookups import LookupAnswer
from callcore.domain.menus import END_KEY, Branch, Meaning
from callcore.domain.policies import (
    CallersMenu,
    HoursMenu,
    LookupMenu,
    Menu,
    MenuChoice,
    MenuPolicy,
)
from callcore.domain.speech.utterances import Utterance
from callcore.domain.treatments import Said, ToExtension
from callcore.flows import walk_memory
from callcore.flows.call import Call
from callcore.flows.dialling import Dialling
from callcore.flows.lookup_asking import LookupAsking
from callcore.flows.menu_question import MenuQuestion
from callcore.flows.prompting import say
from callcore.flows.timers import Timers
from callcore.flows.typed_ahead import TypedAhead

_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The way out of a menu."""

    choice: MenuChoice
    key: str = ""
    """What was dialled for it; empty if nothing of use was, and for a branch."""
    branch: str = ""
    detail: str = ""
    """What a lookup answered that has no branch."""


class MenuWalk:
    """The way of ``call``; what happens in it raises ``CallerHungUpError`` and
    ``WentToFallbackError``.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._typed = TypedAhead(call)
        self._lookup_numbers = itertools.count(1)
        self._greeted: tuple[tuple[MenuName, Language], ...] = ()
        self._is_within = False
        """True from the first menu, or word, to the way out."""
        self._beginning: Mapping[str, str] = {}
        """Where an adopter of the call begins, with what the caller had on the way in: what the
        menu gives it gives again."""
        self._kept: Mapping[str, str] = {}
        """What the leg says of it."""
        self._is_named_on_leg = False
        """True while the leg names a menu, the dialplan's or ours."""
        self._silent_since: Micros | None = None
        """When the first began of the lookups since which nothing was heard."""

    def begin(self, variables: Mapping[str, str]) -> None:
        """The call has arrived, perhaps not for the first time, with these variables on its leg."""
        self._is_within = False
        self._beginning = self._kept = {}
        self._is_named_on_leg = any(map(variables.get, walk_memory.NAMING))

    def through(self, menu: Menu) -> Chosen:
        """Leads the caller through one menu; what is brought along from there is."""
        call = self._call
        call.ledger.walked()
        self._enter()
        self._beginning = walk_memory.kept(call, menu.name)
        chosen = self._chosen(menu)
        choice = chosen.choice
        call.bring(
            call.wishes.plus(
                choice.priority, choice.skills, language=choice.language, music=choice.music
            )
        )
        call.site.facts.publish(
            MenuAnswered(
                at=call.site.clock.now(),
                call_id=call.caller.call_id,
                menu=menu.name,
                key=chosen.key,
                branch=chosen.branch,
                detail=chosen.detail,
                to=treatments.in_words(choice.to),
            )
        )
        return chosen

    def say(self, said: Said) -> None:
        """Has the caller hear something on the way."""
        self._enter()
        self._keep()
        if not said.is_skippable:
            self._typed.forget()
        self._tell(said.prompts, is_skippable=said.is_skippable)

    def leave(self) -> None:
        """Where the caller goes now nothing asks, and an adopter need not begin in a menu."""
        self._typed.forget()
        self._is_within, self._silent_since = False, None
        self._beginning = self._kept = {}
        if self._is_named_on_leg:
            self._is_named_on_leg = False
            self._call.remember(menu="", walks_in="")

    def _enter(self) -> None:
        if not self._is_within:
            self._is_within = True
            self._typed.asked()

    def _keep(self) -> None:
        """Tells the leg where an adopter begins; only where something takes a while."""
        if self._beginning != self._kept:
            self._kept = self._beginning
            self._is_named_on_leg = True
            self._call.remember(**self._beginning)

    def _chosen(self, menu: Menu) -> Chosen:
        call = self._call
        match menu:
            case MenuPolicy():
                return self._asked(menu)
            case HoursMenu():
                return _branched(menus.by_hours(menu, call.site.clock.now()))
            case CallersMenu():
                lists = call.site.policy.caller_lists
                return _branched(menus.by_lists(menu, lists, call.caller.number))
            case LookupMenu():
                return _branched(self._looked_up(menu))

    def _greeting_of(self, menu: MenuPolicy) -> Utterance:
        """Who comes back to a menu is greeted again in another language only."""
        greeted = (menu.name, self._call.language)
        if greeted in self._greeted:
            return ()
        self._greeted += (greeted,)
        return menu.greeting

    def _asked(self, menu: MenuPolicy) -> Chosen:
        self._keep()
        self._silent_since = None
        dialled = MenuQuestion(self._call, menu, self._typed, first=self._greeting_of(menu)).ask()
        self._typed.asked()
        if dialled is None:
            return Chosen(choice=MenuChoice(to=menu.otherwise), branch=menus.OTHERWISE)
        keys = dialled.keys
        if dialled.meaning is Meaning.CHOICE:
            return Chosen(choice=menu.choices[keys], key=keys)
        context = menu.extensions.context if menu.extensions is not None else None
        to = ToExtension(extension=keys, context=context)
        return Chosen(choice=MenuChoice(to=to), key=keys)

    def _looked_up(self, menu: LookupMenu) -> Branch:
        self._keep()
        digits = self._digits(menu) if menu.digits else ""
        now = self._call.site.clock.now()
        silent_since = now if self._silent_since is None else self._silent_since
        asking = LookupAsking(
            self._call,
            menu.lookup,
            self._typed,
            number=next(self._lookup_numbers),
            silent_seconds=seconds_between(silent_since, now),
        )
        answer = asking.ask(menu.name, digits)
        self._silent_since = None if asking.was_heard else silent_since
        if answer is None:
            return Branch(name=menus.FAILED, choice=menu.failed)
        self._take_to_heart(answer)
        return menus.by_word(menu, answer.branch)

    def _take_to_heart(self, answer: LookupAnswer) -> None:
        call = self._call
        call.bring(
            call.wishes.plus(
                answer.priority, answer.skills, language=answer.language, account=answer.account
            )
        )
        self._tell(answer.say, is_skippable=True)

    def _tell(self, utterance: Utterance, *, is_skippable: bool) -> None:
        """Not what may be skipped, if a key for what comes then is there already."""
        if not utterance or (is_skippable and self._typed):
            return
        self._silent_since = None
        key = say(self._call, utterance, is_skippable=is_skippable)
        if key:
            self._typed.keep(key)

    def _digits(self, menu: LookupMenu) -> str:
        """What the caller dials for the question; perhaps nothing."""
        self._silent_since = None
        with self._typed.kept_secret() if menu.is_secret else nullcontext():
            digits = self._dialled(menu)
        self._typed.asked()
        return digits

    def _dialled(self, menu: LookupMenu) -> str:
        timers = Timers(self._call.mailbox)
        dialling = Dialling(
            self._call,
            self._typed,
            timers,
            is_complete=lambda keys: keys[-1] == END_KEY or len(_only_digits(keys)) >= menu.digits,
            thinking_seconds=menu.timeout_seconds,
            between_keys_seconds=menu.timeout_seconds,
        )
        try:
            for attempt in range(menu.tries):
                keys = dialling.keys(menu.asks, attempt)
                if END_KEY in keys or _only_digits(keys):
                    return _only_digits(keys)
        finally:
            timers.stop()
        return ""


def _branched(branch: Branch) -> Chosen:
    return Chosen(choice=branch.choice, branch=branch.name, detail=branch.word)


def _only_digits(keys: str) -> str:
    return "".join(key for key in keys if key in _DIGITS)
