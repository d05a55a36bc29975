"""Whether the callbacks of a site can be offered and kept: a contact, agents, sounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcore.domain.callbacks import NUMBER_PLACE
from callcore.domain.policies import (
    AnswerWhen,
    CallableNumbers,
    CallbackPolicy,
    Connection,
    QueuePolicy,
    SitePolicy,
)
from callcore.domain.serving import Serving
from callcore.settings.faults import Path

_KEY_OF_THE_LINE = "*"
"""Of ``flows/standing_leg.py``."""

NO_CONTACT = "needs dialplan.callback_contact: what is dialled to call a customer back"


def unusable(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each setting of a queue's callbacks that could do nothing at this site, and what is wrong."""
    for queue in site.queues.values():
        if queue.callback is not None and site.dialplan.callback_contact is None:
            for setting in ("offer", "abandoned", "switch_lost"):
                if getattr(queue.callback, setting) is not None:
                    yield ("queues", queue.name, "callback", setting), NO_CONTACT


def unlike_agents(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each setting of a queue's callbacks that does not go with those who serve it, and why."""
    serving = Serving.of(site.agents)
    for queue in site.queues.values():
        callback, agents = queue.callback, serving.at(queue.name).agents
        if callback is None:
            continue
        path: Path = ("queues", queue.name, "callback")
        offer = callback.offer
        if offer is not None and offer.above_estimate_seconds is not None and not agents:
            fault = "has no effect: no agent serves the queue, and its wait is never known"
            yield (*path, "offer", "above_estimate_seconds"), fault
        standing = sorted(
            agent_id
            for agent_id, agent in agents.items()
            if agent.connection is Connection.STANDING
        )
        if standing and callback.machine_key == _KEY_OF_THE_LINE:
            fault = (
                f"{_KEY_OF_THE_LINE} is what agent {standing[0]}, who stays on the line "
                "(connection: standing), presses twice to end any talk: give another"
            )
            yield (*path, "machine_key"), fault


def doubtful(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """What keeps nothing from working, and is hardly meant."""
    keeping = [queue for queue in site.queues.values() if queue.callback is not None]
    serving = Serving.of(site.agents)
    for queue in keeping:
        yield from _doubtful_of_queue(site, queue)
        yield from _confirming(queue, serving)
    contact, numbers = site.dialplan.callback_contact, site.dialplan.callable_numbers
    if keeping and contact is not None:
        yield from _of_numbers(numbers, [queue.callback for queue in keeping if queue.callback])
        yield from _of_contact(contact, numbers)
    asking = [queue.name for queue in keeping if queue.callback and _asks(queue.callback)]
    if asking and site.sounds.directory is None:
        warning = (
            f"callbacks of queue {asking[0]} ask for keys to be pressed, and nobody is told which: "
            "give a directory and run `callcore sounds build`"
        )
        yield ("sounds", "directory"), warning


def _asks(callback: CallbackPolicy) -> bool:
    return callback.offer is not None or callback.check is not None


def _doubtful_of_queue(site: SitePolicy, queue: QueuePolicy) -> Iterator[tuple[Path, str]]:
    callback, path = queue.callback, ("queues", queue.name, "callback")
    if callback is None:
        return
    is_told = callback.offer or callback.abandoned or callback.switch_lost
    if site.dialplan.callback_contact is None and not is_told:
        yield path, f"nobody is called back: {NO_CONTACT}"
    if callback.offer is not None and queue.answer is AnswerWhen.AT_PICK_UP:
        warning = (
            "is not made to callers whose line is not answered (answer: at_pick_up), as it carries "
            "no keys: overflow.unanswered_too_long may be a callback"
        )
        yield (*path, "offer"), warning


def _confirming(queue: QueuePolicy, serving: Serving) -> Iterator[tuple[Path, str]]:
    """Keys that agents press once too often."""
    machine_key = None if queue.callback is None else queue.callback.machine_key
    if machine_key is None:
        return
    for agent_id, agent in sorted(serving.at(queue.name).agents.items()):
        if agent.confirm_key == machine_key:
            warning = (
                f"{machine_key} is the confirm_key of agent {agent_id} too: pressed once more than "
                "needed it ends the talk as one with a machine"
            )
            yield ("queues", queue.name, "callback", "machine_key"), warning
            return


def _of_numbers(
    numbers: CallableNumbers, callbacks: Iterable[CallbackPolicy]
) -> Iterator[tuple[Path, str]]:
    """Of the numbers that are called for these callbacks."""
    if numbers == CallableNumbers(least_digits=numbers.least_digits):
        warning = (
            "every number that a caller shows or enters is called, premium and foreign ones too: "
            "name those that may be in dialplan.callable_numbers.allowed"
        )
        yield ("dialplan", "callback_contact"), warning
    are_entered = any(callback.confirms_number for callback in callbacks)
    if are_entered and numbers.allowed and all(one.startswith("+") for one in numbers.allowed):
        warning = (
            "numbers that callers enter as they dial them at home, without 00, are refused: name "
            "how they begin too, or let confirms_number of callbacks be false"
        )
        yield ("dialplan", "callable_numbers", "allowed"), warning


def _of_contact(contact: str, numbers: CallableNumbers) -> Iterator[tuple[Path, str]]:
    """Of what is dialled for these numbers."""
    before_number = contact.partition(NUMBER_PLACE)[0].rpartition("/")[2]
    if before_number:
        for position, prefix in enumerate(numbers.allowed):
            if prefix.startswith("+"):
                warning = (
                    f"numbers that begin so are dialled as {before_number}{prefix}...: with digits "
                    "before the number, dialplan.callback_contact fits only those without +"
                )
                yield ("dialplan", "callable_numbers", "allowed", position), warning
