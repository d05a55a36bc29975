"""One FreeSWITCH node as the port ``Switch``: commands out, events in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from callcore.adapters.freeswitch import commands, hostile
from callcore.adapters.freeswitch.command_bytes import Command
from callcore.adapters.freeswitch.faults import LinkFaultError
from callcore.adapters.freeswitch.following import Following
from callcore.adapters.freeswitch.gate import Gate
from callcore.adapters.freeswitch.job_ids import JobIds
from callcore.adapters.freeswitch.link import Link, Retry
from callcore.adapters.freeswitch.listing import Listing
from callcore.adapters.freeswitch.news import News
from callcore.adapters.freeswitch.observing import LinkObserver
from callcore.adapters.freeswitch.owners import Owners
from callcore.adapters.freeswitch.poking import Poking
from callcore.adapters.freeswitch.replies import Reply
from callcore.adapters.freeswitch.switch_time import SwitchTime
from callcore.domain.ids import LegId, NodeName
from callcore.domain.phones import Phone
from callcore.domain.policies import NodePolicy
from callcore.ports.surroundings import Clock
from callcore.ports.switch_events import LegSnapshot, SwitchEvent
from callcore.ports.telephony import CommandRefusedError, LegGoneError, LegRequest, PhoneLeg


class FreeSwitch:
    """Implements ``ports.telephony.Switch`` over the event socket of one node.

    Events are handed to ``deliver`` in order, in the greenlet that reads them, so it must not wait.
    The legs of all digits are followed until ``follow_digits`` says otherwise. While ``may_act``
    says no, nothing is commanded or asked but what the link itself needs, and whose the digits are.
    ``site`` keeps the owners of several sites apart that share the node. ``poking`` wakes it
    while a phone rings, if it is to be woken. Raises ``HostileTextError``.
    """

    def __init__(  # noqa: PLR0913 - what one link is made of
        self,
        policy: NodePolicy,
        password: str,
        *,
        clock: Clock,
        deliver: Callable[[SwitchEvent], None],
        observe: LinkObserver,
        site: str = "main",
        may_act: Callable[[], bool] | None = None,
        retry: Retry = Retry(),  # noqa: B008 (a frozen value)
        poking: Poking | None = None,
    ) -> None:
        self._policy = policy
        self._observer = observe
        job_ids = JobIds()
        self._following = Following(policy, job_ids)
        time = SwitchTime()
        self._news = News(
            policy.name, clock, deliver, observe, self._following, time, self.leg_exists, job_ids
        )
        self._jobs = self._news.jobs
        self._link = Link(
            policy,
            hostile.plain(password),
            clock=clock,
            observer=observe,
            listener=self._news.listener,
            following=self._following,
            retry=retry,
            time=time,
        )
        self._gate = Gate(self._link, policy.name, may_act)
        self._owners = Owners(self._link, policy.name, site)
        self._listing = Listing(
            self._gate, policy.name, self._following, observe, self._news.by_our_clock
        )
        self._poking = poking

    @property
    def node(self) -> NodeName:
        """The node's name."""
        return self._policy.name

    @property
    def is_connected(self) -> bool:
        """True while the link is up and subscribed."""
        return self._link.is_up

    @property
    def unread_seconds(self) -> float:
        """How old the oldest event that is not read yet may be: 0 while we keep up."""
        return self._link.unread_seconds

    def start(self) -> None:
        """Begins to connect, and goes on trying for ever."""
        self._link.start()

    def stop(self) -> None:
        """Takes leave of the switch in good order; no event is delivered any more."""
        self._link.stop()
        self._jobs.forget_all()

    def follow_digits(self, digits: str) -> None:
        """Tells of, lists and finds the legs of these digits from now on (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``, ``HostileTextError``.
        """
        self._following.follow_digits(digits)

    def hear(self, leg_id: LegId) -> None:
        """Tells of this leg too, until ``unhear`` (asked); not if it raises.

        Raises ``CommandTimedOutError``, ``CommandRefusedError``, ``HostileTextError``.
        """
        self._following.hear(leg_id)

    def unhear(self, leg_id: LegId) -> None:
        """Ends that (posted); never raises."""
        self._following.unhear(leg_id)

    def mark_owner(self, digits: str, owner: str) -> None:
        """Has the switch keep who follows the legs of these digits (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``, ``HostileTextError``.
        """
        self._owners.mark(digits, owner)

    def owners(self) -> Mapping[str, str]:
        """By digit, what was kept so (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return self._owners.marks()

    def answer(self, leg_id: LegId) -> None:
        """Answers the leg's line (posted)."""
        self._post(commands.answer(leg_id))

    def pre_answer(self, leg_id: LegId) -> None:
        """Opens early media on the leg's line without answering it (posted)."""
        self._post(commands.pre_answer(leg_id))

    def ring(self, leg_id: LegId) -> None:
        """Has the caller's network play its ringing tone (posted)."""
        self._post(commands.ring(leg_id))

    def play_endlessly(self, leg_id: LegId, path: str) -> None:
        """Plays a stream, or a file over and over (posted).

        Each round of a file is a ``PlaybackStarted``. A round in which something was announced may
        end with a ``PlaybackEnded``, because the announcement makes the switch forget the loop.
        """
        self._post(commands.play_endlessly(leg_id, path))

    def announce(self, leg_id: LegId, paths: tuple[str, ...]) -> None:
        """Plays files one after another over what is playing (posted)."""
        self._post(commands.announce(leg_id, paths))

    def stop_playing(self, leg_id: LegId) -> None:
        """Ends everything that is being played to the leg (posted)."""
        self._post(commands.stop_playing(leg_id))

    def remember(self, leg_id: LegId, variables: Mapping[str, str]) -> None:
        """Keeps values on the leg as channel variables (posted); an empty one is taken away."""
        if variables:
            self._post(commands.remember(leg_id, variables))

    def guard(self, leg_id: LegId, seconds: int, extension: str, context: str) -> None:
        """Sets the dead man's switch anew (posted)."""
        new = commands.guard(leg_id, seconds, extension, context)
        self._post(commands.unguard(leg_id))
        self._post(new)

    def unguard(self, leg_id: LegId) -> None:
        """Takes the dead man's switch off the leg (posted)."""
        self._post(commands.unguard(leg_id))

    def transfer(self, leg_id: LegId, extension: str, context: str) -> None:
        """Hands the leg back to the dialplan (posted)."""
        self._post(commands.transfer(leg_id, extension, context))

    def originate(self, request: LegRequest) -> None:
        """Calls a phone (posted).

        What cannot ring is told as ``LegEnded``: with the switch's cause, ``COMMAND_REFUSED``, or
        ``NO_JOB_RESULT`` when the switch never said what became of it.
        """
        job_id = self._jobs.begin(request.leg_id, request.timeout_seconds)
        try:
            command = commands.originate(request, job_id)

            def take(reply: Reply | LinkFaultError) -> None:
                if isinstance(reply, Reply) and reply.is_error:
                    self._observer.command_refused(command.name, reply.text)
                    self._jobs.refused(job_id)

            self._gate.post(command, take)
        except BaseException:
            self._jobs.forget(job_id)
            raise
        if self._poking is not None:
            self._poking.while_ringing(self._link, self._jobs)

    def bridge(self, caller_leg_id: LegId, agent_leg_id: LegId) -> None:
        """Lets two parked legs talk (asked).

        Raises ``LegGoneError``, ``CommandRefusedError``, ``CommandTimedOutError``.
        """
        reply = self._gate.ask(commands.bridge(caller_leg_id, agent_leg_id))
        if reply.is_leg_gone:
            raise LegGoneError(f"{self.node}: {caller_leg_id} or {agent_leg_id} is gone")
        if reply.is_error:
            raise CommandRefusedError(f"{self.node}: uuid_bridge: {reply.text[:200]}")

    def outlive_talks(self, leg_id: LegId) -> None:
        """Has the leg park again when whom it talks with is gone (posted)."""
        self._post(commands.outlive_talks(leg_id))

    def keep_after_talk(self, leg_id: LegId, seconds: int) -> None:
        """Has the leg park when its talk ends without it (posted)."""
        self._post(commands.keep_after_talk(leg_id, seconds))

    def forget_after_talk(self, leg_id: LegId) -> None:
        """Takes that back (posted)."""
        self._post(commands.forget_after_talk(leg_id), is_gone_harmless=True)

    def take_out_of_talk(self, leg_id: LegId, seconds: int) -> None:
        """Ends the leg's talk and parks it (posted)."""
        self._post(commands.take_out_of_talk(leg_id, seconds), is_gone_harmless=True)

    def hide_keys(self, leg_id: LegId) -> None:
        """Keeps the leg's keys out of the switch's own records (posted)."""
        self._post(commands.hide_keys(leg_id))

    def hang_up(self, leg_id: LegId, cause: str) -> None:
        """Ends the leg (posted); harmless when it is gone."""
        self._post(commands.hang_up(leg_id, cause), is_gone_harmless=True)

    def start_recording(self, leg_id: LegId, path: str) -> None:
        """Records both sides of the conversation (posted)."""
        self._post(commands.start_recording(leg_id, path))

    def stop_recording(self, leg_id: LegId, path: str) -> None:
        """Ends a recording (posted)."""
        self._post(commands.stop_recording(leg_id, path))

    def leg_exists(self, leg_id: LegId) -> bool:
        """True if the leg exists now (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        reply = self._gate.ask(commands.leg_exists(leg_id))
        if reply.text not in {"true", "false"}:
            raise CommandRefusedError(f"{self.node}: uuid_exists: {reply.text[:200]}")
        return reply.text == "true"

    def legs(self, among: Collection[LegId] | None = None) -> list[LegSnapshot]:
        """Every leg that is followed (or those ``among``, followed or not) with a ``callcore_``
        variable, and their partners (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return self._listing.legs(among)

    def leg_ids(self) -> frozenset[LegId]:
        """Every leg that is followed, a little late (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return self._listing.leg_ids()

    def count_legs(self) -> int:
        """How many legs there are, whoever they belong to (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return self._listing.count()

    def registered(self, phones: Collection[Phone]) -> frozenset[Phone]:
        """Those of the phones that could be called now (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return self._listing.registered(phones)

    def legs_of(self, phones: Collection[Phone]) -> Mapping[LegId, PhoneLeg]:
        """The legs to and from those phones that are followed (asked).

        Raises ``CommandTimedOutError``, ``CommandRefusedError``.
        """
        return self._listing.legs_of(phones)

    def _post(self, command: Command, *, is_gone_harmless: bool = False) -> None:
        def take(reply: Reply | LinkFaultError) -> None:
            if not isinstance(reply, Reply) or not reply.is_error:
                return
            if not (is_gone_harmless and reply.is_leg_gone):
                self._observer.command_refused(command.name, reply.text)

        self._gate.post(command, take)
