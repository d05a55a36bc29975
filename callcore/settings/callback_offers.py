"""Callbacks: the offer of one, as a treatment, and whether what is offered can be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from callcore.domain.ids import QueueName
from callcore.domain.policies import SitePolicy
from callcore.domain.treatments import Goodbye, ToCallback, Treatment, destination
from callcore.settings import callback_use, ways
from callcore.settings.faults import Path
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Key, Name, Prompts
from callcore.settings.section import UNGIVEN, Section


class CallbackOfferSection(Section):
    """What a caller hears and presses, and where the promise waits."""

    queue: Name | None = UNGIVEN
    prompts: Prompts = UNGIVEN
    key: Key = UNGIVEN
    promised_prompts: Prompts = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN
    otherwise: Any = None


class CallbackOffers:
    """Reads one offer after another; ``treatment`` reads what becomes of those who decline."""

    def __init__(
        self,
        reading: Reading,
        names: Names,
        treatment: Callable[[Path, object], Treatment | None],
    ) -> None:
        self._reading = reading
        self._names = names
        self._treatment = treatment

    def offer(self, path: Path, value: object) -> ToCallback:
        """The offer; what has faults is left out."""
        values = self._reading.faultless_settings(CallbackOfferSection, path, value)
        self._names.check(Named.QUEUE, (*path, "queue"), values.get("queue"))
        if path[0] == "menus" and values.get("queue") is None:
            self._reading.report_value(path, "needs queue: a menu has none of its own")
        if values.get("prompts") == []:
            self._reading.report_value((*path, "prompts"), "must name at least one prompt")
        if values.get("timeout_seconds", 1.0) <= 0:
            self._reading.report_value((*path, "timeout_seconds"), "must be greater than 0")
        for name in ("prompts", "promised_prompts"):
            if name in values:
                values[name] = tuple(values[name])
        otherwise = values.pop("otherwise", None)
        if otherwise is not None:
            made = self._treatment((*path, "otherwise"), otherwise)
            values["otherwise"] = made or Goodbye()
        return ToCallback(**values)


def unkept(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each offer of what could not be kept, and why."""
    for queue in site.queues.values():
        for reason, treatment in queue.overflow.items():
            yield from _unkept(
                site, ("queues", queue.name, "overflow", reason), treatment, queue.name
            )
    for menu in site.menus.values():
        for way in ways.out_of(menu):
            yield from _unkept(site, ("menus", menu.name, *way.setting), way.choice.to, None)


def _unkept(
    site: SitePolicy, path: Path, treatment: Treatment, own_queue: QueueName | None
) -> Iterator[tuple[Path, str]]:
    treatment = destination(treatment)
    if not isinstance(treatment, ToCallback):
        return
    path = (*path, "callback")
    name = treatment.queue or own_queue
    queue = site.queues.get(name) if name is not None else None
    if queue is not None and queue.callback is None:
        yield (
            path,
            f"queue {name} does not say how it keeps callbacks: give it callback, if only {{}}",
        )
    if site.dialplan.callback_contact is None:
        yield path, callback_use.NO_CONTACT
    yield from _unkept(site, (*path, "otherwise"), treatment.otherwise, name)
